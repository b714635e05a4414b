//! Recorded events, with what varies filled in: `events/*.json` has them as AWS documents them.

use aws_smithy_types::base64;
use http::{HeaderMap, HeaderName, StatusCode};
use ringonce_adapters::wire::Route;
use ringonce_tests::http::Answer;
use serde_json::{Map, Value, json};

fn recorded(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A call of the API.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: &'static str,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
    is_base64: bool,
}

impl Call {
    pub(crate) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), headers: Vec::new(), body: None, is_base64: false }
    }

    /// A call of a URL of this deployment.
    pub(crate) fn of_url(method: &'static str, url: &str) -> Self {
        Self::new(method, url.strip_prefix(ringonce_tests::lambda::function::ORIGIN).unwrap())
    }

    pub(crate) fn by(self, key: &str) -> Self {
        self.header("authorization", format!("Bearer {key}"))
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string());
        self.header("content-type", "application/json")
    }

    pub(crate) fn form(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin")
    }

    /// The same with its body as the gateway passes what it takes for binary.
    pub(crate) fn in_base64(mut self) -> Self {
        self.body = self.body.map(base64::encode);
        self.is_base64 = true;
        self
    }

    /// The same with a body that says it is base64 and is not.
    pub(crate) fn in_broken_base64(mut self) -> Self {
        (self.body, self.is_base64) = (Some("not base64!".to_owned()), true);
        self
    }

    fn query_string(&self) -> String {
        let pairs: Vec<_> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("&")
    }

    /// The function that the path is routed to, with its route and what that names in the path.
    fn placed(&self) -> Option<(&'static str, &'static str, Map<String, Value>)> {
        let all = [
            ("request-optin", paths(request_optin::ROUTES)),
            ("grant-token", paths(grant_token::ROUTES)),
            ("console", paths(console::ROUTES)),
            ("send-notification", paths(send_notification::ROUTES)),
        ];
        let mut routes = all.into_iter().flat_map(|(function, paths)| paths.into_iter().map(move |path| (function, path)));
        routes.find_map(|(function, route)| matched(route, &self.path).map(|parameters| (function, route, parameters)))
    }

    /// The function that the path is routed to.
    pub(crate) fn function(&self) -> &'static str {
        self.placed().map_or("messenger-api", |(function, ..)| function)
    }

    fn route(&self) -> (&'static str, Map<String, Value>) {
        self.placed().map_or(("$default", Map::new()), |(_, route, parameters)| (route, parameters))
    }
}

fn paths<E>(routes: &[Route<E>]) -> Vec<&'static str> {
    routes.iter().map(|route| route.path).collect()
}

fn matched(route: &str, path: &str) -> Option<Map<String, Value>> {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    let mut parameters = Map::new();
    for (expected, segment) in route.iter().zip(&path) {
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => drop(parameters.insert(name.to_owned(), json!(segment))),
            None if expected == segment => {}
            None => return None,
        }
    }
    (route.len() == path.len()).then_some(parameters)
}

/// How API Gateway speaks to a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payload {
    /// An HTTP API's, version 2.0: the one that is deployed.
    V2,
    /// A REST API's, and an HTTP API's of version 1.0.
    V1,
}

impl Payload {
    pub(crate) fn event(self, call: &Call) -> Value {
        match self {
            Self::V2 => http_api(call),
            Self::V1 => rest_api(call),
        }
    }

    /// The answer of a function, whose shape is this payload's and nothing else.
    pub(crate) fn answer(self, answer: &Value) -> Answer {
        assert_eq!(answer["isBase64Encoded"], false, "{answer}");
        let (full, empty) = match self {
            Self::V2 => ("headers", "multiValueHeaders"),
            Self::V1 => ("multiValueHeaders", "headers"),
        };
        assert_eq!(answer[empty], json!({}), "{answer}");
        let mut headers = HeaderMap::new();
        for (name, value) in answer[full].as_object().unwrap() {
            let values = if self == Self::V2 { std::slice::from_ref(value) } else { value.as_array().unwrap() };
            for value in values {
                headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.as_str().unwrap().parse().unwrap());
            }
        }
        let status = StatusCode::from_u16(answer["statusCode"].as_u64().unwrap().try_into().unwrap()).unwrap();
        let body = if answer["body"].is_null() { "" } else { answer["body"].as_str().unwrap() };
        Answer { status, headers, body: body.to_owned() }
    }
}

