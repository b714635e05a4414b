use std::time::Duration;

use ringonce_domain::commands::{Beginning, begin_reconcile, begin_segment, reconcile_progress};
use ringonce_domain::reconcile::{GIVEN_UP_AFTER, HEAD, Report, SEGMENTS, Segment};
use ringonce_domain::store::Reconciles;
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::at;

fn page(read: u64) -> Report {
    Report { read, ..Report::default() }
}

/// A segment is read to its end, with so many items.
async fn read(store: &MemoryStore, number: u8, items: u64, now: Timestamp) {
    let seen = store.segment(number).await.unwrap().unwrap();
    assert!(store.advance_segment(Some(&seen), &seen.read_on(None, page(items), now)).await.unwrap());
}

#[tokio::test]
async fn a_run_keeps_its_place_and_a_later_one_is_later_by_every_clock() {
    let store = MemoryStore::default();
    assert_eq!(begin_reconcile(&store, at(5)).await.unwrap(), Beginning::Begun(at(5)));
    assert_eq!(begin_reconcile(&store, at(6)).await.unwrap(), Beginning::UnderWay(at(5)));
    let head = store.segment(HEAD).await.unwrap().unwrap();
    assert!(store.advance_segment(Some(&head), &head.closed(page(1), at(7))).await.unwrap());
    let next = at(5) + Duration::from_millis(1);
    assert_eq!(begin_reconcile(&store, at(1)).await.unwrap(), Beginning::Begun(next), "by a clock that is behind");
    let given_up = next + GIVEN_UP_AFTER;
    assert_eq!(begin_reconcile(&store, given_up).await.unwrap(), Beginning::Begun(given_up));
    assert_eq!(store.segment(HEAD).await.unwrap().unwrap().due_at, Some(given_up));
}

#[tokio::test]
async fn a_segment_begins_once_in_a_run_and_never_in_an_earlier_one() {
    let store = MemoryStore::default();
    assert!(begin_segment(&store, 1, at(5), at(5)).await.unwrap());
    assert_eq!(store.segment(1).await.unwrap(), Some(Segment::begun(1, at(5), at(5), None)));
    read(&store, 1, 3, at(6)).await;
    for run in [at(5), at(4)] {
        assert!(begin_segment(&store, 1, run, at(7)).await.unwrap(), "it has begun");
        assert_eq!(store.segment(1).await.unwrap().unwrap().report.read, 3, "and goes on from where it was");
    }
    assert!(begin_segment(&store, 1, at(8), at(9)).await.unwrap());
    let anew = store.segment(1).await.unwrap().unwrap();
    assert_eq!((anew.run, anew.report, anew.due_at), (at(8), Report::default(), Some(at(9))));
}

#[tokio::test]
async fn how_far_a_run_has_come_is_told_of_its_own_segments() {
    let store = MemoryStore::default();
    assert_eq!(reconcile_progress(&store).await.unwrap(), None);
    begin_reconcile(&store, at(5)).await.unwrap();
    begin_segment(&store, 1, at(5), at(5)).await.unwrap();
    begin_segment(&store, 2, at(4), at(4)).await.unwrap();
    for (number, items) in [(HEAD, 7), (1, 5), (2, 100)] {
        read(&store, number, items, at(6)).await;
    }
    let so_far = reconcile_progress(&store).await.unwrap().unwrap();
    assert_eq!((so_far.begun_at, so_far.ended_at, so_far.segments_read, so_far.segments), (at(5), None, 2, SEGMENTS));
    assert_eq!(so_far.report, page(12), "the second one is still of an earlier run");
    let head = store.segment(HEAD).await.unwrap().unwrap();
    assert!(store.advance_segment(Some(&head), &head.closed(page(99), at(7))).await.unwrap());
    let over = reconcile_progress(&store).await.unwrap().unwrap();
    assert_eq!((over.ended_at, over.report), (Some(at(7)), page(99)), "what the run was summed up to");
}
