//! The workload: lifecycles of which eight of ten go well, one is refused by a cap, and one has every call come twice.

use std::collections::BTreeMap;

use ringonce_tests::lambda::cold::Charged;
use serde::Serialize;

use crate::figure::Figure;
use crate::proxy::Tally;
use crate::side::{CAP, Side, Who, spent};

/// What a slice of the workload came to.
#[derive(Debug, Serialize)]
pub(crate) struct Slice {
    /// Lifecycles.
    pub(crate) lifecycles: u64,
    /// CPU of each function's invocations together, in milliseconds, and how many there were.
    pub(crate) cpu: BTreeMap<&'static str, (f64, u64)>,
    /// What they asked of the engine.
    pub(crate) tally: Tally,
}

/// All of it.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// Each step of one good lifecycle, warm and alone.
    pub(crate) steps: BTreeMap<&'static str, Tally>,
    pub(crate) slices: Vec<Slice>,
    /// Most memory of any function, in MB.
    pub(crate) peak: f64,
}

impl Measured {
    /// CPU of an invocation of a function, in milliseconds; nothing where this side has no such function.
    pub(crate) fn cpu(&self, function: &str) -> Option<Figure> {
        let spent: Vec<f64> =
            self.slices.iter().filter_map(|slice| slice.cpu.get(function)).map(|(spent, count)| spent / float(*count)).collect();
        (!spent.is_empty()).then(|| Figure::of(spent))
    }

    /// CPU of an invocation of any function.
    pub(crate) fn cpu_of_all(&self) -> Figure {
        let of = |slice: &Slice| {
            let (spent, count) = slice.cpu.values().fold((0.0, 0), |(spent, count), (more, further)| (spent + more, count + further));
            spent / float(count)
        };
        Figure::of(self.slices.iter().map(of))
    }

    /// What a lifecycle of the workload comes to, as `count` counts a slice.
    pub(crate) fn each(&self, count: impl Fn(&Tally) -> f64) -> Figure {
        Figure::of(self.slices.iter().map(|slice| count(&slice.tally) / float(slice.lifecycles)))
    }

    /// What one good lifecycle comes to.
    pub(crate) fn good(&self, count: impl Fn(&Tally) -> f64) -> f64 {
        self.steps.values().map(count).sum()
    }
}

#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// Slices, each measured by itself.
const SLICES: u64 = 5;
/// Before anything is measured.
const WARM: u64 = 50;

/// A lifecycle by its number.
enum Kind {
    Good,
    Capped,
    Repeated,
}

fn kind(number: u64) -> Kind {
    match number % 10 {
        8 => Kind::Capped,
        9 => Kind::Repeated,
        _ => Kind::Good,
    }
}

pub(crate) async fn run(who: Who, lifecycles: u64) -> Measured {
    let mut side = Side::start(who, 1).await;
    for number in 0..WARM {
        good(&mut side, &format!("warm-{number}"), 1).await;
    }
    fill_cap(&mut side).await;
    let steps = steps(&mut side).await;
    let mut slices = Vec::new();
    for slice in 0..SLICES {
        let before = cpu(&side);
        let each = lifecycles / SLICES;
        let mut invocations = BTreeMap::new();
        for number in slice * each..(slice + 1) * each {
            for (function, count) in lifecycle(&mut side, number).await {
                *invocations.entry(function).or_default() += count;
            }
        }
        let spent = cpu(&side).into_iter().map(|(function, spent)| (function, (spent - before[function], invocations[function])));
        slices.push(Slice { lifecycles: each, cpu: spent.collect(), tally: side.proxy.take() });
        eprintln!("  {} of {lifecycles} lifecycles", (slice + 1) * each);
    }
    let peak = side.functions.values().flatten().map(|function| Charged::until_now(function.id(), std::time::Duration::ZERO).peak_kib);
    let peak = float(peak.max().unwrap()) / 1_024.0;
    Measured { steps, slices, peak }
}

/// Milliseconds of each function until now.
fn cpu(side: &Side) -> BTreeMap<&'static str, f64> {
    side.functions.iter().map(|(name, processes)| (*name, processes.iter().map(spent).sum())).collect()
}

async fn lifecycle(side: &mut Side, number: u64) -> Vec<(&'static str, u64)> {
    let delivered = u64::from(side.who == Who::Ringonce);
    let times = match kind(number) {
        Kind::Good => 1,
        Kind::Repeated => 2,
        Kind::Capped => {
            side.ask(0, "keen", &format!("topic-{number}"), &format!("capped-{number}")).await.expect(429);
            return vec![("request-optin", 1)];
        }
    };
    good(side, &number.to_string(), times).await;
    vec![("request-optin", times), ("grant-token", times), ("send-notification", times), ("deliver", delivered)]
}

/// From the question to the message, each call so often, as of a caller who does not hear the answer.
async fn good(side: &mut Side, name: &str, times: u64) {
    let (user, asked_as, sent_as) = (format!("user-{name}"), format!("ask-{name}"), format!("send-{name}"));
    let asked = side.ask(0, &user, "shirt-m", &asked_as).await.expect(201);
    for _ in 1..times {
        assert_eq!(side.ask(0, &user, "shirt-m", &asked_as).await.expect(201).text("id"), asked.text("id"));
    }
    let token = side.grant(0, &asked).await;
    for _ in 1..times {
        assert_eq!(side.grant(0, &asked).await, token);
    }
    for _ in 0..times {
        side.send(0, &token, &sent_as).await.expect(202);
    }
    side.deliver().await;
}

/// What each step of one lifecycle asks of the engine.
async fn steps(side: &mut Side) -> BTreeMap<&'static str, Tally> {
    side.proxy.take();
    let asked = side.ask(0, "one", "shirt-m", "ask-one").await.expect(201);
    let of_ask = side.proxy.take();
    let token = side.grant(0, &asked).await;
    // What is granted is nothing to deliver: it stands in the stream before the message.
    side.deliver().await;
    let of_grant = side.proxy.take();
    side.send(0, &token, "send-one").await.expect(202);
    let of_send = side.proxy.take();
    side.deliver().await;
    BTreeMap::from([("ask", of_ask), ("grant", of_grant), ("send", of_send), ("deliver", side.proxy.take())])
}

/// Asks one person as often as a cap allows.
async fn fill_cap(side: &mut Side) {
    for number in 0..CAP.count {
        side.ask(0, "keen", &format!("first-{number}"), &format!("fill-{number}")).await.expect(201);
    }
}
