//! What a business hears of: events made from committed transitions, and the messages of the webhook channel.
//!
//! A body is Standard Webhooks' recommended form (<https://www.standardwebhooks.com>): `type`, `timestamp`, `data`.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::call::CallId;
use crate::encoding;
use crate::ids::{person_url, release_id};
use crate::keyring::KeyRing;
use crate::link::SealedAsk;
use crate::message::Message;
use crate::names::BusinessId;
use crate::opening;
use crate::optin::{Optin, Reason, State};
use crate::release::{Release, ReleaseReason, ReleaseState};
use crate::time::{Timestamp, rfc3339};

/// An event ready to be sent: its id stays the same however often it is made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `webhook-id`, by which a receiver recognises a repeat.
    pub id: String,
    /// The body, JSON.
    pub body: String,
}

impl Event {
    /// When what it tells of happened, as its body says.
    #[must_use]
    pub fn happened_at(&self) -> Option<Timestamp> {
        #[derive(Deserialize)]
        struct Happened {
            #[serde(deserialize_with = "rfc3339::deserialize")]
            timestamp: Timestamp,
        }
        serde_json::from_str(&self.body).ok().map(|Happened { timestamp }| timestamp)
    }

    /// The link of a question that this event hands to its business.
    #[must_use]
    pub fn consent_url(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Asked {
            data: Data,
        }
        #[derive(Deserialize)]
        struct Data {
            consent_url: String,
        }
        serde_json::from_str(&self.body).ok().map(|Asked { data }| data.consent_url)
    }
}

#[derive(Serialize)]
struct Body<'a, D: Serialize> {
    r#type: &'a str,
    #[serde(serialize_with = "rfc3339::serialize")]
    timestamp: Timestamp,
    data: D,
}

#[derive(Serialize)]
struct OptinData<'a> {
    optin: String,
    version: u32,
    user: &'a str,
    topic: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
    channel: &'a str,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(serialize_with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<String>,
}

#[derive(Serialize)]
struct AskedData<'a> {
    optin: String,
    user: &'a str,
    topic: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
    consent_url: &'a str,
    #[serde(serialize_with = "rfc3339::serialize")]
    expires_at: Timestamp,
}

#[derive(Serialize)]
struct MessageData<'a> {
    notification: &'a str,
    optin: String,
    user: &'a str,
    topic: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
    message: &'a Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_url: Option<String>,
    manage_url: &'a str,
}

#[derive(Serialize)]
struct TestData<'a> {
    business: &'a str,
}

/// The key ring holds no key of an id's: it was rotated out, or this process has not read the new ring yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the key ring does not hold the key that an id was made with")]
pub struct MissingKey;

/// The event that a transition from `old` to `new` makes, if any: none for what only moves inside Ringonce, and none
/// for a write that is no transition.
///
/// # Errors
/// When an id's key is missing from the ring.
pub fn of_transition(keys: &KeyRing, old: Option<&Optin>, new: &Optin) -> Result<Option<Event>, MissingKey> {
    let before = old.filter(|old| old.ask == new.ask);
    if before.is_some_and(|before| before.version == new.version) {
        return Ok(None);
    }
    let Some(kind) = kind(before, new) else {
        return Ok(None);
    };
    let whole_token = new.state == State::Granted;
    let data = OptinData {
        optin: new.id().to_text(keys, &new.business).ok_or(MissingKey)?,
        version: new.version,
        user: new.user.as_str(),
        topic: new.topic.as_str(),
        title: new.title.as_str(),
        payload: new.payload.as_ref().map(|payload| payload.as_str()),
        channel: new.channel.name(),
        state: new.state,
        reason: new.reason(),
        token: whole_token.then(|| new.id().token().reveal(keys, &new.business)).flatten(),
        expires_at: whole_token.then_some(new.expires_at),
        notification: new.notification().and_then(|id| id.to_text(keys, &new.business)),
    };
    let at = new.timeline.last().map_or(new.answered_at, |step| step.at);
    Ok(Some(event(event_id(new.ask, new.version), kind, at, data)))
}

fn kind(before: Option<&Optin>, new: &Optin) -> Option<&'static str> {
    match new.state {
        // A message that was accepted has an end that is told; a grant that nobody redeemed just lapses.
        State::Expired if before.is_some_and(|before| before.state == State::Scheduled) => Some("notification.failed"),
        State::Granted if before.is_some_and(|before| before.state != State::Confirming) => Some("notification.returned"),
        State::Granted => Some("optin.granted"),
        State::Declined => Some("optin.declined"),
        State::Revoked => Some("optin.revoked"),
        State::Sent => Some("notification.sent"),
        State::Failed => Some("notification.failed"),
        State::Unknown => Some("notification.unknown"),
        State::Confirming | State::Scheduled | State::Queued | State::Attempting | State::Expired => None,
    }
}

