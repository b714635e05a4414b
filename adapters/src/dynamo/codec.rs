//! Items as maps of attributes, and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use ringonce_domain::address::{OptinAddress, PersonKey, ReleaseKey, TopicKey};
use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::CallId;
use ringonce_domain::caps::{LONGEST_LINK, Register, SLOTS, Slot};
use ringonce_domain::consent::{ConsentText, SealedAddress};
use ringonce_domain::event::Event;
use ringonce_domain::keyring::KeyId;
use ringonce_domain::optin::{AttemptId, Delivery, Occupant, Optin, Redemption, State, Step};
use ringonce_domain::person::Person;
use ringonce_domain::rules::tombstone_forget_at;
use ringonce_domain::store::{MissedEvent, ParkedEvent, StoreError, given_up_place, place};
use ringonce_domain::time::Timestamp;

use super::schema::{self, DUE, DUE_AT, ERASED, FORGET_AT, PK, SK, WAITING, WAITING_AT, attr};

/// An item.
pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn time(at: Timestamp) -> AttributeValue {
    number(at.millis())
}

pub(super) fn bytes(value: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

pub(super) fn calls(calls: &[CallId]) -> AttributeValue {
    AttributeValue::L(calls.iter().map(|call| bytes(call.as_bytes())).collect())
}

/// The halves that say who called: what a condition can look for, whatever the calls asked for.
pub(super) fn callers(calls: &[CallId]) -> AttributeValue {
    AttributeValue::L(calls.iter().map(|call| bytes(call.caller())).collect())
}

pub(super) fn steps(steps: &[Step]) -> AttributeValue {
    AttributeValue::L(steps.iter().map(|step| text(step.to_text())).collect())
}

/// The attributes of a key.
pub(super) fn key(pk: String, sk: impl Into<String>) -> Item {
    HashMap::from([(PK.to_owned(), text(pk)), (SK.to_owned(), text(sk))])
}

/// Where a grant waits and since when: what a redemption removes and a return puts back.
pub(super) fn waiting(address: &OptinAddress, granted_at: Timestamp, channel: ChannelKind) -> (String, String) {
    let hash = schema::waiting_key(address.topic, schema::waiting_shard(address));
    (hash, place(granted_at, address.person, channel))
}

/// Reads attributes of one item, and names the one that is not as it should be.
pub(super) struct Reader<'a>(pub(super) &'a Item);

impl<'a> Reader<'a> {
    fn corrupt(name: &str) -> StoreError {
        StoreError::Corrupt(format!("attribute `{name}` is missing or of another kind"))
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, StoreError> {
        self.0.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or_else(|| Self::corrupt(name))
    }

    /// A text that one of the domain's types takes.
    pub(super) fn parse<T: TryFrom<String>>(&self, name: &str) -> Result<T, StoreError> {
        T::try_from(self.text(name)?.to_owned()).map_err(|_| Self::corrupt(name))
    }

    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, StoreError> {
        let number = self.0.get(name).and_then(|value| value.as_n().ok()).and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| Self::corrupt(name))
    }

    pub(super) fn time(&self, name: &str) -> Result<Timestamp, StoreError> {
        self.number(name).map(Timestamp::from_millis)
    }

    pub(super) fn array<const N: usize>(&self, name: &str) -> Result<[u8; N], StoreError> {
        let blob = self.0.get(name).and_then(|value| value.as_b().ok());
        blob.and_then(|blob| blob.as_ref().try_into().ok()).ok_or_else(|| Self::corrupt(name))
    }

    pub(super) fn bytes(&self, name: &str) -> Result<&'a [u8], StoreError> {
        self.0.get(name).and_then(|value| value.as_b().ok()).map(Blob::as_ref).ok_or_else(|| Self::corrupt(name))
    }

    fn consent(&self, name: &str) -> Result<ConsentText, StoreError> {
        ConsentText::from_text(self.text(name)?).ok_or_else(|| Self::corrupt(name))
    }

    /// What `read` makes of an attribute that may be missing.
    pub(super) fn optional<T>(&self, name: &str, read: impl Fn(&Self, &str) -> Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        self.0.contains_key(name).then(|| read(self, name)).transpose()
    }

    pub(super) fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, StoreError> {
        serde_json::from_str(self.text(name)?).map_err(|_| Self::corrupt(name))
    }

    fn calls(&self) -> Result<Vec<CallId>, StoreError> {
        let Some(value) = self.0.get(attr::RETURNED) else {
            return Ok(Vec::new());
        };
        let read = |each: &AttributeValue| each.as_b().ok().and_then(|blob| blob.as_ref().try_into().ok()).map(CallId::from_bytes);
        let calls = value.as_l().ok().and_then(|list| list.iter().map(read).collect());
        calls.ok_or_else(|| Self::corrupt(attr::RETURNED))
    }

    fn timeline(&self) -> Result<Vec<Step>, StoreError> {
        let list = self.0.get(attr::TIMELINE).and_then(|value| value.as_l().ok());
        let steps = list.and_then(|list| list.iter().map(|step| step.as_s().ok().and_then(|text| Step::from_text(text))).collect());
        steps.ok_or_else(|| Self::corrupt(attr::TIMELINE))
    }
}

