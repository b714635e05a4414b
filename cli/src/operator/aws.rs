//! AWS as an operator reaches it: region and credentials of the environment or a profile, with waits that end.

use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use ringonce_adapters::dynamo::client;

use super::table::OperatorError;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Longest wait for one call with its retries.
const OPERATION: Duration = Duration::from_secs(20);

/// Region, credentials and HTTP client for every service; `AWS_ENDPOINT_URL` names another address than Amazon's.
pub(super) async fn environment() -> Result<SdkConfig, OperatorError> {
    let bundle = match std::env::var("RINGONCE_CA_BUNDLE").ok().filter(|path| !path.is_empty()) {
        Some(path) => Some(
            std::fs::read(&path)
                .map_err(|error| OperatorError::Refused(format!("RINGONCE_CA_BUNDLE names `{path}`, which cannot be read: {error}")))?,
        ),
        None => None,
    };
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(OPERATION).build();
    let http = client::http_client(bundle.as_deref())?;
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).timeout_config(timeouts).load().await;
    match config.region() {
        Some(_) => Ok(config),
        None => Err(OperatorError::Refused("there is no AWS region: set AWS_REGION, or AWS_PROFILE to a profile that has one".to_owned())),
    }
}

/// What AWS said, in one line: its code and its words, or why it was not reached.
pub(super) fn said<E, R>(error: &SdkError<E, R>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
    R: Debug,
{
    match (error.code(), error) {
        (Some(code), _) => format!("{code}: {}", error.message().unwrap_or("without a word")),
        (None, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) | SdkError::ConstructionFailure(_)) => {
            format!("AWS was not reached, or there are no credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID): {}", DisplayErrorContext(error))
        }
        (None, _) => DisplayErrorContext(error).to_string(),
    }
}

/// A call that failed, as an operator is told of it.
pub(super) fn failed<E, R>(what: &str, error: &SdkError<E, R>) -> OperatorError
where
    E: Error + ProvideErrorMetadata + 'static,
    R: Debug,
{
    OperatorError::Refused(format!("{what}: {}", said(error)))
}
