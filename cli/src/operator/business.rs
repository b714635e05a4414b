//! `ringonce business add|set`.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use ringonce_adapters::ambient::random;
use ringonce_adapters::open_web::{Reach, check_url};
use ringonce_domain::brand::Brand;
use ringonce_domain::business::{Business, ChannelKind, MOST_SECRETS, Origin, SealedSecret, Settings, Webhook};
use ringonce_domain::caps::{Cap, Caps};
use ringonce_domain::names::BusinessId;
use ringonce_domain::text::{BusinessName, Invalid};
use ringonce_domain::time::parse_span;
use serde_json::json;

use super::messenger::MessengerArguments;
use super::table::{OperatorError, Table, TableArguments};
use super::webhook::take_for_well;
use crate::output;

/// `ringonce business`.
#[derive(Debug, Args)]
pub struct BusinessArguments {
    #[command(subcommand)]
    command: BusinessCommand,
}

#[derive(Debug, Subcommand)]
enum BusinessCommand {
    /// Add a business
    Add(Changes),
    /// Change a business; what is not named stays as it is
    Set(Changes),
}

#[derive(Debug, Args)]
struct Changes {
    /// Its id: a-z, 0-9 and `-`
    id: String,
    /// Its name as people read it
    #[arg(long)]
    name: Option<String>,
    /// Where its events go, or `none`; a new secret is made and shown once
    #[arg(long)]
    webhook: Option<String>,
    /// Make a new webhook secret beside the present one; do it again to drop the old one
    #[arg(long)]
    rotate_webhook_secret: bool,
    /// A cap as COUNT/WINDOW, such as 5/1d; all caps together replace the old ones
    #[arg(long = "cap", value_parser = parse_cap)]
    caps: Vec<Cap>,
    /// How long the same topic may not be asked about again, such as 7d
    #[arg(long, value_parser = parse_span)]
    topic_window: Option<Duration>,
    /// A channel it offers, the first as the default: inbox, webhook, webpush, email
    #[arg(long = "channel")]
    channels: Vec<String>,
    /// An origin where its publishable keys may be used, such as https://shop.example
    #[arg(long = "origin")]
    origins: Vec<String>,
    /// The https address of its logo on people's pages, or `none`
    #[arg(long)]
    logo: Option<String>,
    /// Its colour there, such as '#0a7d5c', or `none`
    #[arg(long)]
    colour: Option<String>,
    /// Hold its tokens: messages and releases are refused until it is thawed; questions, answers and revocations go on
    #[arg(long, conflicts_with = "thaw")]
    freeze: bool,
    /// Let its tokens be used again. After a restore some of them may have been used before (docs/restore.md)
    #[arg(long)]
    thaw: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    messenger: MessengerArguments,
    #[command(flatten)]
    table: TableArguments,
}

/// What is named, nothing for `none`, and otherwise what was there.
fn changed<T: TryFrom<String, Error = Invalid>>(named: Option<&str>, old: Option<T>) -> Result<Option<T>, Invalid> {
    match named {
        None => Ok(old),
        Some("none") => Ok(None),
        Some(text) => T::try_from(text.to_owned()).map(Some),
    }
}

fn parse_cap(text: &str) -> Result<Cap, String> {
    let wrong = || format!("`{text}` is no cap: write COUNT/WINDOW, such as 5/1d");
    let (count, window) = text.split_once('/').ok_or_else(wrong)?;
    Ok(Cap { count: count.parse().map_err(|_| wrong())?, window_seconds: parse_span(window)?.as_secs() })
}

/// Carries out `ringonce business`.
///
/// # Errors
/// Says what to do about it.
pub async fn business(arguments: BusinessArguments) -> Result<(), OperatorError> {
    match arguments.command {
        BusinessCommand::Add(changes) => add(&changes).await,
        BusinessCommand::Set(changes) => set(&changes).await,
    }
}

async fn add(changes: &Changes) -> Result<(), OperatorError> {
    let id = BusinessId::try_from(changes.id.clone())?;
    let table = changes.table.open().await?;
    let name = BusinessName::try_from(changes.name.clone().unwrap_or_else(|| id.to_string()))?;
    let settings = Settings {
        name,
        caps: Caps::default(),
        channels: vec![ChannelKind::Inbox],
        origins: Vec::new(),
        brand: Brand::default(),
        app_secret: None,
        frozen: false,
    };
    let (business, secret) = changes.applied(&table, Business { id: id.clone(), settings, webhook: None })?;
    changes.shake_hands(&table, &business).await?;
    if !table.directory.add_business(&business).await? {
        return Err(OperatorError::Refused(format!("there is a business `{id}`: change it with `ringonce business set {id}`")));
    }
    changes.tell(&id, secret, format_args!("Business `{id}` is added. Give it a key: ringonce key add {id}"));
    Ok(())
}

