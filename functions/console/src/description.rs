//! The function's operations, as the API's description shows them.

use http::StatusCode;
use ringonce_adapters::wire::ApiError;
use ringonce_adapters::wire::description::{Described, operation};
use ringonce_adapters::wire::view::OptinView;
use ringonce_adapters::wire::webhook::WebhookView;
use ringonce_domain::demand::Day;
use ringonce_domain::names::{Topic, UserId};
use ringonce_domain::release::Order;

use crate::Endpoint;
use crate::business::BusinessView;
use crate::days::DaysView;
use crate::find::FindBody;
use crate::person::PersonExport;
use crate::waiting::{People, Shown, WaitingView};
use crate::webhook::{ReplayBody, ReplayedView, TestedView};

const ABOUT: &str = "About";
const DEMAND: &str = "Demand";
const OPTINS: &str = "Opt-ins";
const USERS: &str = "Users";
const WEBHOOK: &str = "Webhook";

/// The operation of an endpoint.
#[must_use]
pub fn describe(endpoint: Endpoint) -> Described {
    match endpoint {
        Endpoint::Business => business(),
        Endpoint::Days => days(),
        Endpoint::Waiting => waiting(),
        Endpoint::Find => find(),
        Endpoint::Person => person(),
        Endpoint::TestWebhook => test(),
        Endpoint::EnableWebhook => enable(),
        Endpoint::ReplayWebhook => replay(),
        Endpoint::Description => operation("description", ABOUT, "This description", "OpenAPI 3.1 of all of the API.")
            .anyone()
            .answers_object(StatusCode::OK, "The description.")
            .done(),
        Endpoint::Console => console(),
        Endpoint::File => file(),
    }
}

fn invalid_field() -> ApiError {
    ApiError::InvalidField { field: String::new(), rule: String::new() }
}

fn business() -> Described {
    operation("business", "Business", "See how the business is set up", "Its caps, channels, look, origins and webhook; no secret.")
        .by_business()
        .answers::<BusinessView>(StatusCode::OK, "The business.")
        .refuses(&[ApiError::NotFound])
        .done()
}

fn days() -> Described {
    let words = "What came to pass on each day of UTC, of all topics together: exact, seconds behind what it counts, for 400 days. Days on \
                 which nothing did are left out.";
    operation("days", DEMAND, "See what came of each day", words)
        .by_business()
        .optional_query::<Day>("from", "The first day; without it, 29 days before the last.")
        .optional_query::<Day>("to", "The last day, at most 91 later; without it, today.")
        .answers::<DaysView>(StatusCode::OK, "The days.")
        .refuses(&[invalid_field()])
        .done()
}

fn waiting() -> Described {
    let words = "The first in line, as a release would take them, and what one costs the table. Nothing is taken.";
    operation("waiting", DEMAND, "See who is next", words)
        .by_business()
        .path::<Topic>("topic", "For what they wait.")
        .optional_query::<Shown>("limit", "How many of the first are shown; without it, 10.")
        .optional_query::<People>("people", "To how many the release goes; without it, to all who wait.")
        .optional_query::<Order>("order", "Who comes first.")
        .answers::<WaitingView>(StatusCode::OK, "The first in line.")
        .refuses(&[invalid_field()])
        .done()
}

fn find() -> Described {
    operation("findToken", OPTINS, "Find the opt-in of a token", "Whatever became of it. Nothing is redeemed.")
        .by_business()
        .takes::<FindBody>("The token.")
        .answers::<OptinView>(StatusCode::OK, "The opt-in.")
        .refuses(&[ApiError::NotFound])
        .done()
}

fn person() -> Described {
    let words = "Everything that is kept of a person, with addresses and messages in the clear, for the person who asks for it (GDPR, article \
                 15). Tokens are left out.";
    operation("exportUser", USERS, "Export a person", words)
        .by_business()
        .path::<UserId>("user", "The person.")
        .answers::<PersonExport>(StatusCode::OK, "What is kept.")
        .refuses(&[invalid_field(), ApiError::NotFound])
        .done()
}

fn test() -> Described {
    let words =
        "Sends a signed `webhook.test` event, and answers what came of it. Works while the webhook is disabled, and changes nothing.";
    operation("testWebhook", WEBHOOK, "Try the webhook", words)
        .by_business()
        .once()
        .answers::<TestedView>(StatusCode::OK, "What came of it.")
        .refuses(&[invalid_field(), ApiError::NotFound])
        .done()
}

fn enable() -> Described {
    let words = "A webhook that was disabled is sent to again; what it missed meanwhile, a replay sends.";
    operation("enableWebhook", WEBHOOK, "Enable the webhook", words)
        .by_business()
        .once()
        .answers::<WebhookView>(StatusCode::OK, "The webhook.")
        .refuses(&[invalid_field(), ApiError::NotFound])
        .done()
}

fn replay() -> Described {
    let words = "Events that were given up are kept for 30 days. Each that is found is made due now, under the id that it had; the sweep \
                 sends it within a minute. A call looks at 100 events; `next` says that there may be more. It may be stopped and repeated.";
    operation("replayWebhook", WEBHOOK, "Send again what was missed", words)
        .by_business()
        .once()
        .takes::<ReplayBody>("From when on, or from which place.")
        .answers::<ReplayedView>(StatusCode::OK, "What was found.")
        .refuses(&[ApiError::NotFound, ApiError::WebhookDisabled])
        .done()
}

fn console() -> Described {
    operation("console", ABOUT, "The console", "The page for a business's staff. It calls this API with a key that stays in its tab.")
        .anyone()
        .header("If-None-Match", "The tag of what the browser has.")
        .answers_text(StatusCode::OK, "text/html; charset=utf-8", "The page.")
        .tells(StatusCode::OK, "ETag", "Its tag.")
        .answers_nothing(StatusCode::NOT_MODIFIED, "The browser has it.")
        .done()
}

fn file() -> Described {
    operation("consoleFile", ABOUT, "A file of the console", "What the console's page loads.")
        .anyone()
        .path_text("file", "Its name.")
        .header("If-None-Match", "The tag of what the browser has.")
        .answers_text(StatusCode::OK, "text/javascript; charset=utf-8", "The file.")
        .answers_text(StatusCode::OK, "text/css; charset=utf-8", "The file.")
        .answers_text(StatusCode::OK, "text/html; charset=utf-8", "The file.")
        .tells(StatusCode::OK, "ETag", "Its tag.")
        .answers_nothing(StatusCode::NOT_MODIFIED, "The browser has it.")
        .refuses(&[ApiError::NotFound])
        .done()
}
