//! The embedded DynamoDB engine over HTTP, one table a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use dynoxide::Database;
use ringonce_adapters::dynamo::{DynamoStore, client, table};

use crate::capacity::{Capacity, Metering};
use crate::connector::{Connector, Meter};

/// An engine with one table, and a store over it whose every request the meter sees.
pub struct Engine {
    /// The store.
    pub store: Arc<DynamoStore>,
    /// What passes between store and engine.
    pub meter: Arc<Meter>,
    /// What the engine charges for it.
    pub capacity: Arc<Capacity>,
    /// The client under the store.
    pub client: Client,
    /// The table's name.
    pub table: String,
    /// Where the engine listens.
    pub endpoint: String,
    /// The engine itself, where it is the embedded one.
    pub database: Option<Database>,
}

static TABLES: AtomicU32 = AtomicU32::new(0);

impl Engine {
    /// The engine at `RINGONCE_TEST_ENDPOINT`, or else a new embedded one in memory.
    pub async fn start() -> Self {
        match std::env::var("RINGONCE_TEST_ENDPOINT") {
            Ok(endpoint) if !endpoint.is_empty() => Self::over(&endpoint, None).await,
            _ => Self::embedded().await,
        }
    }

    /// A new embedded engine in memory.
    pub async fn embedded() -> Self {
        let database = Database::memory().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        Self::over(&endpoint, Some(database)).await
    }

    async fn over(endpoint: &str, database: Option<Database>) -> Self {
        let table = format!("ringonce-{}-{}", std::process::id(), TABLES.fetch_add(1, Ordering::Relaxed));
        let engine = Self::at(endpoint, table, database);
        table::create(&engine.client, &engine.table).await.unwrap();
        engine.meter.reset();
        engine
    }

    /// A table that stands in the engine at `endpoint`.
    pub fn at(endpoint: &str, table: String, database: Option<Database>) -> Self {
        let meter = Arc::new(Meter::default());
        let http = Connector::over(client::http_client(None).unwrap(), Arc::clone(&meter));
        let capacity = Arc::new(Capacity::default());
        let config = client::settings(aws_sdk_dynamodb::Config::builder())
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
            .endpoint_url(endpoint)
            .http_client(http)
            .interceptor(Metering(Arc::clone(&capacity)))
            .build();
        let client = Client::from_conf(config);
        let store = Arc::new(DynamoStore::new(client.clone(), table.clone()));
        Self { store, meter, capacity, client, table, endpoint: endpoint.to_owned(), database }
    }
}
