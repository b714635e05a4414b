//! `GET /v1/users/{user}/eligibility?topic=`: the caps, before they bite.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::address::{PersonKey, TopicKey};
use ringonce_domain::caps::{Allowance, Caps, Register};
use ringonce_domain::names::{Topic, UserId};
use ringonce_domain::store::Store;
use ringonce_domain::text::Invalid;
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::Serialize;

/// Whether a person may be asked about a topic now.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct Eligibility {
    /// Whether an ask would be made now.
    eligible: bool,
    /// Whether the person has blocked the business.
    blocked: bool,
    /// When an ask would be made; missing where only the person can open the way.
    #[serde(serialize_with = "rfc3339::optional")]
    opens_at: Option<Timestamp>,
    /// When this topic may be asked about again, where that is in the future.
    #[serde(serialize_with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    topic_opens_at: Option<Timestamp>,
    /// Each cap.
    caps: Vec<CapView>,
}

/// A cap, as it stands for one person.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct CapView {
    /// Its name, such as `5-in-1d`.
    cap: String,
    /// How many asks it lets through.
    count: usize,
    /// In how many seconds.
    window_seconds: u64,
    /// How many are left now.
    left: usize,
    /// When it lets the next one through.
    #[serde(serialize_with = "rfc3339::serialize")]
    opens_at: Timestamp,
}

pub(crate) async fn eligibility(app: &App<impl Store>, request: &Request, user: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let user = UserId::try_from(user.to_owned())?;
    let topic = request.parameter("topic").ok_or_else(|| Invalid::new("topic", "must be given: `?topic=shirt-m`"))?;
    let topic = TopicKey::of(&app.keys, &caller.business, &Topic::try_from(topic)?);
    let person = app.store.person(PersonKey::of(&app.keys, &caller.business, &user)).await?;
    let blocked = person.as_ref().is_some_and(|person| person.blocked_at.is_some());
    let register = person.map(|person| person.register).unwrap_or_default();
    let now = app.clock.now();
    Ok(Response::json(StatusCode::OK, &view(&register, &caller.settings.caps, topic, blocked, now)))
}

fn view(register: &Register, caps: &Caps, topic: TopicKey, blocked: bool, now: Timestamp) -> Eligibility {
    let topic_opens_at = register.topic_opens_at(caps, topic).filter(|opens_at| *opens_at > now);
    let allowances: Vec<Allowance> = register.allowances(caps, now).collect();
    let opens_at = allowances.iter().map(|allowance| allowance.opens_at).chain(topic_opens_at).max().unwrap_or(now);
    Eligibility {
        eligible: !blocked && opens_at <= now,
        blocked,
        // Only the person can lift a block, and nobody knows when.
        opens_at: (!blocked).then_some(opens_at),
        topic_opens_at,
        caps: allowances.iter().map(cap_view).collect(),
    }
}

fn cap_view(allowance: &Allowance) -> CapView {
    let Allowance { cap, left, opens_at } = *allowance;
    CapView { cap: cap.to_string(), count: cap.count, window_seconds: cap.window_seconds, left, opens_at }
}
