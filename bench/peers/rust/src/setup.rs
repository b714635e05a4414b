//! The table, with its two indexes: a person's opt-ins, and who waits for a topic.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
};
use lambda_http::Error;

use crate::Context;

pub(crate) async fn tables(context: &Context) -> Result<(), Error> {
    let mut table = context.client.create_table().table_name(&context.table).billing_mode(BillingMode::PayPerRequest);
    for name in ["pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"] {
        let text = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()?;
        table = table.attribute_definitions(text);
    }
    for part in schema("pk", "sk")? {
        table = table.key_schema(part);
    }
    for name in ["gsi1", "gsi2"] {
        table = table.global_secondary_indexes(index(name)?);
    }
    table.send().await?;
    Ok(())
}

fn schema(hash: &str, range: &str) -> Result<[KeySchemaElement; 2], Error> {
    let part = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    Ok([part(hash, KeyType::Hash)?, part(range, KeyType::Range)?])
}

fn index(name: &str) -> Result<GlobalSecondaryIndex, Error> {
    let keys = Projection::builder().projection_type(ProjectionType::KeysOnly).build();
    let parts = schema(&format!("{name}pk"), &format!("{name}sk"))?;
    Ok(GlobalSecondaryIndex::builder().index_name(name).set_key_schema(Some(parts.into())).projection(keys).build()?)
}
