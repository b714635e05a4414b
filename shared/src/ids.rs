//! Ids and tokens that hold their item's address and a MAC: no lookup table, and a forged, mistyped or foreign one is
//! refused before any read.

use std::fmt;

use crate::address::{OptinAddress, PersonKey, ReleaseKey, TopicKey};
use crate::call::CallId;
use crate::encoding::{self, Fields};
use crate::keyring::{KeyId, KeyRing};
use crate::names::BusinessId;
use crate::time::Timestamp;

const OPTIN_PREFIX: &str = "ro_opt_";
const TOKEN_PREFIX: &str = "ro_tok_";
const NOTIFICATION_PREFIX: &str = "ro_msg_";

/// Which opt-in: its address, when it was asked for and by which call. The generation of an address *is* this pair,
/// never a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptinId {
    /// Where it stands.
    pub address: OptinAddress,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// How long its link lives, in seconds: at most seven days.
    pub link_seconds: u32,
    /// The call that asked.
    pub ask: CallId,
    /// The MAC key of its written forms.
    pub key: KeyId,
}

/// A token as its business shows it: it sends the one message of one grant. `Debug` prints no part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The grant's address.
    pub address: OptinAddress,
    /// The call that asked for the grant.
    pub ask: CallId,
    key: KeyId,
}

/// One message of one opt-in, for ever: the `redemption`-th time that its token was redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotificationId {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// The call that asked for the opt-in.
    pub ask: CallId,
    /// Which redemption, from 1.
    pub redemption: u32,
    /// The MAC key of its written form.
    pub key: KeyId,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl OptinId {
    /// When the link to answer this ask lapses.
    #[must_use]
    pub fn link_expires_at(&self) -> Timestamp {
        self.asked_at + std::time::Duration::from_secs(self.link_seconds.into())
    }

    /// The id as its business knows it. `None` only when the ring no longer holds the id's key.
    #[must_use]
    pub fn to_text(&self, keys: &KeyRing, business: &BusinessId) -> Option<String> {
        let mut bytes = address_bytes(self.key, &self.address);
        bytes.extend_from_slice(&self.asked_at.millis().to_be_bytes()[2..]);
        bytes.extend_from_slice(&self.link_seconds.to_be_bytes()[1..]);
        bytes.extend_from_slice(self.ask.as_bytes());
        signed::<12>(keys, self.key, "opt-in", business, OPTIN_PREFIX, bytes)
    }

    /// Reads an id that `business` was given; `None` for anything else.
    #[must_use]
    pub fn parse(keys: &KeyRing, business: &BusinessId, text: &str) -> Option<Self> {
        let bytes = verified::<12>(keys, "opt-in", business, OPTIN_PREFIX, text)?;
        let mut fields = Fields::new(&bytes);
        let (key, address) = take_address(&mut fields)?;
        let asked_at = Timestamp::from_millis(widen(&fields.take::<6>()?));
        let link_seconds = u32::try_from(widen(&fields.take::<3>()?)).ok()?;
        let ask = CallId::from_bytes(fields.last()?);
        Some(Self { address, asked_at, link_seconds, ask, key })
    }

    /// The token of this opt-in's grant: derived, never stored.
    #[must_use]
    pub fn token(&self) -> Token {
        Token { address: self.address, ask: self.ask, key: self.key }
    }

    /// The message of the `redemption`-th redemption.
    #[must_use]
    pub fn notification(&self, redemption: u32) -> NotificationId {
        NotificationId { address: self.address, ask: self.ask, redemption, key: self.key }
    }
}

impl Token {
    /// The token's text, for its business alone. `None` only when the ring no longer holds the token's key.
    #[must_use]
    pub fn reveal(&self, keys: &KeyRing, business: &BusinessId) -> Option<String> {
        let mut bytes = address_bytes(self.key, &self.address);
        bytes.extend_from_slice(self.ask.as_bytes());
        signed::<16>(keys, self.key, "token", business, TOKEN_PREFIX, bytes)
    }

