use super::*;
use crate::address::{OptinAddress, PersonKey, ReleaseKey, TopicKey};
use crate::business::ChannelKind;
use crate::call::CallId;
use crate::caps::{Register, Slot};
use crate::keyring::KeyId;
use crate::names::UserId;
use crate::optin::{Delivery, Reason, Redemption, Step};
use crate::text::Title;
use crate::time::Timestamp;

const TOPIC: TopicKey = TopicKey([8; 16]);

fn parsed<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).unwrap_or_else(|_| panic!("`{text}` is valid"))
}

/// The opt-in of ask number `ask` after these steps.
fn optin(ask: u8, steps: &[(State, Option<Reason>)]) -> Optin {
    let at = Timestamp::from_millis(1);
    let timeline: Vec<_> = steps.iter().map(|(state, reason)| Step { state: *state, at, reason: *reason }).collect();
    Optin {
        address: OptinAddress { person: PersonKey([7; 16]), topic: TOPIC },
        ask: CallId::from_bytes([ask; 16]),
        asked_at: Timestamp::from_millis(ask.into()),
        link_seconds: 60,
        mac_key: KeyId(1),
        business: parsed("shop"),
        user: parsed::<UserId>("ada"),
        topic: parsed("shirt-m"),
        title: parsed::<Title>("Rad shirt"),
        payload: None,
        locale: None,
        channel: ChannelKind::Inbox,
        to: None,
        consent: None,
        state: timeline[timeline.len() - 1].state,
        answered_at: at,
        expires_at: at,
        redemption: None,
        message: None,
        release: None,
        delivery: Delivery::default(),
        returned: Vec::new(),
        version: u32::try_from(timeline.len()).expect("few"),
        timeline,
    }
}

const RELEASE: ReleaseKey = ReleaseKey([6; 16]);

/// The opt-in as redemption number `number` of a release left it, after these steps.
fn released(number: u32, steps: &[(State, Option<Reason>)]) -> Optin {
    let redemption = Redemption { number, call: CallId::from_bytes([5; 16]), at: Timestamp::from_millis(1) };
    Optin { release: Some(RELEASE), redemption: Some(redemption), ..optin(1, steps) }
}

/// The same, given back.
fn given_back(released: &Optin) -> Optin {
    Optin { release: None, state: State::Granted, ..released.clone() }
}

/// What a change adds to the counts of the release.
fn added_to_release(old: Option<Occupant>, new: Option<Occupant>) -> Vec<(String, i64)> {
    let counted = of_change(&Change::Optin { old, new });
    let counted: Vec<_> = counted.into_iter().filter(|counted| matches!(counted.of, Scope::Release(_))).collect();
    assert!(counted.iter().all(|counted| (&counted.of, &counted.name) == (&Scope::Release(RELEASE), &None)));
    pairs(&counted)
}

/// What a change adds to the counts of the topic: pairs of a counter's name and a number.
fn added(old: Option<Occupant>, new: Option<Occupant>) -> Vec<(String, i64)> {
    let counted = of_change(&Change::Optin { old, new });
    let counted: Vec<_> = counted.into_iter().filter(|counted| matches!(counted.of, Scope::Topic(_))).collect();
    assert!(
        counted.iter().all(|counted| (&counted.of, &counted.name) == (&Scope::Topic(TOPIC), &Some((parsed("shop"), parsed("shirt-m")))))
    );
    pairs(&counted)
}

fn pairs(counted: &[Counted]) -> Vec<(String, i64)> {
    assert!(counted.len() <= 1);
    counted.iter().flat_map(|counted| counted.tally.iter()).map(|(counter, by)| (counter.name(), by)).collect()
}

fn taken(optin: &Optin) -> Option<Occupant> {
    Some(Occupant::Optin(Box::new(optin.clone())))
}

fn by(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs.iter().map(|(name, by)| ((*name).to_owned(), *by)).collect()
}

