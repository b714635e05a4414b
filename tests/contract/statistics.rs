//! Counting: each record once, however often, in whatever grouping and from however many workers it comes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ringonce_domain::address::{ReleaseKey, TopicKey};
use ringonce_domain::demand::{Batch, Counter, Day, MARK_KEPT, Place, Scope, Shard, Tally};
use ringonce_domain::names::{BusinessId, Topic};
use ringonce_domain::optin::Reason;
use ringonce_domain::store::{Statistics, Store};
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{at, business};
use ringonce_tests::connector::Fault;
use ringonce_tests::dice::Dice;
use ringonce_tests::engine::Engine;

const SEEDS: u64 = 200;
const SEEDS_AN_ENGINE: u64 = 5;
const RECORDS: usize = 20;
const COUNTERS: [Counter; 4] = [Counter::Asked, Counter::Waiting, Counter::Failed(Reason::Gone), Counter::Sent];

/// A record of a shard: its place, what it is counted of and what it adds there, a topic or a topic and a release.
type Record = (Place, Vec<(Scope, Tally)>);

/// A shard, and up to where its records have been delivered at least once.
struct Stream {
    shard: Shard,
    records: Vec<Record>,
    checkpoint: usize,
    delivered: usize,
    /// What the store said that it added.
    added: Mutex<BTreeMap<Scope, Tally>>,
}

fn one(counter: Counter, by: i64) -> Tally {
    let mut tally = Tally::default();
    tally.add(counter, by);
    tally
}

fn topic_key(seed: u64, number: u8) -> TopicKey {
    let mut bytes = [number; 16];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    TopicKey::from_bytes(bytes)
}

/// How many [`scope`]s there are.
const SCOPES: u8 = 5;

/// What records are counted of: two topics, two releases that are called by the same bytes, and a day.
fn scope(seed: u64, number: u8) -> Scope {
    match number {
        0 | 1 => Scope::Topic(topic_key(seed, number)),
        4 => Scope::Day(business(), day(seed)),
        _ => Scope::Release(ReleaseKey::from_bytes(*topic_key(seed, number - 2).as_bytes())),
    }
}

fn day(number: u64) -> Day {
    Day::of(Timestamp::from_millis(number * 86_400_000))
}

fn topic_name(text: &str) -> Topic {
    Topic::try_from(text.to_owned()).unwrap()
}

impl Stream {
    /// Records of two topics, two releases and a day whose numbers gain a digit on the way.
    fn new(seed: u64, shard: u8, dice: &mut Dice) -> Self {
        let first = 10_u128.pow(21) - u128::from(dice.roll(RECORDS as u64));
        let record = |number: usize| {
            let place = Place::of(&(first + number as u128).to_string()).unwrap();
            let of_topic = one(dice.one_of(&COUNTERS), if dice.roll(3) == 0 { -1 } else { 1 });
            let mut counted = vec![(scope(seed, u8::try_from(dice.roll(2)).unwrap()), of_topic)];
            if dice.roll(2) == 0 {
                counted.push((scope(seed, u8::try_from(2 + dice.roll(2)).unwrap()), one(dice.one_of(&COUNTERS), 1)));
            }
            if dice.roll(2) == 0 {
                counted.push((scope(seed, 4), one(dice.one_of(&COUNTERS), 1)));
            }
            (place, counted)
        };
        let records = (0..RECORDS).map(record).collect();
        Self {
            shard: Shard::of(&format!("shardId-{seed}-{shard}")).unwrap(),
            records,
            checkpoint: 0,
            delivered: 0,
            added: Mutex::default(),
        }
    }

    /// What Lambda brings of the records in this range, by what they are counted of.
    async fn deliver(&self, store: &dyn Store, from: usize, to: usize) {
        let mut scopes: BTreeMap<Scope, Vec<(Place, Tally)>> = BTreeMap::new();
        for (place, counted) in &self.records[from..to] {
            for (of, tally) in counted {
                scopes.entry(of.clone()).or_default().push((place.clone(), tally.clone()));
            }
        }
        for (of, records) in scopes {
            let batch = Batch { shard: self.shard.clone(), of: of.clone(), name: None, records, now: at(0) };
            let added = store.count(&batch).await;
            added.done.unwrap();
            self.added.lock().unwrap().entry(of).or_default().add_all(&added.tally);
        }
    }

