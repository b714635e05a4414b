//! Keys, attribute names and conditions of the table: nothing else in the program spells one.
//!
//! | item | `pk` | `sk` |
//! | --- | --- | --- |
//! | person | `P#<person key>` | `P` |
//! | opt-in, or its tombstone | `P#<person key>` | `O#<topic key>` |
//! | past opt-in | `P#<person key>` | `H#<ask>` |
//! | parked event | `P#<person key>` | `W#<event id>` |
//! | known address | `P#<person key>` | `C#<channel>` |
//! | business | `B#<id>` | `B` |
//! | how its webhook does | `B#<id>` | `H` |
//! | a business's key, by its hash | `B#<id>` | `K#<sha256>` |
//! | API key | `K#<sha256>` | `K` |
//! | release | `R#<release key>` | `R` |
//! | a page of a release's plan | `R#<release key>` | `S#<step>#<page>` |
//! | a business's release | `B#<id>` | `R#<started at>#<release key>` |
//! | a topic's statistics | `T#<topic key>` | `T` |
//! | what is counted of a release | `C#<release key>` | `C` |
//! | what is counted of a business's day | `D#<id>` | `D#<day>` |
//! | a business's topic, by its name | `B#<id>` | `T#<topic>` |
//! | a segment of the reconcile | `X#<segment>` | `X` |
//! | a limit's last uses | `L#<limit key>` | `L` |

use ringonce_domain::address::{LimitKey, OptinAddress, PersonKey, ReleaseKey, TopicKey};
use ringonce_domain::api_key::ApiKeyHash;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::CallId;
use ringonce_domain::demand::{Day, Scope, Shard};
use ringonce_domain::encoding;
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::{DUE_SHARDS, GIVEN_UP_SHARDS, WAITING_SHARDS};

/// The table's partition key.
pub const PK: &str = "pk";
/// The table's sort key.
pub const SK: &str = "sk";
/// The TTL attribute, in seconds since 1970. TTL only cleans up: no rule rests on it.
pub const FORGET_AT: &str = "forget_at";

/// The index of grants that wait for their message, and of events that were given up: sparse, keys only.
pub const WAITING_INDEX: &str = "waiting";
/// Its partition key: `<topic key>#<shard>`; of an event `W#<business>#<shard>`.
pub const WAITING: &str = "waiting";
/// Its sort key: `<granted at>#<person's pk>`; of an event `<happened at>#<person's pk>#<event id>`.
pub const WAITING_AT: &str = "waiting_at";

/// The index of what the sweep is to take up: sparse, keys only.
pub const DUE_INDEX: &str = "due";
/// Its partition key: `<shard>`.
pub const DUE: &str = "due";
/// Its sort key, in milliseconds since 1970.
pub const DUE_AT: &str = "due_at";

