//! `ringonce user export|erase`.

mod erase;

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use self::erase::Erase;
use super::CallerError;
use super::connection::Connection;
use crate::output;

/// `ringonce user`.
#[derive(Debug, Args)]
pub struct UserArguments {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Print everything that is kept of a person, as one JSON document: what they may ask you for
    Export(Export),
    /// Erase a person, and wait until what was kept of them is gone
    ///
    /// Asks for the person's name first, unless --yes is given. Prints what there was and what is left: that they have blocked
    /// you stays, or you could ask them again, and so do the times of the last asks, by which caps are kept.
    Erase(Erase),
}

#[derive(Debug, Args)]
struct Export {
    /// The person, as your business calls them
    user: String,
    /// Write it into this new file, for its owner alone, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print it in one line, for scripts; it is JSON in any case
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Carries out `ringonce user`.
///
/// # Errors
/// Says what to do about it.
pub async fn user(arguments: UserArguments) -> Result<(), CallerError> {
    match arguments.command {
        UserCommand::Export(export) => self::export(&export).await,
        UserCommand::Erase(erase) => erase::erase(&erase).await,
    }
}

async fn export(Export { user, output, json, connection }: &Export) -> Result<(), CallerError> {
    let document = connection.open()?.export_json(user).await?;
    let text = if *json { document.to_string() } else { format!("{document:#}") };
    match output {
        None => output::line(text),
        Some(file) => {
            write_new(file, &text).map_err(|error| CallerError::Failed(format!("{} cannot be written: {error}", file.display())))?;
            output::note(format_args!("written to {}: it holds personal data", file.display()));
        }
    }
    Ok(())
}

/// A file that was there already is somebody's: it stays as it is.
fn write_new(file: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")
}
