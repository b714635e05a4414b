//! The commands on opt-ins: each one conditional write, and where it fails, the rule over the old item says why.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use ringonce_domain::address::OptinAddress;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::CallId;
use ringonce_domain::caps::CapRuling;
use ringonce_domain::optin::{KEPT_AFTER, Occupant, Optin, Reason, State, Step, TOKEN_LIFE};
use ringonce_domain::person::{self, Ask, AskRuling};
use ringonce_domain::retry::MOST_RETURNS;
use ringonce_domain::rules::{
    self, Answer, AnswerRefusal, Attempt, AttemptFrom, AttemptRefusal, Cancel, Confirm, ConfirmRefusal, LAST_START, Lapse, LostLease,
    NotLapsed, NotTaken, Outcome, Redeem, RedeemRefusal, Remind, Reschedule, Revoke, RevokeRefusal, Ruling, ScheduleRefusal, Settle,
    Settler, Start, StartRefusal, Take, Watch,
};
use ringonce_domain::store::{Commands, People, Stored};
use ringonce_domain::time::Timestamp;

use super::ask;
use super::codec::{self, bytes, number, text, time};
use super::failure::{self, Failure};
use super::schema::{self, DUE, DUE_AT, FORGET_AT, WAITING, WAITING_AT, attr, condition};
use super::store::{DynamoStore, Tried, disagreement, occupant_of, person_of};
use super::update::Update;

const ENDS: [State; 6] = [State::Declined, State::Sent, State::Failed, State::Unknown, State::Revoked, State::Expired];

