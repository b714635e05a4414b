//! Releases: one item each, whose version every change raises, and the pages of their plans.

use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use ringonce_domain::address::{PersonKey, ReleaseKey};
use ringonce_domain::names::BusinessId;
use ringonce_domain::release::Release;
use ringonce_domain::store::{Page, Releases, StoreError, Stored, release_listing};

use super::codec::{Item, Reader, key, number, text, time};
use super::failure::{self, Failure, undecided};
use super::schema::{self, DUE, DUE_AT, FORGET_AT, SK, attr, condition};
use super::store::{DynamoStore, found, most};

#[async_trait]
impl Releases for DynamoStore {
    async fn start_release(&self, release: &Release) -> Stored<Option<Release>> {
        let put = self.put_release(release).condition_expression(condition::IS_NEW);
        match put.send().await.map_err(failure::of_put) {
            Ok(_) => Ok(None),
            Err(Failure::Condition(standing)) => read_release(&standing).map(Some),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn release(&self, key_of: ReleaseKey) -> Stored<Option<Release>> {
        let item = self.get(key(schema::release_pk(key_of), schema::RELEASE_SK)).await?;
        item.as_ref().map(read_release).transpose()
    }

    async fn advance_release(&self, seen: &Release, to: &Release) -> Stored<bool> {
        let put = self.put_release(to).condition_expression(condition::SAME_VERSION);
        match put.expression_attribute_values(":version", number(seen.version)).send().await.map_err(failure::of_put) {
            Ok(_) => Ok(true),
            // The answer of this very write was lost, or somebody else came first.
            Err(Failure::Condition(standing)) if !standing.is_empty() => Ok(read_release(&standing)? == *to),
            Err(Failure::Condition(_)) => Ok(false),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn plan(&self, release: &Release, page: &Page) -> Stored<Page> {
        let mut item = key(schema::release_pk(release.key), schema::plan_sk(release.step, release.page));
        for (name, people) in [(attr::INBOX, &page.inbox), (attr::OUTSIDE, &page.outside)] {
            let people = people.iter().flat_map(|person| *person.as_bytes()).collect::<Vec<u8>>();
            item.insert(name.to_owned(), AttributeValue::B(Blob::new(people)));
        }
        item.insert(attr::END.to_owned(), text(page.end.as_str()));
        item.insert(FORGET_AT.to_owned(), number(release.forget_at().seconds()));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item)).condition_expression(condition::IS_NEW);
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await.map_err(failure::of_put) {
            Ok(_) => Ok(page.clone()),
            Err(Failure::Condition(standing)) => read_page(&standing),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn planned(&self, release: &Release) -> Stored<Page> {
        let page = self.get(key(schema::release_pk(release.key), schema::plan_sk(release.step, release.page))).await?;
        read_page(&page.ok_or_else(|| StoreError::Corrupt("a release claims a page that was never planned".to_owned()))?)
    }

    async fn list_release(&self, release: &Release) -> Stored<()> {
        let (pk, _) = schema::business_key(&release.terms.business);
        let mut item = key(pk, schema::release_list_sk(&release_listing(release.created_at, release.key)));
        item.insert(FORGET_AT.to_owned(), number(release.forget_at().seconds()));
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.map(|_| ()).map_err(undecided)
    }

    async fn releases(&self, business: &BusinessId, before: Option<&str>, limit: usize) -> Stored<Vec<ReleaseKey>> {
        let (pk, _) = schema::business_key(business);
        // Keys of a prefix: from its beginning up to the place that is named, or to its end.
        let end = schema::release_list_sk(before.unwrap_or("~"));
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":from", text(schema::RELEASE_LIST_SK))
            .expression_attribute_values(":to", text(end.clone()))
            .scan_index_forward(false)
            .limit(most(limit + 1));
        let items = found(query).await?;
        let listed = items.iter().filter(|item| item.get(SK).and_then(|sk| sk.as_s().ok()) != Some(&end));
        listed.take(limit).map(read_listed).collect()
    }
}

impl DynamoStore {
    fn put_release(&self, release: &Release) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(release_item(release)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

fn release_item(release: &Release) -> Item {
    let mut item = key(schema::release_pk(release.key), schema::RELEASE_SK);
    let json = serde_json::to_string(release).expect("plain data always serialises");
    item.insert(attr::RELEASE.to_owned(), text(json));
    item.insert(attr::VERSION.to_owned(), number(release.version));
    item.insert(FORGET_AT.to_owned(), number(release.forget_at().seconds()));
    if let Some(due_at) = release.due_at {
        item.insert(DUE.to_owned(), text(schema::release_due_shard(release.key)));
        item.insert(DUE_AT.to_owned(), time(due_at));
    }
    item
}

pub(super) fn read_release(item: &Item) -> Stored<Release> {
    let reader = Reader(item);
    let release: Release = reader.json(attr::RELEASE)?;
    Ok(Release { due_at: reader.optional(DUE_AT, Reader::time)?, ..release })
}

fn read_page(page: &Item) -> Stored<Page> {
    let end = Reader(page).text(attr::END)?.to_owned();
    Ok(Page { inbox: read_people(page, attr::INBOX)?, outside: read_people(page, attr::OUTSIDE)?, end })
}

fn read_people(page: &Item, name: &str) -> Stored<Vec<PersonKey>> {
    let bytes = page.get(name).and_then(|value| value.as_b().ok());
    let people = bytes.filter(|bytes| bytes.as_ref().len() % 16 == 0).map(|bytes| {
        let keys = bytes.as_ref().chunks_exact(16).filter_map(|key| key.try_into().ok());
        keys.map(PersonKey::from_bytes).collect()
    });
    people.ok_or_else(|| StoreError::Corrupt("a page of a plan is none".to_owned()))
}

fn read_listed(item: &Item) -> Stored<ReleaseKey> {
    let sk = Reader(item).text(SK)?;
    let listed = sk.rsplit_once('#').and_then(|(_, key)| ReleaseKey::from_text(key));
    listed.ok_or_else(|| StoreError::Corrupt("a listed release is none".to_owned()))
}
