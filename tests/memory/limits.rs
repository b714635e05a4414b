//! Limits in memory.

use async_trait::async_trait;
use ringonce_domain::limit::{LimitRuling, Spend};
use ringonce_domain::store::{Limits, Stored};

use super::MemoryStore;

#[async_trait]
impl Limits for MemoryStore {
    async fn spend(&self, spend: &Spend) -> Stored<LimitRuling> {
        let mut table = self.table();
        let uses = table.limits.entry(spend.key).or_default();
        let ruling = uses.rule(spend);
        if ruling == LimitRuling::Admitted {
            *uses = uses.shifted(spend);
        }
        Ok(ruling)
    }
}
