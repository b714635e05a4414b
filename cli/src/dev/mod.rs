//! `ringonce dev`: everything in one process.

mod crash;
mod demo;
mod receiver;
mod state;
mod walkthrough;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ringonce_adapters::ambient::Clock;
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::Delivery;
use ringonce_adapters::dynamo::DynamoStore;
use ringonce_adapters::open_web::{OpenWeb, Reach};
use ringonce_domain::store::StoreError;
use ringonce_domain::time::parse_span;
use thiserror::Error;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

use crate::local::engine::{Engine, EngineError, TABLE};
use crate::local::pump::{Pump, PumpError};
use crate::local::{front, sweeper};

pub use state::{LocalState, StateError};

/// Longest wait for a webhook on this machine.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(5);

/// `ringonce dev`.
#[derive(Debug, Args)]
pub struct DevArguments {
    /// Port of the HTTP front, on the loopback address; 0 takes any that is free
    #[arg(long, env = "RINGONCE_PORT", default_value_t = 9000)]
    port: u16,
    /// Folder that keeps the table, the keys and the demo business between runs
    #[arg(long, env = "RINGONCE_STATE_DIR", default_value = ".ringonce")]
    state_dir: PathBuf,
    /// Keep nothing: begin with an empty table, and forget it at the end
    #[arg(long)]
    memory: bool,
    /// How much of what happens is logged to standard error: error, warn, info
    #[arg(long, env = "RINGONCE_LOG", default_value = "warn")]
    log: LevelFilter,
    /// Run with the clock ahead by this much (90s, 15m, 12h, 7d), to see what time brings
    #[arg(long, value_parser = parse_span, default_value = "0s")]
    clock_ahead: Duration,
}

/// Why `ringonce dev` cannot go on.
#[derive(Debug, Error)]
pub enum DevError {
    /// The state folder.
    #[error(transparent)]
    State(#[from] StateError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The port.
    #[error("cannot listen on 127.0.0.1:{0}: {1}. Choose another with --port")]
    Port(u16, std::io::Error),
    /// The stream.
    #[error(transparent)]
    Pump(#[from] PumpError),
    /// The demo business.
    #[error("cannot set up the demo business: {0}")]
    Demo(#[from] StoreError),
    /// Signals.
    #[error("cannot wait for Ctrl-C: {0}")]
    Signal(std::io::Error),
}

/// Runs until Ctrl-C or SIGTERM.
///
/// # Errors
/// Says what to do about what failed.
pub async fn run(arguments: DevArguments) -> Result<(), DevError> {
    crash::install();
    tracing_subscriber::fmt().with_max_level(arguments.log).with_writer(std::io::stderr).init();
    let port = arguments.port;
    let state = if arguments.memory { LocalState::temporary()? } else { LocalState::open(&arguments.state_dir)? };
    let engine = Engine::start(state.directory()).await?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|e| DevError::Port(port, e))?;
    let front = listener.local_addr().map_err(|e| DevError::Port(port, e))?;
    state.publish(engine.address)?;

    let app = app(&state, &engine, front, arguments.clock_ahead)?;
    let demo = demo::set_up(&app, &state, front).await?;
    let receiver = receiver::Receiver::new(&demo.webhook_secret);
    print!("{}", walkthrough::banner(&state, &engine, front, arguments.clock_ahead));
    println!("{}", walkthrough::script(front, &demo.api_key));
    serve(app, engine, listener, receiver).await
}

async fn serve(app: App, engine: Engine, listener: TcpListener, receiver: receiver::Receiver) -> Result<(), DevError> {
    let delivery: Arc<Delivery> = Arc::new(app.delivery());
    let Engine { database, trimmer, .. } = engine;
    let pump = Pump::new(database.clone(), TABLE)?;
    let trim = move |event_id: &str| {
        if let Err(error) = trimmer.trim_through(event_id) {
            eprintln!("ringonce: consumed stream records cannot be removed: {error}");
        }
    };
    let pump = tokio::spawn({
        let delivery = Arc::clone(&delivery);
        async move { pump.run(&delivery, trim).await }
    });
    let sweeps = tokio::spawn({
        let app = app.clone();
        async move { sweeper::run(&app, &delivery, &database).await }
    });
    tokio::select! {
        ended = pump => match ended {
            Ok(result) => result.map_err(DevError::from),
            Err(_) => Err(PumpError::stopped().into()),
        },
        _ = sweeps => Err(PumpError::stopped().into()),
        () = front::serve(listener, app, receiver) => Ok(()),
        stopped = stop() => stopped.map_err(DevError::Signal),
    }
}

fn app(state: &LocalState, engine: &Engine, front: SocketAddr, ahead: Duration) -> Result<App, DevError> {
    let store = Arc::new(DynamoStore::new(engine.client.clone(), TABLE));
    let web = OpenWeb::new(Reach::PublicAndLoopback, PROVIDER_TIMEOUT);
    Ok(App::new(store, state.keys()?, format!("http://{front}"), Clock::System { ahead }, web))
}

/// Nothing needs to be saved when the end comes: everything that was answered is in the table.
async fn stop() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}
