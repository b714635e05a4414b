//! The reconcile at work: one segment, page by page, as far as an invocation reaches. Each page is saved by one
//! conditional write once all that it showed is dealt with, so a worker that dies loses a page's reading and nothing else.
//! A page that is dealt with twice does no harm: every finding ends in a command whose condition decides.

use futures_util::{StreamExt, stream};
use ringonce_domain::address::ReleaseKey;
use ringonce_domain::commands::begin_segment;
use ringonce_domain::crash::{CrashPoint, pass};
use ringonce_domain::person::Person;
use ringonce_domain::reconcile::{Finding, HEAD, Phase, Report, SEGMENTS, Segment, findings};
use ringonce_domain::release::Phase as ReleasePhase;
use ringonce_domain::rules::Lapse;
use ringonce_domain::store::{ScannedPage, Store};
use ringonce_domain::time::Timestamp;

use super::people::keep_for_restores;
use super::releases::PIECE;
use super::{Budget, CLOCK_SKEW, Delivery, NotDone, OVERHEAD};
use crate::ambient::random;

/// Most items of a page. One of a megabyte is the most that the table gives, and ends the page before that.
const PAGE: usize = 1_000;
/// How many findings are taken up at a time.
const AT_ONCE: usize = 8;
/// What taking up a finding reads, for the pace: an item, or the few of a person.
const UNITS_A_FINDING: u64 = 2;

/// What came of the findings of a page.
#[derive(Default)]
struct Mended {
    found: Report,
    /// Of it, what need not be found again.
    done: Report,
    /// Why the rest waits.
    waits_for: Option<NotDone>,
}

impl<S: Store> Delivery<S> {
    /// Goes on with a segment of the run that is under way, until it is over there or the budget ends.
    pub(super) async fn reconcile(&self, number: u8, budget: Budget) -> Result<(), NotDone> {
        let Some(mut held) = self.claim_segment(number).await? else {
            return Ok(());
        };
        pass(CrashPoint::ReconcileAfterClaim);
        while held.worker.is_some() {
            let next = match self.next_piece(&held, budget).await {
                Ok(next) => next,
                Err(NotDone::OutOfTime) => held.left(Report::default(), self.clock.now()),
                Err(error) => {
                    self.store.advance_segment(Some(&held), &held.left(Report::default(), self.clock.now())).await?;
                    return Err(error);
                }
            };
            if !self.store.advance_segment(Some(&held), &next).await? {
                // Somebody else has the segment: its lease had ended, or a new run has begun.
                return Ok(());
            }
            pass(CrashPoint::ReconcileAfterSave);
            held = next;
        }
        if let Some(total) = held.total {
            pass(CrashPoint::ReconcileAfterClose);
            tell_of(&held, &total);
        }
        Ok(())
    }

    /// The segment with this worker at it; `None` when there is nothing for it to do.
    async fn claim_segment(&self, number: u8) -> Result<Option<Segment>, NotDone> {
        let now = self.clock.now();
        // The index is behind the table.
        let Some(seen) = self.store.segment(number).await?.filter(|segment| segment.is_due(now)) else {
            return Ok(None);
        };
        let claimed = seen.claimed(random(), now + self.lease);
        Ok(self.store.advance_segment(Some(&seen), &claimed).await?.then_some(claimed))
    }

    async fn next_piece(&self, held: &Segment, budget: Budget) -> Result<Segment, NotDone> {
        budget.allows(PIECE)?;
        match held.phase {
            Phase::Opening => self.open(held).await,
            Phase::Scanning => self.read_on(held, budget).await,
            Phase::Closing | Phase::Over => self.close(held).await,
        }
    }

    /// Has the run begin in the other segments.
    async fn open(&self, head: &Segment) -> Result<Segment, NotDone> {
        for number in HEAD + 1..SEGMENTS {
            if !begin_segment(self.store.as_ref(), number, head.run, self.clock.now()).await? {
                return Ok(head.left(Report::default(), self.clock.now()));
            }
        }
        pass(CrashPoint::ReconcileAfterOpen);
        Ok(head.opened())
    }

