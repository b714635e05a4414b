//! Instructions of a warm send, by callgrind: what some sends more come to, a figure that no busy machine changes.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ringonce_tests::lambda::cold::{collected, valgrind};
use ringonce_tests::lambda::function::Function;
use serde::Serialize;

use crate::floor::{bare, bare_event};
use crate::side::{Side, Who};

/// A program starts fifty times slower when its instructions are counted.
pub(crate) const START: Duration = Duration::from_secs(120);
/// Sends of the shorter run, and of the longer one.
const SENDS: [usize; 2] = [50, 250];

/// Of a send.
#[derive(Debug, Serialize)]
pub(crate) struct Instructions {
    pub(crate) ours: u64,
    pub(crate) textbook: u64,
    pub(crate) bare: u64,
}

pub(crate) async fn run() -> Instructions {
    Instructions { ours: of_send(Who::Ringonce).await, textbook: of_send(Who::Textbook).await, bare: of_bare().await }
}

/// A command whose instructions callgrind counts; where each was spent goes to `details`.
pub(crate) fn counted(command: &Command, details: &Path) -> Command {
    let mut counted = Command::new(valgrind());
    counted.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", details.display()));
    counted.arg(command.get_program()).args(command.get_args());
    counted
}

async fn of_send(who: Who) -> u64 {
    let mut side = Side::start(who, 1).await;
    let command = who.command("send-notification", &side.folder("counted"));
    of_one(async |run, sends| sent(&mut side, run, counted(&command, Path::new("/dev/null")), sends).await).await
}

async fn of_bare() -> u64 {
    let side = Side::start(Who::Ringonce, 0).await;
    of_one(async |run, sends| {
        let mut bare = bare(&side, run, |command| counted(&command, Path::new("/dev/null"))).await;
        for number in 0..sends {
            assert_eq!(bare.invoke(bare_event(&format!("bare-{run}-{number}"))).await["statusCode"], 202);
        }
        ended(&mut bare)
    })
    .await
}

/// What one send comes to, of `count` of so many and their start: the start is in both runs.
async fn of_one(mut count: impl AsyncFnMut(usize, usize) -> u64) -> u64 {
    let [few, more] = SENDS;
    let (of_few, of_more) = (count(1, few).await, count(2, more).await);
    (of_more - of_few) / (more - few) as u64
}

/// So many sends by the program of a command, and its start: how many instructions that was.
pub(crate) async fn sent(side: &mut Side, run: usize, command: Command, sends: usize) -> u64 {
    let mut tokens = Vec::new();
    for number in 0..sends {
        let asked = side.ask(0, &format!("counted-{run}-{number}"), "shirt-m", &format!("ask-{run}-{number}")).await.expect(201);
        tokens.push(side.grant(0, &asked).await);
    }
    let process = side.run("send-notification", command, run).await;
    process.started(START).await;
    side.functions.insert("send-notification", vec![process]);
    for (number, token) in tokens.iter().enumerate() {
        side.send(0, token, &format!("send-{run}-{number}")).await.expect(202);
    }
    ended(&mut side.functions.get_mut("send-notification").unwrap()[0])
}

fn ended(function: &mut Function) -> u64 {
    function.stop();
    collected(&function.logged())
}
