//! Files that pages load: our own, small and without a build step.

use std::hash::{DefaultHasher, Hasher};

use http::StatusCode;

use super::request::Request;
use super::response::Response;

/// A file as it was written.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// What it holds.
    pub text: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// For how long a browser need not ask for it again.
    pub kept: &'static str,
}

impl Asset {
    /// A script.
    #[must_use]
    pub const fn script(text: &'static str, kept: &'static str) -> Self {
        Self { text, kind: "text/javascript; charset=utf-8", kept }
    }

    /// The file, or that the browser has it.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Response {
        let tag = self.tag();
        let is_known = request.header("if-none-match").is_some_and(|tags| tags.split(',').any(|each| is_same(each.trim(), &tag)));
        let response = if is_known {
            Response::empty(StatusCode::NOT_MODIFIED)
        } else {
            Response::text(StatusCode::OK, self.kind, self.text.to_owned())
        };
        response.with("cache-control", self.kept).with("etag", tag).with("x-content-type-options", "nosniff")
    }

    /// Its name, for browsers that have it.
    fn tag(&self) -> String {
        let mut hash = DefaultHasher::new();
        hash.write(self.text.as_bytes());
        format!("\"{:016x}\"", hash.finish())
    }
}

/// Proxies that compress mark a tag as weak.
fn is_same(known: &str, tag: &str) -> bool {
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
}
