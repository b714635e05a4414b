//! The encryption of push messages (RFC 8291) in one record of `aes128gcm` (RFC 8188).

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ringonce_domain::push::{POINT_LEN, Subscription};
use thiserror::Error;

/// Most bytes of a push message that is not encrypted yet: a record of 4,096 bytes, less the header's 86, the padding's
/// delimiter and the tag's 16 (RFC 8291, section 4).
pub const LONGEST_PLAIN: usize = RECORD_SIZE as usize - HEADER_LEN - 1 - TAG_LEN;

/// Length of a salt in bytes.
pub const SALT_LEN: usize = 16;

const RECORD_SIZE: u32 = 4_096;
const HEADER_LEN: usize = SALT_LEN + size_of::<u32>() + 1 + POINT_LEN;
const TAG_LEN: usize = 16;
/// Says that no record follows (RFC 8188, section 2).
const LAST_RECORD: u8 = 2;

/// Why a message cannot be encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EncryptError {
    /// It does not fit into one record.
    #[error("a push message is at most {LONGEST_PLAIN} bytes, and this one is {0}")]
    TooLong(usize),
    /// The subscription's key is no point of P-256.
    #[error("the subscription's public key is not on P-256")]
    Point,
}

/// What is fresh for each message, and never used for a second.
pub struct Fresh {
    /// Unpredictable bytes.
    pub salt: [u8; SALT_LEN],
    /// The sender's key for this message.
    pub key: PrivateKey,
}

impl Fresh {
    /// A salt and a key that nobody can guess.
    ///
    /// # Panics
    /// When the system has no randomness: nothing safe can be done then.
    #[must_use]
    pub fn generate() -> Self {
        let key = PrivateKey::generate(&agreement::ECDH_P256).expect("the system's source of randomness answers");
        Self { salt: crate::ambient::random(), key }
    }
}

/// `plain` as the body of a push: header and one record, which only the subscription's browser can read.
///
/// # Errors
/// When it is longer than [`LONGEST_PLAIN`], or the subscription's key is of no use.
pub fn encrypt(subscription: &Subscription, plain: &[u8], fresh: &Fresh) -> Result<Vec<u8>, EncryptError> {
    if plain.len() > LONGEST_PLAIN {
        return Err(EncryptError::TooLong(plain.len()));
    }
    let public = fresh.key.compute_public_key().expect("a P-256 private key has a public key");
    let keys = Keys::agree(subscription, fresh, public.as_ref())?;
    let mut body = header(&fresh.salt, public.as_ref());
    body.extend(keys.seal(plain));
    Ok(body)
}

/// Salt, record size, and the sender's key as the key's id (RFC 8188, section 2.1; RFC 8291, section 4).
fn header(salt: &[u8; SALT_LEN], public: &[u8]) -> Vec<u8> {
    let id_length = u8::try_from(public.len()).expect("a point of P-256 is 65 bytes");
    [salt.as_slice(), &RECORD_SIZE.to_be_bytes(), &[id_length], public].concat()
}

/// The content encryption key and the nonce of the only record.
struct Keys {
    cipher: LessSafeKey,
    nonce: [u8; NONCE_LEN],
}

impl Keys {
    /// RFC 8291, section 3.4.
    fn agree(subscription: &Subscription, fresh: &Fresh, public: &[u8]) -> Result<Self, EncryptError> {
        let point = UnparsedPublicKey::new(&agreement::ECDH_P256, subscription.point());
        let auth = Salt::new(HKDF_SHA256, subscription.auth());
        let prk = agreement::agree(&fresh.key, point, EncryptError::Point, |secret| Ok(auth.extract(secret)))?;
        let ikm: [u8; 32] = expand(&prk, &[b"WebPush: info\0", subscription.point(), public]);
        Ok(Self::derive(&fresh.salt, &ikm))
    }

    /// RFC 8188, sections 2.2 and 2.3. The first record's nonce is the derived one.
    fn derive(salt: &[u8; SALT_LEN], ikm: &[u8]) -> Self {
        let prk = Salt::new(HKDF_SHA256, salt).extract(ikm);
        let key: [u8; 16] = expand(&prk, &[b"Content-Encoding: aes128gcm\0"]);
        let cipher = UnboundKey::new(&AES_128_GCM, &key).expect("16 bytes are an AES-128 key");
        Self { cipher: LessSafeKey::new(cipher), nonce: expand(&prk, &[b"Content-Encoding: nonce\0"]) }
    }

    fn seal(self, plain: &[u8]) -> Vec<u8> {
        let mut record = [plain, &[LAST_RECORD]].concat();
        self.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(self.nonce), Aad::empty(), &mut record)
            .expect("AES-128-GCM seals anything shorter than 64 GiB");
        record
    }
}

/// So many bytes of a derived key.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> [u8; N] {
    let mut bytes = [0; N];
    prk.expand(info, Length(N)).and_then(|okm| okm.fill(&mut bytes)).expect("HKDF-SHA-256 gives up to 8,160 bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringonce_domain::encoding;

    /// RFC 8291, appendix A.
    const PLAIN: &[u8] = b"When I grow up, I want to be a watermelon";
    const SENDER: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    const SALT: &str = "DGv6ra1nlYgDCS1FRnbzlw";
    const BODY: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru\
                        3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    fn browser() -> Subscription {
        let json = r#"{"endpoint": "https://push.example/x", "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}"#;
        serde_json::from_str(json).expect("valid")
    }

    fn fresh() -> Fresh {
        let key = encoding::from_text(SENDER).expect("base64url");
        let key = PrivateKey::from_private_key(&agreement::ECDH_P256, &key).expect("a key");
        Fresh { salt: encoding::array_from_text(SALT).expect("16 bytes"), key }
    }

    #[test]
    fn the_example_of_rfc_8291_is_encrypted_as_it_says() {
        let body = encrypt(&browser(), PLAIN, &fresh()).expect("short");
        assert_eq!(encoding::to_text(&body), BODY);
    }

    #[test]
    fn the_longest_message_fills_a_record_and_one_byte_more_is_refused() {
        assert_eq!(LONGEST_PLAIN, 3_993);
        let body = encrypt(&browser(), &[b'x'; LONGEST_PLAIN], &fresh()).expect("fits");
        assert_eq!(body.len(), 4_096);
        let refused = encrypt(&browser(), &[b'x'; LONGEST_PLAIN + 1], &fresh());
        assert_eq!(refused, Err(EncryptError::TooLong(LONGEST_PLAIN + 1)));
    }

    #[test]
    fn no_two_messages_share_salt_or_key() {
        let [one, other] = [(); 2].map(|()| encrypt(&browser(), PLAIN, &Fresh::generate()).expect("short"));
        assert_ne!(one[..SALT_LEN], other[..SALT_LEN]);
        assert_ne!(one[SALT_LEN + 5..HEADER_LEN], other[SALT_LEN + 5..HEADER_LEN]);
    }
}
