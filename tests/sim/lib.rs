//! Ringonce in a simulation that follows from one number. The real handlers and workers run over the in-memory store, whose
//! rules the contract suite holds to those of DynamoDB's; the time is virtual; and at every call of the store or of a
//! provider the process may die, or the answer may be lost. An auditor that knows nothing of the code judges by what the
//! provider took and what callers were told.

mod audit;
mod callers;
mod dice;
mod faults;
mod log;
mod process;
mod provider;
mod scenario;
mod store;
mod stream;
mod world;

pub use audit::Violation;
pub use scenario::Scenario;
pub use world::{Outcome, run};
