//! The `ringonce` program: a whole Ringonce in one process for a laptop, the operator's commands, and those of whoever has a key.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod caller;
pub mod dev;
pub mod local;
pub mod operator;
pub mod output;
