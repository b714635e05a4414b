//! The packages that are deployed, run as Lambda runs them: an emulated Runtime API before each program, recorded events of
//! API Gateway, the stream and the schedule, and the roles of `template.yaml` enforced on every call of the table.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod cold_start;
mod deployment;
mod endings;
mod events;
mod faults;
mod files;
mod gatekeeper;
mod lifecycle;
mod metrics;
mod occurrences;
mod permissions;
