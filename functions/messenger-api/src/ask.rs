//! A question: a one-time notification request to a person. It is always brought, because a bot does not know of the link.

use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::reach;
use ringonce_adapters::wire::ApiError;
use ringonce_domain::business::ApiKeyRecord;
use ringonce_domain::commands::{self, AskInput};
use ringonce_domain::messenger::MESSAGE_ID;
use ringonce_domain::names::UserId;
use ringonce_domain::store::Store;
use ringonce_domain::text::{Payload, Title};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Call;
use crate::error::GraphError;
use crate::fields::shape;
use crate::topic::topic;

/// The kind of template that is a question.
const REQUEST: &str = "one_time_notif_req";

/// The payload of a template.
#[derive(Deserialize)]
struct Template {
    title: Value,
    payload: Option<Value>,
}

pub(crate) async fn ask(app: &App<impl Store>, caller: &ApiKeyRecord, call: &Call, user: String) -> Result<Value, GraphError> {
    let input = input(caller, call, user)?;
    reach::check(app, &input).await?;
    let now = app.clock.now();
    let asked = commands::ask(app.store.as_ref(), &app.keys, &input, now, random()).await.map_err(ApiError::from)?;
    let asked = asked.inspect_err(|refusal| app.metrics.count_refusal(refusal, now)).map_err(ApiError::from)?;
    let id = asked.id.to_text(&app.keys, &caller.business).ok_or(ApiError::Internal)?;
    Ok(json!({
        "recipient_id": input.user.as_str(),
        "message_id": format!("{MESSAGE_ID}{id}"),
        "consent_url": format!("{}/c/{}", app.origin, asked.code),
    }))
}

fn input(caller: &ApiKeyRecord, call: &Call, user: String) -> Result<AskInput, GraphError> {
    let user = UserId::of_business(user).map_err(|invalid| GraphError::invalid("recipient.id", &invalid.rule))?;
    let Template { title, payload } = request(call)?;
    let title = Title::try_from(text(&title, "title")?).map_err(|invalid| in_template("title", &invalid.rule))?;
    let payload = payload.filter(|payload| !payload.is_null()).map(|payload| text(&payload, "payload")).transpose()?;
    let payload = payload.filter(|payload| !payload.is_empty()).map(Payload::try_from).transpose();
    let payload = payload.map_err(|invalid| in_template("payload", &invalid.rule))?;
    let topic = topic(&title, payload.as_ref())?;
    let fingerprint = json!([user.as_str(), topic.as_str(), title.as_str(), payload.as_ref().map(Payload::as_str)]).to_string();
    Ok(AskInput {
        business: caller.business.clone(),
        settings: caller.settings.clone(),
        user,
        topic,
        title,
        payload,
        locale: None,
        channel: None,
        deliver_ask: true,
        expires_in: None,
        name: call.name.clone(),
        fingerprint: fingerprint.into_bytes(),
    })
}

/// The question of a message; nothing else may be sent to a person who has not agreed to it.
fn request(call: &Call) -> Result<Template, GraphError> {
    let message: Value = if call.fields.has("message") { call.fields.json("message")? } else { Value::Null };
    let template = &message["attachment"]["payload"];
    if template["template_type"] != REQUEST {
        return Err(GraphError::invalid(
            "message",
            "must be a one-time notification request (an attachment of type `template` whose payload has the `template_type` \
             `one_time_notif_req`): to a `recipient.id` nothing else can be sent. A message goes to a `one_time_notif_token`",
        ));
    }
    shape("message.attachment.payload", template.clone())
}

fn text(value: &Value, name: &str) -> Result<String, GraphError> {
    value.as_str().map(str::to_owned).ok_or_else(|| in_template(name, "must be a string"))
}

fn in_template(name: &str, rule: &str) -> GraphError {
    GraphError::invalid(&format!("message.attachment.payload.{name}"), rule)
}
