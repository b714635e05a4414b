//! How a business's webhook does: since when it fails, and whether anything is sent to it any more.
//!
//! A webhook that is well costs the table no write, so nothing here is noted of a success but that failures have ended.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// For how long a webhook may fail before it is disabled.
pub const DISABLED_AFTER: Duration = Duration::from_secs(5 * 86_400);
/// Failures further apart than this, with nothing between, are not one failing: a business that is told of something
/// once a week is not disabled for two bad moments.
pub const LONGEST_SILENCE: Duration = Duration::from_secs(2 * 86_400);
/// How often a failing webhook is noted, however much fails: its item is one partition's.
pub const NOTED_EVERY: Duration = Duration::from_secs(600);
/// Most events that are kept, the last ones.
pub const MOST_EVENTS: usize = 20;

/// Declares an enum whose variants are words on the wire and in the table.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$vdoc])* $variant),+
        }

        impl $name {
            /// The word for it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }
    };
}

words! {
    /// How a webhook does.
    HealthState {
        /// Nothing is known against it.
        Healthy = "healthy",
        /// Something failed, and nothing has succeeded since.
        Failing = "failing",
        /// Nothing is sent to it until it is enabled again.
        Disabled = "disabled",
    }
}

words! {
    /// Why a delivery failed.
    FailureReason {
        /// It refused an event.
        Refused = "refused",
        /// It answered an event with 410.
        Gone = "gone",
        /// It asked to be tried later.
        Busy = "busy",
        /// It could not be reached.
        Unreachable = "unreachable",
        /// No clear answer came.
        Unclear = "unclear",
    }
}

words! {
    /// Why a webhook was disabled.
    DisabledReason {
        /// It answered an event with 410: it is gone for good.
        Gone = "gone",
        /// It failed for five days.
        Failing = "failing",
    }
}

words! {
    /// What happened to a webhook.
    HealthEventKind {
        /// It was disabled.
        Disabled = "disabled",
        /// It was enabled again, by a person.
        Enabled = "enabled",
    }
}

/// What came of a delivery, as far as it says something of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It took what was sent.
    Accepted,
    /// It said of an event that it is gone for good.
    Gone,
    /// It took nothing.
    Failed(FailureReason),
}

/// A failed delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: FailureReason,
}

/// Since when nothing is sent any more, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: DisabledReason,
}

/// Something that happened to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthEvent {
    /// What.
    pub kind: HealthEventKind,
    /// When.
    pub at: Timestamp,
    /// Why it was disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<DisabledReason>,
}

/// Random, and another one with each write: whoever wrote last is seen by it, and so is a writer's own repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(pub [u8; 16]);

/// The health of the webhook at one address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookHealth {
    /// The address that it is about: what is known of one says nothing of another.
    pub url: String,
    /// When the failures began that go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// The last failure that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<Failure>,
    /// The first success after the last failures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Timestamp>,
    /// Whether, since when and why nothing is sent any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Disabled>,
    /// What happened, the last at the end.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub events: VecDeque<HealthEvent>,
    /// The write that made it what it is; none before the first.
    #[serde(skip)]
    pub revision: Option<Revision>,
}

impl WebhookHealth {
    /// What is known of the webhook at `url`, where `kept` is what the table holds for its business.
    #[must_use]
    pub fn standing(kept: Option<Self>, url: &str) -> Self {
        match kept {
            Some(kept) if kept.url == url => kept,
            // What happened to a former address stays to be read, and the next write replaces what stands.
            Some(Self { events, revision, .. }) => Self { url: url.to_owned(), events, revision, ..Self::default() },
            None => Self { url: url.to_owned(), ..Self::default() },
        }
    }

    /// How it does.
    #[must_use]
    pub fn state(&self) -> HealthState {
        match (self.disabled, self.failing_since) {
            (Some(_), _) => HealthState::Disabled,
            (None, Some(_)) => HealthState::Failing,
            (None, None) => HealthState::Healthy,
        }
    }

