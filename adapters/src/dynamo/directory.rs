//! Businesses and their API keys.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};
use ringonce_domain::api_key::{ApiKeyHash, KeyKind};
use ringonce_domain::business::{ApiKeyRecord, Business};
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::{Directory, StoreError, Stored};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec::{Item, Reader, key, text, time};
use super::failure::{self, unbuilt, undecided};
use super::schema::{self, SK, attr, condition};
use super::store::{DynamoStore, found};

/// Most keys of a business: its settings are replaced in all of them by one transaction of at most 100 items, two for
/// each key and one for the business.
const MOST_KEYS: usize = 49;

#[async_trait]
impl Directory for DynamoStore {
    async fn business(&self, id: &BusinessId) -> Stored<Option<Business>> {
        let (pk, sk) = schema::business_key(id);
        self.get(key(pk, sk)).await?.map(|item| read_business(id.clone(), &item)).transpose()
    }

    async fn api_key(&self, hash: &ApiKeyHash) -> Stored<Option<ApiKeyRecord>> {
        let (pk, sk) = schema::api_key_key(hash);
        self.get(key(pk, sk)).await?.as_ref().map(read_record).transpose()
    }

    async fn api_keys(&self, business: &BusinessId) -> Stored<Vec<(ApiKeyHash, ApiKeyRecord)>> {
        let items = found(self.business_query(business, schema::BUSINESS_API_KEY_SK)).await?;
        items.iter().map(|item| Ok((read_hash(item)?, read_record(item)?))).collect()
    }

    async fn add_business(&self, business: &Business) -> Stored<bool> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(business_item(business)));
        failure::held(put.condition_expression(condition::IS_NEW).send().await.map_err(failure::of_put))
    }

    async fn set_business(&self, business: &Business) -> Stored<bool> {
        for _ in 0..MOST_RIVALS {
            if self.business(&business.id).await?.is_none() {
                return Ok(false);
            }
            let mut items = vec![self.put(business_item(business), condition::EXISTS)?];
            for (hash, _) in self.api_keys(&business.id).await? {
                for key in key_items(&business.id, &hash) {
                    items.push(self.settings_update(key, business)?);
                }
            }
            // A key that was revoked meanwhile must not come back: then all of it is done again without it.
            if self.transact(items).await? {
                return Ok(true);
            }
        }
        Err(StoreError::Unavailable("keys of this business are being changed again and again".to_owned()))
    }

    async fn add_api_key(&self, hash: &ApiKeyHash, record: &ApiKeyRecord) -> Stored<()> {
        if self.api_keys(&record.business).await?.len() >= MOST_KEYS {
            return Err(StoreError::Unavailable(format!("a business has at most {MOST_KEYS} keys: revoke one first")));
        }
        let mut items = vec![self.settings_check(record)?];
        for key in key_items(&record.business, hash) {
            items.push(self.put(record_item(record, key), condition::IS_NEW)?);
        }
        if self.transact(items).await? { Ok(()) } else { Err(StoreError::Unavailable("the business was changed meanwhile".to_owned())) }
    }

    async fn revoke_api_key(&self, business: &BusinessId, hash: &ApiKeyHash) -> Stored<bool> {
        if !self.api_keys(business).await?.iter().any(|(known, _)| known == hash) {
            return Ok(false);
        }
        let deletes = key_items(business, hash).into_iter().map(|key| {
            let delete = Delete::builder().table_name(&self.table).set_key(Some(key)).build().map_err(unbuilt)?;
            Ok(TransactWriteItem::builder().delete(delete).build())
        });
        self.transact(deletes.collect::<Stored<_>>()?).await
    }
}

/// How often a change of a business begins anew when its keys change under it.
pub(super) const MOST_RIVALS: usize = 5;

/// A key stands twice: where a caller's key is looked up, and where its business's keys are listed.
pub(super) fn key_items(business: &BusinessId, hash: &ApiKeyHash) -> [Item; 2] {
    let (business_pk, _) = schema::business_key(business);
    let (pk, sk) = schema::api_key_key(hash);
    [key(pk, sk), key(business_pk, schema::business_api_key_sk(hash))]
}