/// Attribute names. Short ones, because an opt-in with its message is to stay under 1 KB: one write unit.
pub(super) mod attr {
    pub(in crate::dynamo) const STATE: &str = "state";
    pub(in crate::dynamo) const ASK: &str = "ask";
    pub(in crate::dynamo) const ASKED_AT: &str = "asked_at";
    pub(in crate::dynamo) const LINK_SECONDS: &str = "link_seconds";
    pub(in crate::dynamo) const MAC_KEY: &str = "mac_key";
    pub(in crate::dynamo) const BUSINESS: &str = "business";
    pub(in crate::dynamo) const USER: &str = "user";
    pub(in crate::dynamo) const TOPIC: &str = "topic";
    pub(in crate::dynamo) const TITLE: &str = "title";
    pub(in crate::dynamo) const PAYLOAD: &str = "payload";
    pub(in crate::dynamo) const LOCALE: &str = "locale";
    pub(in crate::dynamo) const CHANNEL: &str = "channel";
    pub(in crate::dynamo) const TO: &str = "reach";
    pub(in crate::dynamo) const TO_HASH: &str = "to_hash";
    pub(in crate::dynamo) const KEPT_AT: &str = "kept_at";
    pub(in crate::dynamo) const CONSENT: &str = "consent";
    pub(in crate::dynamo) const EXPIRES_AT: &str = "expires_at";
    pub(in crate::dynamo) const REDEMPTION: &str = "redemption";
    pub(in crate::dynamo) const CALL: &str = "call";
    pub(in crate::dynamo) const MESSAGE: &str = "message";
    pub(in crate::dynamo) const RELEASE: &str = "released_by";
    pub(in crate::dynamo) const SEGMENT: &str = "segment";
    pub(in crate::dynamo) const INBOX: &str = "inbox";
    pub(in crate::dynamo) const OUTSIDE: &str = "outside";
    pub(in crate::dynamo) const END: &str = "page_end";
    pub(in crate::dynamo) const ATTEMPT: &str = "attempt";
    pub(in crate::dynamo) const EPOCH: &str = "epoch";
    pub(in crate::dynamo) const ATTEMPTS: &str = "attempts";
    pub(in crate::dynamo) const LEASE: &str = "lease";
    pub(in crate::dynamo) const UNCLEAR: &str = "unclear";
    pub(in crate::dynamo) const RETURNED: &str = "returned";
    pub(in crate::dynamo) const RETURNED_CALLERS: &str = "returned_callers";
    pub(in crate::dynamo) const VERSION: &str = "version";
    pub(in crate::dynamo) const TIMELINE: &str = "timeline";
    pub(in crate::dynamo) const BLOCKED_AT: &str = "blocked_at";
    pub(in crate::dynamo) const ERASED_AT: &str = "erased_at";
    pub(in crate::dynamo) const ERASED_BY: &str = "erased_by";
    pub(in crate::dynamo) const LINK: &str = "link";
    pub(in crate::dynamo) const EVENT: &str = "event";
    pub(in crate::dynamo) const PARKED_AT: &str = "parked_at";
    pub(in crate::dynamo) const SETTINGS: &str = "settings";
    pub(in crate::dynamo) const WEBHOOK: &str = "webhook";
    pub(in crate::dynamo) const HEALTH: &str = "health";
    pub(in crate::dynamo) const REVISION: &str = "revision";
    pub(in crate::dynamo) const KIND: &str = "kind";
    pub(in crate::dynamo) const CREATED_AT: &str = "created_at";
    pub(in crate::dynamo) const LAST_FOUR: &str = "last_four";
    /// Begins the name of a shard's mark in statistics; the shard's id follows.
    pub(in crate::dynamo) const MARK: &str = "mark:";
}

/// The state word of a tombstone.
pub(super) const ERASED: &str = "erased";

/// Conditions on an opt-in item. `#state` and `#call` stand for names that DynamoDB reserves.
pub(super) mod condition {
    /// An answer takes an empty place; or that of an earlier generation which is over: ended, erased, or granted and
    /// past its expiry (TTL deletes late, so the expiry stands here); or still to be confirmed. Of the same generation it
    /// takes the place of what is to be confirmed at another address.
    pub(in crate::dynamo) const ANSWER: &str = "attribute_not_exists(pk) OR (\
        (asked_at < :asked_at OR (asked_at = :asked_at AND ask < :ask)) \
        AND (#state IN (:declined, :sent, :failed, :unknown, :revoked, :expired, :erased, :confirming) OR (#state = :granted AND expires_at <= :now))) \
        OR (ask = :ask AND #state = :confirming AND NOT to_hash = :to_hash)";

    /// This very opt-in, with this address still to be confirmed, and in time.
    pub(in crate::dynamo) const CONFIRM: &str = "ask = :ask AND #state = :confirming AND to_hash = :to_hash AND expires_at > :now";

    /// The same, with its link as often tried as the worker has seen.
    pub(in crate::dynamo) const REMIND: &str = "ask = :ask AND #state = :confirming AND to_hash = :to_hash AND attempts = :seen";

    /// The same, with its link never tried before.
    pub(in crate::dynamo) const REMIND_FIRST: &str =
        "ask = :ask AND #state = :confirming AND to_hash = :to_hash AND attribute_not_exists(attempts)";

