//! What Ringonce asks of a table: a small set of decisions, each one atomic, and a few plain reads.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::address::{OptinAddress, PersonKey, ReleaseKey, TopicKey};
use crate::api_key::ApiKeyHash;
use crate::business::{ApiKeyRecord, Business, ChannelKind};
use crate::call::CallId;
use crate::demand::{Batch, Day, Scope, Tally};
use crate::event::Event;
use crate::health::{Revision, WebhookHealth};
use crate::known_address::{KeepRuling, KnownAddress};
use crate::limit::{LimitRuling, Spend};
use crate::names::{BusinessId, Topic};
use crate::optin::{Occupant, Optin};
use crate::person::{Ask, AskRuling, Erase, EraseRuling, Person};
use crate::reconcile::{Scanned, Segment};
use crate::release::{Order, Release};
use crate::rules::{
    Answer, AnswerRefusal, Attempt, AttemptRefusal, Cancel, Confirm, ConfirmRefusal, Lapse, LostLease, NotLapsed, NotTaken, Redeem,
    RedeemRefusal, Remind, Reschedule, Revoke, RevokeRefusal, Ruling, ScheduleRefusal, Settle, Start, StartRefusal, Take, Watch,
};
use crate::time::Timestamp;

/// Why a store could not say anything: nobody decided.
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// The table did not answer, or asked to be tried later. Whether a write was done is not known; repeating the same
    /// command is safe.
    #[error("the table is not available: {0}")]
    Unavailable(String),
    /// An item or an answer that this program cannot have written.
    #[error("the table holds or answers what it should not: {0}")]
    Corrupt(String),
}

/// A result of a store.
pub type Stored<T> = Result<T, StoreError>;

/// Everything that stands in one person's partition.
#[derive(Debug, Clone, Default)]
pub struct PersonRecords {
    /// The person item.
    pub person: Option<Person>,
    /// The opt-ins that stand, in the order of their topics' keys.
    pub optins: Vec<Optin>,
    /// The topics that hold a tombstone, and of when it is.
    pub tombstones: Vec<(TopicKey, Timestamp)>,
    /// The opt-ins that later ones have replaced.
    pub past: Vec<Optin>,
    /// The parked events.
    pub parked: Vec<ParkedEvent>,
    /// The addresses that are known, and the marks of those that were taken away.
    pub addresses: Vec<KnownAddress>,
}

/// An event whose first delivery failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedEvent {
    /// In whose partition it waits.
    pub person: PersonKey,
    /// Whose event it is.
    pub business: BusinessId,
    /// The event.
    pub event: Event,
    /// When its opt-in was asked for: an erasure after that takes the event too.
    pub asked_at: Timestamp,
    /// When its first delivery failed, or when it was last replayed: its day of retries is counted from then.
    pub parked_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; never again when missing: it was given up.
    pub due_at: Option<Timestamp>,
}

/// A parked event, as far as a replay needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedEvent {
    /// In whose partition it waits.
    pub person: PersonKey,
    /// Its id.
    pub id: String,
    /// When what it tells of happened.
    pub at: Timestamp,
    /// When it is tried next; never again when missing.
    pub due_at: Option<Timestamp>,
}

impl From<&ParkedEvent> for MissedEvent {
    fn from(parked: &ParkedEvent) -> Self {
        let at = parked.event.happened_at().unwrap_or(parked.parked_at);
        Self { person: parked.person, id: parked.event.id.clone(), at, due_at: parked.due_at }
    }
}

/// A part of the line of a business's events that were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp<'a> {
    /// Those of what happened at that time or later.
    Since(Timestamp),
    /// Those behind this place.
    After(&'a str),
}

/// The place of an event in that line.
#[must_use]
pub fn given_up_place(event: &MissedEvent) -> String {
    format!("{:013}#P#{}#{}", event.at.millis(), event.person.to_text(), event.id)
}

/// Over how many keys a business's given up events are spread in the `waiting` index: all of them are given up at once
/// where a webhook that is disabled is sent many.
pub const GIVEN_UP_SHARDS: u8 = 4;

/// Where a store goes on with a search through the whole table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(pub [String; 2]);

/// A part of what a search through the whole table finds.
#[derive(Debug, Clone, Default)]
pub struct MissedPage {
    /// The events, in no order.
    pub events: Vec<MissedEvent>,
    /// How many items were looked at for it.
    pub read: usize,
    /// Where it goes on, if it does.
    pub next: Option<Cursor>,
}

