//! The DynamoDB store: one table, every command one conditional write.

mod addresses;
mod ask;
pub mod client;
mod codec;
mod commands;
mod directory;
mod failure;
mod limits;
mod outbox;
mod people;
mod reconcile;
mod releases;
mod restore;
pub mod schema;
mod statistics;
mod store;
mod stream;
pub mod table;
mod update;
mod webhooks;

pub use store::DynamoStore;
pub use stream::change;
