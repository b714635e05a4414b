//! The state folder: the table, the key ring, the demo business, and where a running engine listens.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ringonce_adapters::ambient::random;
use ringonce_domain::keyring::{KeyRing, KeyRingError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::local::engine::TABLE;

/// Why the state folder is of no use.
#[derive(Debug, Error)]
pub enum StateError {
    /// A file.
    #[error("cannot use {0}: {1}")]
    File(PathBuf, io::Error),
    /// Another process.
    #[error("another `ringonce dev` uses {0}: stop it, or give this one its own --state-dir")]
    Busy(PathBuf),
    /// The key ring.
    #[error("{0}: {1}")]
    Keys(PathBuf, KeyRingError),
    /// A file that holds something else.
    #[error("{0} is not what `ringonce dev` writes there")]
    Unreadable(PathBuf),
    /// No running engine.
    #[error("no `ringonce dev` runs on {0}: start one, or leave out --local and set RINGONCE_TABLE and AWS credentials")]
    NotRunning(PathBuf),
}

/// An open state folder. While it is open no other process can open it.
pub struct LocalState {
    directory: PathBuf,
    temporary: bool,
    _lock: File,
}

#[derive(Serialize, Deserialize)]
struct Running {
    engine: SocketAddr,
    /// Where the API is called; earlier versions did not say.
    #[serde(default)]
    origin: Option<String>,
}

/// What commands need of the demo business.
#[derive(Deserialize)]
struct DemoKey {
    api_key: String,
}

const KEYS: &str = "keys.json";
const RUNNING: &str = "running.json";
const ENVIRONMENT: &str = "functions.env";
/// The demo business's file.
pub(super) const DEMO: &str = "demo.json";

impl LocalState {
    /// Opens, and makes if need be, a folder that stays.
    ///
    /// # Errors
    /// When another process has it, or it cannot be written.
    pub fn open(directory: &Path) -> Result<Self, StateError> {
        Self::at(directory.to_owned(), false)
    }

    /// Makes a folder that goes at the end.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn temporary() -> Result<Self, StateError> {
        let name = format!("ringonce-{}", ringonce_domain::encoding::to_text(&random::<9>()));
        Self::at(std::env::temp_dir().join(name), true)
    }

    fn at(directory: PathBuf, temporary: bool) -> Result<Self, StateError> {
        let file = |e| StateError::File(directory.clone(), e);
        fs::create_dir_all(&directory).map_err(file)?;
        let lock = private().create(true).truncate(false).open(directory.join("lock")).map_err(file)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::Busy(directory)),
            Err(TryLockError::Error(e)) => return Err(StateError::File(directory, e)),
        }
        let state = Self { directory, temporary, _lock: lock };
        let keys = state.directory.join(KEYS);
        if !keys.exists() {
            write(&keys, &KeyRing::generate([random(), random(), random()]))?;
        }
        Ok(state)
    }

    /// The folder.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether the folder goes at the end.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// The deployment's keys.
    ///
    /// # Errors
    /// When the file is not one that this program reads.
    pub fn keys(&self) -> Result<KeyRing, StateError> {
        read_keys(&self.directory)
    }

    /// Lets commands find the engine and the API.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn publish(&self, engine: SocketAddr, origin: &str) -> Result<(), StateError> {
        self.keep(RUNNING, &Running { engine, origin: Some(origin.to_owned()) })
    }

    /// Keeps what functions of other processes need to work on the engine, as lines for a shell, and tells where.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn keep_environment(&self, engine: SocketAddr, origin: &str) -> Result<PathBuf, StateError> {
        let path = self.directory.join(ENVIRONMENT);
        let keys = self.directory.join(KEYS);
        let keys = fs::read_to_string(&keys).map_err(|e| StateError::File(keys, e))?;
        let variables = [
            ("RINGONCE_TABLE", TABLE),
            ("RINGONCE_ORIGIN", origin),
            ("RINGONCE_KEYS", keys.trim()),
            ("AWS_ENDPOINT_URL_DYNAMODB", &format!("http://{engine}")),
            ("AWS_REGION", "local"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ];
        let lines: String = variables.iter().map(|(name, value)| format!("{name}='{value}'\n")).collect();
        write(&path, &lines)?;
        Ok(path)
    }

    /// Keeps a value for the next run.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn keep(&self, name: &str, value: &impl Serialize) -> Result<(), StateError> {
        let path = self.directory.join(name);
        let json = serde_json::to_string(value).map_err(|_| StateError::Unreadable(path.clone()))?;
        write(&path, &json)
    }

    /// What an earlier run kept.
    ///
    /// # Errors
    /// When it cannot be read as that.
    pub fn kept<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        read(&self.directory.join(name))
    }

    /// The key ring and the engine's address of a `ringonce dev` that runs on `directory`.
    ///
    /// # Errors
    /// When none runs there.
    pub fn of_running(directory: &Path) -> Result<(KeyRing, SocketAddr), StateError> {
        let Running { engine, .. } = running(directory)?;
        Ok((read_keys(directory)?, engine))
    }

    /// Where the API of a `ringonce dev` that runs on `directory` is called.
    ///
    /// # Errors
    /// When none runs there.
    pub fn origin_of_running(directory: &Path) -> Result<String, StateError> {
        running(directory)?.origin.ok_or_else(|| StateError::NotRunning(directory.to_owned()))
    }

    /// The secret key of the demo business of `directory`.
    ///
    /// # Errors
    /// When there is none yet.
    pub fn demo_key(directory: &Path) -> Result<String, StateError> {
        let demo: Option<DemoKey> = read(&directory.join(DEMO))?;
        demo.map(|demo| demo.api_key).ok_or_else(|| StateError::NotRunning(directory.to_owned()))
    }
}

impl Drop for LocalState {
    fn drop(&mut self) {
        if self.temporary {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

fn running(directory: &Path) -> Result<Running, StateError> {
    let running: Option<Running> = read(&directory.join(RUNNING))?;
    let is_there = |running: &Running| std::net::TcpStream::connect(running.engine).is_ok();
    running.filter(is_there).ok_or_else(|| StateError::NotRunning(directory.to_owned()))
}

fn read_keys(directory: &Path) -> Result<KeyRing, StateError> {
    let path = directory.join(KEYS);
    let json = fs::read_to_string(&path).map_err(|e| StateError::File(path.clone(), e))?;
    KeyRing::parse(&json).map_err(|e| StateError::Keys(path, e))
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, StateError> {
    match fs::read_to_string(path) {
        Ok(json) => serde_json::from_str(&json).map(Some).map_err(|_| StateError::Unreadable(path.to_owned())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StateError::File(path.to_owned(), e)),
    }
}

/// Files hold secrets: for their owner alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Writes beside and renames: a kill in between leaves the old file whole.
fn write(path: &Path, text: &str) -> Result<(), StateError> {
    let beside = path.with_extension("new");
    let written = private().create(true).truncate(true).open(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, path)).map_err(|e| StateError::File(path.to_owned(), e))
}
