//! One call, alone or as a part of a batch.

use ringonce_adapters::app::App;
use ringonce_adapters::wire::ApiError;
use ringonce_domain::api_key::KeyKind;
use ringonce_domain::business::ApiKeyRecord;
use ringonce_domain::call::CallName;
use ringonce_domain::store::Store;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::caller;
use crate::error::GraphError;
use crate::fields::Fields;
use crate::{ask, follow_up};

/// A call of the Graph API, however it came.
pub(crate) struct Call {
    pub(crate) method: String,
    /// The path's segments after the version.
    pub(crate) path: Vec<String>,
    pub(crate) fields: Fields,
    /// The access token of its `Authorization` header.
    pub(crate) bearer: Option<String>,
    /// The caller's name for it.
    pub(crate) name: Option<CallName>,
}

/// To whom a message goes.
#[derive(Deserialize)]
struct Recipient {
    id: Option<Value>,
    one_time_notif_token: Option<String>,
}

pub(crate) async fn answer(app: &App<impl Store>, call: &Call) -> Result<Value, GraphError> {
    let caller = caller::of(app, &call.fields, call.bearer.as_deref()).await?;
    if caller.kind == KeyKind::Publishable {
        return Err(ApiError::Unauthorized("a publishable key is none: use a secret key".to_owned()).into());
    }
    let path: Vec<_> = call.path.iter().map(String::as_str).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("GET", [id]) if is_caller(id, &caller) => Ok(json!({ "id": caller.business, "name": caller.settings.name.as_str() })),
        ("POST", [id, "messages"]) if is_caller(id, &caller) => send(app, &caller, call).await,
        _ => Err(GraphError::unsupported(&call.method)),
    }
}

fn is_caller(id: &str, caller: &ApiKeyRecord) -> bool {
    id == "me" || id == caller.business.as_str()
}

/// A question to a person, or the one message that their token sends.
async fn send(app: &App<impl Store>, caller: &ApiKeyRecord, call: &Call) -> Result<Value, GraphError> {
    let recipient: Recipient = call.fields.read("recipient")?;
    match (recipient.id, recipient.one_time_notif_token) {
        (Some(_), Some(_)) => Err(GraphError::invalid("recipient", "must hold `id` or `one_time_notif_token`, and not both")),
        (Some(id), None) => ask::ask(app, caller, call, user(id)?).await,
        (None, Some(token)) => follow_up::follow_up(app, caller, call, token).await,
        (None, None) => Err(GraphError::invalid(
            "recipient",
            "must hold the person's `id`, or the `one_time_notif_token` that they gave: no other recipients are supported here",
        )),
    }
}

/// Some clients write an id as a number.
fn user(id: Value) -> Result<String, GraphError> {
    match id {
        Value::String(id) => Ok(id),
        Value::Number(id) => Ok(id.to_string()),
        _ => Err(GraphError::invalid("recipient.id", "must be a string")),
    }
}
