//! What a million costs, from counts and the table of prices.

use ringonce_domain::business::ChannelKind;
use ringonce_domain::cost;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::proxy::Tally;
use crate::side::Who;
use crate::workload::Measured;

/// DynamoDB's answer to one request, in milliseconds, for which an invocation waits and is billed.
pub(crate) const ANSWER: f64 = 4.0;
/// The region whose prices are taken.
pub(crate) const REGION: &str = "us-east-1";

/// Prices of a region, in dollars.
#[derive(Debug, Deserialize)]
pub(crate) struct Prices {
    million_write_units: f64,
    million_read_units: f64,
    million_invocations: f64,
    million_gb_seconds_x86_64: f64,
    million_http_api_calls: f64,
}

impl Prices {
    pub(crate) fn read() -> Self {
        let all: Value = serde_json::from_str(include_str!("../../../docs/prices.json")).unwrap();
        Prices::deserialize(&all["regions"][REGION]).unwrap()
    }

    /// Dollars of a million of what `tally` counted once.
    fn table(&self, tally: &Tally) -> f64 {
        tally.write_units * self.million_write_units + tally.read_units * self.million_read_units
    }

    /// Dollars of a million invocations of that memory, each with so much CPU and so many requests one after another.
    fn compute(&self, memory: f64, cpu: f64, round_trips: f64) -> f64 {
        let seconds = (cpu + ANSWER * round_trips).ceil() / 1_000.0;
        self.million_invocations + memory / 1_024.0 * seconds * self.million_gb_seconds_x86_64
    }
}

/// Dollars of a million lifecycles, and of a release to a million.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Bill {
    pub(crate) table: f64,
    pub(crate) compute: f64,
    pub(crate) front: f64,
    pub(crate) release: f64,
}

impl Bill {
    pub(crate) fn all(self) -> f64 {
        self.table + self.compute + self.front
    }

    pub(crate) fn of(who: Who, measured: &Measured, prices: &Prices) -> Self {
        let steps = [("ask", "request-optin"), ("grant", "grant-token"), ("send", "send-notification"), ("deliver", "deliver")];
        let mut bill = Self { table: 0.0, compute: 0.0, front: 0.0, release: 0.0 };
        for (step, function) in steps {
            let Some(cpu) = measured.cpu(function) else { continue };
            let tally = &measured.steps[step];
            bill.table += prices.table(tally);
            #[expect(clippy::cast_precision_loss, reason = "a step has a dozen requests at the most")]
            let compute = prices.compute(who.memory(), cpu.median, tally.round_trips as f64);
            bill.compute += compute;
            // What delivers is called by the stream.
            bill.front += if step == "deliver" { 0.0 } else { prices.million_http_api_calls };
            if step == "send" {
                bill.release = prices.table(tally) + compute;
            }
        }
        if who == Who::Ringonce {
            bill.release = released(prices);
        }
        bill
    }
}

/// Ours takes page after page of those who wait, and has no call for each.
fn released(prices: &Prices) -> f64 {
    cost::recipient_write_units(ChannelKind::Inbox) * prices.million_write_units
}