    /// This very grant, unredeemed and in time; and not by a call that was carried out before and whose message came back, a
    /// moment ago or several redemptions ago: that one is answered, not repeated. While a message has not come back its
    /// opt-in is in another state.
    pub(in crate::dynamo) const REDEEM: &str =
        "ask = :ask AND #state = :granted AND expires_at > :now AND NOT contains(returned_callers, :caller)";

    /// Any grant, unredeemed and in time, that this step of the release has not taken before.
    pub(in crate::dynamo) const TAKE: &str = "#state = :granted AND expires_at > :now \
        AND NOT contains(returned_callers, :caller)";

    /// Beside [`TAKE`], for a message that ends in the person's own inbox.
    pub(in crate::dynamo) const FOR_INBOX: &str = "channel = :inbox";

    /// As [`REDEEM`], for a message that is to be sent later: the token lives until then, and so now.
    pub(in crate::dynamo) const REDEEM_LATER: &str =
        "ask = :ask AND #state = :granted AND expires_at >= :alive_at AND NOT contains(returned_callers, :caller)";

    /// This very redemption, scheduled, and due by every clock, with a token that lives by every clock.
    pub(in crate::dynamo) const START: &str =
        "ask = :ask AND redemption = :redemption AND #state = :scheduled AND due_at <= :due_by AND expires_at > :alive_at";

    /// This very opt-in, with a token that has ended by every clock and no message under way.
    pub(in crate::dynamo) const LAPSE: &str = "ask = :ask AND #state IN (:confirming, :granted, :scheduled) AND expires_at <= :over_by";

    /// This very redemption, scheduled, of a token that may still be given back.
    pub(in crate::dynamo) const CANCEL: &str = "ask = :ask AND redemption = :redemption AND #state = :scheduled \
        AND (attribute_not_exists(returned) OR size(returned) < :most_returns)";

    /// This very redemption, scheduled, for another time than this, and with a token that lives long enough.
    pub(in crate::dynamo) const RESCHEDULE: &str =
        "ask = :ask AND redemption = :redemption AND #state = :scheduled AND due_at <> :due_at AND expires_at >= :alive_at";

    /// This very redemption, waiting, due, and not by an attempt that was made before.
    pub(in crate::dynamo) const ATTEMPT: &str = "ask = :ask AND redemption = :redemption AND #state = :queued \
        AND (attribute_not_exists(due_at) OR due_at <= :now) AND NOT attempt = :attempt";

    /// This very attempt of another worker, whose time is up. Only what is being attempted has a lease.
    pub(in crate::dynamo) const TAKE_OVER: &str =
        "ask = :ask AND redemption = :redemption AND epoch = :epoch AND lease <= :now AND NOT attempt = :attempt";

    /// The worker's own attempt, still running: nobody took it over, nothing ended it.
    pub(in crate::dynamo) const SETTLE_ATTEMPT: &str =
        "ask = :ask AND redemption = :redemption AND #state = :attempting AND epoch = :epoch AND attempt = :attempt";

    /// The message as the worker saw it: queued, and nothing has happened to it since.
    pub(in crate::dynamo) const SETTLE_QUEUED: &str = "ask = :ask AND redemption = :redemption AND #state = :queued AND version = :version";

    /// An attempt of this epoch whose time is up. Only what is being attempted has a lease.
    pub(in crate::dynamo) const SETTLE_ENDED_LEASE: &str = "ask = :ask AND redemption = :redemption AND epoch = :epoch AND lease <= :now";

    /// A message of a restored table as its operator read it, whatever has come of it since.
    pub(in crate::dynamo) const SETTLE_RESTORED: &str = "ask = :ask AND redemption = :redemption \
        AND #state IN (:scheduled, :queued, :attempting) AND version = :version";

    /// This very opt-in, with nothing leaving the table, and nothing that may have left it before.
    pub(in crate::dynamo) const REVOKE: &str =
        "ask = :ask AND (#state IN (:confirming, :granted, :scheduled) OR (#state = :queued AND attribute_not_exists(unclear)))";

