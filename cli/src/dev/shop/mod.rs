//! The demo shop: a page with the widget, and the shop's own back page. It is an ordinary business: its pages hold the
//! publishable key, and its server, which is this, calls the API with the secret one.

mod feed;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http::header::HeaderValue;
use http::{HeaderMap, Method, StatusCode};
use ringonce_adapters::app::App;
use ringonce_adapters::wire::lambda::new_request_id;
use ringonce_adapters::wire::request::Body;
use ringonce_adapters::wire::{Request, Response};
use ringonce_domain::release::SETTLED;
use serde_json::{Value, json};

pub(super) use feed::Feed;

use super::demo::Demo;
use crate::local::front;

const FRONT_PAGE: &str = include_str!("front.html");
const BACK_PAGE: &str = include_str!("back.html");
const STYLE: &str = include_str!("shop.css");
const BACK_SCRIPT: &str = include_str!("back.js");

/// For what the shop's visitors wait.
const TOPIC: &str = "shirt-m";
/// Most units that come in at a time.
const MOST_UNITS: u32 = 1_000;

/// The demo shop.
pub(super) struct Shop {
    app: App,
    api_key: String,
    publishable_key: String,
    stock: AtomicU32,
    feed: Arc<Feed>,
}

impl Shop {
    /// The shop of the demo business, with nothing in stock.
    pub(super) fn new(app: App, demo: &Demo, feed: Arc<Feed>) -> Self {
        let publishable_key = demo.publishable_key.clone().unwrap_or_default();
        Self { app, api_key: demo.api_key.clone(), publishable_key, stock: AtomicU32::new(0), feed }
    }

    /// The answer, if the path is one of the shop's.
    pub(super) async fn answer(&self, request: &Request) -> Option<Response> {
        let path = request.path();
        let answer = match (request.verb(), path.as_slice()) {
            ("GET", ["shop"]) => self.page(self.front_page()),
            ("GET", ["shop", "back"]) => self.page(BACK_PAGE.to_owned()),
            ("GET", ["shop", "shop.css"]) => Response::text(StatusCode::OK, "text/css; charset=utf-8", STYLE.to_owned()),
            ("GET", ["shop", "back.js"]) => Response::text(StatusCode::OK, "text/javascript; charset=utf-8", BACK_SCRIPT.to_owned()),
            ("GET", ["shop", "back", "state"]) => self.state().await,
            ("POST", ["shop", ..]) if !is_own(request) => Response::empty(StatusCode::FORBIDDEN),
            ("POST", ["shop", "buy"]) => self.buy(),
            ("POST", ["shop", "back", "restock"]) => self.restock(request).await,
            ("POST", ["shop", "back", "sell-out"]) => self.sell_out(),
            _ => return None,
        };
        Some(answer)
    }

    /// A page that may do no more than it has to, as a careful shop's would be.
    fn page(&self, html: String) -> Response {
        let api = &self.app.origin;
        let policy = format!(
            "default-src 'none'; script-src 'self' {api}; connect-src 'self' {api}; style-src 'self'; img-src data:; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'"
        );
        Response::text(StatusCode::OK, "text/html; charset=utf-8", html).with("content-security-policy", policy)
    }

    fn front_page(&self) -> String {
        let stock = self.stock.load(Ordering::SeqCst);
        let (shown, words) = if stock == 0 { ("sold-out", "Sold out".to_owned()) } else { ("in-stock", format!("{stock} in stock")) };
        FRONT_PAGE
            .replace("{{API}}", &self.app.origin)
            .replace("{{PUBLISHABLE_KEY}}", &self.publishable_key)
            .replace("{{TOPIC}}", TOPIC)
            .replace("{{SHOWN}}", shown)
            .replace("{{STOCK}}", &words)
    }

    /// All that the back page shows: stock, demand, the last release, and what the webhook has told.
    async fn state(&self) -> Response {
        let demand = self.call(Method::GET, &["v1", "topics", TOPIC], None, Body::Empty).await;
        let releases = self.call(Method::GET, &["v1", "releases"], None, Body::Empty).await;
        let last = json_of(&releases)["releases"].as_array().and_then(|all| all.iter().find(|one| one["topic"] == TOPIC).cloned());
        let stock = self.stock.load(Ordering::SeqCst);
        let state = json!({ "stock": stock, "demand": json_of(&demand), "release": last, "events": self.feed.heard() });
        Response::json(StatusCode::OK, &state)
    }

    /// Units come in, and as many of those who wait are told, the longest waiting first.
    async fn restock(&self, request: &Request) -> Response {
        let units = request.form("units").ok().flatten().and_then(|text| text.parse().ok());
        let Some(units) = units.filter(|units| (1..=MOST_UNITS).contains(units)) else {
            return Response::json(StatusCode::BAD_REQUEST, &json!({ "detail": format!("`units` must be 1 to {MOST_UNITS}.") }));
        };
        self.stock.fetch_add(units, Ordering::SeqCst);
        // A release takes nobody who said yes within these seconds, and whoever tries this out has just done so.
        tokio::time::sleep(SETTLED).await;
        let message = json!({ "title": "Rad shirt, M", "text": "Come get your shirt", "url": format!("{}/shop", self.app.origin) });
        let body = json!({ "message": message, "limit": units }).to_string().into_bytes();
        self.call(Method::POST, &["v1", "topics", TOPIC, "releases"], request.headers.get("idempotency-key"), Body::Bytes(body)).await
    }

    fn buy(&self) -> Response {
        let _ = self.stock.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |stock| stock.checked_sub(1));
        back_to("/shop")
    }

    fn sell_out(&self) -> Response {
        self.stock.store(0, Ordering::SeqCst);
        back_to("/shop/back")
    }

    /// Calls the API, as the shop's server would over the network.
    async fn call(&self, method: Method, path: &[&str], name: Option<&HeaderValue>, body: Body) -> Response {
        let mut headers = HeaderMap::new();
        if let Ok(bearer) = format!("Bearer {}", self.api_key).parse() {
            headers.insert("authorization", bearer);
        }
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.extend(name.map(|name| (http::header::HeaderName::from_static("idempotency-key"), name.clone())));
        let segments = path.iter().map(|&segment| segment.to_owned()).collect();
        let request = Request { method, segments, headers, body, request_id: new_request_id(), ..Request::default() };
        front::dispatch(Arc::new(self.app.clone()), request).await
    }
}

/// Not a form of another site's page.
fn is_own(request: &Request) -> bool {
    matches!(request.header("sec-fetch-site"), None | Some("same-origin" | "none"))
}

fn json_of(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap_or_default()
}

fn back_to(page: &str) -> Response {
    Response::empty(StatusCode::SEE_OTHER).with("location", page)
}
