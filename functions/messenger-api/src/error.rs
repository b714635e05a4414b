//! Errors as the Graph API writes them.

use http::StatusCode;
use ringonce_adapters::wire::{ApiError, Response};
use ringonce_domain::store::StoreError;
use ringonce_domain::time::Timestamp;
use serde::Serialize;

/// An error of the Graph API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub(crate) status: StatusCode,
    code: u16,
    subcode: Option<u32>,
    message: String,
    reason: Option<&'static str>,
    opens_at: Option<Timestamp>,
}

/// The kind of error that a code and a subcode are.
struct Kind(StatusCode, u16, Option<u32>);

const TOKEN: Kind = Kind(StatusCode::BAD_REQUEST, 190, None);
const PARAMETER: Kind = Kind(StatusCode::BAD_REQUEST, 100, None);
const NOTIFICATION: Kind = Kind(StatusCode::BAD_REQUEST, 100, Some(2_018_001));
const RATE: Kind = Kind(StatusCode::BAD_REQUEST, 613, None);
const BLOCKED: Kind = Kind(StatusCode::BAD_REQUEST, 10, Some(2_018_108));
const UNREACHABLE: Kind = Kind(StatusCode::BAD_REQUEST, 551, Some(1_545_041));
const TRANSIENT: Kind = Kind(StatusCode::SERVICE_UNAVAILABLE, 2, None);
const UNKNOWN: Kind = Kind(StatusCode::INTERNAL_SERVER_ERROR, 1, None);

#[derive(Serialize)]
struct Body<'a> {
    error: Written<'a>,
}

#[derive(Serialize)]
struct Written<'a> {
    message: String,
    r#type: &'static str,
    code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_subcode: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_data: Option<ErrorData>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_transient: bool,
    fbtrace_id: &'a str,
}

#[derive(Serialize)]
struct ErrorData {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

impl GraphError {
    fn new(Kind(status, code, subcode): Kind, message: String) -> Self {
        Self { status, code, subcode, message, reason: None, opens_at: None }
    }

    /// A field that breaks a rule.
    pub(crate) fn invalid(field: &str, rule: &str) -> Self {
        ApiError::InvalidField { field: field.to_owned(), rule: rule.to_owned() }.into()
    }

    /// A body that cannot be read.
    pub(crate) fn malformed(why: &str) -> Self {
        ApiError::MalformedBody(why.to_owned()).into()
    }

    /// A call of another kind than there is.
    pub(crate) fn unsupported(method: &str) -> Self {
        let message = format!(
            "Unsupported {} request. There is `POST me/messages`, `GET me`, and a batch of them; the business's id may stand for `me`.",
            method.to_ascii_lowercase()
        );
        Self::new(PARAMETER, message)
    }

    pub(crate) fn body(&self, request_id: &str, now: Timestamp) -> String {
        let retry_after = self.opens_at.map(|at| at.since(now).as_secs() + 1);
        let has_data = self.reason.is_some() || retry_after.is_some();
        let error = Written {
            message: format!("(#{}) {}", self.code, self.message),
            r#type: "OAuthException",
            code: self.code,
            error_subcode: self.subcode,
            error_data: has_data.then_some(ErrorData { reason: self.reason, retry_after }),
            is_transient: self.status == StatusCode::SERVICE_UNAVAILABLE,
            fbtrace_id: request_id,
        };
        serde_json::to_string(&Body { error }).expect("plain data always serialises")
    }

    pub(crate) fn response(&self, request_id: &str, now: Timestamp) -> Response {
        let response = Response::text(self.status, "application/json", self.body(request_id, now));
        if self.status == StatusCode::SERVICE_UNAVAILABLE { response.with("retry-after", 1) } else { response }
    }
}

impl From<ApiError> for GraphError {
    fn from(error: ApiError) -> Self {
        let told = match &error {
            ApiError::InvalidField { .. } | ApiError::MalformedBody(_) => error.detail(),
            error => format!("{}. {}", error.kind().title, error.detail()),
        };
        let (kind, reason) = match &error {
            ApiError::Unauthorized(why) => return Self::new(TOKEN, format!("Invalid OAuth access token: {why}.")),
            ApiError::Forbidden(_) => (TOKEN, None),
            ApiError::CapReached { .. } | ApiError::LimitReached { .. } | ApiError::AlreadyAsked { .. } => (RATE, None),
            ApiError::PersonBlocked => (BLOCKED, None),
            ApiError::PersonUnreachable => (UNREACHABLE, None),
            ApiError::TokenUnknown => (NOTIFICATION, Some("unknown")),
            ApiError::TokenUsed => (NOTIFICATION, Some("used")),
            ApiError::TokenExpired => (NOTIFICATION, Some("expired")),
            ApiError::TokenRevoked => (NOTIFICATION, Some("revoked")),
            ApiError::TokensFrozen => (NOTIFICATION, Some("frozen")),
            ApiError::Unavailable => (TRANSIENT, None),
            ApiError::Internal => (UNKNOWN, None),
            // Some of these no call of the Graph API comes to; each is a request that cannot be carried out.
            ApiError::NotFound
            | ApiError::MethodNotAllowed(_)
            | ApiError::MalformedBody(_)
            | ApiError::BodyTooLarge
            | ApiError::InvalidField { .. }
            | ApiError::AddressInvalid(_)
            | ApiError::IdempotencyKeyReused
            | ApiError::InFlight
            | ApiError::AlreadyEnded(_)
            | ApiError::AlreadyFinished
            | ApiError::WebhookDisabled
            | ApiError::ReturnedTooOften
            | ApiError::LinkInvalid
            | ApiError::LinkExpired
            | ApiError::LinkSuperseded
            | ApiError::AlreadyGranted
            | ApiError::AlreadyDeclined
            | ApiError::CrossSite => (PARAMETER, None),
        };
        Self { reason, opens_at: error.opens_at(), ..Self::new(kind, told) }
    }
}

impl From<StoreError> for GraphError {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}
