//! Errors as callers see them: problem documents (RFC 9457), made in one exhaustive match.

use http::StatusCode;
use ringonce_domain::caps::Cap;
use ringonce_domain::commands::{AskRefusal, KeepRefusal, NotifyRefusal, SpendRefusal};
use ringonce_domain::limit::Limit;
use ringonce_domain::optin::State;
use ringonce_domain::rules::{AnswerRefusal, ConfirmRefusal, RevokeRefusal, ScheduleRefusal, SendAtRefusal};
use ringonce_domain::store::StoreError;
use ringonce_domain::text::Invalid;
use ringonce_domain::time::{Timestamp, span_text};
use serde::Serialize;

use super::response::Response;

/// Everything that a call can be refused for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// No such route, or nothing there that is the caller's.
    NotFound,
    /// The route has other methods.
    MethodNotAllowed(String),
    /// No usable API key.
    Unauthorized(String),
    /// The key may not do this.
    Forbidden(String),
    /// The body cannot be read.
    MalformedBody(String),
    /// The body is longer than [`super::request::LONGEST_BODY`].
    BodyTooLarge,
    /// A field breaks a rule.
    InvalidField {
        /// Which.
        field: String,
        /// Which rule, as the rest of a sentence.
        rule: String,
    },
    /// A cap is full.
    CapReached {
        /// Which.
        cap: Cap,
        /// When it lets an ask through.
        opens_at: Timestamp,
    },
    /// A limit is reached that is not a person's.
    LimitReached {
        /// Which.
        limit: Limit,
        /// When it lets the next one through.
        opens_at: Timestamp,
    },
    /// The topic was asked about within its window.
    AlreadyAsked {
        /// When it may be asked about again.
        opens_at: Timestamp,
    },
    /// The person has blocked the business.
    PersonBlocked,
    /// Nothing leads to the person: no address is known, and the business has no webhook.
    PersonUnreachable,
    /// The `Idempotency-Key` stands for another request.
    IdempotencyKeyReused,
    /// No such token.
    TokenUnknown,
    /// The token was used.
    TokenUsed,
    /// The token's time is up.
    TokenExpired,
    /// The token was revoked.
    TokenRevoked,
    /// The business's tokens are held.
    TokensFrozen,
    /// The business's webhook is disabled.
    WebhookDisabled,
    /// The message is leaving right now.
    InFlight,
    /// The opt-in is over.
    AlreadyEnded(State),
    /// The release has come to its end.
    AlreadyFinished,
    /// The token was given back as often as it may be.
    ReturnedTooOften,
    /// The link is none that this deployment made.
    LinkInvalid,
    /// The link's time is up.
    LinkExpired,
    /// The link was replaced.
    LinkSuperseded,
    /// The person has said yes.
    AlreadyGranted,
    /// The person has said no.
    AlreadyDeclined,
    /// The address of an answer does not do for its channel: which rule it breaks.
    AddressInvalid(String),
    /// Another site sent the form.
    CrossSite,
    /// The table does not answer.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// Status, stable slug and title of an error. The slug is the metric's name too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable slug: `code` in the document, and the metric.
    pub code: &'static str,
    /// What it means.
    pub title: &'static str,
}

