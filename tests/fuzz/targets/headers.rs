//! Headers that callers send, each against its rule said once more.

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use ringonce_adapters::wire::{Request, auth, html};
use ringonce_domain::api_key::{ApiKey, KeyKind};

use super::here::{Here, block_on};
use crate::harness::{Outcome, Target};

pub(super) const TARGET: Target = Target {
    name: "headers",
    seeds,
    words: &[
        "Bearer ",
        "bearer\t",
        "Basic ",
        "ro_sk_",
        "ro_pk_",
        "application/json",
        ";charset=utf-8",
        ", ",
        ";q=0.5",
        "de-AT",
        "*",
        "\u{a0}",
    ],
    check,
};

thread_local! {
    static HERE: Here = Here::new();
}

fn seeds() -> Vec<Vec<u8>> {
    let keys = [KeyKind::Secret, KeyKind::Publishable].map(|kind| format!("Bearer {}", Here::key(kind).reveal()));
    let made_up = format!("Bearer {}", ApiKey::new(KeyKind::Secret, [66; 24]).reveal());
    keys.into_iter().chain([made_up]).map(String::into_bytes).collect()
}

fn check(input: &[u8]) -> Outcome {
    let Ok(value) = HeaderValue::from_bytes(input) else {
        return Outcome::of("no header");
    };
    let with = |name: HeaderName| Request { headers: HeaderMap::from_iter([(name, value.clone())]), ..Request::default() };
    let named = with(HeaderName::from_static("idempotency-key")).idempotency_key();
    let may_name = (1..=255).contains(&input.len()) && input.iter().all(|byte| (0x21..=0x7e).contains(byte));
    assert_eq!(matches!(named, Ok(Some(_))), may_name);
    let is_json = with(CONTENT_TYPE).is_json();
    let begins = String::from_utf8_lossy(input).trim_start().to_ascii_lowercase().starts_with("application/json");
    assert_eq!(is_json, begins && value.to_str().is_ok());
    let _ = html::language(&with(HeaderName::from_static("accept-language")), None);
    let caller = HERE.with(|here| block_on(auth::caller(&here.app, &with(AUTHORIZATION))));
    let kind = caller.as_ref().ok().map(|caller| caller.kind);
    assert_eq!(kind, key_of(input), "{value:?}");
    Outcome::of((may_name, is_json, caller.map(|_| ()).map_err(|error| error.detail())))
}

/// Whose key an `Authorization` header holds, if it is one of the two that there are.
fn key_of(header: &[u8]) -> Option<KeyKind> {
    let text = std::str::from_utf8(header).ok().filter(|text| text.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte)))?;
    let (scheme, key) = text.split_once(' ')?;
    let is = |kind: &KeyKind| scheme.eq_ignore_ascii_case("bearer") && key.trim() == Here::key(*kind).reveal();
    [KeyKind::Secret, KeyKind::Publishable].into_iter().find(is)
}
