//! What connects Ringonce's domain to the world: DynamoDB, HTTP, channels, webhooks, configuration.

pub mod ambient;
pub mod app;
pub mod app_secret;
pub mod businesses;
pub mod channel_address;
pub mod config;
pub mod delivery;
pub mod dynamo;
pub mod email;
pub mod messages;
pub mod metrics;
pub mod open_web;
pub mod providers;
pub mod reach;
pub mod restore;
pub mod set_up;
pub mod telemetry;
pub mod web_push;
pub mod webhook;
pub mod wire;
