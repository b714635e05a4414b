//! Rulings and opt-ins as the table writes them.

use std::fmt::Debug;

use super::standing::START;
use crate::call::CallId;
use crate::optin::{CONFIRM_LIFE, Optin, Step, TOKEN_LIFE};
use crate::rules::Ruling;
use crate::time::Timestamp;

/// What a rule says over `old` of a command that comes at `now`.
pub(super) fn ruled<R: Debug>(old: Option<&Optin>, now: Timestamp, ruling: Ruling<R>) -> String {
    match ruling {
        Ruling::Apply(new) => with_now(&applies(old, &new), now),
        Ruling::Own(own) => {
            assert_eq!(Some(&*own), old, "own answers what stands");
            "own".to_owned()
        }
        Ruling::Refused(why) => with_times(&format!("refused {why:?}")),
    }
}

/// What differs in `new` from `old`, and the steps that it took.
pub(super) fn applies(old: Option<&Optin>, new: &Optin) -> String {
    let before = old.map_or_else(Vec::new, fields);
    let is_news = |(index, (_, value)): &(usize, (&str, String))| match before.get(*index) {
        Some((_, was)) => was != value,
        None => !["None", "[]", "false", "0"].contains(&value.as_str()),
    };
    let changes = fields(new).into_iter().enumerate().filter(is_news).map(|(_, (name, value))| format!("{name}={value}"));
    format!("applies {} | {}", changes.collect::<Vec<_>>().join(" "), steps(old, new))
}

fn fields(optin: &Optin) -> Vec<(&'static str, String)> {
    let delivery = &optin.delivery;
    let redemption = optin.redemption.as_ref().map(|it| format!("#{}/{}/{:?}", it.number, of_call(&it.call), it.at));
    vec![
        ("ask", generation(optin.ask, optin.asked_at)),
        ("state", optin.state.to_string()),
        ("channel", optin.channel.name().to_owned()),
        ("to", optin.to.as_ref().map_or("None".to_owned(), |to| to.hash[0].to_string())),
        ("answered_at", format!("{:?}", optin.answered_at)),
        ("expires_at", format!("{:?}", optin.expires_at)),
        ("redemption", redemption.unwrap_or_else(|| "None".to_owned())),
        ("message", optin.message.is_some().to_string()),
        ("release", optin.release.is_some().to_string()),
        ("attempt", delivery.attempt.map_or("None".to_owned(), |attempt| attempt.0[0].to_string())),
        ("epoch", delivery.epoch.to_string()),
        ("attempts", delivery.attempts.to_string()),
        ("lease", of_time(delivery.lease)),
        ("unclear", delivery.unclear.to_string()),
        ("due_at", of_time(delivery.due_at)),
        ("returned", format!("[{}]", optin.returned.iter().map(of_call).collect::<Vec<_>>().join(" "))),
        ("version", optin.version.to_string()),
    ]
}

/// The steps that `new` adds to `old`, or its own where it takes `old`'s place.
fn steps(old: Option<&Optin>, new: &Optin) -> String {
    let added = old.and_then(|old| new.timeline.strip_prefix(old.timeline.as_slice()));
    let step = |step: &Step| match step.reason {
        Some(reason) => format!("{} at {:?} {reason}", step.state, step.at),
        None => format!("{} at {:?}", step.state, step.at),
    };
    match added {
        Some([]) => "no step".to_owned(),
        Some(added) => added.iter().map(step).collect::<Vec<_>>().join(", "),
        None => format!("anew: {}", new.timeline.iter().map(step).collect::<Vec<_>>().join(", ")),
    }
}

pub(super) fn of_call(call: &CallId) -> String {
    format!("{}.{}", call.caller()[0], call.request()[0])
}

/// An ask and when it was made.
pub(super) fn generation(ask: CallId, asked_at: Timestamp) -> String {
    format!("{}/{}", of_call(&ask), asked_at.millis())
}

fn of_time(at: Option<Timestamp>) -> String {
    at.map_or("None".to_owned(), |at| format!("{at:?}"))
}

/// A text with the times that follow from `now` by their names.
fn with_now(text: &str, now: Timestamp) -> String {
    let names = [(now, "now"), (now + TOKEN_LIFE, "now+year"), (now + CONFIRM_LIFE, "now+2d")];
    let text = names.iter().fold(text.to_owned(), |text, (at, name)| text.replace(&format!("{at:?}"), name));
    with_times(&text)
}

/// A text with each `Timestamp(1764000001500)` in it as `1.5s`.
pub(super) fn with_times(text: &str) -> String {
    let mut parts = text.split("Timestamp(");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| {
        let (millis, rest) = part.split_once(')').expect("a time ends");
        let since = millis.parse::<i64>().expect("a number") - i64::try_from(START.millis()).expect("a time of today");
        match since % 1_000 {
            0 => format!("{shown}{}s{rest}", since / 1_000),
            _ => format!("{shown}{}.{:03}s{rest}", since / 1_000, since % 1_000),
        }
    })
}
