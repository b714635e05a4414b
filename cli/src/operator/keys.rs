//! `ringonce keys`.

use std::io::{IsTerminal, Read};

use clap::{Args, Subcommand};
use ringonce_adapters::ambient::random;
use ringonce_adapters::web_push::vapid;
use ringonce_domain::keyring::{KeyId, KeyRing, Lists, Rotation};

use super::table::OperatorError;

/// `ringonce keys`.
#[derive(Debug, Args)]
pub struct KeysArguments {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Print a new key ring, for the secret that a deployment reads it from: once, before the first deployment
    New,
    /// Print the present key ring with a new sealing key and a new MAC key, and the old ones kept
    ///
    /// The present one is read from RINGONCE_KEYS, or else from standard input; nothing is changed but by whoever puts what is
    /// printed into the secret. The new keys make what is made from then on, and the old ones still open and verify it. Where
    /// processes with the old ring still run, let them know the new keys first: `--behind`, deploy, `--first`, deploy.
    Rotate(RotateArguments),
    /// Print a new key for Web Push, private and public: once, because browsers subscribe for one key
    Push,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct RotateArguments {
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
pub fn keys(arguments: &KeysArguments) -> Result<(), OperatorError> {
    match &arguments.command {
        KeysCommand::New => show(&KeyRing::generate([random(), random(), random()])),
        KeysCommand::Rotate(arguments) => {
            let ring = KeyRing::rotated(present()?.trim(), arguments.rotation());
            show(&ring.map_err(|error| OperatorError::Refused(error.to_string()))?);
        }
        KeysCommand::Push => {
            let (private, public) = vapid::generate_pair();
            println!("RINGONCE_VAPID_KEY={private}\nRINGONCE_VAPID_PUBLIC_KEY={public}");
        }
    }
    Ok(())
}

fn show(ring: &str) {
    println!("{ring}");
    if std::io::stdout().is_terminal() {
        eprintln!("ringonce: whoever holds this can make tokens and open links; without it the table says nothing any more");
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

impl RotateArguments {
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