#[test]
fn each_transition_adds_what_it_came_to() {
    let path = |states: &[State]| optin(1, &states.iter().map(|state| (*state, None)).collect::<Vec<_>>());
    let granted = path(&[State::Granted]);
    let queued = path(&[State::Granted, State::Queued]);
    let scheduled = path(&[State::Granted, State::Scheduled]);
    let attempting = path(&[State::Granted, State::Queued, State::Attempting]);
    let ended = |state: State, reason: Option<Reason>| optin(1, &[(State::Granted, None), (State::Queued, None), (state, reason)]);
    assert_eq!(added(None, taken(&granted)), by(&[("granted", 1), ("waiting_now", 1)]));
    assert_eq!(added(None, taken(&path(&[State::Declined]))), by(&[("declined", 1)]));
    assert_eq!(added(taken(&granted), taken(&queued)), by(&[("waiting_now", -1)]));
    assert_eq!(added(taken(&granted), taken(&scheduled)), by(&[("waiting_now", -1)]));
    assert_eq!(added(taken(&scheduled), taken(&queued)), []);
    assert_eq!(added(taken(&queued), taken(&attempting)), []);
    assert_eq!(added(taken(&attempting), taken(&queued)), [], "parked");
    assert_eq!(added(taken(&attempting), taken(&granted)), by(&[("waiting_now", 1), ("returned", 1)]));
    assert_eq!(added(taken(&queued), taken(&ended(State::Sent, None))), by(&[("sent", 1)]));
    assert_eq!(added(taken(&queued), taken(&ended(State::Failed, Some(Reason::Gone)))), by(&[("failed:gone", 1)]));
    assert_eq!(added(taken(&queued), taken(&ended(State::Unknown, Some(Reason::Unclear)))), by(&[("unknown", 1)]));
    assert_eq!(added(taken(&granted), taken(&ended(State::Revoked, None))), by(&[("waiting_now", -1), ("revoked", 1)]));
    assert_eq!(added(taken(&granted), taken(&ended(State::Expired, None))), by(&[("waiting_now", -1), ("expired", 1)]));
    assert_eq!(added(taken(&scheduled), taken(&ended(State::Expired, None))), by(&[("expired", 1)]));
}

#[test]
fn what_was_never_confirmed_comes_to_nothing_and_what_was_is_a_grant_like_any() {
    let path = |states: &[State]| taken(&optin(1, &states.iter().map(|state| (*state, None)).collect::<Vec<_>>()));
    let confirming = path(&[State::Confirming]);
    assert_eq!(added(None, confirming.clone()), []);
    assert_eq!(added(confirming.clone(), path(&[State::Confirming, State::Revoked])), []);
    assert_eq!(added(confirming.clone(), path(&[State::Confirming, State::Expired])), []);
    let granted = path(&[State::Confirming, State::Granted]);
    assert_eq!(added(confirming, granted.clone()), by(&[("granted", 1), ("waiting_now", 1)]));
    let revoked = path(&[State::Confirming, State::Granted, State::Revoked]);
    assert_eq!(added(granted, revoked), by(&[("waiting_now", -1), ("revoked", 1)]));
}

#[test]
fn what_came_to_pass_is_counted_of_the_day_on_which_it_did() {
    let day = |number: u64| Timestamp::from_millis(number * 86_400_000 + 5);
    let granted = Optin { answered_at: day(3), ..optin(1, &[(State::Granted, None)]) };
    let mut revoked = optin(1, &[(State::Granted, None), (State::Revoked, None)]);
    (revoked.timeline[0].at, revoked.timeline[1].at) = (day(3), day(9));
    let of_day = |old: Option<Occupant>, new: Option<Occupant>| {
        let counted = of_change(&Change::Optin { old, new });
        let of = counted.into_iter().find(|counted| matches!(counted.of, Scope::Day(..))).expect("a day's");
        let Scope::Day(business, day) = of.of else { unreachable!() };
        (business.to_string(), day.to_string(), of.tally.iter().map(|(counter, by)| (counter.name(), by)).collect::<Vec<_>>())
    };
    let shop = |day: &str, name| ("shop".to_owned(), day.to_owned(), by(&[(name, 1)]));
    assert_eq!(of_day(taken(&granted), taken(&revoked)), shop("1970-01-10", "revoked"));
    let untold = Optin { timeline: Vec::new(), ..granted };
    assert_eq!(of_day(None, taken(&untold)), shop("1970-01-04", "granted"), "or on that of the answer");
}