    /// Reads a page, and takes up what it shows.
    async fn read_on(&self, held: &Segment, budget: Budget) -> Result<Segment, NotDone> {
        let now = self.clock.now();
        let page = self.pace.read(budget, self.store.scan(held.number, held.cursor.as_ref(), now, PAGE)).await?;
        pass(CrashPoint::ReconcileAfterRead);
        let ScannedPage { scanned, read, units, unreadable, next } = page;
        let found: Vec<_> = scanned.into_iter().flat_map(|scanned| findings(scanned, now)).collect();
        let beside = UNITS_A_FINDING * found.len() as u64;
        self.pace.charge(beside).await;
        let units = units + beside;
        let mended = self.mend_all(found, budget).await;
        let now = self.clock.now();
        match mended.waits_for {
            None => Ok(held.read_on(next, Report { read, units, unreadable, ..mended.found }, now)),
            Some(error) => {
                if !matches!(error, NotDone::OutOfTime) {
                    tracing::warn!(%error, segment = held.number, "a page of a reconcile is left to the next sweep");
                }
                // It is read again: what is in it counts then.
                Ok(held.left(Report { units, ..mended.done }, now))
            }
        }
    }

    async fn mend_all(&self, found: Vec<Finding>, budget: Budget) -> Mended {
        let mending = stream::iter(found).map(|finding| async move {
            let result = self.mend(&finding, budget).await;
            (finding, result)
        });
        mending.buffer_unordered(AT_ONCE).fold(Mended::default(), |all, (finding, result)| async move { all.with(&finding, result) }).await
    }

    /// Takes up a finding; whether it needed that.
    async fn mend(&self, finding: &Finding, budget: Budget) -> Result<bool, NotDone> {
        budget.allows(OVERHEAD)?;
        let mended = match finding {
            Finding::Queued(address) | Finding::LeaseEnded(address) => {
                self.take_up_optin(*address, budget).await?;
                true
            }
            Finding::Lapsed(address, ask) => {
                let lapse = Lapse { address: *address, ask: *ask, now: self.clock.now(), skew: CLOCK_SKEW };
                self.store.lapse(&lapse).await?.into_result().is_ok()
            }
            Finding::Blocked(person) => self.carry_through_block(person).await?,
            Finding::Erased(person, at) => self.mend_erasure(person, *at).await?,
            Finding::Release(key) => self.find_release(*key).await?,
        };
        pass(CrashPoint::ReconcileAfterMend);
        Ok(mended)
    }

    /// Where something was left, the stream may never have told of the erasure.
    async fn mend_erasure(&self, person: &Person, at: Timestamp) -> Result<bool, NotDone> {
        let mended = self.carry_through_erasure(person, at).await?;
        if mended {
            keep_for_restores(person, at);
        }
        Ok(mended)
    }

    /// Has the next sweep take up a release that stands nowhere in `due`.
    async fn find_release(&self, key: ReleaseKey) -> Result<bool, NotDone> {
        let lost = self.store.release(key).await?.filter(|release| release.phase != ReleasePhase::Over && release.due_at.is_none());
        match lost {
            Some(release) => Ok(self.store.advance_release(&release, &release.found(self.clock.now())).await?),
            None => Ok(false),
        }
    }

    /// Sums the run up, once it is over in every segment. Until then the next sweep looks again.
    async fn close(&self, head: &Segment) -> Result<Segment, NotDone> {
        let mut total = head.report;
        for number in HEAD + 1..SEGMENTS {
            match self.store.segment(number).await?.filter(|segment| segment.run == head.run && segment.phase == Phase::Over) {
                Some(segment) => total = total.and(segment.report),
                None => return Ok(head.left(Report::default(), self.clock.now())),
            }
        }
        Ok(head.closed(total, self.clock.now()))
    }
}

impl Mended {
    fn with(mut self, finding: &Finding, result: Result<bool, NotDone>) -> Self {
        match result {
            Ok(mended) => {
                self.found.note(finding, mended);
                if mended {
                    self.done.note(finding, mended);
                }
            }
            Err(error) if error.is_lasting() => {
                tracing::warn!(%error, "what a reconcile found cannot be dealt with");
                self.found.note(finding, false);
                self.found.failed += 1;
            }
            Err(error) => self.waits_for = Some(error),
        }
        self
    }
}

/// A run that found nothing wrong is no news.
fn tell_of(head: &Segment, total: &Report) {
    let report = serde_json::to_string(total).expect("plain data always serialises");
    let begun_at = head.run.to_string();
    if total.tells_of_a_fault() {
        tracing::warn!(begun_at, report, "a reconcile has found what was missed");
    } else {
        tracing::info!(begun_at, report, "a reconcile has found nothing amiss");
    }
}
