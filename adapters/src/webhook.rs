//! Webhooks in Standard Webhooks form, or in Messenger's beside: each signed with all of its business's secrets, so that one can replace another.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue, header};
use ringonce_domain::business::{Webhook, WebhookFormat};
use ringonce_domain::event::Event;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::messenger;
use ringonce_domain::names::BusinessId;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};

use crate::app_secret;
use crate::open_web::{OpenWeb, Reply};

/// What an endpoint made of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It took it.
    Accepted,
    /// It will never take it.
    Refused,
    /// It is gone for good.
    Gone,
    /// It asks to be tried later, and took nothing.
    Later(Option<Duration>),
    /// It could not be reached; nothing was sent.
    Unreachable,
    /// Nothing was sent: this process holds no key that opens the webhook's secrets.
    Unsigned,
    /// It may have taken it.
    Unclear,
}

impl Verdict {
    /// Its name, where a business or an operator reads it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Gone => "gone",
            Self::Later(_) => "busy",
            Self::Unreachable => "unreachable",
            Self::Unsigned => "unsigned",
            Self::Unclear => "unclear",
        }
    }

    /// What an answer's status means. 500, 502 and 504 are unclear: the request arrived, and what it did before
    /// something broke cannot be known. 503 and 429 say by their definitions (RFC 9110, RFC 6585) that nothing was done.
    #[must_use]
    pub fn of(reply: &Reply) -> Self {
        match reply {
            Reply::NotSent => Self::Unreachable,
            Reply::Unclear => Self::Unclear,
            Reply::Answered { status, retry_after } => match status {
                200..=299 => Self::Accepted,
                410 => Self::Gone,
                408 | 425 | 429 | 503 => Self::Later(*retry_after),
                500..=599 => Self::Unclear,
                _ => Self::Refused,
            },
        }
    }
}

/// Sends `event` to `webhook` of `business` once, in the form that the business has chosen.
pub async fn send(web: &OpenWeb, keys: &KeyRing, business: &BusinessId, webhook: &Webhook, event: &Event) -> Verdict {
    let told = match &webhook.format {
        WebhookFormat::Standard => None,
        WebhookFormat::Messenger(_) => messenger::body(business, event).map(|body| Event { id: event.id.clone(), body }),
    };
    let reply = post(web, keys, business, webhook, &webhook.url, told.as_ref().unwrap_or(event)).await;
    reply.as_ref().map_or(Verdict::Unsigned, Verdict::of)
}

/// Asks `question` at another address of `business`, signed as its webhooks are: the status that it answered with.
pub async fn ask(web: &OpenWeb, keys: &KeyRing, business: &BusinessId, webhook: &Webhook, url: &str, question: &Event) -> Option<u16> {
    match post(web, keys, business, webhook, url, question).await? {
        Reply::Answered { status, .. } => Some(status),
        Reply::NotSent | Reply::Unclear => None,
    }
}

/// The reply; nothing where this process holds no key that opens the webhook's secrets, and so sent nothing.
async fn post(web: &OpenWeb, keys: &KeyRing, business: &BusinessId, webhook: &Webhook, url: &str, event: &Event) -> Option<Reply> {
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    // Without a key that opens its secrets nothing can be signed, and nothing is sent.
    let Some(headers) = headers(keys, business, webhook, event, timestamp) else {
        tracing::error!(business = business.as_str(), "a webhook secret cannot be opened: is a sealing key missing from the key ring?");
        return None;
    };
    Some(web.post(url, headers, event.body.clone()).await)
}

fn headers(keys: &KeyRing, business: &BusinessId, webhook: &Webhook, event: &Event, timestamp: u64) -> Option<HeaderMap> {
    let mut signatures = Vec::with_capacity(webhook.secrets.len());
    for secret in &webhook.secrets {
        let signer = standardwebhooks::Webhook::from_bytes(secret.open(keys, business)?).ok()?;
        signatures.push(signer.sign(&event.id, i64::try_from(timestamp).ok()?, event.body.as_bytes()).ok()?);
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("Ringonce/", env!("CARGO_PKG_VERSION"))));
    headers.insert(HEADER_WEBHOOK_ID, event.id.parse().ok()?);
    headers.insert(HEADER_WEBHOOK_TIMESTAMP, HeaderValue::from(timestamp));
    headers.insert(HEADER_WEBHOOK_SIGNATURE, signatures.join(" ").parse().ok()?);
    if let WebhookFormat::Messenger(app_secret) = &webhook.format {
        for (name, signature) in app_secret::signatures(&app_secret.open(keys, business)?, event.body.as_bytes()) {
            headers.insert(name, signature.parse().ok()?);
        }
    }
    Some(headers)
}
