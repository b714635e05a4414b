//! The in-memory store: the rules themselves under one lock. What the domain's commands are tried on, what the DynamoDB
//! store is compared with, and what a simulation runs on.

mod addresses;
pub mod fixture;
mod limits;
mod reconcile;
mod releases;
mod restore;
mod statistics;
mod webhooks;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ringonce_domain::address::{LimitKey, OptinAddress, PersonKey, ReleaseKey};
use ringonce_domain::api_key::ApiKeyHash;
use ringonce_domain::business::{ApiKeyRecord, Business};
use ringonce_domain::call::CallId;
use ringonce_domain::caps::CapRuling;
use ringonce_domain::health::WebhookHealth;
use ringonce_domain::known_address::KnownAddress;
use ringonce_domain::limit::Uses;
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::{Occupant, Optin, State};
use ringonce_domain::person::{self, Ask, AskRuling, Erase, EraseRuling, Person};
use ringonce_domain::reconcile::Segment;
use ringonce_domain::release::{Order, Release};
use ringonce_domain::rules::{
    self, Answer, AnswerRefusal, Attempt, AttemptRefusal, Cancel, Confirm, ConfirmRefusal, Lapse, LostLease, NotLapsed, NotTaken, Redeem,
    RedeemRefusal, Remind, Reschedule, Revoke, RevokeRefusal, Ruling, ScheduleRefusal, Settle, Start, StartRefusal, Take, Watch,
};
use ringonce_domain::store::{
    Change, Commands, DUE_SHARDS, Directory, Due, Line, Outbox, Page, ParkedEvent, People, PersonRecords, Stored, WAITING_SHARDS, Waiting,
    place,
};
use ringonce_domain::time::Timestamp;

/// A table in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    people: HashMap<PersonKey, Person>,
    occupants: BTreeMap<OptinAddress, Occupant>,
    past: BTreeMap<(PersonKey, CallId), Optin>,
    parked: BTreeMap<(PersonKey, String), ParkedEvent>,
    addresses: BTreeMap<(PersonKey, &'static str), KnownAddress>,
    businesses: HashMap<BusinessId, Business>,
    api_keys: HashMap<ApiKeyHash, ApiKeyRecord>,
    releases: BTreeMap<ReleaseKey, Release>,
    plans: BTreeMap<(ReleaseKey, u32, u32), Page>,
    listed: BTreeMap<(BusinessId, String), ReleaseKey>,
    healths: HashMap<BusinessId, WebhookHealth>,
    segments: BTreeMap<u8, Segment>,
    limits: HashMap<LimitKey, Uses>,
    statistics: statistics::Counts,
    changes: Vec<Change>,
}

impl Table {
    fn optin(&self, address: &OptinAddress) -> Option<Optin> {
        self.occupants.get(address).cloned().and_then(Occupant::optin)
    }

    fn put_occupant(&mut self, address: OptinAddress, new: Occupant) {
        let old = self.occupants.insert(address, new.clone());
        self.changes.push(Change::Optin { old, new: Some(new) });
    }

    fn put_release(&mut self, release: &Release) {
        self.releases.insert(release.key, release.clone());
        self.changes.push(Change::Release(Box::new(release.clone())));
    }

    /// Carries out what a rule applied.
    fn commit<R>(&mut self, ruling: Ruling<R>) -> Ruling<R> {
        if let Ruling::Apply(new) = &ruling {
            self.put_occupant(new.address, Occupant::Optin(new.clone()));
        }
        ruling
    }

    /// Whether a person was erased after they were asked.
    fn is_erased_since(&self, person: PersonKey, asked_at: Timestamp) -> bool {
        self.people.get(&person).and_then(|person| person.erased_at).is_some_and(|at| at >= asked_at)
    }

    fn put_person(&mut self, new: Person) {
        let old = self.people.insert(new.key, new.clone()).map(Box::new);
        self.changes.push(Change::Person { old, new: Box::new(new) });
    }

    /// Changes a person item that exists; false when there is none.
    fn edit_person(&mut self, person: PersonKey, edit: impl FnOnce(&mut Person)) -> bool {
        let Some(mut new) = self.people.get(&person).cloned() else {
            return false;
        };
        edit(&mut new);
        self.put_person(new);
        true
    }
}

impl MemoryStore {
    /// The table; a panic of another thread while it held the lock changes nothing about what it holds.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The changes committed since the last call, in order.
    #[must_use]
    pub fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.table().changes)
    }
}

