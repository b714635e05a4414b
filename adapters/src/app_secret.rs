//! What a Messenger bot's app secret signs: the webhooks that it gets, and the access tokens that it calls with.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256};
use ringonce_domain::encoding::to_hex;

/// `X-Hub-Signature` and `X-Hub-Signature-256` of a body. Most receivers read the first alone, SHA-1 as it is.
#[must_use]
pub fn signatures(secret: &[u8], body: &[u8]) -> [(&'static str, String); 2] {
    let sign = |algorithm| to_hex(hmac::sign(&hmac::Key::new(algorithm, secret), body).as_ref());
    [
        ("x-hub-signature", format!("sha1={}", sign(HMAC_SHA1_FOR_LEGACY_USE_ONLY))),
        ("x-hub-signature-256", format!("sha256={}", sign(HMAC_SHA256))),
    ]
}

/// Whether `proof` is the `appsecret_proof` of what was signed: an access token, or `token|time`.
#[must_use]
pub fn proves(secret: &[u8], signed: &[u8], proof: &str) -> bool {
    let expected = to_hex(hmac::sign(&hmac::Key::new(HMAC_SHA256, secret), signed).as_ref());
    verify_slices_are_equal(expected.as_bytes(), proof.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202, case 2, and RFC 4231, case 2.
    #[test]
    fn what_is_signed_is_as_the_rfcs_have_it() {
        let [sha1, sha256] = signatures(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(sha1, ("x-hub-signature", "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79".to_owned()));
        let proof = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(sha256, ("x-hub-signature-256", format!("sha256={proof}")));
        assert!(proves(b"Jefe", b"what do ya want for nothing?", proof));
        assert!(!proves(b"Jefe", b"what do ya want for nothing?", &proof.to_uppercase()));
        assert!(!proves(b"jefe", b"what do ya want for nothing?", proof));
    }
}
