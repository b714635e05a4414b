//! Which command may follow which state: the one statement of the rules. A store turns each into one conditional
//! write; the contract suite shows that its condition holds exactly where the rule applies.

mod answer;
mod attempt;
mod confirm;
mod redeem;
mod revoke;
mod schedule;
mod settle;

pub use answer::{Answer, AnswerRefusal, Choice, answer};
pub use attempt::{Attempt, AttemptFrom, AttemptRefusal, Watch, attempt, attempt_reason, is_under_way};
pub use confirm::{Confirm, ConfirmRefusal, Remind, confirm, remind};
pub use redeem::{NotTaken, Redeem, RedeemRefusal, Take, redeem, take};
pub use revoke::{Revoke, RevokeRefusal, revoke};
pub use schedule::{
    Cancel, LAST_START, Lapse, NotLapsed, Reschedule, ScheduleRefusal, SendAtRefusal, Start, StartRefusal, cancel, check_send_at, lapse,
    latest_send_at, reschedule, start,
};
pub use settle::{LostLease, Outcome, Settle, Settler, recorded, settle};

use crate::call::CallId;
use crate::optin::{KEPT_AFTER, Optin, Reason, State, Step};
use crate::time::Timestamp;

/// What a rule says of a command over an item.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling<R> {
    /// It may be done; the item becomes this.
    Apply(Box<Optin>),
    /// It was done already, by this very caller; the item as it stands.
    Own(Box<Optin>),
    /// It may not be done.
    Refused(R),
}

impl<R> Ruling<R> {
    /// The opt-in as it stands after the command, whoever carried it out; or why not.
    ///
    /// # Errors
    /// The refusal.
    pub fn into_result(self) -> Result<Optin, R> {
        match self {
            Self::Apply(optin) | Self::Own(optin) => Ok(*optin),
            Self::Refused(why) => Err(why),
        }
    }

    fn apply(optin: Optin) -> Self {
        Self::Apply(Box::new(optin))
    }

    fn own(optin: &Optin) -> Self {
        Self::Own(Box::new(optin.clone()))
    }
}
/// When a tombstone of an erasure at `erased_at` may be forgotten: no link from before it lives by then.
#[must_use]
pub fn tombstone_forget_at(erased_at: Timestamp) -> Timestamp {
    erased_at + KEPT_AFTER
}

fn is_about(old: &Optin, ask: CallId, redemption: u32) -> bool {
    old.ask == ask && old.redemption.as_ref().is_some_and(|standing| standing.number == redemption)
}

fn stepped_to(old: &Optin, state: State, at: Timestamp, reason: Option<Reason>) -> Optin {
    stepped(old, &[Step { state, at, reason }])
}

/// The opt-in after one write that takes these steps.
fn stepped(old: &Optin, steps: &[Step]) -> Optin {
    let mut new = old.clone();
    new.state = steps.last().map_or(old.state, |last| last.state);
    new.version += 1;
    new.timeline.extend_from_slice(steps);
    new
}

#[cfg(test)]
pub(crate) mod tests;
