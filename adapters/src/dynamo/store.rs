//! The store over one table, and what its commands have in common.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{ConditionCheck, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use ringonce_domain::address::{OptinAddress, PersonKey};
use ringonce_domain::call::CallId;
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::{Occupant, Optin, State, Step};
use ringonce_domain::person::Person;
use ringonce_domain::rules::{Revoke, Ruling};
use ringonce_domain::store::{Cursor, StoreError, Stored};
use ringonce_domain::time::Timestamp;

use crate::ambient::random;

use super::codec::{self, Item, key, text, time};
use super::failure::{self, Failure, unbuilt, undecided};
use super::schema::{self, DUE, DUE_AT, WAITING, WAITING_AT, condition};
use super::update::Update;

/// The store over one table.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    pub(super) client: Client,
    pub(super) table: String,
}

/// Waits before a transaction is repeated that met another one: several events of one person may be parked at once.
const CONFLICT_PAUSES: [Duration; 4] =
    [Duration::from_millis(20), Duration::from_millis(60), Duration::from_millis(180), Duration::from_millis(500)];

/// The condition failed where the rule allows the command: the two must be the same.
pub(super) fn disagreement(command: &str) -> StoreError {
    StoreError::Corrupt(format!("the condition of {command} failed over an item that its rule admits"))
}

