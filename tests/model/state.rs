//! A moment of the model: the item, everybody around it, and what has been seen so far.

use crate::MOST_ATTEMPTS;
use crate::REDEMPTIONS;
use crate::design::{Design, Rule};
use crate::item::{Due, Item, Lease, State};
use crate::rules::{From, Outcome, Settler};

/// How many calls redeem, each with an id of its own.
pub const CALLERS: usize = 2;
/// How many workers there are.
pub const WORKERS: usize = 2;

/// What brought a worker to the message, and so what brings it again if the worker dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Driver {
    /// The stream's hint of this redemption, which comes again.
    Stream(u8),
    /// A sweep, which finds only what is due.
    Sweep,
}

/// What a worker knows of the attempt that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Held {
    /// Whose message it sends.
    pub redemption: u8,
    /// The attempt's epoch.
    pub epoch: u8,
    /// Which attempt at this message it is.
    pub attempts: u8,
    /// Whether an earlier one, or one that it took over, may have gone out.
    pub unclear: bool,
}

/// What a worker is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Worker {
    /// Nothing.
    Idle,
    /// To read what was listed as due.
    Listed,
    /// To write an attempt.
    Begins {
        /// What brought it.
        driver: Driver,
        /// Whose message.
        redemption: u8,
        /// What it begins from.
        from: From,
    },
    /// To call the provider: the attempt is written.
    Holds {
        /// What brought it.
        driver: Driver,
        /// The attempt.
        held: Held,
    },
    /// To record what came of it.
    Settles {
        /// What brought it.
        driver: Driver,
        /// Whose message.
        redemption: u8,
        /// What entitles it.
        by: Settler,
        /// What came of it.
        outcome: Outcome,
    },
    /// To look who came first.
    Looks {
        /// What brought it.
        driver: Driver,
    },
    /// To have the sweep look at the attempt that it found.
    Watches {
        /// What brought it.
        driver: Driver,
        /// The attempt's epoch.
        epoch: u8,
    },
}

impl Worker {
    /// What brought it; `None` when nothing did.
    #[must_use]
    pub const fn driver(&self) -> Option<Driver> {
        match self {
            Self::Idle => None,
            Self::Listed => Some(Driver::Sweep),
            Self::Begins { driver, .. }
            | Self::Holds { driver, .. }
            | Self::Settles { driver, .. }
            | Self::Looks { driver }
            | Self::Watches { driver, .. } => Some(*driver),
        }
    }
}

/// One who redeems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Caller {
    /// Whether an answer is waited for: it calls, and calls again.
    pub waits: bool,
    /// Of which redemptions it was told that it made them.
    pub told_yes: [bool; REDEMPTIONS],
}

/// What nobody in the model knows, and the properties ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seen {
    /// How often the person was shown each redemption's message: 0, 1 or more.
    pub shown: [u8; REDEMPTIONS],
    /// Which call made each redemption.
    pub makers: [Option<u8>; REDEMPTIONS],
    /// A call that had made a redemption was told no.
    pub winner_told_no: bool,
    /// How often the time was too short to send once an attempt was written.
    pub ran_short: u8,
    /// A revocation is written.
    pub revoked: bool,
    /// An attempt began after that.
    pub attempt_after_revoke: bool,
}

/// The whole of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct World {
    /// The store.
    pub item: Item,
    /// Who redeems.
    pub callers: [Caller; CALLERS],
    /// Whether somebody may still revoke.
    pub revoker_waits: bool,
    /// Who delivers.
    pub workers: [Worker; WORKERS],
    /// How many copies of each redemption's hint the stream is still to bring.
    pub hints: [u8; REDEMPTIONS],
    /// Whether the stream has lost one, so that a reconcile has something to find.
    pub hint_lost: bool,
    /// How much may still go wrong.
    pub faults_left: u8,
    /// For the properties alone.
    pub seen: Seen,
}

impl World {
    /// A grant, and nothing has happened.
    #[must_use]
    pub const fn granted(faults: u8) -> Self {
        Self {
            item: Item::GRANTED,
            callers: [Caller { waits: true, told_yes: [false; REDEMPTIONS] }; CALLERS],
            revoker_waits: true,
            workers: [Worker::Idle; WORKERS],
            hints: [0; REDEMPTIONS],
            hint_lost: false,
            faults_left: faults,
            seen: Seen {
                shown: [0; REDEMPTIONS],
                makers: [None; REDEMPTIONS],
                winner_told_no: false,
                ran_short: 0,
                revoked: false,
                attempt_after_revoke: false,
            },
        }
    }

    /// Whether a sweep finds the item.
    #[must_use]
    pub fn is_found_by_sweep(&self, design: &Design) -> bool {
        self.item.due == Due::Now && (design.keeps(Rule::LastCrashEnds) || self.item.attempts < MOST_ATTEMPTS)
    }

    /// Whether a reconcile finds the item: nothing is to bring it to anybody.
    #[must_use]
    pub fn is_found_by_reconcile(&self, design: &Design) -> bool {
        let Item { state, lease, due, .. } = self.item;
        let stands = state == State::Queued || (state == State::Attempting && lease == Lease::Ended);
        self.hint_lost && stands && due == Due::Never && design.keeps(Rule::Reconcile)
    }

    /// Whether nothing more happens unless something goes wrong or somebody revokes.
    #[must_use]
    pub fn is_quiet(&self, design: &Design) -> bool {
        let is_found = self.is_found_by_sweep(design) || self.is_found_by_reconcile(design);
        let all_answered = self.callers.iter().all(|caller| !caller.waits);
        let all_idle = self.workers.iter().all(|worker| *worker == Worker::Idle);
        let time_changes_nothing = self.item.lease != Lease::Live && self.item.due != Due::Later;
        all_answered && all_idle && time_changes_nothing && self.hints == [0; REDEMPTIONS] && !is_found
    }

    /// Something goes wrong; `None` when nothing more may.
    pub(crate) fn goes_wrong(&mut self) -> Option<()> {
        self.faults_left = self.faults_left.checked_sub(1)?;
        Some(())
    }

    /// Workers are all alike, and so are callers: of states that differ by their order alone one is looked at.
    pub(crate) fn normalise(&mut self) {
        self.order_workers();
        self.order_callers();
    }

    /// An attempt's id is forgotten with the worker that could present it.
    fn order_workers(&mut self) {
        let holder = self.item.attempt.map(usize::from).filter(|slot| self.workers[*slot] != Worker::Idle);
        let mut order: [usize; WORKERS] = std::array::from_fn(|slot| slot);
        order.sort_by_key(|slot| (self.workers[*slot], holder == Some(*slot)));
        self.workers = order.map(|slot| self.workers[slot]);
        self.item.attempt = holder.map(|slot| place(&order, slot));
    }

    fn order_callers(&mut self) {
        let Self { item, callers, seen, .. } = *self;
        let mut order: [usize; CALLERS] = std::array::from_fn(|call| call);
        order.sort_by_key(|call| {
            let is = |named: Option<u8>| named.map(usize::from) == Some(*call);
            (callers[*call], item.returned.map(is), is(item.call), seen.makers.map(is))
        });
        self.callers = order.map(|call| callers[call]);
        let renamed = |named: Option<u8>| named.map(|call| place(&order, usize::from(call)));
        self.item.returned = item.returned.map(renamed);
        self.item.call = renamed(item.call);
        self.seen.makers = seen.makers.map(renamed);
    }
}

/// Where one of them has come to stand.
fn place(order: &[usize], one: usize) -> u8 {
    (0..).zip(order).find(|(_, each)| **each == one).map_or(0, |(place, _)| place)
}
