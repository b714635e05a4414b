//! The functions' side of API Gateway, and of schedules.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use lambda_http::request::RequestContext;
use lambda_http::tower::Service;
use lambda_http::{Adapter, Body as GatewayBody, LambdaEvent, RequestExt};
use lambda_runtime::{Context, Diagnostic, Error, service_fn};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::problem::{ApiError, Kind};
use super::request::{Body, Request};
use super::response::Response;
use super::sound::SoundEvent;
use super::source::Source;
use crate::ambient::random;
use crate::app::App;
use crate::telemetry;

/// Runs a function that answers HTTP requests.
///
/// # Errors
/// When the function cannot start, or the runtime ends.
pub async fn run<H, F>(handle: H) -> Result<(), Error>
where
    H: Fn(Arc<App>, Request) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    telemetry::start();
    let app = Arc::new(App::from_env().await?);
    telemetry::run(move |event| answer(Arc::clone(&app), handle, event)).await
}

/// What [`run`] does with one event, in JSON on both sides: for tests that have no Runtime API.
///
/// # Errors
/// When the event is none of API Gateway.
#[doc(hidden)]
pub async fn answer_json<S, H, F>(app: Arc<App<S>>, handle: H, event: &str) -> serde_json::Result<String>
where
    S: Send + Sync + 'static,
    H: Fn(Arc<App<S>>, Request) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let payload = serde_json::from_str(event)?;
    let mut context = Context::default();
    context.request_id = new_request_id();
    let Ok(answer) = answer(app, handle, LambdaEvent { payload, context }).await;
    serde_json::to_string(&answer)
}

fn answer<S, H, F>(app: Arc<App<S>>, handle: H, event: LambdaEvent<SoundEvent>) -> impl Future<Output = Result<impl Serialize, Infallible>>
where
    S: Send + Sync + 'static,
    H: Fn(Arc<App<S>>, Request) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let LambdaEvent { payload: SoundEvent { event, malformed }, context } = event;
    let mut adapter = Adapter::from(service_fn(move |request| {
        let answer = handle(Arc::clone(&app), parse(request, malformed));
        async move { Ok(gateway_response(answer.await)) }
    }));
    adapter.call(LambdaEvent { payload: event, context })
}

/// What invokes a function that schedules start too.
enum Event {
    /// API Gateway.
    Http(Box<SoundEvent>),
    /// A schedule, with this input.
    Occurrence(String),
}

/// The mark of a schedule's input: API Gateway's events have no such field.
#[derive(Deserialize)]
struct Marked {
    #[serde(rename = "ringonce")]
    _what: IgnoredAny,
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = <&RawValue>::deserialize(deserializer)?;
        if serde_json::from_str::<Marked>(event.get()).is_err()
            && let Ok(event) = serde_json::from_str(event.get())
        {
            return Ok(Self::Http(Box::new(event)));
        }
        // What is neither is told what it lacks.
        Ok(Self::Occurrence(event.get().to_owned()))
    }
}

/// What an invocation ends with.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<T> {
    Http(T),
    Occurrence(Box<RawValue>),
}

/// Runs a function that answers HTTP requests, and whose `carry_out` schedules start.
///
/// # Errors
/// When the function cannot start, or the runtime ends.
pub async fn run_with_schedules<H, F, C, G>(handle: H, carry_out: C) -> Result<(), Error>
where
    H: Fn(Arc<App>, Request) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
    C: Fn(Arc<App>, String) -> G + Copy + Send + Sync + 'static,
    G: Future<Output = Result<Response, ApiError>> + Send + 'static,
{
    telemetry::start();
    let app = Arc::new(App::from_env().await?);
    telemetry::run(move |event: LambdaEvent<Event>| {
        let app = Arc::clone(&app);
        async move {
            match event.payload {
                Event::Http(http) => {
                    let Ok(answer) = answer(app, handle, LambdaEvent { payload: *http, context: event.context }).await;
                    Ok(Answer::Http(answer))
                }
                Event::Occurrence(input) => carried_out(carry_out(app, input).await).map(Answer::Occurrence),
            }
        }
    })
    .await
}

fn carried_out(result: Result<Response, ApiError>) -> Result<Box<RawValue>, NotCarriedOut> {
    RawValue::from_string(result?.body).map_err(|_| ApiError::Internal.into())
}

/// Why an occurrence of a schedule was not carried out. Told so, Lambda tries it again, and keeps its event at last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCarriedOut {
    /// The stable slug of the API's error.
    pub code: &'static str,
    /// What happened and what to do next.
    pub message: String,
}

