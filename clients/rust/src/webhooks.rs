//! What a Ringonce sends to a webhook: Standard Webhooks, verified before anything of it is read.

use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::Timestamp;

/// Verifies events with one or two secrets: two while a secret is being rotated.
pub struct Verifier(Vec<standardwebhooks::Webhook>);

/// Why something that came is no event.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotVerified {
    /// The secret is none.
    #[error("the webhook secret is none: it begins with whsec_")]
    Secret,
    /// Nobody who knows the secret sent it, or it is older than five minutes.
    #[error("the signature does not hold: {0}")]
    Signature(String),
    /// It is signed, and cannot be read.
    #[error("the event cannot be read: {0}")]
    Unreadable(String),
}

/// Something that happened. It may come more than once, and in any order: `id` tells a repeat.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The event's id, the same whenever it comes (the header `webhook-id`).
    #[serde(skip)]
    pub id: String,
    /// What happened, such as `optin.granted`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub timestamp: Timestamp,
    /// What it happened to.
    pub data: Value,
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Event({}, {}, ..)", self.id, self.kind)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(..)")
    }
}

impl Verifier {
    /// A verifier with this secret, `whsec_...`.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(secret: &str) -> Result<Self, NotVerified> {
        Self(Vec::new()).or(secret)
    }

    /// The same, with a further secret that holds too.
    ///
    /// # Errors
    /// When it is none.
    pub fn or(mut self, secret: &str) -> Result<Self, NotVerified> {
        let encoded = secret.trim().strip_prefix("whsec_").ok_or(NotVerified::Secret)?;
        self.0.push(standardwebhooks::Webhook::new(encoded).map_err(|_| NotVerified::Secret)?);
        Ok(self)
    }

    /// The event, if the body is one that was signed within the last five minutes.
    ///
    /// # Errors
    /// When it is not: answer 401, or anything else that is no 2xx and not 410.
    pub fn verify(&self, body: &[u8], headers: &HeaderMap) -> Result<Event, NotVerified> {
        let mut refused = String::new();
        let holds = self.0.iter().any(|secret| match secret.verify(body, headers) {
            Ok(()) => true,
            Err(error) => {
                refused = error.to_string();
                false
            }
        });
        if !holds {
            return Err(NotVerified::Signature(refused));
        }
        let mut event: Event = serde_json::from_slice(body).map_err(|error| NotVerified::Unreadable(error.to_string()))?;
        let id = headers.get(standardwebhooks::HEADER_WEBHOOK_ID).and_then(|id| id.to_str().ok());
        event.id = id.unwrap_or_default().to_owned();
        Ok(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn signed(secret: &str, body: &[u8]) -> HeaderMap {
        let at = Timestamp::now().moment().unix_timestamp();
        let signature = standardwebhooks::Webhook::new(secret).and_then(|webhook| webhook.sign("evt_1", at, body));
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("webhook-id", "evt_1"), ("webhook-timestamp", &at.to_string()), ("webhook-signature", &signature.unwrap_or_default())]
        {
            headers.insert(name, value.parse().expect("visible ASCII"));
        }
        headers
    }

    #[test]
    fn an_event_is_read_once_it_is_known_who_sent_it() {
        let body = br#"{"type":"optin.granted","timestamp":"2026-11-28T07:00:00Z","data":{"token":"ro_tok_x"}}"#;
        let verifier = Verifier::new(SECRET).expect("a secret");
        let event = verifier.verify(body, &signed(SECRET, body)).expect("an event");
        assert_eq!((event.id.as_str(), event.kind.as_str(), &event.data["token"]), ("evt_1", "optin.granted", &Value::from("ro_tok_x")));
        assert_eq!(format!("{verifier:?} {event:?}"), "Verifier(..) Event(evt_1, optin.granted, ..)");
        let other = b"{\"type\":\"optin.granted\"}";
        assert!(matches!(verifier.verify(other, &signed(SECRET, body)), Err(NotVerified::Signature(_))));
        assert!(matches!(verifier.verify(other, &signed(SECRET, other)), Err(NotVerified::Unreadable(_))));
        assert!(matches!(verifier.verify(body, &HeaderMap::new()), Err(NotVerified::Signature(_))));
        let foreign = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
        assert!(matches!(verifier.verify(body, &signed(foreign, body)), Err(NotVerified::Signature(_))));
        let both = verifier.or(foreign).expect("a secret");
        assert!(both.verify(body, &signed(foreign, body)).is_ok() && both.verify(body, &signed(SECRET, body)).is_ok());
        assert!(matches!(Verifier::new("secret"), Err(NotVerified::Secret)));
    }
}
