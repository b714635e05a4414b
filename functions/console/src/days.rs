//! `GET /v1/days`: what came of each day's asking.

use std::collections::BTreeMap;

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::demand::{Counter, Day, Tally};
use ringonce_domain::optin::Reason;
use ringonce_domain::store::Store;
use ringonce_domain::text::Invalid;
use serde::Serialize;

/// Most days of one answer.
const MOST: u64 = 92;
/// Days without a wish, the last of which is today.
const USUAL: u64 = 30;

/// What came of a span of days.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct DaysView {
    /// The first day.
    from: Day,
    /// The last day.
    to: Day,
    /// The days on which something came to pass, in their order.
    days: Vec<DayView>,
}

/// What came to pass on a day, whatever it was about. It counts seconds behind what it counts, and each thing once.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct DayView {
    /// The day, of UTC.
    day: Day,
    /// Asks made.
    asked: i64,
    /// Grants.
    granted: i64,
    /// Declined asks.
    declined: i64,
    /// Messages that were delivered.
    sent: i64,
    /// Messages that were not and never will be, by reason.
    #[cfg_attr(feature = "description", schema(value_type = BTreeMap<String, i64>))]
    failed: BTreeMap<Reason, i64>,
    /// Messages of which nobody can know whether they were delivered.
    unknown: i64,
    /// Grants and messages that were taken back.
    revoked: i64,
    /// Grants and messages whose time was up.
    expired: i64,
    /// Messages whose token was given back.
    returned: i64,
    /// Openings of messages' links.
    opened: i64,
}

pub(crate) async fn days(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let (from, to) = span(request, Day::of(app.clock.now()))?;
    let days = app.store.days(&caller.business, from, to).await?;
    let days = days.iter().map(|(day, tally)| DayView::of(*day, tally)).collect();
    Ok(Response::json(StatusCode::OK, &DaysView { from, to, days }))
}

fn span(request: &Request, today: Day) -> Result<(Day, Day), Invalid> {
    let day =
        |name: &'static str| request.parameter(name).map(|text| Day::try_from(text).map_err(|e| Invalid::new(name, e.rule))).transpose();
    let to = day("to")?.unwrap_or(today);
    let from = day("from")?.unwrap_or_else(|| to.before(USUAL - 1));
    if !(1..=MOST).contains(&to.since(from)) {
        return Err(Invalid::new("from", format!("must lie before `to`, and both at most {MOST} days apart")));
    }
    Ok((from, to))
}

impl DayView {
    fn of(day: Day, tally: &Tally) -> Self {
        Self {
            day,
            asked: tally.of(Counter::Asked),
            granted: tally.of(Counter::Granted),
            declined: tally.of(Counter::Declined),
            sent: tally.of(Counter::Sent),
            failed: tally.failures(),
            unknown: tally.of(Counter::Unknown),
            revoked: tally.of(Counter::Revoked),
            expired: tally.of(Counter::Expired),
            returned: tally.of(Counter::Returned),
            opened: tally.of(Counter::Opened),
        }
    }
}
