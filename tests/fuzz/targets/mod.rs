//! What is tried, and what must hold.

mod api;
mod bytes;
mod events;
mod guard;
mod headers;
mod here;
mod ids;
mod items;
mod link;
mod providers;
mod public;
mod table;
mod values;

use crate::harness::Target;

/// Every target.
pub(crate) const ALL: [&Target; 12] = [
    &ids::TARGET,
    &link::TARGET,
    &values::TARGET,
    &guard::TARGET,
    &headers::TARGET,
    &providers::TARGET,
    &api::OWN,
    &api::GRAPH,
    &events::GATEWAY,
    &events::OCCURRENCES,
    &events::STREAM,
    &items::TARGET,
];
