//! A message on its way: block check, attempt, send, settle.

use ringonce_domain::crash::{CrashPoint, pass};
use ringonce_domain::optin::{AttemptId, Delivery as Progress, Occupant, Optin, Reason, State};
use ringonce_domain::retry::{may_try_now, next_try};
use ringonce_domain::rules::{
    Attempt, AttemptFrom, AttemptRefusal, Lapse, Outcome, Ruling, Settle, Settler, Start, StartRefusal, Watch, recorded,
};
use ringonce_domain::store::Store;

use super::channel::Taken;
use super::{Budget, CLOCK_SKEW, Delivery, NotDone};
use crate::ambient::random;
use crate::webhook::Verdict;

/// What brought a message here, and so what brings it again if its worker dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Driver {
    /// A stream record, which comes again.
    Stream,
    /// A sweep, which finds only what is due.
    Sweep,
}

impl<S: Store> Delivery<S> {
    /// Delivers a message that a change shows as freshly queued. What is parked is the sweep's.
    pub(super) async fn deliver_queued(&self, optin: &Optin, budget: Budget) -> Result<(), NotDone> {
        if optin.state == State::Queued && optin.delivery.due_at.is_none() {
            self.deliver(optin, AttemptFrom::Queue, Driver::Stream, budget).await?;
        }
        Ok(())
    }

    /// Takes up an opt-in that the sweep found to be due, as it stands now.
    pub(super) async fn resume(&self, optin: &Optin, budget: Budget) -> Result<(), NotDone> {
        let now = self.clock.now();
        match optin.state {
            State::Scheduled => self.begin(optin).await,
            State::Confirming => self.remind(optin, budget).await,
            State::Queued => self.deliver(optin, AttemptFrom::Queue, Driver::Sweep, budget).await,
            State::Attempting if optin.delivery.lease.is_some_and(|lease| lease <= now) => self.after_ended_lease(optin, budget).await,
            _ => Ok(()),
        }
    }

    /// Puts a scheduled message into the queue, from where the stream brings it; or ends it, where its token's time is up.
    async fn begin(&self, optin: &Optin) -> Result<(), NotDone> {
        let (address, ask, now) = (optin.address, optin.ask, self.clock.now());
        let Some(redemption) = optin.redemption.as_ref().map(|redemption| redemption.number) else {
            return Ok(());
        };
        pass(CrashPoint::SweepBeforeStart);
        let ruling = self.store.start(&Start { address, ask, redemption, now, skew: CLOCK_SKEW }).await?;
        pass(CrashPoint::SweepAfterStart);
        if let Ruling::Refused(StartRefusal::Lapsed) = ruling {
            let _ = self.store.lapse(&Lapse { address, ask, now, skew: CLOCK_SKEW }).await?;
        }
        Ok(())
    }

    /// An attempt whose worker never came back. Where the other end recognises repeats it is made again under the same
    /// message id; elsewhere, and after the last permitted attempt, nobody can know what became of it.
    async fn after_ended_lease(&self, optin: &Optin, budget: Budget) -> Result<(), NotDone> {
        let redeemed_at = optin.redemption.as_ref().map_or(optin.answered_at, |redemption| redemption.at);
        let again = optin.channel.recognises_repeats() && may_try_now(redeemed_at, optin.delivery.attempts, self.clock.now());
        let epoch = optin.delivery.epoch;
        if again && !self.is_blocked(optin).await? {
            return self.deliver(optin, AttemptFrom::EndedLease(epoch), Driver::Sweep, budget).await;
        }
        self.settle(optin, Settler::EndedLease(epoch), Outcome::Unknown(Reason::LeaseEnded)).await
    }

    async fn deliver(&self, optin: &Optin, from: AttemptFrom, driver: Driver, budget: Budget) -> Result<(), NotDone> {
        let attempt = AttemptId(random());
        if from == AttemptFrom::Queue && self.is_blocked(optin).await? {
            return self.settle(optin, Settler::Queue(attempt, optin.version), Outcome::Failed(Reason::Blocked)).await;
        }
        let Some(channel) = self.channels.outside(optin.channel) else {
            return self.settle(optin, Settler::Queue(attempt, optin.version), Outcome::Sent).await;
        };
        self.can_send(budget)?;
        let message = self.messages.of(optin).await?;
        pass(CrashPoint::DeliverBeforeAttempt);
        let Some(attempted) = self.attempt(optin, attempt, from, driver).await? else {
            return Ok(());
        };
        pass(CrashPoint::DeliverAfterAttempt);
        let by = Settler::Attempt(attempt, attempted.delivery.epoch);
        if self.can_send(budget).is_err() {
            // The table was slow. Nothing has left it: the next sweep begins with time enough.
            let parked = Outcome::Parked { due_at: self.clock.now(), reason: Reason::OutOfTime, unclear: false };
            return self.settle(&attempted, by, parked).await;
        }
        let taken = channel.send(&Optin { message, ..attempted.clone() }).await;
        pass(CrashPoint::DeliverAfterSend);
        self.settle(&attempted, by, self.outcome(&attempted, &taken)).await?;
        channel.settled(&attempted, &taken).await;
        Ok(())
    }

