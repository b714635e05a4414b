//! What each step of a lifecycle asks of the table: what `make bench-counts` counts, held to it by
//! `what_the_cost_command_reckons_with_is_what_is_counted`.

use crate::business::ChannelKind;

/// What a step costs the table, with title, payload and message of 200 bytes each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Writes, each of which the stream brings on as a record.
    pub writes: f64,
    /// Write units, the index's included.
    pub write_units: f64,
    /// Read units.
    pub read_units: f64,
}

/// The steps of a lifecycle, and what counting it costs when nothing else happens to its topic and its business.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steps {
    /// A business asks.
    pub ask: Step,
    /// A person says yes, and by e-mail confirms the address too.
    pub grant: Step,
    /// A business redeems the token.
    pub redeem: Step,
    /// The message is delivered.
    pub deliver: Step,
    /// Demand is counted, of all of these together.
    pub count: Step,
}

/// Write units of a release's own for each of its recipients.
const RELEASED_SHARE: f64 = 0.03;

const fn step(writes: u8, write_units: u8, read_units: u8) -> Step {
    Step { writes: writes as f64, write_units: write_units as f64, read_units: read_units as f64 }
}

/// The steps of a lifecycle by a channel.
#[must_use]
pub const fn steps(channel: ChannelKind) -> Steps {
    let (ask, redeem, count) = (step(1, 1, 0), step(1, 2, 0), step(6, 6, 0));
    match channel {
        ChannelKind::Inbox => Steps { ask, grant: step(1, 2, 0), redeem, deliver: step(1, 1, 1), count },
        ChannelKind::Webhook => Steps { ask, grant: step(1, 2, 0), redeem, deliver: step(2, 2, 1), count },
        // The sealed subscription takes the opt-in over 1 KB: two units a write.
        ChannelKind::WebPush => Steps { ask, grant: step(1, 3, 0), redeem: step(1, 3, 0), deliver: step(2, 4, 2), count },
        // A typed address is limited, and confirmed after a look at the person; sealed, it takes the opt-in over 1 KB once the
        // message is in it.
        ChannelKind::Email => Steps { ask, grant: step(3, 4, 1), redeem: step(1, 3, 0), deliver: step(2, 4, 1), count },
    }
}

/// The steps of a lifecycle whose token a release redeems: by inbox that delivers in the same write.
#[must_use]
pub fn released_steps(channel: ChannelKind) -> Steps {
    let each = steps(channel);
    let redeem = Step { write_units: each.redeem.write_units + RELEASED_SHARE, ..each.redeem };
    let deliver = if channel.leaves_the_table() { each.deliver } else { Step { writes: 0.0, write_units: 0.0, ..each.deliver } };
    Steps { redeem, deliver, ..each }
}

/// Write units that a release costs for each of its recipients.
#[must_use]
pub fn recipient_write_units(channel: ChannelKind) -> f64 {
    let Steps { redeem, deliver, .. } = released_steps(channel);
    redeem.write_units + deliver.write_units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_adds_its_share_to_each_redemption_and_delivers_to_an_inbox_in_the_same_write() {
        for channel in ChannelKind::ALL {
            let (each, released) = (steps(*channel), released_steps(*channel));
            assert_eq!((released.ask, released.grant, released.count), (each.ask, each.grant, each.count), "{channel:?}");
            let redeem = Step { write_units: each.redeem.write_units + 0.03, ..each.redeem };
            assert_eq!(released.redeem, redeem, "{channel:?}");
            let delivered = Step { writes: 0.0, write_units: 0.0, read_units: 1.0 };
            let deliver = if *channel == ChannelKind::Inbox { delivered } else { each.deliver };
            assert_eq!(released.deliver, deliver, "{channel:?}");
        }
    }

    #[test]
    fn a_recipient_costs_a_redemption_and_a_delivery() {
        let units = |channel| format!("{:.2}", recipient_write_units(channel));
        let all = [ChannelKind::Inbox, ChannelKind::Webhook, ChannelKind::WebPush, ChannelKind::Email].map(units);
        assert_eq!(all, ["2.03", "4.03", "7.03", "7.03"]);
    }
}
