//! A push service on loopback that behaves as it is told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt;

use crate::receiver::{Behaviour, behave, listen};

/// A push that arrived.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// Where it was posted to.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The encrypted message.
    pub body: Bytes,
}

impl Pushed {
    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// The push service.
#[derive(Clone)]
pub struct PushService {
    pushed: Arc<Mutex<Vec<Pushed>>>,
    queue: Arc<Mutex<VecDeque<Behaviour>>>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl PushService {
    /// A push service on a free loopback port that takes everything.
    pub async fn start() -> Self {
        let (pushed, queue) = (Arc::<Mutex<Vec<Pushed>>>::default(), Arc::<Mutex<VecDeque<Behaviour>>>::default());
        let (seen, planned) = (Arc::clone(&pushed), Arc::clone(&queue));
        let address = listen(move |request| {
            let (seen, planned) = (Arc::clone(&seen), Arc::clone(&planned));
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                seen.lock().unwrap().push(Pushed { path: parts.uri.path().to_owned(), headers: parts.headers, body });
                let behaviour = planned.lock().unwrap().pop_front();
                behave(behaviour.unwrap_or(Behaviour::Status(201))).await
            }
        });
        Self { pushed, queue, address: address.await }
    }

    /// Its origin, which tokens are for.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has it meet the next requests with these, one each; then it takes everything again.
    pub fn behave(&self, behaviours: &[Behaviour]) {
        self.queue.lock().unwrap().extend(behaviours);
    }

    /// Everything that arrived.
    pub fn pushed(&self) -> Vec<Pushed> {
        self.pushed.lock().unwrap().clone()
    }
}
