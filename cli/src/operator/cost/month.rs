//! A month, reckoned: how much of what, and what it costs.

use ringonce_domain::business::ChannelKind;
use ringonce_domain::cost::{Step, Steps, released_steps, steps};
use serde::Serialize;

use super::prices::{Architecture, Front, Prices};

/// Memory of a function in GB, as `template.yaml` has it and Lambda bills it.
const MEMORY_GB: f64 = 0.25;
/// Seconds that an invocation is billed for, waits for endpoints left aside: assumed.
const INVOCATION: f64 = 0.010;
/// Seconds of a sweep that finds nothing: assumed.
const SWEEP: f64 = 0.050;
/// Minutes of a month of 730 hours: the sweep runs each.
const MINUTES: f64 = 43_800.0;
/// Read units of a sweep that finds nothing: half a unit for each of four shards of the index.
const SWEEP_READS: f64 = 2.0;
/// Shards of the stream of a new table on demand, which takes 4,000 writes a second.
const SHARDS: f64 = 4.0;
/// Batches of a shard in a month at the most, for a mapping that waits five seconds for a batch to fill.
const COUNTED_BATCHES: f64 = MINUTES * 12.0;
/// Read units of reading a gigabyte, as the reconcile does each night.
const GB_READ: f64 = 131_072.0;
/// Nights of a month.
const NIGHTS: f64 = MINUTES / 1_440.0;
/// Bytes that are kept of an ask (the person) and of a grant (the opt-in): assumed, keys and DynamoDB's own 100 bytes included.
const KEPT: [f64; 2] = [700.0, 1_300.0];
/// Bytes of a line of the access log.
const LOG_LINE: f64 = 300.0;
const GB: f64 = 1_073_741_824.0;
const MILLION: f64 = 1e6;

/// What a month holds.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Month {
    pub(super) asks: f64,
    pub(super) grants: f64,
    pub(super) sends: f64,
    /// Grants that are given on the page, which is loaded first.
    pub(super) pages: f64,
    /// How many months it has gone on like this.
    pub(super) months: f64,
    /// How many changes of one topic the stream brings together.
    pub(super) at_once: f64,
    /// Seconds that an endpoint takes to answer: the business's webhook, and what is outside of a channel.
    pub(super) endpoint: f64,
    pub(super) released: bool,
    #[serde(skip)]
    pub(super) channel: ChannelKind,
    #[serde(skip)]
    pub(super) front: Front,
    #[serde(skip)]
    pub(super) architecture: Architecture,
    pub(super) fixed: Fixed,
}

/// What there is of a deployment whether anybody asks or not.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Fixed {
    pub(super) secrets: f64,
    pub(super) alarms: f64,
    pub(super) metrics: f64,
    pub(super) dashboards: f64,
}

/// To what a line belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Part {
    /// Calls and their writes: what the budget of a lifecycle is about.
    Lifecycle,
    /// What follows from them.
    Following,
    /// What is there anyway.
    Standing,
}

/// A line of the bill.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    pub(super) part: Part,
    pub(super) what: &'static str,
    /// In the unit that the price is for.
    pub(super) quantity: f64,
    pub(super) unit: &'static str,
    pub(super) price: f64,
    pub(super) dollars: f64,
}

const fn line(part: Part, what: &'static str, quantity: f64, unit: &'static str, price: f64) -> Line {
    Line { part, what, quantity, unit, price, dollars: quantity * price }
}

/// The sum of a part, or of all.
pub(super) fn dollars(lines: &[Line], part: Option<Part>) -> f64 {
    lines.iter().filter(|line| part.is_none_or(|part| line.part == part)).map(|line| line.dollars).sum()
}

impl Month {
    /// The lines of its bill.
    pub(super) fn bill(&self, prices: &Prices) -> Vec<Line> {
        let mut lines = self.lifecycle(prices);
        lines.extend(self.following(prices));
        lines.extend(self.standing(prices));
        lines.retain(|line| line.quantity > 0.0);
        lines
    }

    /// The steps as they are taken: what a release redeems is redeemed without a call, and by inbox delivered in the same write.
    fn steps(&self) -> Steps {
        if self.released { released_steps(self.channel) } else { steps(self.channel) }
    }