impl From<ApiError> for NotCarriedOut {
    fn from(error: ApiError) -> Self {
        let Kind { code, title, .. } = error.kind();
        let message = match error {
            ApiError::IdempotencyKeyReused => {
                "The execution stands for another input. Give each occurrence an `execution` of its own.".to_owned()
            }
            ApiError::Unavailable => "Nothing is lost: the same input may be brought again, under the same `execution`.".to_owned(),
            error => format!("{title}. {}", error.detail()),
        };
        Self { code, message }
    }
}

impl From<NotCarriedOut> for Diagnostic {
    fn from(NotCarriedOut { code, message }: NotCarriedOut) -> Self {
        Self { error_type: code.to_owned(), error_message: message }
    }
}

/// A request of API Gateway as handlers see it.
#[must_use]
pub fn parse(request: lambda_http::Request, malformed: bool) -> Request {
    let request_id = request.lambda_context_ref().map_or_else(new_request_id, |context| context.request_id.clone());
    let segments = Request::split(request.raw_http_path());
    let source = source(&request);
    let (parts, body) = request.into_parts();
    let body = match body {
        _ if malformed => Body::Malformed,
        GatewayBody::Text(text) => Body::Bytes(text.into_bytes()),
        GatewayBody::Binary(bytes) => Body::Bytes(bytes),
        _ => Body::Empty,
    };
    Request {
        method: parts.method,
        segments,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        source,
        request_id,
    }
}

/// The caller's address as the gateway saw it, or the function's own URL.
fn source(request: &lambda_http::Request) -> Option<Source> {
    let text = match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_deref(),
        _ => None,
    };
    Source::parse(text?)
}

/// An id for a request that came without one.
#[must_use]
pub fn new_request_id() -> String {
    ringonce_domain::encoding::to_text(&random::<12>())
}

fn gateway_response(response: Response) -> http::Response<GatewayBody> {
    let mut answer = http::Response::new(GatewayBody::from(response.body));
    *answer.status_mut() = response.status;
    *answer.headers_mut() = response.headers;
    answer
}

#[cfg(test)]
mod tests {
    use super::super::sound::tests::{event_v2, received};
    use super::*;

    #[test]
    fn an_event_of_the_gateway_is_read_as_the_request_that_it_was() {
        let request = received(&event_v2("/v1/users/ada%20l/optins", "topic=a%2Fb", "eyJhIjoxfQ==", true));
        assert_eq!(request.path(), ["v1", "users", "ada l", "optins"]);
        assert_eq!((request.verb(), request.parameter("topic").as_deref()), ("POST", Some("a/b")));
        assert_eq!(request.body, Body::Bytes(b"{\"a\":1}".to_vec()));
    }

    #[test]
    fn where_a_request_comes_from_the_gateway_says_and_no_header() {
        let v2 = event_v2("/v1/optins", "", "{}", false).replace("\"host\":", "\"x-forwarded-for\":\"198.51.100.7\",\"host\":");
        let v1 = include_str!("../../../tests/packaged/events/rest_api_1_0.json").replace("192.0.2.1", "192.0.2.7");
        for (event, address) in [(v2.as_str(), "192.0.2.1"), (v1.as_str(), "192.0.2.7")] {
            assert_eq!(received(event).source, Source::parse(address), "{address}");
        }
    }

    #[test]
    fn a_schedules_input_is_told_from_what_the_gateway_sends() {
        let occurrence = |event: &str| match serde_json::from_str(event).expect("an event") {
            Event::Occurrence(input) => Some(input),
            Event::Http(_) => None,
        };
        assert_eq!(occurrence(&event_v2("/v1/notifications", "", r#"{"ringonce":"send"}"#, false)), None);
        for input in [r#"{"ringonce":"send"}"#, r#"{"ringonce":null,"version":"2.0","rawPath":"/"}"#, r#"{"once":1}"#, "[1]"] {
            assert_eq!(occurrence(input).as_deref(), Some(input));
        }
    }

    #[test]
    fn why_an_occurrence_was_not_carried_out_is_told_by_the_apis_slug() {
        let why = Diagnostic::from(NotCarriedOut::from(ApiError::TokenUsed));
        assert_eq!(why.error_type, "token-used");
        assert_eq!(why.error_message, "The token was used. A token sends one message. Ask the person again for another.");
        assert_eq!(carried_out(Err(ApiError::Unavailable)).map_err(|why| why.code).expect_err("refused"), "unavailable");
    }
}
