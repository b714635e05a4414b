//! What must hold.

use stateright::Property;

use crate::item::{Item, State};
use crate::state::World;
use crate::{MOST_ATTEMPTS, OneMessage};

/// The person is shown one message at the most, whatever the number of redemptions.
pub const ONE_MESSAGE: &str = "at most one message is shown to the person";
/// Sent: the provider has it. Failed, given back or revoked: it has not, and never will.
pub const TRUTH: &str = "what is sent was delivered, what failed, came back or was revoked was not";
/// Whatever was accepted ends, after no more attempts than are permitted.
pub const ENDS: &str = "every accepted message ends";
/// An attempt begins with its write. The revocation counts from its write on, which is before its answer.
pub const NONE_AFTER_REVOKE: &str = "no attempt begins after a revoke was answered";
/// Each redemption was made by one call, which alone is told so, and never told no.
pub const ONE_WINNER: &str = "one caller is told yes for a redemption, and no winner is told no";

/// The promises.
pub const PROMISES: [&str; 5] = [ONE_MESSAGE, TRUTH, ENDS, NONE_AFTER_REVOKE, ONE_WINNER];

type Condition = fn(&OneMessage, &World) -> bool;

/// What the model reaches, or it would promise little.
pub const REACHED: [(&str, Condition); 8] = [
    ("a message is sent", |_, world| world.item.state == State::Sent),
    ("a message fails", |_, world| world.item.state == State::Failed),
    ("a message ends unknown", |_, world| world.item.state == State::Unknown && !world.item.revoked),
    ("a message comes back", |_, world| world.item.state == State::Granted && world.item.redemption > 0),
    ("a token that came back is redeemed", |_, world| world.item.redemption > 1),
    ("a message is revoked", |_, world| world.item.state == State::Revoked && world.item.redemption > 0),
    ("a last attempt is made", |_, world| world.item.attempts == MOST_ATTEMPTS),
    ("a message that ends unknown was shown", |_, world| world.item.state == State::Unknown && world.seen.shown.iter().sum::<u8>() == 1),
];

/// Promises and what is reached, as the checker takes them.
pub(crate) fn all() -> Vec<Property<OneMessage>> {
    let promises = [
        Property::always(ONE_MESSAGE, |_, world: &World| world.seen.shown.iter().sum::<u8>() <= 1),
        Property::always(TRUTH, |_, world| is_true(world)),
        Property::always(ENDS, ends),
        Property::always(NONE_AFTER_REVOKE, |_, world: &World| !world.seen.attempt_after_revoke),
        Property::always(ONE_WINNER, has_one_winner),
    ];
    let reached = REACHED.map(|(name, condition)| Property::sometimes(name, condition));
    promises.into_iter().chain(reached).collect()
}

/// Whether what the item says of each redemption is so.
fn is_true(world: &World) -> bool {
    let Item { state, redemption, .. } = world.item;
    (1..=redemption).zip(world.seen.shown).all(|(number, shown)| match state {
        _ if number < redemption => shown == 0,
        State::Sent => shown > 0,
        State::Granted | State::Failed | State::Revoked => shown == 0,
        State::Queued | State::Attempting | State::Unknown => true,
    })
}

/// Where nothing more happens the message has ended; and it was not tried too often. An attempt that found the time too
/// short to send counts, and gives no other.
fn ends(model: &OneMessage, world: &World) -> bool {
    let Item { state, redemption, attempts, .. } = world.item;
    let has_ended = match state {
        State::Granted => redemption > 0,
        State::Sent | State::Failed | State::Unknown | State::Revoked => true,
        State::Queued | State::Attempting => false,
    };
    attempts <= MOST_ATTEMPTS + world.seen.ran_short && (has_ended || !world.is_quiet(&model.design))
}

fn has_one_winner(model: &OneMessage, world: &World) -> bool {
    let makers = world.seen.makers;
    let of_maker = |index: usize, call: usize| makers[index].map(usize::from) == Some(call);
    let all_answered = world.is_quiet(&model.design);
    let told_rightly = world.callers.iter().enumerate().all(|(call, caller)| {
        caller.told_yes.iter().enumerate().all(|(index, told)| match told {
            true => of_maker(index, call),
            false => !(all_answered && of_maker(index, call)),
        })
    });
    let each_made_one = makers[0].is_none() || makers[0] != makers[1];
    told_rightly && each_made_one && !world.seen.winner_told_no
}
