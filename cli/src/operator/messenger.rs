//! What `ringonce business` sets for a bot that was written for Messenger.

use clap::{Args, ValueEnum};
use ringonce_adapters::ambient::random;
use ringonce_adapters::open_web::OpenWeb;
use ringonce_domain::business::{AppSecret, Webhook, WebhookFormat};
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::names::BusinessId;
use ringonce_domain::text::Invalid;

use super::table::{OperatorError, Table};

/// Longest app secret in bytes.
const LONGEST: usize = 255;

#[derive(Debug, Args)]
pub(super) struct MessengerArguments {
    /// In which form events are told: as Standard Webhooks has it, or for a bot that was written for Messenger
    #[arg(long, value_enum)]
    webhook_format: Option<Format>,
    /// The Messenger bot's app secret, which signs its webhooks and proves its calls, or `none`
    #[arg(long, env = "RINGONCE_APP_SECRET", hide_env_values = true)]
    app_secret: Option<String>,
    /// The token by which the Messenger bot's webhook knows who asks it to answer a challenge
    #[arg(long)]
    verify_token: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Standard,
    Messenger,
}

impl MessengerArguments {
    pub(super) const fn chooses_format(&self) -> bool {
        self.webhook_format.is_some()
    }

    /// The app secret that is named, none for `none`, and otherwise what was there.
    pub(super) fn app_secret(&self, keys: &KeyRing, id: &BusinessId, old: Option<AppSecret>) -> Result<Option<AppSecret>, Invalid> {
        match self.app_secret.as_deref() {
            None => Ok(old),
            Some("none") => Ok(None),
            Some(secret) if !secret.is_empty() && secret.len() <= LONGEST && secret.bytes().all(|b| b.is_ascii_graphic()) => {
                Ok(Some(AppSecret::seal(keys, id, secret.as_bytes())))
            }
            Some(_) => Err(Invalid::new("app_secret", format!("must be 1 to {LONGEST} bytes of visible ASCII"))),
        }
    }

    /// The webhook in the form that is chosen, or that it had.
    pub(super) fn formatted(&self, webhook: Option<Webhook>, app_secret: Option<&AppSecret>) -> Result<Option<Webhook>, OperatorError> {
        let Some(webhook) = webhook else {
            return match self.webhook_format {
                Some(Format::Messenger) => Err(refused("there is no webhook to tell in that form: name one with --webhook")),
                _ => Ok(None),
            };
        };
        let is_messenger = self.webhook_format.map_or(!webhook.format.is_standard(), |format| format == Format::Messenger);
        let format = match (is_messenger, app_secret) {
            (false, _) => WebhookFormat::Standard,
            (true, Some(secret)) => WebhookFormat::Messenger(secret.clone()),
            (true, None) => {
                return Err(refused("a webhook in Messenger's form is signed with the bot's app secret: name it with --app-secret"));
            }
        };
        Ok(Some(Webhook { format, ..webhook }))
    }

    /// Messenger's own set-up: the webhook has to answer a challenge, and does so to whoever knows its token.
    pub(super) async fn shake_hands(&self, table: &Table, webhook: &Webhook) -> Result<(), OperatorError> {
        if webhook.format.is_standard() {
            return Ok(());
        }
        let token = self.verify_token.as_deref().ok_or_else(|| {
            refused("a Messenger bot's webhook answers the challenge to whoever knows its token: name it with --verify-token")
        })?;
        let challenge = u32::from_be_bytes(random()).to_string();
        let web = OpenWeb::new(table.reach, table.provider_timeout);
        let answered = web.get(&challenge_url(&webhook.url, token, &challenge)?).await;
        // Some receivers answer 200 to a wrong token: the body tells.
        match answered {
            Some((200..=299, body)) if body == challenge.as_bytes() => Ok(()),
            Some((status, _)) => Err(refused(&format!(
                "the webhook answered {status} to the challenge, and not with the challenge: is --verify-token the one that the bot was set \
                 up with? Nothing was changed"
            ))),
            None => Err(refused("the webhook could not be reached, or did not answer in time. Nothing was changed")),
        }
    }
}

fn challenge_url(webhook: &str, token: &str, challenge: &str) -> Result<String, Invalid> {
    let mut url = url::Url::parse(webhook).map_err(|error| Invalid::new("webhook", error.to_string()))?;
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.verify_token", token);
    Ok(url.into())
}

fn refused(why: &str) -> OperatorError {
    OperatorError::Refused(why.to_owned())
}
