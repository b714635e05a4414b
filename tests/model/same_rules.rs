//! The model's rules are the domain's: over each item that the model reaches, each write is ruled on alike by both.

mod likeness;

use std::collections::HashSet;

use ringonce_domain::call::Call;
use ringonce_domain::message::Message;
use ringonce_domain::optin::{AttemptId, Optin, Reason};
use ringonce_domain::rules::{
    self as domain, AttemptFrom, AttemptRefusal, LostLease, Outcome, RedeemRefusal, RevokeRefusal, Ruling, Settler, Watch,
};
use ringonce_model::item::{Due, Item};
use ringonce_model::{Channel, Design, OneMessage, rules};
use stateright::Model;

use likeness::{ASKED, LATER, NOW, call, due_at, item, optin, small};

const SLOTS: u8 = 2;

/// Both channels' rules are the same.
const DESIGN: Design = Design::whole(Channel::Recognises);

/// A ruling of the domain in the model's words.
fn ruling<R, M>(ruling: Ruling<R>, why: impl Fn(R) -> M) -> rules::Ruling<M> {
    match ruling {
        Ruling::Apply(optin) => rules::Ruling::Apply(item(&optin)),
        Ruling::Own(_) => rules::Ruling::Own,
        Ruling::Refused(refusal) => rules::Ruling::Refused(why(refusal)),
    }
}

