//! `ringonce keys`.

use std::io::IsTerminal;

use clap::{Args, Subcommand};
use ringonce_adapters::ambient::random;
use ringonce_adapters::web_push::vapid;
use ringonce_domain::keyring::KeyRing;

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
    /// Print a new key for Web Push, private and public: once, because browsers subscribe for one key
    Push,
}

/// Carries out `ringonce keys`.
pub fn keys(arguments: &KeysArguments) {
    match arguments.command {
        KeysCommand::New => {
            println!("{}", KeyRing::generate([random(), random(), random()]));
            if std::io::stdout().is_terminal() {
                eprintln!("ringonce: whoever holds this can make tokens and open links; without it the table says nothing any more");
            }
        }
        KeysCommand::Push => {
            let (private, public) = vapid::generate_pair();
            println!("RINGONCE_VAPID_KEY={private}\nRINGONCE_VAPID_PUBLIC_KEY={public}");
        }
    }
}
