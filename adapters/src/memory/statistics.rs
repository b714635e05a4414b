//! What is counted of topics, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use ringonce_domain::address::TopicKey;
use ringonce_domain::demand::{Batch, Counter, Mark, Shard, Tally};
use ringonce_domain::names::{BusinessId, Topic};
use ringonce_domain::store::{Statistics, Stored};

use super::MemoryStore;

/// Topics' statistics, and their names.
#[derive(Debug, Default)]
pub(super) struct Counts {
    topics: HashMap<TopicKey, OfTopic>,
    names: BTreeSet<(BusinessId, Topic)>,
}

#[derive(Debug, Default)]
struct OfTopic {
    tally: Tally,
    marks: BTreeMap<Shard, Mark>,
    opening: Option<[u8; 16]>,
}

#[async_trait]
impl Statistics for MemoryStore {
    async fn count(&self, batch: &Batch) -> Stored<()> {
        let mut table = self.table();
        let counts = &mut table.statistics;
        counts.names.extend(batch.name.clone());
        let topic = counts.topics.entry(batch.topic).or_default();
        if let Some(left) = batch.beyond(topic.marks.get(&batch.shard).map(|mark| &mark.place)) {
            topic.tally.add_all(&left.tally);
            topic.marks.insert(batch.shard.clone(), left.mark);
        }
        topic.marks.retain(|_, mark| !mark.is_stale(batch.now));
        Ok(())
    }

    async fn count_opening(&self, topic: TopicKey, opening: [u8; 16]) -> Stored<()> {
        let mut table = self.table();
        let topic = table.statistics.topics.entry(topic).or_default();
        if topic.opening.replace(opening) != Some(opening) {
            topic.tally.add(Counter::Opened, 1);
        }
        Ok(())
    }

    async fn demand(&self, topic: TopicKey) -> Stored<Tally> {
        Ok(self.table().statistics.topics.get(&topic).map(|topic| topic.tally.clone()).unwrap_or_default())
    }

    async fn topics(&self, business: &BusinessId, after: Option<&Topic>, limit: usize) -> Stored<Vec<Topic>> {
        let table = self.table();
        let names = table.statistics.names.iter().filter(|(owner, name)| owner == business && after.is_none_or(|after| name > after));
        Ok(names.map(|(_, name)| name.clone()).take(limit).collect())
    }
}
