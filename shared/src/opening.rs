//! The code of a message's link: it holds which message, bound by a MAC.

use crate::call::CallId;
use crate::encoding::{self, Fields};
use crate::ids::{NotificationId, address_bytes, equal, take_address};
use crate::keyring::KeyRing;

/// The code of a message's link, `/r/{code}`: it opens what that message leads to, and nothing else. `None` only when the
/// ring no longer holds the message's key.
#[must_use]
pub fn code(keys: &KeyRing, message: &NotificationId) -> Option<String> {
    let mut bytes = address_bytes(message.key, &message.address);
    bytes.extend_from_slice(message.ask.as_bytes());
    bytes.extend_from_slice(&message.redemption.to_be_bytes());
    let mac: [u8; 16] = keys.mac(message.key, "opening code", &[&bytes])?;
    bytes.extend_from_slice(&mac);
    Some(encoding::to_text(&bytes))
}

/// Which message's link a code opens; `None` for a code that this deployment never made.
#[must_use]
pub fn parse(keys: &KeyRing, code: &str) -> Option<NotificationId> {
    let bytes: [u8; 69] = encoding::array_from_text(code)?;
    let (signed, given) = bytes.split_at(bytes.len() - 16);
    let mut fields = Fields::new(signed);
    let (key, address) = take_address(&mut fields)?;
    let mac: [u8; 16] = keys.mac(key, "opening code", &[signed])?;
    let ask = CallId::from_bytes(fields.take()?);
    let redemption = u32::from_be_bytes(fields.last()?);
    equal(&mac, given).then_some(NotificationId { address, ask, redemption, key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{OptinAddress, PersonKey, TopicKey};
    use crate::ids::person_code;
    use crate::keyring::KeyId;
    use crate::names::BusinessId;

    fn ring(seed: u8) -> KeyRing {
        KeyRing::parse(&KeyRing::generate([[seed; 32], [seed + 1; 32], [seed + 2; 32]])).expect("valid")
    }

    fn message() -> NotificationId {
        let address = OptinAddress { person: PersonKey([7; 16]), topic: TopicKey([8; 16]) };
        NotificationId { address, ask: CallId::from_bytes([9; 16]), redemption: 3, key: KeyId(1) }
    }

    #[test]
    fn an_opening_code_opens_one_message_and_is_no_other_code() {
        let (keys, message) = (ring(1), message());
        let code = code(&keys, &message).expect("key");
        assert_eq!(parse(&keys, &code), Some(message));
        assert_eq!(parse(&ring(5), &code), None);
        for at in 0..code.len() {
            let mut forged = code.clone();
            forged.replace_range(at..=at, if &code[at..=at] == "A" { "B" } else { "A" });
            assert_eq!(parse(&keys, &forged), None, "{forged}");
        }
        let mine = BusinessId::try_from("mine".to_owned()).expect("valid");
        let as_business_sees_it = message.to_text(&keys, &mine).expect("key");
        for other in [&code[4..], &person_code(&keys, &PersonKey([4; 16])), &as_business_sees_it["ro_msg_".len()..], ""] {
            assert_eq!(parse(&keys, other), None, "{other}");
        }
    }
}
