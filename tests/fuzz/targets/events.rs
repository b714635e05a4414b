//! Events as Lambda brings them.

use std::sync::Arc;

use aws_lambda_events::dynamodb::Event;
use ringonce_adapters::wire::lambda::answer_json;
use ringonce_cli::local::here::bring;
use ringonce_cli::local::pump::Mapping;
use ringonce_tests::{answers, root};
use serde_json::Value;

use super::here::{Here, block_on};
use crate::harness::{Outcome, Target};

/// Calls that came through the gateway.
pub(super) const GATEWAY: Target = Target {
    name: "gateway",
    seeds: || recorded(&["http_api_2_0", "rest_api_1_0"]),
    words: &[
        "\"version\":\"2.0\"",
        "\"version\":\"1.0\"",
        "\"rawPath\":",
        "\"rawQueryString\":",
        "\"path\":",
        "\"httpMethod\":",
        "\"headers\":",
        "\"multiValueHeaders\":",
        "\"isBase64Encoded\":true",
        "\"body\":",
        "\"cookies\":[\"",
        "\"requestContext\":{",
        "\"stage\":",
        "\"domainName\":",
        "\"host\":",
        "\"x-forwarded-proto\":",
        "\"queryStringParameters\":{\"a\":",
        "\"sourceIp\":",
        "/v1/optins",
        "/v12.0/",
        "/c/",
        "null",
        "{dns}",
        ":x",
        "@",
        "%zz",
        "[",
    ],
    check: gateway,
};

/// The inputs of schedules.
pub(super) const OCCURRENCES: Target = Target {
    name: "occurrences",
    seeds: || recorded(&["scheduler"]),
    words: &[
        "\"ringonce\":\"send\"",
        "\"ringonce\":\"release\"",
        "\"business\":\"shop\"",
        "\"execution\":\"x\"",
        "\"token\":\"$TOKEN\"",
        "\"message\":{\"text\":\"x\"}",
        "\"topic\":\"shirt-m\"",
        "\"limit\":",
        "\"send_at\":",
        "\"order\":\"newest\"",
        "{",
        "}",
        ",",
        "null",
    ],
    check: occurrence,
};

/// Batches of the table's stream.
pub(super) const STREAM: Target = Target {
    name: "stream",
    seeds: || recorded(&["stream"]),
    words: &[
        "{\"S\":\"",
        "{\"N\":\"",
        "{\"B\":\"",
        "{\"L\":[",
        "{\"M\":{",
        "{\"NULL\":true}",
        "{\"BOOL\":false}",
        "\"OldImage\":",
        "\"NewImage\":",
        "\"Keys\":",
        "\"sk\":",
        "\"pk\":",
        "\"P#",
        "\"O#",
        "\"state\":",
        "granted",
        "queued",
        "attempting",
        "erased",
        "\"SequenceNumber\":",
        "\"ApproximateCreationDateTime\":",
        "\"Records\":[",
        "\"shardId\":\"shardId-1\"",
    ],
    check: stream,
};

fn recorded(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| std::fs::read(root().join(format!("tests/packaged/events/{name}.json"))).unwrap()).collect()
}

/// Every function behind the gateway answers, or says that the event is none of its own.
fn gateway(input: &[u8]) -> Outcome {
    let (here, event) = (Here::new(), Here::spelled(&String::from_utf8_lossy(input)));
    let app = || Arc::new(here.app.clone());
    let answered = [
        block_on(answer_json(app(), request_optin::handle, &event)),
        block_on(answer_json(app(), send_notification::handle, &event)),
        block_on(answer_json(app(), grant_token::handle, &event)),
        block_on(answer_json(app(), console::handle, &event)),
        block_on(answer_json(app(), messenger_api::handle, &event)),
    ];
    Outcome::of(answered.map(|answer| answer.ok().map(|answer| well_formed(&answer))))
}

fn well_formed(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let status = u16::try_from(answer["statusCode"].as_u64().unwrap()).unwrap();
    let kinds = [&answer["headers"]["content-type"], &answer["multiValueHeaders"]["content-type"][0]];
    let content_type = kinds.into_iter().find_map(Value::as_str).unwrap_or_default();
    answers::described(status, content_type, answer["body"].as_str().unwrap_or_default()).unwrap()
}

/// What is carried out is so once, however often it is brought; what is not, is refused by a rule.
fn occurrence(input: &[u8]) -> Outcome {
    let (here, input) = (Here::new(), Here::spelled(&String::from_utf8_lossy(input)));
    let carry_out = || block_on(send_notification::carry_out(Arc::new(here.app.clone()), input.clone()));
    match (carry_out(), carry_out()) {
        (Ok(first), Ok(again)) => {
            let id = |body: &str| serde_json::from_str::<Value>(body).unwrap()["id"].clone();
            assert_eq!(id(&first.body), id(&again.body), "an occurrence is another one the second time");
            Outcome::of(first.status.as_u16())
        }
        (Err(first), Err(_)) => {
            assert_ne!(first.kind().code, "internal");
            Outcome::of(first.detail())
        }
        (first, again) => panic!("{:?} and then {:?}", first.map(|answer| answer.body), again.map(|answer| answer.body)),
    }
}

/// A batch is refused whole, or each record is dealt with, or named to be brought again.
fn stream(input: &[u8]) -> Outcome {
    let (here, event) = (Here::new(), String::from_utf8_lossy(input));
    let delivery = here.app.delivery();
    let numbers: Vec<_> = serde_json::from_str::<Event>(&event)
        .map_or_else(|_| Vec::new(), |event| event.records.into_iter().map(|record| record.change.sequence_number).collect());
    let kinds = [Mapping::Deliver, Mapping::Statistics].map(|mapping| {
        let answer = block_on(bring(&here.app, &delivery, mapping, &event)).map_err(|why| why.len() % 16)?;
        let failed: Vec<_> = answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
        assert!(failed.iter().all(|number| numbers.contains(number)), "a failure names no record: {failed:?}");
        Ok::<_, usize>((numbers.len().min(4), failed.len()))
    });
    Outcome::of(kinds)
}
