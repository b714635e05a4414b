//! How a release that is watched is shown: a bar on a terminal, lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ringonce_client::Timestamp;
use ringonce_client::types::{Release, ReleaseState};

use super::{failed, taken};
use crate::caller::words::{of_end, span};
use crate::output::{self, Paint};

/// Something that shows a release again and again.
pub(super) trait Shown {
    fn tell(&mut self, release: &Release);
    fn end(&mut self, release: &Release);
}

pub(super) enum Show {
    Bar(Bar),
    Lines { json: bool, last: String, pace: Pace },
}

impl Show {
    /// `waiting` people wait beside those who were taken already.
    pub(super) fn start(release: &Release, waiting: i64, json: bool) -> Self {
        let pace = Pace::of(release, waiting);
        if json || !std::io::stderr().is_terminal() {
            return Self::Lines { json, last: String::new(), pace };
        }
        Self::Bar(Bar::start(pace))
    }
}

impl Shown for Show {
    fn tell(&mut self, release: &Release) {
        match self {
            Self::Bar(bar) => bar.tell(release),
            Self::Lines { json, last, pace } => {
                pace.note(release);
                let seen = format!("{} {} {:?}", counts(release), release.state, release.next_step_at);
                if seen != *last {
                    output::answer(*json, release, || format!("{}{}", counts(release), next(release, pace)));
                    *last = seen;
                }
            }
        }
    }

    fn end(&mut self, release: &Release) {
        match self {
            Self::Lines { json: true, .. } => {}
            Self::Lines { .. } => output::line(outcome(Paint::of_stdout(), release)),
            Self::Bar(bar) => {
                bar.0.finish_and_clear();
                output::line(outcome(Paint::of_stdout(), release));
            }
        }
    }
}

pub(super) struct Bar(ProgressBar, Pace);

impl Bar {
    fn start(pace: Pace) -> Self {
        let bar = ProgressBar::with_draw_target(Some(pace.total), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar, pace)
    }

    fn tell(&mut self, release: &Release) {
        let Self(bar, pace) = self;
        pace.note(release);
        bar.set_length(pace.total.max(release.taken));
        bar.set_position(release.taken);
        bar.set_message(format!("{}{}", kinds(release), next(release, pace)));
    }
}

/// How fast it goes, and for how long it will at that.
pub(super) struct Pace {
    total: u64,
    begun: Instant,
    at_first: u64,
    /// People a second.
    rate: Option<f64>,
    left: Option<Duration>,
}

impl Pace {
    fn of(release: &Release, waiting: i64) -> Self {
        let all = release.taken + u64::try_from(waiting).unwrap_or(0);
        let total = release.limit.map_or(all, |limit| all.min(limit.into())).max(release.taken);
        Self { total, begun: Instant::now(), at_first: release.taken, rate: None, left: None }
    }

    fn note(&mut self, release: &Release) {
        self.note_after(release.taken, self.begun.elapsed());
    }

    fn note_after(&mut self, taken: u64, elapsed: Duration) {
        let gained = taken.saturating_sub(self.at_first);
        if gained == 0 || elapsed < Duration::from_millis(500) {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
        let rate = gained as f64 / elapsed.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "the same")]
        let left = self.total.saturating_sub(taken) as f64 / rate;
        (self.rate, self.left) = (Some(rate), Duration::try_from_secs_f64(left).ok());
    }
}

/// What came of those who were taken, in numbers.
pub(super) fn settled(release: &Release) -> i64 {
    let Release { sent, unknown, returned, revoked, expired, erased, .. } = release;
    sent + failed(release) + unknown + returned + revoked + expired + erased
}

fn kinds(release: &Release) -> String {
    let Release { sent, unknown, returned, revoked, expired, erased, under_way, .. } = release;
    let counts = [
        ("sent", *sent),
        ("failed", failed(release)),
        ("unknown", *unknown),
        ("given back", *returned),
        ("revoked", *revoked),
        ("expired", *expired),
        ("erased", *erased),
        ("under way", *under_way),
    ];
    let told = counts.into_iter().filter(|(what, count)| *what == "sent" || *count != 0);
    told.map(|(what, count)| format!("{what} {count}")).collect::<Vec<_>>().join(", ")
}

fn counts(release: &Release) -> String {
    format!("taken {}: {}", taken(release), kinds(release))
}

/// What is to come: the next step, or the pace and the time that is left.
fn next(release: &Release, pace: &Pace) -> String {
    if release.state != ReleaseState::Running {
        return String::new();
    }
    let step = release.next_step_at.filter(|at| *at > Timestamp::now()).map(|at| format!("; the next step at {at}"));
    let pace = pace.rate.zip(pace.left).map(|(rate, left)| format!("; {rate:.1} a second, about {} left", span(left.as_secs())));
    step.or(pace).unwrap_or_default()
}

fn outcome(paint: Paint, release: &Release) -> String {
    let why = release.reason.as_ref().map(|reason| format!(": {}", of_end(reason))).unwrap_or_default();
    let state = match release.state {
        ReleaseState::Finished => paint.good(release.state.word()),
        _ => paint.bad(release.state.word()),
    };
    let mut lines = vec![format!("{} is {state}{why}", release.id), format!("  {}", counts(release))];
    lines.extend(release.failed.iter().map(|(reason, count)| {
        let words = super::super::words::of_reason(&reason.as_str().into());
        format!("  failed: {count} {reason} ({words})")
    }));
    lines.extend((release.under_way > 0).then(|| "  What is under way is tried for a day at most: watch it again later.".to_owned()));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(changes: &serde_json::Value) -> Release {
        let mut document = serde_json::json!({
            "id": "r1", "topic": "t", "state": "running", "message": { "text": "x" }, "order": "oldest", "step": 1, "taken": 0,
            "created_at": "2026-11-28T07:00:00Z"
        });
        document.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        serde_json::from_value(document).expect("as the API has it")
    }

    #[test]
    fn the_pace_and_the_time_left_follow_from_what_was_taken_meanwhile() {
        let mut pace = Pace::of(&release(&serde_json::json!({ "taken": 100, "limit": 500 })), 3_000);
        assert_eq!(pace.total, 500);
        pace.note_after(100, Duration::from_secs(10));
        assert_eq!(next(&release(&serde_json::json!({})), &pace), "");
        pace.note_after(300, Duration::from_secs(10));
        assert_eq!(next(&release(&serde_json::json!({})), &pace), "; 20.0 a second, about 10 s left");
        let stepped = release(&serde_json::json!({ "next_step_at": "2999-01-01T00:00:00Z" }));
        assert_eq!(next(&stepped, &pace), "; the next step at 2999-01-01T00:00:00Z");
        assert_eq!(next(&release(&serde_json::json!({ "state": "finished" })), &pace), "");
    }

    #[test]
    fn an_outcome_tells_every_kind_that_there_was_and_why_it_failed() {
        let ended = release(&serde_json::json!({
            "state": "finished", "reason": "nobody-waits", "taken": 9, "sent": 5, "failed": { "gone": 1 }, "unknown": 1, "under_way": 2
        }));
        assert_eq!(settled(&ended), 7);
        let words = outcome(Paint::off(), &ended);
        assert_eq!(
            words,
            "r1 is finished: nobody waits any more\n  taken 9: sent 5, failed 1, unknown 1, under way 2\n  failed: 1 gone (the address is \
             gone)\n  What is under way is tried for a day at most: watch it again later."
        );
    }
}
