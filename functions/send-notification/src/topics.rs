//! `/v1/topics`: what came of asking about each.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::address::TopicKey;
use ringonce_domain::demand::{Counter, Scope, Tally};
use ringonce_domain::names::{BusinessId, Topic};
use ringonce_domain::optin::Reason;
use ringonce_domain::store::Store;
use ringonce_domain::text::Invalid;
use serde::Serialize;

/// How many topics of a page are read at a time.
const AT_ONCE: usize = 8;

/// How many topics a page holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit(usize);

impl Limit {
    /// Without a wish.
    const USUAL: Self = Self(25);
    const MOST: usize = 100;
}

impl TryFrom<String> for Limit {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let limit = text.parse().ok().filter(|limit| (1..=Self::MOST).contains(limit));
        limit.map(Self).ok_or_else(|| Invalid::new("limit", format!("must be a number from 1 to {}", Self::MOST)))
    }
}

#[cfg(feature = "description")]
impl utoipa::PartialSchema for Limit {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(Self::MOST)).into()
    }
}

#[cfg(feature = "description")]
impl utoipa::ToSchema for Limit {}

/// The demand for a topic. It counts seconds behind what it counts, and each thing once.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct DemandView {
    /// The topic.
    topic: Topic,
    /// Asks made.
    asked: i64,
    /// Grants.
    granted: i64,
    /// Grants that can be redeemed now. One whose time is up waits until the next sweep.
    waiting: i64,
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

impl DemandView {
    fn of(topic: Topic, tally: &Tally) -> Self {
        Self {
            topic,
            asked: tally.of(Counter::Asked),
            granted: tally.of(Counter::Granted),
            waiting: tally.of(Counter::Waiting),
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

/// A page of topics.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct TopicsView {
    /// The topics, by name.
    topics: Vec<DemandView>,
    /// Where the next page begins: its `after`. Missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Topic>,
}

pub(crate) async fn list(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let after = request.parameter("after").map(|text| Topic::try_from(text).map_err(|e| Invalid::new("after", e.rule))).transpose()?;
    let begin = request.parameter("prefix").map(begin_of_names).transpose()?.unwrap_or_default();
    let Limit(limit) = request.parameter("limit").map(Limit::try_from).transpose()?.unwrap_or(Limit::USUAL);
    // One more than the page holds says whether another follows.
    let mut names = app.store.topics(&caller.business, &begin, after.as_ref(), limit + 1).await?;
    let is_last = names.len() <= limit;
    names.truncate(limit);
    let next = names.last().filter(|_| !is_last).cloned();
    let topics: Vec<_> = stream::iter(names).map(|topic| view(app, &caller.business, topic)).buffered(AT_ONCE).try_collect().await?;
    Ok(Response::json(StatusCode::OK, &TopicsView { topics, next }))
}

/// What a topic's name may begin with is itself such a name.
fn begin_of_names(text: String) -> Result<String, Invalid> {
    Topic::try_from(text).map(|topic| topic.as_str().to_owned()).map_err(|e| Invalid::new("prefix", e.rule))
}

pub(crate) async fn demand(app: &App<impl Store>, request: &Request, topic: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let topic = Topic::try_from(topic.to_owned())?;
    Ok(Response::json(StatusCode::OK, &view(app, &caller.business, topic).await?))
}

async fn view(app: &App<impl Store>, business: &BusinessId, topic: Topic) -> Result<DemandView, ApiError> {
    let tally = app.store.tally(Scope::Topic(TopicKey::of(&app.keys, business, &topic))).await?;
    Ok(DemandView::of(topic, &tally))
}
