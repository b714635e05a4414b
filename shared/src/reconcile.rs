//! The nightly reconcile: a search through the whole table for what the stream can have missed, and for what is over.
//! Pure: what a worker read of a segment becomes the segment's next state, which one conditional write makes so.
//!
//! A run begins with one write, of its first segment, the head. Whoever takes the head up begins the others, and whoever
//! finds them all over sums the run up there.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::address::{OptinAddress, ReleaseKey};
use crate::call::CallId;
use crate::optin::{Occupant, Optin, State};
use crate::person::Person;
use crate::release::{Phase as ReleasePhase, Release};
use crate::store::{Cursor, DUE_SHARDS};
use crate::time::Timestamp;

/// Into how many segments the table is cut. Each stands in a shard of the `due` index of its own, and together they read
/// from that many partitions, so that none is asked for more than its share of the pace.
pub const SEGMENTS: u8 = 4;
const _: () = assert!(SEGMENTS <= DUE_SHARDS);

/// The segment that speaks for the run.
pub const HEAD: u8 = 0;

/// For how long nothing has happened to what a reconcile takes up. A lease and a sweep take a minute, and a batch of the
/// stream that fails comes again within minutes: what is older is nobody's any more. Where it is somebody's after all, the
/// item's condition decides.
pub const GRACE: Duration = Duration::from_secs(2 * 3_600);

/// A run that has not ended by then gives way to a new one. Until then another beginning is none: it would lose its place.
pub const GIVEN_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);

/// An item as a scan came upon it, a moment behind the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// What stands at an opt-in's address.
    Occupant(Occupant),
    /// A person item.
    Person(Box<Person>),
    /// A release.
    Release(Box<Release>),
}

/// Something that is to be taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A queued message that nothing brings any more.
    Queued(OptinAddress),
    /// An attempt whose worker never came back, and that nobody watches.
    LeaseEnded(OptinAddress),
    /// An opt-in, by its address and ask, whose token's time is up.
    Lapsed(OptinAddress, CallId),
    /// A person who has blocked their business.
    Blocked(Box<Person>),
    /// A person who was erased, and when.
    Erased(Box<Person>, Timestamp),
    /// A release that is not over, and that nothing takes up.
    Release(ReleaseKey),
}

/// What is to be taken up of an item. Only a hint: the item's condition decides.
#[must_use]
pub fn findings(scanned: Scanned, now: Timestamp) -> Vec<Finding> {
    let before = now.before(GRACE);
    match scanned {
        Scanned::Occupant(Occupant::Optin(optin)) => of_optin(&optin, before).into_iter().collect(),
        Scanned::Occupant(Occupant::Erased(_)) => Vec::new(),
        Scanned::Person(person) => of_person(person, before),
        Scanned::Release(release) => {
            let lost = release.phase != ReleasePhase::Over && release.due_at.is_none() && release.changed_at <= before;
            lost.then_some(Finding::Release(release.key)).into_iter().collect()
        }
    }
}

fn of_optin(optin: &Optin, before: Timestamp) -> Option<Finding> {
    let is_watched = optin.delivery.due_at.is_some();
    let changed_at = optin.timeline.last().map_or(optin.answered_at, |step| step.at);
    match optin.state {
        State::Confirming | State::Granted | State::Scheduled if optin.expires_at <= before => {
            Some(Finding::Lapsed(optin.address, optin.ask))
        }
        State::Queued if !is_watched && changed_at <= before => Some(Finding::Queued(optin.address)),
        State::Attempting if !is_watched && optin.delivery.lease.is_some_and(|lease| lease <= before) => {
            Some(Finding::LeaseEnded(optin.address))
        }
        _ => None,
    }
}

fn of_person(person: Box<Person>, before: Timestamp) -> Vec<Finding> {
    let erased = person.erased_at.filter(|at| *at <= before).map(|at| Finding::Erased(person.clone(), at));
    let blocked = person.blocked_at.filter(|at| *at <= before).map(|_| Finding::Blocked(person));
    erased.into_iter().chain(blocked).collect()
}

/// How much of a kind was found, and how much of that a reconcile changed something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// How much was found.
    pub found: u64,
    /// How much of it needed something, and got it.
    pub mended: u64,
}

/// What was read, found and done. No ids, no addresses: it is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// Items that were read.
    pub read: u64,
    /// Read units that reading them took, each page's rounded up.
    pub units: u64,
    /// Queued messages that nothing brought any more.
    pub queued: Count,
    /// Attempts whose worker never came back.
    pub lease_ended: Count,
    /// Grants and scheduled messages whose time was up.
    pub lapsed: Count,
    /// People who have blocked a business; mended where something of theirs was still open.
    pub blocked: Count,
    /// People who were erased; mended where something of theirs was left.
    pub erased: Count,
    /// Releases that nothing took up any more.
    pub releases: Count,
    /// Findings that could not be dealt with; the next run finds them again.
    pub failed: u64,
    /// Items that this program cannot have written.
    pub unreadable: u64,
}

