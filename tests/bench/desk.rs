//! A local Ringonce as `ringonce dev` runs one, whose stream moves when the bench says so.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use ringonce_adapters::ambient::{Clock, random};
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::PROVIDER_TIMEOUT;
use ringonce_adapters::open_web::{OpenWeb, Reach};
use ringonce_cli::local::engine::{self, TABLE, Trimmer};
use ringonce_cli::local::here::Here;
use ringonce_cli::local::pump::{Mapping, Pump};
use ringonce_domain::business::{Business, ChannelKind, SealedSecret, Webhook};
use ringonce_domain::rules::{Choice, Ruling};
use ringonce_domain::store::{Commands, Directory};
use ringonce_memory::fixture;
use ringonce_tests::engine::Engine;
use ringonce_tests::receiver::Receiver;
use ringonce_tests::world;
use rusqlite::Connection;

/// How many writes are under way at a time, wherever something is only set up.
const AT_ONCE: usize = 16;
/// Grants are made in bursts of so many, and the stream brought after each.
const BURST: u64 = 1_000;
/// How often `statistics` looks for more while there may be some.
const WINDOW: Duration = Duration::from_millis(200);

/// Everything of it.
pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) engine: Engine,
    /// What counting uses is told apart from what the release does.
    pub(crate) counted: Engine,
    here: Here,
    statistics: Here,
    deliver: Pump,
    counting: Option<Pump>,
    trimmer: Arc<Trimmer>,
    receiver: Receiver,
    table: Connection,
    directory: PathBuf,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let directory = std::env::temp_dir().join(format!("ringonce-bench-{}-{}", std::process::id(), u16::from_be_bytes(random())));
        std::fs::create_dir_all(&directory).unwrap();
        let local = engine::Engine::start(&directory, 0).await.unwrap();
        let engine = Engine::at(&format!("http://{}", local.address), TABLE.to_owned(), Some(local.database.clone()));
        let web = OpenWeb::new(Reach::PublicAndLoopback, PROVIDER_TIMEOUT);
        let app = App::new(engine.store.clone(), fixture::keys(), "http://127.0.0.1:1".to_owned(), Clock::SYSTEM, web);
        let counted = Engine::at(&format!("http://{}", local.address), TABLE.to_owned(), Some(local.database.clone()));
        let web = OpenWeb::new(Reach::PublicAndLoopback, PROVIDER_TIMEOUT);
        let counting = App::new(counted.store.clone(), fixture::keys(), String::new(), Clock::SYSTEM, web);
        let pump = |mapping| Pump::new(local.database.clone(), TABLE, mapping).unwrap();
        Self {
            here: Here::new(app.clone()),
            statistics: Here::new(counting),
            counted,
            deliver: pump(Mapping::Deliver),
            counting: Some(pump(Mapping::Statistics)),
            receiver: Receiver::start().await,
            trimmer: Arc::new(local.trimmer),
            table: Connection::open(directory.join("table.sqlite")).unwrap(),
            app,
            engine,
            directory,
        }
    }

    /// The shop, with a webhook only where messages go there.
    pub(crate) async fn add_shop(&self, channel: ChannelKind) {
        let id = fixture::business();
        let secrets = vec![SealedSecret::seal(&self.app.keys, &id, &random::<24>())];
        let webhook = (channel == ChannelKind::Webhook).then(|| Webhook::standard(self.receiver.url(), secrets));
        assert!(self.app.store.add_business(&Business { id, settings: world::settings(), webhook }).await.unwrap());
    }

    /// Grants of so many people for a topic.
    pub(crate) async fn grant(&mut self, topic: &str, people: u64, channel: ChannelKind) {
        let mut granted = 0;
        while granted < people {
            let burst = granted..people.min(granted + BURST);
            granted = burst.end;
            let app = &self.app;
            stream::iter(burst).map(|number| grant(app, topic, number, channel)).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
            self.run_out().await;
            self.count().await;
        }
    }

    /// All that the stream has to `deliver`, and to `statistics` beside it.
    pub(crate) async fn run_out(&mut self) {
        let is_delivered = Arc::new(AtomicBool::new(false));
        let counting = self.counting.take().unwrap();
        let counting = tokio::spawn(count_until(Arc::clone(&is_delivered), counting, self.statistics.clone(), Arc::clone(&self.trimmer)));
        let trimmed = |mapping, last: &str| self.trimmer.consumed(mapping, last).unwrap();
        self.deliver.run_out(&self.here, trimmed).await.unwrap();
        is_delivered.store(true, Ordering::Relaxed);
        self.counting = Some(counting.await.unwrap());
    }

    /// All that the stream still has to `statistics`.
    pub(crate) async fn count(&mut self) {
        let trimmed = |mapping, last: &str| self.trimmer.consumed(mapping, last).unwrap();
        self.counting.as_mut().unwrap().run_out(&self.statistics, trimmed).await.unwrap();
    }

    /// The stream's end.
    pub(crate) fn stream_end(&self) -> i64 {
        let query = "SELECT coalesce(max(CAST(sequence_number AS INTEGER)), 0) FROM _stream_records WHERE table_name = ?1";
        self.table.query_row(query, [TABLE], |row| row.get(0)).unwrap()
    }

    /// Takes out of the stream what was written since its end was there.
    pub(crate) fn cut_stream(&self, end: i64) {
        let cut = "DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) > ?2";
        self.table.execute(cut, (TABLE, end)).unwrap();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

async fn count_until(is_delivered: Arc<AtomicBool>, mut pump: Pump, statistics: Here, trimmer: Arc<Trimmer>) -> Pump {
    while !is_delivered.load(Ordering::Relaxed) {
        pump.run_out(&statistics, |mapping, last| trimmer.consumed(mapping, last).unwrap()).await.unwrap();
        tokio::time::sleep(WINDOW).await;
    }
    pump
}

/// Who that is.
pub(crate) fn person(number: u64) -> String {
    format!("person-{number:07}")
}

async fn grant(app: &App, topic: &str, number: u64, channel: ChannelKind) {
    let subject = fixture::subject_of(&app.keys, &person(number), topic);
    let now = app.clock.now();
    let mut answer = subject.grant(fixture::call(number, 1, false), now, now);
    answer.choice = Choice::Grant(channel);
    assert!(matches!(app.store.answer(&answer).await.unwrap(), Ruling::Apply(_)));
}
