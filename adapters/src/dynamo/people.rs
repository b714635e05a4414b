//! The person items, and everything that stands beside one.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{KeysAndAttributes, Put};
use futures_util::future::try_join_all;
use ringonce_domain::address::{OptinAddress, PersonKey};
use ringonce_domain::call::CallId;
use ringonce_domain::optin::{Occupant, Optin};
use ringonce_domain::person::{self, Erase, EraseRuling, Person};
use ringonce_domain::store::{People, PersonRecords, StoreError, Stored};
use ringonce_domain::time::Timestamp;
use tokio::time::sleep;

use super::addresses;
use super::codec::{self, Item, bytes, key, text, time};
use super::failure::{self, Failure, unbuilt, undecided};
use super::schema::{self, DUE, DUE_AT, SK, WAITING, WAITING_AT, condition};
use super::store::{DynamoStore, person_of};
use crate::ambient::random;

/// DynamoDB reads no more items by one request.
const MOST_OF_A_BATCH: usize = 100;
/// How often what a request left unread is asked for.
const MOST_TRIES: u32 = 5;
/// How long it waits before it asks a second time, at the most; each further wait is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(40);

#[async_trait]
impl People for DynamoStore {
    async fn block(&self, person: PersonKey, now: Timestamp) -> Stored<bool> {
        let request = self.person_update(person).update_expression("SET blocked_at = if_not_exists(blocked_at, :now)");
        self.update_existing(request.expression_attribute_values(":now", time(now))).await
    }

    async fn unblock(&self, person: PersonKey) -> Stored<bool> {
        self.update_existing(self.person_update(person).update_expression("REMOVE blocked_at")).await
    }

    async fn erase(&self, erase: &Erase) -> Stored<EraseRuling> {
        let request = self
            .person_update(erase.person)
            .update_expression("SET erased_at = :now, erased_by = :call REMOVE link")
            .condition_expression(condition::ERASE)
            .expression_attribute_values(":now", time(erase.now))
            .expression_attribute_values(":call", bytes(erase.call.as_bytes()))
            .expression_attribute_values(":caller", bytes(erase.call.caller()));
        match request.send().await.map_err(failure::of_update) {
            Ok(_) => Ok(EraseRuling::Erased(erase.now)),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Condition(item)) => Ok(person::rule_erase(person_of(&item)?.as_ref(), erase)),
        }
    }

    async fn person(&self, person: PersonKey) -> Stored<Option<Person>> {
        let item = self.get(key(schema::person_pk(person), schema::PERSON_SK)).await?;
        item.as_ref().map(codec::read_person).transpose()
    }

    async fn people(&self, people: &[PersonKey]) -> Stored<Vec<Person>> {
        let read = try_join_all(people.chunks(MOST_OF_A_BATCH).map(|chunk| self.chunk_of_people(chunk))).await?;
        read.iter().flatten().map(codec::read_person).collect()
    }

    async fn occupant(&self, address: OptinAddress) -> Stored<Option<Occupant>> {
        let item = self.get(key(schema::person_pk(address.person), schema::optin_sk(address.topic))).await?;
        item.as_ref().map(codec::read_occupant).transpose()
    }

    async fn past(&self, person: PersonKey, ask: CallId) -> Stored<Option<Optin>> {
        let item = self.get(key(schema::person_pk(person), schema::past_sk(ask))).await?;
        item.as_ref().map(codec::read_optin).transpose()
    }

    async fn records(&self, person: PersonKey) -> Stored<PersonRecords> {
        let query = self.client.query().table_name(&self.table).consistent_read(true).key_condition_expression("pk = :pk");
        let mut pages = query.expression_attribute_values(":pk", text(schema::person_pk(person))).into_paginator().items().send();
        let mut records = PersonRecords::default();
        while let Some(item) = pages.next().await {
            collect(&mut records, &item.map_err(undecided)?)?;
        }
        Ok(records)
    }

    async fn archive(&self, optin: &Optin) -> Stored<()> {
        let mut item = codec::optin_item(optin, schema::past_sk(optin.ask));
        item.insert(codec::PAST_TOPIC.to_owned(), text(optin.address.topic.to_text()));
        for index_key in [WAITING, WAITING_AT, DUE, DUE_AT] {
            item.remove(index_key);
        }
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        self.put_unless_erased(put, optin.address.person, optin.asked_at).await
    }

    async fn bury(&self, address: OptinAddress, erased_at: Timestamp) -> Stored<()> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(codec::tombstone_item(&address, erased_at)))
            .condition_expression(condition::BURY)
            .expression_attribute_values(":erased_at", time(erased_at));
        // Where the condition does not hold something later stands, and it stays.
        failure::held(put.send().await.map_err(failure::of_put)).map(|_| ())
    }

    async fn forget_past(&self, person: PersonKey, ask: CallId) -> Stored<()> {
        self.delete(key(schema::person_pk(person), schema::past_sk(ask))).await
    }
}

impl DynamoStore {
    async fn chunk_of_people(&self, people: &[PersonKey]) -> Stored<Vec<Item>> {
        let mut left = people.iter().map(|person| key(schema::person_pk(*person), schema::PERSON_SK)).collect::<Vec<_>>();
        let mut read = Vec::with_capacity(left.len());
        for asked in 0..MOST_TRIES {
            if asked > 0 {
                sleep(pause(asked)).await;
            }
            let wanted = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true).build().map_err(unbuilt)?;
            let answer = self.client.batch_get_item().request_items(&self.table, wanted).send().await.map_err(undecided)?;
            read.extend(answer.responses.unwrap_or_default().into_values().flatten());
            left = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|unread| unread.keys).collect();
            if left.is_empty() {
                return Ok(read);
            }
        }
        Err(StoreError::Unavailable("people are left unread".to_owned()))
    }
}

/// What is left unread is a partition's that has enough to do: whoever asks again at once adds to that.
fn pause(asked: u32) -> Duration {
    let [jitter] = random();
    let longest = FIRST_PAUSE * 2_u32.pow(asked - 1);
    longest / 2 + longest / 2 * u32::from(jitter) / 256
}

fn collect(records: &mut PersonRecords, item: &Item) -> Stored<()> {
    let sk = codec::Reader(item).text(SK)?;
    if sk == schema::PERSON_SK {
        records.person = Some(codec::read_person(item)?);
    } else if sk.starts_with(schema::OPTIN_SK) {
        match codec::read_occupant(item)? {
            Occupant::Optin(optin) => records.optins.push(*optin),
            Occupant::Erased(at) => records.tombstones.extend(schema::topic_of(sk).map(|topic| (topic, at))),
        }
    } else if sk.starts_with(schema::PAST_SK) {
        records.past.push(codec::read_optin(item)?);
    } else if sk.starts_with(schema::PARKED_SK) {
        records.parked.push(codec::read_parked(item)?);
    } else if sk.starts_with(schema::KNOWN_ADDRESS_SK) {
        records.addresses.push(addresses::read(item)?);
    }
    Ok(())
}