#[async_trait]
impl Commands for MemoryStore {
    async fn ask(&self, ask: &Ask) -> Stored<AskRuling> {
        let mut table = self.table();
        let person = table.people.get(&ask.person);
        let ruling = person::rule(person, ask);
        if ruling == AskRuling::Caps(CapRuling::Admitted) {
            let asked = person::asked(person, ask);
            table.put_person(asked);
        }
        Ok(ruling)
    }

    async fn answer(&self, answer: &Answer) -> Stored<Ruling<AnswerRefusal>> {
        let mut table = self.table();
        let ruling = rules::answer(table.occupants.get(&answer.ask.id.address), answer);
        Ok(table.commit(ruling))
    }

    async fn redeem(&self, redeem: &Redeem) -> Stored<Ruling<RedeemRefusal>> {
        let mut table = self.table();
        let ruling = rules::redeem(table.optin(&redeem.address).as_ref(), redeem);
        Ok(table.commit(ruling))
    }

    async fn take(&self, take: &Take) -> Stored<Ruling<NotTaken>> {
        let mut table = self.table();
        let ruling = rules::take(table.optin(&take.address).as_ref(), take);
        Ok(table.commit(ruling))
    }

    async fn attempt(&self, attempt: &Attempt) -> Stored<Ruling<AttemptRefusal>> {
        let mut table = self.table();
        let ruling = rules::attempt(table.optin(&attempt.address).as_ref(), attempt);
        Ok(table.commit(ruling))
    }

    async fn settle(&self, settle: &Settle) -> Stored<Ruling<LostLease>> {
        let mut table = self.table();
        let ruling = rules::settle(table.optin(&settle.address).as_ref(), settle);
        Ok(table.commit(ruling))
    }

    async fn revoke(&self, revoke: &Revoke) -> Stored<Ruling<RevokeRefusal>> {
        let mut table = self.table();
        let ruling = rules::revoke(table.optin(&revoke.address).as_ref(), revoke);
        Ok(table.commit(ruling))
    }

    async fn confirm(&self, confirm: &Confirm) -> Stored<Ruling<ConfirmRefusal>> {
        let mut table = self.table();
        let ruling = rules::confirm(table.optin(&confirm.address).as_ref(), confirm);
        Ok(table.commit(ruling))
    }

    async fn remind(&self, remind: &Remind) -> Stored<bool> {
        let mut table = self.table();
        let Some(new) = rules::remind(table.optin(&remind.address).as_ref(), remind) else {
            return Ok(false);
        };
        table.put_occupant(remind.address, Occupant::Optin(Box::new(new)));
        Ok(true)
    }

    async fn start(&self, start: &Start) -> Stored<Ruling<StartRefusal>> {
        let mut table = self.table();
        let ruling = rules::start(table.optin(&start.address).as_ref(), start);
        Ok(table.commit(ruling))
    }

    async fn lapse(&self, lapse: &Lapse) -> Stored<Ruling<NotLapsed>> {
        let mut table = self.table();
        let ruling = rules::lapse(table.optin(&lapse.address).as_ref(), lapse);
        Ok(table.commit(ruling))
    }

    async fn cancel(&self, cancel: &Cancel) -> Stored<Ruling<ScheduleRefusal>> {
        let mut table = self.table();
        let ruling = rules::cancel(table.optin(&cancel.address).as_ref(), cancel);
        Ok(table.commit(ruling))
    }

    async fn reschedule(&self, reschedule: &Reschedule) -> Stored<Ruling<ScheduleRefusal>> {
        let mut table = self.table();
        let ruling = rules::reschedule(table.optin(&reschedule.address).as_ref(), reschedule);
        Ok(table.commit(ruling))
    }

    async fn watch(&self, watch: &Watch) -> Stored<bool> {
        let mut table = self.table();
        let standing = table.optin(&watch.address).filter(|standing| rules::is_under_way(Some(standing), watch));
        let Some(mut new) = standing else {
            return Ok(false);
        };
        new.delivery.due_at = Some(watch.due_at);
        table.put_occupant(watch.address, Occupant::Optin(Box::new(new)));
        Ok(true)
    }
}

#[async_trait]
impl People for MemoryStore {
    async fn block(&self, person: PersonKey, now: Timestamp) -> Stored<bool> {
        Ok(self.table().edit_person(person, |person| {
            person.blocked_at.get_or_insert(now);
        }))
    }

