//! `ringonce user erase`: one call, then a look until what was kept is gone.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::time::{Duration, Instant};

use clap::Args;
use ringonce_client::types::Export;
use ringonce_client::{Client, Timestamp};
use ringonce_domain::time::parse_span;
use serde::Serialize;

use crate::caller::CallerError;
use crate::caller::connection::Connection;
use crate::output::{self, Progress, plain};

const GLANCE: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub(super) struct Erase {
    /// The person, as your business calls them
    user: String,
    /// Erase without asking; needed where nobody can be asked
    #[arg(long)]
    yes: bool,
    /// For how long to wait until it is gone
    #[arg(long, value_parser = parse_span, default_value = "60s")]
    wait: Duration,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// How much is kept of a person, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Kept {
    asks: usize,
    addresses: BTreeMap<String, usize>,
    optins: BTreeMap<String, usize>,
    events: usize,
    blocked: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    user: String,
    erased_at: Timestamp,
    before: Kept,
    left: Kept,
}

pub(super) async fn erase(Erase { user, yes, wait, json, connection }: &Erase) -> Result<(), CallerError> {
    let client = connection.open()?;
    let before = kept(&client, user).await?;
    if !yes {
        confirm(user, &before)?;
    }
    let erased_at = client.erase(user).await?.erased_at;
    let left = until_gone(&client, user, *wait).await?;
    let report = Report { user: user.clone(), erased_at, before, left };
    output::answer(*json, &report, || in_words(&report));
    match report.left.is_gone() {
        true => Ok(()),
        false => Err(CallerError::Failed(format!(
            "the erasure was accepted, and not all is gone after {}: the stream carries it on. Look again with `ringonce user export`",
            crate::caller::words::span(wait.as_secs())
        ))),
    }
}

async fn kept(client: &Client, user: &str) -> Result<Kept, CallerError> {
    match client.export(user).await {
        Ok(export) => Ok(Kept::of(&export)),
        Err(error) if error.code() == Some("not-found") => Ok(Kept::default()),
        Err(error) => Err(error.into()),
    }
}

async fn until_gone(client: &Client, user: &str, wait: Duration) -> Result<Kept, CallerError> {
    let (begun, mut progress) = (Instant::now(), Progress::start());
    loop {
        let left = kept(client, user).await?;
        progress.tell(format_args!("{:<60}", left.in_words()));
        if left.is_gone() || begun.elapsed() >= wait {
            progress.end();
            return Ok(left);
        }
        tokio::time::sleep(GLANCE).await;
    }
}

/// A name that was typed again is the one that was meant.
fn confirm(user: &str, before: &Kept) -> Result<(), CallerError> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(CallerError::Usage("nobody can be asked here whether to erase them: add --yes".to_owned()));
    }
    let mut stderr = std::io::stderr().lock();
    let question = format!("Kept of {}: {}.\nType the person's name to erase all of it: ", plain(user), before.in_words());
    let _ = write!(stderr, "{question}").and_then(|()| stderr.flush());
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    match read {
        Ok(1..) if line.trim_end_matches(['\n', '\r']) == user => Ok(()),
        _ => Err(CallerError::Failed("that is another name: nothing was erased".to_owned())),
    }
}

impl Kept {
    fn of(export: &Export) -> Self {
        let (asks, events, blocked) = (export.asks.len(), export.events.len(), export.blocked_at.is_some());
        let mut kept = Self { asks, events, blocked, ..Self::default() };
        for address in &export.addresses {
            *kept.addresses.entry(address.channel.to_string()).or_default() += 1;
        }
        for exported in &export.optins {
            *kept.optins.entry(exported.optin.state.to_string()).or_default() += 1;
        }
        kept
    }

    /// Whether nothing is kept but what an erasure leaves: a block, and when the last asks were.
    fn is_gone(&self) -> bool {
        self.addresses.is_empty() && self.optins.is_empty() && self.events == 0
    }

    fn in_words(&self) -> String {
        let counted = |one: &str, many: &str, by_kind: &BTreeMap<String, usize>| {
            let kinds: Vec<_> = by_kind.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
            let all = by_kind.values().sum::<usize>();
            several(one, many, all).map(|counted| format!("{counted} ({})", kinds.join(", ")))
        };
        let parts = [
            counted("opt-in", "opt-ins", &self.optins),
            counted("address", "addresses", &self.addresses),
            several("remembered time of an ask", "remembered times of asks", self.asks),
            several("event for the webhook", "events for the webhook", self.events),
            self.blocked.then(|| "a block".to_owned()),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    }
}

fn several(one: &str, many: &str, count: usize) -> Option<String> {
    (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
}

fn in_words(Report { user, erased_at, before, left }: &Report) -> String {
    let first = format!("{} was erased {erased_at}.", plain(user));
    format!("{first}\n  before  {}\n  left    {}", before.in_words(), left.in_words())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_told_by_kind_and_a_block_and_the_times_of_asks_are_all_that_may_be_left() {
        let one = |kind: &str, count| BTreeMap::from([(kind.to_owned(), count)]);
        let kept = Kept {
            asks: 1,
            addresses: one("email", 1),
            optins: BTreeMap::from([("granted".to_owned(), 2), ("sent".to_owned(), 1)]),
            events: 2,
            blocked: true,
        };
        assert_eq!(
            kept.in_words(),
            "3 opt-ins (2 granted, 1 sent), 1 address (1 email), 1 remembered time of an ask, 2 events for the webhook, a block"
        );
        assert!(!kept.is_gone());
        let left = Kept { asks: 2, blocked: true, ..Kept::default() };
        assert!(left.is_gone() && left.in_words() == "2 remembered times of asks, a block" && Kept::default().in_words() == "nothing");
        for part in [
            Kept { events: 1, ..left.clone() },
            Kept { optins: one("granted", 1), ..left.clone() },
            Kept { addresses: one("email", 1), ..left },
        ] {
            assert!(!part.is_gone());
        }
    }
}
