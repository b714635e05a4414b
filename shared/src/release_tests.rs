use super::*;

/// A release that was started at the beginning of time.
pub(crate) fn release(limit: Option<u32>, batch: Option<u32>) -> Release {
    let terms = Terms {
        mac_key: KeyId(1),
        business: BusinessId::try_from("shop".to_owned()).expect("valid"),
        topic: Topic::try_from("t".to_owned()).expect("valid"),
        topic_key: TopicKey::from_bytes([9; 16]),
        message: serde_json::from_str(r#"{"text":"x"}"#).expect("valid"),
        limit,
        order: Order::Oldest,
        batch: batch.map(|size| Batch { size, every: Duration::from_secs(60) }),
        check_url: None,
        call: CallId::from_bytes([1; 16]),
    };
    Release::started(ReleaseKey::from_bytes([7; 16]), terms, at(0))
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

#[test]
fn lost_claims_are_replaced_from_a_further_page_until_the_step_is_full() {
    let first = release(None, Some(40));
    assert_eq!(first.wanted(), 40);
    let replaced = first.planned("c".to_owned(), at(1)).claimed(38, at(2));
    assert_eq!((replaced.phase, replaced.page, replaced.wanted()), (Phase::Planning, 2, 2));
    assert!(!replaced.is_to_be_checked());
    let full = replaced.planned("d".to_owned(), at(3)).claimed(2, at(4));
    assert_eq!((full.phase, full.step, full.taken, full.due_at), (Phase::Waiting, 2, 40, Some(at(60))));
    assert_eq!((full.begun(at(61)).wanted(), full.begun(at(61)).cursor), (40, None));
}

#[test]
fn a_release_takes_no_more_than_its_limit_and_says_so() {
    let release = release(Some(300), Some(200));
    let first = release.planned("c".to_owned(), at(1)).claimed(200, at(2));
    let second = first.begun(at(60));
    assert_eq!(second.wanted(), 100);
    let end = second.planned("d".to_owned(), at(61)).claimed(100, at(62));
    assert_eq!((end.state, end.reason, end.phase), (ReleaseState::Finished, Some(ReleaseReason::LimitReached), Phase::Telling));
}

/// What `change` makes of a release, but for when and in which version that is.
fn step(old: &Release, now: Timestamp, due_at: Option<Timestamp>, change: impl FnOnce(&mut Release)) -> Release {
    let mut new = Release { due_at, changed_at: now, version: old.version + 1, ..old.clone() };
    change(&mut new);
    new
}

#[test]
fn a_release_begins_with_its_first_page_and_a_watch_over_it() {
    let release = release(None, None);
    assert_eq!((release.state, release.phase, release.reason), (ReleaseState::Running, Phase::Planning, None));
    assert_eq!((release.step, release.page, release.version), (1, 1, 1));
    assert_eq!((release.taken, release.taken_in_step, release.tellings, &release.cursor), (0, 0, 0, &None));
    assert_eq!((release.created_at, release.step_at, release.changed_at, release.due_at), (at(0), at(0), at(0), Some(at(60))));
    assert_eq!(LONGEST_PAUSE, Duration::from_secs(2_592_000));
}

#[test]
fn each_change_says_what_is_to_be_done_next_and_when_the_sweep_looks() {
    let first = Release { taken: 3, taken_in_step: 3, ..release(Some(100), Some(40)) };
    let planned = first.planned("c".to_owned(), at(1));
    assert_eq!(planned, step(&first, at(1), Some(at(61)), |new| (new.phase, new.cursor) = (Phase::Claiming, Some("c".to_owned()))));
    let claimed = planned.claimed(2, at(2));
    let counts = |new: &mut Release| (new.phase, new.page, new.taken, new.taken_in_step) = (Phase::Planning, 2, 5, 5);
    assert_eq!(claimed, step(&planned, at(2), Some(at(62)), counts));
    let full = claimed.planned("d".to_owned(), at(3)).claimed(35, at(4));
    let waits = |new: &mut Release| {
        (new.phase, new.step, new.page, new.cursor) = (Phase::Waiting, 2, 1, None);
        (new.taken, new.taken_in_step) = (40, 0);
    };
    assert_eq!(full, step(&claimed.planned("d".to_owned(), at(3)), at(4), Some(at(60)), waits));
    let begun = full.begun(at(60));
    assert_eq!(begun, step(&full, at(60), Some(at(120)), |new| (new.phase, new.step_at) = (Phase::Planning, at(60))));
    let found = begun.found(at(70));
    assert_eq!(found, step(&begun, at(70), Some(at(70)), |_| ()));
}

#[test]
fn a_step_that_took_longer_than_its_pause_is_followed_at_once() {
    let late = release(None, Some(40)).planned("c".to_owned(), at(1)).claimed(40, at(99));
    assert_eq!((late.phase, late.due_at), (Phase::Waiting, Some(at(99))));
}

#[test]
fn a_release_without_steps_goes_on_page_by_page() {
    let first = release(None, None);
    let second = first.planned("c".to_owned(), at(1)).claimed(500, at(2));
    assert_eq!((second.phase, second.step, second.page, second.wanted()), (Phase::Planning, 1, 2, PAGE));
    assert_eq!((release(Some(7), None).wanted(), release(Some(7), Some(3)).wanted(), release(Some(3), Some(7)).wanted()), (7, 3, 3));
    let taken = Release { taken: 9, ..release(Some(7), None) };
    assert_eq!(taken.wanted(), 0);
}

#[test]
fn a_business_is_asked_before_the_first_page_of_a_step_where_it_wants_to_be() {
    let mut asked = release(None, None);
    assert!(!asked.is_to_be_checked());
    asked.terms.check_url = Some("https://shop.example/left".to_owned());
    assert!(asked.is_to_be_checked());
    assert!(!Release { page: 2, ..asked.clone() }.is_to_be_checked());
    for phase in [Phase::Waiting, Phase::Claiming, Phase::Telling, Phase::Over] {
        assert!(!Release { phase, ..asked.clone() }.is_to_be_checked(), "{phase:?}");
    }
}

#[test]
fn a_running_release_steps_while_it_plans_and_claims() {
    for (phase, steps) in
        [(Phase::Waiting, false), (Phase::Planning, true), (Phase::Claiming, true), (Phase::Telling, false), (Phase::Over, false)]
    {
        let running = Release { phase, ..release(None, None) };
        assert_eq!(running.is_stepping(), steps, "{phase:?}");
        assert!(!Release { state: ReleaseState::Stopped, ..running }.is_stepping(), "{phase:?}");
    }
}

#[test]
fn a_stop_waits_for_the_page_that_a_worker_may_be_at_and_counts_it() {
    let over = |new: &mut Release| {
        (new.state, new.reason, new.phase) = (ReleaseState::Stopped, Some(ReleaseReason::ByBusiness), Phase::Telling);
    };
    let planning = release(None, None);
    assert_eq!(planning.stopped(at(5)), step(&planning, at(5), Some(at(65)), over));
    let claiming = Release { taken: 7, taken_in_step: 4, ..planning.planned("c".to_owned(), at(1)) };
    let stopped = claiming.stopped(at(5));
    let waits = |new: &mut Release| (new.state, new.reason) = (ReleaseState::Stopped, Some(ReleaseReason::ByBusiness));
    assert_eq!(stopped, step(&claiming, at(5), Some(at(65)), waits));
    let counted = stopped.counted(3, at(9));
    let ends = |new: &mut Release| (new.phase, new.taken, new.taken_in_step) = (Phase::Telling, 10, 7);
    assert_eq!(counted, step(&stopped, at(9), Some(at(69)), ends));
}

#[test]
fn a_business_is_told_of_the_end_until_it_hears_it_or_has_had_its_day() {
    let running = release(None, None);
    let ended = running.ended(ReleaseState::Finished, ReleaseReason::NobodyWaits, at(5));
    let over = |new: &mut Release| {
        (new.state, new.reason, new.phase) = (ReleaseState::Finished, Some(ReleaseReason::NobodyWaits), Phase::Telling);
    };
    assert_eq!(ended, step(&running, at(5), Some(at(65)), over));
    let again = ended.told_in_vain(Some(at(30)), at(6));
    assert_eq!(again, step(&ended, at(6), Some(at(30)), |new| new.tellings = 1));
    let given_up = again.told_in_vain(None, at(30));
    assert_eq!(given_up, step(&again, at(30), None, |new| (new.tellings, new.phase) = (2, Phase::Over)));
    assert_eq!(again.told(at(31)), step(&again, at(31), None, |new| new.phase = Phase::Over));
}

#[test]
fn a_release_is_kept_as_long_as_any_token_that_it_redeemed_and_its_counts_a_little_longer() {
    let (year, month) = (Duration::from_secs(365 * 86_400), Duration::from_secs(30 * 86_400));
    let changed = release(None, None).found(at(7));
    assert_eq!(changed.forget_at(), at(7) + year + month + month);
    assert_eq!(counts_forget_at(at(7)), at(7) + year + month * 4);
}

#[test]
fn what_is_counted_of_a_release_is_never_forgotten_before_it() {
    let last_counted = at(9);
    let waits = release(None, Some(40)).planned("c".to_owned(), at(1)).claimed(40, last_counted);
    let told = waits.begun(at(9) + LONGEST_PAUSE).ended(ReleaseState::Finished, ReleaseReason::NobodyWaits, at(60) + LONGEST_PAUSE);
    let told = told.told(told.changed_at + Duration::from_secs(86_400));
    assert!(counts_forget_at(last_counted) >= told.forget_at());
}

#[test]
fn a_page_is_never_larger_than_a_worker_can_claim_and_steps_claim_by_calls_of_their_own() {
    let first = release(None, None);
    assert_eq!(first.wanted(), PAGE);
    let later = Release { step: 2, ..first.clone() };
    assert_ne!(first.claim(), later.claim());
    assert_eq!(first.claim(), Release { page: 3, ..first.clone() }.claim());
}