fn redeems_alike(item: &Item, optin: &Optin) {
    for by in 0..SLOTS {
        let message: Message = serde_json::from_str(r#"{"text":"It is back."}"#).expect("a message");
        let redeem = domain::Redeem {
            address: optin.address,
            ask: call(ASKED),
            call: Call { id: call(by), keyed: true },
            message,
            send_at: None,
            now: NOW,
        };
        let ruled = ruling(domain::redeem(Some(optin), &redeem), |why| match why {
            RedeemRefusal::Used => rules::RedeemRefusal::Used,
            RedeemRefusal::Revoked => rules::RedeemRefusal::Revoked,
            other => panic!("{other:?}"),
        });
        assert_eq!(rules::redeem(&DESIGN, item, by), ruled, "call {by} over {item:?}");
    }
}

fn attempts_alike(item: &Item, optin: &Optin) {
    let froms = (0..=item.epoch).map(rules::From::EndedLease).chain([rules::From::Queue]);
    for (from, by, redemption, watched) in
        froms.flat_map(|from| each_worker().map(move |(by, redemption, watched)| (from, by, redemption, watched)))
    {
        let attempt = domain::Attempt {
            address: optin.address,
            ask: call(ASKED),
            redemption: redemption.into(),
            attempt: AttemptId([by; 16]),
            now: NOW,
            lease: LATER,
            from: match from {
                rules::From::Queue => AttemptFrom::Queue,
                rules::From::EndedLease(epoch) => AttemptFrom::EndedLease(epoch.into()),
            },
            watched,
        };
        let ruled = ruling(domain::attempt(Some(optin), &attempt), |why| match why {
            AttemptRefusal::NotQueued => rules::AttemptRefusal::NotQueued,
            AttemptRefusal::NotDue => rules::AttemptRefusal::NotDue,
            AttemptRefusal::LiveLease { epoch, .. } => rules::AttemptRefusal::LiveLease(small(epoch)),
            AttemptRefusal::EndedLease { epoch } => rules::AttemptRefusal::EndedLease(small(epoch)),
        });
        let command = rules::Attempt { by, redemption, from, watched };
        assert_eq!(rules::attempt(&DESIGN, item, command), ruled, "{command:?} over {item:?}");
    }
}

/// Workers, redemptions, and whether a sweep brought the one to the other.
fn each_worker() -> impl Iterator<Item = (u8, u8, bool)> {
    (0..SLOTS).flat_map(|by| [1, 2].into_iter().flat_map(move |redemption| [true, false].map(|watched| (by, redemption, watched))))
}

const OUTCOMES: [rules::Outcome; 8] = [
    rules::Outcome::Sent,
    rules::Outcome::Failed,
    rules::Outcome::Unknown,
    rules::Outcome::Returned,
    rules::Outcome::Parked { due: Due::Later, unclear: false },
    rules::Outcome::Parked { due: Due::Later, unclear: true },
    rules::Outcome::Parked { due: Due::Now, unclear: false },
    rules::Outcome::Parked { due: Due::Now, unclear: true },
];

fn outcome(outcome: rules::Outcome) -> Outcome {
    let reason = Reason::Refused;
    match outcome {
        rules::Outcome::Sent => Outcome::Sent,
        rules::Outcome::Failed => Outcome::Failed(reason),
        rules::Outcome::Unknown => Outcome::Unknown(reason),
        rules::Outcome::Returned => Outcome::Returned(reason),
        rules::Outcome::Parked { due, unclear } => Outcome::Parked { due_at: due_at(due).unwrap_or(NOW), reason, unclear },
    }
}

fn settles_alike(item: &Item, optin: &Optin) {
    let bys = (0..=item.epoch).flat_map(|epoch| [rules::Settler::Attempt(epoch), rules::Settler::EndedLease(epoch)]);
    let commands = bys.flat_map(|by| {
        OUTCOMES.into_iter().flat_map(move |outcome| {
            each_worker().filter(|(.., watched)| *watched).map(move |(worker, redemption, _)| rules::Settle {
                worker,
                redemption,
                by,
                outcome,
            })
        })
    });
    for command in commands {
        let settle = domain::Settle {
            address: optin.address,
            ask: call(ASKED),
            redemption: command.redemption.into(),
            call: call(item.call.unwrap_or_default()),
            granted_at: optin.answered_at,
            channel: optin.channel,
            by: match command.by {
                rules::Settler::Attempt(epoch) => Settler::Attempt(AttemptId([command.worker; 16]), epoch.into()),
                rules::Settler::EndedLease(epoch) => Settler::EndedLease(epoch.into()),
            },
            outcome: outcome(command.outcome),
            now: NOW,
        };
        let ruled = ruling(domain::settle(Some(optin), &settle), |LostLease| rules::LostLease);
        assert_eq!(rules::settle(&DESIGN, item, command), ruled, "{command:?} over {item:?}");
    }
    for each in OUTCOMES {
        let recorded = rules::recorded(&DESIGN, item.unclear, item.returns(), each);
        assert_eq!(outcome(recorded).leads_to().0, domain::recorded(optin, outcome(each)).leads_to().0, "{each:?} over {item:?}");
    }
}

fn revokes_and_watches_alike(item: &Item, optin: &Optin) {
    let revoke = domain::Revoke { address: optin.address, ask: call(ASKED), reason: Reason::ByPerson, now: NOW };
    let ruled = ruling(domain::revoke(Some(optin), &revoke), |why| match why {
        RevokeRefusal::InFlight => rules::RevokeRefusal::InFlight,
        RevokeRefusal::Ended(_) => rules::RevokeRefusal::Ended,
        RevokeRefusal::Unknown => panic!("it stands"),
    });
    assert_eq!(rules::revoke(&DESIGN, item), ruled, "{item:?}");
    for epoch in 0..=item.epoch {
        let watch = Watch { address: optin.address, ask: call(ASKED), epoch: epoch.into(), due_at: NOW };
        assert_eq!(rules::watch(&DESIGN, item, epoch).is_some(), domain::is_under_way(Some(optin), &watch), "epoch {epoch} of {item:?}");
    }
}

/// Every item that a run with one fault comes to.
fn reached(channel: Channel) -> HashSet<Item> {
    let model = OneMessage { design: Design::whole(channel), faults: 1 };
    let mut ahead = model.init_states();
    let mut seen: HashSet<_> = ahead.iter().copied().collect();
    while let Some(world) = ahead.pop() {
        ahead.extend(model.next_states(&world).into_iter().filter(|next| seen.insert(*next)));
    }
    seen.into_iter().map(|world| world.item).collect()
}

#[test]
fn over_each_item_that_the_model_reaches_its_rules_say_what_the_domains_rules_say() {
    let items: HashSet<_> = [Channel::Recognises, Channel::Forgets].into_iter().flat_map(reached).collect();
    println!("{} items", items.len());
    for each in &items {
        let optin = optin(each);
        assert_eq!(item(&optin), *each, "nothing is lost between the two");
        redeems_alike(each, &optin);
        attempts_alike(each, &optin);
        settles_alike(each, &optin);
        revokes_and_watches_alike(each, &optin);
    }
}
