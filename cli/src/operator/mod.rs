//! The operator's commands: businesses, API keys, webhooks, the reconcile and a restored table, against the table itself.

mod business;
mod key;
mod keys;
mod messenger;
mod reconcile;
mod restore;
mod table;
mod webhook;

pub use business::{BusinessArguments, business};
pub use key::{KeyArguments, key};
pub use keys::{KeysArguments, keys};
pub use reconcile::{ReconcileArguments, reconcile};
pub use restore::{RestoreArguments, restore};
pub use table::{OperatorError, TableArguments};
pub use webhook::{WebhookArguments, webhook};
