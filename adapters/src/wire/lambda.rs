//! The functions' side of API Gateway.

use std::future::Future;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::request::LambdaRequest;
use lambda_http::tower::Service;
use lambda_http::{Adapter, Body as GatewayBody, LambdaEvent, RequestExt};
use lambda_runtime::{Error, service_fn};
use serde::{Deserialize, Deserializer};

use super::request::{Body, Request};
use super::response::Response;
use crate::ambient::random;
use crate::app::App;

/// An event of API Gateway whose body has been looked at first: `lambda_http` panics on a body that is marked as base64
/// and is not, and whoever calls can send one.
struct SoundEvent {
    event: LambdaRequest,
    malformed: bool,
}

impl<'de> Deserialize<'de> for SoundEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut event = LambdaRequest::deserialize(deserializer)?;
        let malformed = match &mut event {
            LambdaRequest::ApiGatewayV2(event) => drop_malformed(&mut event.is_base64_encoded, &mut event.body),
            LambdaRequest::ApiGatewayV1(event) => drop_malformed(&mut event.is_base64_encoded, &mut event.body),
            _ => false,
        };
        Ok(Self { event, malformed })
    }
}

fn drop_malformed(is_base64: &mut bool, body: &mut Option<String>) -> bool {
    let malformed = *is_base64 && body.as_deref().is_some_and(|body| STANDARD.decode(body).is_err());
    if malformed {
        (*is_base64, *body) = (false, None);
    }
    malformed
}

/// Runs a function that answers HTTP requests.
///
/// # Errors
/// When the function cannot start, or the runtime ends.
pub async fn run<H, F>(handle: H) -> Result<(), Error>
where
    H: Fn(Arc<App>, Request) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    lambda_http::tracing::init_default_subscriber();
    let app = Arc::new(App::from_env().await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SoundEvent>| {
        let app = Arc::clone(&app);
        let LambdaEvent { payload: SoundEvent { event, malformed }, context } = event;
        let mut adapter = Adapter::from(service_fn(move |request| {
            let answer = handle(Arc::clone(&app), parse(request, malformed));
            async move { Ok::<_, Error>(gateway_response(answer.await)) }
        }));
        adapter.call(LambdaEvent { payload: event, context })
    }))
    .await
}

/// A request of API Gateway as handlers see it.
#[must_use]
pub fn parse(request: lambda_http::Request, malformed: bool) -> Request {
    let request_id = request.lambda_context_ref().map_or_else(new_request_id, |context| context.request_id.clone());
    let segments = Request::split(request.raw_http_path());
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
        request_id,
    }
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
