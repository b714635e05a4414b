//! A call: its request, its tries, and what its answer says.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::transport::Answer;
use crate::{Client, Error, Problem};

/// The wait before the second try where the answer names none; it doubles from try to try.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const AGENT: HeaderValue = HeaderValue::from_static(concat!("ringonce-client/", env!("CARGO_PKG_VERSION")));
/// What stands in a path as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path of these segments.
pub(crate) fn path(segments: &[&str]) -> String {
    segments.iter().fold("/v1".to_owned(), |path, segment| format!("{path}/{}", utf8_percent_encode(segment, PLAIN)))
}

/// A path with those parameters that are there.
pub(crate) fn with(path: String, parameters: &[(&str, Option<String>)]) -> String {
    let given = parameters.iter().filter_map(|(name, value)| value.as_ref().map(|value| (name, value)));
    let query: Vec<_> = given.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, PLAIN))).collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// What is asked for.
pub(crate) struct Call {
    method: Method,
    path: String,
    body: Option<Bytes>,
    changes: bool,
}

impl Call {
    /// A call that changes nothing.
    pub(crate) const fn get(path: String) -> Self {
        Self { method: Method::GET, path, body: None, changes: false }
    }

    /// A call that changes something.
    pub(crate) const fn change(method: Method, path: String) -> Self {
        Self { method, path, body: None, changes: true }
    }

    /// The same with a body.
    pub(crate) fn with_body(self, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|error| Error::Setup(format!("the body cannot be written: {error}")))?;
        Ok(Self { body: Some(body.into()), ..self })
    }

    /// The same, as one that changes nothing.
    pub(crate) const fn reading(mut self) -> Self {
        self.changes = false;
        self
    }
}

/// How a try ended.
enum Tried {
    Answered(Answer),
    Unreachable(String),
    TimedOut,
}

impl Client {
    /// Makes the call, again and again where that can help.
    pub(crate) async fn call<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        let key = if call.changes { Some(self.named.clone().unwrap_or_else(new_key)) } else { None };
        let mut wait = FIRST_WAIT;
        for tries_left in (0..self.shared.tries).rev() {
            let tried = self.attempt(&call, key.as_ref()).await;
            let Some(pause) = self.pause(&tried, wait).filter(|_| tries_left > 0) else {
                return self.read(tried);
            };
            tokio::time::sleep(pause).await;
            wait *= 2;
        }
        unreachable!("the last try returns")
    }

    async fn attempt(&self, call: &Call, key: Option<&HeaderValue>) -> Tried {
        let shared = &self.shared;
        match tokio::time::timeout(shared.timeout, shared.transport.send(self.request(call, key))).await {
            Ok(Ok(answer)) => Tried::Answered(answer),
            Ok(Err(cause)) => Tried::Unreachable(cause),
            Err(_) => Tried::TimedOut,
        }
    }

    fn request(&self, call: &Call, key: Option<&HeaderValue>) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(call.body.clone().unwrap_or_default()));
        *request.method_mut() = call.method.clone();
        let uri = format!("{}{}", self.shared.origin, call.path);
        *request.uri_mut() = uri.parse().expect("a checked origin and an encoded path");
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.shared.authorization.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, AGENT);
        if call.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(key) = key {
            headers.insert("idempotency-key", key.clone());
        }
        request
    }

    /// For how long to wait for the next try, if one can help.
    fn pause(&self, tried: &Tried, wait: Duration) -> Option<Duration> {
        let Tried::Answered(answer) = tried else {
            return Some(jittered(wait));
        };
        if !matches!(answer.status.as_u16(), 429 | 502 | 503 | 504) {
            return None;
        }
        let asked = retry_after(&answer.headers).map(Duration::from_secs);
        asked.map_or(Some(jittered(wait)), |asked| Some(asked.max(jittered(wait))).filter(|_| asked <= self.shared.longest_wait))
    }

    fn read<T: DeserializeOwned>(&self, tried: Tried) -> Result<T, Error> {
        let origin = self.shared.origin.clone();
        match tried {
            Tried::Answered(answer) => read(&answer),
            Tried::Unreachable(cause) => Err(Error::Unreachable { origin, cause }),
            Tried::TimedOut => Err(Error::TimedOut { origin, after: self.shared.timeout }),
        }
    }
}

fn read<T: DeserializeOwned>(Answer { status, headers, body }: &Answer) -> Result<T, Error> {
    if status.is_success() {
        let unreadable = |error: serde_json::Error| Error::Unreadable { status: status.as_u16(), cause: error.to_string() };
        return serde_json::from_slice(body).map_err(unreadable);
    }
    if *status < StatusCode::BAD_REQUEST {
        return Err(Error::Unreadable { status: status.as_u16(), cause: "it leads elsewhere: is that the origin?".to_owned() });
    }
    let problem = serde_json::from_slice(body).unwrap_or_else(|_| Problem::bare(status.as_u16(), retry_after(headers)));
    Err(problem.into())
}

fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("random numbers never run out");
    bytes
}

fn new_key() -> HeaderValue {
    let text = format!("{:032x}", u128::from_be_bytes(random()));
    HeaderValue::from_str(&text).expect("hexadecimal digits")
}

/// Between the wait and half of it more: callers that failed together do not come back together.
fn jittered(wait: Duration) -> Duration {
    wait + wait.mul_f64(f64::from(u16::from_be_bytes(random())) / f64::from(u16::MAX) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_name_holds_it_stays_one_segment_of_the_path() {
        assert_eq!(path(&["users", "a/b?c#d %é", "optins"]), "/v1/users/a%2Fb%3Fc%23d%20%25%C3%A9/optins");
        let query = [("topic", Some("shirt m&x".to_owned())), ("after", None), ("limit", Some(5.to_string()))];
        assert_eq!(with(path(&["topics"]), &query), "/v1/topics?topic=shirt%20m%26x&limit=5");
        assert_eq!(with(path(&["topics"]), &[("after", None)]), "/v1/topics");
    }

    #[test]
    fn what_is_no_problem_document_becomes_one() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("7"));
        let answer = Answer { status: StatusCode::BAD_GATEWAY, headers, body: Bytes::from_static(b"<html>") };
        let error = read::<serde_json::Value>(&answer).err();
        let problem = error.as_ref().and_then(Error::problem).cloned();
        assert_eq!(problem, Some(Problem::bare(502, Some(7))));
        assert!(!error.is_some_and(|error| error.is_refusal()));
    }
}
