//! AWS Secrets Manager on loopback, as far as operators' commands use it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use crate::receiver::listen;

#[derive(Default)]
struct Secret {
    versions: Vec<String>,
    current: usize,
    previous: Option<usize>,
}

#[derive(Default)]
struct Inner {
    secrets: HashMap<String, Secret>,
    meddler: Option<String>,
    loses: bool,
}

/// The store.
pub struct SecretStore {
    inner: Arc<Mutex<Inner>>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl SecretStore {
    /// An empty store on a free loopback port.
    pub async fn start() -> Self {
        let inner = Arc::<Mutex<Inner>>::default();
        let answering = Arc::clone(&inner);
        let address = listen(move |request| {
            let inner = Arc::clone(&answering);
            async move {
                let (parts, body) = request.into_parts();
                let called: Value = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
                let operation = parts.headers["x-amz-target"].to_str().unwrap().to_owned();
                Ok(answer(&mut inner.lock().unwrap(), operation.trim_start_matches("secretsmanager."), &called))
            }
        });
        Self { address: address.await, inner }
    }

    /// What a secret holds now, and what it held before.
    pub fn held(&self, name: &str) -> (String, Option<String>) {
        let inner = self.inner.lock().unwrap();
        let secret = &inner.secrets[name];
        (secret.versions[secret.current].clone(), secret.previous.map(|at| secret.versions[at].clone()))
    }

    /// Has somebody else put `value` into the secret just before the next version would become the current one.
    pub fn meddle(&self, value: &str) {
        self.inner.lock().unwrap().meddler = Some(value.to_owned());
    }

    /// Has the answer get lost when the next version has become the current one.
    pub fn lose_an_answer(&self) {
        self.inner.lock().unwrap().loses = true;
    }
}

fn answer(inner: &mut Inner, operation: &str, called: &Value) -> Response<Full<Bytes>> {
    let text = |name: &str| called[name].as_str().unwrap_or_default().to_owned();
    if operation == "CreateSecret" {
        return create(inner, text("Name"), text("SecretString"));
    }
    let meddler = inner.meddler.take_if(|_| operation == "UpdateSecretVersionStage");
    let loses = operation == "UpdateSecretVersionStage" && std::mem::take(&mut inner.loses);
    let Some(secret) = inner.secrets.get_mut(&text("SecretId")) else {
        return refused("ResourceNotFoundException");
    };
    match operation {
        "GetSecretValue" => answered(&json!({ "VersionId": id(secret.current), "SecretString": secret.versions[secret.current] })),
        "PutSecretValue" => {
            assert_eq!(called["VersionStages"], json!(["RINGONCE_NEXT"]), "AWSCURRENT moves by a call that can be refused");
            secret.versions.push(text("SecretString"));
            answered(&json!({ "VersionId": id(secret.versions.len() - 1) }))
        }
        "UpdateSecretVersionStage" if text("VersionStage") == "AWSCURRENT" => {
            if let Some(value) = meddler {
                secret.versions.push(value);
                (secret.previous, secret.current) = (Some(secret.current), secret.versions.len() - 1);
            }
            if text("RemoveFromVersionId") != id(secret.current) {
                return refused("InvalidParameterException");
            }
            let next = (0..secret.versions.len()).find(|at| id(*at) == text("MoveToVersionId")).unwrap();
            (secret.previous, secret.current) = (Some(secret.current), next);
            if loses { with(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError") } else { answered(&json!({})) }
        }
        "UpdateSecretVersionStage" => answered(&json!({})),
        other => panic!("no command of an operator calls {other}"),
    }
}

fn create(inner: &mut Inner, name: String, value: String) -> Response<Full<Bytes>> {
    if inner.secrets.contains_key(&name) {
        return refused("ResourceExistsException");
    }
    inner.secrets.insert(name, Secret { versions: vec![value], ..Secret::default() });
    answered(&json!({ "VersionId": id(0) }))
}

/// A version's id, of the length that they have.
fn id(at: usize) -> String {
    format!("00000000-0000-4000-8000-{at:012}")
}

fn answered(body: &Value) -> Response<Full<Bytes>> {
    Response::new(Full::new(Bytes::from(body.to_string())))
}

fn refused(kind: &str) -> Response<Full<Bytes>> {
    with(StatusCode::BAD_REQUEST, kind)
}

fn with(status: StatusCode, kind: &str) -> Response<Full<Bytes>> {
    let mut response = answered(&json!({ "__type": kind, "message": "no" }));
    *response.status_mut() = status;
    response
}
