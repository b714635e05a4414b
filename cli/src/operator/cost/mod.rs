//! `ringonce cost`.

mod month;
mod prices;

use clap::Args;
use ringonce_domain::business::ChannelKind;
use serde_json::json;

use self::month::{Fixed, Line, Month, Part, dollars};
use self::prices::{Architecture, Front, PriceTable, Prices};
use super::table::OperatorError;
use crate::output;

pub use ringonce_domain::cost::{Step, Steps, steps};

/// Most of anything that can be reckoned with.
const MOST: u64 = 1_000_000_000_000;
/// Months after which what was granted is forgotten again.
const LONGEST_KEPT: u64 = 13;

/// `ringonce cost`.
#[derive(Debug, Args)]
pub struct CostArguments {
    /// Questions that businesses ask in the month
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(..=MOST))]
    asks: u64,
    /// Questions that are answered with yes; as many as are asked, if it is not given
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=MOST))]
    grants: Option<u64>,
    /// Messages that are sent; as many as are granted, if it is not given
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=MOST))]
    sends: Option<u64>,
    /// Answers for which a consent page is loaded first; as many as are granted, if it is not given
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=MOST))]
    pages: Option<u64>,
    /// How messages reach people: inbox, webhook, webpush, email
    #[arg(long, default_value = "inbox", value_parser = |name: &str| ChannelKind::parse(name))]
    channel: ChannelKind,
    /// What stands before the functions
    #[arg(long, value_enum, default_value_t = Front::HttpApi)]
    front: Front,
    /// For which machine the functions are built
    #[arg(long, value_enum, default_value_t = Architecture::X86)]
    arch: Architecture,
    /// Region whose prices hold: one of docs/prices.json
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// The messages are sent by releases, and not each by a call of its own
    #[arg(long)]
    released: bool,
    /// How many changes of one topic the stream brings together: 1 where each comes alone, up to 1000 in a rush
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    at_once: u64,
    /// Milliseconds that webhooks, push services and the like take to answer; functions wait for them
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(..=10_000))]
    endpoint_ms: u64,
    /// Months that it has gone on like this: what is kept adds up, for up to 13 months
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=LONGEST_KEPT))]
    months: u64,
    /// Custom metrics of the deployment
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=MOST))]
    metrics: u64,
    /// Print one JSON object, for scripts: `lines`, each with part, what, quantity, unit, price and dollars, and the sums
    #[arg(long)]
    json: bool,
}

/// Carries out `ringonce cost`.
///
/// # Errors
/// When there are no prices for the region.
pub fn cost(arguments: &CostArguments) -> Result<(), OperatorError> {
    let table = PriceTable::read();
    let prices = table.regions.get(&arguments.region).ok_or_else(|| {
        let known = table.regions.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        OperatorError::Refused(format!("docs/prices.json holds no prices for the region `{}`; it holds: {known}", arguments.region))
    })?;
    let month = arguments.month();
    if arguments.json {
        output::line(as_json(arguments, &table, &month, &month.bill(prices)));
    } else {
        output::bytes(in_words(arguments, &table, &month, prices).as_bytes());
    }
    Ok(())
}

impl CostArguments {
    fn month(&self) -> Month {
        let grants = self.grants.unwrap_or(self.asks);
        Month {
            asks: number(self.asks),
            grants: number(grants),
            sends: number(self.sends.unwrap_or(grants)),
            pages: number(self.pages.unwrap_or(grants)),
            months: number(self.months),
            at_once: number(self.at_once),
            endpoint: number(self.endpoint_ms) / 1e3,
            released: self.released,
            channel: self.channel,
            front: self.front,
            architecture: self.arch,
            fixed: deployed(self.channel, number(self.metrics)),
        }
    }
}

/// A count, of at most [`MOST`]: a float holds it exactly.
const fn number(count: u64) -> f64 {
    count as f64
}

/// What `template.yaml` deploys of what costs by the month, and so many metrics.
fn deployed(channel: ChannelKind, metrics: f64) -> Fixed {
    let template = include_str!("../../../../template.yaml");
    let of = |kind: &str| number(template.lines().filter(|line| line.trim() == format!("Type: {kind}")).count() as u64);
    Fixed {
        secrets: if channel == ChannelKind::WebPush { 2.0 } else { 1.0 },
        alarms: of("AWS::CloudWatch::Alarm"),
        metrics: of("AWS::Logs::MetricFilter") + metrics,
        dashboards: of("AWS::CloudWatch::Dashboard"),
    }
}

fn as_json(arguments: &CostArguments, table: &PriceTable, month: &Month, lines: &[Line]) -> serde_json::Value {
    json!({
        "as_of": table.as_of,
        "note": table.note,
        "sources": table.sources,
        "region": arguments.region,
        "channel": arguments.channel.name(),
        "month": month,
        "lines": lines,
        "lifecycle_dollars": dollars(lines, Some(Part::Lifecycle)),
        "total_dollars": dollars(lines, None),
        "not_counted": NOT_COUNTED,
    })
}

/// What is left out, for whoever compares with a bill.
const NOT_COUNTED: &str = "data out to the internet, custom domains, CloudFront and WAF, what is refused or tried again";

fn in_words(arguments: &CostArguments, table: &PriceTable, month: &Month, prices: &Prices) -> String {
    let lines = month.bill(prices);
    let mut words = format!(
        "{} asks, {} grants and {} messages by {} in a month, {}. Prices of {}.\n",
        month.asks,
        month.grants,
        month.sends,
        arguments.channel.name(),
        arguments.region,
        table.as_of
    );
    for (part, title) in [
        (Part::Lifecycle, "The lifecycle itself: calls, and what they write"),
        (Part::Following, "What follows from it"),
        (Part::Standing, "What there is anyway, and what is kept"),
    ] {
        words += &format!("\n{title}\n");
        words.extend(lines.iter().filter(|line| line.part == part).map(row));
        words += &format!("  {:<75} {:>10.2}\n", "", dollars(&lines, Some(part)));
    }
    words += &format!("\n  {:<75} {:>10.2} dollars a month\n\n", "All of it", dollars(&lines, None));
    words + &assumptions(arguments, table)
}

fn row(line: &Line) -> String {
    let Line { what, quantity, unit, price, dollars, .. } = line;
    format!("  {what:<41} {quantity:>10.3} {unit:<13} {price:>8.3} {dollars:>10.2}\n")
}

fn assumptions(arguments: &CostArguments, table: &PriceTable) -> String {
    format!(
        "Write and read units are counted (`make bench-counts`), with title, payload and message of 200 bytes each.\n\
         Assumed: an invocation is billed 10 ms of 0.25 GB, and waits {} ms for whoever is outside (--endpoint-ms);\n\
         changes of a topic that the stream brings together (--at-once): {}; months of what is kept (--months): {}.\n\
         Not counted: {NOT_COUNTED}.\n{}\n",
        arguments.endpoint_ms, arguments.at_once, arguments.months, table.note
    )
}
