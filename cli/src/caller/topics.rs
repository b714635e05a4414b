//! `ringonce topics`.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use clap::Args;
use ringonce_client::Client;
use ringonce_client::types::Demand;
use serde_json::json;

use super::CallerError;
use super::connection::Connection;
use super::table::{Side, bar, lines};
use crate::output::{self, Paint, plain};

/// How many topics an answer of the API holds.
const PAGE: u32 = 100;
/// Longest bar, in characters.
const BAR: usize = 20;

/// `ringonce topics`.
#[derive(Debug, Args)]
pub struct TopicsArguments {
    /// One topic, with all that is counted of it; without it, all topics
    topic: Option<String>,
    /// Only topics whose names begin so
    #[arg(long, conflicts_with = "topic")]
    prefix: Option<String>,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Carries out `ringonce topics`.
///
/// # Errors
/// Says what to do about it.
pub async fn topics(arguments: TopicsArguments) -> Result<(), CallerError> {
    let client = arguments.connection.open()?;
    let paint = Paint::of_stdout();
    if let Some(topic) = &arguments.topic {
        let demand = client.topic(topic).await?;
        output::answer(arguments.json, &demand, || one(paint, &demand));
        return Ok(());
    }
    let topics = all(&client, arguments.prefix.as_deref()).await?;
    output::answer(arguments.json, &json!({ "topics": topics }), || in_words(paint, std::io::stdout().is_terminal(), &topics));
    Ok(())
}

async fn all(client: &Client, prefix: Option<&str>) -> Result<Vec<Demand>, CallerError> {
    let (mut topics, mut after) = (Vec::new(), None);
    loop {
        let page = client.topics(prefix, after.as_deref(), Some(PAGE)).await?;
        topics.extend(page.topics);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(topics),
        }
    }
}

fn in_words(paint: Paint, with_bars: bool, topics: &[Demand]) -> String {
    if topics.is_empty() {
        return "No topic yet: one is listed once somebody has answered about it.".to_owned();
    }
    let most = topics.iter().map(|demand| demand.waiting).max().unwrap_or_default();
    let mut columns = vec![("TOPIC", Side::Left), ("WAITING", Side::Right)];
    columns.extend(with_bars.then_some(("", Side::Left)));
    columns.extend(["ASKED", "GRANTED", "DECLINED", "SENT", "FAILED", "OPENED"].map(|name| (name, Side::Right)));
    let row = |demand: &Demand| {
        let failed = total(&demand.failed);
        let counts = [demand.asked, demand.granted, demand.declined, demand.sent, failed, demand.opened];
        let bar = with_bars.then(|| bar(demand.waiting, most, BAR));
        let first = [demand.topic.clone(), demand.waiting.to_string()].into_iter().chain(bar);
        first.chain(counts.map(|count| count.to_string())).collect::<Vec<_>>()
    };
    lines(paint, &columns, &topics.iter().map(row).collect::<Vec<_>>())
}

/// All that is counted of a topic, and what is not nought of it.
fn one(paint: Paint, demand: &Demand) -> String {
    let counts = [
        ("waiting now", demand.waiting),
        ("asked", demand.asked),
        ("granted", demand.granted),
        ("declined", demand.declined),
        ("sent", demand.sent),
        ("unknown", demand.unknown),
        ("revoked", demand.revoked),
        ("expired", demand.expired),
        ("given back", demand.returned),
        ("opened", demand.opened),
    ];
    let mut lines = vec![paint.head(&plain(&demand.topic))];
    lines.extend(counts.iter().map(|(what, count)| format!("  {what:<12} {count:>8}")));
    lines.extend(demand.failed.iter().map(|(reason, count)| format!("  {:<12} {count:>8}", format!("failed, {reason}"))));
    lines.join("\n")
}

fn total(failed: &BTreeMap<String, i64>) -> i64 {
    failed.values().sum()
}
