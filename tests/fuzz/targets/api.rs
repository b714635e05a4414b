//! Requests, written as HTTP writes them but with bare line ends: a first line, headers, an empty line, and a body.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use ringonce_adapters::app::App;
use ringonce_adapters::wire::request::Body;
use ringonce_adapters::wire::{Request, Response, Source};
use ringonce_cli::local::front;
use ringonce_domain::api_key::KeyKind;
use ringonce_memory::MemoryStore;
use ringonce_tests::answers;
use serde_json::Value;

use super::here::{Here, block_on};
use crate::harness::{Outcome, Target};

/// The API of Ringonce's own, and people's pages.
pub(super) const OWN: Target = Target { name: "api", seeds: Vec::new, words: WORDS, check };

/// The Graph API's wire.
pub(super) const GRAPH: Target = Target { name: "graph", seeds: Vec::new, words: GRAPH_WORDS, check };

const WORDS: &[&str] = &[
    "$KEY",
    "$PUBLISHABLE",
    "$OPTIN",
    "$TOKEN",
    "$MESSAGE",
    "$LINK",
    "$PERSON",
    "$CONFIRM",
    "GET ",
    "POST ",
    "PUT ",
    "DELETE ",
    "HEAD ",
    "/v1/",
    "optins",
    "users/",
    "idempotency-key: a\n",
    "content-type: application/json\n",
    "content-type: application/x-www-form-urlencoded\n",
    "sec-fetch-site: cross-site\n",
    "origin: https://shop.example\n",
    "?limit=",
    "&after=",
    "\"send_at\":\"2026-01-01T00:00:00Z\"",
    "\"text\":",
    "answer=grant&channel=",
    "inbox",
    "email",
    "webpush",
    "webhook",
    "\"expires_in\":",
    "{\"",
    "\":",
    "[[[[[[[[",
    "%F0%9F%9A%80",
    "\"a\":1e400",
];

const GRAPH_WORDS: &[&str] = &[
    "$KEY",
    "$TOKEN",
    "/v12.0/",
    "/v2.6/",
    "me/messages",
    "access_token=",
    "appsecret_proof=",
    "batch=",
    "\"relative_url\":\"me/messages\"",
    "\"method\":\"POST\"",
    "recipient",
    "one_time_notif_token",
    "\"id\":",
    "\"message\":",
    "\"attachment\":",
    "\"template_type\":\"one_time_notif_req\"",
    "\"payload\":",
    "\"title\":",
    "\"elements\":[",
    "\"buttons\":[",
    "\"url\":\"https://shop.example\"",
    "content-type: application/json\n",
    "content-type: multipart/form-data\n",
    "%7B%22id%22%3A",
    "include_headers=false",
    "&",
    "{\"",
    "},",
    "[{",
];

fn check(input: &[u8]) -> Outcome {
    let Some(request) = request(input) else {
        return Outcome::of("no request");
    };
    let here = Here::new();
    let before = is_safe(&request).then(|| format!("{:?}", here.app.store));
    let first = answer(&here.app, &request);
    let kind = well_formed(&request, &first);
    if let Some(before) = before {
        assert_eq!(before, format!("{:?}", here.app.store), "what only asks changes something");
    }
    if request.method == Method::POST && first.status.is_success() && request.headers.contains_key("idempotency-key") {
        assert_repeated(&first, &answer(&here.app, &request));
    }
    Outcome::of((request.method.as_str().len(), kind, first.body.len() % 8))
}

/// Whether it only asks. An opening is counted: that is the one GET that writes.
fn is_safe(request: &Request) -> bool {
    request.verb() == "GET" && request.segments.first().is_none_or(|segment| segment != "r")
}

fn answer(app: &App<MemoryStore>, request: &Request) -> Response {
    block_on(front::dispatch(Arc::new(app.clone()), request.clone()))
}

/// The kind of an answer that is well formed, and repeats no secret of its caller's where it refuses.
fn well_formed(request: &Request, answer: &Response) -> String {
    let content_type = answer.headers.get("content-type").map_or("", |value| value.to_str().unwrap());
    let kind = answers::described(answer.status.as_u16(), content_type, &answer.body);
    let kind = kind.unwrap_or_else(|why| panic!("{} {}: {why}", request.method, request.segments.join("/")));
    if answer.status.is_client_error() {
        for secret in [Here::key(KeyKind::Secret).reveal(), &Here::spelled("$TOKEN")] {
            assert!(is_name(request, secret) || !answer.body.contains(secret), "a refusal repeats a secret: {}", answer.body);
        }
    }
    kind
}

/// Whether a secret stands where a name is expected: a refusal repeats names, of fields and of methods, and no values.
fn is_name(request: &Request, secret: &str) -> bool {
    let body = request.bytes().unwrap_or_default();
    let in_body = match serde_json::from_slice::<Value>(body) {
        Ok(json) => is_key(&json, secret),
        Err(_) => String::from_utf8_lossy(body).contains(secret),
    };
    let in_query = url::form_urlencoded::parse(request.query.as_bytes()).any(|(name, _)| name.contains(secret));
    in_body || in_query || request.method.as_str().contains(secret) || request.segments.iter().any(|segment| segment.contains(secret))
}

fn is_key(json: &Value, text: &str) -> bool {
    match json {
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains(text) || is_key(value, text)),
        Value::Array(items) => items.iter().any(|item| is_key(item, text)),
        _ => false,
    }
}

/// A call under the same name is answered as the first.
fn assert_repeated(first: &Response, again: &Response) {
    let id = |answer: &Response| serde_json::from_str::<Value>(&answer.body).map(|body| body["id"].clone()).unwrap_or_default();
    assert!(again.status.is_success(), "{} {}", again.status, again.body);
    assert_eq!(id(first), id(again));
}

fn request(input: &[u8]) -> Option<Request> {
    let at = input.windows(2).position(|pair| pair == b"\n\n").unwrap_or(input.len());
    let (head, body) = (&input[..at], input.get(at + 2..).unwrap_or_default());
    let head = Here::spelled(&String::from_utf8_lossy(head));
    let mut lines = head.split('\n');
    let (method, target) = lines.next()?.split_once(' ')?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Some(Request {
        method: Method::from_bytes(method.as_bytes()).ok()?,
        segments: Request::split(path),
        query: query.to_owned(),
        headers: lines.filter_map(header).collect::<HeaderMap>(),
        body: Body::Bytes(std::str::from_utf8(body).map_or_else(|_| body.to_vec(), |text| Here::spelled(text).into_bytes())),
        source: Source::parse("192.0.2.1"),
        request_id: "fuzz".to_owned(),
    })
}

fn header(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(':')?;
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value.trim()).ok()?))
}
