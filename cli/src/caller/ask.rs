//! `ringonce ask`.

use std::time::Duration;

use clap::Args;
use ringonce_client::types::{Ask, Channel};
use ringonce_domain::time::parse_span;

use super::CallerError;
use super::connection::Connection;
use crate::output;

/// `ringonce ask`.
#[derive(Debug, Args)]
pub struct AskArguments {
    /// The person, as your business calls them
    user: String,
    /// What it is about
    topic: String,
    /// What the person reads
    #[arg(long)]
    title: String,
    /// What you want to find with the opt-in again
    #[arg(long)]
    payload: Option<String>,
    /// The person's language, such as de
    #[arg(long)]
    locale: Option<String>,
    /// The channel that is offered first: inbox, webhook, webpush, email
    #[arg(long)]
    channel: Option<String>,
    /// Have the question brought to the person, where an address or your webhook leads to them
    #[arg(long)]
    deliver_ask: bool,
    /// For how long it can be answered, such as 2d
    #[arg(long, value_parser = parse_span)]
    expires_in: Option<Duration>,
    /// Name the call: the same call under the same name asks once
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Carries out `ringonce ask`.
///
/// # Errors
/// Says what to do about it.
pub async fn ask(arguments: AskArguments) -> Result<(), CallerError> {
    let client = arguments.connection.open()?;
    let client = arguments.idempotency_key.as_deref().map_or_else(|| Ok(client.clone()), |key| client.under(key))?;
    let ask = Ask {
        payload: arguments.payload,
        locale: arguments.locale,
        channel: arguments.channel.as_deref().map(Channel::from),
        deliver_ask: arguments.deliver_ask,
        expires_in: arguments.expires_in.map(|span| span.as_secs()),
        ..Ask::new(arguments.user, arguments.topic, arguments.title)
    };
    let asked = client.ask(&ask).await?;
    output::answer(arguments.json, &asked, || asked.consent_url.clone());
    if !arguments.json {
        output::note(format_args!("the opt-in {} can be answered there until {}", asked.id, asked.expires_at));
    }
    Ok(())
}
