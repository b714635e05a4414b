//! Configuration: environment variables, read once at start.

use std::time::Duration;

use ringonce_domain::email::EmailAddress;
use ringonce_domain::keyring::KeyRing;
use thiserror::Error;
use url::Url;

use crate::delivery::PROVIDER_TIMEOUT;
use crate::web_push::vapid::{KEY_RULE, Vapid, VapidError};

/// A variable that a function reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Whether a function cannot start without it.
    pub required: bool,
    /// What it means.
    pub meaning: &'static str,
}

/// Every variable of Ringonce's own. The AWS SDK reads its own beside them (`AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`).
pub const VARIABLES: &[Variable] = &[
    Variable { name: TABLE, required: true, meaning: "name of the DynamoDB table" },
    Variable { name: ORIGIN, required: true, meaning: "public origin of this deployment, such as https://notify.example" },
    Variable { name: KEYS, required: true, meaning: "the key ring, as JSON" },
    Variable { name: CA_BUNDLE, required: false, meaning: "PEM file of the roots to trust for AWS instead of Amazon's" },
    Variable { name: PROVIDER_SECONDS, required: false, meaning: "longest wait for a webhook's answer, 1 to 10 seconds, default 10" },
    Variable {
        name: MAIL_FROM,
        required: false,
        meaning: "address that e-mail is sent from, verified in Amazon SES; without it no e-mail is offered",
    },
    Variable {
        name: PUSH_KEY,
        required: false,
        meaning: "public VAPID key, for browsers to subscribe with; without it no Web Push is offered",
    },
    Variable { name: VAPID_SUBJECT, required: false, meaning: "where push services reach the operator, such as mailto:push@shop.com" },
    Variable { name: VAPID_KEY, required: false, meaning: "private VAPID key, as `ringonce keys push` prints one" },
];

const TABLE: &str = "RINGONCE_TABLE";
const ORIGIN: &str = "RINGONCE_ORIGIN";
const KEYS: &str = "RINGONCE_KEYS";
const CA_BUNDLE: &str = "RINGONCE_CA_BUNDLE";
const PROVIDER_SECONDS: &str = "RINGONCE_PROVIDER_SECONDS";
const MAIL_FROM: &str = "RINGONCE_MAIL_FROM";
const PUSH_KEY: &str = "RINGONCE_VAPID_PUBLIC_KEY";
/// Names the variable that says where push services reach the operator.
pub const VAPID_SUBJECT: &str = "RINGONCE_VAPID_SUBJECT";
const VAPID_KEY: &str = "RINGONCE_VAPID_KEY";

/// What a function is configured with.
#[derive(Debug)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// The deployment's public origin, without a slash at its end.
    pub origin: String,
    /// The deployment's keys.
    pub keys: KeyRing,
    /// The roots to trust for AWS, if not Amazon's.
    pub ca_bundle: Option<Vec<u8>>,
    /// Longest wait for a provider.
    pub provider_timeout: Duration,
    /// The address that e-mail is sent from.
    pub mail_from: Option<EmailAddress>,
    /// The public key that browsers subscribe with.
    pub push_key: Option<String>,
    /// How push services know this deployment: a worker's.
    pub vapid: Option<VapidConfig>,
}

/// A VAPID subject and private key, yet to be checked.
#[derive(Clone)]
pub struct VapidConfig {
    subject: String,
    key: String,
}

impl std::fmt::Debug for VapidConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VapidConfig")
    }
}

impl VapidConfig {
    /// The sender that push services will know.
    ///
    /// # Errors
    /// Names the variable that is unusable.
    pub fn vapid(&self) -> Result<Vapid, ConfigError> {
        Vapid::new(&self.subject, &self.key).map_err(|error| match error {
            VapidError::Subject(rule) => ConfigError::Unusable(VAPID_SUBJECT, rule),
            VapidError::Key => ConfigError::Unusable(VAPID_KEY, KEY_RULE.to_owned()),
        })
    }
}

/// Why a function cannot start. Values appear in it only where they are no secrets.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A variable is missing.
    #[error("set {0}: {1}")]
    Missing(&'static str, &'static str),
    /// A variable is of no use.
    #[error("{0} {1}")]
    Unusable(&'static str, String),
}

