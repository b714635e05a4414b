//! Ids, tokens, codes and keys.

use ringonce_domain::address::{OptinAddress, PersonKey, ReleaseKey, TopicKey};
use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::call::CallId;
use ringonce_domain::ids::{self, NotificationId, OptinId, Token};
use ringonce_domain::keyring::{KeyId, KeyRing};
use ringonce_domain::names::BusinessId;
use ringonce_domain::time::Timestamp;
use ringonce_memory::fixture;

use super::bytes::Bytes;
use crate::harness::{Outcome, Target};

pub(super) const TARGET: Target =
    Target { name: "ids", seeds, words: &["ro_opt_", "ro_tok_", "ro_msg_", "ro_rel_", "ro_sk_", "ro_pk_", "A", "==", "-_", "+/"], check };

thread_local! {
    static RING: KeyRing = fixture::keys();
    static OTHER_RING: KeyRing = KeyRing::parse(&KeyRing::generate([[7; 32], [8; 32], [9; 32]])).unwrap();
}

fn seeds() -> Vec<Vec<u8>> {
    let made = RING.with(|keys| made(keys, &mut Bytes(b"an opt-in of somebody to something, asked for at some time")));
    let keys = [KeyKind::Secret, KeyKind::Publishable].map(|kind| ApiKey::new(kind, [5; 24]).reveal().to_owned());
    made.into_iter().map(|(_, text)| text).chain(keys).map(String::into_bytes).collect()
}

fn check(input: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(input);
    let of_text = KINDS.map(|kind| RING.with(|keys| is_read(kind, keys, &text)));
    RING.with(|keys| {
        let mut bytes = Bytes(input);
        for (kind, text) in made(keys, &mut bytes) {
            assert!(is_read(kind, keys, &text), "{kind:?} is not read as it was written: {text}");
            refuses_others(kind, keys, &text, &mut bytes);
        }
    });
    Outcome::of((of_text, ApiKey::parse(&text).map(|key| assert_eq!(key.reveal(), text)).is_ok()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Optin,
    Token,
    Notification,
    Release,
    Person,
    Confirm,
}

const KINDS: [Kind; 6] = [Kind::Optin, Kind::Token, Kind::Notification, Kind::Release, Kind::Person, Kind::Confirm];

/// Whether `text` is read as one of a kind. What is read is written as it was: no two texts mean the same.
fn is_read(kind: Kind, keys: &KeyRing, text: &str) -> bool {
    match written(kind, keys, &fixture::business(), text) {
        Some(written) => {
            assert_eq!(written, text, "{kind:?}");
            true
        }
        None => false,
    }
}

/// What a text is read as, written again.
fn written(kind: Kind, keys: &KeyRing, shop: &BusinessId, text: &str) -> Option<String> {
    match kind {
        Kind::Optin => OptinId::parse(keys, shop, text)?.to_text(keys, shop),
        Kind::Token => Token::parse(keys, shop, text)?.reveal(keys, shop),
        Kind::Notification => NotificationId::parse(keys, shop, text)?.to_text(keys, shop),
        Kind::Release => ids::release_id(keys, shop, keys.current_mac(), &ids::parse_release_id(keys, shop, text)?),
        Kind::Person => Some(ids::person_code(keys, &ids::parse_person_code(keys, text)?)),
        Kind::Confirm => {
            let (address, ask, hash) = ids::parse_confirm_code(keys, text)?;
            Some(ids::confirm_code(keys, &address, ask, hash))
        }
    }
}

/// One of each kind, made of an input.
fn made(keys: &KeyRing, bytes: &mut Bytes<'_>) -> Vec<(Kind, String)> {
    let (shop, key) = (fixture::business(), keys.current_mac());
    let address = OptinAddress { person: PersonKey::from_bytes(bytes.array()), topic: TopicKey::from_bytes(bytes.array()) };
    let (asked_at, ask) = (Timestamp::from_millis(bytes.number() >> 16), CallId::from_bytes(bytes.array()));
    let link_seconds = u32::from_be_bytes(bytes.array()) >> 8;
    let optin = OptinId { address, asked_at, link_seconds, ask, key };
    let unknown = OptinId { key: KeyId(bytes.byte() | 128), ..optin };
    assert!(unknown.to_text(keys, &shop).is_none() && unknown.token().reveal(keys, &shop).is_none(), "no key, no text");
    let notification = optin.notification(u32::from_be_bytes(bytes.array()));
    let release = ReleaseKey::from_bytes(bytes.array());
    vec![
        (Kind::Optin, optin.to_text(keys, &shop).unwrap()),
        (Kind::Token, optin.token().reveal(keys, &shop).unwrap()),
        (Kind::Notification, notification.to_text(keys, &shop).unwrap()),
        (Kind::Release, ids::release_id(keys, &shop, key, &release).unwrap()),
        (Kind::Person, ids::person_code(keys, &address.person)),
        (Kind::Confirm, ids::confirm_code(keys, &address, ask, bytes.array())),
    ]
}

/// A text is of its kind, its business and its ring alone, and each of its characters counts.
fn refuses_others(kind: Kind, keys: &KeyRing, text: &str, bytes: &mut Bytes<'_>) {
    for other in KINDS.into_iter().filter(|other| *other != kind) {
        assert!(!is_read(other, keys, text), "{kind:?} is read as {other:?}: {text}");
    }
    let rival = BusinessId::try_from("rival".to_owned()).unwrap();
    let is_of_business = !matches!(kind, Kind::Person | Kind::Confirm);
    assert!(!is_of_business || written(kind, keys, &rival, text).is_none(), "{kind:?} is another business's too");
    assert!(OTHER_RING.with(|keys| !is_read(kind, keys, text)), "{kind:?} is another deployment's too");
    let mut forged = text.as_bytes().to_vec();
    let at = bytes.below(forged.len());
    forged[at] = b"Ab7_-./ "[bytes.below(8)];
    let forged = String::from_utf8(forged).unwrap();
    assert!(forged == text || !is_read(kind, keys, &forged), "{kind:?} is forged: {forged}");
}
