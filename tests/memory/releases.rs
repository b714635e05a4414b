//! Releases, and what they plan.

use async_trait::async_trait;
use ringonce_domain::address::ReleaseKey;
use ringonce_domain::names::BusinessId;
use ringonce_domain::release::Release;
use ringonce_domain::store::{Page, Releases, StoreError, Stored, release_listing};

use super::MemoryStore;

#[async_trait]
impl Releases for MemoryStore {
    async fn start_release(&self, release: &Release) -> Stored<Option<Release>> {
        let mut table = self.table();
        let standing = table.releases.get(&release.key).cloned();
        if standing.is_none() {
            table.put_release(release);
        }
        Ok(standing)
    }

    async fn release(&self, key: ReleaseKey) -> Stored<Option<Release>> {
        Ok(self.table().releases.get(&key).cloned())
    }

    async fn advance_release(&self, seen: &Release, to: &Release) -> Stored<bool> {
        let mut table = self.table();
        let standing = table.releases.get(&seen.key);
        let is_seen = standing.is_some_and(|standing| standing.version == seen.version);
        let is_done = standing == Some(to);
        if is_seen {
            table.put_release(to);
        }
        Ok(is_seen || is_done)
    }

    async fn plan(&self, release: &Release, page: &Page) -> Stored<Page> {
        let place = (release.key, release.step, release.page);
        Ok(self.table().plans.entry(place).or_insert_with(|| page.clone()).clone())
    }

    async fn planned(&self, release: &Release) -> Stored<Page> {
        let page = self.table().plans.get(&(release.key, release.step, release.page)).cloned();
        page.ok_or_else(|| StoreError::Corrupt("a release claims a page that was never planned".to_owned()))
    }

    async fn list_release(&self, release: &Release) -> Stored<()> {
        let listing = release_listing(release.created_at, release.key);
        self.table().listed.insert((release.terms.business.clone(), listing), release.key);
        Ok(())
    }

    async fn releases(&self, business: &BusinessId, before: Option<&str>, limit: usize) -> Stored<Vec<ReleaseKey>> {
        let table = self.table();
        let listed =
            table.listed.iter().rev().filter(|((of, listing), _)| of == business && before.is_none_or(|end| listing.as_str() < end));
        Ok(listed.take(limit).map(|(_, key)| *key).collect())
    }
}