impl DynamoStore {
    fn put(&self, item: Item, condition: &str) -> Stored<TransactWriteItem> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).condition_expression(condition);
        Ok(TransactWriteItem::builder().put(put.build().map_err(unbuilt)?).build())
    }

    pub(super) fn settings_update(&self, key: Item, business: &Business) -> Stored<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression("SET settings = :settings")
            .condition_expression(condition::EXISTS)
            .expression_attribute_values(":settings", text(json(&business.settings)));
        Ok(TransactWriteItem::builder().update(update.build().map_err(unbuilt)?).build())
    }

    /// A new key's settings are the business's as they stand.
    fn settings_check(&self, record: &ApiKeyRecord) -> Stored<TransactWriteItem> {
        let (pk, sk) = schema::business_key(&record.business);
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key(pk, sk)))
            .condition_expression(condition::SAME_SETTINGS)
            .expression_attribute_values(":settings", text(json(&record.settings)));
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(unbuilt)?).build())
    }

    /// False when a condition did not hold.
    pub(super) async fn transact(&self, items: Vec<TransactWriteItem>) -> Stored<bool> {
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if failure::is_condition_cancelled(&error) => Ok(false),
            Err(error) => Err(undecided(error)),
        }
    }
}

pub(super) fn read_business(id: BusinessId, item: &Item) -> Stored<Business> {
    let reader = Reader(item);
    let webhook = reader.optional(attr::WEBHOOK, parse_json)?;
    Ok(Business { id, settings: parse_json(&reader, attr::SETTINGS)?, webhook })
}

fn business_item(business: &Business) -> Item {
    let (pk, sk) = schema::business_key(&business.id);
    let mut item = key(pk, sk);
    item.insert(attr::SETTINGS.to_owned(), text(json(&business.settings)));
    if let Some(webhook) = &business.webhook {
        item.insert(attr::WEBHOOK.to_owned(), text(json(webhook)));
    }
    item
}

fn record_item(record: &ApiKeyRecord, mut item: Item) -> Item {
    item.insert(attr::BUSINESS.to_owned(), text(record.business.as_str()));
    item.insert(attr::KIND.to_owned(), text(kind_word(record.kind)));
    item.insert(attr::CREATED_AT.to_owned(), time(record.created_at));
    item.insert(attr::LAST_FOUR.to_owned(), text(record.last_four.as_str()));
    item.insert(attr::SETTINGS.to_owned(), text(json(&record.settings)));
    item
}

fn read_record(item: &Item) -> Stored<ApiKeyRecord> {
    let reader = Reader(item);
    let kind = match reader.text(attr::KIND)? {
        "sk" => KeyKind::Secret,
        "pk" => KeyKind::Publishable,
        _ => return Err(StoreError::Corrupt("an API key is of no known kind".to_owned())),
    };
    Ok(ApiKeyRecord {
        business: reader.parse(attr::BUSINESS)?,
        kind,
        created_at: reader.time(attr::CREATED_AT)?,
        last_four: reader.text(attr::LAST_FOUR)?.to_owned(),
        settings: parse_json(&reader, attr::SETTINGS)?,
    })
}

fn read_hash(item: &Item) -> Stored<ApiKeyHash> {
    let sk = Reader(item).text(SK)?;
    let hash = sk.strip_prefix(schema::BUSINESS_API_KEY_SK).and_then(ApiKeyHash::from_text);
    hash.ok_or_else(|| StoreError::Corrupt("an API key's hash is none".to_owned()))
}

const fn kind_word(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Secret => "sk",
        KeyKind::Publishable => "pk",
    }
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data always serialises")
}

pub(super) fn parse_json<T: DeserializeOwned>(reader: &Reader<'_>, name: &str) -> Stored<T> {
    serde_json::from_str(reader.text(name)?).map_err(|_| StoreError::Corrupt(format!("attribute `{name}` is not the JSON it should be")))
}
