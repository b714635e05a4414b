//! A client, and how it is set up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use url::{Host, Url};

use crate::transport::Transport;
use crate::{ApiKey, Error};

/// What is said of an origin that a key would travel to unencrypted.
pub const LOOPBACK_ONLY: &str = "http:// is for this machine alone: the key would travel unencrypted";

/// A client of one business of one Ringonce. Cheap to clone: its clones share their connections.
///
/// A call that changes something carries an `Idempotency-Key`, the same over all tries of the call: what an answer that got
/// lost has done is not done twice. See [`Client::under`] for a key of your own.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) named: Option<HeaderValue>,
}

pub(crate) struct Shared {
    pub(crate) origin: String,
    pub(crate) authorization: HeaderValue,
    pub(crate) transport: Transport,
    pub(crate) timeout: Duration,
    pub(crate) tries: u32,
    pub(crate) longest_wait: Duration,
}

impl Client {
    /// A client of the Ringonce at `origin`, such as `https://notify.example`, for the business whose key it is.
    ///
    /// # Errors
    /// When `origin` is no origin, or the key cannot be one. Nothing is called.
    pub fn new(origin: &str, key: impl Into<ApiKey>) -> Result<Self, Error> {
        Self::builder(origin, key).build()
    }

    /// The same, to be set up.
    pub fn builder(origin: &str, key: impl Into<ApiKey>) -> Builder {
        Builder {
            origin: origin.to_owned(),
            key: key.into(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            tries: 4,
            longest_wait: Duration::from_secs(10),
            allow_http: false,
        }
    }

    /// This client, with `key` as the `Idempotency-Key` of each call that changes something: the same call under the same key
    /// runs once, whoever makes it and whenever.
    ///
    /// # Errors
    /// When `key` is not visible ASCII of 1 to 255 bytes.
    pub fn under(&self, key: &str) -> Result<Self, Error> {
        let is_one = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        let wrong = || Error::Setup("an Idempotency-Key is visible ASCII of 1 to 255 bytes".to_owned());
        let named = HeaderValue::from_str(key).ok().filter(|_| is_one).ok_or_else(wrong)?;
        Ok(Self { shared: Arc::clone(&self.shared), named: Some(named) })
    }

    /// Where it calls.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.shared.origin)
    }
}

/// A client that is being set up.
#[derive(Debug, Clone)]
pub struct Builder {
    origin: String,
    key: ApiKey,
    timeout: Duration,
    connect_timeout: Duration,
    tries: u32,
    longest_wait: Duration,
    allow_http: bool,
}

impl Builder {
    /// For how long each try waits for its whole answer; 30 seconds unless set.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// For how long each try waits for a connection; 5 seconds unless set.
    #[must_use]
    pub fn connect_timeout(self, connect_timeout: Duration) -> Self {
        Self { connect_timeout, ..self }
    }

    /// How often a call is tried at most where there is no connection, or 429, 502, 503 or 504 is answered; 4 unless set.
    #[must_use]
    pub fn tries(self, tries: u32) -> Self {
        Self { tries, ..self }
    }

    /// The longest wait between two tries; 10 seconds unless set. A `Retry-After` beyond it ends the call: the error says when
    /// it may succeed.
    #[must_use]
    pub fn longest_wait(self, longest_wait: Duration) -> Self {
        Self { longest_wait, ..self }
    }

    /// Allows `http://` to another machine too, such as one of a private network: the key travels unencrypted.
    #[must_use]
    pub fn allow_http(self) -> Self {
        Self { allow_http: true, ..self }
    }

    /// The client.
    ///
    /// # Errors
    /// When the origin is none, or the key cannot be one.
    pub fn build(self) -> Result<Client, Error> {
        let origin = checked(&self.origin, self.allow_http)?;
        let unusable = || Error::Setup("the API key holds characters that no key holds".to_owned());
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", self.key.reveal())).map_err(|_| unusable())?;
        authorization.set_sensitive(true);
        let transport = Transport::new(self.connect_timeout)?;
        let (timeout, tries, longest_wait) = (self.timeout, self.tries.max(1), self.longest_wait);
        let shared = Shared { origin, authorization, transport, timeout, tries, longest_wait };
        Ok(Client { shared: Arc::new(shared), named: None })
    }
}

/// An origin without a slash at its end.
fn checked(text: &str, allow_http: bool) -> Result<String, Error> {
    let wrong = |why: &str| Error::Setup(format!("`{text}` is no origin, such as https://notify.example: {why}"));
    let url = Url::parse(text.trim()).map_err(|error| wrong(&error.to_string()))?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !is_bare || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it is scheme, host and perhaps a port alone"));
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_http || is_loopback(&url) => {}
        "http" => return Err(wrong(LOOPBACK_ONLY)),
        _ => return Err(wrong("it begins with https://")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_and_host_and_a_key_leaves_this_machine_encrypted() {
        for (text, origin) in [
            ("https://notify.example", "https://notify.example"),
            ("https://notify.example/ ", "https://notify.example"),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("http://[::1]:9000/", "http://[::1]:9000"),
            ("http://localhost:9000", "http://localhost:9000"),
        ] {
            assert_eq!(checked(text, false).ok().as_deref(), Some(origin));
        }
        for text in
            ["", "notify.example", "ftp://notify.example", "https://notify.example/v1", "https://a:b@notify.example", "https://n.example?x"]
        {
            assert!(matches!(checked(text, true), Err(Error::Setup(_))), "{text}");
        }
        assert!(checked("http://notify.example", false).is_err_and(|error| error.to_string().contains(LOOPBACK_ONLY)));
        assert!(checked("http://notify.example", true).is_ok());
    }

    #[test]
    fn debug_shows_no_key_and_a_key_that_cannot_be_one_is_refused() {
        let client = Client::new("https://notify.example", "ro_sk_abc").ok();
        assert_eq!(format!("{client:?}"), "Some(Client(https://notify.example))");
        let builder = Client::builder("https://notify.example", "ro_sk_abc");
        assert!(!format!("{builder:?}").contains("abc"));
        assert!(matches!(Client::new("https://notify.example", "ro\nsk"), Err(Error::Setup(_))));
        assert!(client.is_some_and(|client| client.under("restock 7").is_err() && client.under("restock-7").is_ok()));
    }
}
