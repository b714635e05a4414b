//! All that commands print. Where nobody reads any more (`ringonce topics | head -1`), a command ends quietly.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::exit;

use serde::Serialize;

/// Prints a line of the command's answer.
pub fn line(text: impl Display) {
    bytes(format!("{text}\n").as_bytes());
}

/// Prints a value as one line of JSON.
pub fn json(value: &impl Serialize) {
    line(serde_json::to_string(value).expect("plain data always serialises"));
}

/// Prints the command's answer for scripts or for people.
pub fn answer(as_json: bool, value: &impl Serialize, words: impl FnOnce() -> String) {
    if as_json { json(value) } else { line(words()) }
}

/// Prints a part of the command's answer.
pub fn bytes(text: &[u8]) {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit(0),
        Err(error) => {
            note(format_args!("nothing can be printed: {error}"));
            exit(1);
        }
    }
}

/// Prints a line of a server, which goes on whether anybody reads it or not.
pub fn tell(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a line beside the answer, to standard error.
pub fn note(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "ringonce: {text}");
}

/// A line for whoever waits in front of a terminal, over and over. Where nobody does, nothing is printed.
pub(crate) struct Progress(Option<std::io::Stderr>);

impl Progress {
    pub(crate) fn start() -> Self {
        Self(Some(std::io::stderr()).filter(IsTerminal::is_terminal))
    }

    /// Replaces the line.
    pub(crate) fn tell(&mut self, text: impl Display) {
        self.write(format_args!("\r{text}"));
    }

    /// Leaves the line as it is.
    pub(crate) fn end(&mut self) {
        self.write("\n");
    }

    fn write(&mut self, text: impl Display) {
        if let Some(stderr) = &mut self.0 {
            let _ = write!(stderr, "{text}").and_then(|()| stderr.flush());
        }
    }
}

/// Colours, where standard output is a terminal that wants them (<https://no-color.org>).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(bool);

impl Paint {
    pub(crate) const fn off() -> Self {
        Self(false)
    }

    pub(crate) fn of_stdout() -> Self {
        Self(std::io::stdout().is_terminal() && wants_colours(std::env::var_os("NO_COLOR"), std::env::var_os("TERM")))
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(crate) fn waits(self, text: &str) -> String {
        self.with("33", text)
    }

    pub(crate) fn head(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn wants_colours(no_color: Option<std::ffi::OsString>, term: Option<std::ffi::OsString>) -> bool {
    no_color.is_none_or(|value| value.is_empty()) && term.is_none_or(|term| term != "dumb")
}

/// What others wrote, safe to print: a control character could rewrite what stands on a terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_bidi_control(c) { '\u{fffd}' } else { c }).collect()
}

const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        for (no_color, term, wanted) in
            [(None, Some("xterm"), true), (None, None, true), (Some(""), None, true), (Some("1"), None, false), (None, Some("dumb"), false)]
        {
            assert_eq!(wants_colours(no_color.map(Into::into), term.map(Into::into)), wanted);
        }
        assert_eq!((Paint(true).good("ok"), Paint(false).good("ok")), ("\x1b[32mok\x1b[0m".to_owned(), "ok".to_owned()));
    }

    #[test]
    fn what_others_wrote_cannot_move_the_cursor() {
        assert_eq!(plain("a\x1b[2Jb\u{202e}c\n"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}");
        assert_eq!(plain("Käse 🧀 مرحبا"), "Käse 🧀 مرحبا");
    }
}
