//! `ringonce send`.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use ringonce_client::types::{Message, Notify};
use ringonce_client::{Timestamp, Token};

use super::CallerError;
use super::connection::Connection;
use crate::output;

/// `ringonce send`.
#[derive(Debug, Args)]
pub struct SendArguments {
    /// The token, or `-` to read it from standard input: as an argument it stands in the process list
    #[arg(required_unless_present = "token_file")]
    token: Option<String>,
    /// File that holds the token
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    message: MessageArguments,
    /// When it is to be sent, such as 2026-12-24T18:00:00Z; without it, at once
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Name the call: the same call under the same name sends once. A token does so by itself
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// What the person reads.
#[derive(Debug, Args)]
pub(super) struct MessageArguments {
    /// What the person reads
    #[arg(long)]
    text: String,
    /// Its heading
    #[arg(long)]
    title: Option<String>,
    /// Where it leads
    #[arg(long)]
    url: Option<String>,
}

impl MessageArguments {
    pub(super) fn message(&self) -> Message {
        Message { title: self.title.clone(), url: self.url.clone(), ..Message::text(self.text.clone()) }
    }
}

/// Carries out `ringonce send`.
///
/// # Errors
/// Says what to do about it.
pub async fn send(arguments: SendArguments) -> Result<(), CallerError> {
    let client = arguments.connection.open()?;
    let client = arguments.idempotency_key.as_deref().map_or_else(|| Ok(client.clone()), |key| client.under(key))?;
    let notify = Notify { send_at: arguments.at, ..Notify::now(arguments.token()?, arguments.message.message()) };
    let notified = client.notify(&notify).await?;
    output::answer(arguments.json, &notified, || match arguments.at {
        Some(at) => format!("{} {} for {at}", notified.id, notified.state),
        None => format!("{} {}", notified.id, notified.state),
    });
    Ok(())
}

impl SendArguments {
    fn token(&self) -> Result<Token, CallerError> {
        match (&self.token_file, self.token.as_deref()) {
            (Some(file), _) => {
                let unread = |error| CallerError::Usage(format!("the token cannot be read from {}: {error}", file.display()));
                std::fs::read_to_string(file).map(Token::from).map_err(unread)
            }
            (None, Some("-") | None) => read_token(),
            (None, Some(token)) => Ok(Token::from(token)),
        }
    }
}

/// The token that stands in standard input.
pub(super) fn read_token() -> Result<Token, CallerError> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|error| CallerError::Usage(format!("the token cannot be read from standard input: {error}")))?;
    if text.trim().is_empty() {
        return Err(CallerError::Usage("standard input holds no token".to_owned()));
    }
    Ok(Token::from(text))
}
