//! messenger-api: the wire of Messenger's One-Time Notification API, so that a bot that was written for it works by changing
//! its Graph API's origin. Every call leads to the command that `/v1` leads to: there are no rules here.

mod answer;
mod ask;
mod batch;
mod caller;
mod error;
mod fields;
mod follow_up;
mod message;
mod strict;
mod topic;

use std::sync::Arc;

use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response};
use ringonce_domain::store::Store;

use answer::{Call, answer};
use error::GraphError;
use fields::Fields;

/// Most bytes of a body: 50 questions, form-encoded, in a batch.
pub const LONGEST_BODY: usize = 1024 * 1024;

/// The paths that this answers, for routers that have no `$default`: a last slash may follow each.
pub const PATHS: &[&str] = &["/{version}", "/{version}/", "/{version}/{id}", "/{version}/{id}/messages"];

/// Answers one request. A path of another kind than `/vN.N...` is nobody's.
pub async fn handle(app: Arc<App<impl Store>>, request: Request) -> Response {
    let Some(path) = graph_path(&request) else {
        return ApiError::NotFound.response(&request.request_id, app.clock.now());
    };
    let answered = match path.is_empty() {
        true => batch::answer_all(&app, &request).await,
        false => answer_one(&app, &request, path).await,
    };
    match answered {
        Ok(body) => Response::json(http::StatusCode::OK, &body),
        Err(error) => error.response(&request.request_id, app.clock.now()),
    }
}

async fn answer_one(app: &App<impl Store>, request: &Request, path: Vec<String>) -> Result<serde_json::Value, GraphError> {
    let fields = Fields::of_request(request)?;
    let call = Call { method: request.verb().to_owned(), path, fields, bearer: caller::bearer(request), name: request.idempotency_key()? };
    answer(app, &call).await
}

/// What follows the version in a path such as `/v12.0/me/messages`.
fn graph_path(request: &Request) -> Option<Vec<String>> {
    let (version, rest) = request.segments.split_first()?;
    is_version(version).then(|| rest.iter().filter(|segment| !segment.is_empty()).cloned().collect())
}

/// `vN.N`.
fn is_version(segment: &str) -> bool {
    let is_number = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    segment.strip_prefix('v').and_then(|number| number.split_once('.')).is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_graph_begins_with_a_version() {
        let path = |path: &str| graph_path(&Request { segments: Request::split(path), ..Request::default() });
        let found = |segments: &[&str]| Some(segments.iter().map(|&segment| segment.to_owned()).collect::<Vec<_>>());
        assert_eq!(path("/v2.6/me/messages"), found(&["me", "messages"]));
        assert_eq!(path("/v21.0/"), found(&[]));
        assert_eq!(path("/v21.0"), found(&[]));
        for other in ["/", "/v1/optins", "/v2/me", "/v2.x/me", "/v.0/me", "/2.6/me", "/v2.6.1/me", "/favicon.ico"] {
            assert_eq!(path(other), None, "{other}");
        }
    }
}
