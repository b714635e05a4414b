//! How webhooks do, in an item beside their business, and what is sent again.

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use ringonce_domain::health::{Revision, WebhookHealth};
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::KEPT_AFTER;
use ringonce_domain::store::{Cursor, GIVEN_UP_SHARDS, GivenUp, MissedEvent, MissedPage, Replays, StoreError, Stored, Webhooks};
use ringonce_domain::time::Timestamp;

use super::codec::{self, Item, Reader, bytes, key, number, text, time};
use super::directory::{json, parse_json};
use super::failure::{self, Failure, undecided};
use super::schema::{self, PK, SK, WAITING_INDEX, attr, condition};
use super::store::{DynamoStore, found};

#[async_trait]
impl Webhooks for DynamoStore {
    async fn webhook_health(&self, business: &BusinessId) -> Stored<Option<WebhookHealth>> {
        let (pk, sk) = schema::health_key(business);
        self.get(key(pk, sk)).await?.as_ref().map(read_health).transpose()
    }

    async fn set_webhook_health(&self, business: &BusinessId, seen: Option<Revision>, to: &WebhookHealth) -> Stored<bool> {
        let revision = to.revision.ok_or_else(|| StoreError::Corrupt("a health without a revision cannot be kept".to_owned()))?;
        let (pk, sk) = schema::health_key(business);
        let base = self
            .update(pk, sk)
            .update_expression("SET health = :health, revision = :revision")
            .expression_attribute_values(":health", text(json(to)))
            .expression_attribute_values(":revision", bytes(&revision.0));
        let request = match seen {
            Some(seen) => base.condition_expression(condition::SAME_REVISION).expression_attribute_values(":seen", bytes(&seen.0)),
            None => base.condition_expression(condition::IS_NEW),
        };
        match request.send().await.map_err(failure::of_update) {
            Ok(_) => Ok(true),
            // The answer of this very write was lost, or somebody else wrote.
            Err(Failure::Condition(item)) if !item.is_empty() => Ok(read_health(&item)?.revision == to.revision),
            Err(Failure::Condition(_)) => Ok(false),
            Err(Failure::Store(error)) => Err(error),
        }
    }
}

fn read_health(item: &Item) -> Stored<WebhookHealth> {
    let reader = Reader(item);
    let revision = Some(Revision(reader.array(attr::REVISION)?));
    Ok(WebhookHealth { revision, ..parse_json(&reader, attr::HEALTH)? })
}

#[async_trait]
impl Replays for DynamoStore {
    async fn given_up(&self, business: &BusinessId, line: &GivenUp, limit: usize) -> Stored<Vec<(String, MissedEvent)>> {
        let shards = (0..GIVEN_UP_SHARDS).map(|shard| self.given_up_of(business, shard, line, limit));
        let mut given_up: Vec<_> = stream::iter(shards).buffered(GIVEN_UP_SHARDS.into()).try_concat().await?;
        given_up.sort_by(|(one, _), (other, _)| one.cmp(other));
        given_up.truncate(limit);
        Ok(given_up)
    }

    async fn parked_of(&self, business: &BusinessId, after: Option<&Cursor>) -> Stored<MissedPage> {
        let scan = self
            .scan_after(after)
            .consistent_read(true)
            .filter_expression("business = :business AND begins_with(sk, :prefix)")
            .expression_attribute_values(":business", text(business.as_str()))
            .expression_attribute_values(":prefix", text(schema::PARKED_SK));
        let answer = scan.send().await.map_err(undecided)?;
        let read = usize::try_from(answer.scanned_count).unwrap_or(0);
        let next = answer.last_evaluated_key.as_ref().map(read_cursor).transpose()?;
        let events = answer.items().iter().map(|item| codec::read_parked(item).map(|parked| MissedEvent::from(&parked)));
        Ok(MissedPage { events: events.collect::<Stored<_>>()?, read, next })
    }

    async fn replay(&self, seen: &MissedEvent, due_at: Timestamp, now: Timestamp) -> Stored<bool> {
        let base = self
            .update(schema::person_pk(seen.person), schema::parked_sk(&seen.id))
            .update_expression(
                "SET due = :shard, due_at = :due_at, parked_at = :now, forget_at = :forget_at REMOVE attempts, waiting, waiting_at",
            )
            .expression_attribute_values(":shard", text(schema::due_shard(seen.person)))
            .expression_attribute_values(":due_at", time(due_at))
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":forget_at", number((now + KEPT_AFTER).seconds()));
        let request = match seen.due_at {
            Some(seen) => base.condition_expression(condition::CLAIM_EVENT).expression_attribute_values(":seen", time(seen)),
            None => base.condition_expression(condition::GIVEN_UP),
        };
        match request.send().await.map_err(failure::of_update) {
            Ok(_) => Ok(true),
            // The answer of this very write was lost, or a sweep took it up.
            Err(Failure::Condition(item)) if !item.is_empty() => Ok(codec::read_parked(&item)?.due_at == Some(due_at)),
            Err(Failure::Condition(_)) => Ok(false),
            Err(Failure::Store(error)) => Err(error),
        }
    }
}

impl DynamoStore {
    async fn given_up_of(&self, business: &BusinessId, shard: u8, line: &GivenUp<'_>, limit: usize) -> Stored<Vec<(String, MissedEvent)>> {
        let from = match line {
            GivenUp::Since(since) => format!("{:013}", since.millis()),
            GivenUp::After(after) => (*after).to_owned(),
        };
        // No place is the same as a time's text, and one that is named is behind us.
        let query = self
            .index_query(WAITING_INDEX, "waiting = :waiting AND waiting_at > :from", limit)
            .expression_attribute_values(":waiting", text(schema::given_up_shard_key(business, shard)))
            .expression_attribute_values(":from", text(from));
        found(query).await?.iter().map(read_given_up).collect()
    }
}

fn read_given_up(item: &Item) -> Stored<(String, MissedEvent)> {
    let place = Reader(item).text(schema::WAITING_AT)?;
    let read = || {
        let at = place.get(..13)?.parse().ok().map(Timestamp::from_millis)?;
        let id = item.get(SK)?.as_s().ok()?.strip_prefix(schema::PARKED_SK)?;
        Some(MissedEvent { person: codec::person_key(item)?, id: id.to_owned(), at, due_at: None })
    };
    let event = read().ok_or_else(|| StoreError::Corrupt("an event that was given up is none".to_owned()))?;
    Ok((place.to_owned(), event))
}

pub(super) fn read_cursor(item: &Item) -> Stored<Cursor> {
    let reader = Reader(item);
    Ok(Cursor([reader.text(PK)?.to_owned(), reader.text(SK)?.to_owned()]))
}