/// The event by which a business is handed a link that it is to bring to its person itself.
///
/// # Errors
/// When an id's key is missing from the ring.
pub fn of_ask(keys: &KeyRing, ask: &SealedAsk, consent_url: &str) -> Result<Event, MissingKey> {
    let data = AskedData {
        optin: ask.id.to_text(keys, &ask.business).ok_or(MissingKey)?,
        user: ask.user.as_str(),
        topic: ask.topic.as_str(),
        title: ask.title.as_str(),
        payload: ask.payload.as_ref().map(|payload| payload.as_str()),
        consent_url,
        expires_at: ask.id.link_expires_at(),
    };
    Ok(event(event_id(ask.id.ask, 0), "optin.asked", ask.id.asked_at, data))
}

/// The message of the standing redemption, as the webhook channel hands it to the business's own sender, with the
/// person's own page under `origin`. Its `webhook-id` is the notification's id: one message, one id, for ever.
#[must_use]
pub fn of_message(keys: &KeyRing, optin: &Optin, origin: &str) -> Option<Event> {
    let manage_url = person_url(keys, &optin.address.person, origin);
    let id = optin.notification()?.to_text(keys, &optin.business)?;
    let data = MessageData {
        notification: &id,
        optin: optin.id().to_text(keys, &optin.business)?,
        user: optin.user.as_str(),
        topic: optin.topic.as_str(),
        title: optin.title.as_str(),
        payload: optin.payload.as_ref().map(|payload| payload.as_str()),
        message: optin.message.as_ref()?,
        open_url: open_url(keys, optin, origin),
        manage_url: &manage_url,
    };
    let at = optin.redemption.as_ref()?.at;
    Some(event(id.clone(), "notification.deliver", at, data))
}

#[derive(Serialize)]
struct ReleaseData<'a> {
    release: String,
    topic: &'a str,
    state: ReleaseState,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReleaseReason>,
    step: u32,
    taken: u32,
}

fn release_data<'a>(keys: &KeyRing, release: &'a Release) -> Result<ReleaseData<'a>, MissingKey> {
    Ok(ReleaseData {
        release: release_id(keys, &release.terms.business, release.terms.mac_key, &release.key).ok_or(MissingKey)?,
        topic: release.terms.topic.as_str(),
        state: release.state,
        reason: release.reason,
        step: release.step,
        taken: release.taken,
    })
}

/// The question before a step of a release: is there something left? Its id is the same however often the same step asks.
///
/// # Errors
/// When the id's key is missing from the ring.
pub fn of_release_check(keys: &KeyRing, release: &Release) -> Result<Event, MissingKey> {
    let id = format!("chk_{}_{}", release.key.to_text(), release.step);
    Ok(event(id, "release.check", release.step_at, release_data(keys, release)?))
}

/// The event that tells of a release's end.
///
/// # Errors
/// When the id's key is missing from the ring.
pub fn of_release_end(keys: &KeyRing, release: &Release) -> Result<Event, MissingKey> {
    let id = format!("evt_{}", release.key.to_text());
    Ok(event(id, "release.finished", release.changed_at, release_data(keys, release)?))
}

/// An event by which a business sees that its endpoint takes events, and verifies them. Nothing follows from it.
#[must_use]
pub fn of_test(business: &BusinessId, random: [u8; 16], now: Timestamp) -> Event {
    event(format!("evt_test_{}", encoding::to_text(&random)), "webhook.test", now, TestData { business: business.as_str() })
}

/// The address under `origin` that counts an opening of the message and leads on to its URL; nothing where it has none.
#[must_use]
pub fn open_url(keys: &KeyRing, optin: &Optin, origin: &str) -> Option<String> {
    optin.message.as_ref()?.url.as_ref()?;
    let code = opening::code(keys, &optin.notification()?)?;
    Some(format!("{origin}/r/{code}"))
}

fn event_id(ask: CallId, version: u32) -> String {
    format!("evt_{}_{version}", encoding::to_text(ask.as_bytes()))
}

fn event(id: String, kind: &str, timestamp: Timestamp, data: impl Serialize) -> Event {
    let body = serde_json::to_string(&Body { r#type: kind, timestamp, data }).expect("plain data always serialises");
    Event { id, body }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
