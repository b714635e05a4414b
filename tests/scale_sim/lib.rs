//! A release to a million people in virtual time: the code's own planner and release, over a simulated table, stream and
//! Lambda that keep to AWS's published limits.
//!
//! The channel `inbox` is simulated for a business without a webhook; by `webhook` each message is a call, and so is the
//! event that tells of it. Statistics are left out: they read the same stream by a mapping of their own.

pub mod clock;
pub mod dice;
pub mod everyday;
pub mod limits;
pub mod published;
pub mod report;
pub mod spent;
pub mod stream;
pub mod table;
pub mod worker;
pub mod world;