/// From which a revocation leads to an end, where nothing may have gone out.
const REVOCABLE: [State; 4] = [State::Confirming, State::Granted, State::Scheduled, State::Queued];

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
            .expression_attribute_values(":confirming", text(State::Confirming.word()))
            .expression_attribute_values(":to_hash", bytes(&answer.address_hash()))
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
        if redeem.send_at.is_some_and(|at| at <= redeem.now) {
            // No condition lets it through: but it may be the repeat of a call that came in time.
            let standing = self.occupant(redeem.address).await?.and_then(Occupant::optin);
            return Ok(rules::redeem(standing.as_ref(), redeem));
        }
        let step = Step { state: redeem.leads_to(), at: redeem.now, reason: None };
        let update = self
            .optin_update(redeem.address, redeem.ask, step)
            .states(&[State::Granted])
            .value(":caller", bytes(redeem.call.id.caller()))
            .value(":call", bytes(redeem.call.id.as_bytes()))
            .set("#call = :call")
            .put(attr::MESSAGE, text(redeem.message.to_json()))
            .count(attr::REDEMPTION)
            .remove(&[WAITING, WAITING_AT, attr::RELEASE, attr::ATTEMPTS, attr::UNCLEAR, attr::LEASE]);
        let request = match redeem.send_at {
            Some(at) => due_at(update, redeem.address, at).value(":alive_at", time(at + LAST_START)).when(condition::REDEEM_LATER),
            None => update.value(":now", time(redeem.now)).when(condition::REDEEM),
        };
        self.transition("redeem", request, |standing| rules::redeem(standing, redeem)).await
    }

    async fn take(&self, take: &Take) -> Stored<Ruling<NotTaken>> {
        let update = self
            .any_optin_update(take.address, &take.steps())
            .states(&[State::Granted])
            .value(":now", time(take.now))
            .value(":caller", bytes(take.call.caller()))
            .value(":call", bytes(take.call.as_bytes()))
            .set("#call = :call")
            .put(attr::RELEASE, bytes(take.release.as_bytes()))
            .count(attr::REDEMPTION)
            .remove(&[WAITING, WAITING_AT, attr::MESSAGE, attr::ATTEMPTS, attr::UNCLEAR, attr::LEASE]);
        let request = match take.to_inbox {
            Some(attempt) => update.put(attr::ATTEMPT, bytes(&attempt.0)).value(":inbox", text(ChannelKind::Inbox.name())).when(&format!(
                "{} AND {}",
                condition::FOR_INBOX,
                condition::TAKE
            )),
            None => update.when(condition::TAKE),
        };
        self.transition("take", request, |standing| rules::take(standing, take)).await
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
            AttemptFrom::EndedLease(epoch) => {
                update.value(":epoch", number(epoch)).put(attr::UNCLEAR, AttributeValue::Bool(true)).when(condition::TAKE_OVER)
            }
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
            Settler::EndedLease(epoch) => {
                update.value(":epoch", number(epoch)).value(":now", time(settle.now)).when(condition::SETTLE_ENDED_LEASE)
            }
            Settler::Restored(version) => update
                .states(&[State::Scheduled, State::Queued, State::Attempting])
                .value(":version", number(version))
                .when(condition::SETTLE_RESTORED),
        };
        self.transition("settle", request, |standing| rules::settle(standing, settle)).await
    }

    /// A second write only for a message that may have gone out: the first finds that it is one.
    async fn revoke(&self, revoke: &Revoke) -> Stored<Ruling<RevokeRefusal>> {
        let plain = self.revocation(revoke, State::Revoked).states(&REVOCABLE).when(condition::REVOKE);
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

    async fn confirm(&self, confirm: &Confirm) -> Stored<Ruling<ConfirmRefusal>> {
        // Where it waits in the line is said by the channel, which the item alone knows: an address is confirmed by e-mail.
        let (hash, range) = codec::waiting(&confirm.address, confirm.now, ChannelKind::Email);
        let step = Step { state: State::Granted, at: confirm.now, reason: None };
        let expires_at = confirm.now + TOKEN_LIFE;
        let request = self
            .optin_update(confirm.address, confirm.ask, step)
            .states(&[State::Confirming])
            .value(":to_hash", bytes(&confirm.hash))
            .value(":now", time(confirm.now))
            .put(attr::EXPIRES_AT, time(expires_at))
            .put(FORGET_AT, number((expires_at + KEPT_AFTER).seconds()))
            .put(WAITING, text(hash))
            .put(WAITING_AT, text(range))
            .remove(&[DUE, DUE_AT, attr::ATTEMPTS])
            .when(condition::CONFIRM);
        self.transition("confirm", request, |standing| rules::confirm(standing, confirm)).await
    }

    async fn remind(&self, remind: &Remind) -> Stored<bool> {
        let update = Update::change(self.update(schema::person_pk(remind.address.person), schema::optin_sk(remind.address.topic)))
            .value(":ask", bytes(remind.ask.as_bytes()))
            .states(&[State::Confirming])
            .value(":to_hash", bytes(&remind.hash))
            .put(attr::ATTEMPTS, number(remind.seen + 1));
        let update = match remind.due_at {
            Some(at) => due_at(update, remind.address, at),
            None => update.remove(&[DUE, DUE_AT]),
        };
        let request = match remind.seen {
            0 => update.when(condition::REMIND_FIRST),
            seen => update.value(":seen", number(seen)).when(condition::REMIND),
        };
        failure::held(request.send().await.map_err(failure::of_update))
    }

    async fn start(&self, start: &Start) -> Stored<Ruling<StartRefusal>> {
        let step = Step { state: State::Queued, at: start.now, reason: None };
        let request = self
            .optin_update(start.address, start.ask, step)
            .states(&[State::Scheduled])
            .value(":redemption", number(start.redemption))
            .value(":due_by", time(start.due_by()))
            .value(":alive_at", time(start.alive_at()))
            .remove(&[DUE, DUE_AT])
            .when(condition::START);
        self.transition("start", request, |standing| rules::start(standing, start)).await
    }

    async fn lapse(&self, lapse: &Lapse) -> Stored<Ruling<NotLapsed>> {
        let step = Step { state: State::Expired, at: lapse.now, reason: Some(Reason::Expired) };
        let request = self
            .optin_update(lapse.address, lapse.ask, step)
            .states(&[State::Confirming, State::Granted, State::Scheduled])
            .value(":over_by", time(lapse.over_by()))
            .remove(&[WAITING, WAITING_AT, DUE, DUE_AT])
            .when(condition::LAPSE);
        self.transition("lapse", request, |standing| rules::lapse(standing, lapse)).await
    }

    async fn cancel(&self, cancel: &Cancel) -> Stored<Ruling<ScheduleRefusal>> {
        let step = Step { state: State::Granted, at: cancel.now, reason: Some(Reason::Cancelled) };
        let update = self
            .optin_update(cancel.address, cancel.ask, step)
            .states(&[State::Scheduled])
            .value(":redemption", number(cancel.redemption))
            .value(":most_returns", number(MOST_RETURNS));
        let request =
            give_back(update, codec::waiting(&cancel.address, cancel.granted_at, cancel.channel), cancel.call).when(condition::CANCEL);
        self.transition("cancel", request, |standing| rules::cancel(standing, cancel)).await
    }

    async fn reschedule(&self, reschedule: &Reschedule) -> Stored<Ruling<ScheduleRefusal>> {
        let rule = |standing: Option<&Optin>| rules::reschedule(standing, reschedule);
        if reschedule.send_at <= reschedule.now {
            let standing = self.occupant(reschedule.address).await?.and_then(Occupant::optin);
            return Ok(rule(standing.as_ref()));
        }
        let update = self
            .optin_edit(reschedule.address, reschedule.ask)
            .states(&[State::Scheduled])
            .value(":redemption", number(reschedule.redemption))
            .value(":alive_at", time(reschedule.send_at + LAST_START));
        let request = due_at(update, reschedule.address, reschedule.send_at).when(condition::RESCHEDULE);
        self.transition("reschedule", request, rule).await
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

/// Has the sweep take the opt-in up at that time.
fn due_at(update: Update, address: OptinAddress, at: Timestamp) -> Update {
    update.put(DUE, text(schema::due_shard(address.person))).put(DUE_AT, time(at))
}

/// Gives the token back: it waits again where it waited, and the call is remembered.
fn give_back(update: Update, (hash, range): (String, String), call: CallId) -> Update {
    update
        .put(WAITING, text(hash))
        .put(WAITING_AT, text(range))
        .value(":none", codec::calls(&[]))
        .value(":returned", codec::calls(&[call]))
        .value(":returned_callers", codec::callers(&[call]))
        .set("returned = list_append(if_not_exists(returned, :none), :returned)")
        .set("returned_callers = list_append(if_not_exists(returned_callers, :none), :returned_callers)")
        .remove(&[attr::MESSAGE, attr::RELEASE, DUE, DUE_AT])
}

/// What an outcome sets and removes.
fn settle_outcome(update: Update, settle: &Settle) -> Update {
    match settle.outcome {
        Outcome::Sent | Outcome::Failed(_) | Outcome::Unknown(_) => update.remove(&[DUE, DUE_AT]),
        Outcome::Returned(_) => give_back(update, codec::waiting(&settle.address, settle.granted_at, settle.channel), settle.call),
        Outcome::Parked { due_at: at, unclear, .. } => {
            let update = due_at(update, settle.address, at);
            if unclear { update.put(attr::UNCLEAR, AttributeValue::Bool(true)) } else { update }
        }
    }
}
