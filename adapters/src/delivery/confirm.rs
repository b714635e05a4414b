//! The link that confirms a typed address. A second one does no harm, so that nothing fences it; one that cannot be sent
//! is tried again by the sweep.

use ringonce_domain::optin::{Optin, State};
use ringonce_domain::retry::next_try;
use ringonce_domain::rules::Remind;
use ringonce_domain::store::Store;
use ringonce_domain::time::Timestamp;

use super::{Budget, Delivery, NotDone};
use crate::ambient::random;
use crate::webhook::Verdict;

impl<S: Store> Delivery<S> {
    /// Sends the link of an address that a change shows as freshly typed.
    pub(super) async fn ask_to_confirm(&self, old: Option<&Optin>, new: &Optin, budget: Budget) -> Result<(), NotDone> {
        let is_known = old.is_some_and(|old| old.ask == new.ask && old.state == State::Confirming && old.to == new.to);
        if new.state != State::Confirming || is_known {
            return Ok(());
        }
        self.can_send(budget)?;
        let verdict = self.send_link(new).await;
        if is_not_sent(&verdict) {
            let due_at = next(new, &verdict, self.clock.now());
            self.set_reminder(new, new.delivery.attempts, due_at).await?;
        }
        Ok(())
    }

    /// Sends a link again that is due. Its next time is set first, so that of two sweeps one sends.
    pub(super) async fn remind(&self, optin: &Optin, budget: Budget) -> Result<(), NotDone> {
        let now = self.clock.now();
        if optin.has_lapsed(now) || optin.delivery.due_at.is_none_or(|due_at| due_at > now) {
            return Ok(());
        }
        self.can_send(budget)?;
        let seen = optin.delivery.attempts;
        if !self.set_reminder(optin, seen, next(optin, &Verdict::Unreachable, now)).await? {
            return Ok(());
        }
        if !is_not_sent(&self.send_link(optin).await) {
            self.set_reminder(optin, seen + 1, None).await?;
        }
        Ok(())
    }

    async fn send_link(&self, optin: &Optin) -> Verdict {
        match self.channels.mail() {
            Some(mail) => mail.ask_to_confirm(optin).await,
            None => {
                tracing::error!("an address cannot be confirmed: this deployment has no e-mail set up");
                Verdict::Refused
            }
        }
    }

    async fn set_reminder(&self, optin: &Optin, seen: u32, due_at: Option<Timestamp>) -> Result<bool, NotDone> {
        let Some(to) = &optin.to else {
            return Ok(false);
        };
        let remind = Remind { address: optin.address, ask: optin.ask, hash: to.hash, seen, due_at };
        Ok(self.store.remind(&remind).await?)
    }
}

/// Whether it is certain that nothing went out, and that trying again may help.
fn is_not_sent(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Later(_) | Verdict::Unreachable)
}

fn next(optin: &Optin, verdict: &Verdict, now: Timestamp) -> Option<Timestamp> {
    let [jitter] = random();
    let wait = if let Verdict::Later(wait) = verdict { *wait } else { None };
    next_try(optin.answered_at, optin.delivery.attempts + 1, now, wait, jitter)
}
