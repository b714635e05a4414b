//! Functions run as Lambda runs them: their programs as processes, before a Runtime API of our own.

pub mod cold;
pub mod function;
pub mod package;
pub mod runtime_api;
pub mod template;
