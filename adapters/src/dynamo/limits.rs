//! Limits: one item for each of those that one counts, which one update both checks and shifts.

use std::fmt::Write;

use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use ringonce_domain::call::CallId;
use ringonce_domain::limit::{LimitRuling, Spend, Use, Uses};
use ringonce_domain::store::{Limits, Stored};
use ringonce_domain::time::Timestamp;

use super::codec::{Item, Reader, bytes, number, slot_names, time};
use super::failure::{self, Failure};
use super::schema::{self, FORGET_AT};
use super::store::{DynamoStore, disagreement};

#[async_trait]
impl Limits for DynamoStore {
    async fn spend(&self, spend: &Spend) -> Stored<LimitRuling> {
        let count = spend.limit.count;
        let request = self
            .update(schema::limit_pk(spend.key), schema::LIMIT_SK)
            .update_expression(shift(count))
            .condition_expression(condition(count))
            .expression_attribute_values(":now", time(spend.now))
            .expression_attribute_values(":call", bytes(spend.call.id.as_bytes()))
            .expression_attribute_values(":caller", bytes(spend.call.id.caller()))
            .expression_attribute_values(":cutoff", time(spend.now.before(spend.limit.window)))
            .expression_attribute_values(":forget_at", number(spend.limit.forget_at(spend.now).seconds()));
        let request = if count == 1 { request } else { fillers(request) };
        match request.send().await.map_err(failure::of_update) {
            Ok(_) => Ok(LimitRuling::Admitted),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Condition(item)) => match read_uses(&item, count)?.rule(spend) {
                LimitRuling::Admitted => Err(disagreement("spend")),
                ruling => Ok(ruling),
            },
        }
    }
}

type Request = aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;

/// What stands in slots that nothing has reached yet.
fn fillers(request: Request) -> Request {
    request
        .expression_attribute_values(":never", number(0))
        .expression_attribute_values(":nothing", AttributeValue::B(Blob::new(Vec::new())))
}

/// Every slot takes what the slot before it held, the first the new use.
fn shift(count: usize) -> String {
    let mut expression = format!("SET {FORGET_AT} = :forget_at, t0 = :now, r0 = :call");
    for slot in 1..count {
        let ([at, call, _], [at_before, call_before, _]) = (slot_names(slot), slot_names(slot - 1));
        let _ = write!(expression, ", {at} = if_not_exists({at_before}, :never), {call} = if_not_exists({call_before}, :nothing)");
    }
    expression
}

/// Nothing counted at a later time; this call not seen; and the use that is `count` back has left the window. The window
/// stands here because TTL deletes late.
fn condition(count: usize) -> String {
    let [oldest, ..] = slot_names(count - 1);
    let mut condition = format!("(attribute_not_exists(t0) OR t0 <= :now) AND (attribute_not_exists({oldest}) OR {oldest} <= :cutoff)");
    for slot in 0..count {
        let [_, call, _] = slot_names(slot);
        let _ = write!(condition, " AND NOT begins_with({call}, :caller)");
    }
    condition
}

/// The uses of an item, or none where nothing stands. Slots are filled from the front; the others hold nought.
fn read_uses(item: &Item, count: usize) -> Stored<Uses> {
    let reader = Reader(item);
    let mut uses = Vec::new();
    for [at, call, _] in (0..count).map(slot_names) {
        match reader.optional(&at, Reader::time)? {
            None | Some(Timestamp::ZERO) => break,
            Some(at) => uses.push(Use { at, call: CallId::from_bytes(reader.array(&call)?) }),
        }
    }
    Ok(Uses(uses))
}
