//! The addresses that are known of people, in memory.

use async_trait::async_trait;
use ringonce_domain::address::PersonKey;
use ringonce_domain::known_address::{self, KeepRuling, KnownAddress};
use ringonce_domain::store::{Addresses, Stored};
use ringonce_domain::time::Timestamp;

use super::{MemoryStore, Table};

type Place = (PersonKey, &'static str);

fn place(known: &KnownAddress) -> Place {
    (known.person, known.channel.name())
}

impl Table {
    pub(super) fn addresses_of(&self, person: PersonKey) -> Vec<KnownAddress> {
        self.addresses.values().filter(|known| known.person == person).cloned().collect()
    }
}

#[async_trait]
impl Addresses for MemoryStore {
    async fn addresses(&self, person: PersonKey) -> Stored<Vec<KnownAddress>> {
        Ok(self.table().addresses_of(person))
    }

    async fn keep_address(&self, new: &KnownAddress) -> Stored<KeepRuling> {
        let mut table = self.table();
        let standing = table.addresses.get(&place(new));
        let ruling = known_address::rule(standing, new);
        let is_repeat = standing.is_some_and(|standing| standing.call.is_some() && standing.call == new.call);
        if ruling == KeepRuling::Kept(new.kept_at) && !is_repeat {
            table.addresses.insert(place(new), new.clone());
        }
        Ok(ruling)
    }

    async fn copy_address(&self, consented: &KnownAddress, asked_at: Timestamp) -> Stored<()> {
        let mut table = self.table();
        let is_newer = table.addresses.get(&place(consented)).is_none_or(|standing| standing.kept_at < consented.kept_at);
        if is_newer && !table.is_erased_since(consented.person, asked_at) {
            table.addresses.insert(place(consented), consented.clone());
        }
        Ok(())
    }

    async fn forget_address(&self, seen: &KnownAddress) -> Stored<()> {
        let mut table = self.table();
        if table.addresses.get(&place(seen)).is_some_and(|standing| standing.kept_at == seen.kept_at) {
            table.addresses.remove(&place(seen));
        }
        Ok(())
    }
}
