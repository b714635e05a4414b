//! What becomes of a written key ring whose keys are rotated: the address key stays what it is.

use super::{KEY_LEN, KeyId, KeyRing, KeyRingError, Written, WrittenKey};
use crate::encoding;

/// A new sealing key and a new MAC key.
pub type NewKeys = [[u8; KEY_LEN]; 2];

/// A change of a key ring.
pub enum Rotation {
    /// New keys make whatever is made from now on; the others still open and verify.
    First(NewKeys),
    /// New keys that open and verify, and make nothing yet: for processes that will meet what others make with them.
    Behind(NewKeys),
    /// The keys of this id make whatever is made from now on.
    Promote(KeyId),
    /// The keys of this id go: what they made is refused.
    Drop(KeyId, Lists),
}

/// Which of the lists a key goes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// The sealing keys.
    Sealing,
    /// The MAC keys.
    Mac,
    /// Both.
    Both,
}

impl KeyRing {
    /// The JSON of the ring of `json` with a change made.
    ///
    /// # Errors
    /// When the ring cannot be read, holds no such key, or would lose one that it cannot do without. Repeats no key.
    pub fn rotated(json: &str, rotation: Rotation) -> Result<String, KeyRingError> {
        Self::parse(json)?;
        let mut ring: Written = serde_json::from_str(json).map_err(|_| error("not the documented JSON"))?;
        match rotation {
            Rotation::First(keys) => ring.insert(keys, |_| 0)?,
            Rotation::Behind(keys) => ring.insert(keys, Vec::len)?,
            Rotation::Promote(id) => [&mut ring.sealing, &mut ring.mac].into_iter().try_for_each(|list| promote(list, id))?,
            Rotation::Drop(id, lists) => ring.remove(id, lists)?,
        }
        let json = serde_json::to_string(&ring).expect("strings and numbers always serialise");
        Self::parse(&json).map(|_| json)
    }
}

impl Written {
    /// Both new keys have one id, which neither list holds.
    fn insert(&mut self, [sealing, mac]: NewKeys, at: impl Fn(&Vec<WrittenKey>) -> usize) -> Result<(), KeyRingError> {
        let id = self.free_id().ok_or_else(|| error("holds a key of every id: drop an old one first"))?;
        for (list, key) in [(&mut self.sealing, sealing), (&mut self.mac, mac)] {
            list.insert(at(list), WrittenKey { id, key: encoding::to_text(&key) });
        }
        Ok(())
    }

    /// The id after the highest one; after the last, the lowest that is free.
    fn free_id(&self) -> Option<u8> {
        let is_free = |id: &u8| !self.sealing.iter().chain(&self.mac).any(|key| key.id == *id);
        let highest = self.sealing.iter().chain(&self.mac).map(|key| key.id).max()?;
        highest.checked_add(1).or_else(|| (1..=u8::MAX).find(is_free))
    }

    fn remove(&mut self, KeyId(id): KeyId, lists: Lists) -> Result<(), KeyRingError> {
        let chosen = match lists {
            Lists::Sealing => vec![("sealing", &mut self.sealing)],
            Lists::Mac => vec![("mac", &mut self.mac)],
            Lists::Both => vec![("sealing", &mut self.sealing), ("mac", &mut self.mac)],
        };
        let mut is_known = false;
        for (name, list) in chosen {
            if list.first().is_some_and(|current| current.id == id) {
                return Err(error(&format!("key {id} of `{name}` is the current one: rotate first")));
            }
            is_known |= list.iter().any(|key| key.id == id);
            list.retain(|key| key.id != id);
        }
        if is_known { Ok(()) } else { Err(error(&format!("there is no key {id}"))) }
    }
}

fn promote(list: &mut [WrittenKey], KeyId(id): KeyId) -> Result<(), KeyRingError> {
    let at = list.iter().position(|key| key.id == id).ok_or_else(|| error(&format!("not both lists hold a key {id}")))?;
    list[..=at].rotate_right(1);
    Ok(())
}

fn error(why: &str) -> KeyRingError {
    KeyRingError(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> String {
        KeyRing::generate([[1; 32], [2; 32], [3; 32]])
    }

    fn rotated(json: &str, rotation: Rotation) -> String {
        KeyRing::rotated(json, rotation).expect("rotated")
    }

    /// The ids of both lists in their order, and the address key.
    fn ids(json: &str) -> (Vec<u8>, Vec<u8>, String) {
        let ring: Written = serde_json::from_str(json).expect("a ring");
        let of = |list: &[WrittenKey]| list.iter().map(|key| key.id).collect();
        (of(&ring.sealing), of(&ring.mac), ring.address)
    }

    #[test]
    fn a_new_key_comes_first_or_behind_and_the_address_key_stays() {
        let address = encoding::to_text(&[1; 32]);
        let first = rotated(&ring(), Rotation::First([[4; 32], [5; 32]]));
        assert_eq!(ids(&first), (vec![2, 1], vec![2, 1], address.clone()));
        let behind = rotated(&ring(), Rotation::Behind([[4; 32], [5; 32]]));
        assert_eq!(ids(&behind), (vec![1, 2], vec![1, 2], address));
        assert_eq!(rotated(&behind, Rotation::Promote(KeyId(2))), first, "in two steps it comes to the same");
        let three = rotated(&behind, Rotation::Behind([[6; 32], [7; 32]]));
        assert_eq!(ids(&rotated(&three, Rotation::Promote(KeyId(3)))).0, [3, 1, 2]);
    }

    #[test]
    fn an_old_key_goes_from_either_list_and_what_is_needed_stays() {
        let first = rotated(&ring(), Rotation::First([[4; 32], [5; 32]]));
        let drop = |id, lists| KeyRing::rotated(&first, Rotation::Drop(KeyId(id), lists));
        assert_eq!(ids(&drop(1, Lists::Sealing).expect("dropped")).0, [2]);
        assert_eq!(ids(&drop(1, Lists::Sealing).expect("dropped")).1, [2, 1]);
        assert_eq!(ids(&drop(1, Lists::Both).expect("dropped")).1, [2]);
        for (id, lists, why) in [(2, Lists::Both, "current"), (2, Lists::Mac, "current"), (7, Lists::Both, "no key 7")] {
            let error = drop(id, lists).expect_err(why).to_string();
            assert!(error.contains(why) && !error.contains(&encoding::to_text(&[4; 32])), "{error}");
        }
        assert!(KeyRing::rotated(&first, Rotation::Promote(KeyId(9))).is_err());
        assert!(KeyRing::rotated("{}", Rotation::First([[4; 32], [5; 32]])).is_err());
    }

    #[test]
    fn ids_begin_anew_after_the_last() {
        let mut json = ring().replace("\"id\":1", "\"id\":254");
        for _ in 0..3 {
            json = rotated(&json, Rotation::First([[4; 32], [5; 32]]));
        }
        assert_eq!(ids(&json).0, [2, 1, 255, 254]);
        let every = |byte| (1..=u8::MAX).map(|id| WrittenKey { id, key: encoding::to_text(&[byte; 32]) }).collect();
        let full = Written { version: 1, address: encoding::to_text(&[1; 32]), sealing: every(2), mac: every(3) };
        let json = serde_json::to_string(&full).expect("json");
        assert!(KeyRing::rotated(&json, Rotation::First([[4; 32], [5; 32]])).is_err_and(|error| error.to_string().contains("every id")));
    }
}
