//! A webhook as its business and its operator see it.

use ringonce_domain::health::{DisabledReason, FailureReason, HealthEvent, HealthEventKind, HealthState, WebhookHealth};
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::Serialize;

/// A business's webhook, and how it does.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub struct WebhookView {
    /// Where events and messages go.
    pub url: String,
    /// `healthy`; `failing`: nothing has been taken since a failure; `disabled`: nothing is sent until it is enabled again.
    pub state: HealthState,
    /// Since when it fails or is disabled.
    #[serde(serialize_with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why it is disabled: it answered an event with 410 (`gone`), or failed for five days (`failing`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DisabledReason>,
    /// The last failure that was noted. While it fails, that is one in ten minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<FailureView>,
    /// The first success after the last failures. No success but that one is noted.
    #[serde(serialize_with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Timestamp>,
    /// What happened to it, the last 20 at the most, the latest first.
    pub events: Vec<WebhookEventView>,
}

/// A delivery that failed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub struct FailureView {
    /// When.
    #[serde(serialize_with = "rfc3339::serialize")]
    pub at: Timestamp,
    /// Why.
    pub reason: FailureReason,
}

/// Something that happened to a webhook.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub struct WebhookEventView {
    /// What.
    pub kind: HealthEventKind,
    /// When.
    #[serde(serialize_with = "rfc3339::serialize")]
    pub at: Timestamp,
    /// Why it was disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DisabledReason>,
}

impl WebhookView {
    /// The webhook that this is the health of.
    #[must_use]
    pub fn of(health: &WebhookHealth) -> Self {
        Self {
            url: health.url.clone(),
            state: health.state(),
            since: health.disabled.map(|disabled| disabled.at).or(health.failing_since),
            reason: health.disabled.map(|disabled| disabled.reason),
            last_failure: health.last_failure.map(|last| FailureView { at: last.at, reason: last.reason }),
            recovered_at: health.recovered_at,
            events: health.events.iter().rev().map(WebhookEventView::of).collect(),
        }
    }
}

impl WebhookEventView {
    fn of(event: &HealthEvent) -> Self {
        let HealthEvent { kind, at, reason } = *event;
        Self { kind, at, reason }
    }
}
