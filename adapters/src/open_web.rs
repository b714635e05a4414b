//! Requests to addresses that somebody gave us: https and public addresses only, resolved once and pinned, no redirects,
//! bounded in time and size.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::{Host, Url};

/// Most bytes that are read of an answer; nothing in it is used.
const MOST_ANSWER: usize = 16 * 1024;

/// Longest wait for the rest of an answer whose status is known.
const DRAIN: Duration = Duration::from_millis(500);
/// Most endpoints that are left alone at a time; one more, and all are tried again.
const MOST_RESTING: usize = 1_000;

/// What bytes go over.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Which addresses may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// https on public addresses.
    Public,
    /// These, and plain http on loopback: `ringonce dev` alone.
    PublicAndLoopback,
}

/// Why an address may not be called.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct NotAllowed(String);

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

/// The client for the open web.
pub struct OpenWeb {
    reach: Reach,
    limit: Duration,
    tls: OnceLock<Arc<ClientConfig>>,
    resting: Mutex<HashMap<String, Instant>>,
}

/// The endpoint of a URL, checked as far as its text goes.
struct Endpoint {
    host: Host<String>,
    port: u16,
    tls: bool,
    path: String,
    authority: String,
}

/// Checks a URL that somebody gives us, as far as its text goes.
///
/// # Errors
/// Says what it must be instead.
pub fn check_url(text: &str, reach: Reach) -> Result<(), NotAllowed> {
    endpoint(text, reach).map(|_| ())
}

fn endpoint(text: &str, reach: Reach) -> Result<Endpoint, NotAllowed> {
    let refuse = |rule: &str| Err(NotAllowed(rule.to_owned()));
    let Ok(url) = Url::parse(text) else {
        return refuse("must be an absolute URL such as https://shop.example/hook");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold a user name or password");
    }
    let (Some(host), Some(port)) = (url.host().map(|host| host.to_owned()), url.port_or_known_default()) else {
        return refuse("must name a host");
    };
    let loopback = reach == Reach::PublicAndLoopback && is_loopback(&host);
    let tls = match url.scheme() {
        "https" => true,
        "http" if loopback => false,
        _ => return refuse("must begin with https://"),
    };
    let literal = match &host {
        Host::Ipv4(ip) => Some(IpAddr::V4(*ip)),
        Host::Ipv6(ip) => Some(IpAddr::V6(*ip)),
        Host::Domain(_) => None,
    };
    if literal.is_some_and(|ip| !may_be_called(ip, reach)) {
        return refuse("must not name a private, loopback or reserved address");
    }
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let authority = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
    Ok(Endpoint { host, port, tls, path, authority })
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => name == "localhost",
    }
}

impl OpenWeb {
    /// A client that waits at most `limit` for the whole of a request.
    #[must_use]
    pub fn new(reach: Reach, limit: Duration) -> Self {
        Self { reach, limit, tls: OnceLock::new(), resting: Mutex::default() }
    }