impl ApiError {
    /// The error's kind. Without `_`: a new error does not compile until it has one.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        let (status, code, title) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is nothing here"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This route has other methods"),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, "unauthorized", "A valid API key is needed"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden", "This key may not do that"),
            Self::MalformedBody(_) => (StatusCode::BAD_REQUEST, "malformed-body", "The body cannot be read"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large"),
            Self::InvalidField { .. } => (StatusCode::BAD_REQUEST, "invalid-field", "A field breaks a rule"),
            Self::CapReached { .. } => (StatusCode::TOO_MANY_REQUESTS, "cap-reached", "This person was asked as often as permitted"),
            Self::LimitReached { .. } => (StatusCode::TOO_MANY_REQUESTS, "limit-reached", "This was done as often as permitted"),
            Self::AlreadyAsked { .. } => (StatusCode::TOO_MANY_REQUESTS, "already-asked", "This person was asked about this topic"),
            Self::PersonBlocked => (StatusCode::FORBIDDEN, "person-blocked", "This person has blocked the business"),
            Self::PersonUnreachable => (StatusCode::UNPROCESSABLE_ENTITY, "person-unreachable", "Nothing leads to this person"),
            Self::IdempotencyKeyReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The Idempotency-Key stands for another request")
            }
            Self::TokenUnknown => (StatusCode::NOT_FOUND, "token-unknown", "There is no such token"),
            Self::TokenUsed => (StatusCode::CONFLICT, "token-used", "The token was used"),
            Self::TokenExpired => (StatusCode::GONE, "token-expired", "The token has expired"),
            Self::TokenRevoked => (StatusCode::GONE, "token-revoked", "The token was revoked"),
            Self::WebhookDisabled => (StatusCode::CONFLICT, "webhook-disabled", "The business's webhook is disabled"),
            // The refusal is a decision that stands, for hours as a rule: 503 would have clients try again and again.
            Self::TokensFrozen => (StatusCode::CONFLICT, "tokens-frozen", "The business's tokens are frozen"),
            Self::InFlight => (StatusCode::CONFLICT, "in-flight", "The message is being sent right now"),
            Self::AlreadyEnded(_) => (StatusCode::CONFLICT, "already-ended", "The opt-in is over"),
            Self::AlreadyFinished => (StatusCode::CONFLICT, "already-finished", "The release has come to its end"),
            Self::ReturnedTooOften => (StatusCode::CONFLICT, "returned-too-often", "The token was given back as often as it may be"),
            Self::LinkInvalid => (StatusCode::NOT_FOUND, "link-invalid", "This link is not valid"),
            Self::LinkExpired => (StatusCode::GONE, "link-expired", "This link has expired"),
            Self::LinkSuperseded => (StatusCode::GONE, "link-superseded", "This link was replaced by a later one"),
            Self::AlreadyGranted => (StatusCode::CONFLICT, "already-granted", "You have said yes"),
            Self::AlreadyDeclined => (StatusCode::CONFLICT, "already-declined", "You have said no"),
            Self::AddressInvalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "address-invalid", "The address does not do for its channel"),
            Self::CrossSite => (StatusCode::FORBIDDEN, "cross-site", "This form was sent by another site"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again in a moment"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something is wrong here"),
        };
        Kind { status, code, title }
    }

    /// What happened and what to do next.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::NotFound => "No such route, or nothing of yours under this id.".to_owned(),
            Self::MethodNotAllowed(allow) => format!("Use {allow}."),
            Self::Unauthorized(why) => format!("Send `Authorization: Bearer ro_sk_...`: {why}."),
            Self::Forbidden(why) => why.clone(),
            Self::MalformedBody(why) => format!("The body {why}."),
            Self::BodyTooLarge => format!("Send at most {} bytes.", super::request::LONGEST_BODY),
            Self::InvalidField { field, rule } => format!("`{field}` {rule}."),
            Self::CapReached { cap, opens_at } => format!("The cap {cap} lets the next ask through at {opens_at}."),
            Self::LimitReached { limit: Limit { count, window, what }, opens_at } => {
                format!("At most {count} {what} in {}; the next from {opens_at} on.", span_text(*window))
            }
            Self::AlreadyAsked { opens_at } => format!("Ask this person about this topic again from {opens_at} on."),
            Self::PersonBlocked => "Only the person can lift the block, on the page that every message links to.".to_owned(),
            Self::PersonUnreachable => "No address of this person is known, and the business has no webhook that could bring the question. Say \
                                        where the person can be reached (`PUT /v1/users/{user}/address`), set a webhook (`ringonce business \
                                        set --webhook`), or show the `consent_url` yourself, without `deliver_ask`."
                .to_owned(),
            Self::IdempotencyKeyReused => "Send the same body as before, or use a new Idempotency-Key.".to_owned(),
            Self::TokenUnknown => "It was mistyped, belongs to another business, or nothing is known of it any more.".to_owned(),
            Self::TokenUsed => "A token sends one message. Ask the person again for another.".to_owned(),
            Self::TokenExpired => "Ask the person again.".to_owned(),
            Self::TokenRevoked => "The person or the business took it back. Ask the person again.".to_owned(),
            Self::WebhookDisabled => "Nothing is sent to it. Enable it first, and replay then.".to_owned(),
            Self::TokensFrozen => "The table was restored, and which tokens were used since is not known, or the operator holds them for \
                                   another reason. Nothing was changed. Ask the operator of this deployment, who decides whether they are \
                                   thawed or revoked; once they are thawed the same call succeeds."
                .to_owned(),
            Self::InFlight => "Look at it again in a moment: it cannot be held back now.".to_owned(),
            Self::AlreadyEnded(State::Granted) => "The message came back, and its token is whole: send it again with the token.".to_owned(),
            Self::AlreadyEnded(state) => format!("Its state is `{state}`, and nothing can follow."),
            Self::AlreadyFinished => "There is nothing left to stop.".to_owned(),
            Self::ReturnedTooOften => "Set another time instead, or revoke the opt-in.".to_owned(),
            Self::LinkInvalid => "It was cut or mistyped. Open it as you received it.".to_owned(),
            Self::LinkExpired => "It was not answered in time. The business can ask you again.".to_owned(),
            Self::LinkSuperseded => "You answered a later question about the same thing.".to_owned(),
            Self::AlreadyGranted => "You will get one message. You can take it back on your page.".to_owned(),
            Self::AlreadyDeclined => "You will get no message. The business can ask you again later.".to_owned(),
            Self::AddressInvalid(rule) => format!("`address` {rule}."),
            Self::CrossSite => "Open the page itself and use its buttons.".to_owned(),
            Self::Unavailable => "Nothing is lost: repeat the same call, with the same Idempotency-Key if it had one.".to_owned(),
            Self::Internal => "The request id tells its operator where to look.".to_owned(),
        }
    }

    /// The cap that is full: of a person, or a limit.
    const fn full_cap(&self) -> Option<Cap> {
        match self {
            Self::CapReached { cap, .. } => Some(*cap),
            Self::LimitReached { limit, .. } => Some(limit.cap()),
            _ => None,
        }
    }

    /// From when on the call may succeed.
    #[must_use]
    pub const fn opens_at(&self) -> Option<Timestamp> {
        match self {
            Self::CapReached { opens_at, .. } | Self::LimitReached { opens_at, .. } | Self::AlreadyAsked { opens_at } => Some(*opens_at),
            _ => None,
        }
    }
}

