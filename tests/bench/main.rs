//! `make bench`: what is promised of cost and speed, counted or measured here, beside its target.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up fails by panicking")]

mod bare;
mod desk;
mod release;
mod report;

use std::process::ExitCode;

use report::Report;
use ringonce_domain::business::ChannelKind;
use ringonce_tests::counts;

/// Below this a release has not got going.
const FEW: u64 = 1_000;

#[tokio::main]
async fn main() -> ExitCode {
    let people = std::env::args().nth(1).map_or(20_000, |text| text.parse().expect("how many people, such as 20000"));
    let mut report = Report::default();
    eprintln!("counting lifecycles");
    report.counts(&counts::all().await);
    eprintln!("releasing to {FEW}, to compare");
    let few = release::measure(FEW, ChannelKind::Inbox).await;
    eprintln!("releasing to {people} by inbox");
    let many = release::measure(people, ChannelKind::Inbox).await;
    report.inbox(&few, &many);
    eprintln!("releasing to {FEW} by webhook");
    report.webhook(&release::measure(FEW, ChannelKind::Webhook).await);
    report.print()
}
