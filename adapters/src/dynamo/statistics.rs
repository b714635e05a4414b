//! What is counted of topics, days and releases: one item each, with a mark for each shard of the stream that says how far it was counted.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use ringonce_domain::demand::{Batch, Counter, Day, Left, Mark, Scope, Tally};
use ringonce_domain::names::{BusinessId, Topic};
use ringonce_domain::store::{Added, Statistics, StoreError, Stored};
use ringonce_domain::time::Timestamp;

use super::codec::{self, Item, Reader, key, number, text};
use super::failure::{self, Failure};
use super::schema::{self, FORGET_AT, SK, attr, condition};
use super::store::{DynamoStore, disagreement, found, most};

/// So many stale marks are removed at once: each is some 60 bytes that every write pays for, and removing them is a write.
const STALE_ENOUGH: usize = 8;

#[async_trait]
impl Statistics for DynamoStore {
    async fn count(&self, batch: &Batch) -> Added {
        match self.count_left(batch).await {
            Ok((tally, item)) => Added { tally, done: self.after_count(batch, &item).await },
            Err(error) => Added { tally: Tally::default(), done: Err(error) },
        }
    }

    async fn count_opening(&self, of: Scope, opening: [u8; 16]) -> Stored<()> {
        let request = self
            .statistics_update(&of)
            .update_expression("SET opening = :opening ADD opened :one")
            .condition_expression(condition::COUNT_OPENING)
            .expression_attribute_values(":opening", codec::bytes(&opening))
            .expression_attribute_values(":one", number(1));
        failure::held(request.send().await.map_err(failure::of_update)).map(|_| ())
    }

    async fn tally(&self, of: Scope) -> Stored<Tally> {
        let (pk, sk) = schema::statistics_key(&of);
        let item = self.get(key(pk, sk)).await?;
        item.as_ref().map_or_else(|| Ok(Tally::default()), read_tally)
    }

    async fn days(&self, business: &BusinessId, from: Day, to: Day) -> Stored<Vec<(Day, Tally)>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(schema::days_pk(business)))
            .expression_attribute_values(":from", text(schema::day_sk(from)))
            .expression_attribute_values(":to", text(schema::day_sk(to)));
        found(query).await?.iter().map(|item| Ok((read_day(item)?, read_tally(item)?))).collect()
    }

    async fn topics(&self, business: &BusinessId, begin: &str, after: Option<&Topic>, limit: usize) -> Stored<Vec<Topic>> {
        // A query may only go on within what it asks for: DynamoDB refuses a start outside of it.
        let after = match after {
            Some(after) if after.as_str().starts_with(begin) => Some(after),
            Some(after) if after.as_str() > begin => return Ok(Vec::new()),
            _ => None,
        };
        let (pk, _) = schema::business_key(business);
        let after = after.map(|topic| key(pk, schema::business_topic_sk(topic.as_str())));
        let query = self.business_query(business, &schema::business_topic_sk(begin)).set_exclusive_start_key(after);
        let items = found(query.limit(most(limit))).await?;
        items.iter().map(read_topic).collect()
    }
}

impl DynamoStore {
    /// Adds what is left of the batch, and gives that back with the item as it stands. The first try takes it that all of
    /// it is: where the condition fails, the old item says how far the shard was counted.
    async fn count_left(&self, batch: &Batch) -> Stored<(Tally, Item)> {
        let name = schema::mark_name(&batch.shard);
        let (mut counted, mut item) = (None, Item::new());
        while let Some(left) = batch.beyond(counted.as_ref()) {
            let request = count_request(self.statistics_update(&batch.of), &name, &left, batch.of.forget_at(batch.now));
            match request.send().await.map_err(failure::of_update) {
                Ok(done) => return Ok((left.tally, done.attributes.unwrap_or_default())),
                Err(Failure::Store(error)) => return Err(error),
                Err(Failure::Condition(old)) => {
                    let place = read_mark(&old, &name)?.place;
                    if place < left.first {
                        return Err(disagreement("count"));
                    }
                    (counted, item) = (Some(place), old);
                }
            }
        }
        Ok((Tally::default(), item))
    }

    async fn after_count(&self, batch: &Batch, item: &Item) -> Stored<()> {
        if let Some((business, topic)) = batch.name.as_ref().filter(|_| !item.contains_key(attr::TOPIC)) {
            self.list_topic(&batch.of, business, topic).await?;
        }
        self.remove_stale_marks(&batch.of, item, batch.now).await
    }

