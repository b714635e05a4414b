//! The operator's commands: businesses and API keys, against the table itself.

mod business;
mod key;
mod keys;
mod table;

pub use business::{BusinessArguments, business};
pub use key::{KeyArguments, key};
pub use keys::{KeysArguments, keys};
pub use table::{OperatorError, TableArguments};