/// A problem document.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub struct Problem<'a> {
    /// A stable URI of the kind of problem.
    pub r#type: String,
    /// What the kind means.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// The stable slug.
    pub code: &'a str,
    /// What happened and what to do next.
    pub detail: String,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'a str>,
    /// The cap that is full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<String>,
    /// Seconds after which the call may succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The request's id.
    pub request_id: &'a str,
}

/// Seconds to wait before a repeat of what failed on our side.
const SOON: u64 = 1;

impl ApiError {
    /// The error as an answer.
    #[must_use]
    pub fn response(&self, request_id: &str, now: Timestamp) -> Response {
        let Kind { status, code, title } = self.kind();
        let retry_after = match self {
            Self::Unavailable => Some(SOON),
            _ => self.opens_at().map(|at| seconds_until(at, now)),
        };
        let problem = Problem {
            r#type: format!("urn:ringonce:problem:{code}"),
            title,
            status: status.as_u16(),
            code,
            detail: self.detail(),
            field: match self {
                Self::InvalidField { field, .. } => Some(field),
                Self::AddressInvalid(_) => Some("address"),
                _ => None,
            },
            cap: self.full_cap().map(|cap| cap.to_string()),
            retry_after,
            request_id,
        };
        let body = serde_json::to_string(&problem).expect("plain data always serialises");
        let mut response = Response::text(status, "application/problem+json", body);
        if let Some(seconds) = retry_after {
            response = response.with("retry-after", seconds);
        }
        if let Some(cap) = self.full_cap() {
            let policy = format!("\"{cap}\";q={};w={}", cap.count, cap.window_seconds);
            return response.with("ratelimit-policy", policy).with("ratelimit", format!("\"{cap}\";r=0;t={}", retry_after.unwrap_or(0)));
        }
        match self {
            Self::MethodNotAllowed(allow) => response.with("allow", allow),
            Self::Unauthorized(_) => response.with("www-authenticate", "Bearer"),
            Self::AlreadyAsked { .. } => response.with("ratelimit", format!("\"topic\";r=0;t={}", retry_after.unwrap_or(0))),
            _ => response,
        }
    }
}

