//! Who sends: a signed token for each push service (RFC 8292), by the deployment's one key, which subscriptions are bound to.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use ringonce_domain::encoding;
use ringonce_domain::time::Timestamp;
use serde_json::json;
use thiserror::Error;

use super::subject;

/// How long a token lives: half of what RFC 8292 (section 2) permits, so that a clock may be wrong.
const LIFE: Duration = Duration::from_secs(12 * 3_600);
/// What must be left of a token's life for it to be shown again.
const LEFT: Duration = Duration::from_secs(3_600);
/// Most push services whose tokens are kept; one more, and all are made anew.
const MOST_SERVICES: usize = 64;

/// Why a deployment cannot say who it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VapidError {
    /// The subject is of no use: what it must be, as the rest of a sentence.
    #[error("the VAPID subject {0}")]
    Subject(String),
    /// The key is of no use. Nothing of it is repeated.
    #[error("the VAPID key {KEY_RULE}")]
    Key,
}

/// What a key must be, as the rest of a sentence.
pub const KEY_RULE: &str = "must be a private key of P-256, 32 bytes of base64url";

/// The sender of this deployment's pushes. `Debug` shows nothing of it.
pub struct Vapid {
    subject: String,
    key: EcdsaKeyPair,
    public_key: String,
    tokens: Mutex<HashMap<String, Token>>,
}

#[derive(Clone)]
struct Token {
    text: String,
    ends: Timestamp,
}

impl fmt::Debug for Vapid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vapid")
    }
}

impl Vapid {
    /// A sender that can be reached at `subject`, with a private key as [`generate`] makes it.
    ///
    /// # Errors
    /// When the subject leads to nobody, or the key is none.
    pub fn new(subject: &str, key: &str) -> Result<Self, VapidError> {
        subject::check(subject).map_err(VapidError::Subject)?;
        let private: [u8; 32] = encoding::array_from_text(key.trim_end_matches('=')).ok_or(VapidError::Key)?;
        let public = PrivateKey::from_private_key(&ECDH_P256, &private).map_err(|_| VapidError::Key)?;
        let public = public.compute_public_key().map_err(|_| VapidError::Key)?;
        let key = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &private, public.as_ref());
        Ok(Self {
            subject: subject.to_owned(),
            key: key.map_err(|_| VapidError::Key)?,
            public_key: encoding::to_text(public.as_ref()),
            tokens: Mutex::default(),
        })
    }

    /// The public key as browsers take it (`applicationServerKey`): an uncompressed point in base64url.
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    /// The value of `Authorization` for a push service, such as `https://push.example`.
    #[must_use]
    pub fn authorization(&self, origin: &str, now: Timestamp) -> String {
        format!("vapid t={}, k={}", self.token(origin, now), self.public_key)
    }

    /// The token that this service has seen before, while enough is left of it: services keep what they verified.
    fn token(&self, origin: &str, now: Timestamp) -> String {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = tokens.get(origin).filter(|token| (LEFT..=LIFE).contains(&token.ends.since(now))) {
            return token.text.clone();
        }
        if tokens.len() >= MOST_SERVICES {
            tokens.clear();
        }
        let ends = now + LIFE;
        let text = self.sign(origin, ends);
        tokens.insert(origin.to_owned(), Token { text: text.clone(), ends });
        text
    }

    /// A JSON Web Token by ES256 (RFC 7515, appendix A.3).
    fn sign(&self, origin: &str, ends: Timestamp) -> String {
        let header = json!({"typ": "JWT", "alg": "ES256"}).to_string();
        let claims = json!({"aud": origin, "exp": ends.seconds(), "sub": self.subject}).to_string();
        let signed = format!("{}.{}", encoding::to_text(header.as_bytes()), encoding::to_text(claims.as_bytes()));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).expect("the system's source of randomness answers");
        format!("{signed}.{}", encoding::to_text(signature.as_ref()))
    }
}

/// A new private key, 32 bytes in base64url. To replace a deployment's key ends every subscription that was made under it.
///
/// # Panics
/// When the system has no randomness: nothing safe can be done then.
#[must_use]
pub fn generate() -> String {
    let key = PrivateKey::generate(&ECDH_P256).expect("the system's source of randomness answers");
    let bytes: EcPrivateKeyBin<'_> = key.as_be_bytes().expect("a P-256 private key is a number");
    encoding::to_text(bytes.as_ref())
}

