//! What every function is built from.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::store::Store;
use thiserror::Error;

use crate::ambient::Clock;
use crate::businesses::Businesses;
use crate::config::{Config, ConfigError};
use crate::delivery::Delivery;
use crate::dynamo::DynamoStore;
use crate::dynamo::client::{self, ClientError};
use crate::messages::Messages;
use crate::metrics::Metrics;
use crate::open_web::{OpenWeb, Reach};
use crate::providers::Providers;
use crate::set_up::SetUp;

/// The parts that handlers work with.
pub struct App<S = DynamoStore> {
    /// Opt-ins, people, businesses and keys.
    pub store: Arc<S>,
    /// Businesses and keys as the hot path reads them.
    pub businesses: Businesses<S>,
    /// The deployment's keys.
    pub keys: Arc<KeyRing>,
    /// The deployment's public origin.
    pub origin: String,
    /// The time.
    pub clock: Clock,
    /// The client for webhooks.
    pub web: Arc<OpenWeb>,
    /// The messages of opt-ins.
    pub messages: Arc<Messages<S>>,
    /// The channels that are set up.
    pub set_up: SetUp,
    /// Those who bring messages there; a worker's.
    pub providers: Providers,
    /// Where it says what it counts of itself.
    pub metrics: Metrics,
}

/// Why a function cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Its configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its AWS client.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// An app is shared by its parts, whatever its store.
impl<S> Clone for App<S> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            businesses: self.businesses.clone(),
            keys: Arc::clone(&self.keys),
            origin: self.origin.clone(),
            clock: self.clock.clone(),
            web: Arc::clone(&self.web),
            messages: Arc::clone(&self.messages),
            set_up: self.set_up.clone(),
            providers: self.providers.clone(),
            metrics: self.metrics.clone(),
        }
    }
}

impl<S: Store> App<S> {
    /// An app over one store.
    #[must_use]
    pub fn new(store: Arc<S>, keys: KeyRing, origin: String, clock: Clock, web: OpenWeb) -> Self {
        Self {
            businesses: Businesses::new(Arc::clone(&store)),
            messages: Arc::new(Messages::new(Arc::clone(&store))),
            store,
            keys: Arc::new(keys),
            origin,
            clock,
            web: Arc::new(web),
            set_up: SetUp::default(),
            providers: Providers::default(),
            metrics: Metrics::default(),
        }
    }

    /// The app with these providers, and the channels that they serve.
    #[must_use]
    pub fn with(self, providers: Providers) -> Self {
        Self { set_up: providers.set_up(), providers, ..self }
    }

    /// The worker that deliver and sweep share.
    #[must_use]
    pub fn delivery(&self) -> Delivery<S> {
        Delivery::new(self)
    }
}

impl App {
    /// The app of a Lambda function: configured by its environment, its client built once and primed.
    ///
    /// # Errors
    /// When the configuration does not do. A table that does not answer yet is not one: the first call will tell.
    pub async fn from_env() -> Result<Self, StartError> {
        let config = Config::from_env()?;
        let http = client::http_client(config.ca_bundle.as_deref())?;
        Self::of(config, http).await
    }

    /// The app of a worker, which also brings messages where their channels lead.
    ///
    /// # Errors
    /// When the configuration does not do.
    pub async fn of_worker() -> Result<Self, StartError> {
        let config = Config::from_env()?;
        let http = client::http_client(config.ca_bundle.as_deref())?;
        let providers = Providers::of(&config, http.clone())?;
        Ok(Self::of(config, http).await?.with(providers))
    }

    async fn of(config: Config, http: SharedHttpClient) -> Result<Self, StartError> {
        let set_up = SetUp { push_key: config.push_key, mails: config.mail_from.is_some() };
        let metrics = Metrics::of_environment(&config.table);
        let store = Arc::new(DynamoStore::new(client::of_environment(http)?, config.table));
        if let Err(error) = store.prime().await {
            tracing::warn!(%error, "the table does not answer yet");
        }
        let web = OpenWeb::new(Reach::Public, config.provider_timeout);
        Ok(Self { set_up, metrics, ..Self::new(store, config.keys, config.origin, Clock::SYSTEM, web) })
    }
}
