//! Blocks and erasures, carried through to everything of a person.

use std::collections::BTreeSet;

use ringonce_domain::address::{OptinAddress, PersonKey, TopicKey};
use ringonce_domain::business::ChannelKind;
use ringonce_domain::caps::LONGEST_LINK;
use ringonce_domain::known_address::{KnownAddress, is_erased};
use ringonce_domain::optin::{Optin, Reason, State};
use ringonce_domain::person::Person;
use ringonce_domain::rules::{Revoke, Ruling};
use ringonce_domain::store::{PersonRecords, Store};
use ringonce_domain::time::Timestamp;

use super::{Budget, CLOCK_SKEW, Delivery, NotDone};

impl<S: Store> Delivery<S> {
    pub(super) async fn person_changed(&self, old: Option<&Person>, new: &Person, budget: Budget) -> Result<(), NotDone> {
        if let Some(erased_at) = new.erased_at.filter(|at| old.is_none_or(|old| old.erased_at != Some(*at))) {
            keep_for_restores(new, erased_at);
            self.carry_through_erasure(new, erased_at).await?;
        }
        if new.blocked_at.is_some() && old.is_none_or(|old| old.blocked_at.is_none()) {
            self.carry_through_block(new).await?;
        }
        if let Some(link) = new.link.as_deref().filter(|link| old.is_none_or(|old| old.link.as_deref() != Some(link))) {
            self.bring_ask(link, budget).await?;
        }
        Ok(())
    }

    /// Revokes every grant that is open, and forgets the addresses that are known; whether there was any. A message that is
    /// leaving the table right now is past being held back.
    pub(super) async fn carry_through_block(&self, person: &Person) -> Result<bool, NotDone> {
        let Some(blocked_at) = person.blocked_at else {
            return Ok(false);
        };
        let records = self.store.records(person.key).await?;
        // The hint may be old: a block that was lifted since takes what it found and nothing that was agreed to after it.
        let stands = records.person.as_ref().is_some_and(|person| person.blocked_at.is_some());
        let mut any = false;
        for optin in records.optins.iter().filter(|optin| is_open(optin) && (stands || optin.answered_at <= blocked_at)) {
            self.revoke_for_block(optin).await?;
            any = true;
        }
        Ok(self.take_addresses_away(&records, person.key, blocked_at).await? || any)
    }

    /// Leaves a mark for each channel, so that no image of an earlier consent, coming late, brings its address back.
    async fn take_addresses_away(&self, records: &PersonRecords, person: PersonKey, at: Timestamp) -> Result<bool, NotDone> {
        let mut any = false;
        for channel in ChannelKind::ALL.iter().copied().filter(|channel| channel.needs_address()) {
            let is_settled = |known: &&KnownAddress| known.kept_at > at || (known.kept_at == at && known.to.is_none());
            let settled = records.addresses.iter().filter(|known| known.channel == channel).any(|known| is_settled(&known));
            if !settled {
                let ruling = self.store.keep_address(&KnownAddress::taken_away(person, channel, at)).await?;
                tracing::debug!(?ruling, channel = channel.name(), "a block takes a known address away");
                any = true;
            }
        }
        Ok(any)
    }

    pub(super) async fn revoke_for_block(&self, optin: &Optin) -> Result<(), NotDone> {
        let revoke = Revoke { address: optin.address, ask: optin.ask, reason: Reason::Blocked, now: self.clock.now() };
        if let Ruling::Refused(why) = self.store.revoke(&revoke).await? {
            tracing::info!(?why, topic = optin.address.topic.to_text(), "a block finds this opt-in past revoking");
        }
        Ok(())
    }

    /// A tombstone in place of every opt-in, and of every topic that a live link may still be about; the rest goes. Whether
    /// anything was left: what is buried already stays as it is.
    pub(super) async fn carry_through_erasure(&self, person: &Person, erased_at: Timestamp) -> Result<bool, NotDone> {
        let records = self.store.records(person.key).await?;
        let unburied = self.unburied(person, &records, erased_at);
        let past: Vec<_> = records.past.iter().filter(|past| past.asked_at <= erased_at).collect();
        let parked: Vec<_> = records.parked.iter().filter(|parked| parked.asked_at <= erased_at).collect();
        let known: Vec<_> = records.addresses.iter().filter(|known| is_erased(known.kept_at, erased_at, CLOCK_SKEW)).collect();
        for topic in &unburied {
            self.store.bury(OptinAddress { person: person.key, topic: *topic }, erased_at).await?;
        }
        for past in &past {
            self.store.forget_past(person.key, past.ask).await?;
        }
        for parked in &parked {
            self.store.unpark(person.key, &parked.event.id).await?;
        }
        for known in &known {
            self.store.forget_address(known).await?;
        }
        Ok(!(unburied.is_empty() && past.is_empty() && parked.is_empty() && known.is_empty()))
    }

    /// The topics where an opt-in from before the erasure stands, or nothing that keeps a link from before it out.
    fn unburied(&self, person: &Person, records: &PersonRecords, erased_at: Timestamp) -> BTreeSet<TopicKey> {
        let dead_by = self.clock.now().before(LONGEST_LINK + CLOCK_SKEW);
        let standing = records.optins.iter().map(|optin| optin.address.topic);
        let asked = person.register.slots().iter().filter(|slot| slot.at > dead_by).map(|slot| slot.topic);
        let later = records.optins.iter().filter(|optin| optin.asked_at > erased_at).map(|optin| optin.address.topic);
        let buried = records.tombstones.iter().filter(|(_, at)| *at >= erased_at).map(|(topic, _)| *topic);
        let settled: BTreeSet<_> = later.chain(buried).collect();
        standing.chain(asked).filter(|topic| !settled.contains(topic)).collect()
    }
}

/// Logs an erasure, at a level at which it is kept: a table that is restored to an earlier time does not know of it, and
/// `ringonce restore settle` reads it from here. The key is a keyed hash, and says of nobody who it is.
pub(super) fn keep_for_restores(person: &Person, erased_at: Timestamp) {
    tracing::warn!(erased = person.key.to_text(), at = %erased_at, "a person is erased");
}

/// Whether it leads, or may still lead, to a message that has not begun to leave.
const fn is_open(optin: &Optin) -> bool {
    matches!(optin.state, State::Confirming | State::Granted | State::Scheduled | State::Queued)
}
