//! The providers of a Ringonce on this machine: mail goes to an SMTP server or into a folder, and push services are the
//! real ones.

use std::sync::Arc;

use ringonce_adapters::config::VAPID_SUBJECT;
use ringonce_adapters::providers::{Post, Providers};
use ringonce_adapters::web_push::vapid::{self, Vapid};
use ringonce_domain::email::EmailAddress;
use serde::{Deserialize, Serialize};

use super::{DevError, LocalState};
use crate::local::mail::{self, SMTP};

/// Where push services can reach whoever runs this, unless something better is named. Apple refuses addresses that lead
/// nowhere.
const SUBJECT: &str = "https://github.com/ringonce/ringonce";
const SENDER: &str = "notify@ringonce.example";

/// The key by which push services know this machine: subscriptions hold for it alone, so it is kept.
#[derive(Serialize, Deserialize)]
struct PushKey {
    private: String,
}

const FILE: &str = "push.json";

pub(super) fn providers(state: &LocalState) -> Result<Providers, DevError> {
    let smtp = std::env::var(SMTP).ok();
    let mailer = mail::mailer(smtp.as_deref(), state.directory())?;
    let from = EmailAddress::try_from(SENDER.to_owned()).expect("a valid address");
    Ok(Providers { vapid: Some(Arc::new(push_key(state)?)), post: Some(Post { mailer, from }) })
}

fn push_key(state: &LocalState) -> Result<Vapid, DevError> {
    let key = match state.kept::<PushKey>(FILE)? {
        Some(key) => key,
        None => {
            let key = PushKey { private: vapid::generate() };
            state.keep(FILE, &key)?;
            key
        }
    };
    let subject = std::env::var(VAPID_SUBJECT).ok().filter(|subject| !subject.trim().is_empty());
    Ok(Vapid::new(subject.as_deref().unwrap_or(SUBJECT), &key.private)?)
}
