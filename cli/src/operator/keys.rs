//! `ringonce keys`.

use std::io::{IsTerminal, Read};

use clap::{Args, Subcommand};
use ringonce_adapters::ambient::random;
use ringonce_domain::keyring::{KeyId, KeyRing, Lists, Rotation};
use serde_json::json;

use super::init::{new_push, print_variables};
use super::secrets::Secrets;
use super::table::OperatorError;
use crate::output;

/// `ringonce keys`.
#[derive(Debug, Args)]
pub struct KeysArguments {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Print a new key ring, for the secret that a deployment reads it from: once, before the first deployment
    New {
        /// Print JSON, for scripts, as it does in any case
        #[arg(long)]
        json: bool,
    },
    /// Print the present key ring with a new sealing key and a new MAC key, and the old ones kept
    ///
    /// The present one is read from RINGONCE_KEYS, or else from standard input; nothing is changed but by whoever puts what is
    /// printed into the secret. The new keys make what is made from then on, and the old ones still open and verify it. Where
    /// processes with the old ring still run, let them know the new keys first: `--behind`, deploy, `--first`, deploy.
    ///
    /// With `--secret` the ring is read from AWS Secrets Manager and the next one is put in its place; AWSPREVIOUS names the
    /// old one then. Nothing is printed of either. Where somebody else changes the secret meanwhile, nothing is changed.
    Rotate(RotateArguments),
    /// Print a new key for Web Push, private and public: once, because browsers subscribe for one key
    Push {
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct RotateArguments {
    #[command(flatten)]
    change: Change,
    /// Read the ring from this secret of AWS Secrets Manager, and put the next one in its place
    #[arg(long, value_name = "NAME")]
    secret: Option<String>,
    /// Print JSON, for scripts. A ring that is printed is JSON in any case
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct Change {
    /// Put the new keys behind the present ones: they open and verify, and make nothing yet
    #[arg(long)]
    behind: bool,
    /// Make no new keys: have those of this id, which stand behind, make what is made from now on
    #[arg(long, value_name = "KEY ID")]
    first: Option<u8>,
    /// Make no new keys: drop those of this id, or of one list alone as `sealing:1` or `mac:1`. What they made is refused
    /// then. A MAC key is needed for 13 months, a sealing key for as long as anything is sealed under it (SECURITY.md)
    #[arg(long, value_name = "KEY ID", value_parser = dropped)]
    drop: Option<(KeyId, Lists)>,
}

/// Which key is to go, and from where.
fn dropped(text: &str) -> Result<(KeyId, Lists), String> {
    let (lists, id) = match text.split_once(':') {
        None if text == "address" => return Err("the address key is permanent: without it every item of the table is lost".to_owned()),
        None => (Lists::Both, text),
        Some(("sealing", id)) => (Lists::Sealing, id),
        Some(("mac", id)) => (Lists::Mac, id),
        Some(_) => return Err("there are `sealing` and `mac` keys to be dropped, and no others".to_owned()),
    };
    id.parse().map(|id| (KeyId(id), lists)).map_err(|_| format!("`{id}` is no key id: those are numbers from 0 to 255"))
}

/// Carries out `ringonce keys`.
///
/// # Errors
/// When the present key ring cannot be read, or cannot be changed so.
pub async fn keys(arguments: &KeysArguments) -> Result<(), OperatorError> {
    match &arguments.command {
        KeysCommand::New { .. } => show(&KeyRing::generate([random(), random(), random()])),
        KeysCommand::Rotate(RotateArguments { change, secret: Some(name), json }) => return rotate_secret(name, change, *json).await,
        KeysCommand::Rotate(RotateArguments { change, secret: None, .. }) => show(&rotated(&present()?, change)?),
        KeysCommand::Push { json } => print_variables(*json, &new_push()),
    }
    Ok(())
}

fn rotated(ring: &str, change: &Change) -> Result<String, OperatorError> {
    KeyRing::rotated(ring.trim(), change.rotation()).map_err(|error| OperatorError::Refused(error.to_string()))
}

async fn rotate_secret(name: &str, change: &Change, as_json: bool) -> Result<(), OperatorError> {
    let secrets = Secrets::open().await?;
    let present = secrets.read(name).await?;
    let next = rotated(&present.value, change)?;
    let version = secrets.replace(name, &present, &next).await?;
    let answer = json!({ "secret": name, "version": version, "sealing": ids(&next, "sealing"), "mac": ids(&next, "mac") });
    output::answer(as_json, &answer, || {
        let mut lines = vec![
            format!(
                "The secret `{name}` holds the next ring: sealing keys {}, MAC keys {}.",
                listed(&next, "sealing"),
                listed(&next, "mac")
            ),
            format!("Its version is {version}; AWSPREVIOUS names the one before."),
            format!(
                "Functions keep the ring that they were deployed with until the stack is deployed with the parameter KeysVersion={version}."
            ),
        ];
        if change.behind {
            let first = newest(&next);
            lines.push(format!(
                "Once every function knows the new keys, have them used: ringonce keys rotate --secret {name} --first {first}"
            ));
        }
        lines.join("\n")
    });
    Ok(())
}

/// The ids of a list of a ring, the current one first.
fn ids(ring: &str, list: &str) -> Vec<u64> {
    let ring: serde_json::Value = serde_json::from_str(ring).unwrap_or_default();
    ring[list].as_array().into_iter().flatten().filter_map(|key| key["id"].as_u64()).collect()
}

pub(super) fn listed(ring: &str, list: &str) -> String {
    ids(ring, list).iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

/// The id of the keys that were put behind the others.
fn newest(ring: &str) -> u64 {
    ids(ring, "mac").pop().unwrap_or_default()
}

fn show(ring: &str) {
    output::line(ring);
    if std::io::stdout().is_terminal() {
        output::note("whoever holds this can make tokens and open links; without it the table says nothing any more");
    }
}

/// The present key ring.
fn present() -> Result<String, OperatorError> {
    if let Some(ring) = std::env::var("RINGONCE_KEYS").ok().filter(|ring| !ring.trim().is_empty()) {
        return Ok(ring);
    }
    let mut ring = String::new();
    let read = std::io::stdin().read_to_string(&mut ring);
    read.map_err(|error| OperatorError::Refused(format!("the present key ring cannot be read: {error}")))?;
    Ok(ring)
}

impl Change {
    fn rotation(&self) -> Rotation {
        let new = || [random(), random()];
        match (self.first, self.drop) {
            (Some(id), _) => Rotation::Promote(KeyId(id)),
            (None, Some((id, lists))) => Rotation::Drop(id, lists),
            (None, None) if self.behind => Rotation::Behind(new()),
            (None, None) => Rotation::First(new()),
        }
    }
}
