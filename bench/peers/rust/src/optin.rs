//! `request-optin`: the person's counter, the opt-in and the call's name, in one transaction.

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Error, Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::items::{DAY, Item, KEPT, in_a, key, number, of_put, text, text_of};
use crate::{Context, answer, body, header, now, refusal, secret};

/// So often is a counter read anew that another caller has moved.
const TRIES: usize = 10;

#[derive(Deserialize)]
struct Ask {
    user: String,
    topic: String,
    title: String,
    #[serde(default)]
    payload: String,
}

pub(crate) async fn request(context: &Context, request: Request) -> Result<Response<Body>, Error> {
    if !context.admits(&request) {
        return refusal(401, "unauthorized");
    }
    let (Some(call), Some(ask)) = (header(&request, "idempotency-key"), body::<Ask>(&request)) else {
        return refusal(400, "invalid");
    };
    for _ in 0..TRIES {
        if let Some(answer) = try_once(context, call, &ask).await? {
            return answer;
        }
    }
    refusal(503, "busy")
}

/// Nothing, where another caller was quicker.
async fn try_once(context: &Context, call: &str, ask: &Ask) -> Result<Option<Result<Response<Body>, Error>>, Error> {
    let now = now();
    let counter = context.get("COUNTER", &ask.user).await?;
    let (version, asked) = within(counter.as_ref(), now.saturating_sub(context.cap_seconds * 1_000));
    if asked.len() >= context.cap_count {
        return Ok(Some(repeated(context, call, || refusal(429, "capped")).await));
    }
    let name = format!("{}#{}", ask.user, ask.topic);
    let id = secret::random_id()?;
    let consent = context.secret.sign("consent", &format!("{id}#{name}"));
    let answered = json!({ "id": id, "consent": consent });
    let items = vec![
        of_put(counted(context, &ask.user, version, asked, now))?,
        of_put(opted(context, ask, &name, &id, now))?,
        of_put(named(context, call, &answered, now))?,
    ];
    Ok(match context.write(items).await? {
        Ok(()) => Some(answer(201, &answered)),
        Err(failed) if failed[2] => Some(repeated(context, call, || refusal(409, "in-progress")).await),
        Err(failed) if failed[1] => Some(refusal(409, "already-asked")),
        Err(_) => None,
    })
}

/// What the call was answered with when it came first; or else what `otherwise` says.
async fn repeated(
    context: &Context,
    call: &str,
    otherwise: impl FnOnce() -> Result<Response<Body>, Error>,
) -> Result<Response<Body>, Error> {
    let first = context.get("CALL", call).await?;
    match first.as_ref().and_then(|item| text_of(item, "answer")) {
        Some(first) => answer(201, &serde_json::from_str::<Value>(first)?),
        None => otherwise(),
    }
}

/// A counter's version, and when the person was asked within the window.
fn within(counter: Option<&Item>, since: u64) -> (u64, Vec<AttributeValue>) {
    let read = |value: &AttributeValue| value.as_n().ok().and_then(|text| text.parse::<u64>().ok());
    let version = counter.and_then(|item| item.get("version")).and_then(read).unwrap_or(0);
    let asked = counter.and_then(|item| item.get("asked")?.as_l().ok()).cloned().unwrap_or_default();
    (version, asked.into_iter().filter(|at| read(at).is_some_and(|at| at > since)).collect())
}

fn counted(
    context: &Context,
    user: &str,
    version: u64,
    mut asked: Vec<AttributeValue>,
    now: u64,
) -> aws_sdk_dynamodb::types::builders::PutBuilder {
    asked.push(number(now));
    let mut item = key("COUNTER", user);
    item.extend([
        ("version".to_owned(), number(version + 1)),
        ("asked".to_owned(), AttributeValue::L(asked)),
        ("expires_at".to_owned(), in_a(context.cap_seconds, now)),
    ]);
    let put = context.put(item);
    if version == 0 {
        return put.condition_expression("attribute_not_exists(pk)");
    }
    put.condition_expression("version = :seen").expression_attribute_values(":seen", number(version))
}

fn opted(context: &Context, ask: &Ask, name: &str, id: &str, now: u64) -> aws_sdk_dynamodb::types::builders::PutBuilder {
    let mut item = key("OPTIN", name);
    item.extend([
        ("id".to_owned(), text(id)),
        ("user".to_owned(), text(&ask.user)),
        ("topic".to_owned(), text(&ask.topic)),
        ("title".to_owned(), text(&ask.title)),
        ("payload".to_owned(), text(&ask.payload)),
        ("state".to_owned(), text("asked")),
        ("asked_at".to_owned(), number(now)),
        ("expires_at".to_owned(), in_a(KEPT, now)),
        ("gsi1pk".to_owned(), text(format!("USER#{}", ask.user))),
        ("gsi1sk".to_owned(), text(format!("{now:015}"))),
    ]);
    let ended = context.put(item).condition_expression("attribute_not_exists(pk) OR #state IN (:sent, :declined)");
    ended
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":sent", text("sent"))
        .expression_attribute_values(":declined", text("declined"))
}

fn named(context: &Context, call: &str, answered: &Value, now: u64) -> aws_sdk_dynamodb::types::builders::PutBuilder {
    let mut item = key("CALL", call);
    item.extend([("answer".to_owned(), text(answered.to_string())), ("expires_at".to_owned(), in_a(DAY, now))]);
    context.put(item).condition_expression("attribute_not_exists(pk)")
}
