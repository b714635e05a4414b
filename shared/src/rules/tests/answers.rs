//! What the person does: answers, and confirms an address.

use std::time::Duration;

use super::Form;
use super::commands::{MILLI, NOW, Over, other_ask};
use super::shown::{applies, generation, ruled, with_times};
use super::standing::{ASK, TYPED, address, at, named, sealed};
use crate::business::ChannelKind;
use crate::consent::AnswerAddress;
use crate::link::SealedAsk;
use crate::rules::*;
use crate::time::Timestamp;

const NEAR_THE_END: Duration = Duration::from_secs(3_600);

pub(super) fn answers(over: &Over) -> Vec<Form> {
    ruled_over(over, to_this_ask(over).into_iter().chain(to_a_later_ask(over)).collect())
}

pub(super) fn late_answers(over: &Over) -> Vec<Form> {
    let this = sealed(ASK, over.old.asked_at);
    let ends = this.id.link_expires_at();
    ruled_over(over, vec![("link has ended", yes(this.clone(), ends)), ("link ended 1 ms ago", yes(this, ends + MILLI))])
}

pub(super) fn answers_to_an_earlier_ask(over: &Over) -> Vec<Form> {
    let asked_at = over.old.asked_at;
    let earlier = yes(sealed(ASK + 1, asked_at.before(MILLI)), NOW);
    ruled_over(over, vec![("1 ms earlier", earlier), ("same time, smaller ask", yes(sealed(ASK - 1, asked_at), NOW))])
}

fn ruled_over(over: &Over, forms: Vec<(&'static str, Answer)>) -> Vec<Form> {
    let ruling = |command: &Answer| {
        let id = &command.ask.id;
        let shown = ruled(over.optin(), command.now, answer(over.standing, command));
        shown
            .replace(&generation(id.ask, id.asked_at), "its own")
            .replace(&with_times(&format!("{:?}", id.link_expires_at())), "link's end")
    };
    forms.iter().map(|(name, command)| (*name, ruling(command))).collect()
}

fn yes(ask: SealedAsk, now: Timestamp) -> Answer {
    Answer { ask, choice: Choice::Grant(ChannelKind::Webhook), address: None, consent: None, now }
}

fn no(ask: SealedAsk, now: Timestamp) -> Answer {
    Answer { choice: Choice::Decline, ..yes(ask, now) }
}

fn typed(ask: SealedAsk, address: Option<AnswerAddress>, now: Timestamp) -> Answer {
    Answer { choice: Choice::Grant(ChannelKind::Email), address, ..yes(ask, now) }
}

fn to_this_ask(over: &Over) -> Vec<(&'static str, Answer)> {
    let this = sealed(ASK, over.old.asked_at);
    vec![
        ("yes", yes(this.clone(), NOW)),
        ("yes, link ends in 1 ms", yes(this.clone(), this.id.link_expires_at().before(MILLI))),
        ("no", no(this.clone(), NOW)),
        ("no, but typed", Answer { address: named(TYPED, true), ..no(this.clone(), NOW) }),
        ("typed", typed(this.clone(), named(TYPED, true), NOW)),
        ("another typed", typed(this.clone(), named([8; 16], true), NOW)),
        ("known", typed(this, named(TYPED, false), NOW)),
    ]
}

fn to_a_later_ask(over: &Over) -> Vec<(&'static str, Answer)> {
    let (asked_at, ends) = (over.old.asked_at, over.old.expires_at);
    let later = sealed(ASK + 1, asked_at + MILLI);
    let last = sealed(ASK + 1, ends.before(NEAR_THE_END));
    vec![
        ("yes, same time, larger ask", yes(sealed(ASK + 1, asked_at), NOW)),
        ("yes, ask 1 ms later", yes(later.clone(), NOW)),
        ("no, ask 1 ms later", no(later.clone(), NOW)),
        ("typed, ask 1 ms later", typed(later, named(TYPED, true), NOW)),
        ("yes, later, 1 ms before expiry", yes(last.clone(), ends.before(MILLI))),
        ("yes, later, at expiry", yes(last, ends)),
    ]
}

pub(super) fn confirmations(over: &Over) -> Vec<Form> {
    let ends = over.old.expires_at;
    let right = Confirm { address: address(), ask: over.old.ask, hash: TYPED, now: NOW };
    let forms = [
        ("right", right),
        ("another ask", Confirm { ask: other_ask(), ..right }),
        ("another address", Confirm { hash: [8; 16], ..right }),
        ("1 ms before expiry", Confirm { now: ends.before(MILLI), ..right }),
        ("at expiry", Confirm { now: ends, ..right }),
    ];
    forms.map(|(name, command)| (name, ruled(over.optin(), command.now, confirm(over.optin(), &command)))).to_vec()
}

pub(super) fn reminders(over: &Over) -> Vec<Form> {
    let seen = over.old.delivery.attempts;
    let right = Remind { address: address(), ask: over.old.ask, hash: TYPED, seen, due_at: Some(at(9_000)) };
    let forms = [
        ("right", right),
        ("not again", Remind { due_at: None, ..right }),
        ("another ask", Remind { ask: other_ask(), ..right }),
        ("another address", Remind { hash: [8; 16], ..right }),
        ("another count", Remind { seen: seen + 1, ..right }),
    ];
    let ruling = |command: &Remind| match remind(over.optin(), command) {
        Some(new) => with_times(&applies(over.optin(), &new)),
        None => "refused".to_owned(),
    };
    forms.iter().map(|(name, command)| (*name, ruling(command))).collect()
}
