//! The operator's commands: businesses, API keys and webhooks, against the table itself.

mod business;
mod key;
mod keys;
mod table;
mod webhook;

pub use business::{BusinessArguments, business};
pub use key::{KeyArguments, key};
pub use keys::{KeysArguments, keys};
pub use table::{OperatorError, TableArguments};
pub use webhook::{WebhookArguments, webhook};