/// A recorded event of an HTTP API, made this call's.
fn http_api(call: &Call) -> Value {
    let mut event = recorded(include_str!("events/http_api_2_0.json"));
    let (route, parameters) = call.route();
    let key = if route == "$default" { route.to_owned() } else { format!("ANY {route}") };
    event["routeKey"] = json!(key);
    event["rawPath"] = json!(call.path);
    event["rawQueryString"] = json!(call.query_string());
    event["requestContext"]["routeKey"] = json!(key);
    event["requestContext"]["http"]["method"] = json!(call.method);
    event["requestContext"]["http"]["path"] = json!(call.path);
    for (name, value) in &call.headers {
        event["headers"][name] = json!(value);
    }
    // What there is none of is left out.
    let fields = event.as_object_mut().unwrap();
    if !parameters.is_empty() {
        fields.insert("pathParameters".to_owned(), parameters.into());
    }
    if !call.query.is_empty() {
        fields.insert("queryStringParameters".to_owned(), call.query.iter().cloned().collect());
    }
    fill_body(&mut event, call);
    if call.body.is_none() {
        event.as_object_mut().unwrap().remove("body");
    }
    event
}

/// A recorded event of a REST API, made this call's. What there is none of is null.
fn rest_api(call: &Call) -> Value {
    let mut event = recorded(include_str!("events/rest_api_1_0.json"));
    let (route, parameters) = call.route();
    event["resource"] = json!(route);
    event["path"] = json!(call.path);
    event["httpMethod"] = json!(call.method);
    event["requestContext"]["resourcePath"] = json!(route);
    event["requestContext"]["path"] = json!(format!("/prod{}", call.path));
    event["requestContext"]["httpMethod"] = json!(call.method);
    for (name, value) in &call.headers {
        let name = as_sent(name);
        event["headers"][&name] = json!(value);
        event["multiValueHeaders"][&name] = json!([value]);
    }
    if !parameters.is_empty() {
        event["pathParameters"] = parameters.into();
    }
    if !call.query.is_empty() {
        event["queryStringParameters"] = call.query.iter().cloned().collect();
        event["multiValueQueryStringParameters"] = call.query.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    }
    fill_body(&mut event, call);
    event
}

fn fill_body(event: &mut Value, call: &Call) {
    event["body"] = json!(call.body);
    event["isBase64Encoded"] = json!(call.is_base64);
}

/// A header's name as callers of a REST API send it, and as it passes it on: `Content-Type`.
fn as_sent(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}

/// The event of the schedule.
pub(crate) fn schedule() -> Value {
    recorded(include_str!("events/schedule.json"))
}

/// What EventBridge Scheduler invokes a function with: the target's input, with its keywords replaced.
pub(crate) fn occurrence() -> Value {
    recorded(include_str!("events/scheduler.json"))
}

/// The recorded records of a stream: an INSERT and a MODIFY of an item that is none of ours.
pub(crate) fn foreign_records() -> Vec<Value> {
    recorded(include_str!("events/stream.json"))["Records"].as_array().unwrap().clone()
}

/// A recorded record of a stream, made this change's.
pub(crate) fn record(id: &str, name: &str, change: Value) -> Value {
    let mut record = foreign_records().remove(0);
    record["eventID"] = json!(id);
    record["eventName"] = json!(name);
    record["dynamodb"] = change;
    record
}

/// The event of the stream with these records.
pub(crate) fn batch(records: &[Value]) -> Value {
    json!({ "Records": records })
}
