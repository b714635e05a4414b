//! `ringonce reconcile`.

use std::time::Duration;

use clap::Args;
use ringonce_adapters::ambient::Clock;
use ringonce_domain::commands::{self, Beginning, Progress};
use ringonce_domain::reconcile::{Count, Report};
use ringonce_domain::store::Reconciles;

use super::table::{OperatorError, TableArguments};
use crate::output;

/// How often it looks how far the sweeps have come.
const GLANCE: Duration = Duration::from_secs(1);

/// `ringonce reconcile`.
#[derive(Debug, Args)]
pub struct ReconcileArguments {
    /// Begin nothing: show how far the last run has come, and what it has found
    #[arg(long)]
    status: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: TableArguments,
}

/// Carries out `ringonce reconcile`.
///
/// # Errors
/// Says what to do about it.
pub async fn reconcile(arguments: ReconcileArguments) -> Result<(), OperatorError> {
    let table = arguments.table.open().await?;
    let store = table.reconciles.as_ref();
    let progress = if arguments.status { last(store).await? } else { run(store).await? };
    output::answer(arguments.json, &progress, || in_words(&progress));
    Ok(())
}

async fn last(store: &dyn Reconciles) -> Result<Progress, OperatorError> {
    let none =
        || OperatorError::Refused("no reconcile has run yet: the next night begins one, and so does `ringonce reconcile`".to_owned());
    commands::reconcile_progress(store).await?.ok_or_else(none)
}

/// Begins a run, or joins the one that is under way, and waits until it is over. The sweeps do the work: whoever stops
/// waiting stops nothing.
async fn run(store: &dyn Reconciles) -> Result<Progress, OperatorError> {
    let mut line = output::Progress::start();
    line.tell(match commands::begin_reconcile(store, Clock::SYSTEM.now()).await? {
        Beginning::Begun(_) => "Begun. The sweeps go on with it every minute, also after Ctrl-C.",
        Beginning::UnderWay(_) => "One is under way already. The sweeps go on with it every minute, also after Ctrl-C.",
    });
    line.end();
    loop {
        let progress = last(store).await?;
        let Progress { segments_read, segments, report, .. } = progress;
        line.tell(format_args!("{} items read, {segments_read} of {segments} segments", report.read));
        if progress.ended_at.is_some() {
            line.end();
            return Ok(progress);
        }
        tokio::time::sleep(GLANCE).await;
    }
}

fn in_words(progress: &Progress) -> String {
    let Progress { begun_at, ended_at, segments_read, segments, report } = progress;
    let first = match ended_at {
        Some(ended_at) => format!("The reconcile of {begun_at} was over {ended_at}."),
        None => format!("The reconcile of {begun_at} is under way: {segments_read} of {segments} segments are read."),
    };
    let mut lines = vec![first, format!("{} items were read, for {} read units", report.read, report.units)];
    lines.extend(findings(report).into_iter().filter(|(_, count)| count.found > 0).map(|(what, count)| line(what, count)));
    if report.failed + report.unreadable > 0 {
        lines.push(format!(
            "{} findings could not be dealt with, {} items could not be read: see the log",
            report.failed, report.unreadable
        ));
    }
    lines.join("\n")
}

fn findings(report: &Report) -> [(&'static str, Count); 6] {
    [
        ("messages that nothing would have brought", report.queued),
        ("attempts that nobody came back to", report.lease_ended),
        ("tokens whose time was up", report.lapsed),
        ("people who have blocked a business", report.blocked),
        ("people who were erased", report.erased),
        ("releases that stood still", report.releases),
    ]
}

fn line(what: &str, Count { found, mended }: Count) -> String {
    format!("{found} {what}: {mended} mended")
}