    /// Of all steps together, what `of` says of one.
    fn all(&self, of: impl Fn(&Step) -> f64) -> f64 {
        let Steps { ask, grant, redeem, deliver, .. } = self.steps();
        self.asks * of(&ask) + self.grants * of(&grant) + self.sends * (of(&redeem) + of(&deliver))
    }

    /// Calls that change something; a typed e-mail address is confirmed by one more.
    fn calls(&self) -> f64 {
        let of_a_grant = if self.channel == ChannelKind::Email { 2.0 } else { 1.0 };
        self.asks + self.grants * of_a_grant + if self.released { 0.0 } else { self.sends }
    }

    fn lifecycle(&self, prices: &Prices) -> Vec<Line> {
        use Part::Lifecycle as Here;
        let calls = self.calls() / MILLION;
        let gb_seconds = self.calls() * INVOCATION * MEMORY_GB;
        vec![
            line(Here, "writes of the table", self.all(|step| step.write_units) / MILLION, "M write units", prices.million_write_units),
            line(Here, "reads of the table", self.all(|step| step.read_units) / MILLION, "M read units", prices.million_read_units),
            line(Here, "calls of the API", calls, "M calls", prices.million_calls(self.front)),
            line(Here, "functions: invocations", calls, "M", prices.million_invocations),
            self.time(Here, "functions: time", gb_seconds, prices),
        ]
    }

    fn time(&self, part: Part, what: &'static str, gb_seconds: f64, prices: &Prices) -> Line {
        line(part, what, gb_seconds / MILLION, "M GB-seconds", prices.million_gb_seconds(self.architecture))
    }

    fn following(&self, prices: &Prices) -> Vec<Line> {
        use Part::Following as Here;
        let records = self.all(|step| step.writes);
        let deliveries = records / self.at_once.min(100.0);
        let batches = (records / self.at_once.min(1_000.0)).min(SHARDS * COUNTED_BATCHES);
        let pages = self.pages / MILLION;
        let counted = (self.asks + self.grants + self.sends) / 3.0 * self.steps().count.write_units / self.at_once.min(1_000.0);
        let invoked = (deliveries + batches) / MILLION + pages;
        let seconds = (deliveries + batches + self.pages) * INVOCATION + self.waits() * self.endpoint;
        let logged = if self.front == Front::HttpApi { (self.calls() + self.pages) * LOG_LINE / GB } else { 0.0 };
        vec![
            line(Here, "counting demand", counted / MILLION, "M write units", prices.million_write_units),
            line(Here, "the stream, read by functions", records / MILLION, "M records", prices.million_stream_reads),
            line(Here, "consent pages", pages, "M calls", prices.million_calls(self.front)),
            line(Here, "functions: invocations", invoked, "M", prices.million_invocations),
            self.time(Here, "functions: time", seconds * MEMORY_GB, prices),
            line(Here, "e-mails", self.mails() / 1e3, "thousand", prices.thousand_emails),
            line(Here, "access log", logged, "GB", prices.log_gb),
        ]
    }

    /// Times that somebody outside is waited for: the webhook hears of each grant and each message, and channels but the inbox
    /// take the message, and before it an e-mail its link.
    fn waits(&self) -> f64 {
        let events = self.grants + self.sends;
        let outside = if self.channel.leaves_the_table() { self.sends } else { 0.0 };
        let links = if self.channel == ChannelKind::Email { self.grants } else { 0.0 };
        (events + outside + links) / self.at_once.min(64.0)
    }

    /// A link that confirms the address, and the message.
    fn mails(&self) -> f64 {
        if self.channel == ChannelKind::Email { self.grants + self.sends } else { 0.0 }
    }

