//! Events to businesses: one attempt where they arise, then parked and retried by the sweep.

use ringonce_domain::address::PersonKey;
use ringonce_domain::crash::{CrashPoint, pass};
use ringonce_domain::event::{self, Event};
use ringonce_domain::link::SealedAsk;
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::Optin;
use ringonce_domain::retry::{backoff, may_try_again};
use ringonce_domain::store::ParkedEvent;

use super::{Budget, Delivery, NotDone};
use crate::ambient::random;
use crate::webhook::{self, Verdict};

impl Delivery {
    pub(super) async fn tell_of_transition(&self, old: Option<&Optin>, new: &Optin, budget: Budget) -> Result<(), NotDone> {
        match event::of_transition(&self.keys, old, new) {
            Some(event) => self.tell(&new.business, new.address.person, event, budget).await,
            None => Ok(()),
        }
    }

    /// Hands a link to the business, which is to bring it to its person.
    pub(super) async fn tell_of_ask(&self, link: &str, budget: Budget) -> Result<(), NotDone> {
        let Some(ask) = SealedAsk::open(&self.keys, link) else {
            tracing::error!("a link on its way cannot be opened: is a sealing key missing from the key ring?");
            return Ok(());
        };
        let url = format!("{}/c/{link}", self.origin);
        match event::of_ask(&self.keys, &ask, &url) {
            Some(event) => self.tell(&ask.business, ask.id.address.person, event, budget).await,
            None => Ok(()),
        }
    }

    /// One attempt to deliver an event to its business, if it has a webhook; what fails is parked.
    async fn tell(&self, business: &BusinessId, person: PersonKey, event: Event, budget: Budget) -> Result<(), NotDone> {
        let Some(business) = self.businesses.of(business).await? else {
            return Ok(());
        };
        let Some(webhook) = &business.webhook else {
            return Ok(());
        };
        self.can_send(budget)?;
        pass(CrashPoint::EventBeforeSend);
        let verdict = webhook::send(&self.web, &self.keys, &business, webhook, &event).await;
        pass(CrashPoint::EventAfterSend);
        if verdict == Verdict::Accepted {
            return Ok(());
        }
        let now = self.clock.now();
        let [jitter] = random();
        let due_at = wait(&verdict).map(|wait| now + backoff(1, wait, jitter));
        let parked = ParkedEvent { person, business: business.id.clone(), event, parked_at: now, attempts: 1, due_at };
        self.store.park(&parked).await?;
        pass(CrashPoint::EventAfterPark);
        Ok(())
    }

    /// A further attempt at a parked event. It is claimed first: its next time is set before anything is sent, so that a
    /// sweep that dies loses nothing, and of two sweeps one sends.
    pub(super) async fn retry_event(&self, person: PersonKey, id: &str, budget: Budget) -> Result<(), NotDone> {
        let Some(parked) = self.store.parked(person, id).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let business = self.businesses.of(&parked.business).await?;
        let webhook = business.as_deref().and_then(|business| business.webhook.as_ref().map(|webhook| (business, webhook)));
        let Some((business, webhook)) = webhook else {
            return Ok(self.store.unpark(person, id).await?);
        };
        self.can_send(budget)?;
        let [jitter] = random();
        let next = now + backoff(parked.attempts + 1, None, jitter);
        let next = may_try_again(parked.parked_at, parked.attempts + 1, next).then_some(next);
        if !self.store.claim(&parked, next).await? {
            return Ok(());
        }
        pass(CrashPoint::SweepAfterClaim);
        let verdict = webhook::send(&self.web, &self.keys, business, webhook, &parked.event).await;
        pass(CrashPoint::SweepAfterSend);
        match verdict {
            Verdict::Accepted => Ok(self.store.unpark(person, id).await?),
            verdict => self.after_failed_retry(parked, next, &verdict).await,
        }
    }

    /// The endpoint may want more patience than the claim gave it, or none.
    async fn after_failed_retry(
        &self,
        parked: ParkedEvent,
        next: Option<ringonce_domain::time::Timestamp>,
        verdict: &Verdict,
    ) -> Result<(), NotDone> {
        let wanted = wait(verdict).and_then(|wait| next.map(|next| wait.map_or(next, |wait| next.max(self.clock.now() + wait))));
        if wanted != next {
            self.store.claim(&ParkedEvent { due_at: next, ..parked }, wanted).await?;
        }
        Ok(())
    }
}

/// Whether an event is tried again after such an answer, and what the endpoint asks to wait. One that is gone is not.
fn wait(verdict: &Verdict) -> Option<Option<std::time::Duration>> {
    match verdict {
        Verdict::Accepted | Verdict::Gone => None,
        Verdict::Later(wait) => Some(*wait),
        Verdict::Refused | Verdict::Unreachable | Verdict::Unclear => Some(None),
    }
}
