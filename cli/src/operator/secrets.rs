//! Secrets in AWS Secrets Manager: made once, and replaced only by whoever has seen what they replace.

use std::fmt;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_sdk_secretsmanager::operation::update_secret_version_stage::UpdateSecretVersionStageError;

use super::aws::{self, failed};
use super::table::OperatorError;

/// The label that functions are deployed with.
const CURRENT: &str = "AWSCURRENT";
/// The label of a version that is to become the current one.
const NEXT: &str = "RINGONCE_NEXT";

/// The secrets of an account in a region.
pub(super) struct Secrets(Client);

/// A version of a secret. `Debug` shows nothing of its value.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) value: String,
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({})", self.id)
    }
}

/// What came of making a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(super) enum Made {
    New,
    /// There was one already, and it is as it was.
    Kept,
}

impl Secrets {
    pub(super) async fn open() -> Result<Self, OperatorError> {
        Ok(Self::of(&aws::environment().await?))
    }

    pub(super) fn of(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// Makes a secret, if there is none of that name.
    pub(super) async fn make(&self, name: &str, description: &str, value: &str) -> Result<Made, OperatorError> {
        match self.0.create_secret().name(name).description(description).secret_string(value).send().await {
            Ok(_) => Ok(Made::New),
            Err(error) if matches!(error.as_service_error(), Some(CreateSecretError::ResourceExistsException(_))) => Ok(Made::Kept),
            Err(error) => Err(failed(&format!("the secret `{name}` cannot be made"), &error)),
        }
    }

    /// The current version of a secret.
    pub(super) async fn read(&self, name: &str) -> Result<Version, OperatorError> {
        let read = self.0.get_secret_value().secret_id(name).version_stage(CURRENT).send().await;
        let read = read.map_err(|error| failed(&format!("the secret `{name}` cannot be read"), &error))?;
        match (read.version_id, read.secret_string) {
            (Some(id), Some(value)) => Ok(Version { id, value }),
            _ => Err(OperatorError::Refused(format!("the secret `{name}` holds no text"))),
        }
    }

    /// Puts `value` in the place of the version that was `seen`, which AWSPREVIOUS names then, and gives back the new version's
    /// id. The label moves from that version alone: where somebody else was faster, the secret stays as they left it.
    pub(super) async fn replace(&self, name: &str, seen: &Version, value: &str) -> Result<String, OperatorError> {
        let put = self.0.put_secret_value().secret_id(name).secret_string(value).version_stages(NEXT).send().await;
        let put = put.map_err(|error| failed(&format!("the secret `{name}` is as it was, and takes no new version"), &error))?;
        let id = put.version_id.unwrap_or_default();
        let moved = self.0.update_secret_version_stage().secret_id(name).version_stage(CURRENT);
        match moved.move_to_version_id(&id).remove_from_version_id(&seen.id).send().await {
            Ok(_) => self.unlabelled(name, id).await,
            // Refused because the label stands elsewhere: on ours, if the answer of an earlier try was lost.
            Err(error) if is_elsewhere(&error) && self.read(name).await?.id == id => self.unlabelled(name, id).await,
            Err(error) if is_elsewhere(&error) => {
                let words = format!("somebody has changed the secret `{name}` meanwhile: nothing is changed, repeat the command");
                Err(OperatorError::Refused(words))
            }
            Err(error) => Err(failed(&format!("whether the secret `{name}` has changed is not known, look before you repeat it"), &error)),
        }
    }

    /// Takes the label of what is to be current from what is current: it has done its work, and where it stays it harms nothing.
    async fn unlabelled(&self, name: &str, id: String) -> Result<String, OperatorError> {
        let _ = self.0.update_secret_version_stage().secret_id(name).version_stage(NEXT).remove_from_version_id(&id).send().await;
        Ok(id)
    }
}

fn is_elsewhere(error: &SdkError<UpdateSecretVersionStageError>) -> bool {
    matches!(error.as_service_error(), Some(UpdateSecretVersionStageError::InvalidParameterException(_)))
}
