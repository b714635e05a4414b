//! The commands and reads of the hot path.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{ConditionCheck, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use ringonce_domain::address::{OptinAddress, PersonKey, TopicKey};
use ringonce_domain::call::CallId;
use ringonce_domain::caps::CapRuling;
use ringonce_domain::optin::{Occupant, Optin, State, Step};
use ringonce_domain::person::{self, Ask, AskRuling, Erase, EraseRuling, Person};
use ringonce_domain::rules::{
    self, Answer, AnswerRefusal, Attempt, AttemptFrom, AttemptRefusal, LostLease, Outcome, Redeem, RedeemRefusal, Revoke, RevokeRefusal,
    Ruling, Settle, Settler, Watch,
};
use ringonce_domain::store::{Due, ParkedEvent, PersonRecords, Store, StoreError, Stored};
use ringonce_domain::time::Timestamp;

use super::ask;
use super::codec::{self, Item, bytes, key, number, text, time};
use super::failure::{self, Failure, undecided};
use super::schema::{self, DUE, DUE_AT, DUE_INDEX, PK, SK, WAITING, WAITING_AT, WAITING_INDEX, attr, condition};
use super::update::Update;

/// The store over one table.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    pub(super) client: Client,
    pub(super) table: String,
}

/// The condition failed where the rule allows the command: the two must be the same.
fn disagreement(command: &str) -> StoreError {
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

    fn update(&self, pk: String, sk: impl Into<String>) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(pk, sk)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    fn optin_update(&self, address: OptinAddress, ask: CallId, step: Step) -> Update {
        let request = self.update(schema::person_pk(address.person), schema::optin_sk(address.topic));
        Update::transition(request.return_values(ReturnValue::AllNew), ask, step)
    }

    /// Sends a transition; where its condition fails, the rule says over the old item why.
    async fn transition<R>(
        &self,
        command: &str,
        request: UpdateItemFluentBuilder,
        rule: impl FnOnce(Option<&Optin>) -> Ruling<R>,
    ) -> Stored<Ruling<R>> {
        match request.send().await.map_err(failure::of_update) {
            Ok(done) => applied(done.attributes),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Condition(item)) => {
                let standing = occupant_of(&item)?.and_then(Occupant::optin);
                match rule(standing.as_ref()) {
                    Ruling::Apply(_) => Err(disagreement(command)),
                    ruling => Ok(ruling),
                }
            }
        }
    }

    /// Sends an update of an item that must exist; false when it does not.
    async fn update_existing(&self, request: UpdateItemFluentBuilder) -> Stored<bool> {
        match request.condition_expression(condition::EXISTS).send().await.map_err(failure::of_update) {
            Ok(_) => Ok(true),
            Err(Failure::Condition(_)) => Ok(false),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn delete(&self, key: Item) -> Stored<()> {
        self.client.delete_item().table_name(&self.table).set_key(Some(key)).send().await.map(|_| ()).map_err(undecided)
    }

    /// Puts an item of a person's, in one transaction with a look at the person: nothing that was asked for before an
    /// erasure comes back after it. A condition that fails is no fault: there is nothing to keep.
    async fn put_unless_erased(&self, put: PutBuilder, person: PersonKey, asked_at: Timestamp) -> Stored<()> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key(schema::person_pk(person), schema::PERSON_SK)))
            .condition_expression(condition::NOT_ERASED_SINCE)
            .expression_attribute_values(":asked_at", time(asked_at))
            .build();
        let built = |e: aws_sdk_dynamodb::error::BuildError| StoreError::Corrupt(e.to_string());
        let request = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put.build().map_err(built)?).build())
            .transact_items(TransactWriteItem::builder().condition_check(check.map_err(built)?).build());
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if failure::is_condition_cancelled(&error) => Ok(()),
            Err(error) => Err(undecided(error)),
        }
    }

    fn revocation(&self, revoke: &Revoke, to: State) -> Update {
        let step = Step { state: to, at: revoke.now, reason: Some(revoke.reason) };
        self.optin_update(revoke.address, revoke.ask, step).remove(&[WAITING, WAITING_AT, DUE, DUE_AT])
    }

    fn person_update(&self, person: PersonKey) -> UpdateItemFluentBuilder {
        self.update(schema::person_pk(person), schema::PERSON_SK)
    }

    async fn query_index(
        &self,
        index: &str,
        condition: &str,
        values: Vec<(&str, aws_sdk_dynamodb::types::AttributeValue)>,
        limit: usize,
    ) -> Stored<Vec<Item>> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let mut query = self.client.query().table_name(&self.table).index_name(index).key_condition_expression(condition).limit(limit);
        for (name, value) in values {
            query = query.expression_attribute_values(name, value);
        }
        Ok(query.send().await.map_err(undecided)?.items.unwrap_or_default())
    }
}

