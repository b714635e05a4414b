//! States and reasons in words, and spans of time.

use ringonce_client::types::{Reason, ReleaseReason, State};

/// What a state means.
pub(super) const fn of_state(state: &State) -> &'static str {
    match state {
        State::Asked => "the person has not answered",
        State::Confirming => "the person typed an address, which is still to be confirmed",
        State::Granted => "the person said yes",
        State::Declined => "the person said no",
        State::Scheduled => "the message waits for its time",
        State::Queued => "the message is on its way",
        State::Attempting => "the message is being sent",
        State::Sent => "the message was delivered",
        State::Failed => "the message was not delivered and never will be",
        State::Unknown => "nobody can know whether the message was delivered",
        State::Revoked => "it was taken back",
        State::Expired => "its time was up",
        _ => "",
    }
}

/// What a reason means.
pub(super) const fn of_reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::ByPerson => "by the person",
        Reason::ByBusiness => "by the business",
        Reason::Blocked => "the person has blocked the business",
        Reason::Accepted => "the other end took it",
        Reason::Refused => "the other end refused it",
        Reason::Gone => "the address is gone",
        Reason::NoEndpoint => "there is no endpoint, or it is disabled",
        Reason::Busy => "the other end asked to be tried later",
        Reason::Unreachable => "there was no connection to the other end",
        Reason::Unclear => "it was sent, and no clear answer came",
        Reason::OutOfTime => "there was no time left to try",
        Reason::LeaseEnded => "whoever was sending it never came back",
        Reason::GaveUp => "it was tried as often and as long as it may be",
        Reason::Cancelled => "the message was cancelled: the token is whole again",
        Reason::Expired => "its time was up",
        Reason::ReturnedTooOften => "the token was given back as often as it may be",
        Reason::Restored => "the table was restored to an earlier time",
        _ => "",
    }
}

/// What ended a release.
pub(super) const fn of_end(reason: &ReleaseReason) -> &'static str {
    match reason {
        ReleaseReason::LimitReached => "as many people were taken as it was for",
        ReleaseReason::NobodyWaits => "nobody waits any more",
        ReleaseReason::CheckRefused => "the check says that there is nothing left",
        ReleaseReason::CheckUnclear => "the check gave no clear answer",
        ReleaseReason::ByBusiness => "the business stopped it",
        ReleaseReason::Restored => "the table was restored to an earlier time",
        _ => "",
    }
}

/// How good a state is, in a word that colours follow.
pub(super) enum Kind {
    Good,
    Bad,
    Open,
}

pub(super) const fn kind(state: &State) -> Kind {
    match state {
        State::Granted | State::Sent => Kind::Good,
        State::Declined | State::Failed | State::Unknown | State::Revoked | State::Expired => Kind::Bad,
        _ => Kind::Open,
    }
}

/// A span of time in its two largest units: `1 d 3 h`, `2 min 5 s`.
pub(super) fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let Some(first) = UNITS.iter().position(|(size, _)| seconds >= *size) else {
        return "0 s".to_owned();
    };
    let (size, unit) = UNITS[first];
    let rest = UNITS.get(first + 1).map(|(next, name)| (seconds % size / next, name)).filter(|(count, _)| *count > 0);
    rest.map_or_else(|| format!("{} {unit}", seconds / size), |(count, name)| format!("{} {unit} {count} {name}", seconds / size))
}

/// `1 person`, `2 people`.
pub(super) fn people(count: i64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_two_units_at_most() {
        for (seconds, words) in
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (125, "2 min 5 s"), (3_725, "1 h 2 min"), (86_400, "1 d"), (97_200, "1 d 3 h")]
        {
            assert_eq!(span(seconds), words);
        }
    }
}
