//! A browser's push subscription: where messages for it go, and what they are encrypted to.

use std::fmt;

use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use crate::encoding;
use crate::text::Invalid;

/// Most bytes of an endpoint's address.
pub const LONGEST_ENDPOINT: usize = 1_024;
/// Length of an uncompressed point of P-256 in bytes.
pub const POINT_LEN: usize = 65;
/// Length of an authentication secret in bytes.
pub const AUTH_LEN: usize = 16;

/// What `PushSubscription.toJSON()` gives (Push API, section 8): an endpoint of at most [`LONGEST_ENDPOINT`] bytes, the
/// browser's public key and its authentication secret. Whoever knows it can send to that browser: `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Subscription {
    endpoint: String,
    point: [u8; POINT_LEN],
    auth: [u8; AUTH_LEN],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    endpoint: String,
    /// A browser's guess in milliseconds, or null. Its push service says better, by 404 or 410.
    #[serde(rename = "expirationTime", default, skip_serializing)]
    _expiration_time: Option<f64>,
    keys: WrittenKeys,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKeys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// Where its push service takes messages for it: an absolute https or http address. Whether that may be called is not
    /// said here.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The browser's public key, a point on P-256.
    #[must_use]
    pub fn point(&self) -> &[u8; POINT_LEN] {
        &self.point
    }

    /// The secret that the browser and its senders share.
    #[must_use]
    pub fn auth(&self) -> &[u8; AUTH_LEN] {
        &self.auth
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscription")
    }
}

impl TryFrom<Written> for Subscription {
    type Error = Invalid;

    fn try_from(written: Written) -> Result<Self, Invalid> {
        Ok(Self { endpoint: endpoint(written.endpoint)?, point: point(&written.keys.p256dh)?, auth: auth(&written.keys.auth)? })
    }
}

impl From<Subscription> for Written {
    fn from(subscription: Subscription) -> Self {
        let keys = WrittenKeys { p256dh: encoding::to_text(&subscription.point), auth: encoding::to_text(&subscription.auth) };
        Self { endpoint: subscription.endpoint, _expiration_time: None, keys }
    }
}

fn endpoint(text: String) -> Result<String, Invalid> {
    let field = "subscription.endpoint";
    if text.len() > LONGEST_ENDPOINT {
        return Err(Invalid::new(field, format!("must be at most {LONGEST_ENDPOINT} bytes, and is {}", text.len())));
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let sound = !host.is_empty() && !host.contains('@') && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if sound { Ok(text) } else { Err(Invalid::new(field, "must be an absolute https:// address without spaces or a user name")) }
}

/// Some browsers' wrappers pad their base64url.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    encoding::array_from_text(text.trim_end_matches('='))
}

fn point(text: &str) -> Result<[u8; POINT_LEN], Invalid> {
    let is_on_curve = |point: &[u8; POINT_LEN]| ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, point)).is_ok();
    let rule = "must be an uncompressed point of P-256, 65 bytes of base64url";
    bytes(text).filter(is_on_curve).ok_or_else(|| Invalid::new("subscription.keys.p256dh", rule))
}

fn auth(text: &str) -> Result<[u8; AUTH_LEN], Invalid> {
    bytes(text).ok_or_else(|| Invalid::new("subscription.keys.auth", "must be 16 bytes of base64url"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// The browser of RFC 8291, appendix A.
    const POINT: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const ENDPOINT: &str = "https://push.example/send/abc?x=1";

    fn json(endpoint: &str, point: &str, auth: &str) -> Value {
        json!({"endpoint": endpoint, "expirationTime": null, "keys": {"p256dh": point, "auth": auth}})
    }

    fn read(json: Value) -> Result<Subscription, String> {
        serde_json::from_value(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_subscription_reads_as_browsers_write_it() {
        let subscription = read(json(ENDPOINT, POINT, AUTH)).expect("valid");
        assert_eq!((subscription.endpoint(), subscription.point()[0], subscription.auth()[0]), (ENDPOINT, 4, 5));
        let padded = read(json(ENDPOINT, &format!("{POINT}="), &format!("{AUTH}=="))).expect("valid");
        assert_eq!(padded, subscription);
        let mut dated = json(ENDPOINT, POINT, AUTH);
        dated["expirationTime"] = json!(1_800_000_000_000.5);
        assert_eq!(read(dated).expect("valid"), subscription);
    }

    #[test]
    fn a_subscription_is_written_as_it_is_read() {
        let subscription = read(json(ENDPOINT, POINT, AUTH)).expect("valid");
        let written = serde_json::to_value(&subscription).expect("json");
        assert_eq!(written, json!({"endpoint": ENDPOINT, "keys": {"p256dh": POINT, "auth": AUTH}}));
        assert_eq!(read(written).expect("valid"), subscription);
    }

    #[test]
    fn a_bad_subscription_is_refused_by_the_name_of_its_field() {
        let long = format!("https://push.example/{}", "x".repeat(LONGEST_ENDPOINT));
        let off_curve = POINT.replace("iw4", "iw8");
        for (endpoint, point, auth, field) in [
            ("push.example/send", POINT, AUTH, "subscription.endpoint"),
            ("ftp://push.example/", POINT, AUTH, "subscription.endpoint"),
            ("https:///send", POINT, AUTH, "subscription.endpoint"),
            ("https://me@push.example/", POINT, AUTH, "subscription.endpoint"),
            ("https://push.example/a b", POINT, AUTH, "subscription.endpoint"),
            (&long, POINT, AUTH, "subscription.endpoint"),
            (ENDPOINT, &off_curve, AUTH, "subscription.keys.p256dh"),
            (ENDPOINT, &POINT[..86], AUTH, "subscription.keys.p256dh"),
            (ENDPOINT, AUTH, AUTH, "subscription.keys.p256dh"),
            (ENDPOINT, POINT, POINT, "subscription.keys.auth"),
            (ENDPOINT, POINT, "not base64url!", "subscription.keys.auth"),
        ] {
            let error = read(json(endpoint, point, auth)).expect_err(field);
            assert!(error.contains(field), "{error}");
        }
    }

    #[test]
    fn an_endpoint_is_any_plain_web_address_of_its_longest_size() {
        let longest = format!("https://push.example/{}", "x".repeat(LONGEST_ENDPOINT - 21));
        for good in [longest.as_str(), "http://127.0.0.1:9000/send", "https://push.example?x", "https://push.example/a@b"] {
            assert_eq!(read(json(good, POINT, AUTH)).expect(good).endpoint(), good);
        }
        for bad in [&format!("{longest}x"), "https://push.example/\\", "https://push.example/ü", "https://"] {
            assert!(read(json(bad, POINT, AUTH)).expect_err(bad).contains("subscription.endpoint"), "{bad}");
        }
        let subscription = read(json(ENDPOINT, POINT, AUTH)).expect("valid");
        assert_eq!((encoding::to_text(subscription.point()), encoding::to_text(subscription.auth())), (POINT.to_owned(), AUTH.to_owned()));
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let mut more = json(ENDPOINT, POINT, AUTH);
        more["colour"] = json!("red");
        assert!(read(more).expect_err("unknown").contains("colour"));
        let mut more = json(ENDPOINT, POINT, AUTH);
        more["keys"]["p384"] = json!("x");
        assert!(read(more).expect_err("unknown").contains("p384"));
    }

    #[test]
    fn debug_shows_the_types_name_alone() {
        assert_eq!(format!("{:?}", read(json(ENDPOINT, POINT, AUTH))), "Ok(Subscription)");
    }
}
