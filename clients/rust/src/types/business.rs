//! The business whose key it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Channel;

/// A business, as it is set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Business {
    /// Its id.
    pub id: String,
    /// Its name as people read it.
    pub name: String,
    /// The channels it offers, the first as the default.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// How often a person may be asked.
    #[serde(default)]
    pub caps: Vec<Cap>,
    /// How long the same topic may not be asked about again.
    pub topic_window: String,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Its colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// Where its publishable keys may be used.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Where its events go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// In which form they are told: `standard` or `messenger`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_form: Option<String>,
    /// Whether its tokens are frozen.
    #[serde(default)]
    pub frozen: bool,
}

/// A cap: so many asks in a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cap {
    /// How many asks.
    pub count: u32,
    /// In which time, such as `1d`.
    pub window: String,
}

/// What happened from day to day.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Days {
    /// The first day, such as `2026-11-01`.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The days on which anything happened.
    #[serde(default)]
    pub days: Vec<Day>,
}

/// What happened on a day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Day {
    /// The day.
    pub day: String,
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
