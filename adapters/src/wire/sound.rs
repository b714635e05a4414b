//! Events of API Gateway of which a request can be made, whatever stands in them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::HOST;
use lambda_http::request::LambdaRequest;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// An event of API Gateway that has been looked at first: `lambda_http` panics on a body that is marked as base64 and is
/// not, and on what no URI can be built of; and whoever calls can send them.
pub(super) struct SoundEvent {
    /// The event, from which a request can be made.
    pub(super) event: LambdaRequest,
    /// Whether its body is none.
    pub(super) malformed: bool,
}

impl<'de> Deserialize<'de> for SoundEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut event = read(<&RawValue>::deserialize(deserializer)?.get()).map_err(D::Error::custom)?;
        let malformed = match &mut event {
            LambdaRequest::ApiGatewayV2(event) => {
                forget_origin(&mut event.headers, &mut event.request_context.domain_name, &mut event.request_context.stage);
                event.raw_query_string = event.raw_query_string.take().filter(|query| fits("/", query));
                drop_impossible(&mut event.raw_path, event.raw_query_string.as_deref().unwrap_or_default());
                drop_malformed(&mut event.is_base64_encoded, &mut event.body)
            }
            LambdaRequest::ApiGatewayV1(event) => {
                forget_origin(&mut event.headers, &mut event.request_context.domain_name, &mut event.request_context.stage);
                event.multi_value_headers.remove(FORWARDED_PROTO);
                let (several, single) = (&mut event.multi_value_query_string_parameters, &mut event.query_string_parameters);
                for query in [&mut *several, &mut *single] {
                    *query = without_valueless(query).map_err(D::Error::custom)?.into();
                    if !fits("/", &query.to_query_string()) {
                        std::mem::take(query);
                    }
                }
                let query = if several.is_empty() { single.to_query_string() } else { several.to_query_string() };
                drop_impossible(&mut event.path, &query);
                drop_malformed(&mut event.is_base64_encoded, &mut event.body)
            }
            _ => false,
        };
        Ok(Self { event, malformed })
    }
}

/// The payload of HTTP APIs comes first, as nearly every event is one: `lambda_http` by itself tries that of REST APIs before,
/// and so reads each event twice.
fn read(event: &str) -> serde_json::Result<LambdaRequest> {
    serde_json::from_str(event).map(LambdaRequest::ApiGatewayV2).or_else(|_| serde_json::from_str(event))
}

/// The parameters that have a value: to write out one that has none, its type panics.
fn without_valueless(query: &impl Serialize) -> serde_json::Result<HashMap<String, Vec<String>>> {
    let mut all: HashMap<String, Vec<String>> = serde_json::from_value(serde_json::to_value(query)?)?;
    all.retain(|_, values| !values.is_empty());
    Ok(all)
}

fn drop_malformed(is_base64: &mut bool, body: &mut Option<String>) -> bool {
    let malformed = *is_base64 && body.as_deref().is_some_and(|body| STANDARD.decode(body).is_err());
    if malformed {
        (*is_base64, *body) = (false, None);
    }
    malformed
}

/// `lambda_http` builds the request's URI with it, whatever it holds; nothing here reads that scheme.
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The same holds for host and stage.
fn forget_origin(headers: &mut HeaderMap, domain: &mut Option<String>, stage: &mut Option<String>) {
    headers.remove(FORWARDED_PROTO);
    headers.remove(HOST);
    (*domain, *stage) = (None, None);
}

/// A path that no URI can hold beside its query is nobody's.
fn drop_impossible(path: &mut Option<String>, query: &str) {
    if path.as_deref().is_some_and(|path| !fits(path, query)) {
        *path = Some("/".to_owned());
    }
}