fn applied<R>(new: Option<Item>) -> Stored<Ruling<R>> {
    let item = new.ok_or_else(|| StoreError::Corrupt("an update answered without its item".to_owned()))?;
    Ok(Ruling::Apply(Box::new(codec::read_optin(&item)?)))
}

fn occupant_of(item: &Item) -> Stored<Option<Occupant>> {
    if item.is_empty() { Ok(None) } else { codec::read_occupant(item).map(Some) }
}

fn person_of(item: &Item) -> Stored<Option<Person>> {
    if item.is_empty() { Ok(None) } else { codec::read_person(item).map(Some) }
}

const ENDS: [State; 5] = [State::Declined, State::Sent, State::Failed, State::Unknown, State::Revoked];

#[async_trait]
impl Store for DynamoStore {
    async fn ask(&self, ask: &Ask) -> Stored<AskRuling> {
        match ask::request(&self.client, &self.table, ask).send().await.map_err(failure::of_update) {
            Ok(_) => Ok(AskRuling::Caps(CapRuling::Admitted)),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Condition(item)) => match person::rule(person_of(&item)?.as_ref(), ask) {
                AskRuling::Caps(CapRuling::Admitted) => Err(disagreement("ask")),
                ruling => Ok(ruling),
            },
        }
    }

    async fn answer(&self, answer: &Answer) -> Stored<Ruling<AnswerRefusal>> {
        if answer.link_has_expired() {
            return Ok(Ruling::Refused(AnswerRefusal::LinkExpired));
        }
        let made = answer.made();
        let mut put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(codec::optin_item(&made, schema::optin_sk(made.address.topic))))
            .condition_expression(condition::ANSWER)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .expression_attribute_names("#state", attr::STATE)
            .expression_attribute_values(":asked_at", time(made.asked_at))
            .expression_attribute_values(":ask", bytes(made.ask.as_bytes()))
            .expression_attribute_values(":now", time(answer.now))
            .expression_attribute_values(":granted", text(State::Granted.word()))
            .expression_attribute_values(":erased", text(schema::ERASED));
        for end in ENDS {
            put = put.expression_attribute_values(format!(":{end}"), text(end.word()));
        }
        match put.send().await.map_err(failure::of_put) {
            Ok(_) => Ok(Ruling::Apply(Box::new(made))),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Condition(item)) => match rules::answer(occupant_of(&item)?.as_ref(), answer) {
                Ruling::Apply(_) => Err(disagreement("answer")),
                ruling => Ok(ruling),
            },
        }
    }

    async fn redeem(&self, redeem: &Redeem) -> Stored<Ruling<RedeemRefusal>> {
        let step = Step { state: State::Queued, at: redeem.now, reason: None };
        let request = self
            .optin_update(redeem.address, redeem.ask, step)
            .states(&[State::Granted])
            .value(":now", time(redeem.now))
            .value(":caller", bytes(redeem.call.id.caller()))
            .value(":call", bytes(redeem.call.id.as_bytes()))
            .set("#call = :call")
            .put(attr::MESSAGE, text(redeem.message.to_json()))
            .count(attr::REDEMPTION)
            .remove(&[WAITING, WAITING_AT, attr::ATTEMPTS, attr::UNCLEAR, attr::LEASE])
            .when(condition::REDEEM);
        self.transition("redeem", request, |standing| rules::redeem(standing, redeem)).await
    }

    async fn attempt(&self, attempt: &Attempt) -> Stored<Ruling<AttemptRefusal>> {
        let reason = rules::attempt_reason(attempt.from);
        let step = Step { state: State::Attempting, at: attempt.now, reason };
        let update = self
            .optin_update(attempt.address, attempt.ask, step)
            .value(":redemption", number(attempt.redemption))
            .value(":now", time(attempt.now))
            .put(attr::ATTEMPT, bytes(&attempt.attempt.0))
            .put(attr::LEASE, time(attempt.lease))
            .count(attr::EPOCH)
            .count(attr::ATTEMPTS);
        let update = if attempt.watched {
            update.put(DUE, text(schema::due_shard(attempt.address.person))).put(DUE_AT, time(attempt.lease))
        } else {
            update.remove(&[DUE, DUE_AT])
        };
        let request = match attempt.from {
            AttemptFrom::Queue => update.states(&[State::Queued]).when(condition::ATTEMPT),
            AttemptFrom::EndedLease(epoch) => update
                .states(&[State::Attempting])
                .value(":epoch", number(epoch))
                .put(attr::UNCLEAR, aws_sdk_dynamodb::types::AttributeValue::Bool(true))
                .when(condition::TAKE_OVER),
        };
        self.transition("attempt", request, |standing| rules::attempt(standing, attempt)).await
    }

    async fn settle(&self, settle: &Settle) -> Stored<Ruling<LostLease>> {
        let (state, reason) = settle.outcome.leads_to();
        let step = Step { state, at: settle.now, reason: Some(reason) };
        let update = self.optin_update(settle.address, settle.ask, step).value(":redemption", number(settle.redemption));
        let update = settle_outcome(update.remove(&[attr::LEASE]), settle);
        let request = match settle.by {
            Settler::Attempt(attempt, epoch) => update
                .states(&[State::Attempting])
                .value(":attempt", bytes(&attempt.0))
                .value(":epoch", number(epoch))
                .when(condition::SETTLE_ATTEMPT),
            Settler::Queue(attempt, version) => update
                .states(&[State::Queued])
                .value(":version", number(version))
                .put(attr::ATTEMPT, bytes(&attempt.0))
                .when(condition::SETTLE_QUEUED),
            Settler::EndedLease(epoch) => update
                .states(&[State::Attempting])
                .value(":epoch", number(epoch))
                .value(":now", time(settle.now))
                .when(condition::SETTLE_ENDED_LEASE),
        };
        self.transition("settle", request, |standing| rules::settle(standing, settle)).await
    }

    /// A second write only for a message that may have gone out: the first finds that it is one.
    async fn revoke(&self, revoke: &Revoke) -> Stored<Ruling<RevokeRefusal>> {
        let plain = self.revocation(revoke, State::Revoked).states(&[State::Granted, State::Queued]).when(condition::REVOKE);
        match plain.send().await.map_err(failure::of_update) {
            Ok(done) => applied(done.attributes),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Condition(item)) => {
                let standing = occupant_of(&item)?.and_then(Occupant::optin);
                match rules::revoke(standing.as_ref(), revoke) {
                    Ruling::Apply(new) if new.state == State::Unknown => {
                        let unclear = self.revocation(revoke, State::Unknown).states(&[State::Queued]).when(condition::REVOKE_UNCLEAR);
                        self.transition("revoke", unclear, |standing| rules::revoke(standing, revoke)).await
                    }
                    Ruling::Apply(_) => Err(disagreement("revoke")),
                    ruling => Ok(ruling),
                }
            }
        }
    }

    async fn watch(&self, watch: &Watch) -> Stored<bool> {
        let request = self
            .update(schema::person_pk(watch.address.person), schema::optin_sk(watch.address.topic))
            .update_expression("SET due = :due, due_at = :due_at")
            .condition_expression(condition::WATCH)
            .expression_attribute_names("#state", attr::STATE)
            .expression_attribute_values(":due", text(schema::due_shard(watch.address.person)))
            .expression_attribute_values(":due_at", time(watch.due_at))
            .expression_attribute_values(":attempting", text(State::Attempting.word()))
            .expression_attribute_values(":ask", bytes(watch.ask.as_bytes()))
            .expression_attribute_values(":epoch", number(watch.epoch));
        match request.send().await.map_err(failure::of_update) {
            Ok(_) => Ok(true),
            Err(Failure::Condition(_)) => Ok(false),
            Err(Failure::Store(error)) => Err(error),
        }
    }

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
        match put.send().await.map_err(failure::of_put) {
            Ok(_) | Err(Failure::Condition(_)) => Ok(()),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn forget_past(&self, person: PersonKey, ask: CallId) -> Stored<()> {
        self.delete(key(schema::person_pk(person), schema::past_sk(ask))).await
    }

    async fn park(&self, event: &ParkedEvent) -> Stored<()> {
        let put = Put::builder().table_name(&self.table).set_item(Some(codec::parked_item(event))).condition_expression(condition::IS_NEW);
        self.put_unless_erased(put, event.person, event.asked_at).await
    }

    async fn parked(&self, person: PersonKey, id: &str) -> Stored<Option<ParkedEvent>> {
        let item = self.get(key(schema::person_pk(person), schema::parked_sk(id))).await?;
        item.as_ref().map(codec::read_parked).transpose()
    }

    async fn reschedule(&self, seen: &ParkedEvent, to: &ParkedEvent) -> Stored<bool> {
        let Some(seen_at) = seen.due_at else {
            return Ok(false);
        };
        let base = self
            .update(schema::person_pk(seen.person), schema::parked_sk(&seen.event.id))
            .condition_expression(condition::RESCHEDULE)
            .expression_attribute_values(":seen", time(seen_at))
            .expression_attribute_values(":attempts", number(to.attempts));
        let request = match to.due_at {
            Some(next) => {
                base.update_expression("SET attempts = :attempts, due_at = :next").expression_attribute_values(":next", time(next))
            }
            None => base.update_expression("SET attempts = :attempts REMOVE due, due_at"),
        };
        match request.send().await.map_err(failure::of_update) {
            Ok(_) => Ok(true),
            Err(Failure::Condition(_)) => Ok(false),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn unpark(&self, person: PersonKey, id: &str) -> Stored<()> {
        self.delete(key(schema::person_pk(person), schema::parked_sk(id))).await
    }

    async fn due(&self, shard: u8, now: Timestamp, limit: usize) -> Stored<Vec<Due>> {
        let values = vec![(":shard", text(shard.to_string())), (":now", time(now))];
        let items = self.query_index(DUE_INDEX, "due = :shard AND due_at <= :now", values, limit).await?;
        Ok(items.iter().filter_map(read_due).collect())
    }

    async fn waiting(&self, topic: TopicKey, shard: u8, limit: usize) -> Stored<Vec<PersonKey>> {
        let values = vec![(":waiting", text(schema::waiting_key(topic, shard)))];
        let items = self.query_index(WAITING_INDEX, "waiting = :waiting", values, limit).await?;
        items.iter().map(|item| person_key(item).ok_or_else(foreign_item)).collect()
    }
}

/// What an outcome sets and removes.
fn settle_outcome(update: Update, settle: &Settle) -> Update {
    match settle.outcome {
        Outcome::Sent | Outcome::Failed(_) | Outcome::Unknown(_) => update.remove(&[DUE, DUE_AT]),
        Outcome::Returned(_) => {
            let (hash, range) = codec::waiting(&settle.address, settle.granted_at);
            update.put(WAITING, text(hash)).put(WAITING_AT, text(range)).count(attr::RETURNS).remove(&[attr::MESSAGE, DUE, DUE_AT])
        }
        Outcome::Parked { due_at, unclear, .. } => {
            let update = update.put(DUE, text(schema::due_shard(settle.address.person))).put(DUE_AT, time(due_at));
            if unclear { update.put(attr::UNCLEAR, aws_sdk_dynamodb::types::AttributeValue::Bool(true)) } else { update }
        }
    }
}

fn person_key(item: &Item) -> Option<PersonKey> {
    schema::person_of(item.get(PK)?.as_s().ok()?)
}

fn foreign_item() -> StoreError {
    StoreError::Corrupt("an index names an item of another kind".to_owned())
}

/// What an index row names. One of another kind is passed over: it must not hold up the rest of its shard.
fn read_due(item: &Item) -> Option<Due> {
    let due = || {
        let person = person_key(item)?;
        let sk = item.get(SK)?.as_s().ok()?;
        match sk.strip_prefix(schema::PARKED_SK) {
            Some(event) => Some(Due::Event(person, event.to_owned())),
            None => schema::topic_of(sk).map(|topic| Due::Optin(OptinAddress { person, topic })),
        }
    };
    let due = due();
    if due.is_none() {
        tracing::error!(error = %foreign_item(), "passed over");
    }
    due
}

fn collect(records: &mut PersonRecords, item: &Item) -> Stored<()> {
    let sk = codec::Reader(item).text(SK)?;
    if sk == schema::PERSON_SK {
        records.person = Some(codec::read_person(item)?);
    } else if sk.starts_with(schema::OPTIN_SK) {
        records.optins.extend(codec::read_occupant(item)?.optin());
    } else if sk.starts_with(schema::PAST_SK) {
        records.past.push(codec::read_optin(item)?);
    } else if sk.starts_with(schema::PARKED_SK) {
        records.parked.push(codec::read_parked(item)?);
    }
    Ok(())
}
