use super::*;
use crate::address::PersonKey;
use crate::caps::Register;
use crate::names::BusinessId;
use crate::release::tests::release;
use crate::release::{ReleaseReason, ReleaseState};
use crate::rules::tests::standing::{at, granted, optins};

const MILLI: Duration = Duration::from_millis(1);

fn person(blocked_at: Option<u64>, erased_at: Option<u64>) -> Scanned {
    Scanned::Person(Box::new(Person {
        key: PersonKey::from_bytes([1; 16]),
        business: BusinessId::try_from("shop".to_owned()).expect("valid"),
        register: Register::default(),
        blocked_at: blocked_at.map(Timestamp::from_millis),
        erased_at: erased_at.map(Timestamp::from_millis),
        erased_by: None,
        link: None,
    }))
}

#[test]
fn nothing_is_found_before_its_grace_is_over() {
    let now = Timestamp::from_millis(1_000) + GRACE;
    let kinds = |scanned| findings(scanned, now).iter().map(|found| matches!(found, Finding::Erased(..))).collect::<Vec<_>>();
    assert_eq!(kinds(person(None, None)), [false; 0]);
    assert_eq!(kinds(person(Some(1_001), Some(1_001))), [false; 0]);
    assert_eq!(kinds(person(Some(1_000), None)), [false]);
    assert_eq!(kinds(person(Some(1_000), Some(1_000))), [true, false]);
}

#[test]
fn a_run_keeps_its_place_for_three_days_and_no_longer() {
    let run = Timestamp::from_millis(1_000);
    let head = Segment::begun(HEAD, run, run, None);
    assert!(head.is_under_way(run) && head.is_due(run));
    assert!(head.is_under_way((run + GIVEN_UP_AFTER).before(Duration::from_millis(1))));
    assert!(!head.is_under_way(run + GIVEN_UP_AFTER));
    assert!(!head.closed(Report::default(), run).is_under_way(run));
}

#[test]
fn only_the_head_waits_for_the_others() {
    let run = Timestamp::from_millis(1_000);
    let page = Report { read: 5, units: 2, ..Report::default() };
    let of = |number| Segment::begun(number, run, run, None).claimed([1; 16], run + GRACE).read_on(None, page, run);
    assert_eq!((of(HEAD).phase, of(HEAD).worker), (Phase::Closing, Some([1; 16])));
    assert_eq!((of(1).phase, of(1).worker, of(1).due_at, of(1).ended_at), (Phase::Over, None, None, Some(run)));
    assert_eq!(of(1).report.and(of(2).report).read, 10);
}

/// The opt-ins of which something is found then, each with a word for what.
fn found_of_optins(now: Timestamp) -> Vec<(&'static str, &'static str)> {
    let found = optins().filter_map(|(name, optin)| {
        let (address, ask) = (optin.address, optin.ask);
        match findings(Scanned::Occupant(Occupant::Optin(Box::new(optin))), now).as_slice() {
            [] => None,
            [Finding::Queued(found)] if *found == address => Some((name, "queued")),
            [Finding::LeaseEnded(found)] if *found == address => Some((name, "lease ended")),
            [Finding::Lapsed(found, of)] if (*found, *of) == (address, ask) => Some((name, "lapsed")),
            other => panic!("{name}: {other:?}"),
        }
    });
    found.collect()
}

#[test]
fn what_nobody_brings_any_more_is_found_when_its_grace_is_over() {
    assert_eq!(GRACE, Duration::from_secs(7_200));
    assert_eq!(found_of_optins((at(120) + GRACE).before(MILLI)), []);
    let queued = [("queued", "queued"), ("queued again", "queued"), ("taken", "queued")];
    assert_eq!(found_of_optins(at(120) + GRACE), queued);
    assert_eq!(found_of_optins((at(2_000) + GRACE).before(MILLI)), queued, "a parked one is the sweep's");
    let mut with_leases = queued.to_vec();
    with_leases.splice(1..1, [("attempting", "lease ended"), ("attempting after an ended lease", "lease ended")]);
    assert_eq!(found_of_optins(at(2_000) + GRACE), with_leases);
}

#[test]
fn what_has_lapsed_is_found_when_its_grace_is_over() {
    let of_year = |moment: fn(Timestamp) -> Timestamp| {
        let found = found_of_optins(moment(granted().expires_at + GRACE));
        found.into_iter().filter(|(_, what)| *what == "lapsed").map(|(name, _)| name).collect::<Vec<_>>()
    };
    let confirming = ["confirming", "confirming, reminded once"];
    assert_eq!(of_year(|at| at.before(MILLI)), confirming);
    let lapsed = of_year(|at| at + Duration::from_secs(30));
    let expected = [
        "confirming",
        "confirming, reminded once",
        "granted by confirmation",
        "granted",
        "granted for the inbox",
        "scheduled",
        "granted again",
        "scheduled after all returns but one",
        "scheduled after all returns",
        "granted again after a take",
    ];
    assert_eq!(lapsed, expected);
}

#[test]
fn a_release_that_nothing_takes_up_is_found() {
    let seen = |release: &Release, now| findings(Scanned::Release(Box::new(release.clone())), now);
    let lost = Release { due_at: None, changed_at: at(10), ..release(None, None) };
    assert_eq!(seen(&lost, at(10) + GRACE), [Finding::Release(lost.key)]);
    assert_eq!(seen(&lost, (at(10) + GRACE).before(MILLI)), []);
    assert_eq!(seen(&Release { due_at: Some(at(70)), ..lost.clone() }, at(10) + GRACE), [], "a sweep does");
    let told = lost.ended(ReleaseState::Finished, ReleaseReason::NobodyWaits, at(11)).told(at(12));
    assert_eq!(seen(&told, at(12) + GRACE), [], "it is over");
    assert_eq!(findings(Scanned::Occupant(Occupant::Erased(at(0))), at(10) + GRACE), []);
}