    /// Reads a token that `business` was given; `None` for a forged, mistyped or foreign one.
    #[must_use]
    pub fn parse(keys: &KeyRing, business: &BusinessId, text: &str) -> Option<Self> {
        let bytes = verified::<16>(keys, "token", business, TOKEN_PREFIX, text)?;
        let mut fields = Fields::new(&bytes);
        let (key, address) = take_address(&mut fields)?;
        Some(Self { address, ask: CallId::from_bytes(fields.last()?), key })
    }
}

impl NotificationId {
    /// The id as its business knows it. `None` only when the ring no longer holds the id's key.
    #[must_use]
    pub fn to_text(&self, keys: &KeyRing, business: &BusinessId) -> Option<String> {
        let mut bytes = address_bytes(self.key, &self.address);
        bytes.extend_from_slice(self.ask.as_bytes());
        bytes.extend_from_slice(&self.redemption.to_be_bytes());
        signed::<12>(keys, self.key, "notification", business, NOTIFICATION_PREFIX, bytes)
    }

    /// Reads an id that `business` was given; `None` for anything else.
    #[must_use]
    pub fn parse(keys: &KeyRing, business: &BusinessId, text: &str) -> Option<Self> {
        let bytes = verified::<12>(keys, "notification", business, NOTIFICATION_PREFIX, text)?;
        let mut fields = Fields::new(&bytes);
        let (key, address) = take_address(&mut fields)?;
        let ask = CallId::from_bytes(fields.take()?);
        Some(Self { address, ask, redemption: u32::from_be_bytes(fields.last()?), key })
    }
}

const RELEASE_PREFIX: &str = "ro_rel_";

/// A release's id as its business knows it. `None` only when the ring no longer holds the id's key.
#[must_use]
pub fn release_id(keys: &KeyRing, business: &BusinessId, key: KeyId, release: &ReleaseKey) -> Option<String> {
    let bytes = [&[key.0], release.0.as_slice()].concat();
    signed::<12>(keys, key, "release", business, RELEASE_PREFIX, bytes)
}

/// Reads the id of a release of `business`; `None` for anything else.
#[must_use]
pub fn parse_release_id(keys: &KeyRing, business: &BusinessId, text: &str) -> Option<ReleaseKey> {
    let bytes = verified::<12>(keys, "release", business, RELEASE_PREFIX, text)?;
    let mut fields = Fields::new(&bytes);
    let [_key] = fields.take()?;
    fields.last().map(ReleaseKey)
}

/// The code of the link that confirms an address, `/v/{code}`: only whoever reads what is sent there has it.
#[must_use]
pub fn confirm_code(keys: &KeyRing, address: &OptinAddress, ask: CallId, hash: [u8; 16]) -> String {
    let id = keys.current_mac();
    let bytes = [address_bytes(id, address).as_slice(), ask.as_bytes(), &hash].concat();
    let mac: [u8; 16] = keys.mac(id, "confirm code", &[&bytes]).expect("the current key is in the ring");
    encoding::to_text(&[bytes.as_slice(), &mac].concat())
}

/// Whose opt-in a code confirms at which address, by its hash; `None` for a code that this deployment never made.
#[must_use]
pub fn parse_confirm_code(keys: &KeyRing, code: &str) -> Option<(OptinAddress, CallId, [u8; 16])> {
    let bytes: [u8; 81] = encoding::array_from_text(code)?;
    let (signed, given) = bytes.split_at(bytes.len() - 16);
    let mut fields = Fields::new(signed);
    let (key, address) = take_address(&mut fields)?;
    let mac: [u8; 16] = keys.mac(key, "confirm code", &[signed])?;
    let ask = CallId::from_bytes(fields.take()?);
    let hash = fields.last()?;
    equal(&mac, given).then_some((address, ask, hash))
}

/// The code of a person's own page, `/u/{code}`: whoever holds it acts as that person.
#[must_use]
pub fn person_code(keys: &KeyRing, person: &PersonKey) -> String {
    let id = keys.current_mac();
    let mac: [u8; 16] = keys.mac(id, "person code", &[&person.0]).expect("the current key is in the ring");
    encoding::to_text(&[&[id.0], person.0.as_slice(), &mac].concat())
}

