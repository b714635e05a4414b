//! `ringonce release watch`: how far a release has come, until it is over or nobody wants to see it any more.

use std::time::{Duration, Instant};

use clap::Args;
use ringonce_client::Client;
use ringonce_client::types::{Release, ReleaseState};

use super::progress::{Show, Shown, settled};
use crate::caller::CallerError;
use crate::caller::connection::Connection;
use crate::output;

/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(500);
/// For how long messages that are under way when the release is over are waited for: one that is tried again can take a day.
const TRAIL: Duration = Duration::from_secs(20);

#[derive(Debug, Args)]
pub(super) struct Watch {
    /// The release's id
    id: String,
    /// Print JSON, for scripts: a line for each change
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

pub(super) async fn command(Watch { id, json, connection }: &Watch) -> Result<(), CallerError> {
    until_it_is_over(&connection.open()?, connection, id, *json).await
}

/// What shows it again.
pub(super) fn again(connection: &Connection, id: &str) -> String {
    format!("ringonce release watch {id}{}", connection.as_arguments())
}

pub(super) async fn until_it_is_over(client: &Client, connection: &Connection, id: &str, as_json: bool) -> Result<(), CallerError> {
    tokio::select! {
        over = watch(client, id, as_json) => judged(&over?),
        pressed = tokio::signal::ctrl_c() => {
            pressed.map_err(|error| CallerError::Failed(format!("cannot wait for Ctrl-C: {error}")))?;
            output::note(format_args!("no longer watching; the release goes on. To watch it again: {}", again(connection, id)));
            Ok(())
        }
    }
}

async fn watch(client: &Client, id: &str, as_json: bool) -> Result<Release, CallerError> {
    let first = client.release(id).await?;
    let waiting = client.topic(&first.topic).await.map(|demand| demand.waiting).unwrap_or_default();
    let mut shown = Show::start(&first, waiting, as_json);
    let (mut release, mut over_since) = (first, None);
    loop {
        shown.tell(&release);
        if release.state != ReleaseState::Running {
            let since = *over_since.get_or_insert_with(Instant::now);
            if is_counted(&release) || since.elapsed() > TRAIL {
                shown.end(&release);
                return Ok(release);
            }
        }
        tokio::time::sleep(GLANCE).await;
        release = client.release(id).await?;
    }
}

/// Whether the counts, which are seconds behind, know of everybody who was taken, and nothing is under way.
fn is_counted(release: &Release) -> bool {
    release.under_way == 0 && settled(release) >= super::taken(release)
}

/// A release that came to its end is what was wanted; one that was stopped is not.
fn judged(release: &Release) -> Result<(), CallerError> {
    if release.state != ReleaseState::Stopped {
        return Ok(());
    }
    let why = release.reason.as_ref().map(|reason| format!(": {}", crate::caller::words::of_end(reason))).unwrap_or_default();
    Err(CallerError::Failed(format!("the release was stopped{why}")))
}
