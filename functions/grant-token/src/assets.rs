//! The files that pages load: our own scripts, small and without a build step.

use http::StatusCode;
use ringonce_adapters::wire::Response;

const PAGE: &str = include_str!("../assets/page.js");

/// The script of a person's pages.
pub(crate) fn page_script() -> Response {
    script(PAGE)
}

fn script(text: &str) -> Response {
    Response::text(StatusCode::OK, "text/javascript; charset=utf-8", text.to_owned())
        .with("cache-control", "public, max-age=300")
        .with("x-content-type-options", "nosniff")
}
