//! The reconcile, in memory.

use async_trait::async_trait;
use ringonce_domain::encoding;
use ringonce_domain::reconcile::{SEGMENTS, Scanned, Segment};
use ringonce_domain::store::{Cursor, Reconciles, ScannedPage, Stored};
use ringonce_domain::time::Timestamp;

use super::{MemoryStore, Table};

#[async_trait]
impl Reconciles for MemoryStore {
    async fn segment(&self, number: u8) -> Stored<Option<Segment>> {
        Ok(self.table().segments.get(&number).cloned())
    }

    async fn advance_segment(&self, seen: Option<&Segment>, to: &Segment) -> Stored<bool> {
        let mut table = self.table();
        let standing = table.segments.get(&to.number);
        if standing.map(|standing| standing.version) == seen.map(|seen| seen.version) {
            table.segments.insert(to.number, to.clone());
            return Ok(true);
        }
        Ok(standing == Some(to))
    }

    async fn scan(&self, number: u8, after: Option<&Cursor>, _: Timestamp, limit: usize) -> Stored<ScannedPage> {
        let mut all = items(&self.table(), number);
        all.sort_by(|(one, _), (other, _)| one.0.cmp(&other.0));
        all.retain(|(place, _)| after.is_none_or(|after| place.0 > after.0));
        let is_more = all.len() > limit;
        all.truncate(limit);
        let next = all.last().filter(|_| is_more).map(|(place, _)| place.clone());
        let read = u64::try_from(all.len()).unwrap_or(u64::MAX);
        // Eight items of a kilobyte to a unit.
        Ok(ScannedPage {
            scanned: all.into_iter().map(|(_, scanned)| scanned).collect(),
            read,
            units: read.div_ceil(8),
            unreadable: 0,
            next,
        })
    }
}

fn items(table: &Table, segment: u8) -> Vec<(Cursor, Scanned)> {
    let here = |key: &[u8; 16]| key[2] % SEGMENTS == segment;
    let place = |pk: &[u8; 16], sk: &[u8]| Cursor([encoding::to_text(pk), encoding::to_text(sk)]);
    let occupants = table.occupants.iter().filter(|(address, _)| here(address.person.as_bytes()));
    let occupants = occupants
        .map(|(address, occupant)| (place(address.person.as_bytes(), address.topic.as_bytes()), Scanned::Occupant(occupant.clone())));
    let people = table.people.iter().filter(|(key, _)| here(key.as_bytes()));
    let people = people.map(|(key, person)| (place(key.as_bytes(), b"P"), Scanned::Person(Box::new(person.clone()))));
    let releases = table.releases.iter().filter(|(key, _)| here(key.as_bytes()));
    let releases = releases.map(|(key, release)| (place(key.as_bytes(), b"R"), Scanned::Release(Box::new(release.clone()))));
    occupants.chain(people).chain(releases).collect()
}
