//! How often a business may ask one person: exact sliding windows over a register of the last ten asks.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::address::TopicKey;
use crate::call::{Call, CallId, Repeat};
use crate::text::Invalid;
use crate::time::{Timestamp, span_text};

/// How many asks a person item remembers, whatever the caps.
pub const SLOTS: usize = 10;
/// Longest life of a link.
pub const LONGEST_LINK: Duration = Duration::from_secs(7 * 86_400);

/// At most `count` asks in any span of `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// How many asks.
    pub count: usize,
    /// In how many seconds.
    pub window_seconds: u64,
}

impl Cap {
    /// The cap's window.
    #[must_use]
    pub const fn window(&self) -> Duration {
        Duration::from_secs(self.window_seconds)
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-in-{}", self.count, span_text(self.window()))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    topic_window_seconds: u64,
    caps: Vec<Cap>,
}

/// A business's caps: the same topic once in a window, and at most so many asks in each of the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Caps {
    topic_window: Duration,
    caps: Vec<Cap>,
}

impl Default for Caps {
    /// The same topic once in 7 days, 5 asks a day, 10 in 7 days: the caps that Messenger publishes.
    fn default() -> Self {
        let day = 86_400;
        let caps = vec![Cap { count: 5, window_seconds: day }, Cap { count: SLOTS, window_seconds: 7 * day }];
        Self { topic_window: Duration::from_secs(7 * day), caps }
    }
}

impl Caps {
    /// Caps that the register can keep exactly.
    ///
    /// # Errors
    /// When one needs more than [`SLOTS`] asks remembered, or the topic window outlasts what the register covers.
    pub fn new(topic_window: Duration, caps: Vec<Cap>) -> Result<Self, Invalid> {
        if caps.is_empty() {
            return Err(Invalid::new("caps", "must hold at least one cap, such as 5 in 1d"));
        }
        if let Some(cap) = caps.iter().find(|cap| cap.count == 0 || cap.count > SLOTS || cap.window_seconds == 0) {
            return Err(Invalid::new("caps", format!("must each count 1 to {SLOTS} asks in at least one second; {cap} does not")));
        }
        let caps = Self { topic_window, caps };
        if topic_window > caps.coverage() {
            return Err(Invalid::new(
                "topic_window",
                format!("must be at most {}, which is what {SLOTS} remembered asks cover under these caps", span_text(caps.coverage())),
            ));
        }
        Ok(caps)
    }

    /// How far back the register reaches at the least: with N asks in W, ten asks span at least 10/N windows.
    #[must_use]
    pub fn coverage(&self) -> Duration {
        let reach = |cap: &Cap| cap.window().saturating_mul(u32::try_from(SLOTS / cap.count).unwrap_or(u32::MAX));
        self.caps.iter().map(reach).max().unwrap_or_default()
    }

    /// Longest life of a link: seven days, and never longer than the register reaches.
    #[must_use]
    pub fn longest_link(&self) -> Duration {
        LONGEST_LINK.min(self.coverage())
    }

    /// How long the same topic may not be asked for again.
    #[must_use]
    pub fn topic_window(&self) -> Duration {
        self.topic_window
    }

    /// In how many of the newest places of a register the same topic is looked for: what stands further back than a cap
    /// admits in a span as long has left the topic's window wherever that cap lets an ask through.
    #[must_use]
    pub fn topic_places(&self) -> usize {
        let as_long = self.caps.iter().filter(|cap| cap.window() >= self.topic_window);
        as_long.map(|cap| cap.count - 1).min().unwrap_or(SLOTS).max(1)
    }

    /// The caps on all of a person's asks.
    #[must_use]
    pub fn all(&self) -> &[Cap] {
        &self.caps
    }
}

impl TryFrom<Written> for Caps {
    type Error = Invalid;

    fn try_from(written: Written) -> Result<Self, Invalid> {
        Self::new(Duration::from_secs(written.topic_window_seconds), written.caps)
    }
}

impl From<Caps> for Written {
    fn from(caps: Caps) -> Self {
        Self { topic_window_seconds: caps.topic_window.as_secs(), caps: caps.caps }
    }
}

