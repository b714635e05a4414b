//! The `ringonce` program.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ringonce_cli::{dev, operator};

/// One-time notifications: ask a person once, send exactly one message.
#[derive(Parser)]
#[command(name = "ringonce", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a whole Ringonce on this machine, with a demo business and a webhook receiver
    Dev(dev::DevArguments),
    /// Add or change a business
    Business(Box<operator::BusinessArguments>),
    /// Add or revoke a business's API keys
    Key(operator::KeyArguments),
    /// See how a business's webhook does, and send again what it missed
    Webhook(operator::WebhookArguments),
    /// Search the whole table now for what was missed, as every night, and show what was found
    ///
    /// What the stream has lost is taken up, and tokens whose time is up are ended. The sweeps do the work, some twenty
    /// seconds of each minute; this waits for them until the run is over. Costs what reading the table costs. One at a
    /// time: where a run is under way, this one waits for it.
    Reconcile(operator::ReconcileArguments),
    /// Make a table safe that was restored to an earlier time (docs/restore.md)
    Restore(operator::RestoreArguments),
    /// Make a deployment's keys, and rotate them
    Keys(operator::KeysArguments),
    /// Make the secrets that a deployment needs before its first: its key ring, and a key for Web Push
    ///
    /// They are made in AWS Secrets Manager, with the region and the credentials of the environment or of AWS_PROFILE. A
    /// secret that is there already is never changed: a deployment whose address key is lost has lost its table.
    Init(operator::InitArguments),
    /// Look at a deployment, or at the `ringonce dev` on this machine, and say what is wrong and what to do about it
    ///
    /// One line for each check: ok, warn or fail, what was looked at, and words. Nothing is changed and no secret is shown.
    /// The exit code is 1 where a check fails, and 0 where none does; warnings leave it 0. With --stack it needs the region
    /// and credentials that may look at the stack and its resources; what these may not see is a warning.
    Doctor(operator::DoctorArguments),
    /// Reckon what a month costs on AWS, by list prices
    ///
    /// Each line shows how much of what there is, its price and what it comes to. The prices stand in docs/prices.json, with
    /// their date; the units of a lifecycle are those that are counted. Nothing is called and nothing is changed.
    Cost(operator::CostArguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Dev(arguments) => dev::run(arguments).await.map_err(|e| e.to_string()),
        Command::Business(arguments) => operator::business(*arguments).await.map_err(|e| e.to_string()),
        Command::Key(arguments) => operator::key(arguments).await.map_err(|e| e.to_string()),
        Command::Webhook(arguments) => operator::webhook(arguments).await.map_err(|e| e.to_string()),
        Command::Reconcile(arguments) => operator::reconcile(arguments).await.map_err(|e| e.to_string()),
        Command::Restore(arguments) => operator::restore(arguments).await.map_err(|e| e.to_string()),
        Command::Keys(arguments) => operator::keys(&arguments).await.map_err(|e| e.to_string()),
        Command::Init(arguments) => operator::init(arguments).await.map_err(|e| e.to_string()),
        Command::Doctor(arguments) => operator::doctor(arguments).await.map_err(|e| e.to_string()),
        Command::Cost(arguments) => operator::cost(&arguments).map_err(|e| e.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ringonce: {error}");
            ExitCode::FAILURE
        }
    }
}