    /// One thing that can happen to a shard: a batch is done; it was counted and comes again in another size; a worker
    /// that was given up does its batch at last; or does it at the same moment as the one that took its place.
    async fn step(&mut self, store: &dyn Store, dice: &mut Dice) {
        let (from, end) = (self.checkpoint, self.records.len());
        let to = dice.between((from + 1).min(end), end.min(from + 8));
        match dice.roll(6) {
            0 | 1 => {
                self.deliver(store, from, to).await;
                (self.checkpoint, self.delivered) = (to, self.delivered.max(to));
            }
            2 | 3 => {
                self.deliver(store, from, to).await;
                self.delivered = self.delivered.max(to);
            }
            4 => {
                let late = dice.between(0, self.delivered);
                self.deliver(store, dice.between(0, late), late).await;
            }
            _ => {
                let half = dice.between(from, to);
                tokio::join!(self.deliver(store, from, to), self.deliver(store, from, half));
                (self.checkpoint, self.delivered) = (half, self.delivered.max(to));
            }
        }
    }

    /// The obvious count of what was delivered.
    fn naive(&self, scope: &Scope) -> Tally {
        let mut sum = Tally::default();
        let counted = self.records[..self.delivered].iter().flat_map(|(_, counted)| counted);
        for (_, tally) in counted.filter(|(of, _)| of == scope) {
            sum.add_all(tally);
        }
        sum
    }
}

/// Gives back how many records were delivered, repeats included.
async fn history(store: &dyn Store, seed: u64) {
    let mut dice = Dice(seed);
    let mut shards = [Stream::new(seed, 0, &mut dice), Stream::new(seed, 1, &mut dice)];
    while shards.iter().any(|shard| shard.checkpoint < RECORDS) {
        let next = dice.between(0, 1);
        shards[next].step(store, &mut dice).await;
    }
    for number in 0..SCOPES {
        let scope = scope(seed, number);
        let mut expected = shards[0].naive(&scope);
        expected.add_all(&shards[1].naive(&scope));
        assert_eq!(store.tally(scope.clone()).await.unwrap(), expected, "seed {seed}, {scope:?}");
        let mut added = Tally::default();
        for shard in &shards {
            added.add_all(&shard.added.lock().unwrap().remove(&scope).unwrap_or_default());
        }
        assert_eq!(added, expected, "what was told is what was added: seed {seed}, {scope:?}");
    }
}

fn batch(shard: &str, places: &[u64], now: Timestamp) -> Batch {
    let records = places.iter().map(|place| (Place::of(&place.to_string()).unwrap(), one(Counter::Sent, 1))).collect();
    let name = Some((business(), topic_name("shirt-m")));
    Batch { shard: Shard::of(shard).unwrap(), of: Scope::Topic(topic_key(0, 9)), name, records, now }
}

async fn sent(store: &impl Statistics) -> i64 {
    store.tally(Scope::Topic(topic_key(0, 9))).await.unwrap().of(Counter::Sent)
}

async fn a_batch_counts_what_was_not_counted(store: &impl Statistics) {
    store.count(&batch("a", &[8, 9, 10], at(0))).await.done.unwrap();
    store.count(&batch("a", &[8, 9, 10], at(0))).await.done.unwrap();
    assert_eq!(sent(store).await, 3, "the same batch twice");
    store.count(&batch("a", &[9, 10, 11, 12], at(0))).await.done.unwrap();
    assert_eq!(sent(store).await, 5, "a batch that overlaps the one before");
    store.count(&batch("a", &[8], at(0))).await.done.unwrap();
    store.count(&batch("a", &[11, 12], at(0))).await.done.unwrap();
    store.count(&batch("a", &[12], at(0))).await.done.unwrap();
    assert_eq!(sent(store).await, 5, "parts of what was counted, down to its last record alone");
    store.count(&batch("b", &[1, 2], at(0))).await.done.unwrap();
    assert_eq!(sent(store).await, 7, "another shard's places are others");
}

