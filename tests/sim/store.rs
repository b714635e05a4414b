//! The in-memory store behind a line on which calls and answers get lost.

use std::sync::Arc;

use async_trait::async_trait;
use ringonce_domain::address::{OptinAddress, PersonKey, ReleaseKey};
use ringonce_domain::api_key::ApiKeyHash;
use ringonce_domain::business::{ApiKeyRecord, Business};
use ringonce_domain::call::CallId;
use ringonce_domain::demand::{Batch, Day, Scope, Tally};
use ringonce_domain::health::{Revision, WebhookHealth};
use ringonce_domain::known_address::{KeepRuling, KnownAddress};
use ringonce_domain::limit::{LimitRuling, Spend};
use ringonce_domain::names::{BusinessId, Topic};
use ringonce_domain::optin::{Occupant, Optin};
use ringonce_domain::person::{Ask, AskRuling, Erase, EraseRuling, Person};
use ringonce_domain::reconcile::Segment;
use ringonce_domain::release::Release;
use ringonce_domain::rules::{
    Answer, AnswerRefusal, Attempt, AttemptRefusal, Cancel, Confirm, ConfirmRefusal, Lapse, LostLease, NotLapsed, NotTaken, Redeem,
    RedeemRefusal, Remind, Reschedule, Revoke, RevokeRefusal, Ruling, ScheduleRefusal, Settle, Start, StartRefusal, Take, Watch,
};
use ringonce_domain::store::{
    Added, Addresses, Commands, Cursor, Directory, Due, Limits, Line, Outbox, Page, ParkedEvent, People, PersonRecords, Reconciles,
    Releases, ScannedPage, Statistics, Stored, Waiting, Webhooks,
};
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;

use crate::faults::Faults;

/// A process's view of the table.
pub(crate) struct TableLine {
    pub(crate) table: Arc<MemoryStore>,
    pub(crate) faults: Faults,
}

/// Passes each call on, over the line.
macro_rules! over_the_line {
    ($($tr:ident { $($name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)* })*) => {
        $(#[async_trait]
        impl $tr for TableLine {
            $(async fn $name(&self, $($arg: $ty),*) -> Stored<$out> {
                self.faults.around(|| self.table.$name($($arg),*)).await
            })*
        })*
    };
}

over_the_line! {
    Limits { spend(spend: &Spend) -> LimitRuling; }
    Commands {
        ask(ask: &Ask) -> AskRuling;
        answer(answer: &Answer) -> Ruling<AnswerRefusal>;
        redeem(redeem: &Redeem) -> Ruling<RedeemRefusal>;
        take(take: &Take) -> Ruling<NotTaken>;
        attempt(attempt: &Attempt) -> Ruling<AttemptRefusal>;
        settle(settle: &Settle) -> Ruling<LostLease>;
        revoke(revoke: &Revoke) -> Ruling<RevokeRefusal>;
        start(start: &Start) -> Ruling<StartRefusal>;
        lapse(lapse: &Lapse) -> Ruling<NotLapsed>;
        cancel(cancel: &Cancel) -> Ruling<ScheduleRefusal>;
        reschedule(reschedule: &Reschedule) -> Ruling<ScheduleRefusal>;
        confirm(confirm: &Confirm) -> Ruling<ConfirmRefusal>;
        remind(remind: &Remind) -> bool;
        watch(watch: &Watch) -> bool;
    }
    People {
        block(person: PersonKey, now: Timestamp) -> bool;
        unblock(person: PersonKey) -> bool;
        erase(erase: &Erase) -> EraseRuling;
        person(person: PersonKey) -> Option<Person>;
        people(people: &[PersonKey]) -> Vec<Person>;
        occupant(address: OptinAddress) -> Option<Occupant>;
        past(person: PersonKey, ask: CallId) -> Option<Optin>;
        records(person: PersonKey) -> PersonRecords;
        archive(optin: &Optin) -> ();
        bury(address: OptinAddress, erased_at: Timestamp) -> ();
        forget_past(person: PersonKey, ask: CallId) -> ();
    }
    Addresses {
        addresses(person: PersonKey) -> Vec<KnownAddress>;
        keep_address(new: &KnownAddress) -> KeepRuling;
        copy_address(consented: &KnownAddress, asked_at: Timestamp) -> ();
        forget_address(seen: &KnownAddress) -> ();
    }
    Outbox {
        park(event: &ParkedEvent) -> ();
        parked(person: PersonKey, id: &str) -> Option<ParkedEvent>;
        claim_event(seen: &ParkedEvent, to: &ParkedEvent) -> bool;
        unpark(person: PersonKey, id: &str) -> ();
        due(shard: u8, now: Timestamp, limit: usize) -> Vec<(Timestamp, Due)>;
        waiting(line: &Line, shard: u8, limit: usize) -> Vec<Waiting>;
    }
    Releases {
        start_release(release: &Release) -> Option<Release>;
        release(key: ReleaseKey) -> Option<Release>;
        advance_release(seen: &Release, to: &Release) -> bool;
        plan(release: &Release, page: &Page) -> Page;
        planned(release: &Release) -> Page;
        list_release(release: &Release) -> ();
        releases(business: &BusinessId, before: Option<&str>, limit: usize) -> Vec<ReleaseKey>;
    }
    Directory {
        business(id: &BusinessId) -> Option<Business>;
        api_key(hash: &ApiKeyHash) -> Option<ApiKeyRecord>;
        api_keys(business: &BusinessId) -> Vec<(ApiKeyHash, ApiKeyRecord)>;
        add_business(business: &Business) -> bool;
        set_business(business: &Business) -> bool;
        add_api_key(hash: &ApiKeyHash, record: &ApiKeyRecord) -> ();
        revoke_api_key(business: &BusinessId, hash: &ApiKeyHash) -> bool;
    }
    Webhooks {
        webhook_health(business: &BusinessId) -> Option<WebhookHealth>;
        set_webhook_health(business: &BusinessId, seen: Option<Revision>, to: &WebhookHealth) -> bool;
    }
    Reconciles {
        segment(number: u8) -> Option<Segment>;
        advance_segment(seen: Option<&Segment>, to: &Segment) -> bool;
        scan(number: u8, after: Option<&Cursor>, now: Timestamp, limit: usize) -> ScannedPage;
    }
}

/// Nothing is counted here: that has tests of its own.
#[async_trait]
impl Statistics for TableLine {
    async fn count(&self, batch: &Batch) -> Added {
        self.table.count(batch).await
    }

    async fn count_opening(&self, of: Scope, opening: [u8; 16]) -> Stored<()> {
        self.table.count_opening(of, opening).await
    }

    async fn tally(&self, of: Scope) -> Stored<Tally> {
        self.table.tally(of).await
    }

    async fn days(&self, business: &BusinessId, from: Day, to: Day) -> Stored<Vec<(Day, Tally)>> {
        self.table.days(business, from, to).await
    }

    async fn topics(&self, business: &BusinessId, begin: &str, after: Option<&Topic>, limit: usize) -> Stored<Vec<Topic>> {
        self.table.topics(business, begin, after, limit).await
    }
}
