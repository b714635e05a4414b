//! The deployment's keys: one permanent address key, and sealing and MAC keys that rotate under key ids.
//!
//! As JSON: `{"version":1,"address":"<key>","sealing":[{"id":2,"key":"<key>"},{"id":1,...}],"mac":[...]}`, each key
//! 32 bytes in unpadded base64url. The first key of a list makes new links and tokens; the others still open old ones.

mod rotation;

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::encoding;

pub use rotation::{Lists, NewKeys, Rotation};

/// Length of every key in bytes.
pub const KEY_LEN: usize = 32;

/// Which sealing or MAC key made something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub u8);

/// Why a key ring cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the key ring is unusable: {0}")]
pub struct KeyRingError(String);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u8,
    address: String,
    sealing: Vec<WrittenKey>,
    mac: Vec<WrittenKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    id: u8,
    key: String,
}

/// All keys of a deployment, ready for use. `Debug` shows none of them.
pub struct KeyRing {
    address: hmac::Key,
    sealing: Vec<(KeyId, SealingKey)>,
    mac: Vec<(KeyId, hmac::Key)>,
}

struct SealingKey {
    cipher: LessSafeKey,
    nonces: hmac::Key,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing")
    }
}

impl KeyRing {
    /// The JSON of a new key ring made of three keys' worth of randomness.
    #[must_use]
    pub fn generate(randomness: [[u8; KEY_LEN]; 3]) -> String {
        let [address, sealing, mac] = randomness.map(|key| encoding::to_text(&key));
        let one = |key| vec![WrittenKey { id: 1, key }];
        let written = Written { version: 1, address, sealing: one(sealing), mac: one(mac) };
        serde_json::to_string(&written).expect("strings and numbers always serialise")
    }

    /// Reads a key ring from its JSON.
    ///
    /// # Errors
    /// When the JSON is not of the documented form. The error repeats nothing of it.
    pub fn parse(json: &str) -> Result<Self, KeyRingError> {
        let written: Written = serde_json::from_str(json)
            .map_err(|e| KeyRingError(format!("not the documented JSON (line {}, column {})", e.line(), e.column())))?;
        if written.version != 1 {
            return Err(KeyRingError(format!("version {} is unknown, this program reads version 1", written.version)));
        }
        Ok(Self {
            address: hmac_key(&key_bytes("address", &written.address)?),
            sealing: keys("sealing", &written.sealing, sealing_key)?,
            mac: keys("mac", &written.mac, hmac_key)?,
        })
    }

    /// HMAC-SHA-256 under the permanent address key, cut to 16 bytes: where an item stands.
    #[must_use]
    pub(crate) fn address(&self, domain: &str, parts: &[&[u8]]) -> [u8; 16] {
        cut(framed(&self.address, domain, parts).as_ref())
    }

    /// The id of the key that makes new MACs.
    #[must_use]
    pub fn current_mac(&self) -> KeyId {
        self.mac[0].0
    }

    /// A MAC cut to `N` bytes under key `id`; `None` when the ring no longer holds that key.
    pub(crate) fn mac<const N: usize>(&self, id: KeyId, domain: &str, parts: &[&[u8]]) -> Option<[u8; N]> {
        Some(cut(framed(find(&self.mac, id)?, domain, parts).as_ref()))
    }