async fn set(changes: &Changes) -> Result<(), OperatorError> {
    let id = BusinessId::try_from(changes.id.clone())?;
    let table = changes.table.open().await?;
    let unknown = || OperatorError::Refused(format!("there is no business `{id}`: add it with `ringonce business add {id}`"));
    let business = table.directory.business(&id).await?.ok_or_else(unknown)?;
    let (business, secret) = changes.applied(&table, business)?;
    changes.shake_hands(&table, &business).await?;
    if !table.directory.set_business(&business).await? {
        return Err(unknown());
    }
    // Who names an endpoint, a new one or the same, takes it for well.
    if let (Some(_), Some(webhook)) = (&changes.webhook, &business.webhook) {
        take_for_well(&table, &id, &webhook.url).await?;
    }
    changes.tell(&id, secret, format_args!("Business `{id}` is set. Functions that are warm know it within a minute."));
    Ok(())
}

impl Changes {
    /// Tells what was done, and shows a webhook secret if one was made.
    fn tell(&self, id: &BusinessId, secret: Option<String>, done: std::fmt::Arguments<'_>) {
        output::answer(self.json, &json!({ "business": id, "webhook_secret": secret }), || match &secret {
            Some(secret) => format!("{done}\nIts webhook secret, shown this once: {secret}"),
            None => done.to_string(),
        });
    }

    /// The business with the changes made, and a webhook secret if one was made.
    fn applied(&self, table: &Table, business: Business) -> Result<(Business, Option<String>), OperatorError> {
        let Business { id, settings, webhook } = business;
        let mut settings = self.settings(settings, table.reach)?;
        settings.app_secret = self.messenger.app_secret(&table.keys, &id, settings.app_secret)?;
        let (webhook, secret) = self.webhook(table, &id, webhook)?;
        let webhook = self.messenger.formatted(webhook, settings.app_secret.as_ref())?;
        Ok((Business { id, settings, webhook }, secret))
    }

    /// A webhook in Messenger's form is told of only once it has answered as one.
    async fn shake_hands(&self, table: &Table, business: &Business) -> Result<(), OperatorError> {
        match &business.webhook {
            Some(webhook) if self.webhook.is_some() => self.messenger.shake_hands(table, webhook).await,
            Some(webhook) if self.messenger.chooses_format() => self.messenger.shake_hands(table, webhook).await,
            _ => Ok(()),
        }
    }

    fn settings(&self, old: Settings, reach: Reach) -> Result<Settings, Invalid> {
        let name = self.name.clone().map_or(Ok(old.name), BusinessName::try_from)?;
        let all = if self.caps.is_empty() { old.caps.all().to_vec() } else { self.caps.clone() };
        let caps = Caps::new(self.topic_window.unwrap_or(old.caps.topic_window()), all)?;
        let channels = self.channels.iter().map(|name| ChannelKind::parse(name)).collect::<Result<Vec<_>, _>>()?;
        let origins = self.origins.iter().cloned().map(Origin::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Settings {
            name,
            caps,
            channels: if channels.is_empty() { old.channels } else { channels },
            origins: if origins.is_empty() { old.origins } else { origins },
            brand: self.brand(old.brand, reach)?,
            app_secret: old.app_secret,
            frozen: (old.frozen || self.freeze) && !self.thaw,
        })
    }

    /// The logo is called by people's browsers, and those stand inside somebody's network too.
    fn brand(&self, old: Brand, reach: Reach) -> Result<Brand, Invalid> {
        if let Some(url) = self.logo.as_deref().filter(|url| *url != "none") {
            check_url(url, reach).map_err(|e| Invalid::new("logo", e.to_string()))?;
        }
        Ok(Brand { logo: changed(self.logo.as_deref(), old.logo)?, colour: changed(self.colour.as_deref(), old.colour)? })
    }

    fn webhook(&self, table: &Table, id: &BusinessId, old: Option<Webhook>) -> Result<(Option<Webhook>, Option<String>), OperatorError> {
        let old = match self.webhook.as_deref() {
            Some("none") => return Ok((None, None)),
            Some(url) => {
                check_url(url, table.reach).map_err(|e| Invalid::new("webhook", e.to_string()))?;
                Some(match old {
                    Some(old) => Webhook { url: url.to_owned(), ..old },
                    None => Webhook::standard(url.to_owned(), Vec::new()),
                })
            }
            None => old,
        };
        let Some(mut webhook) = old else {
            let without = "there is no webhook whose secret could be rotated: set one with --webhook";
            return if self.rotate_webhook_secret { Err(OperatorError::Refused(without.to_owned())) } else { Ok((None, None)) };
        };
        if !webhook.secrets.is_empty() && !self.rotate_webhook_secret {
            return Ok((Some(webhook), None));
        }
        let secret: [u8; 24] = random();
        webhook.secrets.insert(0, SealedSecret::seal(&table.keys, id, &secret));
        webhook.secrets.truncate(MOST_SECRETS);
        Ok((Some(webhook), Some(format!("whsec_{}", STANDARD.encode(secret)))))
    }
}
