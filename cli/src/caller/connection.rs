//! Which Ringonce is called, and with which key.

use std::path::PathBuf;

use clap::Args;
use ringonce_client::{ApiKey, Client};

use super::CallerError;
use crate::dev::{LocalState, StateError};

/// The environment variable that holds the key. It is no argument: all arguments stand in the process list.
const KEY: &str = "RINGONCE_API_KEY";

/// Which Ringonce, and which key.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which Ringonce")]
pub(super) struct Connection {
    /// The Ringonce to call, such as https://notify.example
    #[arg(long, env = "RINGONCE_ORIGIN")]
    origin: Option<String>,
    /// File that holds the business's API key, ro_sk_...; without it, the key is taken from RINGONCE_API_KEY
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Call the `ringonce dev` that runs on this machine instead, as its demo business unless --key-file names a key
    #[arg(long)]
    local: bool,
    /// State folder of that `ringonce dev`
    #[arg(long, env = "RINGONCE_STATE_DIR", default_value = ".ringonce")]
    state_dir: PathBuf,
}

impl Connection {
    pub(super) fn open(&self) -> Result<Client, CallerError> {
        let origin = self.find_origin()?;
        Ok(Client::new(&origin, self.find_key()?)?)
    }

    /// What names the same Ringonce on another command line. A key in the environment is there already.
    pub(super) fn as_arguments(&self) -> String {
        let mut arguments = String::new();
        if self.local {
            arguments.push_str(" --local");
            if self.state_dir.as_os_str() != ".ringonce" {
                arguments.push_str(&format!(" --state-dir {}", shell_quoted(&self.state_dir.display().to_string())));
            }
        } else if let Some(origin) = &self.origin {
            arguments.push_str(&format!(" --origin {}", shell_quoted(origin)));
        }
        if let Some(file) = &self.key_file {
            arguments.push_str(&format!(" --key-file {}", shell_quoted(&file.display().to_string())));
        }
        arguments
    }

    fn find_origin(&self) -> Result<String, CallerError> {
        if self.local {
            return Ok(LocalState::origin_of_running(&self.state_dir)?);
        }
        let none = "which Ringonce? Name it with --origin or RINGONCE_ORIGIN, or add --local for the `ringonce dev` on this machine";
        self.origin.clone().filter(|origin| !origin.trim().is_empty()).ok_or_else(|| CallerError::Usage(none.to_owned()))
    }

    fn find_key(&self) -> Result<ApiKey, CallerError> {
        if let Some(file) = &self.key_file {
            let unread = |error| CallerError::Usage(format!("the key cannot be read from {}: {error}", file.display()));
            return checked(&std::fs::read_to_string(file).map_err(unread)?);
        }
        if self.local {
            return Ok(LocalState::demo_key(&self.state_dir)?.into());
        }
        let none = format!(
            "which key? Put the business's key into {KEY}, or into a file for --key-file. Its operator makes one with `ringonce key add \
             BUSINESS`"
        );
        checked(&std::env::var(KEY).ok().filter(|key| !key.trim().is_empty()).ok_or(CallerError::Usage(none))?)
    }
}

/// A key that may be tried: another one would only be refused.
fn checked(text: &str) -> Result<ApiKey, CallerError> {
    let key = text.trim();
    if key.starts_with("ro_pk_") {
        let publishable = "this is a publishable key, which may only ask from a shop's pages: a secret one (ro_sk_...) is needed";
        return Err(CallerError::Usage(publishable.to_owned()));
    }
    if !key.starts_with("ro_sk_") || key.contains(char::is_whitespace) {
        return Err(CallerError::Usage("this is no API key: those begin with ro_sk_".to_owned()));
    }
    Ok(key.into())
}

/// As a shell takes it for one word.
fn shell_quoted(text: &str) -> String {
    let is_plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:".contains(c));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

impl From<StateError> for CallerError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::NotRunning(folder) => Self::NotRunning(folder),
            other => Self::Failed(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_to_paste_holds_each_value_as_one_word() {
        assert_eq!(
            [shell_quoted("/tmp/a_b-1"), shell_quoted("a b"), shell_quoted("it's"), shell_quoted("")],
            ["/tmp/a_b-1", "'a b'", r"'it'\''s'", "''"]
        );
    }

    #[test]
    fn what_is_no_secret_key_is_not_tried_and_not_shown() {
        assert_eq!(checked(" ro_sk_abc\n").ok().map(|key| key.reveal().to_owned()).as_deref(), Some("ro_sk_abc"));
        for (text, says) in [("ro_pk_abc", "publishable"), ("hunter2", "ro_sk_"), ("ro_sk_a b", "ro_sk_"), ("", "ro_sk_")] {
            let error = checked(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(says) && (text.is_empty() || !error.contains(text)), "{error}");
        }
    }
}
