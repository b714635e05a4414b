//! The table as `ringonce dev` and the tests make it. `template.yaml` makes the same one on AWS.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
    StreamSpecification, StreamViewType, TimeToLiveSpecification,
};
use thiserror::Error;

use super::schema::{DUE, DUE_AT, DUE_INDEX, FORGET_AT, PK, SK, WAITING, WAITING_AT, WAITING_INDEX};

/// Why a table could not be made.
#[derive(Debug, Error)]
#[error("cannot make the table: {0}")]
pub struct TableError(String);

impl From<BuildError> for TableError {
    fn from(error: BuildError) -> Self {
        Self(error.to_string())
    }
}

/// Makes the table with its indexes, stream and TTL; does nothing where it is there already.
///
/// # Errors
/// When the engine refuses.
pub async fn create(client: &Client, table: &str) -> Result<(), TableError> {
    let request = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(vec![
            attribute(PK, ScalarAttributeType::S)?,
            attribute(SK, ScalarAttributeType::S)?,
            attribute(WAITING, ScalarAttributeType::S)?,
            attribute(WAITING_AT, ScalarAttributeType::S)?,
            attribute(DUE, ScalarAttributeType::S)?,
            attribute(DUE_AT, ScalarAttributeType::N)?,
        ]))
        .set_key_schema(Some(key_schema(PK, SK)?))
        .global_secondary_indexes(index(WAITING_INDEX, WAITING, WAITING_AT)?)
        .global_secondary_indexes(index(DUE_INDEX, DUE, DUE_AT)?)
        .stream_specification(
            StreamSpecification::builder().stream_enabled(true).stream_view_type(StreamViewType::NewAndOldImages).build()?,
        );
    match request.send().await {
        Ok(_) => forget_on_time(client, table).await,
        Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()) => Ok(()),
        Err(error) => Err(TableError(DisplayErrorContext(error).to_string())),
    }
}

async fn forget_on_time(client: &Client, table: &str) -> Result<(), TableError> {
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(FORGET_AT).build()?;
    let request = client.update_time_to_live().table_name(table).time_to_live_specification(ttl);
    request.send().await.map(|_| ()).map_err(|error| TableError(DisplayErrorContext(error).to_string()))
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()
}

fn key_schema(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    Ok(vec![element(hash, KeyType::Hash)?, element(range, KeyType::Range)?])
}

fn index(name: &str, hash: &str, range: &str) -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema(hash, range)?))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
}
