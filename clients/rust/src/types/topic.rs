//! Topics: what people wait for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Channel, Order};
use crate::Timestamp;

/// What happened with a topic so far. Seconds behind, and each thing counted once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Demand {
    /// The topic.
    pub topic: String,
    /// Who has granted, and waits now.
    #[serde(default)]
    pub waiting: i64,
    /// Questions.
    #[serde(default)]
    pub asked: i64,
    /// Who said yes.
    #[serde(default)]
    pub granted: i64,
    /// Who said no.
    #[serde(default)]
    pub declined: i64,
    /// Messages that were delivered.
    #[serde(default)]
    pub sent: i64,
    /// Messages that were not, by reason.
    #[serde(default)]
    pub failed: BTreeMap<String, i64>,
    /// Messages of which nobody can know whether they were delivered.
    #[serde(default)]
    pub unknown: i64,
    /// Opt-ins that were taken back.
    #[serde(default)]
    pub revoked: i64,
    /// Opt-ins whose time was up.
    #[serde(default)]
    pub expired: i64,
    /// Tokens that were given back.
    #[serde(default)]
    pub returned: i64,
    /// Openings of links.
    #[serde(default)]
    pub opened: i64,
}

/// A page of a business's topics.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Topics {
    /// The topics.
    pub topics: Vec<Demand>,
    /// After which topic the next page goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Who is next for a release, and what it would cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waiting {
    /// The topic.
    pub topic: String,
    /// How many people wait.
    pub waiting: i64,
    /// Who comes first.
    pub order: Order,
    /// Those who would be taken first.
    #[serde(default)]
    pub next: Vec<Turn>,
    /// What a release would cost.
    pub cost: WaitingCost,
}

/// Somebody whose turn it would be.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Turn {
    /// The opt-in's id.
    pub optin: String,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// How the message would reach them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// What they said yes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Since when they wait.
    pub granted_at: Timestamp,
    /// Until when they can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// What a release would cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WaitingCost {
    /// How many people it would take.
    pub people: i64,
    /// Write units of the table.
    pub write_units: f64,
    /// Dollars by list prices.
    pub dollars: f64,
}
