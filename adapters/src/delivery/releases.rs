//! A release on its way: one piece of work for each of its changes (ask, plan a page, claim a page, tell), each of which
//! changes it again, so that the stream itself drives it. What a worker began and did not end the sweep takes up.
//!
//! A piece that is done twice does no harm: a page that stands is read and not planned anew, a claim is recognised as
//! the step's own, and of two that would advance the release one does.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use ringonce_domain::address::{OptinAddress, PersonKey, ReleaseKey};
use ringonce_domain::crash::{CrashPoint, pass};
use ringonce_domain::event;
use ringonce_domain::optin::{AttemptId, Occupant, State};
use ringonce_domain::release::{Phase, Release, ReleaseReason, ReleaseState, SETTLED};
use ringonce_domain::retry::next_try;
use ringonce_domain::rules::{Ruling, Take};
use ringonce_domain::store::{Line, Page, Store, WAITING_SHARDS, Waiting};
use tokio::time::Instant;

use super::line::first_in_line;
use super::{Budget, Delivery, NotDone};
use crate::ambient::random;
use crate::webhook::{self, Verdict};

/// How many of a page are claimed at a time.
pub const AT_ONCE: usize = 16;
/// What planning or claiming a page may take.
pub const PIECE: Duration = Duration::from_secs(8);

/// For how long a worker goes on with a release, page after page: well within its time, and no longer than what stands
/// behind it in its lane may wait.
pub const GOES_ON: Duration = Duration::from_secs(10);

/// How a planned grant is claimed.
#[derive(Debug, Clone, Copy)]
enum Claim {
    /// Into the queue, from where the stream brings it to its channel.
    Queue,
    /// Into the inbox, by the same write.
    Inbox,
    /// Not at all any more: only what is claimed already counts.
    Count,
}

fn page_of(waiting: &[Waiting], end: String) -> Page {
    let (inbox, outside): (Vec<_>, Vec<_>) = waiting.iter().partition(|waiting| waiting.is_for_inbox());
    let keys = |people: Vec<&Waiting>| people.into_iter().map(|waiting| waiting.person).collect();
    Page { inbox: keys(inbox), outside: keys(outside), end }
}

impl<S: Store> Delivery<S> {
    /// Does the piece of work that a change of a release leads to, unless somebody has done it already.
    pub(super) async fn release_changed(&self, changed: &Release, budget: Budget) -> Result<(), NotDone> {
        if changed.version == 1 {
            self.store.list_release(changed).await?;
        }
        match self.store.release(changed.key).await? {
            Some(standing) if standing.version == changed.version => self.go_on(standing, budget).await,
            _ => Ok(()),
        }
    }

    /// Takes up a release that the sweep found to be due: its next step, or a piece that somebody began and did not end.
    pub(super) async fn resume_release(&self, key: ReleaseKey, budget: Budget) -> Result<(), NotDone> {
        let Some(release) = self.store.release(key).await?.filter(|release| self.is_due(release)) else {
            return Ok(());
        };
        if release.phase == Phase::Waiting {
            self.store.advance_release(&release, &release.begun(self.clock.now())).await?;
            pass(CrashPoint::ReleaseStepBegun);
            return Ok(());
        }
        self.go_on(release, budget).await
    }

    /// Does what is to be done, and what follows on that, for a while: the stream would bring each piece too, a moment
    /// later.
    async fn go_on(&self, release: Release, budget: Budget) -> Result<(), NotDone> {
        let until = Instant::now() + GOES_ON;
        let mut next = self.work_on(&release, budget).await?;
        while let Some(release) = next.filter(|release| release.is_stepping() && Instant::now() < until && budget.allows(PIECE).is_ok()) {
            next = self.work_on(&release, budget).await?;
        }
        Ok(())
    }

    /// What the release is after it; nothing where there was nothing to do, or somebody else came first.
    async fn work_on(&self, release: &Release, budget: Budget) -> Result<Option<Release>, NotDone> {
        match release.phase {
            Phase::Planning => self.plan(release, budget).await,
            // A worker may still be at the page of a release that was stopped meanwhile.
            Phase::Claiming if release.state == ReleaseState::Stopped && !self.is_due(release) => Ok(None),
            Phase::Claiming => self.claim_page(release, budget).await,
            // A telling that failed waits for its time.
            Phase::Telling if release.tellings == 0 || self.is_due(release) => self.tell_of_end(release, budget).await,
            Phase::Telling | Phase::Waiting | Phase::Over => Ok(None),
        }
    }

    async fn advance(&self, release: &Release, to: Release) -> Result<Option<Release>, NotDone> {
        Ok(self.store.advance_release(release, &to).await?.then_some(to))
    }

    fn is_due(&self, release: &Release) -> bool {
        release.due_at.is_some_and(|due| due <= self.clock.now())
    }

    async fn plan(&self, release: &Release, budget: Budget) -> Result<Option<Release>, NotDone> {
        budget.allows(PIECE)?;
        if release.is_to_be_checked()
            && let Some(refusal) = self.check(release, budget).await?
        {
            let state = if refusal == ReleaseReason::CheckUnclear { ReleaseState::Stopped } else { ReleaseState::Finished };
            return self.advance(release, release.ended(state, refusal, self.clock.now())).await;
        }
        let now = self.clock.now();
        let line =
            Line { topic: release.terms.topic_key, order: release.terms.order, before: now.before(SETTLED), after: release.cursor.clone() };
        let waiting = first_in_line(self.store.as_ref(), &line, WAITING_SHARDS, release.wanted()).await?;
        let Some(last) = waiting.last() else {
            return self.advance(release, release.ended(ReleaseState::Finished, ReleaseReason::NobodyWaits, now)).await;
        };
        let page = page_of(&waiting, last.place.clone());
        // A page that a worker planned before it died stays: the step goes on after what it planned, and skips nobody.
        let standing = self.store.plan(release, &page).await?;
        pass(CrashPoint::ReleaseAfterPlan);
        let planned = self.advance(release, release.planned(standing.end, now)).await?;
        pass(CrashPoint::ReleaseAfterPlanned);
        Ok(planned)
    }