    /// Whether nothing is sent to it any more.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.disabled.is_some()
    }

    /// What it becomes by what was heard; `None` where there is nothing to note. A worker that did not know yet that it
    /// is disabled changes nothing: only a person enables.
    #[must_use]
    pub fn after(&self, heard: Heard, now: Timestamp) -> Option<Self> {
        if self.is_disabled() {
            return None;
        }
        match heard {
            Heard::Accepted => self.failing_since.map(|_| Self { failing_since: None, recovered_at: Some(now), ..self.clone() }),
            Heard::Gone => Some(self.disabled_by(FailureReason::Gone, DisabledReason::Gone, now)),
            Heard::Failed(reason) => self.failed(reason, now),
        }
    }

    fn failed(&self, reason: FailureReason, now: Timestamp) -> Option<Self> {
        let goes_on = self.last_failure.is_some_and(|last| now.since(last.at) <= LONGEST_SILENCE);
        let since = self.failing_since.filter(|_| goes_on);
        if since.is_some_and(|since| now.since(since) >= DISABLED_AFTER) {
            return Some(self.disabled_by(reason, DisabledReason::Failing, now));
        }
        // One that fails and recovers by turns is not written at each turn either.
        let noted = if since.is_some() { self.last_failure.map(|last| last.at) } else { self.recovered_at };
        if noted.is_some_and(|at| now.since(at) < NOTED_EVERY) {
            return None;
        }
        Some(Self { failing_since: since.or(Some(now)), last_failure: Some(Failure { at: now, reason }), ..self.clone() })
    }

    fn disabled_by(&self, reason: FailureReason, because: DisabledReason, now: Timestamp) -> Self {
        let disabled = Self {
            failing_since: self.failing_since.or(Some(now)),
            last_failure: Some(Failure { at: now, reason }),
            disabled: Some(Disabled { at: now, reason: because }),
            ..self.clone()
        };
        disabled.with(HealthEvent { kind: HealthEventKind::Disabled, at: now, reason: Some(because) })
    }

    /// What it becomes when a person says that it is well again; `None` where nothing is held against it.
    #[must_use]
    pub fn enabled(&self, now: Timestamp) -> Option<Self> {
        match self.state() {
            HealthState::Healthy => None,
            HealthState::Failing => Some(Self { failing_since: None, ..self.clone() }),
            HealthState::Disabled => {
                let enabled = Self { failing_since: None, disabled: None, ..self.clone() };
                Some(enabled.with(HealthEvent { kind: HealthEventKind::Enabled, at: now, reason: None }))
            }
        }
    }

    fn with(mut self, event: HealthEvent) -> Self {
        self.events.push_back(event);
        while self.events.len() > MOST_EVENTS {
            self.events.pop_front();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);
    const START: Timestamp = Timestamp::from_millis(1_764_000_000_000);
    const BUSY: Heard = Heard::Failed(FailureReason::Busy);

    fn well() -> WebhookHealth {
        WebhookHealth::standing(None, "https://shop.example/hook")
    }

    /// Failing from `START` on, every twelve hours, until so many hours have passed.
    fn failing_for(hours: u32) -> WebhookHealth {
        (0..=hours).step_by(12).fold(well(), |health, hour| health.after(BUSY, START + hour * HOUR).unwrap_or(health))
    }

    #[test]
    fn a_webhook_that_is_well_has_nothing_noted_of_it() {
        assert_eq!(well().after(Heard::Accepted, START), None);
        assert_eq!(well().enabled(START), None);
    }

    #[test]
    fn a_webhook_is_disabled_after_five_days_of_failures_and_not_before() {
        assert_eq!((failing_for(108).state(), failing_for(108).failing_since), (HealthState::Failing, Some(START)));
        let disabled = failing_for(120);
        let since = START + DISABLED_AFTER;
        assert_eq!(disabled.disabled, Some(Disabled { at: since, reason: DisabledReason::Failing }));
        assert_eq!(disabled.events, [HealthEvent { kind: HealthEventKind::Disabled, at: since, reason: Some(DisabledReason::Failing) }]);
        for heard in [Heard::Accepted, Heard::Gone, BUSY] {
            assert_eq!(disabled.after(heard, since + HOUR), None, "{heard:?} changes nothing: only a person enables");
        }
    }

    #[test]
    fn a_success_ends_the_failures() {
        let recovered = failing_for(108).after(Heard::Accepted, START + 109 * HOUR).expect("a change");
        assert_eq!((recovered.state(), recovered.recovered_at), (HealthState::Healthy, Some(START + 109 * HOUR)));
        let again = recovered.after(BUSY, START + 120 * HOUR).expect("a change");
        assert_eq!(again.failing_since, Some(START + 120 * HOUR));
    }

    #[test]
    fn two_failures_with_a_week_of_silence_between_are_not_a_week_of_failures() {
        let later = START + 7 * 24 * HOUR;
        let failed = failing_for(24).after(BUSY, later).expect("a change");
        assert_eq!((failed.state(), failed.failing_since), (HealthState::Failing, Some(later)));
    }

    #[test]
    fn however_much_fails_little_is_noted() {
        let failing = failing_for(0);
        assert_eq!(failing.after(BUSY, START + (NOTED_EVERY - Duration::from_secs(1))), None);
        assert!(failing.after(BUSY, START + NOTED_EVERY).is_some());
        let turns = failing.after(Heard::Accepted, START + HOUR).expect("a change");
        assert_eq!(turns.after(BUSY, START + HOUR + Duration::from_secs(1)), None);
    }

    #[test]
    fn silence_of_two_days_goes_on_as_one_failing_and_a_longer_one_does_not() {
        let failing = failing_for(0);
        let since = |silence| failing.after(BUSY, START + silence).expect("a change").failing_since;
        assert_eq!(since(48 * HOUR), Some(START));
        assert_eq!(since(48 * HOUR + Duration::from_millis(1)), Some(START + (48 * HOUR + Duration::from_millis(1))));
    }

    #[test]
    fn a_disabled_webhook_keeps_since_when_it_failed_and_how_it_failed_last() {
        let gone = |health: WebhookHealth, hours| health.after(Heard::Gone, START + hours * HOUR).expect("a change");
        let last = |hours| Some(Failure { at: START + hours * HOUR, reason: FailureReason::Gone });
        let (at_once, later) = (gone(well(), 3), gone(failing_for(24), 25));
        assert_eq!((at_once.failing_since, at_once.last_failure), (Some(START + 3 * HOUR), last(3)));
        assert_eq!((later.failing_since, later.last_failure), (Some(START), last(25)));
    }

    #[test]
    fn a_webhook_that_is_enabled_fails_no_more() {
        let gone = well().after(Heard::Gone, START).expect("a change");
        for health in [failing_for(24), gone] {
            let enabled = health.enabled(START + 25 * HOUR).expect("a change");
            assert_eq!((enabled.failing_since, enabled.disabled), (None, None));
        }
    }

    #[test]
    fn an_endpoint_that_is_gone_is_disabled_at_once_and_enabled_by_a_person() {
        let gone = well().after(Heard::Gone, START).expect("a change");
        assert_eq!(gone.disabled, Some(Disabled { at: START, reason: DisabledReason::Gone }));
        let enabled = gone.enabled(START + HOUR).expect("a change");
        assert_eq!((enabled.state(), enabled.events.len()), (HealthState::Healthy, 2));
    }

    #[test]
    fn the_last_twenty_events_are_kept() {
        let mut health = well();
        for hour in 0..15 {
            health = health.after(Heard::Gone, START + hour * HOUR).expect("a change");
            health = health.enabled(START + hour * HOUR).expect("a change");
        }
        assert_eq!(health.events.len(), MOST_EVENTS);
        assert_eq!(health.events.back().map(|event| event.at), Some(START + 14 * HOUR));
    }

    #[test]
    fn what_is_known_of_one_address_says_nothing_of_another() {
        let gone = WebhookHealth { revision: Some(Revision([7; 16])), ..well().after(Heard::Gone, START).expect("a change") };
        let moved = WebhookHealth::standing(Some(gone.clone()), "https://shop.example/new");
        assert_eq!(moved.url, "https://shop.example/new");
        assert_eq!((moved.state(), moved.revision, moved.events.len()), (HealthState::Healthy, gone.revision, 1));
        assert!(WebhookHealth::standing(Some(gone), "https://shop.example/hook").is_disabled());
    }
}
