//! The scripts that pages load: our own files, small and without a build step.

use std::hash::{DefaultHasher, Hasher};

use http::StatusCode;
use ringonce_adapters::wire::{Request, Response};

/// A script as it was written.
pub(crate) struct Script {
    text: &'static str,
    /// For how long a browser need not ask for it again.
    kept: &'static str,
    /// Whether pages of other sites load it.
    for_all: bool,
}

/// The button that a shop puts into its pages. It holds no secret, and each of its calls needs a key.
pub(crate) const WIDGET: Script = Script { text: include_str!("../assets/widget.js"), kept: "public, max-age=300", for_all: true };
/// What a person's pages do where scripts run.
pub(crate) const PAGE: Script = Script { text: include_str!("../assets/page.js"), kept: "public, max-age=300", for_all: false };
/// The service worker, which shows what push services bring. A browser asks for it anew by itself.
pub(crate) const WORKER: Script = Script { text: include_str!("../assets/sw.js"), kept: "no-cache", for_all: false };

impl Script {
    /// The script, or that the browser has it.
    pub(crate) fn answer(&self, request: &Request) -> Response {
        let tag = self.tag();
        let is_known = request.header("if-none-match").is_some_and(|tags| tags.split(',').any(|each| is_same(each.trim(), &tag)));
        let response = if is_known {
            Response::empty(StatusCode::NOT_MODIFIED)
        } else {
            Response::text(StatusCode::OK, "text/javascript; charset=utf-8", self.text.to_owned())
        };
        let response = response.with("cache-control", self.kept).with("etag", tag).with("x-content-type-options", "nosniff");
        if self.for_all {
            response.with("access-control-allow-origin", "*").with("cross-origin-resource-policy", "cross-origin")
        } else {
            response
        }
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