/// Something that the sweep finds to be due.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Due {
    /// An opt-in: a parked message, or an attempt whose lease has ended.
    Optin(OptinAddress),
    /// A parked event, by its person and id.
    Event(PersonKey, String),
    /// A release.
    Release(ReleaseKey),
    /// A segment of the reconcile that is under way.
    Reconcile(u8),
}

/// A committed write, as the table's stream tells of it: a hint that something may be to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// To what stands at an opt-in's address.
    Optin {
        /// Before.
        old: Option<Occupant>,
        /// After; nothing when the table forgot it.
        new: Option<Occupant>,
    },
    /// To a release.
    Release(Box<Release>),
    /// To a person item.
    Person {
        /// Before.
        old: Option<Box<Person>>,
        /// After.
        new: Box<Person>,
    },
}

/// Over how many keys the `due` index is spread. It holds only what failed or waits, each shard takes 1,000 writes a
/// second, and a sweep reads every shard: few suffice. More can be added at any time: sweeps read all that this names,
/// and what stands under a lower number stays there.
pub const DUE_SHARDS: u8 = 4;

/// Over how many keys a topic's grants are spread in the `waiting` index. A saturated index partition throttles writes
/// to the table itself, and a partition takes 1,000 writes a second: eight let one topic gain and lose 8,000 grants a
/// second, twice what a new on-demand table takes, and `make scale-sim` finds a release held back by other things first. Growing it
/// needs no move: readers read all that this names.
pub const WAITING_SHARDS: u8 = 8;

/// Everything that the functions ask of a table. They take it as a type parameter: a program then holds only those
/// operations of the SDK that it calls.
pub trait Store:
    Commands + People + Addresses + Outbox + Releases + Directory + Webhooks + Statistics + Reconciles + Limits + 'static
{
}

impl<S: Commands + People + Addresses + Outbox + Releases + Directory + Webhooks + Statistics + Reconciles + Limits + ?Sized + 'static>
    Store for S
{
}

/// What is limited beside a person's caps.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Counts one more of what a limit counts, if it allows that.
    async fn spend(&self, spend: &Spend) -> Stored<LimitRuling>;
}

/// The commands on opt-ins: each one atomic decision.
#[async_trait]
pub trait Commands: Send + Sync {
    /// Asks, if block and caps allow it.
    async fn ask(&self, ask: &Ask) -> Stored<AskRuling>;
    /// Records an answer.
    async fn answer(&self, answer: &Answer) -> Stored<Ruling<AnswerRefusal>>;
    /// Redeems a grant.
    async fn redeem(&self, redeem: &Redeem) -> Stored<Ruling<RedeemRefusal>>;
    /// Redeems for a release whatever grant stands at an address.
    async fn take(&self, take: &Take) -> Stored<Ruling<NotTaken>>;
    /// Begins an attempt.
    async fn attempt(&self, attempt: &Attempt) -> Stored<Ruling<AttemptRefusal>>;
    /// Records what came of a message. The outcome is one that [`crate::rules::recorded`] lets through.
    async fn settle(&self, settle: &Settle) -> Stored<Ruling<LostLease>>;
    /// Revokes.
    async fn revoke(&self, revoke: &Revoke) -> Stored<Ruling<RevokeRefusal>>;
    /// Begins a scheduled message whose time has come.
    async fn start(&self, start: &Start) -> Stored<Ruling<StartRefusal>>;
    /// Ends what has lapsed.
    async fn lapse(&self, lapse: &Lapse) -> Stored<Ruling<NotLapsed>>;
    /// Takes a scheduled message back.
    async fn cancel(&self, cancel: &Cancel) -> Stored<Ruling<ScheduleRefusal>>;
    /// Sets another time for a scheduled message.
    async fn reschedule(&self, reschedule: &Reschedule) -> Stored<Ruling<ScheduleRefusal>>;
    /// Confirms a typed address.
    async fn confirm(&self, confirm: &Confirm) -> Stored<Ruling<ConfirmRefusal>>;
    /// Sets when a link to confirm is sent again; false when that is no longer waited for, or another worker was first.
    async fn remind(&self, remind: &Remind) -> Stored<bool>;
    /// Has the sweep look at an attempt when its lease ends; false when it is over already.
    async fn watch(&self, watch: &Watch) -> Stored<bool>;
}

/// The person items, and everything that stands beside one.
#[async_trait]
pub trait People: Send + Sync {
    /// Blocks the person's business; false when the person was never asked.
    async fn block(&self, person: PersonKey, now: Timestamp) -> Stored<bool>;
    /// Lifts a block; false when the person was never asked.
    async fn unblock(&self, person: PersonKey) -> Stored<bool>;
    /// Marks the person as erased.
    async fn erase(&self, erase: &Erase) -> Stored<EraseRuling>;

