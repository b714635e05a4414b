//! People: what may be asked of them, and what is kept of them.

use serde::{Deserialize, Serialize};

use super::{Channel, Optin};
use crate::Timestamp;
use crate::open::open_enum;

/// What a person may be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Eligibility {
    /// Whether an ask about the topic would go through now.
    pub eligible: bool,
    /// Whether the person has blocked the business.
    pub blocked: bool,
    /// When it would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// When the person may be asked about the same topic again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_opens_at: Option<Timestamp>,
    /// What each cap leaves.
    #[serde(default)]
    pub caps: Vec<CapLeft>,
}

/// A cap, as it stands for a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CapLeft {
    /// Its name, such as `5/1d`.
    pub cap: String,
    /// How many asks it lets through.
    pub count: u32,
    /// In how many seconds.
    pub window_seconds: u64,
    /// How many are left now.
    pub left: u32,
    /// When it lets the next one through.
    pub opens_at: Timestamp,
}

/// An address of a person, as it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Address {
    /// The channel.
    pub channel: Channel,
    /// Whether one is known.
    pub known: bool,
    /// When that was said.
    pub kept_at: Timestamp,
}

/// An erasure.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Erased {
    /// When. What is kept of the person goes within seconds.
    pub erased_at: Timestamp,
}

open_enum! {
    /// Who gave an address.
    GivenBy {
        /// The business.
        Business = "business",
        /// The person, with consent.
        Person = "person",
    }
}

/// Everything that is kept of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Export {
    /// The person.
    pub user: String,
    /// When they blocked the business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_at: Option<Timestamp>,
    /// When they were last erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// When they were asked, as far as the caps remember.
    #[serde(default)]
    pub asks: Vec<ExportedAsk>,
    /// Where they can be reached.
    #[serde(default)]
    pub addresses: Vec<ExportedAddress>,
    /// Their opt-ins.
    #[serde(default)]
    pub optins: Vec<ExportedOptin>,
    /// Events about them that the business's webhook has not taken yet.
    #[serde(default)]
    pub events: Vec<ExportedEvent>,
}

/// An event that waits for the webhook, or was given up.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportedEvent {
    /// Its id.
    pub id: String,
    /// Since when it waits.
    pub at: Timestamp,
}

/// An ask that the caps remember.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportedAsk {
    /// When.
    pub at: Timestamp,
    /// About what, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// A known address.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportedAddress {
    /// The channel.
    pub channel: Channel,
    /// The address; missing where the key that opens it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Since when it is kept.
    pub kept_at: Timestamp,
    /// Who gave it.
    pub given_by: GivenBy,
}

impl std::fmt::Debug for ExportedAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExportedAddress({}, ..)", self.channel)
    }
}

/// An opt-in with what else is kept with it.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportedOptin {
    /// The opt-in, without its token.
    #[serde(flatten)]
    pub optin: Optin,
    /// Where its message goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<super::Message>,
}

impl std::fmt::Debug for ExportedOptin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExportedOptin({}, {}, ..)", self.optin.id, self.optin.state)
    }
}
