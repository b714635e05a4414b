//! Races under faults at the SDK's connector: answers lost before and after the write, errors, throttling, conflicts, slow
//! lines. What came of them is counted, and each history is checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use ringonce_domain::caps::CapRuling;
use ringonce_domain::optin::{Occupant, Optin};
use ringonce_domain::person::AskRuling;
use ringonce_domain::rules::Ruling;
use ringonce_domain::store::{Commands, People, StoreError};

use crate::connector::Fault;
use crate::dice::Dice;
use crate::engine::Engine;
use crate::linear::{Model, Span, is_linearizable};
use ringonce_memory::fixture::{self, Subject, at, call, subject, subject_of};

/// What came of many races.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Raced {
    /// Calls.
    pub calls: u64,
    /// Those that got an answer, whichever.
    pub answered: u64,
    /// Races that more than one won, or that one won and lost: the table holds another's message than its winner's.
    pub double: u64,
    /// Winners who were told no.
    pub winners_told_no: u64,
    /// Histories that no order explains.
    pub unexplained: u64,
}

impl Raced {
    /// What is against a promise.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.double + self.winners_told_no + self.unexplained
    }

    fn and(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            answered: self.answered + other.answered,
            double: self.double + other.double,
            winners_told_no: self.winners_told_no + other.winners_told_no,
            unexplained: self.unexplained + other.unexplained,
        }
    }
}

/// One call of a race on a token, as it was answered.
#[derive(Debug, Clone, Copy)]
pub enum TokenCall {
    /// A redemption by that caller: whether it is theirs.
    Redeem(u64, Option<bool>),
    /// A revocation: whether it holds.
    Revoke(Option<bool>),
}

/// A token as callers know it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token {
    redeemed_by: Option<u64>,
    is_revoked: bool,
}

/// One token: one redemption, or a revocation before or after it.
pub struct OfOneToken;

impl Model for OfOneToken {
    type State = Token;
    type Call = TokenCall;

    fn begin() -> Token {
        Token { redeemed_by: None, is_revoked: false }
    }

    fn step(state: &Token, call: &TokenCall) -> Vec<Token> {
        let (after, holds, told) = match call {
            TokenCall::Redeem(caller, told) => {
                let free = state.redeemed_by.is_none() && !state.is_revoked;
                let redeemed_by = if free { Some(*caller) } else { state.redeemed_by };
                (Token { redeemed_by, ..state.clone() }, redeemed_by == Some(*caller), told)
            }
            TokenCall::Revoke(told) => (Token { is_revoked: true, ..state.clone() }, true, told),
        };
        if told.is_none_or(|told| told == holds) { vec![after] } else { Vec::new() }
    }
}

/// Questions to one person about different things, at most so many of which are let through.
pub struct OfOneCap;

/// How many the caps of the fixture's business let through.
const CAP: u64 = 5;

impl Model for OfOneCap {
    type State = u64;
    type Call = Option<bool>;

    fn begin() -> u64 {
        0
    }

    fn step(asked: &u64, told: &Option<bool>) -> Vec<u64> {
        let admitted = *asked < CAP;
        if told.is_none_or(|told| told == admitted) { vec![asked + u64::from(admitted)] } else { Vec::new() }
    }
}

/// Has `percent` of all requests go wrong from now on, in any way.
pub fn inject(engine: &Engine, percent: u64, seed: u64) {
    let mut dice = Dice(seed);
    engine.meter.choose_faults(move |operation| {
        let faulty = dice.roll(100) < percent;
        let fault = dice.one_of(&[
            Fault::LostBefore,
            Fault::LostAfter,
            Fault::LostAfter,
            Fault::ServerError,
            Fault::Throttled,
            Fault::TransactionConflict,
            Fault::Slow(20),
        ]);
        (faulty && matches!(operation, "UpdateItem" | "PutItem")).then_some(fault)
    });
}

/// How many of a race's rounds share an engine: its stream grows with each write.
const ROUNDS_OF_AN_ENGINE: u64 = 250;

/// How many races are run at a time: more, and the engine is late, which is a fault that was not injected.
const AT_ONCE: usize = 12;

/// Races of `racers` redemptions and one revocation, one race for each token, with `percent` of the requests going wrong.
pub async fn tokens(rounds: u64, racers: u64, percent: u64, seed: u64) -> Raced {
    in_rounds(rounds, async |engine, round| one_token(engine, round, racers, seed).await, percent, seed).await
}

/// Races of `racers` questions to one person each.
pub async fn caps(rounds: u64, racers: u64, percent: u64, seed: u64) -> Raced {
    in_rounds(rounds, async |engine, round| one_cap(engine, round, racers).await, percent, seed).await
}