/// Whole seconds from `now` until `at`, rounded up, at least one.
fn seconds_until(at: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(at.since(now).as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::InvalidField { field: invalid.field.to_owned(), rule: invalid.rule }
    }
}

/// The one place where a failing table is logged.
impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!(%error);
                Self::Unavailable
            }
            StoreError::Corrupt(_) => {
                tracing::error!(%error);
                Self::Internal
            }
        }
    }
}

impl From<AskRefusal> for ApiError {
    fn from(refusal: AskRefusal) -> Self {
        match refusal {
            AskRefusal::Blocked => Self::PersonBlocked,
            AskRefusal::AlreadyAsked { opens_at } => Self::AlreadyAsked { opens_at },
            AskRefusal::CapReached { cap, opens_at } => Self::CapReached { cap, opens_at },
            AskRefusal::KeyReused => Self::IdempotencyKeyReused,
        }
    }
}

impl From<KeepRefusal> for ApiError {
    fn from(KeepRefusal::KeyReused: KeepRefusal) -> Self {
        Self::IdempotencyKeyReused
    }
}

impl From<SpendRefusal> for ApiError {
    fn from(refusal: SpendRefusal) -> Self {
        match refusal {
            SpendRefusal::Reached { limit, opens_at } => Self::LimitReached { limit, opens_at },
            SpendRefusal::KeyReused => Self::IdempotencyKeyReused,
        }
    }
}

impl From<AnswerRefusal> for ApiError {
    fn from(refusal: AnswerRefusal) -> Self {
        match refusal {
            AnswerRefusal::LinkExpired => Self::LinkExpired,
            AnswerRefusal::LinkSuperseded => Self::LinkSuperseded,
            AnswerRefusal::AlreadyGranted => Self::AlreadyGranted,
            AnswerRefusal::AlreadyDeclined => Self::AlreadyDeclined,
        }
    }
}

impl From<NotifyRefusal> for ApiError {
    fn from(refusal: NotifyRefusal) -> Self {
        match refusal {
            NotifyRefusal::TokenUnknown => Self::TokenUnknown,
            NotifyRefusal::TokenUsed => Self::TokenUsed,
            NotifyRefusal::TokenExpired => Self::TokenExpired,
            NotifyRefusal::TokenRevoked => Self::TokenRevoked,
            NotifyRefusal::SendAt(why) => send_at_refused(why),
            NotifyRefusal::KeyReused => Self::IdempotencyKeyReused,
        }
    }
}

fn send_at_refused(why: SendAtRefusal) -> ApiError {
    let rule = match why {
        SendAtRefusal::Past => "has passed".to_owned(),
        SendAtRefusal::Late(latest) => format!("must be {latest} at the latest: the token ends soon after"),
    };
    ApiError::InvalidField { field: "send_at".to_owned(), rule }
}

impl From<ScheduleRefusal> for ApiError {
    fn from(refusal: ScheduleRefusal) -> Self {
        match refusal {
            ScheduleRefusal::Unknown => Self::NotFound,
            ScheduleRefusal::InFlight => Self::InFlight,
            ScheduleRefusal::Ended(state) => Self::AlreadyEnded(state),
            ScheduleRefusal::ReturnedTooOften => Self::ReturnedTooOften,
            ScheduleRefusal::SendAt(why) => send_at_refused(why),
        }
    }
}

impl From<ConfirmRefusal> for ApiError {
    fn from(refusal: ConfirmRefusal) -> Self {
        match refusal {
            ConfirmRefusal::Superseded => Self::LinkSuperseded,
            ConfirmRefusal::Expired => Self::LinkExpired,
        }
    }
}

impl From<RevokeRefusal> for ApiError {
    fn from(refusal: RevokeRefusal) -> Self {
        match refusal {
            RevokeRefusal::Unknown => Self::NotFound,
            RevokeRefusal::InFlight => Self::InFlight,
            RevokeRefusal::Ended(state) => Self::AlreadyEnded(state),
        }
    }
}