#[test]
fn a_write_that_is_no_transition_adds_nothing() {
    for state in State::ALL {
        let before = optin(1, &[(*state, Some(Reason::Gone))]);
        let mut after = before.clone();
        after.version += 1;
        after.delivery.due_at = Some(Timestamp::from_millis(9));
        assert_eq!(added(taken(&before), taken(&before)), [], "{state}");
        assert_eq!(added(taken(&before), taken(&after)), [], "{state}");
    }
}

#[test]
fn an_erasure_takes_a_grant_out_of_those_that_wait_and_counts_nothing_else() {
    let erased = || Some(Occupant::Erased(Timestamp::from_millis(9)));
    assert_eq!(added(taken(&optin(1, &[(State::Granted, None)])), erased()), by(&[("waiting_now", -1)]));
    assert_eq!(added(taken(&optin(1, &[(State::Sent, None)])), erased()), []);
    assert_eq!(added(erased(), erased()), []);
    assert_eq!(added(None, erased()), []);
    assert_eq!(added(erased(), taken(&optin(2, &[(State::Granted, None)]))), by(&[("granted", 1), ("waiting_now", 1)]));
}

#[test]
fn a_grant_that_lapsed_unsaid_has_expired_when_another_answer_or_nothing_stands_there() {
    let lapsed = taken(&optin(1, &[(State::Granted, None)]));
    let again = taken(&optin(2, &[(State::Granted, None)]));
    let declined = taken(&optin(2, &[(State::Declined, None)]));
    assert_eq!(added(lapsed.clone(), again), by(&[("granted", 1), ("expired", 1)]));
    assert_eq!(added(lapsed.clone(), declined), by(&[("waiting_now", -1), ("declined", 1), ("expired", 1)]));
    assert_eq!(added(lapsed, None), by(&[("waiting_now", -1), ("expired", 1)]));
    let sent = || taken(&optin(1, &[(State::Sent, None)]));
    assert_eq!(added(sent(), taken(&optin(2, &[(State::Sent, None)]))), by(&[("sent", 1)]), "of another ask");
    assert_eq!(added(sent(), None), []);
}

#[test]
fn a_change_of_what_a_release_took_is_counted_of_the_release_too() {
    let granted = taken(&optin(1, &[(State::Granted, None)]));
    let path = |states: &[State]| released(1, &states.iter().map(|state| (*state, None)).collect::<Vec<_>>());
    let (queued, attempting) = (path(&[State::Queued]), path(&[State::Attempting]));
    assert_eq!(added_to_release(granted.clone(), taken(&queued)), by(&[("taken", 1)]));
    assert_eq!(added_to_release(granted, taken(&path(&[State::Sent]))), by(&[("sent", 1), ("taken", 1)]), "into an inbox");
    assert_eq!(added_to_release(taken(&queued), taken(&attempting)), []);
    let gone = released(1, &[(State::Failed, Some(Reason::Gone))]);
    assert_eq!(added_to_release(taken(&attempting), taken(&gone)), by(&[("failed:gone", 1)]));
    for (end, name) in [(State::Sent, "sent"), (State::Unknown, "unknown"), (State::Revoked, "revoked"), (State::Expired, "expired")] {
        assert_eq!(added_to_release(taken(&queued), taken(&path(&[end]))), by(&[(name, 1)]));
        assert_eq!(added_to_release(taken(&path(&[end])), Some(Occupant::Erased(Timestamp::from_millis(9)))), [], "it has ended");
    }
    assert_eq!(added_to_release(taken(&queued), Some(Occupant::Erased(Timestamp::from_millis(9)))), by(&[("erased", 1)]));
    assert_eq!(added(taken(&queued), Some(Occupant::Erased(Timestamp::from_millis(9)))), []);
}

