//! Opt-ins and notifications as callers see them.

use ringonce_domain::ids::OptinId;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::message::Message;
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::{Optin, Reason, State, Step};
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::Serialize;

use super::problem::ApiError;

/// One step of a timeline.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub struct StepView {
    /// The state that it led to.
    pub state: State,
    /// When.
    #[serde(serialize_with = "rfc3339::serialize")]
    pub at: Timestamp,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// An opt-in.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub struct OptinView {
    /// Its id.
    pub id: String,
    /// `asked`, `expired`, `superseded` (a later one was answered), or a state of the table.
    pub state: String,
    /// Why it is in that state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// When it was asked for.
    #[serde(serialize_with = "rfc3339::serialize")]
    pub asked_at: Timestamp,
    /// Until when the link can be answered or the token redeemed.
    #[serde(serialize_with = "rfc3339::serialize")]
    pub expires_at: Timestamp,
    /// Who answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// About what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// In which words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the business wanted back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// How the message reaches the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schema(value_type = Option<ringonce_domain::business::ChannelKind>))]
    pub channel: Option<&'static str>,
    /// In which words the person consented, where our page asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ringonce_domain::consent::ConsentText>,
    /// The token, while it can be redeemed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The id of the last message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    /// Every step.
    pub timeline: Vec<StepView>,
}

/// A notification.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub struct NotificationView {
    /// Its id.
    pub id: String,
    /// The opt-in whose token sent it.
    pub optin: String,
    /// `scheduled`, `queued`, `attempting`, `sent`, `failed`, `unknown`, `revoked`, `expired`, or `returned`: its token is
    /// whole again.
    pub state: String,
    /// Why it is in that state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// When it is to be sent, while it is scheduled.
    #[serde(serialize_with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub send_at: Option<Timestamp>,
    /// The message, while it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// Every step of its opt-in.
    pub timeline: Vec<StepView>,
}

fn steps(steps: &[Step]) -> Vec<StepView> {
    steps.iter().map(|step| StepView { state: step.state, at: step.at, reason: step.reason }).collect()
}

impl OptinView {
    /// An opt-in as its business sees it.
    ///
    /// # Errors
    /// When the key ring does not hold the key of its id.
    pub fn of(keys: &KeyRing, optin: &Optin, now: Timestamp) -> Result<Self, ApiError> {
        let Some(id) = optin.id().to_text(keys, &optin.business) else {
            tracing::error!(mac_key = optin.mac_key.0, "an opt-in's MAC key is missing from the key ring");
            return Err(ApiError::Internal);
        };
        let lapsed = optin.has_lapsed(now);
        let redeemable = optin.state == State::Granted && !lapsed;
        Ok(Self {
            id,
            state: if lapsed { "expired" } else { optin.state.word() }.to_owned(),
            reason: optin.reason(),
            asked_at: optin.asked_at,
            expires_at: optin.expires_at,
            user: Some(optin.user.as_str().to_owned()),
            topic: Some(optin.topic.as_str().to_owned()),
            title: Some(optin.title.as_str().to_owned()),
            payload: optin.payload.as_ref().map(|payload| payload.as_str().to_owned()),
            channel: Some(optin.channel.name()),
            consent: optin.consent.clone(),
            token: redeemable.then(|| optin.id().token().reveal(keys, &optin.business)).flatten(),
            notification: optin.notification().and_then(|id| id.to_text(keys, &optin.business)),
            timeline: steps(&optin.timeline),
        })
    }

    /// An ask that nobody has answered: all that is known of it stands in its id.
    #[must_use]
    pub fn unanswered(id: &OptinId, text: &str, now: Timestamp) -> Self {
        let expires_at = id.link_expires_at();
        let state = if expires_at <= now { "expired" } else { "asked" }.to_owned();
        Self { id: text.to_owned(), state, asked_at: id.asked_at, expires_at, ..Self::default() }
    }

    /// An ask in whose place a later one was answered.
    #[must_use]
    pub fn superseded(id: &OptinId, text: &str) -> Self {
        let (state, expires_at) = ("superseded".to_owned(), id.link_expires_at());
        Self { id: text.to_owned(), state, asked_at: id.asked_at, expires_at, ..Self::default() }
    }
}

/// Whether the message of that redemption came back.
fn is_returned(optin: &Optin, redemption: u32) -> bool {
    optin.returned.len() >= usize::try_from(redemption).unwrap_or(usize::MAX)
}

/// The state of the message of that redemption: `returned`, or that of its opt-in.
#[must_use]
pub fn notification_state(optin: &Optin, redemption: u32) -> &'static str {
    if is_returned(optin, redemption) { "returned" } else { optin.state.word() }
}

impl NotificationView {
    /// The message of the `redemption`-th redemption; `None` when there has been no such.
    #[must_use]
    pub fn of(keys: &KeyRing, business: &BusinessId, optin: &Optin, redemption: u32) -> Option<Self> {
        let standing = optin.redemption.as_ref()?.number;
        if redemption == 0 || redemption > standing {
            return None;
        }
        let returned = is_returned(optin, redemption);
        Some(Self {
            id: optin.id().notification(redemption).to_text(keys, business)?,
            optin: optin.id().to_text(keys, business)?,
            state: notification_state(optin, redemption).to_owned(),
            reason: if redemption == standing { optin.reason() } else { None },
            send_at: optin.delivery.due_at.filter(|_| optin.state == State::Scheduled && !returned),
            message: optin.message.clone().filter(|_| !returned),
            timeline: steps(&optin.timeline),
        })
    }
}