    /// Lists the topic, and only then names it in its statistics: a name there says that it is listed, and while there is
    /// none the next batch lists it again.
    async fn list_topic(&self, of: &Scope, business: &BusinessId, topic: &Topic) -> Stored<()> {
        let (pk, _) = schema::business_key(business);
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(key(pk, schema::business_topic_sk(topic.as_str()))))
            .condition_expression(condition::IS_NEW);
        failure::held(put.send().await.map_err(failure::of_put))?;
        let request = self
            .statistics_update(of)
            .update_expression("SET business = :business, topic = :topic")
            .expression_attribute_values(":business", text(business.as_str()))
            .expression_attribute_values(":topic", text(topic.as_str()));
        self.update_existing(request).await.map(|_| ())
    }

    /// Marks of shards that nothing can come from any more are removed, when there are enough of them.
    async fn remove_stale_marks(&self, of: &Scope, item: &Item, now: Timestamp) -> Stored<()> {
        let mut stale = Vec::new();
        for name in item.keys().filter(|name| name.starts_with(attr::MARK)) {
            if read_mark(item, name)?.is_stale(now) {
                stale.push(name.as_str());
            }
        }
        if stale.len() < STALE_ENOUGH {
            return Ok(());
        }
        let mut request = self.statistics_update(of);
        let aliases: Vec<_> = (0..stale.len()).map(|number| format!("#m{number}")).collect();
        for (alias, name) in aliases.iter().zip(stale) {
            request = request.expression_attribute_names(alias, name);
        }
        self.update_existing(request.update_expression(format!("REMOVE {}", aliases.join(", ")))).await.map(|_| ())
    }

    fn statistics_update(&self, of: &Scope) -> UpdateItemFluentBuilder {
        let (pk, sk) = schema::statistics_key(of);
        self.update(pk, sk)
    }
}

fn count_request(update: UpdateItemFluentBuilder, mark: &str, left: &Left, forget_at: Option<Timestamp>) -> UpdateItemFluentBuilder {
    let mut request = update
        .return_values(ReturnValue::AllNew)
        .condition_expression(condition::COUNT)
        .expression_attribute_names("#mark", mark)
        .expression_attribute_values(":mark", text(left.mark.to_text()))
        .expression_attribute_values(":first", text(left.first.as_text()));
    let mut adds = Vec::new();
    for (index, (counter, by)) in left.tally.kept().enumerate() {
        request = request
            .expression_attribute_names(format!("#c{index}"), counter.name())
            .expression_attribute_values(format!(":c{index}"), number(by));
        adds.push(format!("#c{index} :c{index}"));
    }
    // What adds up to nothing moves the mark all the same, or a part of it could be counted when it comes again.
    let add = if adds.is_empty() { String::new() } else { format!(" ADD {}", adds.join(", ")) };
    let mut set = "SET #mark = :mark".to_owned();
    if let Some(at) = forget_at {
        request =
            request.expression_attribute_names("#forget_at", FORGET_AT).expression_attribute_values(":forget_at", number(at.seconds()));
        set.push_str(", #forget_at = :forget_at");
    }
    request.update_expression(set + &add)
}

fn read_mark(item: &Item, name: &str) -> Stored<Mark> {
    let read = Mark::from_text(Reader(item).text(name)?);
    read.ok_or_else(|| StoreError::Corrupt(format!("`{name}` is no mark")))
}

fn read_tally(item: &Item) -> Stored<Tally> {
    let mut tally = Tally::default();
    for name in item.keys() {
        if let Some(counter) = Counter::from_name(name) {
            tally.add(counter, Reader(item).number(name)?);
        }
    }
    Ok(tally)
}

fn read_day(item: &Item) -> Stored<Day> {
    let day = Reader(item).text(SK)?.strip_prefix(schema::DAY_SK);
    let day = day.and_then(|day| Day::try_from(day.to_owned()).ok());
    day.ok_or_else(|| StoreError::Corrupt("a day's key is none".to_owned()))
}

fn read_topic(item: &Item) -> Stored<Topic> {
    let name = Reader(item).text(SK)?.strip_prefix(schema::BUSINESS_TOPIC_SK);
    let topic = name.and_then(|name| Topic::try_from(name.to_owned()).ok());
    topic.ok_or_else(|| StoreError::Corrupt("a topic's key is none".to_owned()))
}
