//! The `ringonce` program: a whole Ringonce in one process for a laptop, and the operator's commands.

pub mod dev;
pub mod local;
pub mod operator;
