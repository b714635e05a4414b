//! Races of 24: of one token, and of one person's cap, over processes that know nothing of one another.

use std::sync::Arc;

use serde::Serialize;
use tokio::task::JoinSet;

use crate::side::{CAP, Side, Who};

/// Racers, and processes of each function among which they are spread.
const RACERS: usize = 24;
const PROCESSES: usize = 8;

/// What the races came to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Raced {
    /// Races of each kind.
    pub(crate) rounds: u64,
    /// Tokens of which more than one send was accepted.
    pub(crate) double: u64,
    /// Tokens of which none was.
    pub(crate) unsent: u64,
    /// Persons asked more often than the cap allows, and less often though enough asked.
    pub(crate) over: u64,
    pub(crate) under: u64,
}

pub(crate) async fn run(who: Who, rounds: u64) -> Raced {
    let side = Arc::new(Side::start(who, PROCESSES).await);
    let mut raced = Raced { rounds, ..Raced::default() };
    for round in 0..rounds {
        let asked = side.ask(0, &format!("racer-{round}"), "shirt-m", &format!("race-{round}")).await.expect(201);
        let token = side.grant(0, &asked).await;
        let accepted = race(&side, move |side, racer| {
            let token = token.clone();
            async move { side.send(racer % PROCESSES, &token, &format!("race-{round}-{racer}")).await.status == 202 }
        });
        let accepted = accepted.await;
        raced.double += u64::from(accepted > 1);
        raced.unsent += u64::from(accepted == 0);
        let admitted = race(&side, move |side, racer| async move {
            let (user, topic, call) = (format!("keen-{round}"), format!("topic-{racer}"), format!("cap-{round}-{racer}"));
            side.ask(racer % PROCESSES, &user, &topic, &call).await.status < 300
        });
        let admitted = admitted.await;
        raced.over += u64::from(admitted > CAP.count);
        raced.under += u64::from(admitted < CAP.count);
    }
    raced
}

/// How many of the racers won.
async fn race<F>(side: &Arc<Side>, run: impl Fn(Arc<Side>, usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let mut racers = JoinSet::new();
    for racer in 0..RACERS {
        racers.spawn(run(Arc::clone(side), racer));
    }
    racers.join_all().await.into_iter().filter(|won| *won).count()
}