impl Report {
    fn counts(&mut self) -> [&mut Count; 6] {
        [&mut self.queued, &mut self.lease_ended, &mut self.lapsed, &mut self.blocked, &mut self.erased, &mut self.releases]
    }

    /// Counts a finding, and whether something was changed for it.
    pub fn note(&mut self, finding: &Finding, mended: bool) {
        let count = match finding {
            Finding::Queued(_) => &mut self.queued,
            Finding::LeaseEnded(_) => &mut self.lease_ended,
            Finding::Lapsed(..) => &mut self.lapsed,
            Finding::Blocked(_) => &mut self.blocked,
            Finding::Erased(..) => &mut self.erased,
            Finding::Release(_) => &mut self.releases,
        };
        count.found += 1;
        count.mended += u64::from(mended);
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        for (count, other) in self.counts().into_iter().zip(other.counts()) {
            count.found += other.found;
            count.mended += other.mended;
        }
        self.read += other.read;
        self.units += other.units;
        self.failed += other.failed;
        self.unreadable += other.unreadable;
        self
    }

    /// Whether something was wrong: the stream has missed something, or something cannot be dealt with. That time is up is
    /// no fault.
    #[must_use]
    pub const fn tells_of_a_fault(&self) -> bool {
        let missed = self.queued.mended + self.lease_ended.mended + self.blocked.mended + self.erased.mended + self.releases.mended;
        missed + self.failed + self.unreadable > 0
    }
}

/// What is to be done next for a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Begin the other segments. The head's.
    Opening,
    /// Read on.
    Scanning,
    /// Wait until the other segments are over, and sum the run up. The head's.
    Closing,
    /// Nothing.
    Over,
}

/// A segment of the table, and how far a run has come in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Which.
    pub number: u8,
    /// When its run was begun: what tells one run from another. Later runs have later times.
    pub run: Timestamp,
    /// What is to be done next.
    pub phase: Phase,
    /// Where reading goes on; at the segment's beginning when missing.
    pub cursor: Option<Cursor>,
    /// Who is at it, until [`Segment::due_at`].
    pub worker: Option<[u8; 16]>,
    /// What the run has come to in this segment.
    pub report: Report,
    /// What the run has come to in all of them. The head's, once the run is over.
    pub total: Option<Report>,
    /// When the run was over here.
    pub ended_at: Option<Timestamp>,
    /// When a sweep is to take it up: stands in its item as the key of the `due` index, and nowhere else.
    #[serde(skip)]
    pub due_at: Option<Timestamp>,
    /// Rises with every change.
    pub version: u64,
}

impl Segment {
    /// A segment in which a run begins, in the place of what is known of an earlier one. It is due now, whatever the run's
    /// time: that is later than now where a clock was ahead before.
    #[must_use]
    pub fn begun(number: u8, run: Timestamp, now: Timestamp, seen: Option<&Self>) -> Self {
        Self {
            number,
            run,
            phase: if number == HEAD { Phase::Opening } else { Phase::Scanning },
            cursor: None,
            worker: None,
            report: Report::default(),
            total: None,
            ended_at: None,
            due_at: Some(now),
            version: seen.map_or(1, |seen| seen.version + 1),
        }
    }

    /// Whether a run has begun here, is not over, and is to be left its place.
    #[must_use]
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        self.phase != Phase::Over && now.since(self.run) < GIVEN_UP_AFTER
    }

    /// Whether a sweep is to take it up.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.due_at.is_some_and(|due_at| due_at <= now)
    }

    fn changed(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// A worker is at it until then.
    #[must_use]
    pub fn claimed(&self, worker: [u8; 16], until: Timestamp) -> Self {
        Self { worker: Some(worker), due_at: Some(until), ..self.changed() }
    }

    /// The other segments have begun.
    #[must_use]
    pub fn opened(&self) -> Self {
        Self { phase: Phase::Scanning, ..self.changed() }
    }

    /// A page was read and dealt with; there is more behind `next`, if there is.
    #[must_use]
    pub fn read_on(&self, next: Option<Cursor>, page: Report, now: Timestamp) -> Self {
        let report = self.report.and(page);
        match next {
            Some(_) => Self { cursor: next, report, ..self.changed() },
            None if self.number == HEAD => Self { phase: Phase::Closing, cursor: None, report, ..self.changed() },
            None => Self { report, ..self.over(now) },
        }
    }

    /// Its worker leaves it to the next sweep, with what came of the page that it was at.
    #[must_use]
    pub fn left(&self, page: Report, now: Timestamp) -> Self {
        Self { worker: None, due_at: Some(now), report: self.report.and(page), ..self.changed() }
    }

    /// The run is over in all segments.
    #[must_use]
    pub fn closed(&self, total: Report, now: Timestamp) -> Self {
        Self { total: Some(total), ..self.over(now) }
    }

    fn over(&self, now: Timestamp) -> Self {
        Self { phase: Phase::Over, cursor: None, worker: None, due_at: None, ended_at: Some(now), ..self.changed() }
    }
}

#[cfg(test)]
#[path = "reconcile_tests.rs"]
mod tests;
