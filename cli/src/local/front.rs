//! The HTTP front: what API Gateway does on AWS. Each path goes to the handler that is deployed for it.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ringonce_adapters::app::App;
use ringonce_adapters::wire::lambda::new_request_id;
use ringonce_adapters::wire::request::Body;
use ringonce_adapters::wire::{Request, Response, route};
use ringonce_domain::store::{Replays, Store};
use tokio::net::TcpListener;

/// A handler of paths that are not a function's.
pub trait Extra: Send + Sync + 'static {
    /// The answer, if the path is one of its own.
    fn answer(&self, request: &Request) -> impl Future<Output = Option<Response>> + Send;
}

/// No paths but the functions'.
pub struct NoExtra;

impl Extra for NoExtra {
    async fn answer(&self, _: &Request) -> Option<Response> {
        None
    }
}

/// Serves for ever.
pub async fn serve(listener: TcpListener, app: App, extra: impl Extra) {
    let (app, extra) = (Arc::new(app), Arc::new(extra));
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // Too many open files, most likely: others will close.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let (app, extra) = (Arc::clone(&app), Arc::clone(&extra));
        tokio::spawn(async move {
            let service = service_fn(|request| serve_one(Arc::clone(&app), Arc::clone(&extra), peer.ip(), request));
            // A client that goes away in the middle is its own affair.
            let _ = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn serve_one(
    app: Arc<App<impl Store + Replays>>,
    extra: Arc<impl Extra>,
    peer: IpAddr,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let request = parse(request, peer).await;
    let response = match extra.answer(&request).await {
        Some(response) => response,
        None => dispatch(app, request).await,
    };
    let mut answer = http::Response::new(Full::new(Bytes::from(response.body)));
    *answer.status_mut() = response.status;
    *answer.headers_mut() = response.headers;
    Ok(answer)
}

/// Which function answers a path.
pub async fn dispatch(app: Arc<App<impl Store + Replays>>, request: Request) -> Response {
    if route::has_path(request_optin::ROUTES, &request) {
        request_optin::handle(app, request).await
    } else if route::has_path(send_notification::ROUTES, &request) {
        send_notification::handle(app, request).await
    } else if route::has_path(console::ROUTES, &request) {
        console::handle(app, request).await
    } else if route::has_path(grant_token::ROUTES, &request) {
        grant_token::handle(app, request).await
    } else {
        messenger_api::handle(app, request).await
    }
}

async fn parse(request: http::Request<Incoming>, peer: IpAddr) -> Request {
    let (parts, body) = request.into_parts();
    let body = Body::Bytes(read(body).await);
    Request {
        method: parts.method,
        segments: Request::split(parts.uri.path()),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        source: Some(peer.into()),
        request_id: new_request_id(),
    }
}

/// Most bytes of a body that are read to their end: whoever is answered in the middle of writing may miss the answer.
const MOST_READ: usize = 64 * 1024 * 1024;

/// A body; of one that is longer than any handler takes, or that breaks off, as much as shows that it is.
async fn read(mut body: Incoming) -> Vec<u8> {
    let longest = messenger_api::LONGEST_BODY;
    let (mut kept, mut seen) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return vec![0; longest + 1];
        };
        let data = frame.into_data().unwrap_or_default();
        seen += data.len();
        let room = (longest + 1).saturating_sub(kept.len()).min(data.len());
        kept.extend_from_slice(&data[..room]);
        if seen > MOST_READ {
            break;
        }
    }
    kept
}