    /// This very opt-in, still parked as it was seen: after an attempt that may have gone out, which stays so for good.
    pub(in crate::dynamo) const REVOKE_UNCLEAR: &str = "ask = :ask AND #state = :queued";

    /// This very attempt, still under way.
    pub(in crate::dynamo) const WATCH: &str = "ask = :ask AND #state = :attempting AND epoch = :epoch";

    /// Nothing, or something from before the erasure.
    pub(in crate::dynamo) const BURY: &str = "attribute_not_exists(pk) OR asked_at <= :erased_at";

    /// A person who was not erased after the opt-in was asked for.
    pub(in crate::dynamo) const NOT_ERASED_SINCE: &str = "attribute_not_exists(erased_at) OR erased_at < :asked_at";

    /// A person who was asked, by nobody with a later clock, and not erased by this call already, nor later.
    pub(in crate::dynamo) const ERASE: &str = "attribute_exists(pk) AND NOT begins_with(erased_by, :caller) \
        AND (attribute_not_exists(t0) OR t0 <= :now) AND (attribute_not_exists(erased_at) OR erased_at <= :now)";

    /// Nothing, or something that is no later; and not by a call that was carried out before.
    pub(in crate::dynamo) const KEEP_CALLED: &str = "attribute_not_exists(pk) OR (kept_at <= :kept_at AND NOT begins_with(#call, :caller))";

    /// Nothing, or something that is no later.
    pub(in crate::dynamo) const KEEP: &str = "attribute_not_exists(pk) OR kept_at <= :kept_at";

    /// Nothing, or something earlier.
    pub(in crate::dynamo) const COPY_ADDRESS: &str = "attribute_not_exists(pk) OR kept_at < :kept_at";

    /// What was seen.
    pub(in crate::dynamo) const SAME_ADDRESS: &str = "kept_at = :kept_at";

    /// Every update but ask, answer and keeping an address requires that its item exists.
    pub(in crate::dynamo) const EXISTS: &str = "attribute_exists(pk)";

    /// A business whose settings are still those that a new key takes along.
    pub(in crate::dynamo) const SAME_SETTINGS: &str = "settings = :settings";

    /// A release, or a segment of the reconcile, that nobody has changed since it was read.
    pub(in crate::dynamo) const SAME_VERSION: &str = "version = :version";

    /// What a reconcile may have to take up, older than its grace where the item says how old it is. What is parked or
    /// watched the sweep finds, an opt-in that was replaced is over, and the rest is decided over the item itself.
    pub(in crate::dynamo) const MAY_BE_FOUND: &str = "(begins_with(sk, :optin) AND (\
        (#state IN (:confirming, :granted, :scheduled) AND expires_at <= :before) \
        OR (#state IN (:queued, :attempting) AND attribute_not_exists(due_at)))) \
        OR (sk = :person AND (blocked_at <= :before OR erased_at <= :before)) \
        OR (sk = :release AND attribute_not_exists(due_at))";

    /// What a restored table may have to be rid of: opt-ins that are not over, releases and businesses. The rest is decided
    /// over the item itself.
    pub(in crate::dynamo) const MAY_BE_UNSETTLED: &str =
        "(begins_with(sk, :optin) AND #state IN (:confirming, :granted, :scheduled, :queued, :attempting)) OR sk IN (:release, :business)";

    /// A first writer only.
    pub(in crate::dynamo) const IS_NEW: &str = "attribute_not_exists(pk)";

    /// Nothing of this shard was counted from the first record on that is added now: not by an earlier delivery of it, in
    /// whatever grouping, not by a rival, and not by this very write whose answer was lost.
    pub(in crate::dynamo) const COUNT: &str = "attribute_not_exists(#mark) OR #mark < :first";

    /// The last opening that was counted is not this very one, whose answer was lost.
    pub(in crate::dynamo) const COUNT_OPENING: &str = "attribute_not_exists(opening) OR opening <> :opening";

