//! The program itself, as a process: what it prints, what it survives, what its commands do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod asking;
mod caller;
mod channels;
mod client;
mod cost;
mod crashes;
mod demand;
mod dev;
mod docs;
mod doctor;
mod documents;
mod frozen;
mod guard;
mod init;
mod keys;
mod logs;
mod messenger;
mod operator;
mod output;
mod people;
mod reconcile;
mod releases;
mod releasing;
mod restore;
mod shop;
mod topics;
mod walkthrough;
mod watch;
mod webhook;
