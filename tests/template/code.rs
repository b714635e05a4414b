//! What the code says about what is to be deployed.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{GlobalSecondaryIndexDescription, KeySchemaElement, TableDescription};
use ringonce_adapters::config::VARIABLES;
use ringonce_adapters::wire::Route;
use ringonce_tests::engine::Engine;
use serde_json::{Value, json};

use ringonce_tests::root;

/// Which paths a function answers, which variables it reads, and which table it works on.
pub(crate) struct Code {
    /// By folder, the paths that it answers.
    pub(crate) functions: BTreeMap<String, BTreeSet<String>>,
    /// Every variable of the configuration.
    pub(crate) variables: BTreeSet<String>,
    /// The table, in CloudFormation's words.
    pub(crate) table: Value,
}

impl Code {
    pub(crate) async fn read() -> Self {
        let mut functions: BTreeMap<_, _> = folders().into_iter().map(|folder| (folder, BTreeSet::new())).collect();
        functions.insert("request-optin".to_owned(), paths(request_optin::ROUTES));
        functions.insert("grant-token".to_owned(), paths(grant_token::ROUTES));
        functions.insert("send-notification".to_owned(), paths(send_notification::ROUTES));
        functions.insert("console".to_owned(), paths(console::ROUTES));
        functions.insert("messenger-api".to_owned(), BTreeSet::from(["$default".to_owned()]));
        let variables = VARIABLES.iter().map(|variable| variable.name.to_owned()).collect();
        Self { functions, variables, table: table().await }
    }
}

fn folders() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("functions")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn paths<E>(routes: &[Route<E>]) -> BTreeSet<String> {
    routes.iter().map(|route| route.path.to_owned()).collect()
}

/// The table as the code makes it, asked of the engine that made it.
async fn table() -> Value {
    let engine = Engine::embedded().await;
    let described = engine.client.describe_table().table_name(&engine.table).send().await.unwrap().table.unwrap();
    let ttl = engine.client.describe_time_to_live().table_name(&engine.table).send().await.unwrap();
    json!({
        "AttributeDefinitions": attributes(&described),
        "KeySchema": keys(described.key_schema()),
        "GlobalSecondaryIndexes": described.global_secondary_indexes().iter().map(index).collect::<Vec<_>>(),
        "StreamSpecification": { "StreamViewType": described.stream_specification().unwrap().stream_view_type().unwrap().as_str() },
        "TimeToLiveSpecification": { "AttributeName": ttl.time_to_live_description().unwrap().attribute_name().unwrap(), "Enabled": true },
        "BillingMode": described.billing_mode_summary().unwrap().billing_mode().unwrap().as_str(),
    })
}

fn attributes(table: &TableDescription) -> Vec<Value> {
    let attribute = |attribute: &aws_sdk_dynamodb::types::AttributeDefinition| json!({ "AttributeName": attribute.attribute_name(), "AttributeType": attribute.attribute_type().as_str() });
    table.attribute_definitions().iter().map(attribute).collect()
}

fn keys(schema: &[KeySchemaElement]) -> Vec<Value> {
    schema.iter().map(|key| json!({ "AttributeName": key.attribute_name(), "KeyType": key.key_type().as_str() })).collect()
}

fn index(index: &GlobalSecondaryIndexDescription) -> Value {
    let projection = index.projection().unwrap().projection_type().unwrap();
    json!({ "IndexName": index.index_name(), "KeySchema": keys(index.key_schema()), "Projection": { "ProjectionType": projection.as_str() } })
}
