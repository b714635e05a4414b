//! Web Push (RFC 8030): a message to the browser where a person said yes, by that browser's own push service.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use ringonce_domain::push::Subscription;
use ringonce_domain::time::Timestamp;
use url::Url;

use crate::open_web::{OpenWeb, Reply};
use crate::webhook::Verdict;

pub mod encrypt;
pub mod payload;
mod subject;
pub mod vapid;

use encrypt::{EncryptError, Fresh};
use payload::Notice;
use vapid::Vapid;

const TTL: HeaderName = HeaderName::from_static("ttl");
const URGENCY: HeaderName = HeaderName::from_static("urgency");
const TOPIC: HeaderName = HeaderName::from_static("topic");

/// How long a push service keeps a message for a browser that is away, where nothing else is said.
pub const DEFAULT_TTL: Duration = Duration::from_secs(24 * 3_600);
/// Longest that a push service may be asked to keep a message: the large ones refuse more than four weeks.
const LONGEST_TTL: Duration = Duration::from_secs(28 * 24 * 3_600);

/// How much a message matters to a device that saves its battery (RFC 8030, section 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    /// On power and Wi-Fi.
    VeryLow,
    /// On power or Wi-Fi.
    Low,
    /// On neither.
    #[default]
    Normal,
    /// With a low battery too.
    High,
}

impl Urgency {
    const fn as_str(self) -> &'static str {
        match self {
            Self::VeryLow => "very-low",
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// A push: what is shown, and how it is carried.
#[derive(Clone, Copy)]
pub struct Push<'a> {
    /// What is shown.
    pub notice: Notice<'a>,
    /// How long it is worth showing, [`DEFAULT_TTL`] where nothing else is known; at most four weeks are asked for.
    pub ttl: Duration,
    /// How much it matters.
    pub urgency: Urgency,
}

/// Sends `push` to `subscription` once. The same message sent again replaces itself where it is still on its way (`Topic`),
/// and alerts nobody twice where it is not (`tag`, and the service worker's memory).
pub async fn send(web: &OpenWeb, vapid: &Vapid, subscription: &Subscription, push: &Push<'_>, now: Timestamp) -> Verdict {
    let Some(headers) = headers(vapid, subscription, push, now) else {
        return Verdict::Refused;
    };
    match body(subscription, &push.notice) {
        Ok(body) => verdict(&web.post(subscription.endpoint(), headers, body).await),
        Err(error) => {
            tracing::warn!(%error, "a push cannot be encrypted");
            Verdict::Refused
        }
    }
}

fn body(subscription: &Subscription, notice: &Notice<'_>) -> Result<Vec<u8>, EncryptError> {
    encrypt::encrypt(subscription, &payload::json(notice), &Fresh::generate())
}

/// `None` where the endpoint has no origin that a token could be for.
fn headers(vapid: &Vapid, subscription: &Subscription, push: &Push<'_>, now: Timestamp) -> Option<HeaderMap> {
    let origin = Url::parse(subscription.endpoint()).ok()?.origin().ascii_serialization();
    let mut authorization: HeaderValue = vapid.authorization(&origin, now).parse().ok()?;
    authorization.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, authorization);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("Ringonce/", env!("CARGO_PKG_VERSION"))));
    headers.insert(TTL, HeaderValue::from(push.ttl.min(LONGEST_TTL).as_secs()));
    headers.insert(URGENCY, HeaderValue::from_static(push.urgency.as_str()));
    headers.insert(TOPIC, payload::tag(push.notice.id).parse().ok()?);
    Some(headers)
}

/// What a push service's answer means (RFC 8030, sections 5 and 7.3). A subscription that ended is answered 404 or 410;
/// 408, 425, 429 and 503 say that nothing was taken; after any other 5xx it cannot be known.
fn verdict(reply: &Reply) -> Verdict {
    match reply {
        Reply::NotSent => Verdict::Unreachable,
        Reply::Unclear => Verdict::Unclear,
        Reply::Answered { status, retry_after } => match status {
            200..=299 => Verdict::Accepted,
            404 | 410 => Verdict::Gone,
            408 | 425 | 429 | 503 => Verdict::Later(*retry_after),
            500..=599 => Verdict::Unclear,
            400 | 401 | 403 => {
                tracing::warn!(status, "a push service refuses the VAPID key or its subject: was the key replaced?");
                Verdict::Refused
            }
            _ => Verdict::Refused,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_verdict() {
        let wait = Some(Duration::from_secs(7));
        for (statuses, expected) in [
            (&[200, 201, 202, 204][..], Verdict::Accepted),
            (&[404, 410], Verdict::Gone),
            (&[408, 425, 429, 503], Verdict::Later(wait)),
            (&[500, 501, 502, 504, 507, 599], Verdict::Unclear),
            (&[301, 307, 400, 401, 403, 405, 406, 411, 413, 415, 421], Verdict::Refused),
        ] {
            for status in statuses {
                assert_eq!(verdict(&Reply::Answered { status: *status, retry_after: wait }), expected, "{status}");
            }
        }
        assert_eq!(verdict(&Reply::Answered { status: 429, retry_after: None }), Verdict::Later(None));
        assert_eq!(verdict(&Reply::NotSent), Verdict::Unreachable);
        assert_eq!(verdict(&Reply::Unclear), Verdict::Unclear);
    }
}
