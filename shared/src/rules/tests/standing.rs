//! What the commands meet: opt-ins that the rules themselves have brought to where they stand.

use std::fmt::Debug;
use std::time::Duration;

use crate::address::{OptinAddress, PersonKey, ReleaseKey, TopicKey};
use crate::business::ChannelKind;
use crate::call::{Call, CallId};
use crate::consent::{AnswerAddress, SealedAddress};
use crate::ids::OptinId;
use crate::keyring::KeyId;
use crate::link::SealedAsk;
use crate::message::Message;
use crate::names::{BusinessId, Topic, UserId};
use crate::optin::{AttemptId, Occupant, Optin, Reason, Redemption};
use crate::retry::MOST_RETURNS;
use crate::rules::*;
use crate::text::{BusinessName, Title};
use crate::time::Timestamp;

/// When the ask was made that most of them answer.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_764_000_000_000);
/// The ask.
pub(crate) const ASK: u8 = 5;
/// The hash of the address that was typed.
pub(super) const TYPED: [u8; 16] = [7; 16];
/// The caller of the first redemption.
pub(crate) const FIRST: u8 = 20;

/// `START` and so many seconds.
pub(crate) fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// The call by that caller for that request.
pub(crate) fn call(caller: u8, request: u8) -> CallId {
    let mut bytes = [caller; 16];
    bytes[8..].fill(request);
    CallId::from_bytes(bytes)
}

pub(super) fn attempt_id(number: u8) -> AttemptId {
    AttemptId([number; 16])
}

pub(super) fn release_key() -> ReleaseKey {
    ReleaseKey::from_bytes([3; 16])
}

pub(super) fn address() -> OptinAddress {
    OptinAddress { person: PersonKey::from_bytes([1; 16]), topic: TopicKey::from_bytes([2; 16]) }
}

