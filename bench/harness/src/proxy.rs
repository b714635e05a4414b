//! A proxy before the engine, which counts what passes: requests, bytes, and units.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use crate::capacity;

/// What passed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Tally {
    /// Requests.
    pub(crate) round_trips: u64,
    /// Bytes of their bodies, and of their answers'.
    pub(crate) bytes: u64,
    /// Write units.
    pub(crate) write_units: f64,
    /// Read units.
    pub(crate) read_units: f64,
    /// How many requests there were of each operation.
    pub(crate) operations: BTreeMap<String, u64>,
}

/// The proxy.
pub(crate) struct Proxy {
    pub(crate) endpoint: String,
    tally: Arc<Mutex<Tally>>,
}

impl Proxy {
    pub(crate) async fn before(engine: &str) -> Self {
        let engine = engine.strip_prefix("http://").unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let tally = Arc::new(Mutex::default());
        tokio::spawn(accept(listener, engine, Arc::clone(&tally)));
        Self { endpoint, tally }
    }

    /// What passed since this was asked last.
    pub(crate) fn take(&self) -> Tally {
        std::mem::take(&mut self.tally.lock().unwrap())
    }
}

async fn accept(listener: TcpListener, engine: SocketAddr, tally: Arc<Mutex<Tally>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let tally = Arc::clone(&tally);
        tokio::spawn(async move {
            let (sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(TcpStream::connect(engine).await.unwrap())).await.unwrap();
            tokio::spawn(connection);
            let sender = Arc::new(tokio::sync::Mutex::new(sender));
            let pass = service_fn(move |request| pass(Arc::clone(&sender), Arc::clone(&tally), request));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), pass).await; // Programs that end break their lines.
        });
    }
}

async fn pass(
    sender: Arc<tokio::sync::Mutex<SendRequest<Full<Bytes>>>>,
    tally: Arc<Mutex<Tally>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    // What uses none is passed on as it is, whatever that is.
    let asked = capacity::is_charged(&operation).then(|| serde_json::from_slice::<Value>(&body).unwrap());
    let told = asked.as_ref().map_or_else(|| body.clone(), |asked| Bytes::from(capacity::asked_for(asked.clone()).to_string()));
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(told.len()));
    let (answer, answered) = sender.lock().await.send_request(Request::from_parts(parts, Full::new(told))).await?.into_parts();
    let answered = answered.collect().await?.to_bytes();
    let used = |asked: &Value| capacity::of(&operation, asked, answer.status.is_success(), &serde_json::from_slice(&answered).unwrap());
    let units = asked.as_ref().map(used).unwrap_or_default();
    let mut tally = tally.lock().unwrap();
    tally.round_trips += 1;
    tally.bytes += (body.len() + answered.len()) as u64;
    tally.write_units += units.write;
    tally.read_units += units.read;
    *tally.operations.entry(operation).or_default() += 1;
    Ok(Response::from_parts(answer, Full::new(answered)))
}