    fn standing(&self, prices: &Prices) -> Vec<Line> {
        use Part::Standing as Here;
        let Fixed { secrets, alarms, metrics, dashboards } = self.fixed;
        let [person, optin] = KEPT;
        let stored = (self.asks * person + self.grants * optin) * self.months / GB;
        let reads = MINUTES * SWEEP_READS + stored * GB_READ * NIGHTS;
        vec![
            line(Here, "the table: storage", stored, "GB", prices.table_gb_month),
            line(Here, "the table: point-in-time recovery", stored, "GB", prices.backup_gb_month),
            line(Here, "the sweep and the nightly reconcile: reads", reads / MILLION, "M read units", prices.million_read_units),
            line(Here, "the sweep: invocations", MINUTES / MILLION, "M", prices.million_invocations),
            self.time(Here, "the sweep: time", MINUTES * SWEEP * MEMORY_GB, prices),
            line(Here, "the sweep's schedule", MINUTES / MILLION, "M", prices.million_rule_invocations),
            line(Here, "secrets", secrets, "secrets", prices.secret_month),
            line(Here, "alarms", alarms, "alarms", prices.alarm_month),
            line(Here, "metrics", metrics, "metrics", prices.metric_month),
            line(Here, "dashboards", dashboards, "dashboards", prices.dashboard_month),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::cost::prices::PriceTable;

    const M: f64 = 1_000_000.0;

    fn million(channel: ChannelKind, front: Front) -> Month {
        let fixed = Fixed { secrets: 1.0, alarms: 0.0, metrics: 0.0, dashboards: 0.0 };
        Month {
            asks: M,
            grants: M,
            sends: M,
            pages: M,
            months: 1.0,
            at_once: 1.0,
            endpoint: 0.1,
            released: false,
            channel,
            front,
            architecture: Architecture::X86,
            fixed,
        }
    }

    fn of(month: &Month) -> [String; 4] {
        let bill = month.bill(&PriceTable::read().regions["us-east-1"]);
        let sum = |part| format!("{:.3}", dollars(&bill, part));
        [sum(Some(Part::Lifecycle)), sum(Some(Part::Following)), sum(Some(Part::Standing)), sum(None)]
    }

    /// By hand, with the list prices: 6 M units at 0.625 are 3.75, 1 M reads 0.125, 3 M calls 3.00, their invocations 0.60 and
    /// 7,500 GB-seconds 0.125: 7.60. Then 6 M units of counting 3.75, 1 M pages 1.00, 4 M + 2.1024 M + 1 M invocations 1.42048,
    /// 17,756 + 50,000 GB-seconds 1.12926852..., 1.1176 GB of log 0.55879: 7.859. Then 1.8626 GB kept for 0.4657 and 0.3725,
    /// 0.0876 M + 7.4259 M reads 0.93919, 0.0438 M invocations 0.00876, 547.5 GB-seconds 0.009125, a secret 0.40: 2.195.
    #[test]
    fn a_million_lifecycles_come_to_what_a_hand_reckons() {
        assert_eq!(of(&million(ChannelKind::Inbox, Front::HttpApi)), ["7.600", "7.859", "2.195", "17.654"]);
    }

    /// Without the gateway 3.00 and 1.00 and the log less: 4.60. By webhook a unit more (0.625) of the lifecycle.
    #[test]
    fn what_stands_before_the_functions_and_the_channel_make_their_difference() {
        assert_eq!(of(&million(ChannelKind::Inbox, Front::FunctionUrls))[..2], ["4.600", "6.300"]);
        assert_eq!(of(&million(ChannelKind::Webhook, Front::HttpApi))[0], "8.225");
    }

    /// The budget of a lifecycle: its units, its calls and their time.
    #[test]
    fn a_million_lifecycles_themselves_are_within_their_budget() {
        for (front, most) in [(Front::HttpApi, 8.0), (Front::FunctionUrls, 5.0)] {
            let bill = million(ChannelKind::Inbox, front).bill(&PriceTable::read().regions["us-east-1"]);
            assert!(dollars(&bill, Some(Part::Lifecycle)) <= most, "{front:?}");
        }
    }

    #[test]
    fn what_comes_together_is_counted_and_brought_together() {
        let rush = Month { at_once: 100.0, ..million(ChannelKind::Inbox, Front::HttpApi) };
        let [_, alone, ..] = of(&million(ChannelKind::Inbox, Front::HttpApi));
        assert!(of(&rush)[1].parse::<f64>().is_ok_and(|together| together * 3.0 < alone.parse().expect("a number")));
    }

    #[test]
    fn a_release_takes_no_calls_and_two_units_a_recipient_by_inbox() {
        let month = Month { asks: 0.0, grants: 0.0, pages: 0.0, released: true, ..million(ChannelKind::Inbox, Front::HttpApi) };
        let bill = month.lifecycle(&PriceTable::read().regions["us-east-1"]);
        assert_eq!(bill.iter().map(|line| line.quantity).collect::<Vec<_>>(), [2.03, 1.0, 0.0, 0.0, 0.0]);
    }
}
