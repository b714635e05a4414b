//! `ringonce optin show|token|revoke`.

use clap::{Args, Subcommand};
use ringonce_client::types::{Optin, Step};
use serde_json::json;

use super::CallerError;
use super::connection::Connection;
use super::send::read_token;
use super::words::{Kind, kind, of_reason, of_state};
use crate::output::{self, Paint, plain};

/// `ringonce optin`.
#[derive(Debug, Args)]
pub struct OptinArguments {
    #[command(subcommand)]
    command: OptinCommand,
}

#[derive(Debug, Subcommand)]
enum OptinCommand {
    /// Show an opt-in: where it is in its life, what happened and why. Its token is not shown
    Show(Show),
    /// Print the token of an opt-in, alone, once it is granted and while it can send
    Token(One),
    /// Take an opt-in back: its token sends nothing any more
    Revoke(One),
}

#[derive(Debug, Args)]
#[group(id = "which", required = true, multiple = false, args = ["id", "user", "token_stdin"])]
struct Show {
    /// The opt-in's id
    id: Option<String>,
    /// All opt-ins of this person
    #[arg(long)]
    user: Option<String>,
    /// The opt-in whose token stands in standard input
    #[arg(long)]
    token_stdin: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct One {
    /// The opt-in's id
    id: String,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Carries out `ringonce optin`.
///
/// # Errors
/// Says what to do about it.
pub async fn optin(arguments: OptinArguments) -> Result<(), CallerError> {
    match arguments.command {
        OptinCommand::Show(which) => show(&which).await,
        OptinCommand::Token(one) => token(&one).await,
        OptinCommand::Revoke(one) => revoke(&one).await,
    }
}

async fn show(which: &Show) -> Result<(), CallerError> {
    let client = which.connection.open()?;
    let paint = Paint::of_stdout();
    if let Some(user) = &which.user {
        let optins: Vec<_> = client.optins_of(user).await?.optins.into_iter().map(without_token).collect();
        output::answer(which.json, &json!({ "optins": optins }), || {
            let told: Vec<_> = optins.iter().map(|optin| in_words(paint, optin)).collect();
            if told.is_empty() { format!("Nothing is known of opt-ins of {}.", plain(user)) } else { told.join("\n\n") }
        });
        return Ok(());
    }
    let optin = match &which.id {
        Some(id) => client.optin(id).await?,
        None => client.find(&read_token()?).await?,
    };
    let optin = without_token(optin);
    output::answer(which.json, &optin, || in_words(paint, &optin));
    Ok(())
}

async fn token(One { id, json: as_json, connection }: &One) -> Result<(), CallerError> {
    let optin = connection.open()?.optin(id).await?;
    let Some(token) = optin.token else {
        let words = of_state(&optin.state);
        return Err(CallerError::Failed(format!("there is no token: the opt-in is `{}`: {words}", optin.state)));
    };
    output::answer(*as_json, &json!({ "token": token }), || token.reveal().to_owned());
    Ok(())
}

async fn revoke(One { id, json: as_json, connection }: &One) -> Result<(), CallerError> {
    let optin = without_token(connection.open()?.revoke(id).await?);
    output::answer(*as_json, &optin, || format!("{} is {}: its token sends nothing.", optin.id, optin.state));
    Ok(())
}

fn without_token(optin: Optin) -> Optin {
    let mut optin = optin;
    optin.token = None;
    optin
}

fn in_words(paint: Paint, optin: &Optin) -> String {
    let word = optin.state.word();
    let state = match kind(&optin.state) {
        Kind::Good => paint.good(word),
        Kind::Bad => paint.bad(word),
        Kind::Open => paint.waits(word),
    };
    let mut lines =
        vec![format!("{}  {state}: {}", paint.head(&optin.id), meaning(of_state(&optin.state), optin.reason.as_ref().map(of_reason)))];
    let fields = [
        ("person", optin.user.clone()),
        ("topic", optin.topic.clone()),
        ("title", optin.title.clone()),
        ("payload", optin.payload.clone()),
        ("channel", optin.channel.as_ref().map(ToString::to_string)),
        (
            "consent",
            optin.consent.as_ref().map(|consent| format!("read in {}, version {} of the words", consent.language, consent.text_version)),
        ),
        ("message", optin.notification.clone()),
        ("asked", Some(optin.asked_at.to_string())),
        ("until", Some(optin.expires_at.to_string())),
    ];
    lines.extend(fields.into_iter().filter_map(|(name, value)| value.map(|value| format!("  {name:<8} {}", plain(&value)))));
    lines.push(String::new());
    lines.extend(optin.timeline.iter().map(|step| of_step(paint, step)));
    lines.join("\n").trim_end().to_owned()
}

fn of_step(paint: Paint, Step { state, at, reason, .. }: &Step) -> String {
    let meaning = meaning(of_state(state), reason.as_ref().map(of_reason));
    format!("  {}  {:<10} {meaning}", paint.faint(&at.to_string()), state.word()).trim_end().to_owned()
}

/// A state's meaning with its reason's. What a version does not know has neither.
fn meaning(state: &str, reason: Option<&str>) -> String {
    [Some(state), reason].into_iter().flatten().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
}
