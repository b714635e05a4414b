//! Lambda's Runtime API for one program: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

/// What a program made of an event: its answer, or the error that it reported.
pub type Outcome = Result<Value, Value>;

/// An event that waits for the program.
struct Invocation {
    id: String,
    event: String,
    deadline: SystemTime,
    outcome: oneshot::Sender<Outcome>,
}

/// The emulator.
pub struct RuntimeApi {
    /// Where it listens.
    pub address: SocketAddr,
    events: mpsc::UnboundedSender<Invocation>,
    polled: watch::Receiver<bool>,
}

struct Runtime {
    function: String,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    running: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    polled: watch::Sender<bool>,
}

/// Serves every request on a free loopback port with `answer`.
pub async fn serve<F>(answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static) -> SocketAddr
where
    F: Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer.clone()));
            tokio::spawn(async move {
                let _ = connection.await; // A program that is ended breaks its lines.
            });
        }
    });
    address
}

impl RuntimeApi {
    /// One for the function of that name.
    pub async fn start(function: &str) -> Self {
        let (events, waiting) = mpsc::unbounded_channel();
        let (polled, has_polled) = watch::channel(false);
        let (waiting, running) = (tokio::sync::Mutex::new(waiting), Mutex::default());
        let runtime = Arc::new(Runtime { function: function.to_owned(), waiting, running, polled });
        let address = serve(move |request| answer(Arc::clone(&runtime), request)).await;
        Self { address, events, polled: has_polled }
    }

    /// Hands an event to the program, as JSON; it may take `timeout`.
    pub fn invoke(&self, event: impl ToString, timeout: Duration) -> oneshot::Receiver<Outcome> {
        let (outcome, ended) = oneshot::channel();
        let bytes: [u8; 16] = ringonce_adapters::ambient::random();
        let id = format!("{:032x}", u128::from_be_bytes(bytes));
        self.events.send(Invocation { id, event: event.to_string(), deadline: SystemTime::now() + timeout, outcome }).unwrap();
        ended
    }

    /// Waits until the program has asked for its first event.
    pub async fn first_poll(&self) {
        self.polled.clone().wait_for(|polled| *polled).await.unwrap();
    }
}

async fn answer(runtime: Arc<Runtime>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let path = parts.uri.path().strip_prefix("/2018-06-01/runtime/").map(|path| path.split('/').collect::<Vec<_>>());
    Ok(match (parts.method.as_str(), path.as_deref()) {
        ("GET", Some(["invocation", "next"])) => runtime.next().await,
        ("POST", Some(["invocation", id, "response"])) => runtime.end(id, Ok(json_of(&body))),
        ("POST", Some(["invocation", id, "error"])) => runtime.end(id, Err(json_of(&body))),
        ("POST", Some(["init", "error"])) => {
            eprintln!("{} cannot start: {}", runtime.function, json_of(&body));
            status(StatusCode::ACCEPTED)
        }
        _ => status(StatusCode::NOT_FOUND),
    })
}

fn json_of(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|e| panic!("{e}: {body:?}"))
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let body = json!({ "status": status.canonical_reason() }).to_string();
    Response::builder().status(status).header("content-type", "application/json").body(Full::from(body)).unwrap()
}

impl Runtime {
    async fn next(&self) -> Response<Full<Bytes>> {
        self.polled.send_replace(true);
        let Some(Invocation { id, event, deadline, outcome }) = self.waiting.lock().await.recv().await else {
            return status(StatusCode::GONE);
        };
        let response = Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", &id)
            .header("lambda-runtime-deadline-ms", deadline.duration_since(UNIX_EPOCH).unwrap().as_millis().to_string())
            .header("lambda-runtime-invoked-function-arn", format!("arn:aws:lambda:eu-central-1:123456789012:function:{}", self.function))
            .header("lambda-runtime-trace-id", "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=0");
        self.running.lock().unwrap().insert(id, outcome);
        response.body(Full::from(event)).unwrap()
    }

    fn end(&self, id: &str, outcome: Outcome) -> Response<Full<Bytes>> {
        let Some(waiting) = self.running.lock().unwrap().remove(id) else {
            return status(StatusCode::BAD_REQUEST);
        };
        let _ = waiting.send(outcome); // Whoever waited may have given up.
        status(StatusCode::ACCEPTED)
    }
}
