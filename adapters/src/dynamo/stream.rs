//! Records of the table's stream as changes in domain terms.

use aws_lambda_events::dynamodb::EventRecord;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use ringonce_domain::store::{Change, StoreError};
use serde_dynamo::AttributeValue as Image;

use super::codec::{self, Item};
use super::releases::read_release;
use super::schema;

/// The change that a record tells of; `None` for items that nothing follows from.
///
/// # Errors
/// When an image is none that this program writes.
pub fn change(record: &EventRecord) -> Result<Option<Change>, StoreError> {
    let keys = item(&record.change.keys);
    let sk = codec::Reader(&keys).text(schema::SK)?;
    let (old, new) = (image(&record.change.old_image), image(&record.change.new_image));
    if sk.starts_with(schema::OPTIN_SK) {
        let read = |image: Option<Item>| image.as_ref().map(codec::read_occupant).transpose();
        return Ok(Some(Change::Optin { old: read(old)?, new: read(new)? }));
    }
    match new {
        Some(new) if sk == schema::RELEASE_SK => Ok(Some(Change::Release(Box::new(read_release(&new)?)))),
        Some(new) if sk == schema::PERSON_SK => {
            let read = |item: &Item| codec::read_person(item).map(Box::new);
            Ok(Some(Change::Person { old: old.as_ref().map(read).transpose()?, new: read(&new)? }))
        }
        _ => Ok(None),
    }
}

fn image(image: &serde_dynamo::Item) -> Option<Item> {
    (!image.is_empty()).then(|| item(image))
}

fn item(image: &serde_dynamo::Item) -> Item {
    image.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn attribute(value: &Image) -> AttributeValue {
    match value {
        Image::S(text) => AttributeValue::S(text.clone()),
        Image::N(number) => AttributeValue::N(number.clone()),
        Image::B(bytes) => AttributeValue::B(Blob::new(bytes.clone())),
        Image::Bool(value) => AttributeValue::Bool(*value),
        Image::Null(value) => AttributeValue::Null(*value),
        Image::L(list) => AttributeValue::L(list.iter().map(attribute).collect()),
        Image::M(map) => AttributeValue::M(map.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()),
        Image::Ss(set) => AttributeValue::Ss(set.clone()),
        Image::Ns(set) => AttributeValue::Ns(set.clone()),
        Image::Bs(set) => AttributeValue::Bs(set.iter().cloned().map(Blob::new).collect()),
    }
}
