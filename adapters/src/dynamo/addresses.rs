//! The addresses that are known of people.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::Put;
use ringonce_domain::address::PersonKey;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::CallId;
use ringonce_domain::consent::SealedAddress;
use ringonce_domain::known_address::{self, KeepRuling, KnownAddress};
use ringonce_domain::store::{Addresses, StoreError, Stored};
use ringonce_domain::time::Timestamp;

use super::codec::{self, Item, Reader, bytes, key, text, time};
use super::failure::{self, Failure, undecided};
use super::schema::{self, SK, attr, condition};
use super::store::DynamoStore;
use super::update::Update;

#[async_trait]
impl Addresses for DynamoStore {
    async fn addresses(&self, person: PersonKey) -> Stored<Vec<KnownAddress>> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let answer = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", text(schema::person_pk(person)))
            .expression_attribute_values(":sk", text(schema::KNOWN_ADDRESS_SK))
            .send()
            .await
            .map_err(undecided)?;
        // One for each channel: they fit into one answer.
        answer.items().iter().map(read).collect()
    }

    async fn keep_address(&self, new: &KnownAddress) -> Stored<KeepRuling> {
        let update = Update::change(self.update(schema::person_pk(new.person), schema::known_address_sk(new.channel)));
        let update = update.put(attr::KEPT_AT, time(new.kept_at));
        let update = match &new.to {
            Some(to) => update.put(attr::TO, bytes(&to.sealed)).put(attr::TO_HASH, bytes(&to.hash)),
            None => update.remove(&[attr::TO, attr::TO_HASH]),
        };
        let request = match &new.call {
            Some(call) => update
                .value(":call", bytes(call.as_bytes()))
                .value(":caller", bytes(call.caller()))
                .set("#call = :call")
                .when(condition::KEEP_CALLED),
            None => update.remove(&["#call"]).when(condition::KEEP),
        };
        match request.send().await.map_err(failure::of_update) {
            Ok(_) => Ok(KeepRuling::Kept(new.kept_at)),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Condition(item)) => Ok(known_address::rule(Some(&read(&item)?), new)),
        }
    }

    async fn copy_address(&self, consented: &KnownAddress, asked_at: Timestamp) -> Stored<()> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(consented)))
            .condition_expression(condition::COPY_ADDRESS)
            .expression_attribute_values(":kept_at", time(consented.kept_at));
        self.put_unless_erased(put, consented.person, asked_at).await
    }

    async fn forget_address(&self, seen: &KnownAddress) -> Stored<()> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(schema::person_pk(seen.person), schema::known_address_sk(seen.channel))))
            .condition_expression(condition::SAME_ADDRESS)
            .expression_attribute_values(":kept_at", time(seen.kept_at));
        failure::held(delete.send().await.map_err(failure::of_delete)).map(|_| ())
    }
}

/// An address that was consented to, as an item.
fn item(known: &KnownAddress) -> Item {
    let mut item = key(schema::person_pk(known.person), schema::known_address_sk(known.channel));
    item.insert(attr::KEPT_AT.to_owned(), time(known.kept_at));
    if let Some(to) = &known.to {
        item.insert(attr::TO.to_owned(), bytes(&to.sealed));
        item.insert(attr::TO_HASH.to_owned(), bytes(&to.hash));
    }
    item
}

/// A known address from its item.
pub(super) fn read(item: &Item) -> Result<KnownAddress, StoreError> {
    let reader = Reader(item);
    let corrupt = || StoreError::Corrupt("a known address's key is none".to_owned());
    let channel = reader.text(SK)?.strip_prefix(schema::KNOWN_ADDRESS_SK).and_then(|name| ChannelKind::parse(name).ok());
    let sealed = reader.optional(attr::TO, Reader::bytes)?;
    Ok(KnownAddress {
        person: codec::person_key(item).ok_or_else(corrupt)?,
        channel: channel.ok_or_else(corrupt)?,
        to: sealed.map(|sealed| Ok(SealedAddress { sealed: sealed.to_vec(), hash: reader.array(attr::TO_HASH)? })).transpose()?,
        kept_at: reader.time(attr::KEPT_AT)?,
        call: reader.optional(attr::CALL, Reader::array)?.map(CallId::from_bytes),
    })
}