    /// Seals `plain` under the current sealing key: key id, nonce, ciphertext and tag. Equal input gives equal output
    /// (the nonce is a MAC of it), so that a repeated ask yields the same link.
    #[must_use]
    pub fn seal(&self, domain: &str, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let (id, key) = &self.sealing[0];
        let nonce: [u8; NONCE_LEN] = cut(framed(&key.nonces, domain, &[context, plain]).as_ref());
        let mut sealed = plain.to_vec();
        key.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(domain, context), &mut sealed)
            .expect("AES-256-GCM seals anything shorter than 64 GiB");
        [&[id.0], nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`KeyRing::seal`] made for the same domain and context; `None` for anything else.
    #[must_use]
    pub fn open(&self, domain: &str, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (id, rest) = sealed.split_first()?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>()?;
        let key = find(&self.sealing, KeyId(*id))?;
        let mut plain = ciphertext.to_vec();
        let length = key.cipher.open_in_place(Nonce::assume_unique_for_key(*nonce), aad(domain, context), &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }
}

fn aad(domain: &str, context: &[u8]) -> Aad<Vec<u8>> {
    Aad::from([domain.as_bytes(), &[0], context].concat())
}

/// HMAC over a domain and parts, each preceded by its length: no two lists of parts hash the same bytes.
fn framed(key: &hmac::Key, domain: &str, parts: &[&[u8]]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    for part in std::iter::once(domain.as_bytes()).chain(parts.iter().copied()) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.sign()
}

fn cut<const N: usize>(tag: &[u8]) -> [u8; N] {
    *tag.first_chunk().expect("a MAC is never cut to more than its 32 bytes")
}

fn find<K>(keys: &[(KeyId, K)], id: KeyId) -> Option<&K> {
    keys.iter().find(|(each, _)| *each == id).map(|(_, key)| key)
}

fn keys<K>(list: &str, written: &[WrittenKey], make: impl Fn(&[u8; KEY_LEN]) -> K) -> Result<Vec<(KeyId, K)>, KeyRingError> {
    if written.is_empty() {
        return Err(KeyRingError(format!("`{list}` holds no key")));
    }
    let mut keys = Vec::with_capacity(written.len());
    for WrittenKey { id, key } in written {
        if find(&keys, KeyId(*id)).is_some() {
            return Err(KeyRingError(format!("`{list}` holds key id {id} twice")));
        }
        keys.push((KeyId(*id), make(&key_bytes(list, key)?)));
    }
    Ok(keys)
}

fn key_bytes(list: &str, text: &str) -> Result<[u8; KEY_LEN], KeyRingError> {
    encoding::array_from_text(text).ok_or_else(|| KeyRingError(format!("a key of `{list}` is not {KEY_LEN} bytes of base64url")))
}

fn hmac_key(bytes: &[u8; KEY_LEN]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, bytes)
}

fn sealing_key(bytes: &[u8; KEY_LEN]) -> SealingKey {
    let root = hmac_key(bytes);
    let derived = |purpose| -> [u8; KEY_LEN] { cut(framed(&root, purpose, &[]).as_ref()) };
    let cipher = UnboundKey::new(&AES_256_GCM, &derived("cipher")).expect("32 bytes are an AES-256 key");
    SealingKey { cipher: LessSafeKey::new(cipher), nonces: hmac_key(&derived("nonces")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(seed: u8) -> KeyRing {
        KeyRing::parse(&KeyRing::generate([[seed; 32], [seed + 1; 32], [seed + 2; 32]])).expect("valid")
    }

    #[test]
    fn what_was_sealed_opens_only_whole_and_in_its_context() {
        let ring = ring(1);
        let sealed = ring.seal("link", b"shop", b"hello");
        assert_eq!(ring.open("link", b"shop", &sealed).as_deref(), Some(&b"hello"[..]));
        assert_eq!(ring.open("link", b"other", &sealed), None);
        assert_eq!(ring.open("secret", b"shop", &sealed), None);
        for at in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            assert_eq!(ring.open("link", b"shop", &forged), None, "byte {at}");
        }
    }

    #[test]
    fn a_rotated_key_still_opens_and_verifies_while_it_is_kept() {
        let old = KeyRing::generate([[1; 32], [2; 32], [3; 32]]);
        let mut rotated: Written = serde_json::from_str(&old).expect("valid");
        for (list, byte) in [(&mut rotated.sealing, 7), (&mut rotated.mac, 8)] {
            list.insert(0, WrittenKey { id: 2, key: encoding::to_text(&[byte; 32]) });
        }
        let (old, new) =
            (KeyRing::parse(&old).expect("valid"), KeyRing::parse(&serde_json::to_string(&rotated).expect("json")).expect("valid"));
        assert_eq!(new.open("link", b"", &old.seal("link", b"", b"x")).as_deref(), Some(&b"x"[..]));
        assert_eq!(new.mac::<16>(KeyId(1), "token", &[b"a"]), old.mac::<16>(KeyId(1), "token", &[b"a"]));
        assert_eq!(new.current_mac(), KeyId(2));
        assert_eq!(old.mac::<16>(KeyId(2), "token", &[b"a"]), None);
        assert_eq!(new.address("person", &[b"a"]), old.address("person", &[b"a"]));
    }

    #[test]
    fn parts_are_kept_apart() {
        let ring = ring(1);
        assert_ne!(ring.address("x", &[b"ab", b"c"]), ring.address("x", &[b"a", b"bc"]));
    }

    #[test]
    fn an_unusable_ring_says_why_and_repeats_no_key() {
        let secret = encoding::to_text(&[9; 32]);
        let json = format!(r#"{{"version":1,"address":"{secret}","sealing":[],"mac":[]}}"#);
        let error = KeyRing::parse(&json).expect_err("no sealing key").to_string();
        assert!(error.contains("`sealing` holds no key"), "{error}");
        assert!(!error.contains(&secret));
        assert_eq!(format!("{:?}", ring(1)), "KeyRing");
    }
}
