use super::*;
use crate::business::{ChannelKind, Settings};
use crate::caps::Caps;
use crate::release::tests::release;
use crate::rules::tests::standing::{at, granted, optin, optins};

const NOW: u64 = 500;

fn standing(optin: Optin) -> Standing {
    Standing::Optin(Box::new(optin))
}

fn business(frozen: bool) -> Standing {
    let settings = Settings {
        name: "The Shop".to_owned().try_into().expect("a name"),
        caps: Caps::default(),
        channels: vec![ChannelKind::Inbox],
        origins: Vec::new(),
        brand: crate::brand::Brand::default(),
        app_secret: None,
        frozen,
    };
    Standing::Business(Box::new(Business { id: granted().business, settings, webhook: None }))
}

fn found(standing: &Standing) -> Option<Unsettled> {
    unsettled(standing, at(NOW))
}

#[test]
fn a_message_that_is_not_over_may_have_gone_and_nobody_will_know() {
    let mut names = Vec::new();
    for (name, optin) in optins() {
        let Some(found) = found(&standing(optin.clone())) else { continue };
        names.push(name);
        let Unsettled::Message(state, settle) = found else { panic!("{name}: {found:?}") };
        let redemption = optin.redemption.as_ref().expect("redeemed");
        assert_eq!(state, optin.state, "{name}");
        assert_eq!(
            (settle.address, settle.ask, settle.redemption, settle.call),
            (optin.address, optin.ask, redemption.number, redemption.call)
        );
        assert_eq!((settle.granted_at, settle.channel, settle.now), (optin.answered_at, optin.channel, at(NOW)));
        assert_eq!((settle.by, settle.outcome), (Settler::Restored(optin.version), Outcome::Unknown(Reason::Restored)), "{name}");
    }
    let expected = [
        "scheduled",
        "queued",
        "queued until a later time",
        "queued unclear",
        "attempting",
        "attempting after an ended lease",
        "queued again",
        "scheduled after all returns but one",
        "scheduled after all returns",
        "taken",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_release_that_was_under_way_is_stopped_and_one_that_is_over_stays() {
    let running = release(None, None);
    let Some(Unsettled::Release(seen, stopped)) = found(&Standing::Release(Box::new(running.clone()))) else {
        panic!("a running release is unsettled");
    };
    assert_eq!((*seen, stopped.state, stopped.reason), (running.clone(), ReleaseState::Stopped, Some(ReleaseReason::Restored)));
    for state in [ReleaseState::Finished, ReleaseState::Stopped] {
        let over = running.ended(state, ReleaseReason::LimitReached, at(2));
        assert!(found(&Standing::Release(Box::new(over))).is_none(), "{state:?}");
    }
}

#[test]
fn a_businesss_tokens_are_held_where_they_are_not() {
    for frozen in [false, true] {
        assert!(matches!(found(&business(frozen)), Some(Unsettled::Business(id, thawed)) if id == granted().business && thawed != frozen));
    }
}

#[test]
fn a_grant_is_doubtful_that_was_asked_for_by_then_and_still_holds() {
    let shop = granted().business;
    let doubts = |standing: &Standing, business: &BusinessId, asked_by| doubtful(standing, business, asked_by, at(NOW));
    let is_doubtful = |optin| doubts(&standing(optin), &shop, at(NOW)).is_some();
    let names: Vec<_> = optins().filter_map(|(name, optin)| is_doubtful(optin).then_some(name)).collect();
    let expected = [
        "confirming",
        "confirming, reminded once",
        "granted by confirmation",
        "granted",
        "granted for the inbox",
        "granted again",
        "granted again after a take",
    ];
    assert_eq!(names, expected);
    let grant = granted();
    let standing = standing(grant.clone());
    let revoke = doubts(&standing, &shop, grant.asked_at).expect("asked for at that very time");
    assert_eq!((revoke.address, revoke.ask, revoke.reason, revoke.now), (grant.address, grant.ask, Reason::Restored, at(NOW)));
    assert!(doubts(&standing, &shop, grant.asked_at.before(std::time::Duration::from_millis(1))).is_none(), "it was asked for later");
    assert!(doubts(&standing, &BusinessId::try_from("rival".to_owned()).expect("valid"), at(NOW)).is_none(), "it is another's");
    assert!(doubtful(&standing, &shop, at(NOW), grant.expires_at).is_none(), "its time is up");
    assert!(doubts(&business(false), &shop, at(NOW)).is_none());
}

#[test]
fn what_was_found_is_counted_by_its_kind_and_what_was_not_made_safe_is_left() {
    let message = |state| found(&standing(Optin { state, ..optin("queued") })).expect("unsettled");
    let mut settlement = Settlement::default();
    for (state, mended) in [(State::Scheduled, true), (State::Queued, true), (State::Queued, false), (State::Attempting, false)] {
        settlement.note(&message(state), mended);
    }
    settlement.note(&found(&Standing::Release(Box::new(release(None, None)))).expect("unsettled"), true);
    settlement.note(&found(&business(false)).expect("unsettled"), false);
    settlement.note(&found(&business(true)).expect("unsettled"), false);
    settlement.note(&found(&business(true)).expect("unsettled"), true);
    for mended in [true, true, false] {
        settlement.note_erasure(mended);
    }
    let counts = settlement.counts().map(|(words, count)| (words, count.found, count.mended));
    let expected = [
        ("scheduled messages", 1, 1),
        ("queued messages", 2, 1),
        ("messages that were leaving", 1, 0),
        ("releases that were under way", 1, 1),
        ("businesses whose tokens were not held", 2, 1),
        ("erasures that were undone", 3, 2),
    ];
    assert_eq!((counts, settlement.left()), (expected, 4));
}