#[test]
fn each_redemption_is_counted_of_its_topic_once_and_kept_by_no_item() {
    let granted = taken(&optin(1, &[(State::Granted, None)]));
    let first = released(1, &[(State::Queued, None)]);
    assert_eq!(added(granted.clone(), taken(&first)), by(&[("waiting_now", -1), ("redeemed", 1)]));
    assert_eq!(added(taken(&first), taken(&released(1, &[(State::Sent, None)]))), by(&[("sent", 1)]));
    assert_eq!(added(granted, taken(&released(1, &[(State::Sent, None)]))), by(&[("waiting_now", -1), ("sent", 1), ("redeemed", 1)]));
    let waits = given_back(&first);
    assert_eq!(added(taken(&first), taken(&waits)), by(&[("waiting_now", 1), ("returned", 1)]));
    let again = taken(&released(2, &[(State::Scheduled, None)]));
    assert_eq!(added(taken(&waits), again), by(&[("waiting_now", -1), ("redeemed", 1)]));
    let counted = of_change(&Change::Optin { old: taken(&waits), new: taken(&released(2, &[(State::Queued, None)])) });
    assert!(counted.iter().all(|counted| counted.tally.kept().all(|(counter, _)| counter != Counter::Redeemed)));
}

#[test]
fn what_a_release_gives_back_is_no_longer_its_own_until_it_takes_it_again() {
    let first = released(1, &[(State::Attempting, None)]);
    let waits = given_back(&first);
    assert_eq!(added_to_release(taken(&first), taken(&waits)), by(&[("returned", 1)]));
    let alone = Optin { state: State::Sent, ..waits.clone() };
    assert_eq!(added_to_release(taken(&waits), taken(&alone)), []);
    assert_eq!(added_to_release(taken(&waits), Some(Occupant::Erased(Timestamp::from_millis(9)))), []);
    assert_eq!(added_to_release(taken(&waits), taken(&released(2, &[(State::Queued, None)]))), by(&[("taken", 1)]));
    let sent = taken(&released(1, &[(State::Sent, None)]));
    assert_eq!(added_to_release(sent, taken(&optin(2, &[(State::Granted, None)]))), [], "a later ask is nobody's yet");
}

#[test]
fn an_ask_is_a_new_slot_at_the_register_front() {
    let slot = |number: u8| Slot { at: Timestamp::from_millis(number.into()), call: CallId::from_bytes([number; 16]), topic: TOPIC };
    let person = |slots: &[u8]| Person {
        key: PersonKey([7; 16]),
        business: parsed("shop"),
        register: Register::new(slots.iter().map(|number| slot(*number)).collect()),
        blocked_at: None,
        erased_at: None,
        erased_by: None,
        link: None,
    };
    let counted = |old: Option<Person>, new: Person| of_change(&Change::Person { old: old.map(Box::new), new: Box::new(new) });
    let asked = counted(None, person(&[1]));
    let day = Scope::Day(parsed("shop"), Day::of(Timestamp::from_millis(1)));
    for (asked, of) in asked.iter().zip([Scope::Topic(TOPIC), day]) {
        assert_eq!((&asked.of, &asked.name, asked.tally.of(Counter::Asked)), (&of, &None, 1));
    }
    assert_eq!(asked.len(), 2);
    assert_eq!(counted(Some(person(&[1])), person(&[2, 1])).len(), 2);
    let blocked = Person { blocked_at: Some(Timestamp::from_millis(9)), ..person(&[2, 1]) };
    assert_eq!(counted(Some(person(&[2, 1])), blocked), []);
    assert_eq!(counted(None, person(&[])), []);
}