    async fn claim_page(&self, release: &Release, budget: Budget) -> Result<Option<Release>, NotDone> {
        budget.allows(PIECE)?;
        let is_stopped = release.state == ReleaseState::Stopped;
        let claims = self.claims(self.store.planned(release).await?, is_stopped).await?;
        let taken: u32 = stream::iter(claims)
            .map(|claim| self.claim(release, claim))
            .buffer_unordered(AT_ONCE)
            .try_fold(0, |taken, own| async move { Ok(taken + u32::from(own)) })
            .await?;
        pass(CrashPoint::ReleaseAfterClaims);
        let now = self.clock.now();
        let counted = if is_stopped { release.counted(taken, now) } else { release.claimed(taken, now) };
        let claimed = self.advance(release, counted).await?;
        pass(CrashPoint::ReleaseAfterClaimed);
        Ok(claimed)
    }

    /// How each of a page is claimed. Whoever has blocked or was erased goes through the queue: whether their message may
    /// still reach them is decided there.
    async fn claims(&self, page: Page, is_stopped: bool) -> Result<Vec<(PersonKey, Claim)>, NotDone> {
        if is_stopped {
            return Ok(page.inbox.into_iter().chain(page.outside).map(|person| (person, Claim::Count)).collect());
        }
        let people = self.store.people(&page.inbox).await?;
        let stand_back = people.iter().filter(|person| person.blocked_at.is_some() || person.erased_at.is_some());
        let stand_back: HashSet<_> = stand_back.map(|person| person.key).collect();
        let inbox = page.inbox.into_iter().map(|person| (person, if stand_back.contains(&person) { Claim::Queue } else { Claim::Inbox }));
        Ok(inbox.chain(page.outside.into_iter().map(|person| (person, Claim::Queue))).collect())
    }

    /// Whether the grant of a person stands to this step of the release.
    async fn claim(&self, release: &Release, (person, claim): (PersonKey, Claim)) -> Result<bool, NotDone> {
        let to_inbox = match claim {
            Claim::Count => return self.is_claimed(release, person).await,
            Claim::Queue => None,
            Claim::Inbox => Some(AttemptId(random())),
        };
        let address = OptinAddress { person, topic: release.terms.topic_key };
        let take = Take { address, release: release.key, call: release.claim(), to_inbox, now: self.clock.now() };
        let ruling = self.store.take(&take).await?;
        pass(CrashPoint::ReleaseAfterClaim);
        Ok(matches!(ruling, Ruling::Apply(_) | Ruling::Own(_)))
    }

    /// Whether this step of the release has the grant of a person already.
    async fn is_claimed(&self, release: &Release, person: PersonKey) -> Result<bool, NotDone> {
        let address = OptinAddress { person, topic: release.terms.topic_key };
        let standing = self.store.occupant(address).await?.and_then(Occupant::optin);
        Ok(standing.is_some_and(|optin| optin.state != State::Granted && optin.redemption.is_some_and(|made| made.call == release.claim())))
    }

    /// Asks whether there is something left to release: why not, if there is not.
    async fn check(&self, release: &Release, budget: Budget) -> Result<Option<ReleaseReason>, NotDone> {
        let (Some(url), Some(endpoint)) = (&release.terms.check_url, self.endpoints.of(&release.terms.business).await?) else {
            return Ok(Some(ReleaseReason::CheckUnclear));
        };
        self.can_send(budget)?;
        let question = event::of_release_check(&self.keys, release)?;
        let status = webhook::ask(&self.web, &self.keys, &release.terms.business, &endpoint.webhook, url, &question).await;
        pass(CrashPoint::ReleaseAfterCheck);
        Ok(match status {
            Some(200..=299) => None,
            Some(409 | 410) => Some(ReleaseReason::CheckRefused),
            _ => Some(ReleaseReason::CheckUnclear),
        })
    }

    async fn tell_of_end(&self, release: &Release, budget: Budget) -> Result<Option<Release>, NotDone> {
        let now = self.clock.now();
        let Some(endpoint) = self.endpoints.anew(&release.terms.business).await? else {
            return self.advance(release, release.told(now)).await;
        };
        self.can_send(budget)?;
        let told = event::of_release_end(&self.keys, release)?;
        // Nothing is sent to an endpoint that is disabled; it may be enabled again within the day.
        let verdict = if endpoint.health.is_disabled() {
            Verdict::Unreachable
        } else {
            let verdict = self.endpoints.send(&release.terms.business, &endpoint, &told).await;
            self.endpoints.note_event(&release.terms.business, &endpoint, &verdict).await;
            verdict
        };
        pass(CrashPoint::ReleaseAfterTelling);
        let [jitter] = random();
        let next = match verdict {
            Verdict::Accepted => release.told(now),
            Verdict::Gone => release.told_in_vain(None, now),
            _ => release.told_in_vain(next_try(release.changed_at, release.tellings + 1, now, None, jitter), now),
        };
        if next.phase == Phase::Over && verdict != Verdict::Accepted {
            tracing::warn!(
                business = release.terms.business.as_str(),
                release = release.key.to_text(),
                "the end of a release is told no more"
            );
        }
        self.advance(release, next).await
    }
}
