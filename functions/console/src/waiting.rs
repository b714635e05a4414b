//! `GET /v1/topics/{topic}/waiting`: who is next for a release, and what one costs.

use futures_util::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::line::first_in_line;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::address::{OptinAddress, TopicKey};
use ringonce_domain::business::ChannelKind;
use ringonce_domain::cost;
use ringonce_domain::demand::{Counter, Scope};
use ringonce_domain::names::Topic;
use ringonce_domain::optin::{Occupant, Optin, State};
use ringonce_domain::release::{Order, SETTLED};
use ringonce_domain::store::{Line, Store, WAITING_SHARDS};
use ringonce_domain::text::Invalid;
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::{Deserialize, Serialize};

/// How many of the first in line are read at a time.
const AT_ONCE: usize = 8;
/// Most of them in one answer.
const MOST: usize = 25;
/// So many without a wish.
const USUAL: usize = 10;

/// How many of the first in line are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown(usize);

/// To how many people a release goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct People(u32);

impl TryFrom<String> for Shown {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let shown = text.parse().ok().filter(|shown| (1..=MOST).contains(shown));
        shown.map(Self).ok_or_else(|| Invalid::new("limit", format!("must be a number from 1 to {MOST}")))
    }
}

impl TryFrom<String> for People {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let people = text.parse().ok().filter(|people| *people > 0);
        people.map(Self).ok_or_else(|| Invalid::new("people", format!("must be a number from 1 to {}", u32::MAX)))
    }
}

/// Who is next for a release.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct WaitingView {
    /// For what they wait.
    topic: Topic,
    /// How many grants wait, as they are counted, seconds behind.
    waiting: i64,
    /// Who comes first.
    order: Order,
    /// The first in line.
    next: Vec<NextView>,
    /// What releasing to them costs.
    cost: CostView,
}

/// A grant that waits.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct NextView {
    /// The opt-in.
    optin: String,
    /// Who said yes.
    user: String,
    /// How the message will reach the person.
    channel: ChannelKind,
    /// In which words the person was asked.
    title: String,
    /// Since when the person waits.
    #[serde(serialize_with = "rfc3339::serialize")]
    granted_at: Timestamp,
    /// Until when.
    #[serde(serialize_with = "rfc3339::serialize")]
    expires_at: Timestamp,
}

/// What a release costs the table, if all of those who wait have the channels of the first in line.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct CostView {
    /// To how many people.
    people: u64,
    /// Write units.
    write_units: f64,
    /// The same in US dollars, by AWS's list price of us-east-1, with what Amazon SES takes for e-mails.
    dollars: f64,
}

pub(crate) async fn waiting(app: &App<impl Store>, request: &Request, topic: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let topic = Topic::try_from(topic.to_owned())?;
    let key = TopicKey::of(&app.keys, &caller.business, &topic);
    let order = order(request)?;
    let Shown(limit) = request.parameter("limit").map(Shown::try_from).transpose()?.unwrap_or(Shown(USUAL));
    let wanted = request.parameter("people").map(People::try_from).transpose()?;
    let line = Line { topic: key, order, before: app.clock.now().before(SETTLED), after: None };
    let first = first_in_line(app.store.as_ref(), &line, WAITING_SHARDS, limit).await?;
    let people = first.into_iter().map(|waiting| waiting.person);
    let reads = people.map(|person| async move { app.store.occupant(OptinAddress { person, topic: key }).await });
    let standing: Vec<_> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    // The index is a moment behind: some may have been redeemed meanwhile.
    let next: Vec<Optin> =
        standing.into_iter().flatten().filter_map(Occupant::optin).filter(|optin| optin.state == State::Granted).collect();
    let waiting = app.store.tally(Scope::Topic(key)).await?.of(Counter::Waiting);
    let all = u64::try_from(waiting).unwrap_or(0);
    let people = wanted.map_or(all, |People(people)| all.min(people.into()));
    let cost = CostView::of(people, &next.iter().map(|optin| optin.channel).collect::<Vec<_>>());
    let next = next.iter().map(|optin| NextView::of(app, optin)).collect::<Result<_, _>>()?;
    Ok(Response::json(StatusCode::OK, &WaitingView { topic, waiting, order, next, cost }))
}

fn order(request: &Request) -> Result<Order, Invalid> {
    match request.parameter("order").as_deref() {
        None | Some("oldest") => Ok(Order::Oldest),
        Some("newest") => Ok(Order::Newest),
        Some(_) => Err(Invalid::new("order", "must be `oldest` or `newest`")),
    }
}

impl NextView {
    fn of(app: &App<impl Store>, optin: &Optin) -> Result<Self, ApiError> {
        Ok(Self {
            optin: optin.id().to_text(&app.keys, &optin.business).ok_or(ApiError::Internal)?,
            user: optin.user.as_str().to_owned(),
            channel: optin.channel,
            title: optin.title.as_str().to_owned(),
            granted_at: optin.answered_at,
            expires_at: optin.expires_at,
        })
    }
}

#[cfg(feature = "description")]
mod schemas {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    use utoipa::openapi::{RefOr, Schema};

    use super::{MOST, People, Shown};

    impl utoipa::PartialSchema for Shown {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(MOST)).into()
        }
    }

    impl utoipa::ToSchema for Shown {}

    impl utoipa::PartialSchema for People {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(u32::MAX)).into()
        }
    }

    impl utoipa::ToSchema for People {}
}

/// The two prices that count here, as docs/prices.json has them.
#[derive(Deserialize)]
struct Prices {
    million_write_units: f64,
    thousand_emails: f64,
}

impl Prices {
    fn read() -> Self {
        #[derive(Deserialize)]
        struct Table {
            regions: Regions,
        }
        #[derive(Deserialize)]
        struct Regions {
            #[serde(rename = "us-east-1")]
            first: Prices,
        }
        let table: Table = serde_json::from_str(include_str!("../../../docs/prices.json")).expect("a test reads the table of prices");
        table.regions.first
    }
}

impl CostView {
    fn of(people: u64, channels: &[ChannelKind]) -> Self {
        let count = |amount: usize| u32::try_from(amount).map_or(f64::from(u32::MAX), f64::from);
        let shown = count(channels.len()).max(1.0);
        // Not `sum`: of nothing that is -0.0.
        let units = channels.iter().fold(0.0, |sum, channel| sum + cost::recipient_write_units(*channel)) / shown;
        let emails = count(channels.iter().filter(|channel| **channel == ChannelKind::Email).count()) / shown;
        let many = u32::try_from(people).map_or(f64::from(u32::MAX), f64::from);
        let prices = Prices::read();
        let dollars = many * (units * prices.million_write_units / 1e6 + emails * prices.thousand_emails / 1e3);
        Self { people, write_units: many * units, dollars }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_costs_what_its_recipients_do_by_the_channels_of_the_first_in_line() {
        let of = |people, channels: &[ChannelKind]| CostView::of(people, channels);
        assert!((of(100, &[ChannelKind::Inbox]).write_units - 203.0).abs() < 1e-6);
        assert!((of(100, &[ChannelKind::Inbox, ChannelKind::Webhook]).write_units - 303.0).abs() < 1e-6);
        assert!((of(1_000_000, &[ChannelKind::Inbox]).dollars - 2.03 * 0.625).abs() < 1e-6);
        let by_mail = of(1_000, &[ChannelKind::Email]);
        assert!((by_mail.dollars - (by_mail.write_units * 0.625 / 1e6 + 0.10)).abs() < 1e-6);
        assert_eq!((of(0, &[]).people, of(7, &[]).write_units.to_bits()), (0, 0.0_f64.to_bits()));
    }
}
