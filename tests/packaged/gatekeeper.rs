//! What stands between the functions and the table: it lets through what the caller's role allows, as IAM does.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use ringonce_tests::http::{Answer, send};
use serde_json::{Value, json};

use crate::permissions::{Permission, needed};
use ringonce_tests::lambda::runtime_api::serve;

/// By access key id, which is the function's name.
pub(crate) type Roles = BTreeMap<String, BTreeSet<Permission>>;

/// The gatekeeper.
pub(crate) struct Gatekeeper {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    gate: Arc<Gate>,
}

struct Gate {
    engine: String,
    table: String,
    granted: Roles,
    used: Mutex<Roles>,
    denied: Mutex<Vec<String>>,
}

impl Gatekeeper {
    /// One before the engine at that address.
    pub(crate) async fn start(engine: &str, table: &str, granted: Roles) -> Self {
        let gate = Gate { engine: engine.to_owned(), table: table.to_owned(), granted, used: Mutex::default(), denied: Mutex::default() };
        let gate = Arc::new(gate);
        let served = Arc::clone(&gate);
        let address = serve(move |request| answer(Arc::clone(&served), request)).await;
        Self { address, gate }
    }

    /// Whose calls it did not let through, and what they lacked.
    pub(crate) fn denied(&self) -> Vec<String> {
        self.gate.denied.lock().unwrap().clone()
    }

    /// What each function may do and has not done.
    pub(crate) fn unused(&self) -> Vec<String> {
        let used = self.gate.used.lock().unwrap();
        let of = |function: &String, permissions: &BTreeSet<Permission>| -> Vec<String> {
            let used = used.get(function);
            let unused = permissions.iter().filter(|permission| used.is_none_or(|used| !used.contains(permission)));
            unused.map(|permission| format!("{function}: {permission}")).collect()
        };
        self.gate.granted.iter().flat_map(|(function, permissions)| of(function, permissions)).collect()
    }
}

impl Gate {
    /// Notes what a call takes, and says what of it the caller's role does not give.
    fn refused(&self, caller: &str, operation: &str, call: &Value) -> Option<String> {
        let needed = needed(operation, call, &self.table);
        let granted = self.granted.get(caller);
        let given = |needed: &Permission| granted.into_iter().flatten().find(|permission| permission.gives(needed));
        if let Some(lacking) = needed.iter().find(|needed| given(needed).is_none()) {
            let refusal = format!("{caller}: {lacking}");
            eprintln!("denied: {refusal}"); // What follows from it may be what a test fails of.
            self.denied.lock().unwrap().push(refusal.clone());
            return Some(refusal);
        }
        self.used.lock().unwrap().entry(caller.to_owned()).or_default().extend(needed.iter().filter_map(given).cloned());
        None
    }
}

async fn answer(gate: Arc<Gate>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let call = serde_json::from_slice(&body).unwrap();
    Ok(match gate.refused(caller(&parts.headers), operation(&parts.headers), &call) {
        Some(refusal) => denial(&refusal),
        None => forward(&gate.engine, &parts, body).await,
    })
}

/// Who signed the request: `AWS4-HMAC-SHA256 Credential=<access key id>/<date>/...`.
fn caller(headers: &HeaderMap) -> &str {
    let signed = headers[header::AUTHORIZATION].to_str().unwrap();
    let credential = signed.strip_prefix("AWS4-HMAC-SHA256 Credential=").unwrap();
    credential.split('/').next().unwrap()
}

fn operation(headers: &HeaderMap) -> &str {
    headers["x-amz-target"].to_str().unwrap().strip_prefix("DynamoDB_20120810.").unwrap()
}

fn denial(refusal: &str) -> Response<Full<Bytes>> {
    let message = format!("User is not authorized to perform: {refusal}");
    let body = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": message }).to_string();
    Response::builder().status(400).header(header::CONTENT_TYPE, "application/x-amz-json-1.0").body(Full::from(body)).unwrap()
}

async fn forward(engine: &str, parts: &Parts, body: Bytes) -> Response<Full<Bytes>> {
    let own = [header::HOST, header::CONTENT_LENGTH];
    let passed = parts.headers.iter().filter(|(name, _)| !own.contains(name));
    let headers: Vec<_> = passed.map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    let Answer { status, headers, body } = send(parts.method.as_str(), &format!("{engine}/"), &headers, body).await;
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}
