//! What is counted of topics and releases, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use ringonce_domain::address::TopicKey;
use ringonce_domain::demand::{Batch, Counter, Mark, Scope, Shard, Tally};
use ringonce_domain::names::{BusinessId, Topic};
use ringonce_domain::store::{Added, Statistics, Stored};

use super::MemoryStore;

/// Statistics of topics and releases, and the topics' names.
#[derive(Debug, Default)]
pub(super) struct Counts {
    of: HashMap<Scope, Counted>,
    names: BTreeSet<(BusinessId, Topic)>,
}

#[derive(Debug, Default)]
struct Counted {
    tally: Tally,
    marks: BTreeMap<Shard, Mark>,
    opening: Option<[u8; 16]>,
}

#[async_trait]
impl Statistics for MemoryStore {
    async fn count(&self, batch: &Batch) -> Added {
        let mut table = self.table();
        let counts = &mut table.statistics;
        counts.names.extend(batch.name.clone());
        let counted = counts.of.entry(batch.of).or_default();
        let mut added = Tally::default();
        if let Some(left) = batch.beyond(counted.marks.get(&batch.shard).map(|mark| &mark.place)) {
            left.tally.kept().for_each(|(counter, by)| counted.tally.add(counter, by));
            counted.marks.insert(batch.shard.clone(), left.mark);
            added = left.tally;
        }
        counted.marks.retain(|_, mark| !mark.is_stale(batch.now));
        Added { tally: added, done: Ok(()) }
    }

    async fn count_opening(&self, topic: TopicKey, opening: [u8; 16]) -> Stored<()> {
        let mut table = self.table();
        let topic = table.statistics.of.entry(Scope::Topic(topic)).or_default();
        if topic.opening.replace(opening) != Some(opening) {
            topic.tally.add(Counter::Opened, 1);
        }
        Ok(())
    }

    async fn tally(&self, of: Scope) -> Stored<Tally> {
        Ok(self.table().statistics.of.get(&of).map(|counted| counted.tally.clone()).unwrap_or_default())
    }

    async fn topics(&self, business: &BusinessId, after: Option<&Topic>, limit: usize) -> Stored<Vec<Topic>> {
        let table = self.table();
        let names = table.statistics.names.iter().filter(|(owner, name)| owner == business && after.is_none_or(|after| name > after));
        Ok(names.map(|(_, name)| name.clone()).take(limit).collect())
    }
}
