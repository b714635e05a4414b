//! `ringonce webhook status|enable|test|replay`.

use clap::{Args, Subcommand};
use ringonce_adapters::ambient::{Clock, random};
use ringonce_adapters::open_web::OpenWeb;
use ringonce_adapters::webhook::{self, Verdict};
use ringonce_adapters::wire::webhook::WebhookView;
use ringonce_domain::business::Webhook;
use ringonce_domain::commands::{self, HealthChange, Replayed};
use ringonce_domain::event;
use ringonce_domain::health::{DisabledReason, HealthState, Revision, WebhookHealth};
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::{MissedEvent, Stored};
use ringonce_domain::time::{Timestamp, rfc3339};
use serde_json::json;

use super::table::{OperatorError, Table, TableArguments};
use crate::output::{self, Progress};

/// `ringonce webhook`.
#[derive(Debug, Args)]
pub struct WebhookArguments {
    #[command(subcommand)]
    command: WebhookCommand,
}

#[derive(Debug, Subcommand)]
enum WebhookCommand {
    /// Show how a business's webhook does: since when it fails or is disabled, and why
    Status(Which),
    /// Send to a webhook again that was disabled; `replay` sends what it missed meanwhile
    Enable(Which),
    /// Send a signed `webhook.test` event, and print what came of it. Works while the webhook is disabled, and changes nothing
    Test(Which),
    /// Send again what a business has missed, each event under the id that it had
    ///
    /// Every event of the business that waits for another try, or that was given up (they are kept for 30 days), is made due
    /// now; the sweep sends it within a minute. Reads the whole table, page by page: it takes a while, and costs what reading
    /// the table costs. It may be stopped at any time, and repeated: nothing is lost, and what is under way is left alone.
    Replay(Replay),
}

#[derive(Debug, Args)]
struct Which {
    /// The business
    business: String,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: TableArguments,
}

#[derive(Debug, Args)]
struct Replay {
    #[command(flatten)]
    which: Which,
    /// Only events of what happened at this time or later, such as 2026-12-24T18:00:00Z
    #[arg(long, value_parser = rfc3339::parse)]
    since: Option<Timestamp>,
    /// Only say how many there are
    #[arg(long)]
    dry_run: bool,
}

/// Carries out `ringonce webhook`.
///
/// # Errors
/// Says what to do about it.
pub async fn webhook(arguments: WebhookArguments) -> Result<(), OperatorError> {
    match arguments.command {
        WebhookCommand::Status(which) => status(&which).await,
        WebhookCommand::Enable(which) => enable(&which).await,
        WebhookCommand::Test(which) => test(&which).await,
        WebhookCommand::Replay(arguments) => replay(&arguments).await,
    }
}

/// A business with a webhook, in an open table.
struct Open {
    table: Table,
    id: BusinessId,
    webhook: Webhook,
}

impl Which {
    async fn open(&self) -> Result<Open, OperatorError> {
        let id = BusinessId::try_from(self.business.clone())?;
        let table = self.table.open().await?;
        let unknown = || OperatorError::Refused(format!("there is no business `{id}`: add it with `ringonce business add {id}`"));
        let business = table.directory.business(&id).await?.ok_or_else(unknown)?;
        let without = || OperatorError::Refused(format!("`{id}` has no webhook: give it one with `ringonce business set {id} --webhook`"));
        let webhook = business.webhook.ok_or_else(without)?;
        Ok(Open { table, id, webhook })
    }

    /// Prints what a script or a person reads.
    fn print(&self, json: &impl serde::Serialize, words: impl FnOnce() -> String) {
        output::answer(self.json, json, words);
    }
}

async fn status(which: &Which) -> Result<(), OperatorError> {
    let Open { table, id, webhook } = which.open().await?;
    let health = standing(&table, &id, &webhook.url).await?;
    let view = WebhookView::of(&health);
    which.print(&view, || in_words(&id, &view));
    Ok(())
}

fn in_words(id: &BusinessId, view: &WebhookView) -> String {
    let since = view.since.map(|since| format!(" since {since}")).unwrap_or_default();
    let why = match view.reason {
        Some(DisabledReason::Gone) => ": it answered an event with 410",
        Some(DisabledReason::Failing) => ": it took nothing for five days",
        None => "",
    };
    let mut lines = vec![format!("{}, the webhook of `{id}`", view.url), format!("{}{since}{why}", view.state.word())];
    lines.extend(view.last_failure.as_ref().map(|last| format!("last failure noted {} ({})", last.at, last.reason.word())));
    lines.extend(view.recovered_at.map(|at| format!("recovered from earlier failures {at}")));
    lines.extend(view.events.iter().map(|event| {
        let reason = event.reason.map(|reason| format!(" ({})", reason.word())).unwrap_or_default();
        format!("{} {}{reason}", event.at, event.kind.word())
    }));
    lines.join("\n")
}

