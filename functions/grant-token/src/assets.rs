//! The scripts that pages load.

use ringonce_adapters::wire::asset::Asset;
use ringonce_adapters::wire::{Request, Response};

/// The button that a shop puts into its pages.
const WIDGET: Asset = Asset::script(include_str!("../assets/widget.js"), "public, max-age=300");
/// What a person's pages do where scripts run.
pub(crate) const PAGE: Asset = Asset::script(include_str!("../assets/page.js"), "public, max-age=300");
/// The service worker, which shows what push services bring. A browser asks for it anew by itself.
pub(crate) const WORKER: Asset = Asset::script(include_str!("../assets/sw.js"), "no-cache");

/// The button, for pages of other sites: it holds no secret, and each of its calls needs a key.
pub(crate) fn widget(request: &Request) -> Response {
    let response = WIDGET.answer(request);
    response.with("access-control-allow-origin", "*").with("cross-origin-resource-policy", "cross-origin")
}
