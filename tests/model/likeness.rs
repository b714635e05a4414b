//! Which opt-in of the domain an item of the model stands for, and the other way round.

use ringonce_domain::address::{OptinAddress, PersonKey, TopicKey};
use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::CallId;
use ringonce_domain::keyring::KeyId;
use ringonce_domain::optin::{AttemptId, Delivery, Optin, Reason, Redemption, State, Step};
use ringonce_domain::retry;
use ringonce_domain::time::Timestamp;
use ringonce_model::item::{self, Due, Item, Lease};
use ringonce_model::{MOST_RETURNS, REDEMPTIONS};

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_000);
pub(crate) const LATER: Timestamp = Timestamp::from_millis(2_000);
/// The call that asked.
pub(crate) const ASKED: u8 = 200;
/// The domain gives a token back more often: redemptions of this call came back before.
const EARLIER: u8 = 201;
const EARLIER_RETURNS: usize = retry::MOST_RETURNS - MOST_RETURNS as usize;
/// An attempt's id that nobody can present any more.
const NOBODY: AttemptId = AttemptId([202; 16]);
fn parsed<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).unwrap_or_else(|_| panic!("`{text}` is valid"))
}

pub(crate) fn call(call: u8) -> CallId {
    CallId::from_bytes([call; 16])
}

pub(crate) fn due_at(due: Due) -> Option<Timestamp> {
    match due {
        Due::Never => None,
        Due::Later => Some(LATER),
        Due::Now => Some(NOW),
    }
}

const STATES: [(item::State, State); 7] = [
    (item::State::Granted, State::Granted),
    (item::State::Queued, State::Queued),
    (item::State::Attempting, State::Attempting),
    (item::State::Sent, State::Sent),
    (item::State::Failed, State::Failed),
    (item::State::Unknown, State::Unknown),
    (item::State::Revoked, State::Revoked),
];

/// The opt-in that an item of the model stands for.
pub(crate) fn optin(item: &Item) -> Optin {
    let state = STATES.iter().find(|(model, _)| *model == item.state).map_or(State::Granted, |(_, domain)| *domain);
    let reason = item.revoked.then_some(Reason::ByPerson);
    let returned = item.returned.iter().flatten().map(|returned| call(*returned));
    Optin {
        address: OptinAddress { person: PersonKey::from_bytes([7; 16]), topic: TopicKey::from_bytes([8; 16]) },
        ask: call(ASKED),
        asked_at: Timestamp::ZERO,
        link_seconds: 60,
        mac_key: KeyId(1),
        business: parsed("shop"),
        user: parsed("ada"),
        topic: parsed("shirt-m"),
        title: parsed("Rad shirt"),
        payload: None,
        locale: None,
        channel: ChannelKind::Webhook,
        to: None,
        consent: None,
        state,
        answered_at: Timestamp::ZERO,
        expires_at: LATER,
        redemption: item.call.map(|by| Redemption { number: item.redemption.into(), call: call(by), at: Timestamp::ZERO }),
        message: None,
        release: None,
        delivery: delivery(item),
        returned: std::iter::repeat_n(call(EARLIER), EARLIER_RETURNS).chain(returned).collect(),
        version: 1,
        timeline: vec![Step { state, at: Timestamp::ZERO, reason }],
    }
}

fn delivery(item: &Item) -> Delivery {
    Delivery {
        attempt: Some(item.attempt.map_or(NOBODY, |slot| AttemptId([slot; 16]))),
        epoch: item.epoch.into(),
        attempts: item.attempts.into(),
        lease: match item.lease {
            Lease::None => None,
            Lease::Live => Some(LATER),
            Lease::Ended => Some(NOW),
        },
        unclear: item.unclear,
        due_at: due_at(item.due),
    }
}

pub(crate) fn small(number: u32) -> u8 {
    u8::try_from(number).expect("the model counts to few")
}

/// The item of the model that stands for an opt-in.
pub(crate) fn item(optin: &Optin) -> Item {
    let by = |id: &CallId| id.as_bytes()[0];
    let state = STATES.iter().find(|(_, domain)| *domain == optin.state).map(|(model, _)| *model).expect("a state of the model");
    let mut returned = [None; REDEMPTIONS];
    for (place, id) in returned.iter_mut().zip(&optin.returned[EARLIER_RETURNS..]) {
        *place = Some(by(id));
    }
    let Delivery { attempt, epoch, attempts, lease, unclear, due_at } = optin.delivery.clone();
    Item {
        state,
        redemption: optin.redemption.as_ref().map_or(0, |redemption| small(redemption.number)),
        call: optin.redemption.as_ref().map(|redemption| by(&redemption.call)),
        returned,
        attempt: attempt.filter(|id| *id != NOBODY).map(|id| id.0[0]),
        epoch: small(epoch),
        attempts: small(attempts),
        lease: lease.map_or(Lease::None, |until| if until > NOW { Lease::Live } else { Lease::Ended }),
        unclear,
        due: due_at.map_or(Due::Never, |due| if due > NOW { Due::Later } else { Due::Now }),
        revoked: optin.reason() == Some(Reason::ByPerson),
    }
}
