//! The design, and what it is without each of its rules.

use crate::properties::{ENDS, NONE_AFTER_REVOKE, ONE_MESSAGE, ONE_WINNER, TRUTH};

/// What a message leaves the table by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Knows a message's id when it comes again: the person sees it once (webhook, Web Push).
    Recognises,
    /// Shows whatever it takes (e-mail).
    Forgets,
}

/// A rule that can be turned off, to see what it is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// An attempt is written before the message leaves. Without it: send, then mark.
    AttemptFirst,
    /// What came of a message is recorded under a condition. Without it: an unconditional last write.
    ConditionalSettle,
    /// That condition names attempt and epoch. Without it: a lease without a fence, any `attempting` will do.
    Fence,
    /// A call finds its own redemption to be its own. Without it: a lost answer makes a repeat look like a rival.
    OwnRepeat,
    /// That holds of redemptions that came back, too. Without it: only of the one that stands.
    ReturnedRemembered,
    /// What may have gone out is never said not to have. Without it: the last answer counts.
    AmbiguitySticks,
    /// An attempt that is taken over may have gone out. Without it: only the provider's word makes it unclear.
    TakeOverIsUnclear,
    /// A revocation does not make unsent what may have gone out. Without it: `revoked` is all it leads to.
    RevokeKeepsUnclear,
    /// What is leaving the table is not revoked. Without it: `attempting` may be revoked.
    RevokeWaits,
    /// Attempts are numbered. Without it: the next one is always permitted.
    Exhaustion,
    /// A crash on the last permitted attempt ends, too. Without it: nobody looks at what may not be tried again.
    LastCrashEnds,
    /// Whoever finds an attempt under way has the sweep look at it. Without it: the hint is dropped.
    Watch,
    /// The sweep looks when the lease ends. Without it: at once, and again and again.
    WatchWaits,
    /// What the stream has lost is searched for. Without it: the stream is trusted.
    Reconcile,
    /// Where repeats are not recognised nothing is sent again that may have gone out. Without it: it is.
    NoBlindRepeat,
    /// An attempt begins from the queue alone. Without it: a hint suffices.
    AttemptFromQueue,
    /// A hint names its redemption. Without it: it is taken for whichever stands.
    HintNamesRedemption,
}

/// Each rule but one with a channel over which the design fails without it, and the promise that is broken then. Without
/// [`Rule::WatchWaits`] no state breaks one, but a run goes round.
pub const BROKEN: [(Rule, Channel, &str); 16] = [
    (Rule::AttemptFirst, Channel::Forgets, ONE_MESSAGE),
    (Rule::ConditionalSettle, Channel::Recognises, TRUTH),
    (Rule::Fence, Channel::Recognises, TRUTH),
    (Rule::OwnRepeat, Channel::Recognises, ONE_WINNER),
    (Rule::ReturnedRemembered, Channel::Recognises, ONE_WINNER),
    (Rule::AmbiguitySticks, Channel::Recognises, TRUTH),
    (Rule::TakeOverIsUnclear, Channel::Recognises, TRUTH),
    (Rule::RevokeKeepsUnclear, Channel::Recognises, TRUTH),
    (Rule::RevokeWaits, Channel::Forgets, TRUTH),
    (Rule::Exhaustion, Channel::Recognises, ENDS),
    (Rule::LastCrashEnds, Channel::Recognises, ENDS),
    (Rule::Watch, Channel::Forgets, ENDS),
    (Rule::Reconcile, Channel::Forgets, ENDS),
    (Rule::NoBlindRepeat, Channel::Forgets, ONE_MESSAGE),
    (Rule::AttemptFromQueue, Channel::Forgets, NONE_AFTER_REVOKE),
    (Rule::HintNamesRedemption, Channel::Forgets, TRUTH),
];

/// The design over a channel, whole or without one of its rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Design {
    /// The channel.
    pub channel: Channel,
    /// The rule that is turned off.
    pub off: Option<Rule>,
}

impl Design {
    /// The design as it is.
    #[must_use]
    pub const fn whole(channel: Channel) -> Self {
        Self { channel, off: None }
    }

    /// The design without a rule.
    #[must_use]
    pub const fn without(rule: Rule, channel: Channel) -> Self {
        Self { channel, off: Some(rule) }
    }

    /// Whether a rule holds.
    #[must_use]
    pub fn keeps(&self, rule: Rule) -> bool {
        self.off != Some(rule)
    }

    /// Whether a message that may have gone out is sent again.
    #[must_use]
    pub fn sends_again(&self) -> bool {
        self.channel == Channel::Recognises || !self.keeps(Rule::NoBlindRepeat)
    }
}