pub(super) fn message() -> Message {
    serde_json::from_str(r#"{"text":"It is back."}"#).expect("a message")
}

/// The sealed ask number `ask`, made then.
pub(crate) fn sealed(ask: u8, asked_at: Timestamp) -> SealedAsk {
    SealedAsk {
        id: OptinId { address: address(), asked_at, link_seconds: 604_800, ask: call(ask, 1), key: KeyId(1) },
        business: BusinessId::try_from("shop".to_owned()).expect("a business"),
        business_name: BusinessName::try_from("The Shop".to_owned()).expect("a name"),
        user: UserId::try_from("ada".to_owned()).expect("a user"),
        topic: Topic::try_from("shirt-m".to_owned()).expect("a topic"),
        title: Title::try_from("Rad shirt, M".to_owned()).expect("a title"),
        payload: None,
        locale: None,
        channels: vec![ChannelKind::Webhook, ChannelKind::Email],
    }
}

/// An address of that hash.
pub(crate) fn named(hash: [u8; 16], is_to_be_confirmed: bool) -> Option<AnswerAddress> {
    Some(AnswerAddress { sealed: SealedAddress { sealed: vec![1], hash }, is_to_be_confirmed })
}

fn applied<R: Debug>(ruling: Ruling<R>) -> Optin {
    match ruling {
        Ruling::Apply(optin) => *optin,
        other => panic!("does not apply: {other:?}"),
    }
}

fn answered(choice: Choice, address: Option<AnswerAddress>) -> Optin {
    applied(answer(None, &Answer { ask: sealed(ASK, START), choice, address, consent: None, now: at(60) }))
}

/// Granted for the business's webhook.
pub(crate) fn granted() -> Optin {
    answered(Choice::Grant(ChannelKind::Webhook), None)
}

fn confirming() -> Optin {
    answered(Choice::Grant(ChannelKind::Email), named(TYPED, true))
}

fn reminded(old: &Optin) -> Optin {
    let command = Remind { address: address(), ask: old.ask, hash: TYPED, seen: old.delivery.attempts, due_at: Some(at(600)) };
    remind(Some(old), &command).expect("it waits")
}

fn confirmed(old: &Optin) -> Optin {
    applied(confirm(Some(old), &Confirm { address: address(), ask: old.ask, hash: TYPED, now: at(90) }))
}

fn redeemed(old: &Optin, caller: u8, send_at: Option<Timestamp>) -> Optin {
    let call = Call { id: call(caller, 1), keyed: true };
    applied(redeem(Some(old), &Redeem { address: address(), ask: old.ask, call, message: message(), send_at, now: at(120) }))
}

fn taken(old: &Optin, to_inbox: Option<AttemptId>) -> Optin {
    applied(take(Some(old), &Take { address: address(), release: release_key(), call: call(FIRST, 1), to_inbox, now: at(120) }))
}

fn attempted(old: &Optin, number: u8, from: AttemptFrom, now: u64, lease: u64) -> Optin {
    let redemption = old.redemption.as_ref().expect("redeemed").number;
    let (attempt_id, now, lease) = (attempt_id(number), at(now), at(lease));
    let command = Attempt { address: address(), ask: old.ask, redemption, attempt: attempt_id, now, lease, from, watched: false };
    applied(attempt(Some(old), &command))
}

fn attempting(old: &Optin) -> Optin {
    attempted(old, 1, AttemptFrom::Queue, 150, 2_000)
}

fn settled(old: &Optin, outcome: Outcome) -> Optin {
    let by = Settler::Attempt(old.delivery.attempt.expect("attempted"), old.delivery.epoch);
    settled_by(old, by, outcome)
}

fn settled_by(old: &Optin, by: Settler, outcome: Outcome) -> Optin {
    let redemption = old.redemption.as_ref().expect("redeemed");
    let command = Settle {
        address: address(),
        ask: old.ask,
        redemption: redemption.number,
        call: redemption.call,
        granted_at: old.answered_at,
        channel: old.channel,
        by,
        outcome,
        now: at(180),
    };
    applied(settle(Some(old), &command))
}

fn parked(old: &Optin, unclear: bool) -> Optin {
    settled(old, Outcome::Parked { due_at: at(3_000), reason: Reason::Busy, unclear })
}

fn revoked(old: &Optin) -> Optin {
    applied(revoke(Some(old), &Revoke { address: address(), ask: old.ask, reason: Reason::ByPerson, now: at(240) }))
}

fn expired(old: &Optin) -> Optin {
    let command = Lapse { address: address(), ask: old.ask, now: old.expires_at, skew: Duration::ZERO };
    applied(lapse(Some(old), &command))
}

fn cancelled(old: &Optin) -> Optin {
    let Redemption { number, call, .. } = old.redemption.clone().expect("redeemed");
    let (granted_at, channel) = (old.answered_at, old.channel);
    let command = Cancel { address: address(), ask: old.ask, redemption: number, call, granted_at, channel, now: at(200) };
    applied(cancel(Some(old), &command))
}

fn scheduled(old: &Optin, caller: u8) -> Optin {
    redeemed(old, caller, Some(at(10_000)))
}

/// Scheduled after the token came back so often.
pub(crate) fn scheduled_after_returns(returns: usize) -> Optin {
    let returned = (0..returns).fold(granted(), |old, _| cancelled(&scheduled(&old, FIRST + next_caller(&old))));
    scheduled(&returned, FIRST + next_caller(&returned))
}

fn next_caller(old: &Optin) -> u8 {
    u8::try_from(old.returned.len()).expect("few returns")
}

/// Every one of them with its name. Each but the first two is an opt-in.
pub(super) fn all() -> Vec<(&'static str, Option<Occupant>)> {
    let optins = early().into_iter().chain(under_way()).chain(ended()).chain(came_back()).chain(of_releases());
    let bare = [("nothing", None), ("erased", Some(Occupant::Erased(START)))];
    bare.into_iter().chain(optins.map(|(name, optin)| (name, Some(Occupant::Optin(Box::new(optin)))))).collect()
}

/// Every opt-in among them with its name.
pub(crate) fn optins() -> impl Iterator<Item = (&'static str, Optin)> {
    all().into_iter().filter_map(|(name, occupant)| Some((name, occupant.and_then(Occupant::optin)?)))
}

/// The opt-in of that name.
pub(crate) fn optin(wanted: &str) -> Optin {
    optins().find(|(name, _)| *name == wanted).expect(wanted).1
}

fn early() -> Vec<(&'static str, Optin)> {
    vec![
        ("confirming", confirming()),
        ("confirming, reminded once", reminded(&confirming())),
        ("granted by confirmation", confirmed(&reminded(&confirming()))),
        ("granted", granted()),
        ("granted for the inbox", answered(Choice::Grant(ChannelKind::Inbox), None)),
        ("declined", answered(Choice::Decline, None)),
        ("scheduled", scheduled(&granted(), FIRST)),
    ]
}

fn under_way() -> Vec<(&'static str, Optin)> {
    let queued = redeemed(&granted(), FIRST, None);
    let abandoned = attempted(&queued, 1, AttemptFrom::Queue, 150, 170);
    vec![
        ("queued", queued.clone()),
        ("queued until a later time", parked(&attempting(&queued), false)),
        ("queued unclear", parked(&attempting(&queued), true)),
        ("attempting", attempting(&queued)),
        ("attempting after an ended lease", attempted(&abandoned, 2, AttemptFrom::EndedLease(1), 170, 2_000)),
    ]
}

fn ended() -> Vec<(&'static str, Optin)> {
    let queued = redeemed(&confirmed(&confirming()), FIRST, None);
    let attempting = attempting(&queued);
    vec![
        ("sent", settled(&attempting, Outcome::Sent)),
        ("failed", settled(&attempting, Outcome::Failed(Reason::Gone))),
        ("unknown", settled(&attempting, Outcome::Unknown(Reason::Unclear))),
        ("unknown after a restore", settled_by(&queued, Settler::Restored(queued.version), Outcome::Unknown(Reason::Restored))),
        ("unknown by a revocation", revoked(&parked(&attempting, true))),
        ("revoked", revoked(&granted())),
        ("revoked while queued", revoked(&redeemed(&granted(), FIRST, None))),
        ("revoked before its confirmation", revoked(&confirming())),
        ("expired", expired(&granted())),
        ("expired before its confirmation", expired(&confirming())),
        ("expired while scheduled", expired(&scheduled(&granted(), FIRST))),
    ]
}

fn came_back() -> Vec<(&'static str, Optin)> {
    let back = settled(&attempting(&redeemed(&granted(), FIRST, None)), Outcome::Returned(Reason::Refused));
    vec![
        ("granted again", back.clone()),
        ("queued again", redeemed(&back, FIRST + 1, None)),
        ("scheduled after all returns but one", scheduled_after_returns(MOST_RETURNS - 1)),
        ("scheduled after all returns", scheduled_after_returns(MOST_RETURNS)),
    ]
}

fn of_releases() -> Vec<(&'static str, Optin)> {
    let taken_over = taken(&granted(), None);
    let inbox = answered(Choice::Grant(ChannelKind::Inbox), None);
    vec![
        ("taken", taken_over.clone()),
        ("granted again after a take", settled(&attempting(&taken_over), Outcome::Returned(Reason::Refused))),
        ("taken to an inbox", taken(&inbox, Some(attempt_id(1)))),
    ]
}
