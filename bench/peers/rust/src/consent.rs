//! `grant-token`: the opt-in and its token, in one transaction.

use lambda_http::{Body, Error, Request, Response};
use serde::Deserialize;
use serde_json::json;

use crate::items::{KEPT, in_a, key, number, of_put, of_update, text, text_of};
use crate::{Context, answer, body, now, refusal};

#[derive(Deserialize)]
struct Consent {
    consent: String,
}

pub(crate) async fn grant(context: &Context, request: Request) -> Result<Response<Body>, Error> {
    let Some(Consent { consent }) = body(&request) else {
        return refusal(400, "invalid");
    };
    let Some(about) = context.secret.verify("consent", &consent) else {
        return refusal(404, "consent-unknown");
    };
    let Some((id, name)) = about.split_once('#') else {
        return refusal(404, "consent-unknown");
    };
    let token = context.secret.sign("token", id);
    let now = now();
    let items = vec![of_update(granted(context, id, name, now))?, of_put(issued(context, id, name, now))?];
    match context.write(items).await? {
        Ok(()) => answer(200, &json!({ "token": token })),
        Err(_) if is_granted(context, id, name).await? => answer(200, &json!({ "token": token })),
        Err(_) => refusal(404, "consent-unknown"),
    }
}

async fn is_granted(context: &Context, id: &str, name: &str) -> Result<bool, Error> {
    let standing = context.get("OPTIN", name).await?;
    Ok(standing.is_some_and(|item| text_of(&item, "id") == Some(id) && text_of(&item, "state") != Some("declined")))
}

fn granted(context: &Context, id: &str, name: &str, now: u64) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    let topic = name.split_once('#').map_or("", |(_, topic)| topic);
    context
        .update("OPTIN", name)
        .update_expression("SET #state = :granted, granted_at = :now, gsi2pk = :topic, gsi2sk = :since")
        .condition_expression("id = :id AND #state = :asked")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":id", text(id))
        .expression_attribute_values(":asked", text("asked"))
        .expression_attribute_values(":granted", text("granted"))
        .expression_attribute_values(":now", number(now))
        .expression_attribute_values(":topic", text(format!("TOPIC#{topic}")))
        .expression_attribute_values(":since", text(format!("{now:015}")))
}

fn issued(context: &Context, id: &str, name: &str, now: u64) -> aws_sdk_dynamodb::types::builders::PutBuilder {
    let mut item = key("TOKEN", id);
    item.extend([("optin".to_owned(), text(name)), ("state".to_owned(), text("whole")), ("expires_at".to_owned(), in_a(KEPT, now))]);
    context.put(item).condition_expression("attribute_not_exists(pk)")
}
