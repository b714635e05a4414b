//! The function's operations, as the API's description shows them.

use http::StatusCode;
use ringonce_adapters::wire::ApiError;
use ringonce_adapters::wire::description::{Described, operation};
use ringonce_adapters::wire::view::NotificationView;
use ringonce_domain::names::Topic;
use ringonce_domain::optin::State;

use crate::releases::{ReleaseBody, ReleaseList, ReleaseView, StartedBody};
use crate::scheduled::RescheduleBody;
use crate::topics::{DemandView, Limit, TopicsView};
use crate::{Endpoint, NotifiedBody, NotifyBody};

const GROUP: &str = "Notifications";
const DEMAND: &str = "Demand";
const ID: &str = "The notification's id, as it was answered with.";

/// The operation of an endpoint.
#[must_use]
pub fn describe(endpoint: Endpoint) -> Described {
    match endpoint {
        Endpoint::Notify => operation(
            "sendNotification",
            GROUP,
            "Send the one message",
            "Redeems a token: exactly one message goes out for it, at once or at a time. The same token with the same body is answered as the first time, \
             with or without an Idempotency-Key; with another body it is used.",
        )
        .by_business()
        .once()
        .takes::<NotifyBody>("The token and the message.")
        .answers::<NotifiedBody>(StatusCode::ACCEPTED, "The message is accepted: it will end in a state with a reason.")
        .tells(StatusCode::ACCEPTED, "Idempotency-Replayed", "`true` where a repeat is answered.")
        .leads_to(StatusCode::ACCEPTED, "notification", "id", "id")
        .refuses(&[
            ApiError::TokenUnknown,
            ApiError::TokenUsed,
            ApiError::TokenExpired,
            ApiError::TokenRevoked,
            ApiError::TokensFrozen,
            ApiError::IdempotencyKeyReused,
        ])
        .done(),
        Endpoint::Notification => {
            operation("notification", GROUP, "See what became of a message", "Its state, with a reason, and every step to it.")
                .by_business()
                .path_text("id", ID)
                .answers::<NotificationView>(StatusCode::OK, "The notification.")
                .refuses(&[ApiError::NotFound])
                .done()
        }
        Endpoint::Reschedule => reschedule(),
        Endpoint::Cancel => cancel(),
        Endpoint::StartRelease => start_release(),
        Endpoint::Releases => operation("releases", RELEASES, "See all releases", "The latest first, fifty at a time.")
            .by_business()
            .optional_query_text("before", "The id of a release: those before it. `next` of an answer names one.")
            .answers::<ReleaseList>(StatusCode::OK, "The releases.")
            .refuses(&[invalid_field()])
            .done(),
        Endpoint::Release => operation("release", RELEASES, "See a release", "Its state, with a reason once it has ended, how far it has come, and what became of those that it took.")
            .by_business()
            .path_text("id", RELEASE_ID)
            .answers::<ReleaseView>(StatusCode::OK, "The release.")
            .refuses(&[ApiError::NotFound])
            .done(),
        Endpoint::StopRelease => stop_release(),
        Endpoint::Topics => topics(),
        Endpoint::Demand => demand(),
    }
}

const RELEASES: &str = "Releases";
const RELEASE_ID: &str = "The release's id, as it was answered with.";

fn invalid_field() -> ApiError {
    ApiError::InvalidField { field: String::new(), rule: String::new() }
}

fn start_release() -> Described {
    operation(
        "startRelease",
        RELEASES,
        "Send one message to those who wait",
        "Takes the oldest grants (or the newest) that wait for a topic, as many as there are to take, all at once or step by step. Nobody \
         gets two messages, however many releases overlap.",
    )
    .by_business()
    .once()
    .path::<Topic>("topic", "For what they wait.")
    .takes::<ReleaseBody>("The message, how many, in which steps.")
    .answers::<StartedBody>(StatusCode::ACCEPTED, "The release is accepted.")
    .tells(StatusCode::ACCEPTED, "Idempotency-Replayed", "`true` where a repeat is answered.")
    .leads_to(StatusCode::ACCEPTED, "release", "id", "id")
    .leads_to(StatusCode::ACCEPTED, "stopRelease", "id", "id")
    .refuses(&[ApiError::IdempotencyKeyReused, ApiError::TokensFrozen])
    .done()
}

fn stop_release() -> Described {
    operation("stopRelease", RELEASES, "Stop a release", "No further page of it is claimed. A repeated stop is answered alike.")
        .by_business()
        .once()
        .path_text("id", RELEASE_ID)
        .answers::<ReleaseView>(StatusCode::OK, "The release, stopped.")
        .refuses(&[invalid_field(), ApiError::NotFound, ApiError::AlreadyFinished])
        .done()
}

fn reschedule() -> Described {
    operation(
        "rescheduleNotification",
        GROUP,
        "Set another time",
        "For a message that is scheduled. The same time again is answered alike.",
    )
    .by_business()
    .once()
    .path_text("id", ID)
    .takes::<RescheduleBody>("The new time.")
    .answers::<NotificationView>(StatusCode::OK, "The notification, at its new time.")
    .refuses(&[ApiError::NotFound, ApiError::InFlight, ApiError::AlreadyEnded(State::Sent), ApiError::TokensFrozen])
    .done()
}

fn cancel() -> Described {
    let words = "Its token is whole again, at most 8 times. A repeated cancellation is answered alike.";
    operation("cancelNotification", GROUP, "Cancel a scheduled message", words)
        .by_business()
        .once()
        .path_text("id", ID)
        .answers::<NotificationView>(StatusCode::OK, "The notification, returned.")
        .refuses(&[
            invalid_field(),
            ApiError::NotFound,
            ApiError::InFlight,
            ApiError::AlreadyEnded(State::Sent),
            ApiError::ReturnedTooOften,
        ])
        .done()
}

fn topics() -> Described {
    let words = "By name. A topic is listed as soon as anybody has answered about it, seconds after the answer.";
    let invalid_field = ApiError::InvalidField { field: String::new(), rule: String::new() };
    operation("topics", DEMAND, "List topics and their demand", words)
        .by_business()
        .optional_query::<Topic>("after", "Lists those behind this one: `next` of the page before.")
        .optional_query::<Limit>("limit", "Most topics of a page; without it, 25.")
        .optional_query::<Topic>("prefix", "Lists those whose names begin so.")
        .answers::<TopicsView>(StatusCode::OK, "A page of topics.")
        .refuses(&[invalid_field])
        .done()
}

fn demand() -> Described {
    let words = "Every count is exact, seconds behind what it counts. A topic that nobody was asked about stands at nought.";
    let invalid_field = ApiError::InvalidField { field: String::new(), rule: String::new() };
    operation("demand", DEMAND, "See the demand for a topic", words)
        .by_business()
        .path::<Topic>("topic", "The topic.")
        .answers::<DemandView>(StatusCode::OK, "What came of asking about it.")
        .refuses(&[invalid_field])
        .done()
}
