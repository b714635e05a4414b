//! An answer as handlers make it.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Response {
    /// An answer without a body.
    #[must_use]
    pub fn empty(status: StatusCode) -> Self {
        let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))]);
        Self { status, headers, body: String::new() }
    }

    /// A JSON answer. Nothing in this API may be kept by a cache.
    ///
    /// # Panics
    /// When `body` cannot be JSON, which plain data always can.
    #[must_use]
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("plain data always serialises");
        Self::text(status, "application/json", body)
    }

    /// An answer of another kind.
    #[must_use]
    pub fn text(status: StatusCode, kind: &'static str, body: String) -> Self {
        let mut response = Self::empty(status);
        response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response.body = body;
        response
    }

    /// The same with one more header. A value that no header can hold is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }
}
