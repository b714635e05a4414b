//! The operator's commands: businesses, API keys, webhooks, the reconcile and a restored table, against the table itself, and
//! a deployment's secrets, health and cost.

mod aws;
mod business;
mod cost;
mod doctor;
mod init;
mod key;
mod keys;
mod messenger;
mod reconcile;
mod restore;
mod secrets;
mod table;
mod webhook;

pub use business::{BusinessArguments, business};
pub use cost::{CostArguments, Step, Steps, cost, steps};
pub use doctor::{DoctorArguments, OUTPUTS, doctor};
pub use init::{InitArguments, init};
pub use key::{KeyArguments, key};
pub use keys::{KeysArguments, keys};
pub use reconcile::{ReconcileArguments, reconcile};
pub use restore::{RestoreArguments, restore};
pub use table::{OperatorError, TableArguments};
pub use webhook::{WebhookArguments, webhook};
