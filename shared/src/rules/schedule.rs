//! What becomes of a message that is to be sent later: it begins when its time has come, or its business cancels it or
//! sets another time.

use std::time::Duration;

use super::{Ruling, is_about, stepped_to};
use crate::address::OptinAddress;
use crate::business::ChannelKind;
use crate::call::CallId;
use crate::optin::{Optin, Reason, State};
use crate::retry::MOST_RETURNS;
use crate::time::Timestamp;

/// How long before a token's expiry a message is begun at the latest: the sweep comes every minute, and may come late.
pub const LAST_START: Duration = Duration::from_secs(120);

/// Why a message is not to be sent at a time.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendAtRefusal {
    /// It has passed.
    Past,
    /// The token ends too soon; this is the latest.
    Late(Timestamp),
}

/// The latest time for a message under a token that ends at `expires_at`.
#[must_use]
pub fn latest_send_at(expires_at: Timestamp) -> Timestamp {
    expires_at.before(LAST_START)
}

/// Whether a message may be sent at `send_at`.
///
/// # Errors
/// Why not.
pub fn check_send_at(send_at: Timestamp, expires_at: Timestamp, now: Timestamp) -> Result<(), SendAtRefusal> {
    let latest = latest_send_at(expires_at);
    match () {
        () if send_at <= now => Err(SendAtRefusal::Past),
        () if send_at > latest => Err(SendAtRefusal::Late(latest)),
        () => Ok(()),
    }
}

/// The start command: a scheduled message's time has come.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The redemption whose message is due.
    pub redemption: u32,
    /// When.
    pub now: Timestamp,
    /// By how much the clocks of two machines may differ: never early and never late by less.
    pub skew: Duration,
}

impl Start {
    /// What is due by then is due by every clock.
    #[must_use]
    pub fn due_by(&self) -> Timestamp {
        self.now.before(self.skew)
    }

    /// A token that lives then lives by every clock.
    #[must_use]
    pub fn alive_at(&self) -> Timestamp {
        self.now + self.skew
    }
}

/// Why a message is not begun.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartRefusal {
    /// It is not scheduled: it was begun, cancelled or revoked.
    NotScheduled,
    /// Its time has not come.
    NotDue,
    /// Its token's time is up.
    Lapsed,
}

/// Rules on a start over the opt-in at its address.
pub fn start(standing: Option<&Optin>, start: &Start) -> Ruling<StartRefusal> {
    let Some(old) = scheduled(standing, start.ask, start.redemption) else {
        return Ruling::Refused(StartRefusal::NotScheduled);
    };
    if old.expires_at <= start.alive_at() {
        return Ruling::Refused(StartRefusal::Lapsed);
    }
    if old.delivery.due_at.is_none_or(|due| due > start.due_by()) {
        return Ruling::Refused(StartRefusal::NotDue);
    }
    let mut new = stepped_to(old, State::Queued, start.now, None);
    new.delivery.due_at = None;
    if let Some(redemption) = &mut new.redemption {
        redemption.at = start.now;
    }
    Ruling::apply(new)
}

fn scheduled(standing: Option<&Optin>, ask: CallId, redemption: u32) -> Option<&Optin> {
    standing.filter(|old| is_about(old, ask, redemption) && old.state == State::Scheduled)
}

/// The lapse command: the time of a grant, or of a scheduled message's token, is up for good.
#[derive(Debug, Clone, Copy)]
pub struct Lapse {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// When.
    pub now: Timestamp,
    /// By how much the clocks of two machines may differ.
    pub skew: Duration,
}

impl Lapse {
    /// What has ended by then has ended by every clock.
    #[must_use]
    pub fn over_by(&self) -> Timestamp {
        self.now.before(self.skew)
    }
}

/// There is nothing whose time is up.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotLapsed;