/// Puts attributes into an item, leaving out what says nothing.
struct Writer(Item);

impl Writer {
    fn put(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    fn some(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// A counter; nothing while it is nought.
    fn count(self, name: &str, count: u32) -> Self {
        self.some(name, (count > 0).then(|| number(count)))
    }
}

/// An opt-in as an item under `sk`.
pub(super) fn optin_item(optin: &Optin, sk: String) -> Item {
    let redemption = optin.redemption.as_ref();
    let delivery = &optin.delivery;
    let waits = (optin.state == State::Granted).then(|| waiting(&optin.address, optin.answered_at, optin.channel));
    let (hash, range) = waits.unzip();
    let longest = LONGEST_LINK.as_secs();
    Writer(key(schema::person_pk(optin.address.person), sk))
        .put(attr::STATE, text(optin.state.word()))
        .put(attr::ASK, bytes(optin.ask.as_bytes()))
        .put(attr::ASKED_AT, time(optin.asked_at))
        .some(attr::LINK_SECONDS, (u64::from(optin.link_seconds) != longest).then(|| number(optin.link_seconds)))
        .put(attr::MAC_KEY, number(optin.mac_key.0))
        .put(attr::BUSINESS, text(optin.business.as_str()))
        .put(attr::USER, text(optin.user.as_str()))
        .put(attr::TOPIC, text(optin.topic.as_str()))
        .put(attr::TITLE, text(optin.title.as_str()))
        .some(attr::PAYLOAD, optin.payload.as_ref().map(|payload| text(payload.as_str())))
        .some(attr::LOCALE, optin.locale.as_ref().map(|locale| text(locale.as_str())))
        .put(attr::CHANNEL, text(optin.channel.name()))
        .some(attr::TO, optin.to.as_ref().map(|to| bytes(&to.sealed)))
        .some(attr::TO_HASH, optin.to.as_ref().map(|to| bytes(&to.hash)))
        .some(attr::CONSENT, optin.consent.as_ref().map(|consent| text(consent.to_text())))
        .put(attr::EXPIRES_AT, time(optin.expires_at))
        .some(attr::REDEMPTION, redemption.map(|redemption| number(redemption.number)))
        .some(attr::CALL, redemption.map(|redemption| bytes(redemption.call.as_bytes())))
        .some(attr::MESSAGE, optin.message.as_ref().map(|message| text(message.to_json())))
        .some(attr::RELEASE, optin.release.map(|release| bytes(release.as_bytes())))
        .some(attr::ATTEMPT, delivery.attempt.map(|attempt| bytes(&attempt.0)))
        .count(attr::EPOCH, delivery.epoch)
        .count(attr::ATTEMPTS, delivery.attempts)
        .some(attr::LEASE, delivery.lease.map(time))
        .some(attr::UNCLEAR, delivery.unclear.then_some(AttributeValue::Bool(true)))
        .some(DUE, delivery.due_at.map(|_| text(schema::due_shard(optin.address.person))))
        .some(DUE_AT, delivery.due_at.map(time))
        .some(attr::RETURNED, (!optin.returned.is_empty()).then(|| calls(&optin.returned)))
        .some(attr::RETURNED_CALLERS, (!optin.returned.is_empty()).then(|| callers(&optin.returned)))
        .put(attr::VERSION, number(optin.version))
        .put(attr::TIMELINE, steps(&optin.timeline))
        .some(WAITING, hash.map(text))
        .some(WAITING_AT, range.map(text))
        .put(FORGET_AT, number(optin.forget_at().seconds()))
        .0
}

/// An opt-in from its item, whether it stands at its address or was replaced.
pub(super) fn read_optin(item: &Item) -> Result<Optin, StoreError> {
    let reader = Reader(item);
    let corrupt = || StoreError::Corrupt("an opt-in's key, state or timeline is none".to_owned());
    let timeline = reader.timeline()?;
    let state = State::from_word(reader.text(attr::STATE)?).ok_or_else(corrupt)?;
    let granted = timeline.iter().find(|step| step.state == State::Granted);
    let answered_at = granted.or(timeline.first()).ok_or_else(corrupt)?.at;
    let longest = u32::try_from(LONGEST_LINK.as_secs()).map_err(|_| corrupt())?;
    Ok(Optin {
        address: read_address(&reader).ok_or_else(corrupt)?,
        ask: CallId::from_bytes(reader.array(attr::ASK)?),
        asked_at: reader.time(attr::ASKED_AT)?,
        link_seconds: reader.optional(attr::LINK_SECONDS, Reader::number)?.unwrap_or(longest),
        mac_key: KeyId(reader.number(attr::MAC_KEY)?),
        business: reader.parse(attr::BUSINESS)?,
        user: reader.parse(attr::USER)?,
        topic: reader.parse(attr::TOPIC)?,
        title: reader.parse(attr::TITLE)?,
        payload: reader.optional(attr::PAYLOAD, Reader::parse)?,
        locale: reader.optional(attr::LOCALE, Reader::parse)?,
        channel: ChannelKind::parse(reader.text(attr::CHANNEL)?).map_err(|_| corrupt())?,
        to: read_to(&reader)?,
        consent: reader.optional(attr::CONSENT, Reader::consent)?,
        state,
        answered_at,
        expires_at: reader.time(attr::EXPIRES_AT)?,
        redemption: read_redemption(&reader, &timeline)?,
        message: reader.optional(attr::MESSAGE, Reader::json)?,
        release: reader.optional(attr::RELEASE, Reader::array)?.map(ReleaseKey::from_bytes),
        delivery: read_delivery(&reader)?,
        returned: reader.calls()?,
        version: reader.number(attr::VERSION)?,
        timeline,
    })
}

fn read_to(reader: &Reader<'_>) -> Result<Option<SealedAddress>, StoreError> {
    let Some(sealed) = reader.optional(attr::TO, Reader::bytes)? else {
        return Ok(None);
    };
    Ok(Some(SealedAddress { sealed: sealed.to_vec(), hash: reader.array(attr::TO_HASH)? }))
}

/// The topic's key does not stand in a replaced opt-in's sort key; `waiting` and the like do not either. It is kept
/// there as an attribute of its own.
fn read_address(reader: &Reader<'_>) -> Option<OptinAddress> {
    let person = person_key(reader.0)?;
    let sk = reader.text(SK).ok()?;
    let topic = schema::topic_of(sk).or_else(|| TopicKey::from_text(reader.text(PAST_TOPIC).ok()?))?;
    Some(OptinAddress { person, topic })
}

/// Which topic's address a replaced opt-in stood at.
pub(super) const PAST_TOPIC: &str = "topic_key";

/// When the standing redemption was made, or its scheduled message begun, is what its step says: it is not stored twice.
fn read_redemption(reader: &Reader<'_>, timeline: &[Step]) -> Result<Option<Redemption>, StoreError> {
    let Some(number) = reader.optional(attr::REDEMPTION, Reader::number)? else {
        return Ok(None);
    };
    let made = timeline.iter().rev().find(|step| matches!(step.state, State::Queued | State::Scheduled) && step.reason.is_none());
    let at = made.ok_or_else(|| StoreError::Corrupt("a redemption without its step".to_owned()))?.at;
    Ok(Some(Redemption { number, call: CallId::from_bytes(reader.array(attr::CALL)?), at }))
}

fn read_delivery(reader: &Reader<'_>) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        attempt: reader.optional(attr::ATTEMPT, Reader::array)?.map(AttemptId),
        epoch: reader.optional(attr::EPOCH, Reader::number)?.unwrap_or(0),
        attempts: reader.optional(attr::ATTEMPTS, Reader::number)?.unwrap_or(0),
        lease: reader.optional(attr::LEASE, Reader::time)?,
        unclear: reader.0.contains_key(attr::UNCLEAR),
        due_at: reader.optional(DUE_AT, Reader::time)?,
    })
}

