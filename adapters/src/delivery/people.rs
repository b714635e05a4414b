//! Blocks and erasures, carried through to everything of a person.

use std::collections::BTreeSet;

use ringonce_domain::address::OptinAddress;
use ringonce_domain::optin::{Optin, Reason, State};
use ringonce_domain::person::Person;
use ringonce_domain::rules::{Revoke, Ruling};
use ringonce_domain::store::Store;
use ringonce_domain::time::Timestamp;

use super::{Budget, Delivery, NotDone};

impl<S: Store> Delivery<S> {
    pub(super) async fn person_changed(&self, old: Option<&Person>, new: &Person, budget: Budget) -> Result<(), NotDone> {
        if let Some(erased_at) = new.erased_at.filter(|at| old.is_none_or(|old| old.erased_at != Some(*at))) {
            self.carry_through_erasure(new, erased_at).await?;
        }
        if new.blocked_at.is_some() && old.is_none_or(|old| old.blocked_at.is_none()) {
            self.carry_through_block(new).await?;
        }
        if let Some(link) = new.link.as_deref().filter(|link| old.is_none_or(|old| old.link.as_deref() != Some(link))) {
            self.tell_of_ask(link, budget).await?;
        }
        Ok(())
    }

    /// Revokes every grant that is open. A message that is leaving the table right now is past being held back.
    async fn carry_through_block(&self, person: &Person) -> Result<(), NotDone> {
        let records = self.store.records(person.key).await?;
        // The hint may be old: a block that was lifted since revokes nothing more.
        if records.person.is_none_or(|person| person.blocked_at.is_none()) {
            return Ok(());
        }
        for optin in records.optins.iter().filter(|optin| matches!(optin.state, State::Granted | State::Scheduled | State::Queued)) {
            self.revoke_for_block(optin).await?;
        }
        Ok(())
    }

    pub(super) async fn revoke_for_block(&self, optin: &Optin) -> Result<(), NotDone> {
        let revoke = Revoke { address: optin.address, ask: optin.ask, reason: Reason::Blocked, now: self.clock.now() };
        if let Ruling::Refused(why) = self.store.revoke(&revoke).await? {
            tracing::info!(?why, topic = optin.address.topic.to_text(), "a block finds this opt-in past revoking");
        }
        Ok(())
    }

    /// A tombstone in place of every opt-in, and of every topic that a live link may still be about; the rest goes.
    async fn carry_through_erasure(&self, person: &Person, erased_at: Timestamp) -> Result<(), NotDone> {
        let records = self.store.records(person.key).await?;
        let standing = records.optins.iter().map(|optin| optin.address.topic);
        let asked = person.register.slots().iter().map(|slot| slot.topic);
        for topic in standing.chain(asked).collect::<BTreeSet<_>>() {
            self.store.bury(OptinAddress { person: person.key, topic }, erased_at).await?;
        }
        for past in records.past.iter().filter(|past| past.asked_at <= erased_at) {
            self.store.forget_past(person.key, past.ask).await?;
        }
        for parked in records.parked.iter().filter(|parked| parked.asked_at <= erased_at) {
            self.store.unpark(person.key, &parked.event.id).await?;
        }
        Ok(())
    }
}
