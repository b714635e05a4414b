//! The API's reference, under `/docs`: Redoc over `/openapi.json`. It stands in this program and loads nothing from elsewhere.

use http::StatusCode;
use ringonce_adapters::wire::{Request, Response};

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("../../../assets/redoc.standalone.js");

/// What the page may load and call: this server alone. Redoc writes its styles itself, and searches in a worker of its own.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; \
                      worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The answer, if the path is one of the reference's.
pub(super) fn answer(request: &Request) -> Option<Response> {
    let path = request.path();
    match (request.verb(), path.as_slice()) {
        ("GET", ["docs"]) => {
            let page = Response::text(StatusCode::OK, "text/html; charset=utf-8", PAGE.to_owned());
            Some(page.with("content-security-policy", POLICY))
        }
        ("GET", ["docs", "redoc.standalone.js"]) => {
            let script = Response::text(StatusCode::OK, "text/javascript; charset=utf-8", SCRIPT.to_owned());
            Some(script.with("cache-control", "max-age=86400").with("x-content-type-options", "nosniff"))
        }
        _ => None,
    }
}
