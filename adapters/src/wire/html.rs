//! Plain, accessible pages that work without JavaScript.

use std::fmt::Write;

use http::StatusCode;
use ringonce_domain::time::Timestamp;

use super::problem::ApiError;
use super::response::Response;

/// Text as it may stand in HTML, in attributes too.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

const STYLE: &str = "body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}\
    button{font:inherit;padding:.6rem 1.2rem;margin:.3rem .3rem .3rem 0}li{margin:1rem 0}:root{color-scheme:light dark}";

/// A page under `heading`, with `main` as its content, which is HTML already. Whoever holds a page's address acts as its
/// person: it is kept by no cache, named to no other site, framed by none, and runs no script.
#[must_use]
pub fn page(status: StatusCode, heading: &str, main: &str) -> Response {
    let heading = escape(heading);
    let mut body = String::with_capacity(main.len() + 1_024);
    let _ = write!(
        body,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{heading}</title><style>{STYLE}</style></head><body><main><h1>{heading}</h1>{main}</main></body></html>"
    );
    Response::text(status, "text/html; charset=utf-8", body)
        .with(
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        )
        .with("referrer-policy", "same-origin")
        .with("x-content-type-options", "nosniff")
        .with("x-robots-tag", "noindex")
}

/// An error as a page, with the headers of its problem document.
#[must_use]
pub fn error_page(error: &ApiError, request_id: &str, now: Timestamp) -> Response {
    let kind = error.kind();
    let main = format!("<p>{}</p><p><small>Request {}</small></p>", escape(&error.detail()), escape(request_id));
    let mut page = page(kind.status, kind.title, &main);
    for (name, value) in &error.response(request_id, now).headers {
        page.headers.entry(name).or_insert_with(|| value.clone());
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_business_writes_is_markup() {
        assert_eq!(escape("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
        let page = page(StatusCode::OK, "<script>", "");
        assert!(!page.body.contains("<script"));
    }
}
