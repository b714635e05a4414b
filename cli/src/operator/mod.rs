//! The operator's commands: businesses and API keys, against the table itself.

mod business;
mod key;
mod table;

pub use business::{BusinessArguments, business};
pub use key::{KeyArguments, key};
pub use table::{OperatorError, TableArguments};
