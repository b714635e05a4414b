//! What an operator does to a restored table.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use ringonce_domain::business::{Business, Settings};
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::State;
use ringonce_domain::restore::{Restores, Standing, StandingPage};
use ringonce_domain::store::{Cursor, Directory, StoreError, Stored};

use super::codec::{self, Item, Reader, key, text};
use super::directory::{MOST_RIVALS, json, key_items, read_business};
use super::failure::{unbuilt, undecided};
use super::releases::read_release;
use super::schema::{self, PK, SK, attr, condition};
use super::store::DynamoStore;
use super::webhooks::read_cursor;

const OPEN: [State; 5] = [State::Confirming, State::Granted, State::Scheduled, State::Queued, State::Attempting];

#[async_trait]
impl Restores for DynamoStore {
    async fn standing(&self, after: Option<&Cursor>) -> Stored<StandingPage> {
        let scan = self
            .scan_after(after)
            .consistent_read(true)
            .filter_expression(condition::MAY_BE_UNSETTLED)
            .expression_attribute_names("#state", attr::STATE)
            .expression_attribute_values(":optin", text(schema::OPTIN_SK))
            .expression_attribute_values(":release", text(schema::RELEASE_SK))
            .expression_attribute_values(":business", text(schema::BUSINESS_SK));
        let scan = OPEN.iter().fold(scan, |scan, state| scan.expression_attribute_values(format!(":{state}"), text(state.word())));
        let answer = scan.send().await.map_err(undecided)?;
        let mut page = StandingPage {
            read: u64::try_from(answer.scanned_count).unwrap_or(0),
            next: answer.last_evaluated_key.as_ref().map(read_cursor).transpose()?,
            ..StandingPage::default()
        };
        for item in answer.items() {
            // What cannot be read must not hold up the rest of the table: no function can read it either.
            match read_standing(item) {
                Ok(standing) => page.standing.extend(standing),
                Err(_) => page.unreadable += 1,
            }
        }
        Ok(page)
    }

    /// Looks again until all of it is frozen: a key may be added meanwhile, beside the settings from before.
    async fn freeze(&self, id: &BusinessId) -> Stored<bool> {
        let mut changed = false;
        for _ in 0..MOST_RIVALS {
            let (pk, sk) = schema::business_key(id);
            let Some(item) = self.get(key(pk, sk)).await? else {
                return Ok(changed);
            };
            let business = read_business(id.clone(), &item)?;
            let keys = self.api_keys(id).await?;
            if business.settings.frozen && keys.iter().all(|(_, record)| record.settings.frozen) {
                return Ok(changed);
            }
            let frozen = Business { settings: Settings { frozen: true, ..business.settings }, ..business };
            let mut items = vec![self.settings_change(Reader(&item).text(attr::SETTINGS)?, &frozen)?];
            for key in keys.iter().flat_map(|(hash, _)| key_items(id, hash)) {
                items.push(self.settings_update(key, &frozen)?);
            }
            changed |= self.transact(items).await?;
        }
        Err(StoreError::Unavailable("this business is being changed again and again".to_owned()))
    }
}

impl DynamoStore {
    /// Of a business whose settings are those that were read.
    fn settings_change(&self, seen: &str, business: &Business) -> Stored<TransactWriteItem> {
        let (pk, sk) = schema::business_key(&business.id);
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(pk, sk)))
            .update_expression("SET settings = :new")
            .condition_expression(condition::SAME_SETTINGS)
            .expression_attribute_values(":settings", text(seen))
            .expression_attribute_values(":new", text(json(&business.settings)));
        Ok(TransactWriteItem::builder().update(update.build().map_err(unbuilt)?).build())
    }
}

fn read_standing(item: &Item) -> Stored<Option<Standing>> {
    match Reader(item).text(SK)? {
        schema::RELEASE_SK => Ok(Some(Standing::Release(Box::new(read_release(item)?)))),
        schema::BUSINESS_SK => {
            let id = schema::business_of(Reader(item).text(PK)?);
            let id = id.ok_or_else(|| StoreError::Corrupt("a business's key is none".to_owned()))?;
            Ok(Some(Standing::Business(Box::new(read_business(id, item)?))))
        }
        _ => Ok(codec::read_occupant(item)?.optin().map(|optin| Standing::Optin(Box::new(optin)))),
    }
}
