//! Those who bring a message where its channel leads: push services and mail servers.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use ringonce_domain::email::EmailAddress;

use crate::app::StartError;
use crate::config::{Config, VapidConfig};
use crate::email::Mailer;
use crate::email::ses::Ses;
use crate::set_up::SetUp;
use crate::web_push::vapid::Vapid;

/// The providers that a worker has.
#[derive(Debug, Clone, Default)]
pub struct Providers {
    /// How push services know it.
    pub vapid: Option<Arc<Vapid>>,
    /// Its way out for e-mail.
    pub post: Option<Post>,
}

/// A way out for e-mail, and the address that it is sent from.
#[derive(Clone)]
pub struct Post {
    /// The way out.
    pub mailer: Arc<dyn Mailer>,
    /// The sender's address.
    pub from: EmailAddress,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Post")
    }
}

impl Providers {
    /// The providers that a function is configured with; e-mail goes by Amazon SES.
    ///
    /// # Errors
    /// When the configuration does not do.
    pub fn of(config: &Config, http: SharedHttpClient) -> Result<Self, StartError> {
        let vapid = config.vapid.as_ref().map(VapidConfig::vapid).transpose()?.map(Arc::new);
        let post = match &config.mail_from {
            Some(from) => {
                let mailer = Arc::new(Ses::of_environment(http, config.provider_timeout)?);
                Some(Post { mailer, from: from.clone() })
            }
            None => None,
        };
        Ok(Self { vapid, post })
    }

    /// The channels that can be offered with them.
    #[must_use]
    pub fn set_up(&self) -> SetUp {
        SetUp { push_key: self.vapid.as_ref().map(|vapid| vapid.public_key().to_owned()), mails: self.post.is_some() }
    }
}
