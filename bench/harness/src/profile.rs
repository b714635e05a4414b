//! Where the instructions of a warm send go, by callgrind: `bench-peers profile PROGRAM`, the program being a build of
//! `send-notification` that has its symbols.

use std::path::Path;
use std::process::{Command, Stdio};

use ringonce_tests::root;

use crate::instructions::{counted, sent};
use crate::side::{Side, Who};

const SENDS: usize = 300;

pub(crate) async fn run(program: &Path) {
    let folder = root().join("target/bench");
    std::fs::create_dir_all(&folder).unwrap();
    let details = folder.join("send.callgrind");
    let mut side = Side::start(Who::Ringonce, 1).await;
    let all = sent(&mut side, 1, counted(&Command::new(program), &details), SENDS).await;
    println!("{SENDS} sends and one start: {all} instructions");
    let annotate = Command::new("callgrind_annotate").args(["--auto=no", "--threshold=80"]).arg(&details).stdin(Stdio::null()).status();
    assert!(annotate.unwrap().success());
}
