//! What an action does.

use crate::actions::{Action, Fate};
use crate::design::Design;
use crate::item::{Due, Lease};
use crate::rules::{From, RevokeRefusal, Ruling, redeem, revoke};
use crate::state::{Driver, Worker, World};
use crate::worker;

/// Does it; `None` when it cannot be done, or would do nothing.
pub(crate) fn act(design: &Design, world: &mut World, action: Action) -> Option<()> {
    match action {
        Action::Redeem(call, fate) => redeems(design, world, call, fate),
        Action::CallAgain(call) => {
            world.callers[usize::from(call)].waits = true;
            world.goes_wrong()
        }
        Action::Revoke(fate) => revokes(design, world, fate),
        Action::Bring(slot, redemption) => {
            takes_hint(world, redemption)?;
            let begins = Worker::Begins { driver: Driver::Stream(redemption), redemption, from: From::Queue };
            worker::becomes(world, slot, begins);
            Some(())
        }
        Action::ExtraHint(redemption) => {
            world.hints[usize::from(redemption) - 1] += 1;
            world.goes_wrong()
        }
        Action::LoseHint(redemption) => {
            takes_hint(world, redemption)?;
            world.hint_lost = true;
            world.goes_wrong()
        }
        Action::List(slot) | Action::Find(slot) => {
            worker::becomes(world, slot, Worker::Listed);
            Some(())
        }
        Action::Step(slot, fate) => worker::steps(design, world, slot, fate),
        Action::Send(slot, verdict) => worker::sends(design, world, slot, verdict),
        Action::RunShort(slot) => worker::runs_short(world, slot),
        Action::Crash(slot) => worker::dies(world, slot),
        Action::LeaseEnds => {
            world.item.lease = Lease::Ended;
            comes_due(world)
        }
        Action::TimeComes => comes_due(world),
    }
}

fn takes_hint(world: &mut World, redemption: u8) -> Option<()> {
    let copies = &mut world.hints[usize::from(redemption) - 1];
    *copies = copies.checked_sub(1)?;
    Some(())
}

fn comes_due(world: &mut World) -> Option<()> {
    if world.item.due == Due::Later {
        world.item.due = Due::Now;
    }
    Some(())
}

fn redeems(design: &Design, world: &mut World, call: u8, fate: Fate) -> Option<()> {
    let ruling = redeem(design, &world.item, call);
    let index = usize::from(call);
    match (ruling, fate) {
        (Ruling::Apply(item), _) => {
            let made = usize::from(item.redemption) - 1;
            world.item = item;
            world.seen.makers[made] = Some(call);
            world.hints[made] += 1;
            if fate == Fate::Lost {
                return world.goes_wrong();
            }
            world.callers[index].told_yes[made] = true;
        }
        (_, Fate::Lost | Fate::Died) => return None,
        (Ruling::Own, Fate::Answered) => {
            let made = usize::from(world.item.redemption_by(call)?) - 1;
            world.callers[index].told_yes[made] = true;
        }
        (Ruling::Refused(_), Fate::Answered) => world.seen.winner_told_no |= world.seen.makers.contains(&Some(call)),
    }
    world.callers[index].waits = false;
    Some(())
}

fn revokes(design: &Design, world: &mut World, fate: Fate) -> Option<()> {
    match (revoke(design, &world.item), fate) {
        (Ruling::Apply(item), _) => {
            world.item = item;
            world.seen.revoked = true;
            if fate == Fate::Lost {
                return world.goes_wrong();
            }
        }
        (_, Fate::Lost | Fate::Died) => return None,
        // Told that it is in flight, one may try again, or not: as if one had not tried yet.
        (Ruling::Refused(RevokeRefusal::InFlight), Fate::Answered) => return None,
        (Ruling::Own | Ruling::Refused(RevokeRefusal::Ended), Fate::Answered) => {}
    }
    world.revoker_waits = false;
    Some(())
}
