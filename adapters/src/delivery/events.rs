//! Events to businesses: one attempt where they arise, then parked and retried by the sweep.

use std::time::Duration;

use ringonce_domain::address::PersonKey;
use ringonce_domain::crash::{CrashPoint, pass};
use ringonce_domain::event::{self, Event};
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::Optin;
use ringonce_domain::retry::next_try;
use ringonce_domain::store::{ParkedEvent, Store};
use ringonce_domain::time::Timestamp;

use super::{Budget, Delivery, NotDone};
use crate::ambient::random;
use crate::webhook::Verdict;

/// Whom an event is about, and to whom it goes.
pub(super) struct Subject<'a> {
    pub(super) business: &'a BusinessId,
    pub(super) person: PersonKey,
    pub(super) asked_at: Timestamp,
}

impl<S: Store> Delivery<S> {
    pub(super) async fn tell_of_transition(&self, old: Option<&Optin>, new: &Optin, budget: Budget) -> Result<(), NotDone> {
        match event::of_transition(&self.keys, old, new)? {
            Some(event) => {
                let subject = Subject { business: &new.business, person: new.address.person, asked_at: new.asked_at };
                self.tell(&subject, event, budget).await.map(|_| ())
            }
            None => Ok(()),
        }
    }

    /// One attempt to deliver an event to its business, if it has a webhook; what fails is parked. Whether it has one.
    pub(super) async fn tell(&self, subject: &Subject<'_>, event: Event, budget: Budget) -> Result<bool, NotDone> {
        let Subject { business, person, asked_at } = *subject;
        let Some(endpoint) = self.endpoints.of(business).await? else {
            return Ok(false);
        };
        let parked = |parked_at, attempts, due_at| {
            let (business, event) = (business.clone(), event.clone());
            ParkedEvent { person, business, event, asked_at, parked_at, attempts, due_at }
        };
        if endpoint.health.is_disabled() {
            self.store.park(&parked(self.clock.now(), 0, None)).await?;
            return Ok(true);
        }
        self.can_send(budget)?;
        pass(CrashPoint::EventBeforeSend);
        let verdict = self.endpoints.send(business, &endpoint, &event).await;
        pass(CrashPoint::EventAfterSend);
        if verdict != Verdict::Accepted {
            let now = self.clock.now();
            let parked = parked(now, 1, next(&verdict, now, 1, now));
            log_if_given_up(&parked);
            self.store.park(&parked).await?;
            pass(CrashPoint::EventAfterPark);
        }
        self.endpoints.note_event(business, &endpoint, &verdict).await;
        Ok(true)
    }

    /// A further attempt at a parked event. It is claimed first: its next time is set before anything is sent, so that a
    /// sweep that dies loses nothing, and of two sweeps one sends.
    pub(super) async fn retry_event(&self, person: PersonKey, id: &str, budget: Budget) -> Result<(), NotDone> {
        let now = self.clock.now();
        // The index is behind the table: what it shows as due may have been tried a moment ago.
        let Some(parked) = self.store.parked(person, id).await?.filter(|parked| parked.due_at.is_some_and(|due| due <= now)) else {
            return Ok(());
        };
        let Some(endpoint) = self.endpoints.anew(&parked.business).await? else {
            return self.bring_again(&parked, budget).await;
        };
        if endpoint.health.is_disabled() {
            // Kept as one that was given up, for a replay.
            self.store.claim_event(&parked, &ParkedEvent { due_at: None, ..parked.clone() }).await?;
            return Ok(());
        }
        self.can_send(budget)?;
        let attempts = parked.attempts + 1;
        let claimed = ParkedEvent { attempts, due_at: next(&Verdict::Unclear, parked.parked_at, attempts, now), ..parked.clone() };
        if !self.store.claim_event(&parked, &claimed).await? {
            return Ok(());
        }
        pass(CrashPoint::SweepAfterClaim);
        let verdict = self.endpoints.send(&parked.business, &endpoint, &parked.event).await;
        pass(CrashPoint::SweepAfterSend);
        match verdict {
            Verdict::Accepted => self.store.unpark(person, id).await?,
            _ => self.after_failed_retry(&claimed, &verdict).await?,
        }
        self.endpoints.note_event(&parked.business, &endpoint, &verdict).await;
        Ok(())
    }

    /// The endpoint may want more patience than the claim gave it, or none.
    async fn after_failed_retry(&self, claimed: &ParkedEvent, verdict: &Verdict) -> Result<(), NotDone> {
        let due_at = match verdict {
            Verdict::Gone => None,
            Verdict::Later(Some(_)) => next(verdict, claimed.parked_at, claimed.attempts, self.clock.now()),
            _ => claimed.due_at,
        };
        let after = ParkedEvent { due_at, ..claimed.clone() };
        log_if_given_up(&after);
        if due_at != claimed.due_at {
            self.store.claim_event(claimed, &after).await?;
        }
        Ok(())
    }
}

/// Nothing is given up silently: it is kept, and its operator can read of it.
fn log_if_given_up(parked: &ParkedEvent) {
    if parked.due_at.is_none() {
        let ParkedEvent { business, event, attempts, .. } = parked;
        tracing::warn!(business = business.as_str(), event = event.id, attempts, "an event is given up; it is kept for a replay");
    }
}

/// When an event is tried again after such an answer. An endpoint that is gone is not tried again.
pub(super) fn next(verdict: &Verdict, since: Timestamp, attempts: u32, now: Timestamp) -> Option<Timestamp> {
    let [jitter] = random();
    let wait: Option<Duration> = match verdict {
        Verdict::Gone => return None,
        Verdict::Later(wait) => *wait,
        Verdict::Accepted | Verdict::Refused | Verdict::Unreachable | Verdict::Unsigned | Verdict::Unclear => None,
    };
    next_try(since, attempts, now, wait, jitter)
}