/// Whether `lambda_http` can build a URI of these: it has the path normalised at a host of its own, and appends the query.
fn fits(path: &str, query: &str) -> bool {
    let normal = url::Url::parse(&format!("http://localhost{path}"));
    normal.is_ok_and(|url| format!("{}?{query}", url.path()).parse::<http::Uri>().is_ok())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::wire::request::{Body, Request};

    /// An event of an HTTP API (payload 2.0), with these parts in it.
    pub(in crate::wire) fn event_v2(path: &str, query: &str, body: &str, is_base64: bool) -> String {
        serde_json::json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": { "host": "notify.example", "content-type": "application/json" },
            "requestContext": {
                "accountId": "123456789012", "apiId": "api", "domainName": "notify.example", "domainPrefix": "notify",
                "http": { "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test" },
                "requestId": "id", "routeKey": "$default", "stage": "$default", "time": "24/Nov/2026:00:00:00 +0000", "timeEpoch": 0
            },
            "body": body, "isBase64Encoded": is_base64
        })
        .to_string()
    }

    pub(in crate::wire) fn received(event: &str) -> Request {
        let SoundEvent { event, malformed } = serde_json::from_str(event).expect("an event of API Gateway");
        super::super::lambda::parse(event.into(), malformed)
    }

    #[test]
    fn a_parameter_without_a_value_ends_nothing() {
        let mut event: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/packaged/events/rest_api_1_0.json")).expect("JSON");
        event["queryStringParameters"] = serde_json::json!({ "topic": "shirt-m" });
        event["multiValueQueryStringParameters"] = serde_json::json!({ "topic": ["shirt-m", "socks"], "none": [] });
        let request = received(&event.to_string());
        assert_eq!((request.parameter("topic").as_deref(), request.parameter("none")), (Some("shirt-m"), None));
    }

    #[test]
    fn each_payload_is_read_as_the_one_that_it_is() {
        let kind = |event: &str| match serde_json::from_str::<SoundEvent>(event).expect("an event of API Gateway").event {
            LambdaRequest::ApiGatewayV2(_) => "2.0",
            LambdaRequest::ApiGatewayV1(_) => "1.0",
            _ => "neither",
        };
        assert_eq!(kind(&event_v2("/v1/optins", "", "{}", false)), "2.0");
        assert_eq!(kind(include_str!("../../../tests/packaged/events/rest_api_1_0.json")), "1.0");
    }

    #[test]
    fn a_body_that_is_marked_as_base64_and_is_not_is_malformed() {
        for body in ["not base64!", "AAA", "=AAA"] {
            let request = received(&event_v2("/v1/optins", "", body, true));
            assert_eq!(request.body, Body::Malformed, "{body}");
            assert!(matches!(request.json::<serde_json::Value>(), Err(crate::wire::ApiError::MalformedBody(_))));
        }
    }

    #[test]
    fn a_path_or_query_that_no_uri_can_hold_ends_nothing() {
        for (path, query) in [("/v1/optins", "a=\"<>\""), ("/v1/\"x y\"", "a=b"), ("/v1/optins", "a b\u{0}c")] {
            let request = received(&event_v2(path, query, "{}", false));
            assert_eq!(request.verb(), "POST", "{path}?{query}");
        }
        let long = "a".repeat(40_000);
        for (path, query) in [(":x", ""), ("@evil", ""), ("//evil", "a=b#c"), (format!("/{long}").as_str(), long.as_str())] {
            assert_eq!(received(&event_v2(path, query, "{}", false)).verb(), "POST", "{path}?{query}");
        }
    }

    #[test]
    fn a_host_or_stage_that_no_uri_can_hold_ends_nothing() {
        let v2 = event_v2("/v1/optins", "a=b", "{}", false);
        let v1 = include_str!("../../../tests/packaged/events/rest_api_1_0.json").to_owned();
        for strange in ["{dns_suffix}", "a b", "", "[", "host:port", "x@y", "%", "ä"] {
            for event in [&v2, &v1] {
                let mut event: serde_json::Value = serde_json::from_str(event).expect("JSON");
                for name in ["host", "Host", "X-Forwarded-Proto"] {
                    event["headers"][name] = strange.into();
                }
                for name in ["domainName", "stage"] {
                    event["requestContext"][name] = strange.into();
                }
                assert_eq!(received(&event.to_string()).path(), ["v1", "optins"], "{strange}");
            }
        }
    }
}
