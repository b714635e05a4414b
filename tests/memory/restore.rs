//! What an operator reads and holds of a restored table, in memory.

use async_trait::async_trait;
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::Occupant;
use ringonce_domain::release::ReleaseState;
use ringonce_domain::restore::{Restores, Standing, StandingPage};
use ringonce_domain::store::{Cursor, Stored};

use super::{MemoryStore, Table};

#[async_trait]
impl Restores for MemoryStore {
    async fn standing(&self, _after: Option<&Cursor>) -> Stored<StandingPage> {
        let table = self.table();
        let standing: Vec<_> = optins(&table).chain(releases(&table)).chain(businesses(&table)).collect();
        Ok(StandingPage { read: u64::try_from(standing.len()).unwrap_or(u64::MAX), standing, ..StandingPage::default() })
    }

    async fn freeze(&self, business: &BusinessId) -> Stored<bool> {
        let mut table = self.table();
        let Table { businesses, api_keys, .. } = &mut *table;
        let known = businesses.get_mut(business).map(|business| &mut business.settings);
        let keys = api_keys.values_mut().filter(|record| record.business == *business).map(|record| &mut record.settings);
        let mut changed = false;
        for settings in known.into_iter().chain(keys) {
            changed |= !settings.frozen;
            settings.frozen = true;
        }
        Ok(changed)
    }
}

/// What is over is of no interest.
fn optins(table: &Table) -> impl Iterator<Item = Standing> {
    table.occupants.values().filter_map(|occupant| match occupant {
        Occupant::Optin(optin) if !optin.state.is_end() => Some(Standing::Optin(optin.clone())),
        Occupant::Optin(_) | Occupant::Erased(_) => None,
    })
}

fn releases(table: &Table) -> impl Iterator<Item = Standing> {
    let running = table.releases.values().filter(|release| release.state == ReleaseState::Running);
    running.map(|release| Standing::Release(Box::new(release.clone())))
}

fn businesses(table: &Table) -> impl Iterator<Item = Standing> {
    table.businesses.values().map(|business| Standing::Business(Box::new(business.clone())))
}
