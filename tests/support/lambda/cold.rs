//! What a cold start costs: from the start of a function's program until it asks for its first event. By then the keys are
//! read from its environment, the client is built and its connection to the table is open; the table is reached without TLS.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::function::{Function, Surroundings};
use super::package::Folder;

/// Most instructions that a cold start may take.
pub const MOST_INSTRUCTIONS: u64 = 15_000_000;

/// Most memory, in KiB, that the function of that name may have taken by then. What carries the open web's TLS beside AWS's
/// may take more.
pub fn most_kib(function: &str) -> u64 {
    if matches!(function, "deliver" | "sweep") { 16 * 1024 } else { 12 * 1024 }
}

/// A program runs fifty times slower when its instructions are counted.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the operating system charged for a start.
#[derive(Debug, Clone, Copy)]
pub struct Charged {
    /// Time on a processor.
    pub cpu: Duration,
    /// Until the first event was asked for, by the clock on the wall.
    pub wall: Duration,
    /// Page faults, nearly all of which read no disk.
    pub faults: u64,
    /// Most memory, in KiB.
    pub peak_kib: u64,
}

fn of_process(id: u32, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{id}/{file}")).unwrap()
}

/// Starts `program` as the function of that name, and reads what it was charged when it asks for its first event.
pub async fn charged(name: &str, program: &Path, surroundings: &Surroundings<'_>) -> Charged {
    let folder = Folder::new();
    let begun = Instant::now();
    let function = Function::start(name, Command::new(program), surroundings, &folder.0).await;
    function.started(PATIENCE).await;
    Charged::until_now(function.id(), begun.elapsed())
}

impl Charged {
    /// What the process of that id was charged until now.
    pub fn until_now(id: u32, wall: Duration) -> Self {
        // Of each thread, because the process's own file counts its first one alone.
        let threads = std::fs::read_dir(format!("/proc/{id}/task")).unwrap();
        let on_cpu = threads.map(|thread| {
            let charged = std::fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
            charged.split(' ').next().unwrap().parse::<u64>().unwrap()
        });
        let cpu = Duration::from_nanos(on_cpu.sum());
        let (status, stat) = (of_process(id, "status"), of_process(id, "stat"));
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        // Behind the name, which stands in brackets: state, then numbers, of which the eighth counts minor faults.
        let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let faults = fields[7].parse::<u64>().unwrap() + fields[9].parse::<u64>().unwrap();
        Self { cpu, wall, faults, peak_kib: peak.split_whitespace().next().unwrap().parse().unwrap() }
    }
}

/// Where valgrind is: a program that starts with no environment finds nothing by its name.
pub fn valgrind() -> String {
    let found = Command::new("sh").args(["-c", "command -v valgrind"]).output().unwrap();
    assert!(found.status.success(), "valgrind counts the instructions: `make setup` installs it");
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

/// The instructions of `program` as the function of that name: a measure that no busy machine changes.
pub async fn instructions(valgrind: &str, name: &str, program: &Path, surroundings: &Surroundings<'_>) -> u64 {
    let folder = Folder::new();
    let mut command = Command::new(valgrind);
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
    let mut function = Function::start(name, command, surroundings, &folder.0).await;
    function.started(PATIENCE).await;
    function.stop();
    collected(&function.logged())
}

/// The number in the line `==123== Collected : 456`.
pub fn collected(log: &str) -> u64 {
    let (_, rest) = log.split_once("Collected : ").unwrap_or_else(|| panic!("nothing was counted:\n{log}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}