    /// Longest time that a request can take.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Posts `body` once.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: String) -> Reply {
        let Ok(endpoint) = endpoint(url, self.reach) else {
            return Reply::NotSent;
        };
        let Some(request) = request(&endpoint, headers, body) else {
            return Reply::NotSent;
        };
        if self.rests(&endpoint.authority) {
            return Reply::NotSent;
        }
        let deadline = Instant::now() + self.limit;
        let reply = match timeout_at(deadline, self.open(&endpoint)).await {
            Ok(Some(stream)) => timeout_at(deadline, exchange(stream, request)).await.unwrap_or(Reply::Unclear),
            Ok(None) | Err(_) => Reply::NotSent,
        };
        if Instant::now() >= deadline {
            self.let_rest(endpoint.authority);
        }
        reply
    }

    /// An endpoint that let us wait in vain is left alone for as long: whoever waits for it holds up everybody else.
    fn rests(&self, authority: &str) -> bool {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.get(authority).is_some_and(|until| *until > Instant::now())
    }

    fn let_rest(&self, authority: String) {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.len() >= MOST_RESTING {
            resting.clear();
        }
        resting.insert(authority, Instant::now() + self.limit);
    }

    /// A connection, encrypted where the URL says so. Nothing has been asked on it yet.
    async fn open(&self, endpoint: &Endpoint) -> Option<Box<dyn Stream>> {
        let stream = self.connect(endpoint).await?;
        if endpoint.tls { Some(Box::new(self.encrypt(endpoint, stream).await?)) } else { Some(Box::new(stream)) }
    }

    /// Resolves once, and connects to an address that was checked: a second look-up could name another.
    async fn connect(&self, endpoint: &Endpoint) -> Option<TcpStream> {
        let addresses: Vec<SocketAddr> = match &endpoint.host {
            Host::Domain(name) => tokio::net::lookup_host((name.as_str(), endpoint.port)).await.ok()?.collect(),
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

fn request(endpoint: &Endpoint, headers: HeaderMap, body: String) -> Option<Request<Full<Bytes>>> {
    let mut request = Request::post(&endpoint.path).body(Full::new(Bytes::from(body))).ok()?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(header::HOST, endpoint.authority.parse().ok()?);
    Some(request)
}

async fn exchange(stream: Box<dyn Stream>, request: Request<Full<Bytes>>) -> Reply {
    let Ok((mut sender, connection)) = http1::handshake(TokioIo::new(stream)).await else {
        return Reply::NotSent;
    };
    // Ends with this function, however that ends.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let Ok(answer) = sender.send_request(request).await else {
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

fn may_be_called(ip: IpAddr, reach: Reach) -> bool {
    let public = match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    };
    public || (reach == Reach::PublicAndLoopback && ip.is_loopback())
}

/// The IANA IPv4 special-purpose address registry, less what is globally reachable.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!((a, b, c), (0 | 10 | 127 | 224..=255, _, _))
        || matches!((a, b, c), (100, 64..=127, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) | (198, 18 | 19, _))
        || matches!((a, b, c), (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113));
    !special
}

/// Global unicast (2000::/3) without the ranges that embed other addresses or document (IANA IPv6 registry).
fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(embedded) = ip.to_ipv4_mapped() {
        return is_public_v4(embedded);
    }
    let [first, second, ..] = ip.segments();
    let special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) || first == 0x2002 || (first == 0x3fff && second < 0x1000);
    first & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_may_be_called() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2001::1",
            "64:ff9b::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "3fff::1",
        ] {
            assert!(!may_be_called(private.parse().expect("an address"), Reach::Public), "{private}");
        }
        for public in ["1.1.1.1", "172.32.0.1", "192.0.1.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(may_be_called(public.parse().expect("an address"), Reach::Public), "{public}");
        }
        assert!(may_be_called("127.0.0.1".parse().expect("an address"), Reach::PublicAndLoopback));
        assert!(!may_be_called("10.0.0.1".parse().expect("an address"), Reach::PublicAndLoopback));
    }

    #[test]
    fn a_url_is_refused_by_what_it_must_be() {
        for (url, rule) in [
            ("shop.example/hook", "absolute"),
            ("http://shop.example/hook", "https://"),
            ("ftp://shop.example/hook", "https://"),
            ("https://user:pass@shop.example/", "user name"),
            ("https://127.0.0.1/hook", "private"),
            ("https://[::ffff:10.0.0.1]/hook", "private"),
            ("https://2130706433/hook", "private"),
            ("https://0x7f.1/hook", "private"),
            ("http://127.0.0.1/hook", "https://"),
        ] {
            let error = check_url(url, Reach::Public).expect_err(url).to_string();
            assert!(error.contains(rule), "{url}: {error}");
        }
        assert!(check_url("https://shop.example/hook?x=1", Reach::Public).is_ok());
        assert!(check_url("http://127.0.0.1:9000/hook", Reach::PublicAndLoopback).is_ok());
        assert!(check_url("http://192.168.0.1/hook", Reach::PublicAndLoopback).is_err());
    }

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