async fn topics_are_listed_by_name_in_pages(store: &impl Statistics) {
    for (number, name) in [(1, "c"), (2, "a"), (3, "d"), (4, "b")] {
        let batch = batch("pages", &[u64::from(number)], at(0));
        store
            .count(&Batch { of: Scope::Topic(topic_key(1, number)), name: Some((business(), topic_name(name))), ..batch })
            .await
            .done
            .unwrap();
    }
    let page = async |after: Option<&str>, limit| names(store, "", after, limit).await;
    assert_eq!(page(None, 2).await, ["a", "b"]);
    assert_eq!(page(Some("b"), 3).await, ["c", "d", "shirt-m"]);
    assert_eq!(page(Some("bb"), 1).await, ["c"], "behind a name that is none of them");
    assert_eq!(page(Some("shirt-m"), 2).await, [""; 0]);
}

async fn names(store: &impl Statistics, begin: &str, after: Option<&str>, limit: usize) -> Vec<String> {
    let topics = store.topics(&business(), begin, after.map(topic_name).as_ref(), limit).await.unwrap();
    topics.into_iter().map(|topic| topic.as_str().to_owned()).collect()
}

async fn topics_are_found_by_how_their_names_begin(store: &impl Statistics) {
    for (number, name) in (10..).zip(["hat", "hat-l", "hat-m", "hau", "ha"]) {
        let batch = batch("names", &[u64::from(number)], at(0));
        let named = Batch { of: Scope::Topic(topic_key(1, number)), name: Some((business(), topic_name(name))), ..batch };
        store.count(&named).await.done.unwrap();
    }
    assert_eq!(names(store, "hat", None, 9).await, ["hat", "hat-l", "hat-m"]);
    assert_eq!(names(store, "hat", Some("hat"), 1).await, ["hat-l"]);
    assert_eq!(names(store, "hat", Some("ha"), 9).await, ["hat", "hat-l", "hat-m"], "behind a name before them all");
    assert_eq!(names(store, "hat", Some("hau"), 9).await, [""; 0], "behind a name after them all");
    assert_eq!(names(store, "hats", None, 9).await, [""; 0]);
}

async fn an_opening_is_counted_and_its_own_repeat_is_not(store: &impl Statistics) {
    for of in [Scope::Topic(topic_key(2, 0)), Scope::Day(business(), day(20_000))] {
        for opening in [1, 2, 2, 3] {
            store.count_opening(of.clone(), [opening; 16]).await.unwrap();
        }
        assert_eq!(store.tally(of).await.unwrap().of(Counter::Opened), 3);
    }
}

async fn a_businesss_days_are_read_from_one_to_another(store: &impl Statistics) {
    let rival = BusinessId::try_from("rival".to_owned()).unwrap();
    for (number, place) in [(30_002, 1), (30_000, 2), (30_003, 3), (30_009, 4)] {
        let of = Scope::Day(business(), day(number));
        store.count(&Batch { of, name: None, ..batch("days", &[place], at(0)) }).await.done.unwrap();
    }
    store.count(&Batch { of: Scope::Day(rival, day(30_002)), name: None, ..batch("days", &[5, 6], at(0)) }).await.done.unwrap();
    let sent = async |from, to| {
        let days = store.days(&business(), day(from), day(to)).await.unwrap();
        days.into_iter().map(|(day, tally)| (day, tally.of(Counter::Sent))).collect::<Vec<_>>()
    };
    assert_eq!(sent(30_000, 30_003).await, [(day(30_000), 1), (day(30_002), 1), (day(30_003), 1)]);
    assert_eq!(sent(30_003, 30_003).await, [(day(30_003), 1)]);
    assert_eq!(sent(30_004, 30_008).await, []);
}

