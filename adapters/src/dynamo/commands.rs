//! The commands on opt-ins: each one conditional write, and where it fails, the rule over the old item says why.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use ringonce_domain::caps::CapRuling;
use ringonce_domain::optin::{Optin, State, Step};
use ringonce_domain::person::{self, Ask, AskRuling};
use ringonce_domain::rules::{
    self, Answer, AnswerRefusal, Attempt, AttemptFrom, AttemptRefusal, LostLease, Outcome, Redeem, RedeemRefusal, Revoke, RevokeRefusal,
    Ruling, Settle, Settler, Watch,
};
use ringonce_domain::store::{Commands, Stored};

use super::ask;
use super::codec::{self, bytes, number, text, time};
use super::failure::{self, Failure};
use super::schema::{self, DUE, DUE_AT, WAITING, WAITING_AT, attr, condition};
use super::store::{DynamoStore, Tried, disagreement, occupant_of, person_of};
use super::update::Update;

const ENDS: [State; 5] = [State::Declined, State::Sent, State::Failed, State::Unknown, State::Revoked];

#[async_trait]
impl Commands for DynamoStore {
    async fn ask(&self, ask: &Ask) -> Stored<AskRuling> {
        match ask::request(self.person_update(ask.person), ask).send().await.map_err(failure::of_update) {
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
                .put(attr::UNCLEAR, AttributeValue::Bool(true))
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
        let rule = |standing: Option<&Optin>| rules::revoke(standing, revoke);
        match self.try_transition(plain, rule).await? {
            Tried::Failed(Ruling::Apply(new)) if new.state == State::Unknown => {
                let unclear = self.revocation(revoke, State::Unknown).states(&[State::Queued]).when(condition::REVOKE_UNCLEAR);
                self.transition("revoke", unclear, rule).await
            }
            Tried::Failed(Ruling::Apply(_)) => Err(disagreement("revoke")),
            Tried::Done(ruling) | Tried::Failed(ruling) => Ok(ruling),
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
        failure::held(request.send().await.map_err(failure::of_update))
    }
}

/// What an outcome sets and removes.
fn settle_outcome(update: Update, settle: &Settle) -> Update {
    match settle.outcome {
        Outcome::Sent | Outcome::Failed(_) | Outcome::Unknown(_) => update.remove(&[DUE, DUE_AT]),
        Outcome::Returned(_) => {
            let (hash, range) = codec::waiting(&settle.address, settle.granted_at);
            update
                .put(WAITING, text(hash))
                .put(WAITING_AT, text(range))
                .value(":none", codec::calls(&[]))
                .value(":returned", codec::calls(&[settle.call]))
                .value(":returned_callers", codec::callers(&[settle.call]))
                .set("returned = list_append(if_not_exists(returned, :none), :returned)")
                .set("returned_callers = list_append(if_not_exists(returned_callers, :none), :returned_callers)")
                .remove(&[attr::MESSAGE, DUE, DUE_AT])
        }
        Outcome::Parked { due_at, unclear, .. } => {
            let update = update.put(DUE, text(schema::due_shard(settle.address.person))).put(DUE_AT, time(due_at));
            if unclear { update.put(attr::UNCLEAR, AttributeValue::Bool(true)) } else { update }
        }
    }
}