    /// The one read before something leaves: a block, or an erasure since the ask, stops it.
    async fn is_blocked(&self, optin: &Optin) -> Result<bool, NotDone> {
        let person = self.store.person(optin.address.person).await?;
        Ok(person.is_some_and(|person| person.blocked_at.is_some() || person.erased_at.is_some_and(|at| at >= optin.asked_at)))
    }

    /// The opt-in with this worker's attempt on it; `None` when there is nothing for it to do.
    async fn attempt(&self, optin: &Optin, attempt: AttemptId, from: AttemptFrom, driver: Driver) -> Result<Option<Optin>, NotDone> {
        let Some(redemption) = optin.redemption.as_ref().map(|redemption| redemption.number) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let (address, ask) = (optin.address, optin.ask);
        let command = Attempt { address, ask, redemption, attempt, now, lease: now + self.lease, from, watched: driver == Driver::Sweep };
        let (epoch, due_at) = match self.store.attempt(&command).await? {
            Ruling::Apply(attempted) | Ruling::Own(attempted) => return Ok(Some(*attempted)),
            Ruling::Refused(AttemptRefusal::NotQueued | AttemptRefusal::NotDue) => return Ok(None),
            Ruling::Refused(AttemptRefusal::LiveLease { epoch, until }) => (epoch, until),
            Ruling::Refused(AttemptRefusal::EndedLease { epoch }) => (epoch, now),
        };
        // Somebody is at it, or was: whoever it is may never come back, so the sweep looks at it when the lease ends.
        self.store.watch(&Watch { address, ask, epoch, due_at }).await?;
        Ok(None)
    }

    /// What a channel's word means for the message.
    fn outcome(&self, optin: &Optin, taken: &Taken) -> Outcome {
        match taken {
            Taken::NoEndpoint => Outcome::Returned(Reason::NoEndpoint),
            Taken::Verdict(Verdict::Accepted) => Outcome::Sent,
            Taken::Verdict(Verdict::Refused) => Outcome::Returned(Reason::Refused),
            Taken::Verdict(Verdict::Gone) => Outcome::Failed(Reason::Gone),
            Taken::Verdict(Verdict::Later(wait)) => self.again(optin, Reason::Busy, *wait).unwrap_or(Outcome::Returned(Reason::GaveUp)),
            Taken::Verdict(Verdict::Unreachable | Verdict::Unsigned) => {
                self.again(optin, Reason::Unreachable, None).unwrap_or(Outcome::Returned(Reason::GaveUp))
            }
            Taken::Verdict(Verdict::Unclear) => {
                let again = optin.channel.recognises_repeats().then(|| self.again(optin, Reason::Unclear, None)).flatten();
                again.unwrap_or(Outcome::Unknown(Reason::Unclear))
            }
        }
    }

    /// Parked until the next attempt; `None` when no further one is permitted.
    fn again(&self, optin: &Optin, reason: Reason, wait: Option<std::time::Duration>) -> Option<Outcome> {
        let [jitter] = random();
        let redeemed_at = optin.redemption.as_ref()?.at;
        let due_at = next_try(redeemed_at, optin.delivery.attempts, self.clock.now(), wait, jitter)?;
        Some(Outcome::Parked { due_at, reason, unclear: reason == Reason::Unclear })
    }

    /// Records an outcome. A lost lease is no fault: whoever came first records the truth.
    async fn settle(&self, optin: &Optin, by: Settler, outcome: Outcome) -> Result<(), NotDone> {
        let Some((redemption, call)) = optin.redemption.as_ref().map(|redemption| (redemption.number, redemption.call)) else {
            return Ok(());
        };
        let settle = Settle {
            address: optin.address,
            ask: optin.ask,
            redemption,
            call,
            granted_at: optin.answered_at,
            channel: optin.channel,
            by,
            outcome: recorded(optin, outcome),
            now: self.clock.now(),
        };
        let ruling = self.store.settle(&settle).await?;
        pass(CrashPoint::DeliverAfterSettle);
        match ruling {
            Ruling::Apply(settled) | Ruling::Own(settled) if settled.state == State::Granted => self.revoke_if_blocked(&settled).await,
            Ruling::Apply(_) | Ruling::Own(_) => Ok(()),
            Ruling::Refused(_) => self.watch_if_attempting(optin).await,
        }
    }

    /// A block that came while the message was in flight has passed this grant by.
    async fn revoke_if_blocked(&self, optin: &Optin) -> Result<(), NotDone> {
        if self.is_blocked(optin).await? { self.revoke_for_block(optin).await } else { Ok(()) }
    }

    /// Somebody else has the message. Whoever it is may never come back, and this hint is the last one.
    async fn watch_if_attempting(&self, optin: &Optin) -> Result<(), NotDone> {
        let standing = self.store.occupant(optin.address).await?.and_then(Occupant::optin);
        let Some(standing) = standing.filter(|standing| standing.ask == optin.ask && standing.state == State::Attempting) else {
            return Ok(());
        };
        let Progress { epoch, lease, .. } = standing.delivery;
        let due_at = lease.unwrap_or_else(|| self.clock.now());
        self.store.watch(&Watch { address: optin.address, ask: optin.ask, epoch, due_at }).await?;
        Ok(())
    }
}