    /// The person item, as of now.
    async fn person(&self, person: PersonKey) -> Stored<Option<Person>>;
    /// The items of many, as of now, in no order; without those that do not stand.
    async fn people(&self, people: &[PersonKey]) -> Stored<Vec<Person>>;
    /// What stands at an address, as of now.
    async fn occupant(&self, address: OptinAddress) -> Stored<Option<Occupant>>;
    /// A replaced opt-in.
    async fn past(&self, person: PersonKey, ask: CallId) -> Stored<Option<Optin>>;
    /// Everything of one person, as of now.
    async fn records(&self, person: PersonKey) -> Stored<PersonRecords>;

    /// Keeps a replaced opt-in, unless its person was erased after it was asked for.
    async fn archive(&self, optin: &Optin) -> Stored<()>;
    /// Puts a tombstone where something asked for before `erased_at` stands, or nothing.
    async fn bury(&self, address: OptinAddress, erased_at: Timestamp) -> Stored<()>;
    /// Removes a replaced opt-in.
    async fn forget_past(&self, person: PersonKey, ask: CallId) -> Stored<()>;
}

/// The addresses that are known of people.
#[async_trait]
pub trait Addresses: Send + Sync {
    /// The addresses that are known of a person, and the marks of those that were taken away, as of now.
    async fn addresses(&self, person: PersonKey) -> Stored<Vec<KnownAddress>>;
    /// Keeps an address, or the mark of one that is taken away, if nothing later stands there.
    async fn keep_address(&self, new: &KnownAddress) -> Stored<KeepRuling>;
    /// Keeps the address of a consent, unless something as late stands there, or its person was erased after `asked_at`.
    async fn copy_address(&self, consented: &KnownAddress, asked_at: Timestamp) -> Stored<()>;
    /// Removes what stands there, if it is still what was seen.
    async fn forget_address(&self, seen: &KnownAddress) -> Stored<()>;
}

/// What waits to be taken up.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Parks an event; does nothing when it is parked already, or its person was erased since the ask.
    async fn park(&self, event: &ParkedEvent) -> Stored<()>;
    /// A parked event.
    async fn parked(&self, person: PersonKey, id: &str) -> Stored<Option<ParkedEvent>>;
    /// Gives an event the attempts and the next time of `to`, if it still has the time that `seen` has. True when it has
    /// them then: of two sweeps that set different times one succeeds, and sends.
    async fn claim_event(&self, seen: &ParkedEvent, to: &ParkedEvent) -> Stored<bool>;
    /// Removes a parked event that was delivered.
    async fn unpark(&self, person: PersonKey, id: &str) -> Stored<()>;

    /// What is due in a shard, the oldest first, at most `limit`.
    async fn due(&self, shard: u8, now: Timestamp, limit: usize) -> Stored<Vec<(Timestamp, Due)>>;
    /// Who waits for a topic in a shard, in their order, at most `limit`. A moment behind the table.
    async fn waiting(&self, line: &Line, shard: u8, limit: usize) -> Stored<Vec<Waiting>>;
}

/// A part of the line of those who wait for a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// For what.
    pub topic: TopicKey,
    /// Who comes first.
    pub order: Order,
    /// Only who was granted before.
    pub before: Timestamp,
    /// Only who comes after this place.
    pub after: Option<String>,
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// The place in the line: granted at, then whose, then whether it is for the inbox.
    pub place: String,
    /// Who.
    pub person: PersonKey,
}

impl Waiting {
    /// Whether the grant is for the person's inbox.
    #[must_use]
    pub fn is_for_inbox(&self) -> bool {
        self.place.ends_with(FOR_INBOX)
    }
}

/// A page of a step's plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Who is to be claimed for the inbox.
    pub inbox: Vec<PersonKey>,
    /// Who is to be claimed for a channel that leads outside.
    pub outside: Vec<PersonKey>,
    /// The place of the last of them: the next page goes on after it.
    pub end: String,
}

const FOR_INBOX: &str = "#i";

/// A place in the line, as the index orders it. It says of the channel what a release has to know before it claims.
#[must_use]
pub fn place(granted_at: Timestamp, person: PersonKey, channel: ChannelKind) -> String {
    let mark = if channel == ChannelKind::Inbox { FOR_INBOX } else { "" };
    format!("{:013}#P#{}{mark}", granted_at.millis(), person.to_text())
}