impl DynamoStore {
    /// A store over `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Opens the connection and loads credentials, so that the first caller does not wait for either: a read of a key
    /// that never exists, which every function's role allows.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn prime(&self) -> Stored<()> {
        self.get(key("prime".to_owned(), "prime")).await.map(|_| ())
    }

    pub(super) async fn get(&self, key: Item) -> Stored<Option<Item>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);
        request.send().await.map(|answer| answer.item).map_err(undecided)
    }

    /// A reading of the whole table, from behind where an earlier one ended.
    pub(super) fn scan_after(&self, after: Option<&Cursor>) -> ScanFluentBuilder {
        let after = after.map(|Cursor([pk, sk])| key(pk.clone(), sk.as_str()));
        self.client.scan().table_name(&self.table).set_exclusive_start_key(after)
    }

    pub(super) fn update(&self, pk: String, sk: impl Into<String>) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(pk, sk)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    pub(super) fn optin_update(&self, address: OptinAddress, ask: CallId, step: Step) -> Update {
        let request = self.update(schema::person_pk(address.person), schema::optin_sk(address.topic));
        Update::transition(request.return_values(ReturnValue::AllNew), ask, step)
    }

    pub(super) fn any_optin_update(&self, address: OptinAddress, steps: &[Step]) -> Update {
        let request = self.update(schema::person_pk(address.person), schema::optin_sk(address.topic));
        Update::any_transition(request.return_values(ReturnValue::AllNew), steps)
    }

    pub(super) fn optin_edit(&self, address: OptinAddress, ask: CallId) -> Update {
        let request = self.update(schema::person_pk(address.person), schema::optin_sk(address.topic));
        Update::edit(request.return_values(ReturnValue::AllNew), ask)
    }

    /// Sends a transition; where its condition fails, the rule says over the old item why.
    pub(super) async fn transition<R>(
        &self,
        command: &str,
        request: UpdateItemFluentBuilder,
        rule: impl FnOnce(Option<&Optin>) -> Ruling<R>,
    ) -> Stored<Ruling<R>> {
        match self.try_transition(request, rule).await? {
            Tried::Done(ruling) | Tried::Failed(ruling @ (Ruling::Own(_) | Ruling::Refused(_))) => Ok(ruling),
            Tried::Failed(Ruling::Apply(_)) => Err(disagreement(command)),
        }
    }

    /// As [`DynamoStore::transition`], for a command whose rule may allow what this condition does not.
    pub(super) async fn try_transition<R>(
        &self,
        request: UpdateItemFluentBuilder,
        rule: impl FnOnce(Option<&Optin>) -> Ruling<R>,
    ) -> Stored<Tried<R>> {
        match request.send().await.map_err(failure::of_update) {
            Ok(done) => applied(done.attributes).map(Tried::Done),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Condition(item)) => {
                let standing = occupant_of(&item)?.and_then(Occupant::optin);
                Ok(Tried::Failed(rule(standing.as_ref())))
            }
        }
    }

    /// Sends an update of an item that must exist; false when it does not.
    pub(super) async fn update_existing(&self, request: UpdateItemFluentBuilder) -> Stored<bool> {
        failure::held(request.condition_expression(condition::EXISTS).send().await.map_err(failure::of_update))
    }

    pub(super) async fn delete(&self, key: Item) -> Stored<()> {
        self.client.delete_item().table_name(&self.table).set_key(Some(key)).send().await.map(|_| ()).map_err(undecided)
    }

    /// Puts an item of a person's, in one transaction with a look at the person: nothing that was asked for before an
    /// erasure comes back after it. A condition that fails is no fault: there is nothing to keep.
    pub(super) async fn put_unless_erased(&self, put: PutBuilder, person: PersonKey, asked_at: Timestamp) -> Stored<()> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key(schema::person_pk(person), schema::PERSON_SK)))
            .condition_expression(condition::NOT_ERASED_SINCE)
            .expression_attribute_values(":asked_at", time(asked_at))
            .build();
        let request = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put.build().map_err(unbuilt)?).build())
            .transact_items(TransactWriteItem::builder().condition_check(check.map_err(unbuilt)?).build());
        let mut result = request.clone().send().await;
        for pause in CONFLICT_PAUSES {
            if !result.as_ref().is_err_and(failure::is_conflict_cancelled) {
                break;
            }
            tokio::time::sleep(pause.mul_f64(1.0 + f64::from(random::<1>()[0]) / 256.0)).await;
            result = request.clone().send().await;
        }
        match result {
            Ok(_) => Ok(()),
            Err(error) if failure::is_condition_cancelled(&error) => Ok(()),
            Err(error) => Err(undecided(error)),
        }
    }

    pub(super) fn revocation(&self, revoke: &Revoke, to: State) -> Update {
        let step = Step { state: to, at: revoke.now, reason: Some(revoke.reason) };
        self.optin_update(revoke.address, revoke.ask, step).remove(&[WAITING, WAITING_AT, DUE, DUE_AT])
    }

    pub(super) fn person_update(&self, person: PersonKey) -> UpdateItemFluentBuilder {
        self.update(schema::person_pk(person), schema::PERSON_SK)
    }

    /// A query of what an index holds, at most `limit`.
    pub(super) fn index_query(&self, index: &str, condition: &str, limit: usize) -> QueryFluentBuilder {
        self.client.query().table_name(&self.table).index_name(index).key_condition_expression(condition).limit(most(limit))
    }

    /// A query of what stands with a business, under sort keys that begin so.
    pub(super) fn business_query(&self, business: &BusinessId, prefix: &str) -> QueryFluentBuilder {
        let (pk, _) = schema::business_key(business);
        self.client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":prefix", text(prefix))
    }
}

/// A limit as the SDK takes it.
pub(super) fn most(limit: usize) -> i32 {
    i32::try_from(limit).unwrap_or(i32::MAX)
}

/// What a query found on its page.
pub(super) async fn found(query: QueryFluentBuilder) -> Stored<Vec<Item>> {
    Ok(query.send().await.map_err(undecided)?.items.unwrap_or_default())
}

/// What came of a transition that was sent.
pub(super) enum Tried<R> {
    /// It was done.
    Done(Ruling<R>),
    /// Its condition did not hold; this is what the rule says over the old item.
    Failed(Ruling<R>),
}

fn applied<R>(new: Option<Item>) -> Stored<Ruling<R>> {
    let item = new.ok_or_else(|| StoreError::Corrupt("an update answered without its item".to_owned()))?;
    Ok(Ruling::Apply(Box::new(codec::read_optin(&item)?)))
}

pub(super) fn occupant_of(item: &Item) -> Stored<Option<Occupant>> {
    if item.is_empty() { Ok(None) } else { codec::read_occupant(item).map(Some) }
}

pub(super) fn person_of(item: &Item) -> Stored<Option<Person>> {
    if item.is_empty() { Ok(None) } else { codec::read_person(item).map(Some) }
}
