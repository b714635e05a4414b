//! The function's operations, as the API's description shows them.

use http::StatusCode;
use ringonce_adapters::wire::ApiError;
use ringonce_adapters::wire::description::{Described, Describing, operation};
use ringonce_domain::optin::State;
use ringonce_domain::time::Timestamp;

use crate::Endpoint;
use crate::consent::{AnswerBody, AnswerForm, Answered, LINKS_TO_AN_ADDRESS};
use crate::mine::RevokeBody;

const GROUP: &str = "The person's pages";

/// The operation of an endpoint.
#[must_use]
pub fn describe(endpoint: Endpoint) -> Described {
    match endpoint {
        Endpoint::Consent => consent(),
        Endpoint::Answer => answer(),
        Endpoint::Mine => mine(),
        Endpoint::Confirmation => confirmation(),
        Endpoint::Confirm => confirm(),
        Endpoint::UnsubscribePage => with_code(
            operation("unsubscribePage", GROUP, "See where to unsubscribe", "The page of a `List-Unsubscribe` link: my notifications.")
                .by_person(true),
        )
        .answers_page(StatusCode::OK, "The page.")
        .refuses(&[ApiError::LinkInvalid])
        .done(),
        Endpoint::Unsubscribe => unsubscribe(),
        Endpoint::Script => {
            script("pageScript", "The pages' script", "What the person's pages do where scripts run; they are whole without it.")
        }
        Endpoint::Worker => script("serviceWorker", "The service worker", "It shows what push services bring, once for each message."),
        Endpoint::Revoke => revoke(),
        Endpoint::Block => block("blockBusiness", "Block the business", "It can neither ask nor message the person any more."),
        Endpoint::Unblock => block("unblockBusiness", "Lift the block", "The business may ask again. What was revoked stays revoked."),
        Endpoint::Open => open(),
        Endpoint::Widget => widget(),
    }
}

fn widget() -> Described {
    let words = "The module that makes `ring-once` an element: a page loads it by its address, and the element asks with the page's \
        publishable key.";
    script("widget", "The button for shops' pages", words)
}

fn script(id: &str, summary: &str, words: &str) -> Described {
    operation(id, "About", summary, words)
        .anyone()
        .header("If-None-Match", "The tag of the script that the browser has.")
        .answers_text(StatusCode::OK, "text/javascript; charset=utf-8", "The script.")
        .tells(StatusCode::OK, "ETag", "The script's tag.")
        .answers_nothing(StatusCode::NOT_MODIFIED, "The browser has it.")
        .done()
}

fn with_code(operation: Describing) -> Describing {
    operation.path_text("code", "The code of the link. Whoever holds it acts as the person.")
}

fn consent() -> Described {
    let operation =
        operation("consentPage", GROUP, "See who asks what", "The page of a consent link. Opening it changes nothing.").by_person(true);
    with_code(operation)
        .answers_page(StatusCode::OK, "The question, or what it was answered with.")
        .refuses(&[ApiError::LinkInvalid, ApiError::LinkExpired])
        .done()
}

fn answer() -> Described {
    let operation = operation(
        "answer",
        GROUP,
        "Say yes or no",
        "The page's form sends it; JSON lets an app show its own prompt. A repeated answer is answered alike.",
    )
    .by_person(true);
    with_code(operation)
        .once()
        .takes_form_or_json::<AnswerForm, AnswerBody>("The answer, and the channel.")
        .answers_page(StatusCode::OK, "The answer is recorded.")
        .answers::<Answered>(StatusCode::OK, "The answer is recorded.")
        .refuses(&[
            ApiError::LinkInvalid,
            ApiError::LinkExpired,
            ApiError::LinkSuperseded,
            ApiError::AlreadyGranted,
            ApiError::AlreadyDeclined,
            ApiError::AddressInvalid(String::new()),
            ApiError::LimitReached { limit: LINKS_TO_AN_ADDRESS, opens_at: Timestamp::ZERO },
            ApiError::CrossSite,
        ])
        .done()
}

fn mine() -> Described {
    let operation = operation("myNotifications", GROUP, "See my notifications", "What I agreed to, and what came.").by_person(true);
    with_code(operation).answers_page(StatusCode::OK, "The page.").refuses(&[ApiError::LinkInvalid]).done()
}

fn confirmation() -> Described {
    let words = "The page of a link that was sent to a typed address. Opening it changes nothing.";
    with_code(operation("confirmationPage", GROUP, "See what is to be confirmed", words).by_person(true))
        .answers_page(StatusCode::OK, "The question, or what it was answered with.")
        .refuses(&[ApiError::LinkInvalid, ApiError::LinkExpired, ApiError::LinkSuperseded])
        .done()
}

fn confirm() -> Described {
    let words = "The page's button sends it. The opt-in is granted from then on; a repeat is answered alike.";
    with_code(operation("confirmAddress", GROUP, "Confirm an address", words).by_person(true))
        .once()
        .answers_page(StatusCode::OK, "It is confirmed.")
        .refuses(&[invalid_field(), ApiError::LinkInvalid, ApiError::LinkExpired, ApiError::LinkSuperseded, ApiError::CrossSite])
        .done()
}

fn unsubscribe() -> Described {
    let words = "One-click unsubscribe as mail programs send it (RFC 8058). It blocks the business.";
    with_code(operation("unsubscribe", GROUP, "Unsubscribe", words).by_person(true))
        .answers_nothing(StatusCode::OK, "Done.")
        .refuses(&[ApiError::LinkInvalid])
        .done()
}

fn invalid_field() -> ApiError {
    ApiError::InvalidField { field: String::new(), rule: String::new() }
}

fn revoke() -> Described {
    let operation = operation("revokeMine", GROUP, "Take one back", "No attempt at its message begins after the answer.").by_person(true);
    with_code(operation)
        .once()
        .takes_form::<RevokeBody>("Which one.")
        .answers_nothing(StatusCode::SEE_OTHER, "It is taken back.")
        .tells(StatusCode::SEE_OTHER, "Location", "My notifications.")
        .refuses(&[ApiError::LinkInvalid, ApiError::NotFound, ApiError::InFlight, ApiError::AlreadyEnded(State::Sent), ApiError::CrossSite])
        .done()
}

fn block(id: &str, summary: &str, description: &str) -> Described {
    with_code(operation(id, GROUP, summary, description).by_person(true))
        .once()
        .answers_nothing(StatusCode::SEE_OTHER, "Done.")
        .tells(StatusCode::SEE_OTHER, "Location", "My notifications.")
        .refuses(&[invalid_field(), ApiError::LinkInvalid, ApiError::CrossSite])
        .done()
}

fn open() -> Described {
    let words = "Counts an opening and leads on to the message's `url`, and nowhere else. A HEAD or a prefetch is not counted.";
    operation("openLink", GROUP, "Open a message's link", words)
        .by_person(true)
        .path_text("code", "The code of the message's link, as `open_url` of its webhook has it.")
        .answers_nothing(StatusCode::FOUND, "To what the message links to.")
        .tells(StatusCode::FOUND, "Location", "The message's `url`.")
        .refuses(&[ApiError::LinkInvalid])
        .done()
}
