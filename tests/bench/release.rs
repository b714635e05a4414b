//! A release from its start to its end, with bare updates before and after it: whatever slows this machine down for a while
//! slows both.

use std::time::{Duration, Instant};

use ringonce_domain::address::{ReleaseKey, TopicKey};
use ringonce_domain::business::ChannelKind;
use ringonce_domain::demand::{Counter, Scope};
use ringonce_domain::names::Topic;
use ringonce_domain::optin::Reason;
use ringonce_domain::release::{Order, Phase, Release, SETTLED, Terms};
use ringonce_domain::store::{Releases, Statistics};
use ringonce_memory::fixture;

use crate::bare::{self, Bare};
use crate::desk::Desk;
use crate::report::memory_peak;

fn key() -> ReleaseKey {
    ReleaseKey::from_bytes([7; 16])
}

/// What a release came to.
pub(crate) struct Measured {
    pub(crate) people: f64,
    /// How long it took, bare updates and counting left out.
    pub(crate) took: Duration,
    /// Its completed writes a second.
    pub(crate) rate: f64,
    /// Bare updates a second, at the same concurrency in the same table.
    pub(crate) bare: f64,
    /// Write units of it all.
    pub(crate) units: f64,
    /// Write units of counting it.
    pub(crate) counting: f64,
    /// Read units, and requests that only read.
    pub(crate) reads: f64,
    /// Most memory of the process until its end, in MB.
    pub(crate) peak: f64,
}

pub(crate) async fn measure(people: u64, channel: ChannelKind) -> Measured {
    let mut desk = Desk::open().await;
    desk.add_shop(channel).await;
    desk.grant("back", people, channel).await;
    desk.grant(bare::TOPIC, people / 2, channel).await;
    tokio::time::sleep(SETTLED + Duration::from_secs(1)).await;
    let topic = Topic::try_from("back".to_owned()).unwrap();
    let terms = terms(&desk, topic);
    let topic = terms.topic_key;
    assert!(desk.app.store.start_release(&Release::started(key(), terms, desk.app.clock.now())).await.unwrap().is_none());
    desk.counted.capacity.reset();
    let (mut run, mut bare) = (Run::default(), Bare::default());
    bare.update(&desk, people / 4).await;
    while desk.app.store.release(key()).await.unwrap().unwrap().phase != Phase::Over {
        run.stride(&mut desk).await;
    }
    bare.update(&desk, people / 4).await;
    desk.count().await;
    run.counting = desk.counted.capacity.write_units();
    let tally = desk.app.store.tally(Scope::Topic(topic)).await.unwrap();
    assert_eq!(
        (tally.of(Counter::Sent), tally.of(Counter::Waiting), tally.of(Counter::Failed(Reason::Gone))),
        (i64::try_from(people).unwrap(), 0, 0)
    );
    run.measured(people, &bare)
}

#[derive(Default)]
struct Run {
    took: Duration,
    writes: u64,
    units: f64,
    reads: f64,
    counting: f64,
}

impl Run {
    async fn stride(&mut self, desk: &mut Desk) {
        desk.engine.meter.reset();
        desk.engine.capacity.reset();
        let began = Instant::now();
        desk.run_out().await;
        self.took += began.elapsed();
        let counts = desk.engine.meter.counts();
        self.writes += ["UpdateItem", "PutItem"].iter().filter_map(|operation| counts.get(*operation)).sum::<u64>();
        self.units += desk.engine.capacity.write_units();
        self.reads += desk.engine.capacity.read_units();
    }

    fn measured(&self, people: u64, bare: &Bare) -> Measured {
        #[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
        let (people, writes) = (people as f64, self.writes as f64);
        Measured {
            people,
            took: self.took,
            rate: writes / self.took.as_secs_f64(),
            bare: bare.rate(),
            units: self.units,
            counting: self.counting,
            reads: self.reads,
            peak: memory_peak(),
        }
    }
}

fn terms(desk: &Desk, topic: Topic) -> Terms {
    let business = fixture::business();
    Terms {
        mac_key: desk.app.keys.current_mac(),
        topic_key: TopicKey::of(&desk.app.keys, &business, &topic),
        business,
        topic,
        message: fixture::message("It is back."),
        limit: None,
        order: Order::Oldest,
        batch: None,
        check_url: None,
        call: fixture::call(1, 1, true).id,
    }
}
