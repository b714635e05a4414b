//! Notifications: the one message of a token.

use serde::{Deserialize, Serialize};

use super::{Reason, State, Step};
use crate::{Timestamp, Token};

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the person reads.
    pub text: String,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What goes with it to the business's own sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
}

impl Message {
    /// A message of this text alone.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { title: None, text: text.into(), url: None, data: None }
    }
}

/// A message for a token.
#[derive(Debug, Clone, Serialize)]
pub struct Notify {
    /// The token.
    pub token: Token,
    /// The message.
    pub message: Message,
    /// When it is to be sent; without it, at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_at: Option<Timestamp>,
}

impl Notify {
    /// The message for the token, at once.
    #[must_use]
    pub fn now(token: impl Into<Token>, message: Message) -> Self {
        Self { token: token.into(), message, send_at: None }
    }
}

/// A message that was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notified {
    /// The notification's id.
    pub id: String,
    /// `queued` or `scheduled`, or where it has got to when a repeat is answered.
    pub state: State,
}

/// A notification, as it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notification {
    /// Its id.
    pub id: String,
    /// Its opt-in's id.
    pub optin: String,
    /// Where it is in its life.
    pub state: State,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// When it is to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_at: Option<Timestamp>,
    /// What happened, in order.
    #[serde(default)]
    pub timeline: Vec<Step>,
}