/// Rules on a lapse over the opt-in at its address.
pub fn lapse(standing: Option<&Optin>, lapse: &Lapse) -> Ruling<NotLapsed> {
    match standing.filter(|old| old.ask == lapse.ask) {
        Some(old) if old.state == State::Expired => Ruling::own(old),
        Some(old) if matches!(old.state, State::Confirming | State::Granted | State::Scheduled) && old.expires_at <= lapse.over_by() => {
            let mut new = stepped_to(old, State::Expired, lapse.now, Some(Reason::Expired));
            new.delivery.due_at = None;
            Ruling::apply(new)
        }
        _ => Ruling::Refused(NotLapsed),
    }
}

/// The cancel command: a business takes a scheduled message back, and its token is whole again.
#[derive(Debug, Clone, Copy)]
pub struct Cancel {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The redemption that is cancelled.
    pub redemption: u32,
    /// The call that made it: it is answered as what it was, however late it comes again.
    pub call: CallId,
    /// When the grant was made, and for which channel: its place in the line.
    pub granted_at: Timestamp,
    /// The channel.
    pub channel: ChannelKind,
    /// When.
    pub now: Timestamp,
}

/// Why a message is not cancelled, or not sent at another time.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleRefusal {
    /// No such message.
    Unknown,
    /// It is being sent right now.
    InFlight,
    /// It is over.
    Ended(State),
    /// Its token was given back as often as it may be.
    ReturnedTooOften,
    /// The new time does not do.
    SendAt(SendAtRefusal),
}

/// Rules on a cancellation over the opt-in at its address.
pub fn cancel(standing: Option<&Optin>, cancel: &Cancel) -> Ruling<ScheduleRefusal> {
    let Some(old) = standing.filter(|old| old.ask == cancel.ask) else {
        return Ruling::Refused(ScheduleRefusal::Unknown);
    };
    if old.returned.contains(&cancel.call) {
        return Ruling::own(old);
    }
    if let Err(refusal) = is_scheduled(old, cancel.redemption) {
        return Ruling::Refused(refusal);
    }
    if old.returned.len() >= MOST_RETURNS {
        return Ruling::Refused(ScheduleRefusal::ReturnedTooOften);
    }
    let mut new = stepped_to(old, State::Granted, cancel.now, Some(Reason::Cancelled));
    new.delivery.due_at = None;
    new.returned.push(cancel.call);
    new.message = None;
    new.release = None;
    Ruling::apply(new)
}

/// The reschedule command: a business sets another time for a scheduled message.
#[derive(Debug, Clone, Copy)]
pub struct Reschedule {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The redemption that is rescheduled.
    pub redemption: u32,
    /// The new time.
    pub send_at: Timestamp,
    /// When.
    pub now: Timestamp,
}

/// Rules on another time over the opt-in at its address. It is no transition: the state stays, and so does the timeline,
/// which a business could otherwise make as long as it likes.
pub fn reschedule(standing: Option<&Optin>, reschedule: &Reschedule) -> Ruling<ScheduleRefusal> {
    let Some(old) = standing.filter(|old| old.ask == reschedule.ask) else {
        return Ruling::Refused(ScheduleRefusal::Unknown);
    };
    if let Err(refusal) = is_scheduled(old, reschedule.redemption) {
        return Ruling::Refused(refusal);
    }
    if old.delivery.due_at == Some(reschedule.send_at) {
        return Ruling::own(old);
    }
    if let Err(refusal) = check_send_at(reschedule.send_at, old.expires_at, reschedule.now) {
        return Ruling::Refused(ScheduleRefusal::SendAt(refusal));
    }
    let mut new = old.clone();
    new.delivery.due_at = Some(reschedule.send_at);
    new.version += 1;
    Ruling::apply(new)
}

fn is_scheduled(old: &Optin, redemption: u32) -> Result<(), ScheduleRefusal> {
    match old.state {
        _ if !is_about(old, old.ask, redemption) => Err(ScheduleRefusal::Unknown),
        State::Scheduled => Ok(()),
        State::Queued | State::Attempting => Err(ScheduleRefusal::InFlight),
        state => Err(ScheduleRefusal::Ended(state)),
    }
}
