//! Keys, attributes and the parts of transactions.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::{PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use lambda_http::Error;

use crate::Context;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// How long anything is kept, in seconds.
pub(crate) const KEPT: u64 = 365 * 86_400;
/// How long a call is recognised when it comes again.
pub(crate) const DAY: u64 = 86_400;

pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn in_a(span: u64, now: u64) -> AttributeValue {
    number(now / 1_000 + span)
}

/// An item's own key: each kind of item has one of its own.
pub(crate) fn key(kind: &str, name: &str) -> Item {
    HashMap::from([("pk".to_owned(), text(format!("{kind}#{name}"))), ("sk".to_owned(), text(kind))])
}

pub(crate) fn text_of<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

impl Context {
    pub(crate) async fn get(&self, kind: &str, name: &str) -> Result<Option<Item>, Error> {
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key(kind, name))).consistent_read(true);
        Ok(read.send().await?.item)
    }

    pub(crate) fn put(&self, item: Item) -> PutBuilder {
        Put::builder().table_name(&self.table).set_item(Some(item))
    }

    pub(crate) fn update(&self, kind: &str, name: &str) -> UpdateBuilder {
        Update::builder().table_name(&self.table).set_key(Some(key(kind, name)))
    }

    /// Writes all or nothing; where a condition fails, which ones did.
    pub(crate) async fn write(&self, items: Vec<TransactWriteItem>) -> Result<Result<(), Vec<bool>>, Error> {
        match self.client.transact_write_items().set_transact_items(Some(items)).send().await {
            Ok(_) => Ok(Ok(())),
            Err(error) => failed(&error).map(Err).ok_or_else(|| error.into()),
        }
    }
}

fn failed(error: &SdkError<TransactWriteItemsError>) -> Option<Vec<bool>> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return None;
    };
    let codes: Vec<_> = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("None")).collect();
    let all_known = codes.iter().all(|code| matches!(*code, "None" | "ConditionalCheckFailed"));
    all_known.then(|| codes.iter().map(|code| *code != "None").collect())
}

pub(crate) fn of_put(put: PutBuilder) -> Result<TransactWriteItem, Error> {
    Ok(TransactWriteItem::builder().put(put.build()?).build())
}

pub(crate) fn of_update(update: UpdateBuilder) -> Result<TransactWriteItem, Error> {
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}
