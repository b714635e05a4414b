//! `ringonce release start|watch|stop|list`.

mod preview;
mod progress;
mod start;
mod watch;

use clap::{Args, Subcommand};
use ringonce_client::types::Release;
use serde_json::json;

use self::start::Start;
use self::watch::Watch;
use super::CallerError;
use super::connection::Connection;
use super::table::{Side, lines};
use crate::output::{self, Paint};

/// `ringonce release`.
#[derive(Debug, Args)]
pub struct ReleaseArguments {
    #[command(subcommand)]
    command: ReleaseCommand,
}

#[derive(Debug, Subcommand)]
enum ReleaseCommand {
    /// Send one message to those who wait for a topic
    ///
    /// Shows who is next and what it costs, and asks before it begins, unless --yes is given. Then it shows how far the release
    /// has come, until it is over. The release runs by itself: Ctrl-C only ends the showing.
    Start(Box<Start>),
    /// Show how far a release has come, until it is over
    Watch(Watch),
    /// Stop a release: nobody else is taken, and who was taken is told
    Stop(Stop),
    /// List the releases, the latest first
    List(List),
}

#[derive(Debug, Args)]
struct Stop {
    /// The release's id
    id: String,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct List {
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Carries out `ringonce release`.
///
/// # Errors
/// Says what to do about it.
pub async fn release(arguments: ReleaseArguments) -> Result<(), CallerError> {
    match arguments.command {
        ReleaseCommand::Start(start) => start::start(&start).await,
        ReleaseCommand::Watch(watch) => watch::command(&watch).await,
        ReleaseCommand::Stop(stop) => stop_release(&stop).await,
        ReleaseCommand::List(list) => list_releases(&list).await,
    }
}

async fn stop_release(Stop { id, json: as_json, connection }: &Stop) -> Result<(), CallerError> {
    let release = connection.open()?.stop_release(id).await?;
    output::answer(*as_json, &release, || {
        format!("{} is {}: it took {}, and nobody else.", release.id, release.state, super::words::people(taken(&release)))
    });
    Ok(())
}

async fn list_releases(List { limit, json: as_json, connection }: &List) -> Result<(), CallerError> {
    let client = connection.open()?;
    let (mut releases, mut before): (Vec<Release>, Option<String>) = (Vec::new(), None);
    while releases.len() < *limit {
        let page = client.releases(before.as_deref()).await?;
        releases.extend(page.releases);
        match page.next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    releases.truncate(*limit);
    output::answer(*as_json, &json!({ "releases": releases }), || in_words(&releases));
    Ok(())
}

fn in_words(releases: &[Release]) -> String {
    if releases.is_empty() {
        return "No release yet: `ringonce release start TOPIC --text ...` starts one.".to_owned();
    }
    let left = ["STARTED", "TOPIC", "STATE"].map(|name| (name, Side::Left));
    let right = ["TAKEN", "SENT", "FAILED", "UNDER WAY"].map(|name| (name, Side::Right));
    let columns: Vec<_> = left.into_iter().chain(right).chain([("ID", Side::Left)]).collect();
    let row = |release: &Release| {
        let counts = [taken(release), release.sent, failed(release), release.under_way].map(|count| count.to_string());
        let first = [release.created_at.to_string(), release.topic.clone(), release.state.to_string()];
        first.into_iter().chain(counts).chain([release.id.clone()]).collect::<Vec<_>>()
    };
    lines(Paint::of_stdout(), &columns, &releases.iter().map(row).collect::<Vec<_>>())
}

fn taken(release: &Release) -> i64 {
    i64::try_from(release.taken).unwrap_or(i64::MAX)
}

fn failed(release: &Release) -> i64 {
    release.failed.values().sum()
}
