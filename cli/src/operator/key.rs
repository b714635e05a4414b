//! `ringonce key add|revoke`.

use clap::{Args, Subcommand};
use ringonce_adapters::ambient::{Clock, random};
use ringonce_domain::api_key::{ApiKey, ApiKeyHash, KeyKind};
use ringonce_domain::business::ApiKeyRecord;
use ringonce_domain::names::BusinessId;
use serde_json::json;

use super::table::{OperatorError, TableArguments};
use crate::output;

/// `ringonce key`.
#[derive(Debug, Args)]
pub struct KeyArguments {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a key for a business; it is shown once
    Add {
        /// The business
        business: String,
        /// Make a publishable key, for shop pages: it may only ask
        #[arg(long)]
        publishable: bool,
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        table: TableArguments,
    },
    /// Revoke a key of a business
    Revoke {
        /// The business
        business: String,
        /// The key's last four characters, or the whole key
        key: String,
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        table: TableArguments,
    },
}

/// Carries out `ringonce key`.
///
/// # Errors
/// Says what to do about it.
pub async fn key(arguments: KeyArguments) -> Result<(), OperatorError> {
    match arguments.command {
        KeyCommand::Add { business, publishable, json, table } => add(business, publishable, json, &table).await,
        KeyCommand::Revoke { business, key, json, table } => revoke(business, &key, json, &table).await,
    }
}

async fn add(business: String, publishable: bool, as_json: bool, table: &TableArguments) -> Result<(), OperatorError> {
    let id = BusinessId::try_from(business)?;
    let table = table.open().await?;
    let unknown = || OperatorError::Refused(format!("there is no business `{id}`: add it with `ringonce business add {id}`"));
    let settings = table.directory.business(&id).await?.ok_or_else(unknown)?.settings;
    if publishable && settings.origins.is_empty() {
        output::note(format_args!("this key works nowhere until `ringonce business set {id} --origin https://...` names its pages"));
    }
    let kind = if publishable { KeyKind::Publishable } else { KeyKind::Secret };
    let key = ApiKey::new(kind, random());
    let record = ApiKeyRecord { business: id, kind, created_at: Clock::SYSTEM.now(), last_four: key.last_four().to_owned(), settings };
    table.directory.add_api_key(&key.hash(), &record).await?;
    let kind = if publishable { "publishable" } else { "secret" };
    let answer = json!({ "business": record.business, "kind": kind, "last_four": record.last_four, "key": key.reveal() });
    output::answer(as_json, &answer, || key.reveal().to_owned());
    output::note("this key is shown this once, and only its hash is kept");
    Ok(())
}

async fn revoke(business: String, which: &str, as_json: bool, table: &TableArguments) -> Result<(), OperatorError> {
    let id = BusinessId::try_from(business)?;
    let table = table.open().await?;
    let hash = named(&id, which, &table.directory.api_keys(&id).await?)?;
    if !table.directory.revoke_api_key(&id, &hash).await? {
        return Err(OperatorError::Refused(format!("`{id}` has no such key")));
    }
    output::answer(as_json, &json!({ "business": id, "revoked": true }), || {
        "The key is revoked. Functions that are warm know it within a minute.".to_owned()
    });
    Ok(())
}

/// The hash of the key that was named whole, or by its last four characters.
fn named(id: &BusinessId, which: &str, keys: &[(ApiKeyHash, ApiKeyRecord)]) -> Result<ApiKeyHash, OperatorError> {
    if which.starts_with("ro_") {
        return Ok(ApiKey::parse(which)?.hash());
    }
    let named: Vec<_> = keys.iter().filter(|(_, record)| record.last_four == which).collect();
    match named.as_slice() {
        [(hash, _)] => Ok(*hash),
        [] => {
            let known: Vec<_> = keys.iter().map(|(_, record)| record.last_four.as_str()).collect();
            Err(OperatorError::Refused(format!("`{id}` has no key that ends in {which}; its keys end in: {}", known.join(", "))))
        }
        _ => Err(OperatorError::Refused(format!("several keys of `{id}` end in {which}: give the whole key"))),
    }
}