impl Config {
    /// Reads the configuration through `read`, which is [`std::env::var`] but in tests.
    ///
    /// # Errors
    /// Names the variable that is missing or unusable.
    pub fn read(read: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let read = |name: &str| read(name).filter(|value| !value.trim().is_empty());
        let required = |name: &'static str| read(name).ok_or_else(|| missing(name));
        Ok(Self {
            table: required(TABLE)?,
            origin: origin(&required(ORIGIN)?)?,
            keys: KeyRing::parse(&required(KEYS)?).map_err(|e| ConfigError::Unusable(KEYS, e.to_string()))?,
            ca_bundle: read(CA_BUNDLE).map(|path| bundle(&path)).transpose()?,
            provider_timeout: read(PROVIDER_SECONDS).map_or(Ok(PROVIDER_TIMEOUT), |text| provider_timeout(&text))?,
            mail_from: read(MAIL_FROM).map(|address| mail_from(&address)).transpose()?,
            push_key: read(PUSH_KEY),
            vapid: match (read(VAPID_SUBJECT), read(VAPID_KEY)) {
                (Some(subject), Some(key)) => Some(VapidConfig { subject, key }),
                (None, Some(_)) => return Err(missing(VAPID_SUBJECT)),
                (Some(_), None) => return Err(missing(VAPID_KEY)),
                (None, None) => None,
            },
        })
    }

    /// Reads the process's environment.
    ///
    /// # Errors
    /// Names the variable that is missing or unusable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var(name).ok())
    }
}

fn missing(name: &'static str) -> ConfigError {
    let meaning = VARIABLES.iter().find(|variable| variable.name == name).map_or("", |variable| variable.meaning);
    ConfigError::Missing(name, meaning)
}

/// Reads the deployment's origin.
///
/// # Errors
/// When it is none.
pub fn origin(text: &str) -> Result<String, ConfigError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.path() == "/" && url.query().is_none());
    match url {
        Some(url) => Ok(url.origin().ascii_serialization()),
        None => Err(ConfigError::Unusable(ORIGIN, format!("must be an origin such as https://notify.example, and is `{text}`"))),
    }
}

fn bundle(path: &str) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|e| ConfigError::Unusable(CA_BUNDLE, format!("names `{path}`, which cannot be read: {e}")))
}

fn mail_from(text: &str) -> Result<EmailAddress, ConfigError> {
    EmailAddress::try_from(text.to_owned()).map_err(|wrong| ConfigError::Unusable(MAIL_FROM, wrong.rule))
}

fn provider_timeout(text: &str) -> Result<Duration, ConfigError> {
    match text.parse::<u64>() {
        Ok(seconds @ 1..=10) => Ok(Duration::from_secs(seconds)),
        _ => Err(ConfigError::Unusable(PROVIDER_SECONDS, format!("must be 1 to 10, and is `{text}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let ring = KeyRing::generate([[1; 32], [2; 32], [3; 32]]);
        let mut values = std::collections::HashMap::from([
            (TABLE.to_owned(), "ringonce".to_owned()),
            (ORIGIN.to_owned(), "https://notify.example/".to_owned()),
            (KEYS.to_owned(), ring),
        ]);
        values.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Config::read(|name| values.get(name).cloned())
    }

    #[test]
    fn each_required_variable_is_asked_for_by_name() {
        assert_eq!(with(&[]).expect("complete").origin, "https://notify.example");
        for variable in VARIABLES.iter().filter(|variable| variable.required) {
            let error = with(&[(variable.name, "")]).expect_err(variable.name);
            assert_eq!(error, ConfigError::Missing(variable.name, variable.meaning));
        }
    }

    #[test]
    fn a_push_key_needs_whom_a_push_service_can_reach() {
        let key = crate::web_push::vapid::generate();
        assert_eq!(with(&[(VAPID_KEY, &key)]).map(|_| ()), Err(missing(VAPID_SUBJECT)));
        assert_eq!(with(&[(VAPID_SUBJECT, "mailto:push@shop.com")]).map(|_| ()), Err(missing(VAPID_KEY)));
        let vapid = |subject: &str, key: &str| {
            let config = with(&[(VAPID_SUBJECT, subject), (VAPID_KEY, key)]).expect("read");
            config.vapid.expect("both are there").vapid().map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(vapid("mailto:push@shop.com", &key), Ok(()));
        assert!(vapid("mailto:push@example.com", &key).is_err_and(|error| error.starts_with(VAPID_SUBJECT)));
        assert!(vapid("mailto:push@shop.com", "x").is_err_and(|error| error.starts_with(VAPID_KEY)));
    }

    #[test]
    fn an_unusable_value_is_named() {
        for (name, value) in
            [(ORIGIN, "notify.example"), (KEYS, "{}"), (CA_BUNDLE, "/does/not/exist"), (PROVIDER_SECONDS, "60"), (MAIL_FROM, "shop")]
        {
            let error = with(&[(name, value)]).expect_err(name).to_string();
            assert!(error.starts_with(name), "{error}");
        }
    }
}