async fn in_rounds(rounds: u64, race: impl AsyncFn(&Engine, u64) -> Raced, percent: u64, seed: u64) -> Raced {
    let mut all = Raced::default();
    for begin in (0..rounds).step_by(usize::try_from(ROUNDS_OF_AN_ENGINE).unwrap()) {
        let engine = Engine::embedded().await;
        let race = &race;
        let engine = &engine;
        inject(engine, percent, seed + begin);
        let races = stream::iter(begin..rounds.min(begin + ROUNDS_OF_AN_ENGINE)).map(|round| race(engine, round));
        all = races.buffer_unordered(AT_ONCE).fold(all, async |all, raced| all.and(raced)).await;
    }
    all
}

/// The order in which calls began and were answered.
#[derive(Default)]
struct Order(AtomicU64);

impl Order {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

async fn one_token(engine: &Engine, round: u64, racers: u64, seed: u64) -> Raced {
    let subject = Arc::new(subject(&fixture::keys(), &format!("token-{round}")));
    while engine.store.answer(&subject.grant(call(1, 0, false), at(0), at(1))).await.is_err() {}
    let order = Order::default();
    let redeem = async |caller: u64| {
        let from = order.next();
        let command = subject.redeem(call(1, 0, false), call(100 + caller, caller, true), &format!("text-{caller}"), at(2));
        let answer = told(engine.store.redeem(&command).await);
        Span { from, to: answer.is_some().then(|| order.next()), call: TokenCall::Redeem(caller, answer) }
    };
    let redeems = join_all((0..racers).map(redeem));
    let (mut history, revoked) = match (round + seed) % 3 {
        0 => futures_util::join!(redeems, revoke(engine, &subject, &order)),
        _ => (redeems.await, None),
    };
    history.extend(revoked);
    let winner = standing(engine, &subject)
        .await
        .redemption
        .and_then(|redemption| (0..racers).find(|c| call(100 + c, *c, true).id == redemption.call));
    judged(&history, winner)
}

async fn revoke(engine: &Engine, subject: &Subject, order: &Order) -> Option<Span<TokenCall>> {
    let from = order.next();
    let answer = told(engine.store.revoke(&subject.revoke(call(1, 0, false), at(3))).await);
    Some(Span { from, to: answer.is_some().then(|| order.next()), call: TokenCall::Revoke(answer) })
}

/// What a caller is told: yes, no, or nothing.
fn told<R>(answer: Result<Ruling<R>, StoreError>) -> Option<bool> {
    answer.ok().map(|ruling| matches!(ruling, Ruling::Apply(_) | Ruling::Own(_)))
}

async fn standing(engine: &Engine, subject: &Subject) -> Optin {
    engine.store.occupant(subject.address).await.unwrap().and_then(Occupant::optin).unwrap()
}

fn judged(history: &[Span<TokenCall>], winner: Option<u64>) -> Raced {
    let redeems = || {
        history.iter().filter_map(|span| match span.call {
            TokenCall::Redeem(caller, told) => Some((caller, told)),
            TokenCall::Revoke(_) => None,
        })
    };
    let wrong_yes = redeems().any(|(caller, told)| told == Some(true) && winner != Some(caller));
    let wrong_no = redeems().any(|(caller, told)| told == Some(false) && winner == Some(caller));
    Raced {
        calls: redeems().count() as u64,
        answered: redeems().filter(|(_, told)| told.is_some()).count() as u64,
        double: wrong_yes.into(),
        winners_told_no: wrong_no.into(),
        unexplained: (!is_linearizable::<OfOneToken>(history)).into(),
    }
}

async fn one_cap(engine: &Engine, round: u64, racers: u64) -> Raced {
    let (keys, order) = (fixture::keys(), Order::default());
    let user = format!("capped-{round}");
    let ask = async |caller: u64| {
        let from = order.next();
        let command = subject_of(&keys, &user, &format!("topic-{caller}")).ask(call(100 + caller, caller, false), at(0));
        let answer = match engine.store.ask(&command).await {
            Ok(AskRuling::Caps(CapRuling::Admitted | CapRuling::Own { .. })) => Some(true),
            Ok(_) => Some(false),
            Err(_) => None,
        };
        Span { from, to: answer.is_some().then(|| order.next()), call: answer }
    };
    let history = join_all((0..racers).map(ask)).await;
    let person = subject_of(&keys, &user, "topic-0").address.person;
    let asked = engine.store.person(person).await.unwrap().map_or(0, |person| person.register.slots().len() as u64);
    let told_yes = history.iter().filter(|span| span.call == Some(true)).count() as u64;
    Raced {
        calls: racers,
        answered: history.iter().filter(|span| span.call.is_some()).count() as u64,
        double: (asked > CAP || told_yes > asked).into(),
        winners_told_no: 0,
        unexplained: (!is_linearizable::<OfOneCap>(&history)).into(),
    }
}
