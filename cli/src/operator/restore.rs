//! `ringonce restore settle|revoke-tokens`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ringonce_adapters::ambient::Clock;
use ringonce_adapters::restore;
use ringonce_domain::address::PersonKey;
use ringonce_domain::names::BusinessId;
use ringonce_domain::reconcile::Count;
use ringonce_domain::restore::{Erasure, Settlement};
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::Deserialize;
use serde_json::json;

use super::table::{OperatorError, TableArguments};
use crate::output::{self, Progress};

/// `ringonce restore`.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    #[command(subcommand)]
    command: RestoreCommand,
}

#[derive(Debug, Subcommand)]
enum RestoreCommand {
    /// Make a restored table safe, before any function works on it
    ///
    /// What happened since the time of the restore is gone from the table. So every message that was scheduled, queued or leaving
    /// ends as `unknown`, every release that was under way is stopped, and the tokens of every business are frozen, because some
    /// were used since. Enable the table's stream first: businesses hear of what ended, and erasures are carried through, once
    /// the functions are there. Reads the whole table. It may be stopped, and repeated until it finds nothing more.
    Settle(Settle),
    /// Revoke what may have been used: all of a business's grants, and all that is still to be confirmed
    ///
    /// The business's tokens have to be frozen. To let them be used instead, in the knowledge that some may send a second
    /// message: ringonce business set BUSINESS --thaw. Reads the whole table. It may be stopped, and repeated.
    RevokeTokens(RevokeTokens),
}

#[derive(Debug, Args)]
struct Settle {
    /// The restored table's name, as RINGONCE_TABLE has it too: no other is to be settled by mistake
    restored: String,
    /// Erasures to do again, from the log of `deliver`: lines of {"erased": "...", "at": "..."}
    #[arg(long, value_name = "FILE")]
    erasures: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
struct RevokeTokens {
    /// The business
    business: String,
    /// Only what was asked for at this time or before, such as 2026-12-24T18:00:00Z: when the functions last worked on the table
    /// that is lost. Without it, all of it
    #[arg(long, value_name = "TIME", value_parser = rfc3339::parse)]
    asked_by: Option<Timestamp>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
struct How {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: TableArguments,
}

/// Carries out `ringonce restore`.
///
/// # Errors
/// Says what to do about it.
pub async fn restore(arguments: RestoreArguments) -> Result<(), OperatorError> {
    match arguments.command {
        RestoreCommand::Settle(arguments) => settle(&arguments).await,
        RestoreCommand::RevokeTokens(arguments) => revoke_tokens(&arguments).await,
    }
}

async fn settle(Settle { restored, erasures, how }: &Settle) -> Result<(), OperatorError> {
    let erasures = erasures.as_deref().map(read_erasures).transpose()?.unwrap_or_default();
    let table = how.table.open().await?;
    if table.name != *restored {
        let other = format!("RINGONCE_TABLE names the table `{}`, and not `{restored}`. Nothing was changed", table.name);
        return Err(OperatorError::Refused(other));
    }
    let mut progress = Progress::start();
    let settled =
        restore::settle(table.restores.as_ref(), &erasures, how.dry_run, Clock::SYSTEM.now(), |read| progress.tell(items(read))).await;
    progress.end();
    let settlement = settled?;
    how.print(&json!({ "dry_run": how.dry_run, "settlement": settlement }), || in_words(&settlement, how.dry_run));
    how.check_left(settlement.left())
}

async fn revoke_tokens(RevokeTokens { business, asked_by, how }: &RevokeTokens) -> Result<(), OperatorError> {
    let id = BusinessId::try_from(business.clone())?;
    let table = how.table.open().await?;
    let unknown = || OperatorError::Refused(format!("there is no business `{id}` in this table"));
    if !table.directory.business(&id).await?.ok_or_else(unknown)?.settings.frozen {
        let first =
            format!("the tokens of `{id}` are not frozen: one might be used meanwhile. Run `ringonce business set {id} --freeze` first");
        return Err(OperatorError::Refused(first));
    }
    let now = Clock::SYSTEM.now();
    let mut progress = Progress::start();
    let tell = |read| progress.tell(items(read));
    let revoked = restore::revoke_tokens(table.restores.as_ref(), &id, asked_by.unwrap_or(now), how.dry_run, now, tell).await;
    progress.end();
    let Count { found, mended } = revoked?;
    how.print(&json!({ "dry_run": how.dry_run, "found": found, "revoked": mended }), || {
        if how.dry_run {
            return format!("{found} grants of `{id}` would be revoked.");
        }
        format!("{mended} grants of `{id}` are revoked. What is asked for from now on may send: ringonce business set {id} --thaw")
    });
    how.check_left(found - mended)
}

impl How {
    /// Prints what a script or a person reads.
    fn print(&self, json: &serde_json::Value, words: impl FnOnce() -> String) {
        output::answer(self.json, json, words);
    }

    fn check_left(&self, left: u64) -> Result<(), OperatorError> {
        if self.dry_run || left == 0 {
            return Ok(());
        }
        let why =
            format!("{left} of it changed while this read: does anything work on the table? Repeat the command until it finds nothing");
        Err(OperatorError::Refused(why))
    }
}

fn in_words(settlement: &Settlement, dry_run: bool) -> String {
    let mut lines = vec![format!("{} items were read", settlement.read)];
    let found = settlement.counts().into_iter().filter(|(_, count)| count.found > 0);
    lines.extend(found.map(
        |(what, Count { found, mended })| {
            if dry_run { format!("{found} {what}") } else { format!("{found} {what}: {mended} made safe") }
        },
    ));
    if settlement.unreadable > 0 {
        lines.push(format!("{} items could not be read, and no function can read them either", settlement.unreadable));
    }
    let end = match (dry_run, settlement.left()) {
        (true, _) => "Nothing was changed.",
        (false, 0) => "The table is settled.",
        (false, _) => "The table is not settled yet.",
    };
    lines.push(end.to_owned());
    lines.join("\n")
}

/// A line of the log, cut down to what says who and when.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    erased: String,
    #[serde(deserialize_with = "rfc3339::deserialize")]
    at: Timestamp,
}

fn read_erasures(path: &Path) -> Result<Vec<Erasure>, OperatorError> {
    let unread = |error| OperatorError::Refused(format!("cannot read {}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(unread)?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let erasures = lines.map(|(number, line)| {
        let wrong = || {
            let rule = r#"is no erasure: it has to be {"erased": "...", "at": "2026-12-24T18:00:00Z"}. Nothing was changed"#;
            OperatorError::Refused(format!("line {number} of {} {rule}", path.display()))
        };
        let Line { erased, at } = serde_json::from_str(line).map_err(|_| wrong())?;
        Ok(Erasure { person: PersonKey::from_text(&erased).ok_or_else(wrong)?, at })
    });
    erasures.collect()
}

fn items(read: u64) -> String {
    format!("{read} items read")
}