/// The tombstone of an erasure: of the last generation that asked at that moment.
pub(super) fn tombstone_item(address: &OptinAddress, erased_at: Timestamp) -> Item {
    Writer(key(schema::person_pk(address.person), schema::optin_sk(address.topic)))
        .put(attr::STATE, text(ERASED))
        .put(attr::ASK, bytes(&[255; 16]))
        .put(attr::ASKED_AT, time(erased_at))
        .put(FORGET_AT, number(tombstone_forget_at(erased_at).seconds()))
        .0
}

/// What stands at an opt-in's address.
pub(super) fn read_occupant(item: &Item) -> Result<Occupant, StoreError> {
    let reader = Reader(item);
    if reader.text(attr::STATE)? == ERASED {
        return reader.time(attr::ASKED_AT).map(Occupant::Erased);
    }
    read_optin(item).map(|optin| Occupant::Optin(Box::new(optin)))
}

/// Names of the register's slots: time, call and topic of the ask that is `slot` back.
pub(super) fn slot_names(slot: usize) -> [String; 3] {
    [format!("t{slot}"), format!("r{slot}"), format!("p{slot}")]
}

/// The person item.
pub(super) fn read_person(item: &Item) -> Result<Person, StoreError> {
    let reader = Reader(item);
    let key = person_key(item).ok_or_else(|| StoreError::Corrupt("a person's key is none".to_owned()))?;
    Ok(Person {
        key,
        business: reader.parse(attr::BUSINESS)?,
        register: read_register(&reader)?,
        blocked_at: reader.optional(attr::BLOCKED_AT, Reader::time)?,
        erased_at: reader.optional(attr::ERASED_AT, Reader::time)?,
        erased_by: reader.optional(attr::ERASED_BY, Reader::array)?.map(CallId::from_bytes),
        link: reader.optional(attr::LINK, Reader::text)?.map(str::to_owned),
    })
}