    async fn unblock(&self, person: PersonKey) -> Stored<bool> {
        Ok(self.table().edit_person(person, |person| person.blocked_at = None))
    }

    async fn erase(&self, erase: &Erase) -> Stored<EraseRuling> {
        let mut table = self.table();
        let person = table.people.get(&erase.person);
        let ruling = person::rule_erase(person, erase);
        let repeat = person.is_some_and(|person| person.erased_by == Some(erase.call));
        if ruling == EraseRuling::Erased(erase.now) && !repeat {
            table.edit_person(erase.person, |person| {
                (person.erased_at, person.erased_by) = (Some(erase.now), Some(erase.call));
                person.link = None;
            });
        }
        Ok(ruling)
    }

    async fn person(&self, person: PersonKey) -> Stored<Option<Person>> {
        Ok(self.table().people.get(&person).cloned())
    }

    async fn people(&self, people: &[PersonKey]) -> Stored<Vec<Person>> {
        let table = self.table();
        Ok(people.iter().filter_map(|person| table.people.get(person)).cloned().collect())
    }

    async fn occupant(&self, address: OptinAddress) -> Stored<Option<Occupant>> {
        Ok(self.table().occupants.get(&address).cloned())
    }

    async fn past(&self, person: PersonKey, ask: CallId) -> Stored<Option<Optin>> {
        Ok(self.table().past.get(&(person, ask)).cloned())
    }

    async fn records(&self, person: PersonKey) -> Stored<PersonRecords> {
        let table = self.table();
        let occupants = || table.occupants.iter().filter(|(address, _)| address.person == person);
        let tombstones = occupants().filter_map(|(address, occupant)| match occupant {
            Occupant::Erased(at) => Some((address.topic, *at)),
            Occupant::Optin(_) => None,
        });
        Ok(PersonRecords {
            person: table.people.get(&person).cloned(),
            optins: occupants().filter_map(|(_, occupant)| occupant.clone().optin()).collect(),
            tombstones: tombstones.collect(),
            past: table.past.iter().filter(|((owner, _), _)| *owner == person).map(|(_, optin)| optin.clone()).collect(),
            parked: table.parked.values().filter(|parked| parked.person == person).cloned().collect(),
            addresses: table.addresses_of(person),
        })
    }

    async fn archive(&self, optin: &Optin) -> Stored<()> {
        let mut table = self.table();
        let person = optin.address.person;
        if !table.is_erased_since(person, optin.asked_at) {
            let mut past = optin.clone();
            past.delivery.due_at = None;
            table.past.insert((person, optin.ask), past);
        }
        Ok(())
    }

    async fn bury(&self, address: OptinAddress, erased_at: Timestamp) -> Stored<()> {
        let mut table = self.table();
        let later = match table.occupants.get(&address) {
            Some(Occupant::Optin(optin)) => optin.asked_at > erased_at,
            Some(Occupant::Erased(at)) => *at > erased_at,
            None => false,
        };
        if !later {
            table.put_occupant(address, Occupant::Erased(erased_at));
        }
        Ok(())
    }

    async fn forget_past(&self, person: PersonKey, ask: CallId) -> Stored<()> {
        self.table().past.remove(&(person, ask));
        Ok(())
    }
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn park(&self, event: &ParkedEvent) -> Stored<()> {
        let mut table = self.table();
        if !table.is_erased_since(event.person, event.asked_at) {
            table.parked.entry((event.person, event.event.id.clone())).or_insert_with(|| event.clone());
        }
        Ok(())
    }

    async fn parked(&self, person: PersonKey, id: &str) -> Stored<Option<ParkedEvent>> {
        Ok(self.table().parked.get(&(person, id.to_owned())).cloned())
    }

    async fn claim_event(&self, seen: &ParkedEvent, to: &ParkedEvent) -> Stored<bool> {
        let mut table = self.table();
        let key = (seen.person, seen.event.id.clone());
        let Some(parked) = table.parked.get_mut(&key) else {
            return Ok(false);
        };
        if seen.due_at.is_some() && parked.due_at == seen.due_at {
            (parked.attempts, parked.due_at) = (to.attempts, to.due_at);
        }
        Ok(parked == to)
    }

    async fn unpark(&self, person: PersonKey, id: &str) -> Stored<()> {
        self.table().parked.remove(&(person, id.to_owned()));
        Ok(())
    }

