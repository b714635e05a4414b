//! `/widget.js`: the button that a shop puts into its pages.

use std::hash::{DefaultHasher, Hasher};
use std::sync::LazyLock;

use http::StatusCode;
use ringonce_adapters::wire::{Request, Response};

/// The module, without a dependency and as it was written.
const WIDGET: &str = include_str!("../assets/widget.js");

/// Its name, for browsers that have it.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let mut hash = DefaultHasher::new();
    hash.write(WIDGET.as_bytes());
    format!("\"{:016x}\"", hash.finish())
});

/// For every page of every shop: the script holds no secret, and each of its calls needs a key.
pub(crate) fn widget(request: &Request) -> Response {
    let is_known = request.header("if-none-match").is_some_and(|tags| tags.split(',').any(|tag| is_same(tag.trim())));
    let response = if is_known {
        Response::empty(StatusCode::NOT_MODIFIED)
    } else {
        Response::text(StatusCode::OK, "text/javascript; charset=utf-8", WIDGET.to_owned())
    };
    response
        .with("cache-control", "public, max-age=300")
        .with("etag", TAG.as_str())
        .with("access-control-allow-origin", "*")
        .with("cross-origin-resource-policy", "cross-origin")
        .with("x-content-type-options", "nosniff")
}

/// Proxies that compress mark a tag as weak.
fn is_same(tag: &str) -> bool {
    tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == *TAG
}