/// Releases, and what they plan.
#[async_trait]
pub trait Releases: Send + Sync {
    /// Starts a release; the one that stands there already, where there is one.
    async fn start_release(&self, release: &Release) -> Stored<Option<Release>>;
    /// A release, as of now.
    async fn release(&self, key: ReleaseKey) -> Stored<Option<Release>>;
    /// Makes `to` of a release that still is in the version of `seen`; false when it was changed meanwhile.
    async fn advance_release(&self, seen: &Release, to: &Release) -> Stored<bool>;
    /// Keeps the release's page of its step's plan. The page that stands there then: an earlier one stays.
    async fn plan(&self, release: &Release, page: &Page) -> Stored<Page>;
    /// The release's page.
    async fn planned(&self, release: &Release) -> Stored<Page>;
    /// Lists a release with its business.
    async fn list_release(&self, release: &Release) -> Stored<()>;
    /// The releases of a business, the latest first, at most `limit`, older than the one of `before`.
    async fn releases(&self, business: &BusinessId, before: Option<&str>, limit: usize) -> Stored<Vec<ReleaseKey>>;
}

/// How a release is listed: by when it was started.
#[must_use]
pub fn release_listing(created_at: Timestamp, key: ReleaseKey) -> String {
    format!("{:013}#{}", created_at.millis(), key.to_text())
}

/// Businesses and their API keys.
#[async_trait]
pub trait Directory: Send + Sync {
    /// A business.
    async fn business(&self, id: &BusinessId) -> Stored<Option<Business>>;
    /// What is stored with a key; `None` when it is unknown or revoked.
    async fn api_key(&self, hash: &ApiKeyHash) -> Stored<Option<ApiKeyRecord>>;
    /// A business's keys.
    async fn api_keys(&self, business: &BusinessId) -> Stored<Vec<(ApiKeyHash, ApiKeyRecord)>>;
    /// Adds a business; false when its id is taken.
    async fn add_business(&self, business: &Business) -> Stored<bool>;
    /// Replaces a business, and the settings in all of its keys with it; false when there is none of that id.
    async fn set_business(&self, business: &Business) -> Stored<bool>;
    /// Adds a key.
    async fn add_api_key(&self, hash: &ApiKeyHash, record: &ApiKeyRecord) -> Stored<()>;
    /// Revokes a key; false when the business has no such key.
    async fn revoke_api_key(&self, business: &BusinessId, hash: &ApiKeyHash) -> Stored<bool>;
}

/// How businesses' webhooks do.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// What was last noted of a business's webhook, at whatever address.
    async fn webhook_health(&self, business: &BusinessId) -> Stored<Option<WebhookHealth>>;
    /// Puts `to` in the place of what has the revision `seen`, or of nothing. True when it stands then: of two writers
    /// that saw the same one succeeds.
    async fn set_webhook_health(&self, business: &BusinessId, seen: Option<Revision>, to: &WebhookHealth) -> Stored<bool>;
}

/// What is sent again.
#[async_trait]
pub trait Replays: Send + Sync {
    /// Events of a business that were given up, in the order in which they happened: from `line` on, at most `limit`. A
    /// moment behind the table.
    async fn given_up(&self, business: &BusinessId, line: &GivenUp, limit: usize) -> Stored<Vec<(String, MissedEvent)>>;
    /// A page of the parked events of a business, in whosever partition, from `after` on. The operator's: no function may
    /// do this, because it reads the whole table.
    async fn parked_of(&self, business: &BusinessId, after: Option<&Cursor>) -> Stored<MissedPage>;
    /// Makes a parked event due at `due_at`, with its retries counted anew from `now`, if it still has the time that `seen`
    /// has. True when it is due then.
    async fn replay(&self, seen: &MissedEvent, due_at: Timestamp, now: Timestamp) -> Stored<bool>;
}

/// A page of a segment of the table.
#[derive(Debug, Clone, Default)]
pub struct ScannedPage {
    /// What may have to be taken up, in no order. Stores may leave out what is certainly to be left as it is.
    pub scanned: Vec<Scanned>,
    /// How many items were read for it.
    pub read: u64,
    /// How many read units that took, rounded up.
    pub units: u64,
    /// How many items are none that this program writes.
    pub unreadable: u64,
    /// Where it goes on, if it does.
    pub next: Option<Cursor>,
}

