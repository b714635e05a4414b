//! Items that no program of ours has written: the first line of an input says what is read or written, the rest is the
//! item as DynamoDB writes it in JSON.

use ringonce_adapters::dynamo::DynamoStore;
use ringonce_domain::address::ReleaseKey;
use ringonce_domain::api_key::KeyKind;
use ringonce_domain::demand::Scope;
use ringonce_domain::optin::{Delivery, Occupant, Optin};
use ringonce_domain::rules::AttemptFrom;
use ringonce_domain::store::{
    Addresses, Commands, Directory, Line, Outbox, People, Reconciles, Releases, Replays, Statistics, StoreError, Stored, Webhooks,
};
use ringonce_memory::fixture::{self, START, Subject, at};

use super::here::{Here, block_on};
use super::table::{self, Told};
use crate::harness::{Outcome, Target};

pub(super) const TARGET: Target = Target {
    name: "items",
    seeds: Vec::new,
    words: &[
        "occupant\n",
        "past\n",
        "records\n",
        "person\n",
        "people\n",
        "addresses\n",
        "parked\n",
        "due\n",
        "waiting\n",
        "release\n",
        "releases\n",
        "business\n",
        "api_key\n",
        "api_keys\n",
        "health\n",
        "missed\n",
        "segment\n",
        "scan\n",
        "tally\n",
        "topics\n",
        "ask\n",
        "answer\n",
        "redeem\n",
        "attempt\n",
        "revoke\n",
        "\"state\":",
        "granted",
        "scheduled",
        "queued",
        "attempting",
        "sent",
        "erased",
        "\"timeline\":{\"L\":[",
        "\"pk\":{\"S\":\"P#",
        "\"sk\":{\"S\":\"O#",
        "{\"N\":\"",
        "{\"S\":\"",
        "{\"B\":\"",
        "{\"L\":[]}",
        "{\"M\":{}}",
        "{\"NULL\":true}",
        "{\"SS\":[\"a\"]}",
        "\"due_at\":",
        "\"t0\":",
        "\"returned\":",
        "\"redemption\":",
    ],
    check,
};

thread_local! {
    static TABLE: (Told, DynamoStore) = {
        let told = Told::default();
        (told.clone(), table::store(told))
    };
}

