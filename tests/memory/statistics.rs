//! What is counted of topics, days and releases, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use ringonce_domain::demand::{Batch, Counter, Day, Mark, Scope, Shard, Tally};
use ringonce_domain::names::{BusinessId, Topic};
use ringonce_domain::store::{Added, Statistics, Stored};

use super::MemoryStore;

/// Statistics of topics, days and releases, and the topics' names.
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
        let counted = counts.of.entry(batch.of.clone()).or_default();
        let mut added = Tally::default();
        if let Some(left) = batch.beyond(counted.marks.get(&batch.shard).map(|mark| &mark.place)) {
            left.tally.kept().for_each(|(counter, by)| counted.tally.add(counter, by));
            counted.marks.insert(batch.shard.clone(), left.mark);
            added = left.tally;
        }
        counted.marks.retain(|_, mark| !mark.is_stale(batch.now));
        Added { tally: added, done: Ok(()) }
    }

    async fn count_opening(&self, of: Scope, opening: [u8; 16]) -> Stored<()> {
        let mut table = self.table();
        let counted = table.statistics.of.entry(of).or_default();
        if counted.opening.replace(opening) != Some(opening) {
            counted.tally.add(Counter::Opened, 1);
        }
        Ok(())
    }

    async fn tally(&self, of: Scope) -> Stored<Tally> {
        Ok(self.table().statistics.of.get(&of).map(|counted| counted.tally.clone()).unwrap_or_default())
    }

    async fn days(&self, business: &BusinessId, from: Day, to: Day) -> Stored<Vec<(Day, Tally)>> {
        let table = self.table();
        let mut days: Vec<_> =
            table.statistics.of.iter().filter_map(|(of, counted)| of.day_of(business).zip(Some(&counted.tally))).collect();
        days.retain(|(day, _)| (from..=to).contains(day));
        days.sort_by_key(|(day, _)| *day);
        Ok(days.into_iter().map(|(day, tally)| (day, tally.clone())).collect())
    }

    async fn topics(&self, business: &BusinessId, begin: &str, after: Option<&Topic>, limit: usize) -> Stored<Vec<Topic>> {
        let table = self.table();
        let names = table
            .statistics
            .names
            .iter()
            .filter(|(owner, name)| owner == business && name.as_str().starts_with(begin) && after.is_none_or(|after| name > after));
        Ok(names.map(|(_, name)| name.clone()).take(limit).collect())
    }
}
