//! What the API takes and answers. A field or a word that this version does not know does no harm: fields are left out, and
//! words are kept.

mod business;
mod notification;
mod optin;
mod person;
mod release;
mod topic;
mod webhook;

pub use business::{Business, Cap, Day, Days};
pub use notification::{Message, Notification, Notified, Notify};
pub use optin::{Ask, Asked, Channel, Consent, Optin, OptinList, Reason, State, Step};
pub use person::{Address, CapLeft, Eligibility, Erased, Export, ExportedAddress, ExportedAsk, ExportedEvent, ExportedOptin, GivenBy};
pub use release::{Batch, NewRelease, Order, Release, ReleaseList, ReleaseReason, ReleaseState, Started};
pub use topic::{Demand, Topics, Turn, Waiting, WaitingCost};
pub use webhook::{Replay, Replayed, Tested, Verdict, WebhookEvent, WebhookFailure, WebhookHealth, WebhookState};