#[tokio::test]
async fn memory_counts_each_record_once_whatever_comes_again() {
    let store = Arc::new(MemoryStore::default());
    for seed in 1..=SEEDS {
        history(store.as_ref(), seed).await;
    }
    a_batch_counts_what_was_not_counted(store.as_ref()).await;
    topics_are_listed_by_name_in_pages(store.as_ref()).await;
    topics_are_found_by_how_their_names_begin(store.as_ref()).await;
    a_businesss_days_are_read_from_one_to_another(store.as_ref()).await;
    an_opening_is_counted_and_its_own_repeat_is_not(store.as_ref()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamodb_counts_each_record_once_whatever_comes_again() {
    for first in (1..=SEEDS).step_by(usize::try_from(SEEDS_AN_ENGINE).unwrap()) {
        // The embedded engine slows down as stream records pile up.
        let engine = Engine::start().await;
        for seed in first..first + SEEDS_AN_ENGINE {
            history(engine.store.as_ref(), seed).await;
        }
    }
    let engine = Engine::start().await;
    a_batch_counts_what_was_not_counted(engine.store.as_ref()).await;
    topics_are_listed_by_name_in_pages(engine.store.as_ref()).await;
    topics_are_found_by_how_their_names_begin(engine.store.as_ref()).await;
    a_businesss_days_are_read_from_one_to_another(engine.store.as_ref()).await;
    an_opening_is_counted_and_its_own_repeat_is_not(engine.store.as_ref()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_workers_with_the_same_batch_count_it_once() {
    let engine = Engine::start().await;
    for round in 0..10 {
        let places: Vec<u64> = (round * 10 + 1..=round * 10 + 10).collect();
        let workers = (0..16).map(|worker| {
            // Each has another part of what comes again, up to the end or not.
            let (store, part) = (engine.store.clone(), places[..10 - worker % 5].to_vec());
            tokio::spawn(async move { store.count(&batch("a", &part, at(0))).await.done.unwrap() })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        assert_eq!(sent(engine.store.as_ref()).await, i64::try_from(places.len()).unwrap() * (i64::try_from(round).unwrap() + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_whose_answer_was_lost_is_not_added_again() {
    let engine = Engine::start().await;
    let store = engine.store.as_ref();
    for (number, fault) in [(1, Fault::LostAfter), (2, Fault::LostBefore), (3, Fault::LostAfter)] {
        engine.meter.reset();
        engine.meter.fail_next("UpdateItem", fault);
        store.count(&batch("a", &[number], at(0))).await.done.unwrap();
        assert_eq!(sent(store).await, i64::try_from(number).unwrap());
    }
    engine.meter.reset();
    engine.meter.fail_next("UpdateItem", Fault::LostAfter);
    store.count_opening(Scope::Topic(topic_key(0, 9)), [1; 16]).await.unwrap();
    assert_eq!(engine.meter.counts()["UpdateItem"], 2, "one repeat");
    assert_eq!(store.tally(Scope::Topic(topic_key(0, 9))).await.unwrap().of(Counter::Opened), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_is_listed_once_and_by_the_next_batch_when_it_could_not_be() {
    let engine = Engine::start().await;
    let store = engine.store.as_ref();
    let mut updates = 0;
    // The count is written; whatever follows it is not.
    engine.meter.choose_faults(move |operation| {
        updates += u32::from(operation == "UpdateItem");
        (operation != "UpdateItem" || updates > 1).then_some(Fault::LostBefore)
    });
    let first = store.count(&batch("a", &[1], at(0))).await;
    assert_eq!((first.tally, first.done.is_err()), (one(Counter::Sent, 1), true), "and what was added is told");
    engine.meter.heal();
    assert_eq!(store.topics(&business(), "", None, 9).await.unwrap(), []);
    let again = store.count(&batch("a", &[1], at(0))).await;
    assert_eq!((again.tally, again.done.is_ok()), (Tally::default(), true));
    assert_eq!((sent(store).await, store.topics(&business(), "", None, 9).await.unwrap()), (1, vec![topic_name("shirt-m")]));
    engine.meter.reset();
    store.count(&batch("a", &[2], at(0))).await.done.unwrap();
    assert_eq!(engine.meter.counts(), BTreeMap::from([("UpdateItem".to_owned(), 1)]), "from then on it costs nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_removed_when_nothing_of_their_shard_can_come_any_more() {
    let engine = Engine::start().await;
    let store = engine.store.as_ref();
    for day in 0..30_u64 {
        let now = at(day * 86_400);
        for shard in 0..4 {
            store.count(&batch(&format!("shardId-{day}-{shard}"), &[1, 2], now)).await.done.unwrap();
            store.count(&batch(&format!("shardId-{day}-{shard}"), &[1, 2], now + MARK_KEPT)).await.done.unwrap();
        }
        let items = engine.client.scan().table_name(&engine.table).send().await.unwrap().items.unwrap();
        let marks: usize = items.iter().map(|item| item.keys().filter(|name| name.starts_with("mark:")).count()).sum();
        assert!(marks <= 24, "day {day}: {marks} marks");
    }
    assert_eq!(sent(store).await, 30 * 4 * 2);
}
