//! What waits to be taken up: parked events, and the two indexes.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::Put;
use ringonce_domain::address::{OptinAddress, PersonKey};
use ringonce_domain::release::Order;
use ringonce_domain::store::{Due, Line, MissedEvent, Outbox, ParkedEvent, StoreError, Stored, Waiting, given_up_place};
use ringonce_domain::time::Timestamp;

use super::codec::{self, Item, key, number, text, time};
use super::failure::{self, Failure};
use super::schema::{self, DUE_INDEX, SK, WAITING_INDEX, condition};
use super::store::{DynamoStore, found};

#[async_trait]
impl Outbox for DynamoStore {
    async fn park(&self, event: &ParkedEvent) -> Stored<()> {
        let put = Put::builder().table_name(&self.table).set_item(Some(codec::parked_item(event))).condition_expression(condition::IS_NEW);
        self.put_unless_erased(put, event.person, event.asked_at).await
    }

    async fn parked(&self, person: PersonKey, id: &str) -> Stored<Option<ParkedEvent>> {
        let item = self.get(key(schema::person_pk(person), schema::parked_sk(id))).await?;
        item.as_ref().map(codec::read_parked).transpose()
    }

    async fn claim_event(&self, seen: &ParkedEvent, to: &ParkedEvent) -> Stored<bool> {
        let Some(seen_at) = seen.due_at else {
            return Ok(false);
        };
        let base = self
            .update(schema::person_pk(seen.person), schema::parked_sk(&seen.event.id))
            .condition_expression(condition::CLAIM_EVENT)
            .expression_attribute_values(":seen", time(seen_at))
            .expression_attribute_values(":attempts", number(to.attempts));
        let request = match to.due_at {
            Some(next) => {
                base.update_expression("SET attempts = :attempts, due_at = :next").expression_attribute_values(":next", time(next))
            }
            None => base
                .update_expression("SET attempts = :attempts, waiting = :waiting, waiting_at = :place REMOVE due, due_at")
                .expression_attribute_values(":waiting", text(schema::given_up_key(&to.business, to.person)))
                .expression_attribute_values(":place", text(given_up_place(&MissedEvent::from(to)))),
        };
        match request.send().await.map_err(failure::of_update) {
            Ok(_) => Ok(true),
            // The answer of this very write was lost, or another sweep came first.
            Err(Failure::Condition(item)) if !item.is_empty() => Ok(codec::read_parked(&item)? == *to),
            Err(Failure::Condition(_)) => Ok(false),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn unpark(&self, person: PersonKey, id: &str) -> Stored<()> {
        self.delete(key(schema::person_pk(person), schema::parked_sk(id))).await
    }

    async fn due(&self, shard: u8, now: Timestamp, limit: usize) -> Stored<Vec<(Timestamp, Due)>> {
        let query = self.index_query(DUE_INDEX, "due = :shard AND due_at <= :now", limit);
        let query = query.expression_attribute_values(":shard", text(shard.to_string())).expression_attribute_values(":now", time(now));
        let items = found(query).await?;
        Ok(items.iter().filter_map(read_due).collect())
    }

    async fn waiting(&self, line: &Line, shard: u8, limit: usize) -> Stored<Vec<Waiting>> {
        let end = format!("{:013}", line.before.millis());
        // Places are never empty, and a place is after itself and a space.
        let (from, to) = match (line.order, &line.after) {
            (Order::Oldest, Some(after)) => (format!("{after} "), end),
            (Order::Newest, Some(after)) => ("0".to_owned(), after.clone()),
            (_, None) => ("0".to_owned(), end),
        };
        // The place itself can be among them.
        let query = self
            .index_query(WAITING_INDEX, "waiting = :waiting AND waiting_at BETWEEN :from AND :to", limit + 1)
            .expression_attribute_values(":waiting", text(schema::waiting_key(line.topic, shard)))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .scan_index_forward(line.order == Order::Oldest);
        let items = found(query).await?;
        let waiting = items.iter().map(|item| {
            let place = codec::Reader(item).text(schema::WAITING_AT)?.to_owned();
            Ok(Waiting { place, person: codec::person_key(item).ok_or_else(foreign_item)? })
        });
        let waiting: Vec<Waiting> = waiting.collect::<Stored<_>>()?;
        Ok(waiting.into_iter().filter(|waiting| line.after.as_ref() != Some(&waiting.place)).take(limit).collect())
    }
}

fn foreign_item() -> StoreError {
    StoreError::Corrupt("an index names an item of another kind".to_owned())
}

/// What an index row names, and since when it is due. One of another kind is passed over: it must not hold up the rest of
/// its shard.
fn read_due(item: &Item) -> Option<(Timestamp, Due)> {
    let due = || {
        let pk = item.get(schema::PK)?.as_s().ok()?;
        if let Some(release) = schema::release_of(pk) {
            return Some(Due::Release(release));
        }
        if let Some(segment) = schema::segment_of(pk) {
            return Some(Due::Reconcile(segment));
        }
        let person = codec::person_key(item)?;
        let sk = item.get(SK)?.as_s().ok()?;
        match sk.strip_prefix(schema::PARKED_SK) {
            Some(event) => Some(Due::Event(person, event.to_owned())),
            None => schema::topic_of(sk).map(|topic| Due::Optin(OptinAddress { person, topic })),
        }
    };
    let due = codec::Reader(item).time(schema::DUE_AT).ok().zip(due());
    if due.is_none() {
        tracing::error!(error = %foreign_item(), "passed over");
    }
    due
}
