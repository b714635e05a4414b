//! Which table an operator's command works on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use clap::Args;
use ringonce_adapters::config::{Config, ConfigError};
use ringonce_adapters::delivery::PROVIDER_TIMEOUT;
use ringonce_adapters::dynamo::DynamoStore;
use ringonce_adapters::dynamo::client::{self, ClientError};
use ringonce_adapters::open_web::Reach;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::restore::Restores;
use ringonce_domain::store::{Directory, Reconciles, Replays, StoreError, Webhooks};
use ringonce_domain::text::Invalid;
use thiserror::Error;

use crate::dev::{LocalState, StateError};
use crate::local::engine::{TABLE, local_client};

/// Which table.
#[derive(Debug, Args)]
pub struct TableArguments {
    /// Work on the `ringonce dev` that runs on this machine, instead of the table that RINGONCE_TABLE names
    #[arg(long)]
    local: bool,
    /// State folder of that `ringonce dev`
    #[arg(long, env = "RINGONCE_STATE_DIR", default_value = ".ringonce")]
    state_dir: PathBuf,
}

/// Why a command was not carried out.
#[derive(Debug, Error)]
pub enum OperatorError {
    /// The local state.
    #[error(transparent)]
    State(#[from] StateError),
    /// The environment.
    #[error("{0}. For the `ringonce dev` on this machine, add --local")]
    Config(#[from] ConfigError),
    /// The client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The table.
    #[error("{0}. Nothing is half done: repeat the command")]
    Store(#[from] StoreError),
    /// What was given.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// What was asked for.
    #[error("{0}")]
    Refused(String),
}

/// An open table.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) webhooks: Arc<dyn Webhooks>,
    pub(super) replays: Arc<dyn Replays>,
    pub(super) reconciles: Arc<dyn Reconciles>,
    pub(super) restores: Arc<dyn Restores>,
    pub(super) keys: KeyRing,
    pub(super) reach: Reach,
    pub(super) provider_timeout: Duration,
}

impl TableArguments {
    pub(super) async fn open(&self) -> Result<Table, OperatorError> {
        if self.local {
            let (keys, engine) = LocalState::of_running(&self.state_dir)?;
            let client = local_client(engine)?;
            return Ok(Table::of(client, TABLE.to_owned(), keys, Reach::PublicAndLoopback, PROVIDER_TIMEOUT));
        }
        let config = Config::from_env()?;
        let http = client::http_client(config.ca_bundle.as_deref())?;
        Ok(Table::of(client::of_operator(http).await, config.table, config.keys, Reach::Public, config.provider_timeout))
    }
}

impl Table {
    fn of(client: Client, name: String, keys: KeyRing, reach: Reach, provider_timeout: Duration) -> Self {
        let store = Arc::new(DynamoStore::new(client, name.clone()));
        Self {
            name,
            directory: store.clone(),
            webhooks: store.clone(),
            replays: store.clone(),
            reconciles: store.clone(),
            restores: store,
            keys,
            reach,
            provider_timeout,
        }
    }
}
