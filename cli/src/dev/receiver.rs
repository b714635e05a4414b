//! The demo's webhook receiver: checks each signature as a business's own code would, and prints what arrives.

use http::StatusCode;
use ringonce_adapters::wire::{Request, Response};
use standardwebhooks::Webhook;

use crate::local::front::Extra;

/// Where it listens on the front.
pub(super) const PATH: &str = "/demo/webhook";

/// The receiver.
pub(super) struct Receiver(Option<Webhook>);

impl Receiver {
    /// A receiver that knows its secret.
    pub(super) fn new(secret: &str) -> Self {
        Self(Webhook::new(secret).ok())
    }

    fn receive(&self, request: &Request) -> StatusCode {
        let Ok(body) = request.bytes() else {
            return StatusCode::BAD_REQUEST;
        };
        let verified = self.0.as_ref().is_some_and(|webhook| webhook.verify(body, &request.headers).is_ok());
        let id = request.header("webhook-id").unwrap_or("-");
        if !verified {
            println!("webhook  {id}  SIGNATURE WRONG, refused");
            return StatusCode::UNAUTHORIZED;
        }
        println!("webhook  signature ok  {}", String::from_utf8_lossy(body));
        StatusCode::NO_CONTENT
    }
}

impl Extra for Receiver {
    fn answer(&self, request: &Request) -> Option<Response> {
        (request.verb() == "POST" && request.path() == ["demo", "webhook"]).then(|| Response::empty(self.receive(request)))
    }
}
