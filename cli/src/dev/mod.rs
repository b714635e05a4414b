//! `ringonce dev`: everything in one process.

mod crash;
mod demo;
mod docs;
mod providers;
mod receiver;
mod shop;
mod state;
mod walkthrough;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ringonce_adapters::ambient::Clock;
use ringonce_adapters::app::App;
use ringonce_adapters::dynamo::DynamoStore;
use ringonce_adapters::open_web::{OpenWeb, Reach};
use ringonce_adapters::telemetry;
use ringonce_adapters::web_push::vapid::VapidError;
use ringonce_adapters::wire::{Request, Response};
use ringonce_domain::store::StoreError;
use ringonce_domain::time::parse_span;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::local::engine::{Engine, EngineError, TABLE};
use crate::local::front::Extra;
use crate::local::here::Here;
use crate::local::mail::MailError;
use crate::local::pump::{Mapped, Mapping, Pump, PumpError};
use crate::local::sweeper::Sweep;
use crate::local::watched::Watched;
use crate::local::{front, sweeper};
use crate::output;

pub use state::{LocalState, StateError};

/// Longest wait for a webhook on this machine.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(5);

/// `ringonce dev`.
#[derive(Debug, Args)]
pub struct DevArguments {
    /// Port of the HTTP front, on the loopback address; 0 takes any that is free
    #[arg(long, env = "RINGONCE_PORT", default_value_t = 9000)]
    port: u16,
    /// Port of the DynamoDB engine, on the loopback address; 0 takes any that is free
    #[arg(long, default_value_t = 0)]
    engine_port: u16,
    /// Run only the engine, and bring its stream and the schedule to functions that run elsewhere on this machine (`make
    /// watch` starts them). What they need stands in `functions.env` in the state folder
    #[arg(long)]
    engine_only: bool,
    /// Where those functions are: the address that `cargo lambda watch` listens on
    #[arg(long, value_parser = Watched::at, default_value = "http://127.0.0.1:9000", requires = "engine_only")]
    functions: Watched,
    /// Folder that keeps the table, the keys and the demo business between runs
    #[arg(long, env = "RINGONCE_STATE_DIR", default_value = ".ringonce")]
    state_dir: PathBuf,
    /// Keep nothing: begin with an empty table, and forget it at the end
    #[arg(long)]
    memory: bool,
    /// How much of what happens is logged to standard error: error, warn, info, debug, trace
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
    /// E-mail.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// Web Push.
    #[error("Web Push cannot be set up: {0}")]
    Push(#[from] VapidError),
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
    let lines = tracing_subscriber::fmt().with_max_level(arguments.log).with_writer(std::io::stderr).finish();
    lines.with(telemetry::own(arguments.log)).init();
    let state = if arguments.memory { LocalState::temporary()? } else { LocalState::open(&arguments.state_dir)? };
    let engine = Engine::start(state.directory(), arguments.engine_port).await?;
    if arguments.engine_only { engine_only(&arguments, &state, engine).await } else { whole(&arguments, &state, engine).await }
}

/// Everything in this process.
async fn whole(arguments: &DevArguments, state: &LocalState, engine: Engine) -> Result<(), DevError> {
    let port = arguments.port;
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|e| DevError::Port(port, e))?;
    let front = format!("http://{}", listener.local_addr().map_err(|e| DevError::Port(port, e))?);
    state.publish(engine.address, &front)?;
    let app = app(state, &engine, front.clone(), arguments.clock_ahead)?;
    let demo = demo::set_up(&app, state, &front).await?;
    let feed = Arc::new(shop::Feed::default());
    let receiver = receiver::Receiver::new(&demo.webhook_secret, Arc::clone(&feed));
    let shop = shop::Shop::new(app.clone(), &demo, feed);
    output::tell(walkthrough::banner(state, &engine, &front, arguments.clock_ahead).trim_end());
    output::tell(walkthrough::script(&front, &demo.api_key));
    tokio::select! {
        ended = drive(engine, Here::new(app.clone())) => ended,
        () = front::serve(listener, app, Demonstration { receiver, shop }) => Ok(()),
        stopped = stop() => stopped.map_err(DevError::Signal),
    }
}

/// What there is beside the functions: the demo business's own server.
struct Demonstration {
    receiver: receiver::Receiver,
    shop: shop::Shop,
}

impl Extra for Demonstration {
    async fn answer(&self, request: &Request) -> Option<Response> {
        match docs::answer(request).or_else(|| self.receiver.answer(request)) {
            Some(response) => Some(response),
            None => self.shop.answer(request).await,
        }
    }
}

/// The engine, and what AWS does between it and functions that run elsewhere.
async fn engine_only(arguments: &DevArguments, state: &LocalState, engine: Engine) -> Result<(), DevError> {
    let functions = arguments.functions.clone();
    let origin = functions.origin();
    state.publish(engine.address, &origin)?;
    let demo = demo::set_up(&app(state, &engine, origin.clone(), Duration::ZERO)?, state, &origin).await?;
    let environment = state.keep_environment(engine.address, &origin)?;
    output::tell(walkthrough::engine_banner(state, &engine, &environment).trim_end());
    output::tell(walkthrough::short_script(&origin, &demo.api_key));
    tokio::select! {
        ended = drive(engine, functions) => ended,
        stopped = stop() => stopped.map_err(DevError::Signal),
    }
}

/// Brings the stream and the schedule to their functions.
async fn drive(engine: Engine, functions: impl Mapped + Sweep + Clone + Send + Sync + 'static) -> Result<(), DevError> {
    let Engine { database, trimmer, .. } = engine;
    let trimmer = Arc::new(trimmer);
    let mut workers = JoinSet::new();
    for mapping in Mapping::ALL {
        let pump = Pump::new(database.clone(), TABLE, mapping)?;
        let (functions, trimmer) = (functions.clone(), Arc::clone(&trimmer));
        workers.spawn(async move {
            let trim = |mapping, event_id: &str| {
                if let Err(error) = trimmer.consumed(mapping, event_id) {
                    output::note(format_args!("consumed stream records cannot be removed: {error}"));
                }
            };
            pump.run(&functions, trim).await
        });
    }
    workers.spawn(async move {
        sweeper::run(&functions, &database).await;
        Ok(())
    });
    // All of them run for ever: the first that ends is a fault.
    match workers.join_next().await {
        Some(Ok(Err(error))) => Err(error.into()),
        _ => Err(PumpError::stopped().into()),
    }
}

fn app(state: &LocalState, engine: &Engine, origin: String, ahead: Duration) -> Result<App, DevError> {
    let store = Arc::new(DynamoStore::new(engine.client.clone(), TABLE));
    let web = OpenWeb::new(Reach::PublicAndLoopback, PROVIDER_TIMEOUT);
    Ok(App::new(store, state.keys()?, origin, Clock::System { ahead }, web).with(providers::providers(state)?))
}

/// Nothing needs to be saved when the end comes: everything that was answered is in the table.
async fn stop() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}