/// The address of a person's own page, in a deployment at `origin`.
#[must_use]
pub fn person_url(keys: &KeyRing, person: &PersonKey, origin: &str) -> String {
    format!("{origin}/u/{}", person_code(keys, person))
}

/// Whose page a code opens; `None` for a code that this deployment never made.
#[must_use]
pub fn parse_person_code(keys: &KeyRing, code: &str) -> Option<PersonKey> {
    let bytes: [u8; 33] = encoding::array_from_text(code)?;
    let mut fields = Fields::new(&bytes);
    let [id] = fields.take()?;
    let person: [u8; 16] = fields.take()?;
    let mac: [u8; 16] = keys.mac(KeyId(id), "person code", &[&person])?;
    equal(&mac, &fields.last::<16>()?).then_some(PersonKey(person))
}

pub(crate) fn address_bytes(key: KeyId, address: &OptinAddress) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(80);
    bytes.push(key.0);
    bytes.extend_from_slice(&address.person.0);
    bytes.extend_from_slice(&address.topic.0);
    bytes
}

pub(crate) fn take_address(fields: &mut Fields<'_>) -> Option<(KeyId, OptinAddress)> {
    let [key] = fields.take()?;
    let address = OptinAddress { person: PersonKey(fields.take()?), topic: TopicKey(fields.take()?) };
    Some((KeyId(key), address))
}

fn signed<const N: usize>(
    keys: &KeyRing,
    key: KeyId,
    domain: &str,
    business: &BusinessId,
    prefix: &str,
    mut bytes: Vec<u8>,
) -> Option<String> {
    let mac: [u8; N] = keys.mac(key, domain, &[business.as_str().as_bytes(), &bytes])?;
    bytes.extend_from_slice(&mac);
    Some(format!("{prefix}{}", encoding::to_text(&bytes)))
}

/// The signed bytes without their MAC, when it is the one that [`signed`] makes.
fn verified<const N: usize>(keys: &KeyRing, domain: &str, business: &BusinessId, prefix: &str, text: &str) -> Option<Vec<u8>> {
    let mut bytes = encoding::from_text(text.strip_prefix(prefix)?)?;
    let given: [u8; N] = bytes.split_off(bytes.len().checked_sub(N)?).try_into().ok()?;
    let mac: [u8; N] = keys.mac(KeyId(*bytes.first()?), domain, &[business.as_str().as_bytes(), &bytes])?;
    equal(&mac, &given).then_some(bytes)
}

pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

