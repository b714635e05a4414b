//! `send-notification`: the token is used and the message is in the inbox, in one transaction.

use lambda_http::{Body, Error, Request, Response};
use serde::Deserialize;
use serde_json::json;

use crate::items::{Item, number, of_update, text, text_of};
use crate::{Context, answer, body, header, now, refusal};

#[derive(Deserialize)]
struct Send {
    token: String,
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    text: String,
}

pub(crate) async fn notification(context: &Context, request: Request) -> Result<Response<Body>, Error> {
    if !context.admits(&request) {
        return refusal(401, "unauthorized");
    }
    let (Some(call), Some(send)) = (header(&request, "idempotency-key"), body::<Send>(&request)) else {
        return refusal(400, "invalid");
    };
    let Some(id) = context.secret.verify("token", &send.token) else {
        return refusal(404, "token-unknown");
    };
    let Some(token) = context.get("TOKEN", &id).await? else {
        return refusal(404, "token-unknown");
    };
    let Some(name) = text_of(&token, "optin") else {
        return refusal(404, "token-unknown");
    };
    let now = now();
    let items = vec![of_update(used(context, &id, call))?, of_update(delivered(context, &id, name, &send.message.text, now))?];
    match context.write(items).await? {
        Ok(()) => sent(&id),
        Err(_) => again(&id, call, context.get("TOKEN", &id).await?.as_ref()),
    }
}

fn sent(id: &str) -> Result<Response<Body>, Error> {
    answer(202, &json!({ "id": id, "state": "sent" }))
}

fn again(id: &str, call: &str, token: Option<&Item>) -> Result<Response<Body>, Error> {
    match token.and_then(|item| text_of(item, "used_by")) {
        Some(first) if first == call => sent(id),
        Some(_) => refusal(409, "token-used"),
        None => refusal(404, "token-unknown"),
    }
}

fn used(context: &Context, id: &str, call: &str) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    context
        .update("TOKEN", id)
        .update_expression("SET #state = :used, used_by = :call")
        .condition_expression("#state = :whole")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":whole", text("whole"))
        .expression_attribute_values(":used", text("used"))
        .expression_attribute_values(":call", text(call))
}

fn delivered(context: &Context, id: &str, name: &str, message: &str, now: u64) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    context
        .update("OPTIN", name)
        .update_expression("SET #state = :sent, message = :message, sent_at = :now REMOVE gsi2pk, gsi2sk")
        .condition_expression("id = :id AND #state = :granted")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":id", text(id))
        .expression_attribute_values(":granted", text("granted"))
        .expression_attribute_values(":sent", text("sent"))
        .expression_attribute_values(":message", text(message))
        .expression_attribute_values(":now", number(now))
}
