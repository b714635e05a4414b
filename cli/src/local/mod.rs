//! The parts of a local Ringonce: an embedded DynamoDB engine, the HTTP front, and what AWS does between functions.

pub mod engine;
pub mod front;
pub mod here;
mod lane;
pub mod mail;
pub mod pump;
pub mod records;
pub mod sweeper;
pub mod watched;
