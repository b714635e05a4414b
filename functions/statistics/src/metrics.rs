//! What was counted anew, as metrics of the deployment: exact however often the stream brings it, because it is what the
//! statistics themselves were added.

use ringonce_adapters::metrics::{self, Metrics};
use ringonce_domain::demand::{Counter, Scope, Tally};
use ringonce_domain::time::Timestamp;

/// Says what was added to topics and to releases.
pub(crate) fn say<'a>(metrics: &Metrics, added: impl Iterator<Item = (&'a Scope, &'a Tally)>, now: Timestamp) {
    let (mut topics, mut releases) = (Tally::default(), Tally::default());
    for (of, tally) in added {
        match of {
            Scope::Topic(_) => topics.add_all(tally),
            Scope::Release(_) => releases.add_all(tally),
            // The topics' again.
            Scope::Day(..) => {}
        }
    }
    let counts = [
        (metrics::ASKED, topics.of(Counter::Asked)),
        (metrics::GRANTED, topics.of(Counter::Granted)),
        (metrics::DECLINED, topics.of(Counter::Declined)),
        (metrics::REDEEMED, topics.of(Counter::Redeemed)),
        (metrics::SENT, topics.of(Counter::Sent)),
        (metrics::FAILED, topics.failures().into_values().sum()),
        (metrics::RETURNED, topics.of(Counter::Returned)),
        (metrics::UNKNOWN, topics.of(Counter::Unknown)),
        (metrics::RELEASE_TAKEN, releases.of(Counter::Taken)),
        (metrics::RELEASE_SENT, releases.of(Counter::Sent)),
        (metrics::RELEASE_FAILED, releases.failures().into_values().sum()),
    ];
    metrics.count(&counts, now);
    for (reason, count) in topics.failures() {
        metrics.count_failures(reason, count, now);
    }
}