/// What is read is read or called corrupt, and a condition that failed is explained or called corrupt.
fn check(input: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(input);
    let (what, item) = text.split_once('\n').unwrap_or(("occupant", &text));
    TABLE.with(|(told, store)| {
        let subject = fixture::subject(&fixture::keys(), "ada");
        told.answer(400, format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{item}}}"#));
        if let Some(written) = block_on(write(store, what, &subject)) {
            return Outcome::of((what.to_owned(), kind(&written.map(|written| written.kind))));
        }
        told.answer(200, format!(r#"{{"Item":{item},"Items":[{item}],"Count":1,"ScannedCount":1,"Responses":{{"ringonce":[{item}]}}}}"#));
        let read = block_on(read(store, what, &subject));
        if let Ok(Read { optin: Some(optin), .. }) = &read {
            assert_kept(told, store, optin);
        }
        Outcome::of((what.to_owned(), kind(&read.map(|read| read.kind))))
    })
}

/// What was read.
#[derive(Default)]
struct Read {
    kind: String,
    optin: Option<Optin>,
}

impl Read {
    fn of(kind: impl std::fmt::Debug) -> Self {
        // Words and not values, or each would be a kind of its own.
        let kind = format!("{kind:?}").chars().filter(|c| c.is_ascii_alphabetic()).take(40).collect();
        Self { kind, optin: None }
    }
}

fn kind(result: &Stored<String>) -> String {
    match result {
        Ok(kind) => kind.clone(),
        Err(StoreError::Corrupt(why)) => why.clone(),
        Err(StoreError::Unavailable(_)) => "unavailable".to_owned(),
    }
}

async fn read(store: &DynamoStore, what: &str, subject: &Subject) -> Stored<Read> {
    let (person, shop) = (subject.address.person, fixture::business());
    let release = ReleaseKey::from_bytes([3; 16]);
    Ok(match what {
        "past" => Read { optin: store.past(person, fixture::call(1, 1, false).id).await?, ..Read::default() },
        "records" => Read::of(store.records(person).await?),
        "person" => Read::of(store.person(person).await?),
        "people" => Read::of(store.people(&[person]).await?),
        "addresses" => Read::of(store.addresses(person).await?),
        "parked" => Read::of(store.parked(person, "evt").await?),
        "due" => Read::of(store.due(0, at(60), 10).await?),
        "release" => Read::of(store.release(release).await?),
        "releases" => Read::of(store.releases(&shop, None, 10).await?),
        "business" => Read::of(store.business(&shop).await?),
        "api_key" => Read::of(store.api_key(&Here::key(KeyKind::Secret).hash()).await?),
        "api_keys" => Read::of(store.api_keys(&shop).await?),
        "health" => Read::of(store.webhook_health(&shop).await?),
        "missed" => Read::of(store.parked_of(&shop, None).await?.events.len().min(1)),
        "segment" => Read::of(store.segment(1).await?),
        "scan" => Read::of(store.scan(1, None, at(60), 10).await?.scanned.len().min(1)),
        "tally" => Read::of(store.tally(Scope::Topic(subject.address.topic)).await.map(|_| ())?),
        "topics" => Read::of(store.topics(&shop, "", None, 10).await?.len().min(1)),
        "waiting" => Read::of(store.waiting(&line(subject), 0, 10).await?.len().min(1)),
        _ => occupant(store.occupant(subject.address).await?),
    })
}

fn line(subject: &Subject) -> Line {
    Line { topic: subject.address.topic, order: ringonce_domain::release::Order::Oldest, before: at(60), after: None }
}

fn occupant(occupant: Option<Occupant>) -> Read {
    let erased = matches!(occupant, Some(Occupant::Erased(_)));
    let optin = occupant.and_then(Occupant::optin);
    let kind = optin.as_ref().map(|optin| (optin.state, optin.redemption.is_some(), optin.to.is_some(), optin.timeline.len().min(9)));
    Read { kind: format!("{erased} {kind:?}"), optin }
}

/// Commands whose condition failed over the item.
async fn write(store: &DynamoStore, what: &str, subject: &Subject) -> Option<Stored<Read>> {
    let (ask, call) = (fixture::call(1, 1, false), fixture::call(2, 2, true));
    Some(match what {
        "ask" => store.ask(&subject.ask(call, at(60))).await.map(Read::of),
        "answer" => store.answer(&subject.grant(ask, START, at(60))).await.map(Read::of),
        "redeem" => store.redeem(&subject.redeem(ask, call, "x", at(60))).await.map(Read::of),
        "attempt" => store.attempt(&subject.attempt(ask, 1, AttemptFrom::Queue, at(60))).await.map(Read::of),
        "revoke" => store.revoke(&subject.revoke(ask, at(60))).await.map(Read::of),
        "block" => store.block(subject.address.person, at(60)).await.map(Read::of),
        _ => return None,
    })
}

/// An opt-in that was read is written so that it is read again as it was. One that is archived is due no more.
fn assert_kept(told: &Told, store: &DynamoStore, optin: &Optin) {
    told.answer(200, "{}".to_owned());
    block_on(store.archive(optin)).unwrap();
    let asked = told.asked();
    let written = asked["TransactItems"].as_array().unwrap().iter().find_map(|part| part["Put"].get("Item")).unwrap();
    told.answer(200, format!(r#"{{"Item":{written}}}"#));
    let again = block_on(store.past(optin.address.person, optin.ask)).unwrap().unwrap();
    assert_eq!(again, Optin { delivery: Delivery { due_at: None, ..optin.delivery.clone() }, ..optin.clone() });
}