/// The reconcile: how far it has come, and what it reads. Only the sweep scans.
#[async_trait]
pub trait Reconciles: Send + Sync {
    /// A segment, as of now; nothing before the first run.
    async fn segment(&self, number: u8) -> Stored<Option<Segment>>;
    /// Puts `to` in the place of what has the version of `seen`, or of nothing. True when it stands then: of two workers
    /// that saw the same one has the segment.
    async fn advance_segment(&self, seen: Option<&Segment>, to: &Segment) -> Stored<bool>;
    /// A page of at most `limit` items of a segment, from `after` on. A moment behind the table.
    async fn scan(&self, number: u8, after: Option<&Cursor>, now: Timestamp, limit: usize) -> Stored<ScannedPage>;
}

/// What a call of [`Statistics::count`] added, and whether all that belongs to it is done. What was added before an error
/// stays added. It is never too much, and lacks what was added by a write whose answer was lost.
#[derive(Debug)]
#[must_use]
pub struct Added {
    /// What was added.
    pub tally: Tally,
    /// An error where the batch is to be brought again.
    pub done: Stored<()>,
}

/// What is counted of topics and releases.
#[async_trait]
pub trait Statistics: Send + Sync {
    /// Adds what a batch holds of a topic, day or release, leaving out what was counted before, whatever the grouping; and has a topic
    /// that is named for the first time be listed. A batch that is brought again after an error adds only what is left.
    async fn count(&self, batch: &Batch) -> Added;
    /// Adds an opening of a message, to its topic's counts or its day's. `opening` is fresh for each: a repeat of the same
    /// write adds nothing.
    async fn count_opening(&self, of: Scope, opening: [u8; 16]) -> Stored<()>;
    /// What is counted of a topic, day or release. Seconds behind what was committed.
    async fn tally(&self, of: Scope) -> Stored<Tally>;
    /// What is counted of a business's days, from the first to the last of them; without those of which nothing is.
    async fn days(&self, business: &BusinessId, from: Day, to: Day) -> Stored<Vec<(Day, Tally)>>;
    /// A business's topics that anybody has answered about and whose names begin so, by name, behind `after`, at most
    /// `limit`.
    async fn topics(&self, business: &BusinessId, begin: &str, after: Option<&Topic>, limit: usize) -> Stored<Vec<Topic>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_764_000_000_123);

    #[test]
    fn a_place_in_the_line_says_when_who_and_whether_it_is_for_the_inbox() {
        let person = PersonKey::from_bytes([1; 16]);
        for channel in ChannelKind::ALL {
            let is_inbox = *channel == ChannelKind::Inbox;
            let place = place(AT, person, *channel);
            let mark = if is_inbox { "#i" } else { "" };
            assert_eq!(place, format!("1764000000123#P#{}{mark}", person.to_text()));
            assert_eq!(Waiting { place, person }.is_for_inbox(), is_inbox);
        }
        assert!(
            place(Timestamp::from_millis(9), person, ChannelKind::Inbox) < place(Timestamp::from_millis(10), person, ChannelKind::Inbox)
        );
    }

    #[test]
    fn what_is_listed_is_in_the_order_in_which_it_came() {
        let key = ReleaseKey::from_bytes([2; 16]);
        assert_eq!(release_listing(AT, key), format!("1764000000123#{}", key.to_text()));
        assert!(release_listing(Timestamp::from_millis(9), key) < release_listing(Timestamp::from_millis(10), key));
        let event = |at| MissedEvent { person: PersonKey::from_bytes([1; 16]), id: "evt_x_1".to_owned(), at, due_at: None };
        assert_eq!(given_up_place(&event(AT)), format!("1764000000123#P#{}#evt_x_1", PersonKey::from_bytes([1; 16]).to_text()));
        assert!(given_up_place(&event(Timestamp::from_millis(9))) < given_up_place(&event(Timestamp::from_millis(10))));
    }

    #[test]
    fn a_parked_event_is_missed_from_when_it_happened() {
        let parked = |body: &str| ParkedEvent {
            person: PersonKey::from_bytes([1; 16]),
            business: BusinessId::try_from("shop".to_owned()).expect("valid"),
            event: Event { id: "evt_x_1".to_owned(), body: body.to_owned() },
            asked_at: Timestamp::ZERO,
            parked_at: Timestamp::from_millis(77),
            attempts: 3,
            due_at: Some(Timestamp::from_millis(88)),
        };
        let missed = MissedEvent::from(&parked(r#"{"timestamp":"2025-11-24T16:00:00.123Z"}"#));
        let (person, due_at) = (PersonKey::from_bytes([1; 16]), Some(Timestamp::from_millis(88)));
        assert_eq!(missed, MissedEvent { person, id: "evt_x_1".to_owned(), at: AT, due_at });
        assert_eq!(MissedEvent::from(&parked("{}")).at, Timestamp::from_millis(77), "or was parked, where its body does not say");
    }
}
