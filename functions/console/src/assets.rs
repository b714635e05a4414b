//! The console's files.

use ringonce_adapters::wire::asset::Asset;
use ringonce_adapters::wire::{ApiError, Request, Response};

/// The page that loads the others.
pub(crate) const PAGE: &str = "index.html";

/// What the page may do: load its own files and call this very deployment. Nothing in it is written inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// Makes the list of the files under `assets`.
macro_rules! files {
    ($($name:literal $kind:expr),+ $(,)?) => {
        const FILES: &[(&str, Asset)] =
            &[$(($name, Asset { text: include_str!(concat!("../assets/", $name)), kind: $kind, kept: "no-cache" })),+];
    };
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

files! {
    "api.js" SCRIPT,
    "chart.js" SCRIPT,
    "console.css" CSS,
    "console.js" SCRIPT,
    "dialog.js" SCRIPT,
    "dom.js" SCRIPT,
    "format.js" SCRIPT,
    "index.html" HTML,
    "optin.js" SCRIPT,
    "optins.js" SCRIPT,
    "overview.js" SCRIPT,
    "person.js" SCRIPT,
    "release-form.js" SCRIPT,
    "release.js" SCRIPT,
    "releases.js" SCRIPT,
    "settings.js" SCRIPT,
    "topic.js" SCRIPT,
    "topics.js" SCRIPT,
    "uplot.css" CSS,
    "uplot.js" SCRIPT,
    "webhook.js" SCRIPT,
    "words.js" SCRIPT,
}

/// A file, by its name.
pub(crate) fn answer(request: &Request, name: &str) -> Result<Response, ApiError> {
    let (_, file) = FILES.iter().find(|(known, _)| *known == name).ok_or(ApiError::NotFound)?;
    let response = file.answer(request).with("content-security-policy", POLICY).with("referrer-policy", "no-referrer");
    Ok(response.with("cross-origin-opener-policy", "same-origin").with("x-frame-options", "DENY"))
}
