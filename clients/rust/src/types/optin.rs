//! Opt-ins: a question, its answer, and what came of it.

use serde::{Deserialize, Serialize};

use crate::open::open_enum;
use crate::{Timestamp, Token};

open_enum! {
    /// How a message reaches the person.
    Channel {
        /// On their own page.
        Inbox = "inbox",
        /// By the business's own sender.
        Webhook = "webhook",
        /// As a notification of their browser.
        WebPush = "webpush",
        /// As an e-mail.
        Email = "email",
    }
}

open_enum! {
    /// Where an opt-in is in its life.
    State {
        /// The person has not answered.
        Asked = "asked",
        /// An address was typed, and is still to be confirmed.
        Confirming = "confirming",
        /// The person said yes: there is a token.
        Granted = "granted",
        /// The person said no.
        Declined = "declined",
        /// The message is for later.
        Scheduled = "scheduled",
        /// The message is on its way.
        Queued = "queued",
        /// The message is being sent right now.
        Attempting = "attempting",
        /// The message was delivered.
        Sent = "sent",
        /// The message was not delivered and never will be.
        Failed = "failed",
        /// Nobody can know whether the message was delivered.
        Unknown = "unknown",
        /// The person or the business took it back.
        Revoked = "revoked",
        /// Its time was up.
        Expired = "expired",
    }
}

open_enum! {
    /// Why a state was reached.
    Reason {
        /// The person took it back.
        ByPerson = "by-person",
        /// The business took it back.
        ByBusiness = "by-business",
        /// The person has blocked the business.
        Blocked = "blocked",
        /// The other end took the message.
        Accepted = "accepted",
        /// The other end refused the message.
        Refused = "refused",
        /// The address is gone.
        Gone = "gone",
        /// There is no endpoint, or it is disabled.
        NoEndpoint = "no-endpoint",
        /// The other end asked to be tried later.
        Busy = "busy",
        /// There was no connection to the other end.
        Unreachable = "unreachable",
        /// The message was sent and no clear answer came.
        Unclear = "unclear",
        /// There was no time left to try.
        OutOfTime = "out-of-time",
        /// Whoever was sending it never came back.
        LeaseEnded = "lease-ended",
        /// It was tried as often and as long as it may be.
        GaveUp = "gave-up",
        /// The business cancelled the message: the token is whole again.
        Cancelled = "cancelled",
        /// Its time was up.
        Expired = "expired",
        /// The token was given back as often as it may be.
        ReturnedTooOften = "returned-too-often",
        /// The table was restored to an earlier time.
        Restored = "restored",
    }
}

/// A question to a person.
#[derive(Debug, Clone, Serialize)]
pub struct Ask {
    /// The person, as the business calls them.
    pub user: String,
    /// What it is about.
    pub topic: String,
    /// What the person reads.
    pub title: String,
    /// What the business wants to find with the opt-in again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// The person's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The channel that is offered first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Whether Ringonce brings the question to the person.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deliver_ask: bool,
    /// For how many seconds it can be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
}

impl Ask {
    /// A question to `user` about `topic`, which the person reads as `title`.
    #[must_use]
    pub fn new(user: impl Into<String>, topic: impl Into<String>, title: impl Into<String>) -> Self {
        let (user, topic, title) = (user.into(), topic.into(), title.into());
        Self { user, topic, title, payload: None, locale: None, channel: None, deliver_ask: false, expires_in: None }
    }
}

/// A question that was put.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Asked {
    /// The opt-in's id.
    pub id: String,
    /// `asked`, or where it has got to when a repeat is answered.
    pub state: State,
    /// Where the person answers. A secret: whoever has it can answer.
    pub consent_url: String,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asked({}, {}, ..)", self.id, self.state)
    }
}

/// A step of an opt-in's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// The state that was reached.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// What a person agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Consent {
    /// In which language they read it.
    pub language: String,
    /// Which version of the words.
    pub text_version: u32,
}

/// An opt-in, as it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Optin {
    /// Its id.
    pub id: String,
    /// Where it is in its life.
    pub state: State,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// What the person read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the business gave with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// How the message reaches the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// What the person agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// The token, once granted and while it can send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// Its notification's id, once the token was redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    /// When the person was asked.
    pub asked_at: Timestamp,
    /// Until when it can be answered, or its token used.
    pub expires_at: Timestamp,
    /// What happened, in order.
    #[serde(default)]
    pub timeline: Vec<Step>,
}

/// Opt-ins of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OptinList {
    /// The opt-ins.
    pub optins: Vec<Optin>,
}
