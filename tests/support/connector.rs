//! A connector under the SDK: it counts what passes, and injects what no local engine does.

mod conditions;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It never reaches the table.
    LostBefore,
    /// It is carried out, and the answer never arrives.
    LostAfter,
    /// The table answers 500.
    ServerError,
    /// The table asks to be tried later.
    Throttled,
    /// The role may not do it.
    AccessDenied,
    /// The table is not there.
    Missing,
    /// A transaction holds the item.
    TransactionConflict,
    /// Another transaction holds an item of this one.
    TransactionCancelled,
    /// The table reads nothing of a batch for now.
    Unread,
    /// The answer takes that many milliseconds.
    Slow(u64),
}

type Chooser = Box<dyn FnMut(&str) -> Option<Fault> + Send>;

/// Counts by operation, and the choice of faults.
#[derive(Default)]
pub struct Meter {
    counts: Mutex<BTreeMap<String, u64>>,
    chooser: Mutex<Option<Chooser>>,
}

impl Meter {
    /// Forgets all counts.
    pub fn reset(&self) {
        self.counts.lock().unwrap().clear();
    }

    /// How many requests each operation took since the last reset.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.counts.lock().unwrap().clone()
    }

    /// How many requests there were since the last reset.
    pub fn total(&self) -> u64 {
        self.counts.lock().unwrap().values().sum()
    }

    /// Has `chooser` decide for each operation what goes wrong from now on.
    pub fn choose_faults(&self, chooser: impl FnMut(&str) -> Option<Fault> + Send + 'static) {
        *self.chooser.lock().unwrap() = Some(Box::new(chooser));
    }

    /// Lets only the next request of `operation` go wrong.
    pub fn fail_next(&self, operation: &'static str, fault: Fault) {
        let mut pending = Some(fault);
        self.choose_faults(move |name| if name == operation { pending.take() } else { None });
    }

    /// Lets everything pass again.
    pub fn heal(&self) {
        *self.chooser.lock().unwrap() = None;
    }

    fn pass(&self, operation: &str) -> Option<Fault> {
        *self.counts.lock().unwrap().entry(operation.to_owned()).or_default() += 1;
        self.chooser.lock().unwrap().as_mut().and_then(|choose| choose(operation))
    }
}

/// The connector.
#[derive(Clone)]
pub struct Connector {
    inner: SharedHttpConnectorSource,
    meter: Arc<Meter>,
}

#[derive(Clone)]
enum SharedHttpConnectorSource {
    Client(SharedHttpClient),
    Connector(SharedHttpConnector),
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector")
    }
}

impl Connector {
    /// A client that passes everything to `client`, past `meter`.
    pub fn over(client: SharedHttpClient, meter: Arc<Meter>) -> SharedHttpClient {
        SharedHttpClient::new(Self { inner: SharedHttpConnectorSource::Client(client), meter })
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        match &self.inner {
            SharedHttpConnectorSource::Client(client) => {
                let inner = SharedHttpConnectorSource::Connector(client.http_connector(settings, components));
                SharedHttpConnector::new(Self { inner, meter: Arc::clone(&self.meter) })
            }
            SharedHttpConnectorSource::Connector(connector) => connector.clone(),
        }
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = conditions::pass(request);
        let SharedHttpConnectorSource::Connector(inner) = self.inner.clone() else {
            return HttpConnectorFuture::ready(Err(lost("the client was called as a connector")));
        };
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        match self.meter.pass(&operation) {
            None => inner.call(request),
            Some(Fault::LostBefore) => HttpConnectorFuture::ready(Err(lost("injected: the line broke before the request"))),
            Some(Fault::LostAfter) => HttpConnectorFuture::new(async move {
                inner.call(request).await?;
                Err(lost("injected: the line broke after the request"))
            }),
            Some(Fault::Slow(millis)) => HttpConnectorFuture::new(async move {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                inner.call(request).await
            }),
            Some(Fault::Unread) => HttpConnectorFuture::ready(Ok(unread(&request))),
            Some(Fault::ServerError) => HttpConnectorFuture::ready(Ok(error(500, "InternalServerError"))),
            Some(Fault::Throttled) => HttpConnectorFuture::ready(Ok(error(400, "ThrottlingException"))),
            Some(Fault::AccessDenied) => HttpConnectorFuture::ready(Ok(error(400, "AccessDeniedException"))),
            Some(Fault::Missing) => HttpConnectorFuture::ready(Ok(error(400, "ResourceNotFoundException"))),
            Some(Fault::TransactionConflict) => HttpConnectorFuture::ready(Ok(error(400, "TransactionConflictException"))),
            Some(Fault::TransactionCancelled) => HttpConnectorFuture::ready(Ok(error(400, "TransactionCanceledException"))),
        }
    }
}

fn lost(why: &'static str) -> ConnectorError {
    ConnectorError::io(why.into())
}

fn unread(request: &HttpRequest) -> HttpResponse {
    let asked: serde_json::Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
    let body = serde_json::json!({ "Responses": {}, "UnprocessedKeys": asked["RequestItems"] });
    answer(200, &body)
}

fn answer(status: u16, body: &serde_json::Value) -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}

fn error(status: u16, code: &str) -> HttpResponse {
    let body = serde_json::json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "injected", "CancellationReasons": [{ "Code": "None" }, { "Code": "TransactionConflict" }] });
    answer(status, &body)
}
