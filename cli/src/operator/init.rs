//! `ringonce init`.

use std::collections::BTreeMap;

use clap::Args;
use ringonce_adapters::ambient::random;
use ringonce_adapters::web_push::vapid::{self, Vapid};
use ringonce_domain::keyring::KeyRing;
use serde_json::{Value, json};

use super::secrets::{Made, Secrets};
use super::table::OperatorError;
use crate::output;

/// `ringonce init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// Name of the secret for the key ring, as the deployment's parameter KeysSecret has it
    #[arg(long, default_value = "ringonce/keys")]
    keys_secret: String,
    /// Make a key for Web Push too, and print its public half for the parameter VapidPublicKey
    #[arg(long)]
    web_push: bool,
    /// Name of the secret for the private key for Web Push, as the parameter VapidSecret has it
    #[arg(long, default_value = "ringonce/vapid")]
    vapid_secret: String,
    /// Print what would be put into the secrets, and call nothing: for a secret store of your own
    #[arg(long)]
    print: bool,
    /// Print one JSON object, for scripts: of each secret its name and whether it is new, and the public key
    #[arg(long)]
    json: bool,
}

/// What there is after it.
struct Ready {
    keys: Made,
    /// The secret for Web Push and the public key.
    push: Option<(Made, String)>,
}

/// Carries out `ringonce init`.
///
/// # Errors
/// Says what to do about it. A secret that is there is never changed.
pub async fn init(arguments: InitArguments) -> Result<(), OperatorError> {
    if arguments.print {
        print(arguments.web_push, arguments.json);
        return Ok(());
    }
    let secrets = Secrets::open().await?;
    let keys = secrets.make(&arguments.keys_secret, "Ringonce: the key ring", &new_ring()).await?;
    let push = if arguments.web_push { Some(push(&secrets, &arguments.vapid_secret).await?) } else { None };
    let ready = Ready { keys, push };
    output::answer(arguments.json, &ready.as_json(&arguments), || ready.in_words(&arguments));
    Ok(())
}

fn new_ring() -> String {
    KeyRing::generate([random(), random(), random()])
}

fn print(with_web_push: bool, as_json: bool) {
    let mut variables = vec![("RINGONCE_KEYS", new_ring())];
    if with_web_push {
        variables.extend(new_push());
    }
    print_variables(as_json, &variables);
}

/// A new key for Web Push, as a deployment reads it.
pub(super) fn new_push() -> [(&'static str, String); 2] {
    let (private, public) = vapid::generate_pair();
    [("RINGONCE_VAPID_KEY", private), ("RINGONCE_VAPID_PUBLIC_KEY", public)]
}

/// Lines for a shell, or one JSON object.
pub(super) fn print_variables(as_json: bool, variables: &[(&str, String)]) {
    let object: BTreeMap<_, _> = variables.iter().cloned().collect();
    let line = |(name, value): &(&str, String)| format!("{name}={value}");
    output::answer(as_json, &object, || variables.iter().map(line).collect::<Vec<_>>().join("\n"));
}

/// The secret for Web Push, and the public half of what it holds.
async fn push(secrets: &Secrets, name: &str) -> Result<(Made, String), OperatorError> {
    let (private, public) = vapid::generate_pair();
    match secrets.make(name, "Ringonce: the private key for Web Push", &private).await? {
        Made::New => Ok((Made::New, public)),
        Made::Kept => {
            let unusable = || OperatorError::Refused(format!("the secret `{name}` is there, and holds no private key for Web Push"));
            let kept = public_half(&secrets.read(name).await?.value).ok_or_else(unusable)?;
            Ok((Made::Kept, kept))
        }
    }
}

/// The public half of a private key for Web Push.
pub(super) fn public_half(private: &str) -> Option<String> {
    // Whom it is for does not matter to the key.
    Vapid::new("mailto:push@shop.com", private.trim()).ok().map(|vapid| vapid.public_key().to_owned())
}

impl Ready {
    fn in_words(&self, arguments: &InitArguments) -> String {
        let InitArguments { keys_secret, vapid_secret, .. } = arguments;
        let mut lines = vec![about(keys_secret, "a new key ring", self.keys)];
        let mut parameters = vec![format!("KeysSecret={keys_secret}")];
        if let Some((made, public)) = &self.push {
            lines.push(about(vapid_secret, "a new private key for Web Push", *made));
            parameters.extend([format!("VapidSecret={vapid_secret}"), format!("VapidPublicKey={public}")]);
            parameters.push("VapidSubject=mailto:<where push services reach you>".to_owned());
        }
        lines.push(format!("Next: make package, then make deploy DEPLOY=--guided, with the parameters\n  {}", parameters.join("\n  ")));
        lines.join("\n")
    }

    fn as_json(&self, arguments: &InitArguments) -> Value {
        let secret = |name: &str, made: Made| json!({ "secret": name, "new": made == Made::New });
        let push = self.push.as_ref().map(|(made, _)| secret(&arguments.vapid_secret, *made));
        let public = self.push.as_ref().map(|(_, public)| public);
        json!({ "keys": secret(&arguments.keys_secret, self.keys), "web_push": push, "vapid_public_key": public })
    }
}

fn about(name: &str, what: &str, made: Made) -> String {
    match made {
        Made::New => format!("The secret `{name}` holds {what}."),
        Made::Kept => format!("The secret `{name}` is there already: nothing of it is changed."),
    }
}
