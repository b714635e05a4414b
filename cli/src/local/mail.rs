//! E-mail from this machine: to an SMTP server that a variable names, or else into files that a mail program opens.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use ringonce_adapters::ambient::Clock;
use ringonce_adapters::email::{Mail, Mailer};
use ringonce_adapters::webhook::Verdict;
use ringonce_domain::email::EmailAddress;
use thiserror::Error;
use tokio::time::{Instant, timeout, timeout_at};
use url::{Host, Url};

/// The variable that names an SMTP server: `smtp://127.0.0.1:1025`, or `smtps://user:password@smtp.example`.
pub const SMTP: &str = "RINGONCE_SMTP";

/// Longest time that an e-mail takes.
const LIMIT: Duration = Duration::from_secs(10);
/// Longest wait for a server's goodbye, which changes nothing any more.
const GOODBYE: Duration = Duration::from_millis(500);

/// Why no e-mail can leave this machine.
#[derive(Debug, Error)]
pub enum MailError {
    /// The variable. It can hold a password and is not shown.
    #[error("{SMTP} {0}")]
    Smtp(&'static str),
    /// The folder.
    #[error("cannot use {0}: {1}")]
    Outbox(PathBuf, io::Error),
}

/// The way out: to the server that `smtp` names, or else into files under `directory`.
///
/// # Errors
/// When the server's address is none, or the folder cannot be made.
pub fn mailer(smtp: Option<&str>, directory: &Path) -> Result<Arc<dyn Mailer>, MailError> {
    match smtp.filter(|url| !url.trim().is_empty()) {
        Some(url) => Ok(Arc::new(Smtp::at(url)?)),
        None => Ok(Arc::new(Outbox::under(directory)?)),
    }
}

/// An SMTP server.
pub struct Smtp {
    host: String,
    port: u16,
    tls: Option<TlsParameters>,
    login: Option<Credentials>,
    limit: Duration,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp")
    }
}

impl Smtp {
    /// The server at `smtp://host:port`, or at `smtps://user:password@host` by TLS, whose certificate one of Mozilla's roots
    /// must vouch for.
    ///
    /// # Errors
    /// When the address is another one.
    pub fn at(url: &str) -> Result<Self, MailError> {
        let url = Url::parse(url.trim()).map_err(|_| MailError::Smtp("must be an address such as smtp://127.0.0.1:1025"))?;
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            None => return Err(MailError::Smtp("must name a host")),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(MailError::Smtp("must end with the host or its port"));
        }
        let login = login(&url)?;
        let (port, tls) = match (url.scheme(), &login) {
            ("smtp", None) => (25, None),
            ("smtp", Some(_)) => return Err(MailError::Smtp("would send its password in the clear: write smtps://")),
            ("smtps", _) => (465, Some(tls(&host, None)?)),
            _ => return Err(MailError::Smtp("must begin with smtp:// or smtps://")),
        };
        Ok(Self { host, port: url.port().unwrap_or(port), tls, login, limit: LIMIT })
    }

    /// The same, but a certificate of the authority in `pem` will do too.
    ///
    /// # Errors
    /// When that is no certificate.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, MailError> {
        let authority = Certificate::from_pem(pem).map_err(|_| MailError::Smtp("is to be trusted by what is no certificate"))?;
        if self.tls.is_some() {
            self.tls = Some(tls(&self.host, Some(authority))?);
        }
        Ok(self)
    }

    /// The same, but with another limit for the whole of an e-mail.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// A connection that takes e-mail.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let at = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(at, Some(self.limit), &ClientId::default(), self.tls.clone(), None).await?;
        if let Some(login) = &self.login {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await?;
        }
        Ok(connection)
    }
}

fn tls(host: &str, authority: Option<Certificate>) -> Result<TlsParameters, MailError> {
    let parameters = authority.into_iter().fold(TlsParameters::builder(host.to_owned()), |tls, one| tls.add_root_certificate(one));
    parameters.build().map_err(|_| MailError::Smtp("must name a host that a certificate can be for"))
}