/// One finding of each kind.
fn each_finding() -> [Finding; 6] {
    let optin = granted();
    let Scanned::Person(person) = person(Some(1), Some(1)) else { unreachable!() };
    [
        Finding::Queued(optin.address),
        Finding::LeaseEnded(optin.address),
        Finding::Lapsed(optin.address, optin.ask),
        Finding::Blocked(person.clone()),
        Finding::Erased(person, at(1)),
        Finding::Release(release(None, None).key),
    ]
}

fn counts(report: &Report) -> [(u64, u64); 6] {
    let Report { queued, lease_ended, lapsed, blocked, erased, releases, .. } = report;
    [queued, lease_ended, lapsed, blocked, erased, releases].map(|count| (count.found, count.mended))
}

#[test]
fn each_finding_is_counted_by_its_kind_and_mended_where_something_was_changed() {
    for (place, finding) in each_finding().iter().enumerate() {
        let mut report = Report::default();
        for mended in [true, false, true] {
            report.note(finding, mended);
        }
        let mut expected = [(0, 0); 6];
        expected[place] = (3, 2);
        assert_eq!(counts(&report), expected, "{finding:?}");
    }
}

#[test]
fn two_reports_come_to_what_both_have() {
    let mut report = Report { read: 1, units: 2, failed: 3, unreadable: 4, ..Report::default() };
    for (times, finding) in (1..).zip(each_finding()) {
        for time in 0..times {
            report.note(&finding, time == 0);
        }
    }
    let sum = report.and(Report { read: 10, units: 20, failed: 30, unreadable: 40, ..report });
    assert_eq!((sum.read, sum.units, sum.failed, sum.unreadable), (11, 22, 33, 44));
    assert_eq!(counts(&sum), [(2, 2), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2)]);
}

#[test]
fn a_report_tells_of_a_fault_where_something_was_missed_or_cannot_be_dealt_with() {
    for finding in each_finding() {
        let noted = |mended| {
            let mut report = Report::default();
            report.note(&finding, mended);
            report
        };
        assert!(!noted(false).tells_of_a_fault(), "{finding:?}");
        let is_fault = !matches!(finding, Finding::Lapsed(..));
        assert_eq!(noted(true).tells_of_a_fault(), is_fault, "{finding:?}");
        assert!(Report { failed: 1, ..noted(true) }.tells_of_a_fault());
    }
    assert!(!Report { read: 9, units: 9, ..Report::default() }.tells_of_a_fault());
    assert!(Report { failed: 1, ..Report::default() }.tells_of_a_fault());
    assert!(Report { unreadable: 1, ..Report::default() }.tells_of_a_fault());
}

#[test]
fn a_run_takes_the_place_of_an_earlier_one_and_is_due_at_once() {
    let old = Segment::begun(1, at(0), at(0), None).read_on(None, Report { read: 5, ..Report::default() }, at(3));
    let anew = Segment::begun(1, at(9), at(7), Some(&old));
    let expected = Segment {
        number: 1,
        run: at(9),
        phase: Phase::Scanning,
        cursor: None,
        worker: None,
        report: Report::default(),
        total: None,
        ended_at: None,
        due_at: Some(at(7)),
        version: 3,
    };
    assert_eq!(anew, expected);
    assert_eq!((Segment::begun(HEAD, at(9), at(7), None).phase, Segment::begun(HEAD, at(9), at(7), None).version), (Phase::Opening, 1));
    assert!(anew.is_due(at(7)) && !anew.is_due(at(7).before(MILLI)));
    assert!(!old.is_due(at(100)), "it is over");
    assert_eq!(GIVEN_UP_AFTER, Duration::from_secs(259_200));
}

#[test]
fn a_worker_takes_a_segment_reads_on_and_leaves_it() {
    let page = |read| Report { read, ..Report::default() };
    let begun = Segment::begun(HEAD, at(0), at(0), None);
    let claimed = begun.claimed([1; 16], at(45));
    assert_eq!(claimed, Segment { worker: Some([1; 16]), due_at: Some(at(45)), version: 2, ..begun });
    let opened = claimed.opened();
    assert_eq!(opened, Segment { phase: Phase::Scanning, version: 3, ..claimed });
    let cursor = Some(Cursor(["P#a".to_owned(), "P".to_owned()]));
    let read = opened.read_on(cursor.clone(), page(5), at(2));
    assert_eq!(read, Segment { cursor, report: page(5), version: 4, ..opened });
    let left = read.left(page(2), at(3));
    assert_eq!(left, Segment { worker: None, due_at: Some(at(3)), report: page(7), version: 5, ..read.clone() });
    let waits = left.read_on(None, page(1), at(4));
    assert_eq!(waits, Segment { phase: Phase::Closing, cursor: None, report: page(8), version: 6, ..left });
    let closed = waits.closed(page(30), at(5));
    let over = Segment { phase: Phase::Over, total: Some(page(30)), due_at: None, ended_at: Some(at(5)), version: 7, ..waits };
    assert_eq!(closed, over);
    let other = Segment { number: 1, phase: Phase::Scanning, worker: Some([2; 16]), due_at: Some(at(45)), ..read };
    assert!(other.cursor.is_some());
    let ended = other.read_on(None, page(1), at(6));
    let over = Segment { phase: Phase::Over, cursor: None, worker: None, due_at: None, ended_at: Some(at(6)), ..other.clone() };
    assert_eq!(ended, Segment { report: page(6), version: 5, ..over });
}
