//! The function's operations, as the API's description shows them.

use http::StatusCode;
use ringonce_adapters::wire::ApiError;
use ringonce_adapters::wire::description::{Described, operation};
use ringonce_adapters::wire::view::OptinView;
use ringonce_adapters::wire::webhook::WebhookView;
use ringonce_domain::caps::Cap;
use ringonce_domain::limit::ASKS_FROM_AN_ADDRESS;
use ringonce_domain::names::{Topic, UserId};
use ringonce_domain::optin::State;
use ringonce_domain::time::Timestamp;

use crate::Endpoint;
use crate::addresses::{AddressBody, KeptAddress};
use crate::ask::{AskBody, AskedBody};
use crate::eligibility::Eligibility;
use crate::people::{Erased, OptinList};

const OPTINS: &str = "Opt-ins";
const USERS: &str = "Users";
const WEBHOOK: &str = "Webhook";

/// The operation of an endpoint.
#[must_use]
pub fn describe(endpoint: Endpoint) -> Described {
    match endpoint {
        Endpoint::Ask => ask(),
        Endpoint::AskPreflight => preflight(),
        Endpoint::Optin => optin(),
        Endpoint::Revoke => revoke(),
        Endpoint::Eligibility => eligibility(),
        Endpoint::Optins => optins(),
        Endpoint::Address => address(),
        Endpoint::Erase => erase(),
        Endpoint::Webhook => webhook(),
    }
}

fn invalid_field() -> ApiError {
    ApiError::InvalidField { field: String::new(), rule: String::new() }
}

fn ask() -> Described {
    let cap = Cap { count: 5, window_seconds: 86_400 };
    operation(
        "ask",
        OPTINS,
        "Ask a person",
        "May we tell you once? Counts against the person's caps, stores nothing about the ask itself, and answers with the link at which \
         the person says yes or no. A publishable key may only call this, from a page of an allowed origin.",
    )
    .by_business()
    .once()
    .header("Origin", "The page that asks, where a publishable key is used: browsers send it.")
    .takes::<AskBody>("Who is asked about what, in which words.")
    .answers::<AskedBody>(StatusCode::CREATED, "The ask is made.")
    .tells(StatusCode::CREATED, "RateLimit-Policy", "The caps.")
    .leads_to(StatusCode::CREATED, "optin", "id", "id")
    .leads_to(StatusCode::CREATED, "revokeOptin", "id", "id")
    .refuses(&[
        ApiError::CapReached { cap, opens_at: Timestamp::ZERO },
        ApiError::LimitReached { limit: ASKS_FROM_AN_ADDRESS, opens_at: Timestamp::ZERO },
        ApiError::AlreadyAsked { opens_at: Timestamp::ZERO },
        ApiError::PersonBlocked,
        ApiError::PersonUnreachable,
        ApiError::IdempotencyKeyReused,
    ])
    .done()
}

fn preflight() -> Described {
    operation("askPreflight", OPTINS, "Preflight of an ask", "What a browser asks before it lets a page ask (CORS). It needs no key.")
        .anyone()
        .header("Origin", "The page that will ask.")
        .answers_nothing(StatusCode::NO_CONTENT, "The page may try; its key decides.")
        .done()
}

fn optin() -> Described {
    operation("optin", OPTINS, "See an opt-in", "Its state and every step to it; its token, while it can be redeemed.")
        .by_business()
        .path_text("id", "The opt-in's id, as the ask was answered with.")
        .answers::<OptinView>(StatusCode::OK, "The opt-in.")
        .refuses(&[ApiError::NotFound])
        .done()
}

fn revoke() -> Described {
    operation("revokeOptin", OPTINS, "Take an opt-in back", "No attempt at a message begins after the answer.")
        .by_business()
        .once()
        .path_text("id", "The opt-in's id.")
        .answers::<OptinView>(StatusCode::OK, "It is revoked.")
        .refuses(&[invalid_field(), ApiError::NotFound, ApiError::InFlight, ApiError::AlreadyEnded(State::Sent)])
        .done()
}

fn eligibility() -> Described {
    operation("eligibility", USERS, "See what the caps leave", "Whether a person may be asked about a topic now, and else when.")
        .by_business()
        .path::<UserId>("user", "The person.")
        .query::<Topic>("topic", "About what.")
        .answers::<Eligibility>(StatusCode::OK, "What each cap leaves.")
        .refuses(&[invalid_field()])
        .done()
}

fn optins() -> Described {
    operation("userOptins", USERS, "See a person's opt-ins", "All that the person has answered.")
        .by_business()
        .path::<UserId>("user", "The person.")
        .answers::<OptinList>(StatusCode::OK, "The opt-ins.")
        .refuses(&[invalid_field()])
        .done()
}

fn address() -> Described {
    operation(
        "keepAddress",
        USERS,
        "Say where a person can be reached",
        "Questions with `deliver_ask` are then brought there, and an answer may choose it. It stays until another takes its place, the \
         person blocks the business, or is erased. It is no consent: a message is still sent to nobody who has not said yes.",
    )
    .by_business()
    .once()
    .path::<UserId>("user", "The person.")
    .takes::<AddressBody>("The address and its channel.")
    .answers::<KeptAddress>(StatusCode::OK, "It is kept.")
    .refuses(&[ApiError::AddressInvalid(String::new()), ApiError::IdempotencyKeyReused])
    .done()
}

fn erase() -> Described {
    operation(
        "eraseUser",
        USERS,
        "Erase a person",
        "Everything about the person goes within moments, and no link that is still out brings it back. A block stays.",
    )
    .by_business()
    .once()
    .path::<UserId>("user", "The person.")
    .answers::<Erased>(StatusCode::ACCEPTED, "The erasure stands, and is carried through.")
    .refuses(&[invalid_field(), ApiError::NotFound])
    .done()
}

fn webhook() -> Described {
    operation(
        "webhook",
        WEBHOOK,
        "See how the webhook does",
        "Whether the business's endpoint takes what is sent to it. One that answers an event with 410, or takes nothing for five days, is \
         disabled: its events are kept for 30 days, and messages by it come back with the reason `no-endpoint`, until its operator enables \
         it again.",
    )
    .by_business()
    .answers::<WebhookView>(StatusCode::OK, "The webhook.")
    .refuses(&[ApiError::NotFound])
    .done()
}
