//! The commands of whoever has a business's key: they call the API, of a deployment or of the `ringonce dev` on this machine.

mod ask;
mod connection;
mod failure;
mod optin;
mod release;
mod send;
mod table;
mod topics;
mod user;
mod words;

pub use ask::{AskArguments, ask};
pub use failure::CallerError;
pub use optin::{OptinArguments, optin};
pub use release::{ReleaseArguments, release};
pub use send::{SendArguments, send};
pub use topics::{TopicsArguments, topics};
pub use user::{UserArguments, user};
