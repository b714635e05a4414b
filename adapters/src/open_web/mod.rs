//! Requests to addresses that somebody gave us: https and public addresses only, resolved once and pinned, no redirects,
//! bounded in time and size.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Host;

mod guard;
mod rest;

pub use guard::{NotAllowed, Reach, check_url};

use guard::{Endpoint, endpoint, may_be_called};
use rest::{Resting, Turn};

/// Most bytes that are read of an answer; nothing in it is used.
const MOST_ANSWER: usize = 16 * 1024;

/// Longest wait for the rest of an answer whose status is known.
const DRAIN: Duration = Duration::from_millis(500);

/// What bytes go over.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A whole answer.
    Answered {
        /// Its status.
        status: u16,
        /// What it asks to wait, if it does.
        retry_after: Option<Duration>,
    },
    /// Nothing was sent: no name, no connection, no trust, or no permission.
    NotSent,
    /// Something was sent, and no answer came in time.
    Unclear,
}

/// Where a name leads, in the place of the system's resolver.
pub type Names = Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

/// The client for the open web.
pub struct OpenWeb {
    reach: Reach,
    names: Option<Names>,
    limit: Duration,
    tls: OnceLock<Arc<ClientConfig>>,
    resting: Resting,
    #[cfg(feature = "simulation")]
    simulated: Option<Arc<dyn SimulatedWeb>>,
}

/// The open web as a simulation has it.
#[cfg(feature = "simulation")]
#[async_trait::async_trait]
pub trait SimulatedWeb: Send + Sync {
    /// What is answered to a POST.
    async fn answer(&self, url: &str, headers: &HeaderMap, body: &[u8]) -> Reply;
}

impl OpenWeb {
    /// A client that waits at most `limit` for the whole of a request.
    #[must_use]
    pub fn new(reach: Reach, limit: Duration) -> Self {
        Self {
            reach,
            names: None,
            limit,
            tls: OnceLock::new(),
            resting: Resting::for_each(limit),
            #[cfg(feature = "simulation")]
            simulated: None,
        }
    }

    /// The same, where names lead as `names` says.
    #[must_use]
    pub fn knowing(self, names: Names) -> Self {
        Self { names: Some(names), ..self }
    }

    /// A client of a simulation's web.
    #[cfg(feature = "simulation")]
    #[must_use]
    pub fn simulated(limit: Duration, web: Arc<dyn SimulatedWeb>) -> Self {
        Self { simulated: Some(web), ..Self::new(Reach::PublicAndLoopback, limit) }
    }

    /// Longest time that a request can take.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Whether an address may be called at all.
    ///
    /// # Errors
    /// Why not.
    pub fn check_url(&self, url: &str) -> Result<(), NotAllowed> {
        check_url(url, self.reach)
    }

    /// The host and port of an address, where that may be called at all.
    #[must_use]
    pub fn authority(&self, url: &str) -> Option<String> {
        endpoint(url, self.reach).ok().map(|endpoint| endpoint.authority)
    }

