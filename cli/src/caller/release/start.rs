//! `ringonce release start`: who is next, a question, and then the release.

use std::io::{BufRead, IsTerminal};

use clap::{Args, ValueEnum};
use ringonce_client::Client;
use ringonce_client::types::{Batch, NewRelease, Order, Waiting};

use super::preview;
use super::watch;
use crate::caller::CallerError;
use crate::caller::connection::Connection;
use crate::caller::send::MessageArguments;
use crate::output;

/// How many people a preview names.
const NAMED: u32 = 10;

#[derive(Debug, Args)]
pub(super) struct Start {
    /// To whom: those who wait for this
    topic: String,
    #[command(flatten)]
    message: MessageArguments,
    /// How many people get it in all; without it, everybody who waits
    #[arg(long)]
    limit: Option<u32>,
    /// Who comes first
    #[arg(long, value_enum, default_value_t = First::Oldest)]
    order: First,
    /// How many people a step takes; without it, all in one step
    #[arg(long, requires = "batch_every")]
    batch_size: Option<u32>,
    /// How long it is from one step's beginning to the next one's, such as 15m
    #[arg(long, requires = "batch_size")]
    batch_every: Option<String>,
    /// What is asked before each step, by a signed POST: 2xx goes on, 409 and 410 end the release, and anything else stops it
    #[arg(long, value_name = "URL")]
    check_url: Option<String>,
    /// Start without asking; needed where nobody can be asked
    #[arg(long)]
    yes: bool,
    /// Do not wait for its end
    #[arg(long)]
    detach: bool,
    /// Name the call: the same release under the same name is started once
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Print JSON, for scripts: a line as it is started, and one for each change while it is watched
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum First {
    Oldest,
    Newest,
}

pub(super) async fn start(arguments: &Start) -> Result<(), CallerError> {
    let client = arguments.connection.open()?;
    if !arguments.yes {
        ask(&client, arguments).await?;
    }
    let named = arguments.idempotency_key.as_deref().map_or_else(|| Ok(client.clone()), |key| client.under(key))?;
    let started = named.start_release(&arguments.topic, &arguments.release()).await?;
    let words = || format!("Started: {}", started.id);
    output::answer(arguments.json, &started, words);
    if arguments.detach {
        if !arguments.json {
            output::note(format_args!("it runs by itself; to watch it: {}", watch::again(&arguments.connection, &started.id)));
        }
        return Ok(());
    }
    watch::until_it_is_over(&client, &arguments.connection, &started.id, arguments.json).await
}

/// Shows who would be taken, and goes on only if that is what is wanted.
async fn ask(client: &Client, arguments: &Start) -> Result<(), CallerError> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        let words = "nobody can be asked here whether to begin: add --yes. `ringonce topics TOPIC` shows how many wait";
        return Err(CallerError::Usage(words.to_owned()));
    }
    let order = arguments.order();
    let waiting = client.waiting(&arguments.topic, &order, NAMED, arguments.limit).await?;
    eprint(&preview::in_words(&waiting, &arguments.message.message()));
    confirm(&waiting)
}

fn confirm(waiting: &Waiting) -> Result<(), CallerError> {
    if waiting.cost.people == 0 {
        return Err(CallerError::Failed("nobody waits: nothing was started".to_owned()));
    }
    eprint(&format!("Send it to {}? [y/N] ", crate::caller::words::people(waiting.cost.people)));
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    match (read, line.trim().to_lowercase().as_str()) {
        (Ok(1..), "y" | "yes") => Ok(()),
        _ => Err(CallerError::Failed("nothing was started".to_owned())),
    }
}

/// Beside the answer, and without a mark: it is for whoever is asked.
fn eprint(text: &str) {
    use std::io::Write;
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "{text}").and_then(|()| stderr.flush());
}

impl Start {
    fn order(&self) -> Order {
        match self.order {
            First::Oldest => Order::Oldest,
            First::Newest => Order::Newest,
        }
    }

    fn release(&self) -> NewRelease {
        NewRelease {
            limit: self.limit,
            order: Some(self.order()),
            batch: self.batch_size.zip(self.batch_every.clone()).map(|(size, every)| Batch { size, every }),
            check_url: self.check_url.clone(),
            ..NewRelease::of(self.message.message())
        }
    }
}
