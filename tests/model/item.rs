//! The opt-in's item, as far as one message's life needs it.

use crate::REDEMPTIONS;

/// Where the opt-in is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The token can be redeemed: it never was, or its message came back.
    Granted,
    /// The message is to be delivered.
    Queued,
    /// It is leaving the table, or has left it and nobody recorded what came of it.
    Attempting,
    /// Delivered.
    Sent,
    /// Certainly not delivered, for good.
    Failed,
    /// Nobody can know.
    Unknown,
    /// Taken back.
    Revoked,
}

/// A lease. It ends at any moment, and its holder does not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lease {
    /// None.
    None,
    /// Its worker may act.
    Live,
    /// Its time is up.
    Ended,
}

/// Whether the sweep is to take the item up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Due {
    /// Not at all.
    Never,
    /// At a time to come; of an attempt, when its lease ends.
    Later,
    /// Its time has come.
    Now,
}

/// The item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Item {
    /// Where the opt-in is in its life.
    pub state: State,
    /// Which redemption stands, or last stood; 0 before the first.
    pub redemption: u8,
    /// The call that made it.
    pub call: Option<u8>,
    /// The calls whose redemptions came back, in order: the first made redemption 1.
    pub returned: [Option<u8>; REDEMPTIONS],
    /// Whose attempt was the last: the worker's that can still present its id, if there is one.
    pub attempt: Option<u8>,
    /// Rises with every attempt, for ever.
    pub epoch: u8,
    /// How many attempts the standing redemption has had.
    pub attempts: u8,
    /// The running attempt's lease.
    pub lease: Lease,
    /// Whether an attempt of the standing redemption ended unclear.
    pub unclear: bool,
    /// When the sweep is to take it up.
    pub due: Due,
    /// Whether a revocation led to its state.
    pub revoked: bool,
}

impl Item {
    /// A grant that nobody has redeemed.
    pub const GRANTED: Self = Self {
        state: State::Granted,
        redemption: 0,
        call: None,
        returned: [None; REDEMPTIONS],
        attempt: None,
        epoch: 0,
        attempts: 0,
        lease: Lease::None,
        unclear: false,
        due: Due::Never,
        revoked: false,
    };

    /// How many redemptions came back.
    #[must_use]
    pub fn returns(&self) -> u8 {
        self.returned.iter().map(|call| u8::from(call.is_some())).sum()
    }

    /// Which redemption a call made, if any.
    #[must_use]
    pub fn redemption_by(&self, call: u8) -> Option<u8> {
        let standing = (self.call == Some(call)).then_some(self.redemption);
        standing.or_else(|| (1..).zip(self.returned).find(|(_, returned)| *returned == Some(call)).map(|(number, _)| number))
    }
}
