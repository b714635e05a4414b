//! The `ringonce` program.

#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use ringonce_cli::caller::CallerError;
use ringonce_cli::dev::DevError;
use ringonce_cli::operator::OperatorError;
use ringonce_cli::{caller, dev, operator, output};

/// One-time notifications: ask a person once, send exactly one message.
#[derive(Parser)]
#[command(name = "ringonce", version, about, propagate_version = true, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes:
  0  done
  1  failed
  2  the arguments do not do
  3  refused by the API (4xx)
  4  the API cannot be reached, or fails (5xx) after several tries";

#[derive(Subcommand)]
enum Command {
    /// Run a whole Ringonce on this machine, with a demo business and a webhook receiver
    Dev(dev::DevArguments),
    /// Ask a person, and print where they answer
    Ask(caller::AskArguments),
    /// Send a token's one message
    Send(caller::SendArguments),
    /// Send one message to those who wait for a topic, watch it, stop it
    Release(caller::ReleaseArguments),
    /// Show what people wait for, and what came of it
    Topics(caller::TopicsArguments),
    /// Show an opt-in and why it is where it is, print its token, or take it back
    Optin(caller::OptinArguments),
    /// Export what is kept of a person, or erase them
    User(caller::UserArguments),
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
    /// Print what completes these commands in a shell: bash, zsh, fish, elvish, powershell
    ///
    /// For bash: ringonce completions bash > ~/.local/share/bash-completion/completions/ringonce
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match carried_out(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::note(&failure.words);
            ExitCode::from(failure.code)
        }
    }
}

async fn carried_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Dev(arguments) => dev::run(arguments).await?,
        Command::Ask(arguments) => caller::ask(arguments).await?,
        Command::Send(arguments) => caller::send(arguments).await?,
        Command::Release(arguments) => caller::release(arguments).await?,
        Command::Topics(arguments) => caller::topics(arguments).await?,
        Command::Optin(arguments) => caller::optin(arguments).await?,
        Command::User(arguments) => caller::user(arguments).await?,
        Command::Business(arguments) => operator::business(*arguments).await?,
        Command::Key(arguments) => operator::key(arguments).await?,
        Command::Webhook(arguments) => operator::webhook(arguments).await?,
        Command::Reconcile(arguments) => operator::reconcile(arguments).await?,
        Command::Restore(arguments) => operator::restore(arguments).await?,
        Command::Keys(arguments) => operator::keys(&arguments).await?,
        Command::Init(arguments) => operator::init(arguments).await?,
        Command::Doctor(arguments) => operator::doctor(arguments).await?,
        Command::Cost(arguments) => operator::cost(&arguments)?,
        Command::Completions { shell } => complete(shell),
    }
    Ok(())
}

fn complete(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "ringonce", &mut script);
    output::bytes(&script);
}

/// How the program ends where it did not do what was asked for.
struct Failure {
    code: u8,
    words: String,
}

impl From<CallerError> for Failure {
    fn from(error: CallerError) -> Self {
        Self { code: error.exit_code(), words: error.to_string() }
    }
}

impl From<OperatorError> for Failure {
    fn from(error: OperatorError) -> Self {
        Self { code: 1, words: error.to_string() }
    }
}

impl From<DevError> for Failure {
    fn from(error: DevError) -> Self {
        Self { code: 1, words: error.to_string() }
    }
}
