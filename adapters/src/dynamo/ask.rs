//! The ask: caps checked and the ask recorded by one update, whose right-hand sides read the item as it was.

use std::fmt::Write;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use ringonce_domain::caps::{Caps, SLOTS};
use ringonce_domain::person::Ask;

use super::codec::{bytes, slot_names, text, time};
use super::schema::attr;

/// The update of the person item that makes `ask` if block and caps allow it.
pub(super) fn request(person_update: UpdateItemFluentBuilder, ask: &Ask) -> UpdateItemFluentBuilder {
    let mut request = person_update
        .update_expression(shift(ask.link.is_some()))
        .condition_expression(condition(&ask.caps))
        .expression_attribute_values(":now", time(ask.now))
        .expression_attribute_values(":call", bytes(ask.call.id.as_bytes()))
        .expression_attribute_values(":caller", bytes(ask.call.id.caller()))
        .expression_attribute_values(":topic", bytes(ask.topic.as_bytes()))
        .expression_attribute_values(":topic_cutoff", time(ask.now.before(ask.caps.topic_window())))
        .expression_attribute_values(":never", AttributeValue::N("0".to_owned()))
        .expression_attribute_values(":nothing", AttributeValue::B(Blob::new(Vec::new())))
        .expression_attribute_values(":business", text(ask.business.as_str()));
    for (index, cap) in ask.caps.all().iter().enumerate() {
        request = request.expression_attribute_values(format!(":cutoff{index}"), time(ask.now.before(cap.window())));
    }
    if let Some(link) = &ask.link {
        request = request.expression_attribute_values(":link", text(link.as_str()));
    }
    request
}

/// Every slot takes what the slot before it held, the first the new ask.
fn shift(with_link: bool) -> String {
    let mut expression = format!("SET {} = :business, t0 = :now, r0 = :call, p0 = :topic", attr::BUSINESS);
    for slot in 1..SLOTS {
        for ((to, from), filler) in slot_names(slot).iter().zip(slot_names(slot - 1)).zip([":never", ":nothing", ":nothing"]) {
            let _ = write!(expression, ", {to} = if_not_exists({from}, {filler})");
        }
    }
    expression.push_str(if with_link { ", link = :link" } else { " REMOVE link" });
    expression
}

/// Not blocked; no ask recorded with a later time, and no erasure at this time or later, which would take this ask too;
/// this call not seen; this topic not within its window; and for each cap of N, the ask that is N back has left the
/// window. Conditions know no arithmetic: the cut-offs are passed.
fn condition(caps: &Caps) -> String {
    let mut condition = "attribute_not_exists(blocked_at) AND (attribute_not_exists(t0) OR t0 <= :now) \
        AND (attribute_not_exists(erased_at) OR erased_at < :now)"
        .to_owned();
    let topic_places = caps.topic_places();
    for slot in 0..SLOTS {
        let [at, call, topic] = slot_names(slot);
        let _ = write!(condition, " AND NOT begins_with({call}, :caller)");
        if slot < topic_places {
            let _ = write!(condition, " AND NOT ({topic} = :topic AND {at} > :topic_cutoff)");
        }
    }
    for (index, cap) in caps.all().iter().enumerate() {
        let [at, ..] = slot_names(cap.count - 1);
        let _ = write!(condition, " AND (attribute_not_exists({at}) OR {at} <= :cutoff{index})");
    }
    condition
}
