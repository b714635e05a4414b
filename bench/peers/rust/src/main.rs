//! The textbook design in Rust: an item for each opt-in, counter, token and idempotency key, moved together by transactions,
//! and two indexes. Built as Ringonce's functions are, so that what differs is the design.

mod consent;
mod items;
mod optin;
mod secret;
mod send;
mod setup;

use std::time::{SystemTime, UNIX_EPOCH};

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use lambda_http::{Body, Error, Request, Response, run, service_fn};
use secret::Secret;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What every invocation needs.
pub(crate) struct Context {
    client: Client,
    table: String,
    secret: Secret,
    api_key: String,
    cap_count: usize,
    cap_seconds: u64,
}

impl Context {
    async fn of_environment() -> Result<Self, Error> {
        let variable = |name: &str| std::env::var(name).map_err(|_| format!("set {name}"));
        Ok(Self {
            client: Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await),
            table: variable("PEER_TABLE")?,
            secret: Secret::from_hex(&variable("PEER_SECRET")?)?,
            api_key: variable("PEER_API_KEY")?,
            cap_count: variable("PEER_CAP_COUNT")?.parse()?,
            cap_seconds: variable("PEER_CAP_SECONDS")?.parse()?,
        })
    }

    fn admits(&self, request: &Request) -> bool {
        let bearer = header(request, "authorization").and_then(|value| value.strip_prefix("Bearer "));
        bearer.is_some_and(|key| secret::is_same(key.as_bytes(), self.api_key.as_bytes()))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (context, function) = (Context::of_environment().await?, std::env::args().nth(1).unwrap_or_default());
    match function.as_str() {
        "setup" => setup::tables(&context).await,
        "request-optin" => run(service_fn(|request| optin::request(&context, request))).await,
        "grant-token" => run(service_fn(|request| consent::grant(&context, request))).await,
        "send-notification" => run(service_fn(|request| send::notification(&context, request))).await,
        other => Err(format!("there is no function {other:?}").into()),
    }
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

pub(crate) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

pub(crate) fn body<T: DeserializeOwned>(request: &Request) -> Option<T> {
    serde_json::from_slice(request.body()).ok()
}

pub(crate) fn answer(status: u16, body: &Value) -> Result<Response<Body>, Error> {
    Ok(Response::builder().status(status).header("content-type", "application/json").body(body.to_string().into())?)
}

pub(crate) fn refusal(status: u16, code: &str) -> Result<Response<Body>, Error> {
    answer(status, &json!({ "code": code }))
}
