//! `ringonce doctor`: what is wrong with a deployment, or with a set-up on this machine, and what to do about it.
//!
//! A check reads and changes nothing. What it makes of what it read is a function of its own, without a network.

mod clock;
mod functions;
mod local;
mod mail;
mod push;
mod queues;
mod report;
mod schedules;
mod secrets;
mod stack;
mod streams;
mod table;
mod web;

use std::path::PathBuf;

use aws_sdk_dynamodb::Client;
use clap::Args;
use ringonce_adapters::dynamo::DynamoStore;
use serde_json::json;

pub use self::stack::OUTPUTS;

use self::report::{Finding, Level, count, in_words};
use super::aws;
use super::secrets::Secrets;
use super::table::OperatorError;
use crate::output;

/// `ringonce doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// The deployment's stack in AWS CloudFormation; without it, the `ringonce dev` on this machine is looked at
    #[arg(long)]
    stack: Option<String>,
    /// Call the deployment at this address, such as the output ApiEndpoint, and not at its origin: before its domain leads there
    #[arg(long, requires = "stack")]
    origin: Option<String>,
    /// Connect to this business's webhook too; may be given several times. No event is sent
    #[arg(long = "webhook-of", value_name = "BUSINESS", requires = "stack")]
    webhooks: Vec<String>,
    /// State folder of the `ringonce dev` on this machine
    #[arg(long, env = "RINGONCE_STATE_DIR", default_value = ".ringonce")]
    state_dir: PathBuf,
    /// Port of the `ringonce dev` on this machine
    #[arg(long, env = "RINGONCE_PORT", default_value_t = 9000)]
    port: u16,
    /// Print one JSON object, for scripts: `ok`, and of each of the `findings` level, what and words
    #[arg(long)]
    json: bool,
}

/// Carries out `ringonce doctor`.
///
/// # Errors
/// When something fails, or nothing could be looked at.
pub async fn doctor(arguments: DoctorArguments) -> Result<(), OperatorError> {
    let findings = match &arguments.stack {
        Some(stack) => of_stack(stack, &arguments).await?,
        None => local::check(&arguments.state_dir, arguments.port).await,
    };
    let failed = count(&findings, Level::Fail);
    output::answer(arguments.json, &json!({ "ok": failed == 0, "findings": findings }), || in_words(&findings));
    match failed {
        0 => Ok(()),
        _ => Err(OperatorError::Refused(format!("{failed} of {} checks fail", findings.len()))),
    }
}

async fn of_stack(name: &str, arguments: &DoctorArguments) -> Result<Vec<Finding>, OperatorError> {
    let config = aws::environment().await?;
    let (deployment, mut findings) = stack::find(&config, name).await;
    let Some(deployment) = deployment else {
        return Ok(findings);
    };
    let (stream, found) = table::check(&config, &deployment).await;
    findings.extend(found);
    let (functions, found) = functions::check(&config, &deployment).await;
    findings.extend(found);
    findings.extend(streams::check(&config, &deployment, stream.as_deref()).await);
    findings.extend(schedules::check(&config, &deployment).await);
    let secrets = Secrets::of(&config);
    findings.extend(secrets::check(&secrets, &deployment, &functions).await);
    findings.extend(push::check(&secrets, &deployment, &functions).await);
    findings.extend(mail::check(&config, &deployment).await);
    findings.extend(queues::check(&config, &deployment).await);
    let web = web::web();
    if let Some(origin) = arguments.origin.as_deref().or_else(|| deployment.value("Origin")) {
        findings.extend(web::at(&web, origin).await);
    }
    let store = DynamoStore::new(Client::new(&config), deployment.value("Table").unwrap_or_default());
    for business in &arguments.webhooks {
        findings.push(web::webhook(&web, &store, business).await);
    }
    Ok(findings)
}