    /// Posts `body` once.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: impl Into<Bytes>) -> Reply {
        let Ok(endpoint) = endpoint(url, self.reach) else {
            return Reply::NotSent;
        };
        let body: Bytes = body.into();
        #[cfg(feature = "simulation")]
        let bytes = body.clone();
        let Some(request) = request(&endpoint, headers, body) else {
            return Reply::NotSent;
        };
        #[cfg(feature = "simulation")]
        if let Some(web) = &self.simulated {
            let answer = tokio::time::timeout(self.limit, web.answer(url, request.headers(), &bytes)).await;
            return answer.unwrap_or(Reply::Unclear);
        }
        let turn = self.resting.turn(url, Instant::now());
        if turn == Turn::Rests {
            return Reply::NotSent;
        }
        let deadline = Instant::now() + self.limit;
        let reply = match timeout_at(deadline, self.open(&endpoint)).await {
            Ok(Some(stream)) => exchange(stream, request, deadline).await,
            Ok(None) | Err(_) => Reply::NotSent,
        };
        let now = Instant::now();
        let hung = !matches!(reply, Reply::Answered { .. }) && now >= deadline;
        self.resting.showed(url, turn, hung, now);
        reply
    }

    /// Gets what stands at `url`: the status, and a body of at most 16 KiB. `None` where no whole answer comes in time.
    pub async fn get(&self, url: &str) -> Option<(u16, Vec<u8>)> {
        let endpoint = endpoint(url, self.reach).ok()?;
        let mut request = Request::get(&endpoint.path).body(Full::new(Bytes::new())).ok()?;
        request.headers_mut().insert(header::HOST, endpoint.authority.parse().ok()?);
        let whole = async {
            let stream = self.open(&endpoint).await?;
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
            let mut driver = JoinSet::new();
            driver.spawn(connection);
            let answer = sender.send_request(request).await.ok()?;
            let status = answer.status().as_u16();
            let body = Limited::new(answer.into_body(), MOST_ANSWER).collect().await.ok()?;
            Some((status, body.to_bytes().to_vec()))
        };
        tokio::time::timeout(self.limit, whole).await.ok()?
    }

    /// A connection, encrypted where the URL says so. Nothing has been asked on it yet.
    async fn open(&self, endpoint: &Endpoint) -> Option<Box<dyn Stream>> {
        let stream = self.connect(endpoint).await?;
        if endpoint.tls { Some(Box::new(self.encrypt(endpoint, stream).await?)) } else { Some(Box::new(stream)) }
    }

    /// Resolves once, and connects to an address that was checked: a second look-up could name another.
    async fn connect(&self, endpoint: &Endpoint) -> Option<TcpStream> {
        let addresses: Vec<SocketAddr> = match &endpoint.host {
            Host::Domain(name) => self.addresses(name, endpoint.port).await?,
            Host::Ipv4(ip) => vec![SocketAddr::from((*ip, endpoint.port))],
            Host::Ipv6(ip) => vec![SocketAddr::from((*ip, endpoint.port))],
        };
        if !addresses.iter().all(|address| may_be_called(address.ip(), self.reach)) {
            return None;
        }
        for address in addresses {
            if let Ok(stream) = TcpStream::connect(address).await {
                return Some(stream);
            }
        }
        None
    }

    async fn addresses(&self, name: &str, port: u16) -> Option<Vec<SocketAddr>> {
        match &self.names {
            Some(names) => Some(names(name).into_iter().map(|ip| SocketAddr::from((ip, port))).collect()),
            None => Some(tokio::net::lookup_host((name, port)).await.ok()?.collect()),
        }
    }

    async fn encrypt(&self, endpoint: &Endpoint, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let name = match &endpoint.host {
            Host::Domain(name) => ServerName::try_from(name.clone()).ok()?,
            Host::Ipv4(ip) => ServerName::from(IpAddr::V4(*ip)),
            Host::Ipv6(ip) => ServerName::from(IpAddr::V6(*ip)),
        };
        TlsConnector::from(Arc::clone(self.tls.get_or_init(trusting_the_web))).connect(name, stream).await.ok()
    }
}

/// Mozilla's roots, parsed when first needed.
fn trusting_the_web() -> Arc<ClientConfig> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("aws-lc-rs supports the default protocol versions");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

fn request(endpoint: &Endpoint, headers: HeaderMap, body: Bytes) -> Option<Request<Full<Bytes>>> {
    let mut request = Request::post(&endpoint.path).body(Full::new(body)).ok()?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(header::HOST, endpoint.authority.parse().ok()?);
    Some(request)
}

async fn exchange(stream: Box<dyn Stream>, request: Request<Full<Bytes>>, deadline: Instant) -> Reply {
    let Ok((mut sender, connection)) = http1::handshake(TokioIo::new(stream)).await else {
        return Reply::NotSent;
    };
    // Ends with this function, however that ends.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let Ok(Ok(answer)) = timeout_at(deadline, sender.send_request(request)).await else {
        return Reply::Unclear;
    };
    let reply = Reply::Answered { status: answer.status().as_u16(), retry_after: retry_after(answer.headers(), SystemTime::now()) };
    // The status is the answer. The body is drained so that the sender sees no reset; if it is long or slow, it is cut.
    let _ = tokio::time::timeout(DRAIN, Limited::new(answer.into_body(), MOST_ANSWER).collect()).await;
    reply
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(value).ok().map(|at| at.duration_since(now).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_a_date() {
        let at = |value: &str| {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value.parse().expect("a header"))]);
            retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777))
        };
        assert_eq!(at("120"), Some(Duration::from_secs(120)));
        assert_eq!(at("Sun, 06 Nov 1994 08:50:37 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(at("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(at("soon"), None);
    }
}
