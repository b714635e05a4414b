//! The calls, by what they are about.

mod business;
mod notifications;
mod optins;
mod people;
mod releases;
mod topics;
mod webhook;