fn read_register(reader: &Reader<'_>) -> Result<Register, StoreError> {
    let mut slots = Vec::with_capacity(SLOTS);
    for slot in 0..SLOTS {
        let [at, call, topic] = slot_names(slot);
        let at = reader.time(&at)?;
        // Slots are filled from the front; the others hold nought.
        if at == Timestamp::ZERO {
            break;
        }
        let call = CallId::from_bytes(reader.array(&call)?);
        slots.push(Slot { at, call, topic: TopicKey::from_bytes(reader.array(&topic)?) });
    }
    Ok(Register::new(slots))
}

/// A parked event as an item.
pub(super) fn parked_item(parked: &ParkedEvent) -> Item {
    let missed = MissedEvent::from(parked);
    let given_up = parked.due_at.is_none().then_some(&missed);
    Writer(key(schema::person_pk(parked.person), schema::parked_sk(&parked.event.id)))
        .put(attr::BUSINESS, text(parked.business.as_str()))
        .put(attr::EVENT, text(parked.event.body.as_str()))
        .put(attr::ASKED_AT, time(parked.asked_at))
        .put(attr::PARKED_AT, time(parked.parked_at))
        .count(attr::ATTEMPTS, parked.attempts)
        .some(DUE, parked.due_at.map(|_| text(schema::due_shard(parked.person))))
        .some(DUE_AT, parked.due_at.map(time))
        .some(WAITING, given_up.map(|_| text(schema::given_up_key(&parked.business, parked.person))))
        .some(WAITING_AT, given_up.map(|event| text(given_up_place(event))))
        .put(FORGET_AT, number((parked.parked_at + ringonce_domain::optin::KEPT_AFTER).seconds()))
        .0
}

/// A parked event.
pub(super) fn read_parked(item: &Item) -> Result<ParkedEvent, StoreError> {
    let reader = Reader(item);
    let corrupt = || StoreError::Corrupt("a parked event's key is none".to_owned());
    let id = reader.text(SK)?.strip_prefix(schema::PARKED_SK).ok_or_else(corrupt)?.to_owned();
    Ok(ParkedEvent {
        person: person_key(item).ok_or_else(corrupt)?,
        business: reader.parse(attr::BUSINESS)?,
        event: Event { id, body: reader.text(attr::EVENT)?.to_owned() },
        asked_at: reader.time(attr::ASKED_AT)?,
        parked_at: reader.time(attr::PARKED_AT)?,
        attempts: reader.optional(attr::ATTEMPTS, Reader::number)?.unwrap_or(0),
        due_at: reader.optional(DUE_AT, Reader::time)?,
    })
}

/// In whose partition an item stands.
pub(super) fn person_key(item: &Item) -> Option<PersonKey> {
    schema::person_of(item.get(PK)?.as_s().ok()?)
}