fn widen(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(seed: u8) -> KeyRing {
        KeyRing::parse(&KeyRing::generate([[seed; 32], [seed + 1; 32], [seed + 2; 32]])).expect("valid")
    }

    fn shop(name: &str) -> BusinessId {
        BusinessId::try_from(name.to_owned()).expect("valid")
    }

    fn id() -> OptinId {
        OptinId {
            address: OptinAddress { person: PersonKey([7; 16]), topic: TopicKey([8; 16]) },
            asked_at: Timestamp::from_millis(1_764_000_000_123),
            link_seconds: 604_800,
            ask: CallId::from_bytes([9; 16]),
            key: KeyId(1),
        }
    }

    #[test]
    fn ids_read_as_they_were_written_and_only_for_their_business() {
        let (keys, mine, foreign) = (ring(1), shop("mine"), shop("foreign"));
        let (optin, token, message) = (id(), id().token(), id().notification(3));
        let texts = (
            optin.to_text(&keys, &mine).expect("key"),
            token.reveal(&keys, &mine).expect("key"),
            message.to_text(&keys, &mine).expect("key"),
        );
        assert_eq!(OptinId::parse(&keys, &mine, &texts.0), Some(optin));
        assert_eq!(Token::parse(&keys, &mine, &texts.1), Some(token));
        assert_eq!(NotificationId::parse(&keys, &mine, &texts.2), Some(message));
        assert_eq!(OptinId::parse(&keys, &foreign, &texts.0), None);
        assert_eq!(Token::parse(&keys, &foreign, &texts.1), None);
        assert_eq!(NotificationId::parse(&keys, &foreign, &texts.2), None);
        assert_eq!(Token::parse(&ring(9), &mine, &texts.1), None);
    }

    #[test]
    fn a_token_with_any_character_changed_is_refused() {
        let (keys, shop) = (ring(1), shop("shop"));
        let token = id().token().reveal(&keys, &shop).expect("key");
        for at in 0..token.len() {
            for other in ['A', 'b', '7', '_', '-', '.'] {
                let mut forged: Vec<char> = token.chars().collect();
                if forged[at] == other {
                    continue;
                }
                forged[at] = other;
                let forged: String = forged.into_iter().collect();
                assert_eq!(Token::parse(&keys, &shop, &forged), None, "{forged}");
            }
        }
        assert_eq!(Token::parse(&keys, &shop, &token[..token.len() - 1]), None);
        assert_eq!(Token::parse(&keys, &shop, "ro_tok_"), None);
    }

    #[test]
    fn a_token_is_never_printed_by_debug() {
        assert_eq!(format!("{:?}", id().token()), "Token");
    }

    #[test]
    fn an_id_whose_key_the_ring_does_not_hold_is_not_written() {
        let (keys, shop, unknown) = (ring(1), shop("shop"), KeyId(7));
        let id = OptinId { key: unknown, ..id() };
        assert_eq!((id.to_text(&keys, &shop), id.token().reveal(&keys, &shop)), (None, None));
        assert_eq!(id.notification(1).to_text(&keys, &shop), None);
        assert_eq!(release_id(&keys, &shop, unknown, &ReleaseKey([5; 16])), None);
    }

    #[test]
    fn a_link_lapses_so_many_seconds_after_its_ask() {
        assert_eq!(id().link_expires_at(), Timestamp::from_millis(1_764_604_800_123));
    }

    #[test]
    fn the_id_of_a_release_reads_as_it_was_written_and_only_for_its_business() {
        let (keys, mine, release) = (ring(1), shop("mine"), ReleaseKey([5; 16]));
        let text = release_id(&keys, &mine, KeyId(1), &release).expect("key");
        assert_eq!(parse_release_id(&keys, &mine, &text), Some(release));
        assert_eq!(parse_release_id(&keys, &shop("foreign"), &text), None);
        assert_eq!(parse_release_id(&ring(5), &mine, &text), None);
        for bad in ["", "ro_rel_", &text[1..], &text[..text.len() - 2], &id().token().reveal(&keys, &mine).expect("key")] {
            assert_eq!(parse_release_id(&keys, &mine, bad), None, "{bad}");
        }
    }

    #[test]
    fn a_confirm_code_is_of_one_opt_in_at_one_address_and_is_no_other_code() {
        let (keys, address, ask, hash) = (ring(1), id().address, id().ask, [6; 16]);
        let code = confirm_code(&keys, &address, ask, hash);
        assert_eq!(parse_confirm_code(&keys, &code), Some((address, ask, hash)));
        assert_eq!(parse_confirm_code(&ring(5), &code), None);
        for at in 0..code.len() {
            let mut forged = code.clone();
            forged.replace_range(at..=at, if &code[at..=at] == "A" { "B" } else { "A" });
            assert_eq!(parse_confirm_code(&keys, &forged), None, "{forged}");
        }
        for other in ["", &code[4..], &person_code(&keys, &address.person)] {
            assert_eq!(parse_confirm_code(&keys, other), None, "{other}");
        }
    }

    #[test]
    fn a_person_code_opens_one_page() {
        let keys = ring(1);
        let code = person_code(&keys, &PersonKey([4; 16]));
        assert_eq!(person_url(&keys, &PersonKey([4; 16]), "https://ringonce.example"), format!("https://ringonce.example/u/{code}"));
        assert_eq!(parse_person_code(&keys, &code), Some(PersonKey([4; 16])));
        assert_eq!(parse_person_code(&ring(5), &code), None);
        assert_eq!(parse_person_code(&keys, &code[1..]), None);
    }
}