    async fn due(&self, shard: u8, now: Timestamp, limit: usize) -> Stored<Vec<(Timestamp, Due)>> {
        let table = self.table();
        let here = |person: PersonKey| person.as_bytes()[1] % DUE_SHARDS == shard;
        let optins = table.occupants.values().filter_map(|occupant| match occupant {
            Occupant::Optin(optin) if here(optin.address.person) => optin.delivery.due_at.map(|at| (at, Due::Optin(optin.address))),
            _ => None,
        });
        let events = table.parked.values().filter(|parked| here(parked.person));
        let events = events.filter_map(|parked| parked.due_at.map(|at| (at, Due::Event(parked.person, parked.event.id.clone()))));
        let releases = table.releases.values().filter(|release| release.key.as_bytes()[0] % DUE_SHARDS == shard);
        let releases = releases.filter_map(|release| release.due_at.map(|at| (at, Due::Release(release.key))));
        let segments = table.segments.values().filter(|segment| segment.number % DUE_SHARDS == shard);
        let segments = segments.filter_map(|segment| segment.due_at.map(|at| (at, Due::Reconcile(segment.number))));
        let mut due: Vec<_> = optins.chain(events).chain(releases).chain(segments).filter(|(at, _)| *at <= now).collect();
        due.sort_by_key(|(at, _)| *at);
        due.truncate(limit);
        Ok(due)
    }

    async fn waiting(&self, line: &Line, shard: u8, limit: usize) -> Stored<Vec<Waiting>> {
        let table = self.table();
        let mut waiting: Vec<_> = table
            .occupants
            .values()
            .filter_map(|occupant| match occupant {
                Occupant::Optin(optin) => Some(optin),
                Occupant::Erased(_) => None,
            })
            .filter(|optin| optin.state == State::Granted && optin.address.topic == line.topic && optin.answered_at < line.before)
            .filter(|optin| optin.address.person.as_bytes()[0] % WAITING_SHARDS == shard)
            .map(|optin| Waiting { place: place(optin.answered_at, optin.address.person, optin.channel), person: optin.address.person })
            .collect();
        waiting.sort();
        if line.order == Order::Newest {
            waiting.reverse();
        }
        let comes_after = |waiting: &Waiting| match (&line.after, line.order) {
            (Some(after), Order::Oldest) => waiting.place > *after,
            (Some(after), Order::Newest) => waiting.place < *after,
            (None, _) => true,
        };
        Ok(waiting.into_iter().filter(comes_after).take(limit).collect())
    }
}

#[async_trait]
impl Directory for MemoryStore {
    async fn business(&self, id: &BusinessId) -> Stored<Option<Business>> {
        Ok(self.table().businesses.get(id).cloned())
    }

    async fn api_key(&self, hash: &ApiKeyHash) -> Stored<Option<ApiKeyRecord>> {
        Ok(self.table().api_keys.get(hash).cloned())
    }

    async fn api_keys(&self, business: &BusinessId) -> Stored<Vec<(ApiKeyHash, ApiKeyRecord)>> {
        let table = self.table();
        let mut keys: Vec<_> =
            table.api_keys.iter().filter(|(_, record)| record.business == *business).map(|(h, r)| (*h, r.clone())).collect();
        keys.sort_by_key(|(hash, _)| hash.to_text());
        Ok(keys)
    }

    async fn add_business(&self, business: &Business) -> Stored<bool> {
        let mut table = self.table();
        let is_new = !table.businesses.contains_key(&business.id);
        if is_new {
            table.businesses.insert(business.id.clone(), business.clone());
        }
        Ok(is_new)
    }

    async fn set_business(&self, business: &Business) -> Stored<bool> {
        let mut table = self.table();
        if !table.businesses.contains_key(&business.id) {
            return Ok(false);
        }
        table.businesses.insert(business.id.clone(), business.clone());
        for record in table.api_keys.values_mut().filter(|record| record.business == business.id) {
            record.settings = business.settings.clone();
        }
        Ok(true)
    }

    async fn add_api_key(&self, hash: &ApiKeyHash, record: &ApiKeyRecord) -> Stored<()> {
        self.table().api_keys.insert(*hash, record.clone());
        Ok(())
    }

    async fn revoke_api_key(&self, business: &BusinessId, hash: &ApiKeyHash) -> Stored<bool> {
        let mut table = self.table();
        let known = table.api_keys.get(hash).is_some_and(|record| record.business == *business);
        if known {
            table.api_keys.remove(hash);
        }
        Ok(known)
    }
}