/// One remembered ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// When it was made.
    pub at: Timestamp,
    /// By which call.
    pub call: CallId,
    /// For which topic.
    pub topic: TopicKey,
}

/// A person's last asks by one business, the newest first, at most [`SLOTS`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register(Vec<Slot>);

/// What caps and register say of an ask.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapRuling {
    /// It may be made.
    Admitted,
    /// It is the caller's own repeat of the ask made then.
    Own {
        /// When the first one was made.
        asked_at: Timestamp,
    },
    /// Its `Idempotency-Key` stands for another ask.
    KeyReused,
    /// An ask was recorded with a later time: try again with that time.
    ClockBehind {
        /// The time to use.
        newest: Timestamp,
    },
    /// The person was asked about this topic within the topic window.
    AlreadyAsked {
        /// From when on the topic may be asked for again.
        opens_at: Timestamp,
    },
    /// A cap is full.
    CapReached {
        /// Which one.
        cap: Cap,
        /// From when on it lets an ask through.
        opens_at: Timestamp,
    },
}

/// What one cap leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The cap.
    pub cap: Cap,
    /// How many asks it still lets through now.
    pub left: usize,
    /// When the next ask is let through: now, or when the oldest counted one leaves the window.
    pub opens_at: Timestamp,
}

impl Register {
    /// A register of these asks, the newest first; those beyond [`SLOTS`] are dropped.
    #[must_use]
    pub fn new(mut slots: Vec<Slot>) -> Self {
        slots.truncate(SLOTS);
        Self(slots)
    }

    /// The remembered asks, the newest first.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.0
    }

    /// Rules on an ask for `topic` by `call` at `now`.
    pub fn rule(&self, caps: &Caps, topic: TopicKey, call: &Call, now: Timestamp) -> CapRuling {
        if let Some(ruling) = self.repeat_of(call) {
            return ruling;
        }
        if let Some(newest) = self.0.first().map(|slot| slot.at).filter(|newest| *newest > now) {
            return CapRuling::ClockBehind { newest };
        }
        if let Some(opens_at) = self.topic_opens_at(caps, topic).filter(|opens_at| *opens_at > now) {
            return CapRuling::AlreadyAsked { opens_at };
        }
        let full = self.allowances(caps, now).filter(|allowance| allowance.left == 0).max_by_key(|allowance| allowance.opens_at);
        match full {
            Some(Allowance { cap, opens_at, .. }) => CapRuling::CapReached { cap, opens_at },
            None => CapRuling::Admitted,
        }
    }

    fn repeat_of(&self, call: &Call) -> Option<CapRuling> {
        self.0.iter().find_map(|slot| match slot.call.compare(&call.id) {
            Repeat::Same => Some(CapRuling::Own { asked_at: slot.at }),
            Repeat::KeyReused => Some(CapRuling::KeyReused),
            Repeat::Other => None,
        })
    }

    /// When `topic` may be asked for again; `None` when it is not remembered.
    #[must_use]
    pub fn topic_opens_at(&self, caps: &Caps, topic: TopicKey) -> Option<Timestamp> {
        self.0.iter().find(|slot| slot.topic == topic).map(|slot| slot.at + caps.topic_window)
    }

    /// What each cap leaves at `now`. An ask leaves a window exactly when the window has passed.
    pub fn allowances<'a>(&'a self, caps: &'a Caps, now: Timestamp) -> impl Iterator<Item = Allowance> + 'a {
        caps.caps.iter().map(move |cap| {
            let counted = self.0.iter().take_while(|slot| slot.at + cap.window() > now).count();
            let left = cap.count.saturating_sub(counted);
            // Full: the ask that is `count` back must leave first.
            let opens_at = if left > 0 { now } else { self.0[cap.count - 1].at + cap.window() };
            Allowance { cap: *cap, left, opens_at }
        })
    }

    /// The register with an ask put in front.
    #[must_use]
    pub fn shifted(&self, newest: Slot) -> Self {
        Self::new(std::iter::once(newest).chain(self.0.iter().copied()).collect())
    }
}

#[cfg(test)]
#[path = "caps_tests.rs"]
mod tests;