    /// A parked event as the sweep saw it.
    pub(in crate::dynamo) const CLAIM_EVENT: &str = "due_at = :seen";

    /// A parked event that nobody will try again. One that was delivered or erased meanwhile is not made anew.
    pub(in crate::dynamo) const GIVEN_UP: &str = "attribute_exists(pk) AND attribute_not_exists(due_at)";

    /// How a webhook does, as the writer saw it. A repeat of the same write finds its own revision there.
    pub(in crate::dynamo) const SAME_REVISION: &str = "revision = :seen";
}

/// The partition key of everything of a person.
pub(super) fn person_pk(person: PersonKey) -> String {
    format!("P#{}", person.to_text())
}

/// The sort key of the person item.
pub(super) const PERSON_SK: &str = "P";

/// The sort key of the opt-in to a topic.
pub(super) fn optin_sk(topic: TopicKey) -> String {
    format!("{OPTIN_SK}{}", topic.to_text())
}

/// How the sort keys of opt-ins begin.
pub(super) const OPTIN_SK: &str = "O#";

/// The sort key of a replaced opt-in.
pub(super) fn past_sk(ask: CallId) -> String {
    format!("{PAST_SK}{}", encoding::to_text(ask.as_bytes()))
}

/// How the sort keys of replaced opt-ins begin.
pub(super) const PAST_SK: &str = "H#";

/// The sort key of a parked event.
pub(super) fn parked_sk(event_id: &str) -> String {
    format!("{PARKED_SK}{event_id}")
}

/// How the sort keys of parked events begin.
pub(super) const PARKED_SK: &str = "W#";

/// The sort key of a known address.
pub(super) fn known_address_sk(channel: ChannelKind) -> String {
    format!("{KNOWN_ADDRESS_SK}{}", channel.name())
}

/// How the sort keys of known addresses begin.
pub(super) const KNOWN_ADDRESS_SK: &str = "C#";

/// The key of the business item.
pub(super) fn business_key(id: &BusinessId) -> (String, String) {
    (format!("B#{id}"), BUSINESS_SK.to_owned())
}

/// The sort key of the business item.
pub(super) const BUSINESS_SK: &str = "B";

/// The business of its item's partition key.
pub(super) fn business_of(pk: &str) -> Option<BusinessId> {
    BusinessId::try_from(pk.strip_prefix("B#")?.to_owned()).ok()
}

/// The key of the item that says how a business's webhook does. It stands beside the business item, which is
/// configuration: what operators write and what workers note never meet.
pub(super) fn health_key(id: &BusinessId) -> (String, String) {
    (format!("B#{id}"), "H".to_owned())
}

/// The sort key of a business's key in the business's partition.
pub(super) fn business_api_key_sk(hash: &ApiKeyHash) -> String {
    format!("{BUSINESS_API_KEY_SK}{}", hash.to_text())
}

/// How those sort keys begin.
pub(super) const BUSINESS_API_KEY_SK: &str = "K#";

/// The partition key of a release and its plan.
pub(super) fn release_pk(release: ReleaseKey) -> String {
    format!("{RELEASE_PK}{}", release.to_text())
}

/// How the partition keys of releases begin.
pub(super) const RELEASE_PK: &str = "R#";

/// The sort key of a release.
pub(super) const RELEASE_SK: &str = "R";

/// The sort key of a page of a step's plan.
pub(super) fn plan_sk(step: u32, page: u32) -> String {
    format!("S#{step:06}#{page:06}")
}

/// The sort key of a release in its business's partition.
pub(super) fn release_list_sk(listing: &str) -> String {
    format!("{RELEASE_LIST_SK}{listing}")
}

/// How those sort keys begin.
pub(super) const RELEASE_LIST_SK: &str = "R#";

/// In which shard a release that is due stands.
pub(super) fn release_due_shard(release: ReleaseKey) -> String {
    (release.as_bytes()[0] % DUE_SHARDS).to_string()
}