fn login(url: &Url) -> Result<Option<Credentials>, MailError> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) if !user.is_empty() => match (decoded(user), decoded(password)) {
            (Ok(user), Ok(password)) => Ok(Some(Credentials::new(user, password))),
            _ => Err(MailError::Smtp("must have its user and password in UTF-8")),
        },
        _ => Err(MailError::Smtp("must have a user and a password, or neither")),
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Verdict {
        let content = mail.compose(Clock::SYSTEM.now());
        let deadline = Instant::now() + self.limit;
        // Until the content is sent, nothing is.
        let mut connection = match timeout_at(deadline, self.connect()).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return noted(mail, &error, if error.is_transient() { Verdict::Later(None) } else { Verdict::Unreachable }),
            Err(_) => return Verdict::Unreachable,
        };
        match timeout_at(deadline, envelope(&mut connection, mail)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return noted(mail, &error, answered(&error).unwrap_or(Verdict::Unreachable)),
            Err(_) => return Verdict::Unreachable,
        }
        // From here on, only an answer tells (RFC 5321, section 4.2.5).
        let verdict = match timeout_at(deadline, connection.message(&content)).await {
            Ok(Ok(_)) => Verdict::Accepted,
            Ok(Err(error)) => noted(mail, &error, answered(&error).unwrap_or(Verdict::Unclear)),
            Err(_) => return Verdict::Unclear,
        };
        let _ = timeout(GOODBYE, connection.quit()).await;
        verdict
    }
}

/// Says who sends and who gets it, and asks for leave to send the content.
async fn envelope(connection: &mut AsyncSmtpConnection, mail: &Mail) -> Result<(), Error> {
    connection.command(MailFrom::new(Some(address(mail.from.address())), Vec::new())).await?;
    connection.command(Rcpt::new(address(&mail.to), Vec::new())).await?;
    connection.command(Data).await?;
    Ok(())
}

/// lettre's check is another than ours, and lets more pass.
fn address(address: &EmailAddress) -> Address {
    Address::new_dangerous(address.local(), address.domain())
}

/// What the server's reply says of the e-mail; nothing, where it is not a refusal.
fn answered(error: &Error) -> Option<Verdict> {
    match (error.is_permanent(), error.is_transient()) {
        (true, _) => Some(Verdict::Refused),
        (_, true) => Some(Verdict::Later(None)),
        _ => None,
    }
}

/// The code alone is logged: what a server says beside it names addresses.
fn noted(mail: &Mail, error: &Error, verdict: Verdict) -> Verdict {
    let code = error.status().map(|code| code.to_string());
    tracing::warn!(mail = mail.message_id.as_str(), code, ?verdict, "the SMTP server did not take an e-mail");
    verdict
}

/// A folder of e-mails that were not sent anywhere.
#[derive(Debug)]
pub struct Outbox(PathBuf);

impl Outbox {
    /// The folder `outbox` under `directory`; it is made if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn under(directory: &Path) -> Result<Self, MailError> {
        let folder = directory.join("outbox");
        fs::create_dir_all(&folder).map_err(|e| MailError::Outbox(folder.clone(), e))?;
        Ok(Self(folder))
    }

    /// Writes beside and renames: whoever looks for `*.eml` never finds half of one.
    fn keep(&self, mail: &Mail) -> io::Result<()> {
        let now = Clock::SYSTEM.now();
        let name = format!("{}-{}", now.to_string().replace(':', "-"), mail.message_id.as_str());
        let beside = self.0.join(format!("{name}.new"));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&mail.compose(now))?;
        file.sync_all()?;
        fs::rename(&beside, self.0.join(format!("{name}.eml")))
    }
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: &Mail) -> Verdict {
        match self.keep(mail) {
            Ok(()) => Verdict::Accepted,
            Err(error) => {
                tracing::warn!(mail = mail.message_id.as_str(), %error, "an e-mail cannot be written into the outbox");
                Verdict::Unreachable
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_an_address_of_its_own_kind() {
        for (url, host, port, tls) in [
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, false),
            (" smtp://mailpit/ ", "mailpit", 25, false),
            ("smtp://[::1]:1025", "::1", 1025, false),
            ("smtps://smtp.example", "smtp.example", 465, true),
            ("smtps://us%40er:p%3Aw@smtp.example:2465", "smtp.example", 2465, true),
        ] {
            let smtp = Smtp::at(url).expect(url);
            assert_eq!((smtp.host.as_str(), smtp.port, smtp.tls.is_some()), (host, port, tls), "{url}");
            assert_eq!(smtp.login, url.contains("er:p").then(|| Credentials::new("us@er".to_owned(), "p:w".to_owned())));
        }
    }

    #[test]
    fn an_address_that_names_no_server_is_refused_without_its_password() {
        for url in [
            "127.0.0.1:1025",
            "smtp://",
            "http://smtp.example",
            "smtp://u:secret@smtp.example",
            "smtps://secret@smtp.example",
            "smtps://:secret@smtp.example",
            "smtp://smtp.example/secret",
            "smtp://smtp.example?tls=secret",
            "smtps://u:%FFsecret@smtp.example",
        ] {
            let error = Smtp::at(url).map(|_| ()).expect_err(url).to_string();
            assert!(error.starts_with(SMTP) && !error.contains("secret"), "{error}");
        }
    }
}
