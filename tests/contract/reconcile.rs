//! The reconcile's own decisions: who has a segment, when a run begins, and what a scan shows.

use std::sync::Arc;
use std::time::Duration;

use ringonce_domain::commands::{Beginning, begin_reconcile, begin_segment, reconcile_progress};
use ringonce_domain::optin::TOKEN_LIFE;
use ringonce_domain::reconcile::{Finding, GIVEN_UP_AFTER, GRACE, HEAD, Report, SEGMENTS, Segment, findings};
use ringonce_domain::store::{Cursor, DUE_SHARDS, Due, Reconciles, Store};
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, START, at, call, subject};
use ringonce_tests::connector::Fault;
use ringonce_tests::engine::Engine;

async fn head(store: &dyn Store) -> Segment {
    store.segment(HEAD).await.unwrap().unwrap()
}

fn page(read: u64) -> Report {
    Report { read, ..Report::default() }
}

async fn a_segment_is_one_workers_until_its_lease_ends(store: Arc<dyn Store>) {
    assert_eq!(begin_reconcile(store.as_ref(), at(0)).await.unwrap(), Beginning::Begun(at(0)));
    let seen = head(store.as_ref()).await;
    let claims = (0..16).map(|worker| (Arc::clone(&store), seen.clone(), seen.claimed([worker; 16], at(45))));
    let tasks: Vec<_> =
        claims.map(|(store, seen, to)| tokio::spawn(async move { store.advance_segment(Some(&seen), &to).await.unwrap() })).collect();
    let mut won = 0;
    for task in tasks {
        won += u32::from(task.await.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(due(store.as_ref(), at(44)).await, []);
    assert_eq!(due(store.as_ref(), at(45)).await, [Due::Reconcile(HEAD)], "a sweep finds what a worker that died has left");
    let dead = head(store.as_ref()).await;
    let taken_over = dead.claimed([99; 16], at(90));
    assert!(store.advance_segment(Some(&dead), &taken_over).await.unwrap());
    let late = dead.read_on(None, page(1), at(46));
    assert!(!store.advance_segment(Some(&dead), &late).await.unwrap(), "a worker that thaws changes nothing");
    assert_eq!(head(store.as_ref()).await, taken_over);
}

async fn a_beginning_leaves_a_run_its_place_for_three_days(store: Arc<dyn Store>) {
    assert_eq!(reconcile_progress(store.as_ref()).await.unwrap(), None);
    begin_reconcile(store.as_ref(), at(0)).await.unwrap();
    for number in 1..SEGMENTS {
        assert!(begin_segment(store.as_ref(), number, at(0), at(0)).await.unwrap());
    }
    let begun = head(store.as_ref()).await;
    let cursor = Cursor(["P#a".to_owned(), "P".to_owned()]);
    let read = begun.claimed([1; 16], at(45)).opened().read_on(Some(cursor), page(7), at(1)).left(Report::default(), at(2));
    assert!(store.advance_segment(Some(&begun), &read).await.unwrap());
    for now in [at(3), (at(0) + GIVEN_UP_AFTER).before(Duration::from_millis(1))] {
        assert_eq!(begin_reconcile(store.as_ref(), now).await.unwrap(), Beginning::UnderWay(at(0)));
        assert_eq!(head(store.as_ref()).await, read, "its cursor stays");
    }
    let progress = reconcile_progress(store.as_ref()).await.unwrap().unwrap();
    assert_eq!((progress.begun_at, progress.report.read, progress.segments_read), (at(0), 7, 0));
    let later = at(0) + GIVEN_UP_AFTER;
    assert_eq!(begin_reconcile(store.as_ref(), later).await.unwrap(), Beginning::Begun(later));
    let anew = head(store.as_ref()).await;
    assert_eq!((anew.run, anew.cursor.as_ref(), anew.report), (later, None, Report::default()));
    assert!(!store.advance_segment(Some(&read), &read.claimed([2; 16], later)).await.unwrap(), "nobody goes on with the old one");
    assert!(begin_segment(store.as_ref(), 1, later, later).await.unwrap());
    assert!(begin_segment(store.as_ref(), 1, at(0), later).await.unwrap(), "an opener of the old run changes nothing");
    assert_eq!(store.segment(1).await.unwrap().unwrap().run, later);
    let over = anew.closed(page(9), later);
    assert!(store.advance_segment(Some(&anew), &over).await.unwrap());
    let behind = begin_reconcile(store.as_ref(), at(0)).await.unwrap();
    assert_eq!(behind, Beginning::Begun(later + Duration::from_millis(1)), "a clock that is behind begins a later run all the same");
    assert_eq!(head(store.as_ref()).await.due_at, Some(at(0)), "and does not wait for its time");
}

/// Everything that a run through all segments shows, in pages of so many.
async fn scanned(store: &dyn Store, now: Timestamp, limit: usize) -> (u64, Vec<String>) {
    let (mut read, mut found) = (0, Vec::new());
    for number in 0..SEGMENTS {
        let mut after = None;
        loop {
            let page = store.scan(number, after.as_ref(), now, limit).await.unwrap();
            assert!(page.read <= limit as u64);
            read += page.read;
            found.extend(page.scanned.into_iter().flat_map(|scanned| findings(scanned, now)).map(|finding| name(&finding)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    found.sort();
    (read, found)
}

fn name(finding: &Finding) -> String {
    let (kind, key) = match finding {
        Finding::Queued(address) => ("queued", address.person),
        Finding::LeaseEnded(address) => ("attempting", address.person),
        Finding::Lapsed(address, _) => ("lapsed", address.person),
        Finding::Blocked(person) => ("blocked", person.key),
        Finding::Erased(person, _) => ("erased", person.key),
        Finding::Release(_) => return "release".to_owned(),
    };
    format!("{kind} {}", key.to_text())
}

/// People in all states that matter: their grants at `START`, what else happens a moment later.
async fn people(store: &dyn Store) {
    let keys = fixture::keys();
    for (number, user) in (0..).zip(["granted", "queued", "attempting", "parked", "blocked", "erased", "revoked"]) {
        let (subject, ask) = (subject(&keys, user), call(number, 0, true));
        let _ = store.ask(&subject.ask(ask, at(0))).await.unwrap();
        let _ = store.answer(&subject.grant(ask, at(0), at(1))).await.unwrap();
        let redeem = subject.redeem(ask, call(2, 2, false), "x", at(2));
        let attempt = subject.attempt(ask, 1, ringonce_domain::rules::AttemptFrom::Queue, at(3));
        match user {
            "queued" => drop(store.redeem(&redeem).await.unwrap()),
            "attempting" | "parked" => {
                let _ = store.redeem(&redeem).await.unwrap();
                let watched = user == "parked";
                let _ = store.attempt(&ringonce_domain::rules::Attempt { watched, ..attempt }).await.unwrap();
            }
            "blocked" => drop(store.block(subject.address.person, at(3)).await.unwrap()),
            "erased" => {
                let erase = ringonce_domain::person::Erase { person: subject.address.person, call: call(9, 9, true).id, now: at(3) };
                let _ = store.erase(&erase).await.unwrap();
            }
            "revoked" => drop(store.revoke(&subject.revoke(ask, at(3))).await.unwrap()),
            _ => {}
        }
    }
}

async fn a_scan_reads_every_item_once_and_shows_what_is_to_be_taken_up(store: Arc<dyn Store>) {
    people(store.as_ref()).await;
    let key = |user: &str| subject(&fixture::keys(), user).address.person.to_text();
    let expected = |kinds: &[&str]| {
        let mut expected: Vec<_> = kinds.iter().map(|kind| format!("{kind} {}", key(kind))).collect();
        expected.sort();
        expected
    };
    for limit in [1, 2, 100] {
        let in_grace = scanned(store.as_ref(), START + GRACE, limit).await;
        assert_eq!(in_grace, (14, Vec::new()), "seven people and their opt-ins, in pages of {limit}");
        let after = scanned(store.as_ref(), at(3) + GRACE, limit).await.1;
        assert_eq!(after, expected(&["queued", "blocked", "erased"]), "in pages of {limit}");
        let later = scanned(store.as_ref(), at(63) + GRACE, limit).await.1;
        assert_eq!(later, expected(&["queued", "attempting", "blocked", "erased"]), "in pages of {limit}");
    }
    let year = scanned(store.as_ref(), at(1) + TOKEN_LIFE + GRACE, 100).await.1;
    let lapsed = ["granted", "blocked", "erased"].map(|user| format!("lapsed {}", key(user)));
    assert!(lapsed.iter().all(|lapsed| year.contains(lapsed)) && year.len() == 7, "{year:?}");
}

async fn due(store: &dyn Store, now: Timestamp) -> Vec<Due> {
    let mut all = Vec::new();
    for shard in 0..DUE_SHARDS {
        all.extend(store.due(shard, now, 10).await.unwrap().into_iter().map(|(_, due)| due));
    }
    all
}

#[tokio::test]
async fn memory_keeps_the_contract_of_the_reconcile() {
    a_segment_is_one_workers_until_its_lease_ends(Arc::new(MemoryStore::default())).await;
    a_beginning_leaves_a_run_its_place_for_three_days(Arc::new(MemoryStore::default())).await;
    a_scan_reads_every_item_once_and_shows_what_is_to_be_taken_up(Arc::new(MemoryStore::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamodb_keeps_the_contract_of_the_reconcile() {
    a_segment_is_one_workers_until_its_lease_ends(Engine::start().await.store).await;
    a_beginning_leaves_a_run_its_place_for_three_days(Engine::start().await.store).await;
    a_scan_reads_every_item_once_and_shows_what_is_to_be_taken_up(Engine::start().await.store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_whose_writers_answer_was_lost_is_recognised_as_its_own() {
    let engine = Engine::start().await;
    engine.meter.fail_next("PutItem", Fault::LostAfter);
    assert_eq!(begin_reconcile(engine.store.as_ref(), at(0)).await.unwrap(), Beginning::Begun(at(0)));
    let seen = head(engine.store.as_ref()).await;
    engine.meter.fail_next("PutItem", Fault::LostAfter);
    assert!(engine.store.advance_segment(Some(&seen), &seen.claimed([1; 16], at(45))).await.unwrap());
    assert_eq!(engine.meter.counts()["PutItem"], 4, "each with one repeat");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_another_kind_is_passed_over_and_counted() {
    use aws_sdk_dynamodb::types::AttributeValue::{N, S};
    let engine = Engine::start().await;
    people(engine.store.as_ref()).await;
    let put = engine.client.put_item().table_name(&engine.table).item("pk", S("P#AAAA".to_owned())).item("sk", S("P".to_owned()));
    put.item("blocked_at", N("1".to_owned())).send().await.unwrap();
    let (mut unreadable, mut shown) = (0, 0);
    for number in 0..SEGMENTS {
        let page = engine.store.scan(number, None, at(63) + GRACE, 100).await.unwrap();
        unreadable += page.unreadable;
        shown += page.scanned.len();
    }
    assert_eq!((unreadable, shown), (1, 4));
}
