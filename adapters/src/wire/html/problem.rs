//! Errors as pages.

use http::StatusCode;
use ringonce_domain::time::Timestamp;
use ringonce_domain::words::{Said, Words};

use super::{Page, escape, fill};
use crate::wire::ApiError;

/// An error as a page, with the headers of its problem document.
#[must_use]
pub fn error_page(error: &ApiError, words: &'static Words, request_id: &str, now: Timestamp) -> crate::wire::Response {
    let (title, what_to_do) = said(error, words);
    let main = format!("<p>{}</p><p class=\"soft\">{}</p>", escape(what_to_do), fill(words.error.request, &[("id", request_id)]));
    let page = Page { words, title, business: None, framed_by: &[], script: None, main };
    let mut answer = page.answer(error.kind().status);
    for (name, value) in &error.response(request_id, now).headers {
        answer.headers.entry(name).or_insert_with(|| value.clone());
    }
    answer
}

fn said(error: &ApiError, words: &'static Words) -> Said {
    let errors = &words.error;
    match error {
        ApiError::LinkInvalid | ApiError::NotFound => errors.link_invalid,
        ApiError::LinkExpired => errors.link_expired,
        ApiError::LinkSuperseded => errors.link_superseded,
        ApiError::AlreadyGranted => errors.already_granted,
        ApiError::AlreadyDeclined => errors.already_declined,
        ApiError::InFlight => errors.in_flight,
        ApiError::AlreadyEnded(_) => errors.already_ended,
        ApiError::CrossSite => errors.cross_site,
        ApiError::Unavailable => errors.unavailable,
        other if other.kind().status == StatusCode::TOO_MANY_REQUESTS => errors.too_many,
        _ => errors.other,
    }
}
