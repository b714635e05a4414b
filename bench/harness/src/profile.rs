//! Where the instructions of a warm send go, by callgrind: `bench-peers profile PROGRAM`, the program being a build of
//! `send-notification` that has its symbols.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use ringonce_tests::lambda::cold::valgrind;
use ringonce_tests::root;

use crate::side::{Side, Who};

const SENDS: usize = 300;
/// Counting instructions takes fifty times as long.
const START: Duration = Duration::from_secs(120);

pub(crate) async fn run(program: &Path) {
    let mut side = Side::start(Who::Ringonce, 1).await;
    let mut tokens = Vec::new();
    for number in 0..SENDS {
        let asked = side.ask(0, &format!("profiled-{number}"), "shirt-m", &format!("ask-{number}")).await.expect(201);
        tokens.push(side.grant(0, &asked).await);
    }
    let folder = root().join("target/bench");
    std::fs::create_dir_all(&folder).unwrap();
    let counted = folder.join("send.callgrind");
    let mut command = Command::new(valgrind());
    command.args(["--tool=callgrind", "--instr-atstart=yes"]).arg(format!("--callgrind-out-file={}", counted.display())).arg(program);
    let process = side.run("send-notification", command, 1).await;
    process.started(START).await;
    side.functions.insert("send-notification", vec![process]);
    for (number, token) in tokens.iter().enumerate() {
        side.send(0, token, &format!("send-{number}")).await.expect(202);
    }
    side.functions.get_mut("send-notification").unwrap()[0].stop();
    println!("{SENDS} sends and one start:");
    let annotate = Command::new("callgrind_annotate").args(["--auto=no", "--threshold=80"]).arg(&counted).stdin(Stdio::null()).status();
    assert!(annotate.unwrap().success());
}
