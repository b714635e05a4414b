//! Links, in which an ask is sealed.

use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::CallId;
use ringonce_domain::encoding;
use ringonce_domain::ids::OptinId;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::link::{LONGEST_URL, SealedAsk};
use ringonce_domain::names::{Locale, Topic, UserId};
use ringonce_domain::text::{BusinessName, Payload, Title};
use ringonce_domain::time::Timestamp;
use ringonce_memory::fixture::{self, START};

use super::bytes::Bytes;
use crate::harness::{Outcome, Target};

pub(super) const TARGET: Target =
    Target { name: "link", seeds, words: &["shop", "shirt-m", "ada", "\u{1}\u{2}\u{3}", "\u{7f}", "de", "anon:"], check };

thread_local! {
    static KEYS: KeyRing = fixture::keys();
}

/// For which the bytes of a link are sealed.
const DOMAIN: &str = "link";

fn seeds() -> Vec<Vec<u8>> {
    let ask = fixture::subject(&fixture::keys(), "ada").sealed(fixture::call(1, 1, false), START);
    let full = SealedAsk {
        payload: Some(Payload::try_from("cart 17".to_owned()).unwrap()),
        locale: Some(Locale::try_from("pt-BR".to_owned()).unwrap()),
        channels: vec![ChannelKind::Inbox],
        ..ask.clone()
    };
    let codes = [ask, full].map(|ask| KEYS.with(|keys| ask.seal(keys)));
    let plain = |code: &String| KEYS.with(|keys| keys.open(DOMAIN, &[], &encoding::from_text(code).unwrap()).unwrap());
    let texts = ["shirt-m", "ada", "The Shop", "Rad shirt, M", "cart 17", "de"].map(|text| [&[text.len() as u8], text.as_bytes()].concat());
    let made = [vec![1; 36], texts.concat()].concat();
    codes.iter().map(plain).chain(codes.iter().map(|code| code.clone().into_bytes())).chain([made]).collect()
}

fn check(input: &[u8]) -> Outcome {
    KEYS.with(|keys| {
        let text = String::from_utf8_lossy(input);
        let given = SealedAsk::open(keys, &text);
        if let Some(ask) = &given {
            assert_eq!(ask.seal(keys), text, "two links say the same");
        }
        // What an older or a newer program may have sealed.
        let sealed = SealedAsk::open(keys, &encoding::to_text(&keys.seal(DOMAIN, &[], input)));
        for ask in [&given, &sealed].into_iter().flatten() {
            assert_eq!(SealedAsk::open(keys, &ask.seal(keys)).as_ref(), Some(ask), "a link is read as it was sealed");
        }
        let made = made(keys, &mut Bytes(input));
        Outcome::of((given.is_some(), sealed.map(|ask| (ask.payload.is_some(), ask.locale.is_some(), ask.channels)), made))
    })
}

/// Whether the input makes an ask that keeps to the rules: such a one is read as it was sealed, and not with any character
/// of its code changed.
fn made(keys: &KeyRing, bytes: &mut Bytes<'_>) -> bool {
    let at = bytes.number();
    let Some(ask) = of_rules(keys, bytes) else {
        return false;
    };
    let code = ask.seal(keys);
    assert!(code.len() <= LONGEST_URL - 256, "{} bytes", code.len());
    assert_eq!(SealedAsk::open(keys, &code), Some(ask));
    let mut forged = code.into_bytes();
    let at = usize::try_from(at % forged.len() as u64).unwrap();
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    assert_eq!(SealedAsk::open(keys, &String::from_utf8(forged).unwrap()), None);
    true
}

fn of_rules(keys: &KeyRing, bytes: &mut Bytes<'_>) -> Option<SealedAsk> {
    let (asked_at, link_seconds) = (Timestamp::from_millis(bytes.number()), u32::from_be_bytes(bytes.array()));
    let ask = CallId::from_bytes(bytes.array());
    let (topic, user) = (Topic::try_from(bytes.text(9)).ok()?, UserId::try_from(bytes.text(128)).ok()?);
    let subject = fixture::subject_of(keys, user.as_str(), topic.as_str());
    let sealed = subject.sealed(fixture::call(1, 1, false), START);
    Some(SealedAsk {
        id: OptinId { asked_at, link_seconds, ask, ..sealed.id },
        business_name: BusinessName::try_from(bytes.text(80)).ok()?,
        title: Title::try_from(bytes.text(130)).ok()?,
        payload: Payload::try_from(bytes.text(255)).ok(),
        locale: Locale::try_from(bytes.text(35)).ok(),
        ..sealed
    })
}
