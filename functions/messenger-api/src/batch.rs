//! Up to 50 calls in one, each answered for itself.

use ringonce_adapters::app::App;
use ringonce_adapters::wire::Request;
use ringonce_domain::store::Store;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Call, answer};
use crate::error::GraphError;
use crate::fields::{Fields, shape};
use crate::{caller, is_version};

/// Most parts.
const MOST: usize = 50;

/// A part. What it may name beside these is passed over.
#[derive(Deserialize)]
struct Part {
    method: String,
    relative_url: String,
    body: Option<Value>,
}

/// The parts are carried out in their order: some may be about one person.
pub(crate) async fn answer_all(app: &App<impl Store>, request: &Request) -> Result<Value, GraphError> {
    if request.verb() != "POST" {
        return Err(GraphError::unsupported(request.verb()));
    }
    let fields = Fields::of_request(request)?;
    let bearer = caller::bearer(request);
    let common = match fields.text("access_token")?.or(bearer) {
        Some(token) => {
            caller::of(app, &fields, Some(&token)).await?;
            Some(token)
        }
        None => None,
    };
    let Value::Array(parts) = fields.json("batch")? else {
        return Err(GraphError::invalid("batch", "must be an array of calls"));
    };
    if parts.len() > MOST {
        return Err(GraphError::invalid("batch", &format!("must hold at most {MOST} calls, and holds {}", parts.len())));
    }
    let with_headers = !fields.denies("include_headers");
    let mut answers = Vec::with_capacity(parts.len());
    for part in parts {
        let answered = answer_part(app, part, common.as_deref()).await;
        answers.push(written(app, request, answered, with_headers));
    }
    Ok(Value::Array(answers))
}

async fn answer_part(app: &App<impl Store>, part: Value, token: Option<&str>) -> Result<Value, GraphError> {
    let Part { method, relative_url, body } = shape("batch", part)?;
    let (path, query) = relative_url.split_once('?').unwrap_or((&relative_url, ""));
    let mut path = Request::split(path);
    path.retain(|segment| !segment.is_empty());
    if path.first().is_some_and(|segment| is_version(segment)) {
        path.remove(0);
    }
    let body = match body {
        None | Some(Value::Null) => Fields::default(),
        Some(Value::String(form)) => Fields::of_text(&form)?,
        Some(_) => return Err(GraphError::invalid("batch.body", "must be a form as text")),
    };
    let fields = body.over(Fields::of_form(query.as_bytes())?);
    answer(app, &Call { method, path, fields, bearer: token.map(str::to_owned), name: None }).await
}

fn written(app: &App<impl Store>, request: &Request, answered: Result<Value, GraphError>, with_headers: bool) -> Value {
    let (code, body) = match answered {
        Ok(body) => (200, body.to_string()),
        Err(error) => (error.status.as_u16(), error.body(&request.request_id, app.clock.now())),
    };
    if with_headers {
        json!({ "code": code, "headers": [{ "name": "Content-Type", "value": "application/json" }], "body": body })
    } else {
        json!({ "code": code, "body": body })
    }
}
