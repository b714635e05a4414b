//! A `ringonce dev` that a test started.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longest wait for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// The program.
pub(crate) fn ringonce() -> Command {
    Command::new(env!("CARGO_BIN_EXE_ringonce"))
}

/// A folder of its own for each test, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ringonce-test-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running `ringonce dev`. It ends with the test.
pub(crate) struct Dev {
    child: Child,
    output: Arc<Mutex<String>>,
    log: Arc<Mutex<String>>,
    /// Where the API listens.
    pub(crate) api: String,
    /// The demo business's key.
    pub(crate) key: String,
}

impl Dev {
    /// Starts one on `folder`, with more arguments and perhaps a crash point, and waits until it is up.
    pub(crate) fn start(folder: &Path, arguments: &[&str], crash_at: Option<&str>) -> Self {
        let mut command = ringonce();
        command.args(["dev", "--port", "0", "--state-dir"]).arg(folder).args(arguments);
        if let Some(point) = crash_at {
            command.env("RINGONCE_CRASH_AT", point);
        }
        Self::spawn(command)
    }

    /// Starts `command`, which is to run a `ringonce dev`, and waits until it is up.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = Arc::new(Mutex::new(String::new()));
        collect(child.stdout.take().unwrap(), &output);
        let log = Arc::new(Mutex::new(String::new()));
        collect(child.stderr.take().unwrap(), &log);
        let mut dev = Self { child, output, log, api: String::new(), key: String::new() };
        dev.wait_for("# --- end ---");
        let printed = dev.printed();
        let after = |mark: &str| printed.split(mark).nth(1).unwrap().split([' ', '\n']).next().unwrap().to_owned();
        dev.api = after("\nAPI=");
        dev.key = after(" KEY=");
        dev
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything that it has printed.
    pub(crate) fn printed(&self) -> String {
        format!("{}{}", self.output.lock().unwrap(), self.logged())
    }

    /// What it has logged to standard error.
    pub(crate) fn logged(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until it has printed `mark`.
    pub(crate) fn wait_for(&mut self, mark: &str) {
        let begun = Instant::now();
        while !self.printed().contains(mark) {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What it printed last may still be on its way.
                std::thread::sleep(Duration::from_millis(200));
                if self.printed().contains(mark) {
                    return;
                }
                panic!("ended with {status} before `{mark}`:\n{}", self.printed());
            }
            assert!(begun.elapsed() < PATIENCE, "no `{mark}` in:\n{}", self.printed());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether it has ended by itself, and how.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Asks it to stop, as Ctrl-C and service managers do, and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // Functions under `cargo lambda` stand in groups of their own: only it can end them.
        if std::thread::panicking() {
            let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).stderr(Stdio::null()).status();
            std::thread::sleep(Duration::from_secs(2));
        }
        // The whole group: behind `make` and `cargo run` stands the program itself.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

fn collect(stream: impl std::io::Read + Send + 'static, output: &Arc<Mutex<String>>) {
    let output = Arc::clone(output);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut output = output.lock().unwrap();
            output.push_str(&line);
            output.push('\n');
        }
    });
}
