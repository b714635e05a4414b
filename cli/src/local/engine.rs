//! The embedded engine: DynamoDB's API over SQLite, in a file, served on a loopback port of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use dynoxide::Database;
use ringonce_adapters::dynamo::client::{self, ClientError};
use ringonce_adapters::dynamo::table::{self, TableError};
use rusqlite::Connection;
use thiserror::Error;
use tokio::net::TcpListener;

use super::pump::Mapping;

/// The local table's name.
pub const TABLE: &str = "ringonce";

/// Why the engine did not start.
#[derive(Debug, Error)]
pub enum EngineError {
    /// Its file.
    #[error("cannot open the table in {0}: {1}")]
    File(PathBuf, String),
    /// Its port.
    #[error("cannot listen on 127.0.0.1:{0} for the engine: {1}. Choose another with --engine-port")]
    Port(u16, std::io::Error),
    /// Its client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Its table.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// A running engine with the table in it.
pub struct Engine {
    /// The engine itself.
    pub database: Database,
    /// Where it listens.
    pub address: SocketAddr,
    /// A client of it.
    pub client: Client,
    /// What consumed stream records are removed with.
    pub trimmer: Trimmer,
}

impl Engine {
    /// Opens the engine's file under `directory`, serves it, and makes the table if it is new.
    ///
    /// # Errors
    /// Names what failed.
    pub async fn start(directory: &Path, port: u16) -> Result<Self, EngineError> {
        let file = directory.join("table.sqlite");
        let unusable = |why: String| EngineError::File(file.clone(), why);
        let database = Database::new(&file.to_string_lossy()).map_err(|e| unusable(e.to_string()))?;
        let trimmer = Trimmer::open(&file).map_err(|e| unusable(e.to_string()))?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|e| EngineError::Port(port, e))?;
        let address = listener.local_addr().map_err(|e| EngineError::Port(port, e))?;
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        let client = local_client(address)?;
        table::create(&client, TABLE).await?;
        Ok(Self { database, address, client, trimmer })
    }
}

/// A client of an engine on this machine: any credentials do.
///
/// # Errors
/// When no HTTP client can be built.
pub fn local_client(address: SocketAddr) -> Result<Client, ClientError> {
    let config = client::settings(aws_sdk_dynamodb::Config::builder())
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "ringonce dev"))
        .endpoint_url(format!("http://{address}"))
        .http_client(client::http_client(None)?)
        .build();
    Ok(Client::from_conf(config))
}

/// Removes stream records that every mapping has dealt with: the engine keeps them all, and every write grows slower as
/// they pile up. A record that is gone was dealt with, so the stream's start is also where restarted pumps go on.
pub struct Trimmer(Mutex<Consumed>);

struct Consumed {
    connection: Connection,
    positions: [Option<i64>; Mapping::ALL.len()],
}

impl Trimmer {
    fn open(file: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.execute_batch(
            "CREATE INDEX IF NOT EXISTS ringonce_stream ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
        )?;
        Ok(Self(Mutex::new(Consumed { connection, positions: [None; Mapping::ALL.len()] })))
    }

    /// Notes that a mapping has dealt with all records of the local table up to the one with this id, and removes those
    /// that the others have dealt with too.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn consumed(&self, mapping: Mapping, event_id: &str) -> Result<(), rusqlite::Error> {
        let mut consumed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let position = consumed.connection.query_row(
            "SELECT CAST(sequence_number AS INTEGER) FROM _stream_records WHERE table_name = ?1 AND event_id = ?2",
            [TABLE, event_id],
            |row| row.get(0),
        )?;
        consumed.positions[mapping as usize] = Some(position);
        // Nothing is less than any number: a mapping that has dealt with nothing yet keeps everything.
        if let Some(through) = consumed.positions.iter().copied().min().flatten() {
            consumed.connection.execute(
                "DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2",
                (TABLE, through),
            )?;
        }
        Ok(())
    }
}
