//! The HTTP wire of all functions: requests, answers, problem documents, authorization, pages.

pub mod asset;
pub mod auth;
#[cfg(feature = "description")]
pub mod description;
pub mod html;
pub mod lambda;
pub mod problem;
pub mod request;
pub mod response;
pub mod route;
mod sound;
pub mod source;
pub mod view;
pub mod webhook;

pub use problem::{ApiError, Problem};
pub use request::Request;
pub use response::Response;
pub use route::Route;
pub use source::Source;

use crate::app::App;
use http::Method;
use ringonce_domain::store::Store;

impl Request {
    /// The method as routes name it: what a GET answers, a HEAD answers too, and neither changes anything.
    #[must_use]
    pub fn verb(&self) -> &str {
        if self.method == Method::HEAD { "GET" } else { self.method.as_str() }
    }
}

/// A route's result as an answer.
pub fn respond(app: &App<impl Store>, request: &Request, result: Result<Response, ApiError>) -> Response {
    result.unwrap_or_else(|error| error.response(&request.request_id, app.clock.now()))
}
