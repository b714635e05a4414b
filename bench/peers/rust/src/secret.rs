//! Consents and tokens: an opt-in's key with a tag over it, so that a forged one is refused without a read.

use aws_lc_rs::{constant_time, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lambda_http::Error;

pub(crate) struct Secret(hmac::Key);

impl Secret {
    pub(crate) fn from_hex(text: &str) -> Result<Self, Error> {
        let byte = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes.ok_or("PEER_SECRET is not hexadecimal")?)))
    }

    /// `what` that nobody else can write: a consent is none of a token's.
    pub(crate) fn sign(&self, kind: &str, what: &str) -> String {
        let tag = hmac::sign(&self.0, format!("{kind}:{what}").as_bytes());
        format!("{kind}_{}", URL_SAFE_NO_PAD.encode([tag.as_ref(), what.as_bytes()].concat()))
    }

    pub(crate) fn verify(&self, kind: &str, text: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(kind)?.strip_prefix('_')?).ok()?;
        let (tag, what) = bytes.split_at_checked(32)?;
        let what = String::from_utf8(what.to_vec()).ok()?;
        hmac::verify(&self.0, format!("{kind}:{what}").as_bytes(), tag).ok()?;
        Some(what)
    }
}

pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}

pub(crate) fn random_id() -> Result<String, Error> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| "no randomness")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
