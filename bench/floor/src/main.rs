//! The floor under a warm invocation: an event is read, one item is updated under a condition, an answer is written. The
//! runtime and the client are Ringonce's own; there is no HTTP layer, no key, no token, no check, no log.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use ringonce_adapters::dynamo::client::{http_client, of_environment};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = of_environment(http_client(None)?)?;
    let table = std::env::var("FLOOR_TABLE")?;
    run(service_fn(|event: LambdaEvent<Value>| update(&client, &table, event.payload))).await
}

/// The item's key and its text stand in the body, as a token and a message would.
async fn update(client: &Client, table: &str, event: Value) -> Result<Value, Error> {
    let body: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default())?;
    let text = |name: &str| AttributeValue::S(body[name].as_str().unwrap_or_default().to_owned());
    let request = client
        .update_item()
        .table_name(table)
        .key("pk", text("id"))
        .key("sk", AttributeValue::S("O".to_owned()))
        .update_expression("SET #state = :queued, message = :message")
        .condition_expression("attribute_not_exists(#state) OR #state = :granted")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":granted", AttributeValue::S("granted".to_owned()))
        .expression_attribute_values(":queued", AttributeValue::S("queued".to_owned()))
        .expression_attribute_values(":message", text("text"));
    request.send().await?;
    Ok(json!({ "statusCode": 202, "body": "{}" }))
}
