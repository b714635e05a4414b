//! What connects Ringonce's domain to the world: DynamoDB, HTTP, channels, webhooks, configuration.

pub mod dynamo;
pub mod memory;
