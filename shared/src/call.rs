//! Who makes a call and what it asks for, in 16 bytes that an item can remember.

use aws_lc_rs::digest::{SHA256, digest};

use crate::encoding;
use crate::keyring::KeyRing;
use crate::names::{BusinessId, Execution, IdempotencyKey};
use crate::time::Timestamp;

/// Half of a [`CallId`].
pub const HALF: usize = 8;

/// One call: the first half says who calls (the hash of a [`CallName`], or randomness), the second what it asks for
/// (a hash of the request). Stored with what the call did, it lets the caller's own repeat be told from a rival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId([u8; 2 * HALF]);

/// A call with the knowledge whether its caller named it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The call.
    pub id: CallId,
    /// Whether a name stands behind the first half.
    pub keyed: bool,
}

/// By what the repeat of a call is known. A key and an execution never name the same call, whatever they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallName {
    /// What a caller sent as `Idempotency-Key`.
    Key(IdempotencyKey),
    /// Which occurrence of a schedule it is.
    Execution(Execution),
}

impl CallName {
    /// Its domain, and the name in it.
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Key(key) => ("call", key.as_str()),
            Self::Execution(execution) => ("execution", execution.as_str()),
        }
    }
}

/// What an item's call says of a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The same call: its answer is the first one's.
    Same,
    /// The same name over another request.
    KeyReused,
    /// Another call.
    Other,
}

impl serde::Serialize for CallId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encoding::to_text(&self.0))
    }
}

impl<'de> serde::Deserialize<'de> for CallId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        encoding::array_from_text(&text).map(Self).ok_or_else(|| serde::de::Error::custom("no call"))
    }
}

impl CallId {
    /// The id from its bytes, as an item holds it.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 2 * HALF]) -> Self {
        Self(bytes)
    }

    /// All 16 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 2 * HALF] {
        &self.0
    }

    /// The half that says who calls.
    #[must_use]
    pub fn caller(&self) -> &[u8] {
        &self.0[..HALF]
    }

    /// The half that says what is asked for.
    #[must_use]
    pub fn request(&self) -> &[u8] {
        &self.0[HALF..]
    }

    /// What names the opt-in that this call asks for at `asked_at`. A business may use the same `Idempotency-Key` again
    /// once the first ask is forgotten: that is another opt-in, with another token.
    #[must_use]
    pub fn asked_at(&self, asked_at: Timestamp) -> Self {
        let hash = digest(&SHA256, &[self.0.as_slice(), &asked_at.millis().to_be_bytes()].concat());
        Self(*hash.as_ref().first_chunk().expect("hashes are longer than a call id"))
    }

    /// How a later call stands to this one.
    #[must_use]
    pub fn compare(&self, later: &CallId) -> Repeat {
        match (self.caller() == later.caller(), self.request() == later.request()) {
            (true, true) => Repeat::Same,
            (true, false) => Repeat::KeyReused,
            (false, _) => Repeat::Other,
        }
    }
}

impl Call {
    /// The call that `request` makes on `scope` (the addressed person or token) of `business`, under its `name` or
    /// else under `random` bytes.
    #[must_use]
    pub fn new(keys: &KeyRing, business: &BusinessId, scope: &[u8], name: Option<&CallName>, request: &[u8], random: [u8; HALF]) -> Self {
        let caller = match name.map(CallName::parts) {
            Some((domain, name)) => first_half(&keys.address(domain, &[business.as_str().as_bytes(), scope, name.as_bytes()])),
            None => random,
        };
        let mut id = [0; 2 * HALF];
        id[..HALF].copy_from_slice(&caller);
        id[HALF..].copy_from_slice(&first_half(digest(&SHA256, request).as_ref()));
        Self { id: CallId(id), keyed: name.is_some() }
    }
}

fn first_half(bytes: &[u8]) -> [u8; HALF] {
    *bytes.first_chunk().expect("hashes are longer than half a call id")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> CallName {
        CallName::Key(IdempotencyKey::try_from(name.to_owned()).expect("a key"))
    }

    fn execution(name: &str) -> CallName {
        CallName::Execution(Execution::try_from(name.to_owned()).expect("an execution"))
    }

    fn call(scope: &[u8], name: Option<&CallName>, request: &[u8], random: u8) -> Call {
        let keys = KeyRing::parse(&KeyRing::generate([[1; 32], [2; 32], [3; 32]])).expect("valid");
        let business = BusinessId::try_from("shop".to_owned()).expect("a business");
        Call::new(&keys, &business, scope, name, request, [random; HALF])
    }

    #[test]
    fn a_named_call_is_known_again_by_its_scope_its_name_and_its_request() {
        let (one, two) = (key("one"), key("two"));
        let first = call(b"ada", Some(&one), b"request", 1);
        let compared = |later: Call| first.id.compare(&later.id);
        assert_eq!(compared(call(b"ada", Some(&one), b"request", 2)), Repeat::Same);
        assert_eq!(compared(call(b"ada", Some(&one), b"another", 2)), Repeat::KeyReused);
        assert_eq!(compared(call(b"ada", Some(&two), b"request", 2)), Repeat::Other);
        assert_eq!(compared(call(b"bea", Some(&one), b"request", 2)), Repeat::Other);
        assert!(first.keyed);
    }

    #[test]
    fn a_key_and_an_execution_never_name_the_same_call() {
        let first = call(b"ada", Some(&execution("one")), b"request", 1);
        assert_eq!(first.id.compare(&call(b"ada", Some(&execution("one")), b"request", 1).id), Repeat::Same);
        assert_eq!(first.id.compare(&call(b"ada", Some(&execution("two")), b"request", 1).id), Repeat::Other);
        assert_eq!(first.id.compare(&call(b"ada", Some(&key("one")), b"request", 1).id), Repeat::Other);
    }

    #[test]
    fn a_call_without_a_name_is_known_by_its_randomness_alone() {
        let first = call(b"ada", None, b"request", 1);
        assert_eq!((first.id.caller(), first.keyed), ([1; HALF].as_slice(), false));
        assert_eq!(first.id.compare(&call(b"ada", None, b"request", 2).id), Repeat::Other);
    }

    #[test]
    fn an_ask_at_another_time_names_another_optin() {
        let id = call(b"ada", None, b"request", 1).id;
        let named = |millis| id.asked_at(Timestamp::from_millis(millis));
        assert_eq!(named(1), named(1));
        assert_ne!(named(1), named(2));
    }
}
