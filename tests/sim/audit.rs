//! The judge: what the provider took and what callers were told, against what the table says at the end. It knows the
//! promises, and no rule by which they are kept.

use std::collections::{BTreeMap, BTreeSet};

use ringonce_domain::optin::{Optin, State};

use crate::log::Seen;
use crate::scenario::{Clocks, Scenario};

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which one.
    pub promise: &'static str,
    /// How.
    pub how: String,
}

/// Everything that is known when a run is over.
pub(crate) struct Case<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) entries: &'a [(u64, Seen)],
    /// Each person's opt-in, as it stands.
    pub(crate) optins: &'a BTreeMap<String, Optin>,
    /// How many questions a person may be asked, in which span of milliseconds.
    pub(crate) cap: (usize, u64),
}

impl Case<'_> {
    /// Everything that was broken.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut all = self.caps();
        all.extend(self.blocks());
        for plan in &self.scenario.people {
            all.extend(self.of_person(&plan.name, plan.send_in.is_some()));
        }
        all
    }

    fn of_person(&self, person: &str, is_for_later: bool) -> Vec<Violation> {
        let shown = self.shown(person);
        let mut found = Vec::new();
        let mut broken = |promise: &'static str, how: String| found.push(Violation { promise, how: format!("{person}: {how}") });
        if shown.len() > 1 {
            broken("one message", format!("was shown {shown:?}"));
        }
        if let Some(optin) = self.optins.get(person) {
            let outside = optin.channel.leaves_the_table();
            match optin.state {
                State::Sent if outside && shown.is_empty() => broken("sent is true", "nothing was taken".to_owned()),
                State::Failed | State::Granted | State::Expired if !shown.is_empty() => {
                    broken("not sent is true", format!("{} although {shown:?} was shown", optin.state));
                }
                State::Queued | State::Attempting | State::Scheduled | State::Confirming => {
                    broken("everything ends", format!("is left {}: {:?}", optin.state, optin.timeline));
                }
                _ => {}
            }
            found.extend(self.winners(person, &shown, optin));
            found.extend(self.told(person, optin));
        }
        found.extend(self.revoked(person, is_for_later));
        found
    }

    /// The messages that the person was shown: one of an id that the other end knows is shown once.
    fn shown(&self, person: &str) -> Vec<String> {
        let mut ids = BTreeSet::new();
        let taken = self.entries.iter().filter_map(|(_, seen)| match seen {
            Seen::Taken { person: whose, id, text, recognises } if whose == person => Some((id, text, *recognises)),
            _ => None,
        });
        taken.filter(|(id, _, recognises)| ids.insert((*id).clone()) || !recognises).map(|(_, text, _)| text.clone()).collect()
    }

    /// Of those who sent with one token at most one is told yes for each redemption, and whose message came is not told no.
    fn winners(&self, person: &str, shown: &[String], optin: &Optin) -> Vec<Violation> {
        let told = self.entries.iter().filter_map(|(_, seen)| match seen {
            Seen::Redeemed { person: whose, text, status } if whose == person => Some((text.as_str(), *status)),
            _ => None,
        });
        let told: Vec<_> = told.collect();
        let yes = told.iter().filter(|(_, status)| *status == 202).count();
        let redemptions = optin.returned.len() + usize::from(optin.state.is_redeemed() || optin.state == State::Revoked);
        let mut found = Vec::new();
        if yes > redemptions.max(1) {
            found.push(Violation { promise: "one winner", how: format!("{person}: {yes} were told yes of {redemptions} redemptions") });
        }
        for (text, status) in told.iter().filter(|(_, status)| *status != 202) {
            if shown.iter().any(|shown| shown == text) {
                found.push(Violation {
                    promise: "no winner is told no",
                    how: format!("{person}: {text} was shown, and its caller told {status}"),
                });
            }
        }
        found
    }

    /// A business hears of a grant, and of how it ended.
    fn told(&self, person: &str, optin: &Optin) -> Vec<Violation> {
        let kinds: BTreeSet<_> = self
            .entries
            .iter()
            .filter_map(|(_, seen)| match seen {
                Seen::Told { kind, person: whose } if whose == person => Some(kind.as_str()),
                _ => None,
            })
            .collect();
        let end = match optin.state {
            State::Sent => Some("notification.sent"),
            State::Failed => Some("notification.failed"),
            State::Unknown => Some("notification.unknown"),
            State::Revoked => Some("optin.revoked"),
            State::Declined => Some("optin.declined"),
            _ => None,
        };
        let granted = (optin.state != State::Declined).then_some("optin.granted");
        let missed = end.into_iter().chain(granted).filter(|kind| !kinds.contains(kind));
        missed
            .map(|kind| Violation { promise: "the business hears of it", how: format!("{person}: never told {kind}, only {kinds:?}") })
            .collect()
    }

    /// After a revocation was answered no attempt begins.
    fn revoked(&self, person: &str, is_for_later: bool) -> Vec<Violation> {
        let at =
            self.entries.iter().find_map(|(at, seen)| matches!(seen, Seen::Revoked { person: whose } if whose == person).then_some(*at));
        let called = self.entries.iter().filter_map(|(at, seen)| match seen {
            Seen::Called { person: whose } if whose == person => Some(*at),
            _ => None,
        });
        let late = called.clone().find(|called| at.is_some_and(|at| *called > at));
        let revoked =
            late.map(|late| Violation { promise: "revoked is final", how: format!("{person}: called at {late}, revoked at {at:?}") });
        // The earliest that anybody asked for is 90 seconds after the beginning.
        let early = called.min().filter(|called| is_for_later && self.scenario.clocks == Clocks::Near && *called < 90_000);
        let early = early.map(|early| Violation { promise: "not early", how: format!("{person}: called at {early}") });
        revoked.into_iter().chain(early).collect()
    }

    /// No window holds more questions than the cap.
    fn caps(&self) -> Vec<Violation> {
        let mut asked: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        for (_, seen) in self.entries {
            if let Seen::Asked { person, id, asked_at } = seen {
                asked.entry(person).or_default().insert(id, *asked_at);
            }
        }
        let (most, window) = self.cap;
        let mut found = Vec::new();
        for (person, asks) in asked {
            let mut times: Vec<_> = asks.into_values().collect();
            times.sort_unstable();
            if let Some(full) = times.windows(most + 1).find(|times| times[most] - times[0] < window) {
                found.push(Violation {
                    promise: "exact caps",
                    how: format!("{person}: {} questions within {window} ms: {full:?}", most + 1),
                });
            }
        }
        found
    }

    /// A question that begins after a block was answered is not asked.
    fn blocks(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        for (at, seen) in self.entries {
            let Seen::Blocked { person } = seen else { continue };
            let asked = self
                .entries
                .iter()
                .any(|(_, seen)| matches!(seen, Seen::AskedFrom { person: whose, since, status: 201 } if whose == person && since >= at));
            if asked {
                found.push(Violation { promise: "a block stops questions", how: person.clone() });
            }
        }
        found
    }
}