/// A key as a deployment keeps it, and its public half as [`Vapid::public_key`] has it.
#[must_use]
pub fn generate_pair() -> (String, String) {
    let private = generate();
    let bytes: [u8; 32] = encoding::array_from_text(&private).expect("it was written so");
    let key = PrivateKey::from_private_key(&ECDH_P256, &bytes).expect("it was made so");
    let public = key.compute_public_key().expect("a private key has one");
    (private, encoding::to_text(public.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const SUBJECT: &str = "mailto:push@shop.com";
    const ORIGIN: &str = "https://push.example";

    fn vapid() -> Vapid {
        Vapid::new(SUBJECT, &generate()).expect("valid")
    }

    fn part(text: &str) -> Value {
        serde_json::from_slice(&encoding::from_text(text).expect("base64url")).expect("json")
    }

    #[test]
    fn a_token_says_whom_it_is_for_until_when_and_who_signed_it() {
        let vapid = vapid();
        let authorization = vapid.authorization(ORIGIN, NOW);
        let (token, key) = authorization.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).expect("of the form");
        let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().expect("three parts");
        assert_eq!(part(header), json!({"typ": "JWT", "alg": "ES256"}));
        assert_eq!(part(claims), json!({"aud": ORIGIN, "exp": 1_800_043_200, "sub": SUBJECT}));
        assert_eq!(key, vapid.public_key());
        let point: [u8; 65] = encoding::array_from_text(key).expect("65 bytes");
        assert_eq!(point[0], 4, "an uncompressed point");
        let signature: [u8; 64] = encoding::array_from_text(signature).expect("64 bytes");
        let signed = format!("{header}.{claims}");
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &signature).expect("verifies");
    }

    #[test]
    fn a_token_is_shown_again_to_its_service_until_an_hour_before_it_ends() {
        let vapid = vapid();
        let first = vapid.authorization(ORIGIN, NOW);
        assert_eq!(vapid.authorization(ORIGIN, NOW + (LIFE - LEFT)), first);
        assert_ne!(vapid.authorization("https://other.example", NOW), first);
        assert_ne!(vapid.authorization(ORIGIN, NOW + (LIFE - LEFT) + Duration::from_millis(1)), first);
    }

    #[test]
    fn a_token_from_a_clock_that_was_ahead_is_made_anew() {
        let vapid = vapid();
        let ahead = vapid.authorization(ORIGIN, NOW + Duration::from_secs(86_400));
        assert_ne!(vapid.authorization(ORIGIN, NOW), ahead);
    }

    #[test]
    fn no_more_tokens_are_kept_than_there_are_services() {
        let vapid = vapid();
        for service in 0..=MOST_SERVICES {
            let _ = vapid.authorization(&format!("https://{service}.example"), NOW);
        }
        assert_eq!(vapid.tokens.lock().expect("whole").len(), 1);
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_not_repeated() {
        let (zero, order) = (encoding::to_text(&[0; 32]), encoding::to_text(&[255; 32]));
        for bad in ["", "c2VjcmV0", &zero, &order] {
            assert_eq!(Vapid::new(SUBJECT, bad).map(|_| ()), Err(VapidError::Key), "{bad}");
        }
        let error = Vapid::new("mailto:push@localhost", &generate()).expect_err("leads to nobody");
        assert!(error.to_string().starts_with("the VAPID subject must lead to you"), "{error}");
    }

    #[test]
    fn the_same_key_has_the_same_public_key_and_debug_shows_neither() {
        let key = generate();
        let [one, other] = [(); 2].map(|()| Vapid::new(SUBJECT, &key).expect("valid"));
        assert_eq!(one.public_key(), other.public_key());
        assert_eq!(format!("{one:?}"), "Vapid");
    }

    #[test]
    fn a_pair_is_a_key_and_its_public_half() {
        let (private, public) = generate_pair();
        assert_eq!(Vapid::new("mailto:push@shop.com", &private).map(|vapid| vapid.public_key().to_owned()), Ok(public));
    }
}
