//! The demo's webhook receiver: checks each signature as a business's own code would, and prints what arrives.

use std::sync::Arc;

use http::StatusCode;
use ringonce_adapters::wire::{Request, Response};
use standardwebhooks::Webhook;

use super::shop::Feed;
use crate::output;

/// Where it listens on the front.
pub(super) const PATH: &str = "/demo/webhook";

/// The receiver.
pub(super) struct Receiver {
    webhook: Option<Webhook>,
    feed: Arc<Feed>,
}

impl Receiver {
    /// A receiver that knows its secret, and tells the demo shop what it hears.
    pub(super) fn new(secret: &str, feed: Arc<Feed>) -> Self {
        Self { webhook: Webhook::new(secret).ok(), feed }
    }

    /// The answer to a webhook.
    pub(super) fn answer(&self, request: &Request) -> Option<Response> {
        (request.verb() == "POST" && request.path() == ["demo", "webhook"]).then(|| Response::empty(self.receive(request)))
    }

    fn receive(&self, request: &Request) -> StatusCode {
        let Ok(body) = request.bytes() else {
            return StatusCode::BAD_REQUEST;
        };
        let verified = self.webhook.as_ref().is_some_and(|webhook| webhook.verify(body, &request.headers).is_ok());
        let id = request.header("webhook-id").unwrap_or("-");
        if !verified {
            output::tell(format_args!("webhook  {id}  SIGNATURE WRONG, refused"));
            return StatusCode::UNAUTHORIZED;
        }
        self.feed.hear(id, body);
        output::tell(format_args!("webhook  signature ok  {}", String::from_utf8_lossy(body)));
        StatusCode::NO_CONTENT
    }
}
