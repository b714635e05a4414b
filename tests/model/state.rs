//! A moment of the model: the item, everybody around it, and what has been seen so far.

use crate::REDEMPTIONS;
use crate::design::{Design, Rule};
use crate::item::{Due, Item, Lease};
use crate::rules::{From, Outcome, Settler};
use crate::MOST_ATTEMPTS;

/// How many calls redeem, each with an id of its own.
pub const CALLERS: usize = 2;
/// How many workers there are.
pub const WORKERS: usize = 2;

/// What may still go wrong. That a lease ends, that a parked message's time comes, and what a provider says, is bounded
/// by nothing but the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Faults {
    /// How often a worker dies, at whichever step, before or after its write.
    pub crashes: u8,
    /// How often a write is done and its answer lost, so that its writer repeats it.
    pub lost_answers: u8,
    /// How often the stream brings a hint once more, however late.
    pub extra_hints: u8,
    /// How often a caller who was answered calls again, under the same call id.
    pub late_repeats: u8,
    /// How often a worker finds, its attempt written, that the time no longer suffices to send.
    pub slow_tables: u8,
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// What may still go wrong.
    pub left: Faults,
    /// For the properties alone.
    pub seen: Seen,
}

impl World {
    /// A grant, and nothing has happened.
    #[must_use]
    pub const fn granted(faults: Faults) -> Self {
        Self {
            item: Item::GRANTED,
            callers: [Caller { waits: true, told_yes: [false; REDEMPTIONS] }; CALLERS],
            revoker_waits: true,
            workers: [Worker::Idle; WORKERS],
            hints: [0; REDEMPTIONS],
            left: faults,
            seen: Seen {
                shown: [0; REDEMPTIONS],
                makers: [None; REDEMPTIONS],
                winner_told_no: false,
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

    /// Whether nothing more happens unless something goes wrong or somebody revokes.
    #[must_use]
    pub fn is_quiet(&self, design: &Design) -> bool {
        let all_answered = self.callers.iter().all(|caller| !caller.waits);
        let all_idle = self.workers.iter().all(|worker| *worker == Worker::Idle);
        let time_changes_nothing = self.item.lease != Lease::Live && self.item.due != Due::Later;
        all_answered && all_idle && time_changes_nothing && self.hints == [0; REDEMPTIONS] && !self.is_found_by_sweep(design)
    }

    /// Workers are all alike: of states that differ by their order one is looked at. An attempt's id is forgotten with the
    /// worker that could present it.
    pub fn normalise(&mut self) {
        let holder = self.item.attempt.map(usize::from).filter(|slot| self.workers[*slot] != Worker::Idle);
        let mut order: [usize; WORKERS] = std::array::from_fn(|slot| slot);
        order.sort_by_key(|slot| (self.workers[*slot], holder == Some(*slot)));
        let workers = self.workers;
        self.workers = order.map(|slot| workers[slot]);
        self.item.attempt = (0_u8..).zip(order).find(|(_, slot)| holder == Some(*slot)).map(|(place, _)| place);
    }
}
