//! A business's webhook endpoint that behaves as it is told.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

/// What the endpoint does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers this status.
    Status(u16),
    /// Answers this status, and asks to be tried again after so many seconds.
    StatusAfter(u16, u32),
    /// Reads the request and never answers.
    Hang,
    /// Reads the request and closes the line.
    Drop,
}

/// A webhook that arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// `webhook-id`.
    pub id: String,
    /// `type` of the body; `object` where it is in Messenger's form.
    pub kind: String,
    /// The body.
    pub json: Value,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Bytes,
}

type Plan = Box<dyn Fn(&Received) -> Option<Behaviour> + Send>;

#[derive(Default)]
struct Inner {
    received: Mutex<Vec<Received>>,
    queue: Mutex<VecDeque<Behaviour>>,
    plan: Mutex<Option<Plan>>,
}

/// The endpoint.
#[derive(Clone)]
pub struct Receiver {
    inner: Arc<Inner>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Receiver {
    /// An endpoint on a free loopback port that accepts everything.
    pub async fn start() -> Self {
        let inner = Arc::<Inner>::default();
        let asked = Arc::clone(&inner);
        let address = listen(move |request| answer(Arc::clone(&asked), request)).await;
        Self { inner, address }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Has it meet the next `notification.deliver` requests with these, one each; then it accepts again.
    pub fn behave(&self, behaviours: &[Behaviour]) {
        self.inner.queue.lock().unwrap().extend(behaviours);
    }

    /// Has it meet each request as `plan` says, and accept where it says nothing.
    pub fn plan(&self, plan: impl Fn(&Received) -> Option<Behaviour> + Send + 'static) {
        *self.inner.plan.lock().unwrap() = Some(Box::new(plan));
    }

    /// Everything that arrived.
    pub fn received(&self) -> Vec<Received> {
        self.inner.received.lock().unwrap().clone()
    }

    /// What arrived of one kind.
    pub fn of_kind(&self, kind: &str) -> Vec<Received> {
        self.received().into_iter().filter(|received| received.kind == kind).collect()
    }
}

/// Answers every request on a free loopback port by `answer`, from now on; where that is an error the line is closed.
pub(crate) async fn listen<A>(answer: impl Fn(Request<Incoming>) -> A + Clone + Send + 'static) -> SocketAddr
where
    A: Future<Output = Result<Response<Full<Bytes>>, io::Error>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let answer = answer.clone();
            tokio::spawn(async move {
                let service = service_fn(answer);
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

async fn answer(inner: Arc<Inner>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let json: Value = serde_json::from_slice(&body).unwrap();
    // In Messenger's form no event names its kind.
    let kind = json.get("type").or(json.get("object")).and_then(Value::as_str).unwrap().to_owned();
    let id = parts.headers["webhook-id"].to_str().unwrap().to_owned();
    let received = Received { id, kind, json, headers: parts.headers, body };
    let planned = inner.plan.lock().unwrap().as_ref().and_then(|plan| plan(&received));
    let queued = (received.kind == "notification.deliver").then(|| inner.queue.lock().unwrap().pop_front()).flatten();
    inner.received.lock().unwrap().push(received);
    behave(planned.or(queued).unwrap_or(Behaviour::Status(204))).await
}

/// Does with a request what it was told to.
pub(crate) async fn behave(behaviour: Behaviour) -> Result<Response<Full<Bytes>>, io::Error> {
    let mut response = Response::new(Full::new(Bytes::new()));
    match behaviour {
        Behaviour::Status(status) => *response.status_mut() = status.try_into().unwrap(),
        Behaviour::StatusAfter(status, seconds) => {
            *response.status_mut() = status.try_into().unwrap();
            response.headers_mut().insert("retry-after", seconds.into());
        }
        Behaviour::Hang => tokio::time::sleep(Duration::from_secs(3_600)).await,
        Behaviour::Drop => return Err(io::ErrorKind::ConnectionReset.into()),
    }
    Ok(response)
}
