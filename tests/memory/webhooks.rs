//! How webhooks do, and what is sent again, in memory.

use async_trait::async_trait;
use ringonce_domain::health::{Revision, WebhookHealth};
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::{Cursor, GivenUp, MissedEvent, MissedPage, ParkedEvent, Replays, Stored, Webhooks, given_up_place};
use ringonce_domain::time::Timestamp;

use super::MemoryStore;

/// Items of a page: few, so that whoever reads them has to go on.
const PAGE: usize = 4;

#[async_trait]
impl Webhooks for MemoryStore {
    async fn webhook_health(&self, business: &BusinessId) -> Stored<Option<WebhookHealth>> {
        Ok(self.table().healths.get(business).cloned())
    }

    async fn set_webhook_health(&self, business: &BusinessId, seen: Option<Revision>, to: &WebhookHealth) -> Stored<bool> {
        let mut table = self.table();
        let standing = table.healths.get(business).and_then(|health| health.revision);
        if standing == seen {
            table.healths.insert(business.clone(), to.clone());
            return Ok(true);
        }
        Ok(standing.is_some() && standing == to.revision)
    }
}

#[async_trait]
impl Replays for MemoryStore {
    async fn given_up(&self, business: &BusinessId, line: &GivenUp, limit: usize) -> Stored<Vec<(String, MissedEvent)>> {
        let table = self.table();
        let given_up = table.parked.values().filter(|parked| parked.business == *business && parked.due_at.is_none());
        let mut given_up: Vec<_> = given_up.map(MissedEvent::from).map(|event| (given_up_place(&event), event)).collect();
        given_up.retain(|(place, event)| match line {
            GivenUp::Since(since) => event.at >= *since,
            GivenUp::After(after) => place.as_str() > *after,
        });
        given_up.sort_by(|(one, _), (other, _)| one.cmp(other));
        given_up.truncate(limit);
        Ok(given_up)
    }

    async fn parked_of(&self, business: &BusinessId, after: Option<&Cursor>) -> Stored<MissedPage> {
        let table = self.table();
        let place = |parked: &ParkedEvent| Cursor([parked.person.to_text(), parked.event.id.clone()]);
        let mut page: Vec<_> = table.parked.values().filter(|parked| after.is_none_or(|after| place(parked).0 > after.0)).collect();
        page.sort_by_key(|parked| place(parked).0);
        let is_more = page.len() > PAGE;
        page.truncate(PAGE);
        Ok(MissedPage {
            events: page.iter().filter(|parked| parked.business == *business).map(|parked| MissedEvent::from(*parked)).collect(),
            read: page.len(),
            next: page.last().filter(|_| is_more).map(|parked| place(parked)),
        })
    }

    async fn replay(&self, seen: &MissedEvent, due_at: Timestamp, now: Timestamp) -> Stored<bool> {
        let mut table = self.table();
        let Some(parked) = table.parked.get_mut(&(seen.person, seen.id.clone())) else {
            return Ok(false);
        };
        if parked.due_at == seen.due_at {
            (parked.due_at, parked.parked_at, parked.attempts) = (Some(due_at), now, 0);
        }
        Ok(parked.due_at == Some(due_at))
    }
}