/// The release of a partition key.
pub(super) fn release_of(pk: &str) -> Option<ReleaseKey> {
    ReleaseKey::from_text(pk.strip_prefix(RELEASE_PK)?)
}

/// The key of what is counted of a topic, a day or a release. A release's stands in a partition of its own: the release is
/// put whole with every change, and would take it along. A business's days stand apart from the business, so that who counts
/// an opening may change no business.
pub(super) fn statistics_key(of: &Scope) -> (String, String) {
    match of {
        Scope::Topic(topic) => (format!("T#{}", topic.to_text()), "T".to_owned()),
        Scope::Release(release) => (format!("C#{}", release.to_text()), "C".to_owned()),
        Scope::Day(business, day) => (days_pk(business), day_sk(*day)),
    }
}

/// The partition key of what is counted of a business's days.
pub(super) fn days_pk(business: &BusinessId) -> String {
    format!("D#{business}")
}

/// The sort key of what is counted of a day.
pub(super) fn day_sk(day: Day) -> String {
    format!("{DAY_SK}{day}")
}

/// How those sort keys begin.
pub(super) const DAY_SK: &str = "D#";

/// The partition key of a segment of the reconcile.
pub(super) fn segment_pk(segment: u8) -> String {
    format!("{SEGMENT_PK}{segment}")
}

/// How those partition keys begin.
const SEGMENT_PK: &str = "X#";

/// Their sort key.
pub(super) const SEGMENT_SK: &str = "X";

/// In which shard a segment that is due stands.
pub(super) fn segment_due_shard(segment: u8) -> String {
    (segment % DUE_SHARDS).to_string()
}

/// The segment of a partition key.
pub(super) fn segment_of(pk: &str) -> Option<u8> {
    pk.strip_prefix(SEGMENT_PK)?.parse().ok()
}

/// The partition key of a limit's last uses.
pub(super) fn limit_pk(key: LimitKey) -> String {
    format!("L#{}", key.to_text())
}

/// Their sort key.
pub(super) const LIMIT_SK: &str = "L";

/// The sort key of a topic in its business's partition; of the beginning of a name, that of such keys.
pub(super) fn business_topic_sk(topic: &str) -> String {
    format!("{BUSINESS_TOPIC_SK}{topic}")
}

/// How those sort keys begin.
pub(super) const BUSINESS_TOPIC_SK: &str = "T#";

/// The name of a shard's mark.
pub(super) fn mark_name(shard: &Shard) -> String {
    format!("{}{}", attr::MARK, shard.as_text())
}

/// The key of the API key item.
pub(super) fn api_key_key(hash: &ApiKeyHash) -> (String, String) {
    (format!("K#{}", hash.to_text()), "K".to_owned())
}

/// The person of a partition key.
pub(super) fn person_of(pk: &str) -> Option<PersonKey> {
    PersonKey::from_text(pk.strip_prefix("P#")?)
}

/// The topic of an opt-in's sort key.
pub(super) fn topic_of(sk: &str) -> Option<TopicKey> {
    TopicKey::from_text(sk.strip_prefix(OPTIN_SK)?)
}

/// Where a grant waits.
pub(super) fn waiting_key(topic: TopicKey, shard: u8) -> String {
    format!("{}#{shard}", topic.to_text())
}

/// Where a person's events of a business wait that were given up.
pub(super) fn given_up_key(business: &BusinessId, person: PersonKey) -> String {
    given_up_shard_key(business, person.as_bytes()[0] % GIVEN_UP_SHARDS)
}

/// A shard of a business's events that were given up.
pub(super) fn given_up_shard_key(business: &BusinessId, shard: u8) -> String {
    format!("W#{business}#{shard}")
}

/// In which shard a person's grants wait.
pub(super) fn waiting_shard(address: &OptinAddress) -> u8 {
    address.person.as_bytes()[0] % WAITING_SHARDS
}

/// In which shard what is due of a person stands.
pub(super) fn due_shard(person: PersonKey) -> String {
    (person.as_bytes()[1] % DUE_SHARDS).to_string()
}