async fn standing(table: &Table, id: &BusinessId, url: &str) -> Stored<WebhookHealth> {
    commands::webhook_health(table.webhooks.as_ref(), id, url).await
}

async fn enable(which: &Which) -> Result<(), OperatorError> {
    let Open { table, id, webhook } = which.open().await?;
    let HealthChange { health, changed } = take_for_well(&table, &id, &webhook.url).await?;
    which.print(&WebhookView::of(&health), || match (health.state(), changed) {
        (HealthState::Healthy, true) => {
            format!("The webhook of `{id}` is enabled. What it missed is sent by: ringonce webhook replay {id}")
        }
        _ => format!("The webhook of `{id}` is {} as it is.", health.state().word()),
    });
    Ok(())
}

/// Has a webhook taken for well, whatever was noted of it.
pub(super) async fn take_for_well(table: &Table, id: &BusinessId, url: &str) -> Stored<HealthChange> {
    commands::enable_webhook(table.webhooks.as_ref(), id, url, Clock::SYSTEM.now(), || Revision(random())).await
}

async fn test(which: &Which) -> Result<(), OperatorError> {
    let Open { table, id, webhook } = which.open().await?;
    let event = event::of_test(&id, random(), Clock::SYSTEM.now());
    let web = OpenWeb::new(table.reach, table.provider_timeout);
    let verdict = webhook::send(&web, &table.keys, &id, &webhook, &event).await;
    let (word, meaning) = (verdict.word(), meaning(&verdict));
    which.print(&json!({ "url": webhook.url, "event": event.id, "verdict": word }), || format!("{word}: {meaning}"));
    match verdict {
        Verdict::Accepted => Ok(()),
        _ => Err(OperatorError::Refused(format!("the endpoint {} did not take the event", webhook.url))),
    }
}

const fn meaning(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "the endpoint took the event",
        Verdict::Refused => "the endpoint answered with an error that another try will not mend",
        Verdict::Gone => "the endpoint answered 410: an event that is answered so disables it",
        Verdict::Later(_) => "the endpoint asked to be tried later",
        Verdict::Unreachable => "there was no connection to the endpoint, or it may not be called; nothing was sent",
        Verdict::Unsigned => "the key ring holds no key that opens the webhook's secrets; nothing was sent",
        Verdict::Unclear => "the event was sent, and no clear answer came in time",
    }
}

async fn replay(arguments: &Replay) -> Result<(), OperatorError> {
    let Replay { which, since, dry_run } = arguments;
    let Open { table, id, webhook } = which.open().await?;
    if !dry_run && standing(&table, &id, &webhook.url).await?.is_disabled() {
        let first = format!("the webhook of `{id}` is disabled, nothing is sent to it: run `ringonce webhook enable {id}` first");
        return Err(OperatorError::Refused(first));
    }
    let missed = find(&table, &id, since.unwrap_or(Timestamp::ZERO)).await?;
    let now = Clock::SYSTEM.now();
    let Replayed { made_due, under_way } =
        if *dry_run { Replayed::default() } else { commands::replay(table.replays.as_ref(), &missed, now).await? };
    let found = missed.len();
    which.print(&json!({ "found": found, "made_due": made_due, "under_way": under_way, "dry_run": dry_run }), || {
        match (dry_run, under_way) {
            (true, _) => format!("{found} events would be sent again."),
            (false, 0) => format!("{made_due} events are due now. The sweep sends them within a minute."),
            (false, _) => {
                format!("{made_due} events are due now. The sweep sends them within a minute. {under_way} more were due already.")
            }
        }
    });
    Ok(())
}

async fn find(table: &Table, id: &BusinessId, since: Timestamp) -> Stored<Vec<MissedEvent>> {
    let mut progress = Progress::start();
    let missed = commands::missed_events(table.replays.as_ref(), id, since, |read, found| {
        progress.tell(format_args!("{read} items read, {found} events found"));
    });
    let missed = missed.await;
    progress.end();
    missed
}
