//! Real mail servers in the pinned Python: an SMTP server, and Amazon SES as moto plays it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::root;

/// Longest wait for a server's word.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program of `tests/support` that prints lines of JSON. It ends with the test.
struct Program {
    child: Child,
    input: ChildStdin,
    lines: Receiver<Value>,
}

impl Program {
    fn start(script: &[&str]) -> Self {
        let mut command = Command::new("scripts/with-tools");
        command.arg("python").args(script).current_dir(root());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let lines = output.lines().map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
            lines.map(|line| sender.send(line)).take_while(Result::is_ok).for_each(drop);
        });
        Self { input: child.stdin.take().unwrap(), child, lines }
    }

    fn next(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An SMTP server that behaves as its recipients are called: `refused`, `later`, `refused-content`, `later-content`, `drop`,
/// `hang`; whatever is for anybody else it takes.
pub struct SmtpServer {
    program: Program,
    /// Its port on the loopback address.
    pub port: u16,
}

impl SmtpServer {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let program = Program::start(&["tests/support/smtp.py"]);
        let port = program.next()[1].as_u64().unwrap();
        Self { program, port: u16::try_from(port).unwrap() }
    }

    /// Starts one that speaks TLS and wants the user `us@er` with the password `p:w/ü`; its certificate beside it.
    pub fn start_guarded() -> (Self, String) {
        let program = Program::start(&["tests/support/smtp.py", "tls"]);
        let certificate = program.next()[1].as_str().unwrap().to_owned();
        let port = program.next()[1].as_u64().unwrap();
        (Self { program, port: u16::try_from(port).unwrap() }, certificate)
    }

    /// Where it is, as `RINGONCE_SMTP` says it.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// What happened since the last call, up to the next e-mail that it takes, which is the answer.
    pub fn next_mail(&self) -> Value {
        loop {
            let line = self.program.next();
            if line[0] == "took" {
                return line[1].clone();
            }
        }
    }

    /// The names of what has happened since the last call.
    pub fn events(&self) -> Vec<String> {
        self.program.lines.try_iter().map(|line| line[0].as_str().unwrap().to_owned()).collect()
    }
}

/// Amazon SES as moto plays it.
pub struct SesServer {
    program: Program,
    /// Its port on the loopback address.
    pub port: u16,
}

impl SesServer {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let program = Program::start(&["tests/support/ses.py"]);
        let port = program.next().as_u64().unwrap();
        Self { program, port: u16::try_from(port).unwrap() }
    }

    /// Every e-mail that it took in `region`.
    pub fn sent(&mut self, region: &str) -> Vec<Value> {
        writeln!(self.program.input, "{region}").unwrap();
        self.program.next().as_array().unwrap().clone()
    }
}

/// What a mail program makes of an e-mail.
pub fn read(raw: &[u8]) -> Value {
    let mut program = Command::new("scripts/with-tools");
    program.args(["python", "tests/support/mail.py"]).current_dir(root());
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(raw).unwrap();
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
}
