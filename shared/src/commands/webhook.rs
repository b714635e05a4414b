use std::time::Duration;

use crate::health::{Revision, WebhookHealth};
use crate::names::BusinessId;
use crate::store::{MissedEvent, Replays, Stored, Webhooks};
use crate::time::Timestamp;

/// What stands after a change of a webhook's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthChange {
    /// The health.
    pub health: WebhookHealth,
    /// Whether this very call made it so.
    pub changed: bool,
}

/// Has `change` say what a webhook's health becomes: over `seen`, what the caller takes for what stands, and where
/// somebody else wrote since, over what stands in truth. `revision` makes new ones.
///
/// # Errors
/// When the store could not decide.
pub async fn change_health(
    store: &(impl Webhooks + ?Sized),
    business: &BusinessId,
    seen: WebhookHealth,
    revision: impl Fn() -> Revision,
    change: impl Fn(&WebhookHealth) -> Option<WebhookHealth>,
) -> Stored<HealthChange> {
    const MOST_RIVALS: usize = 5;
    let mut health = seen;
    for _ in 0..MOST_RIVALS {
        let Some(next) = change(&health) else {
            break;
        };
        let next = WebhookHealth { revision: Some(revision()), ..next };
        if store.set_webhook_health(business, health.revision, &next).await? {
            return Ok(HealthChange { health: next, changed: true });
        }
        match store.webhook_health(business).await? {
            Some(kept) if kept.url == health.url => health = kept,
            // The webhook was moved meanwhile: what was heard is of no interest any more.
            _ => break,
        }
    }
    Ok(HealthChange { health, changed: false })
}

/// How a business's webhook at `url` does, as of now.
///
/// # Errors
/// When the store does not say.
pub async fn webhook_health(store: &(impl Webhooks + ?Sized), business: &BusinessId, url: &str) -> Stored<WebhookHealth> {
    Ok(WebhookHealth::standing(store.webhook_health(business).await?, url))
}

/// Has a webhook taken for well, whatever was noted of it. `revision` makes new ones.
///
/// # Errors
/// When the store could not decide.
pub async fn enable_webhook(
    store: &(impl Webhooks + ?Sized),
    business: &BusinessId,
    url: &str,
    now: Timestamp,
    revision: impl Fn() -> Revision,
) -> Stored<HealthChange> {
    let seen = webhook_health(store, business, url).await?;
    change_health(store, business, seen, revision, |health| health.enabled(now)).await
}

/// The parked events of a business that happened at `since` or after, in the order in which they happened. `progress`
/// hears how many items of the table were looked at and how many of them are such events.
///
/// # Errors
/// When the store does not say.
pub async fn missed_events(
    store: &(impl Replays + ?Sized),
    business: &BusinessId,
    since: Timestamp,
    mut progress: impl FnMut(usize, usize),
) -> Stored<Vec<MissedEvent>> {
    let (mut missed, mut read, mut cursor) = (Vec::new(), 0, None);
    loop {
        let page = store.parked_of(business, cursor.as_ref()).await?;
        read += page.read;
        missed.extend(page.events.into_iter().filter(|event| event.at >= since));
        progress(read, missed.len());
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    missed.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    Ok(missed)
}

/// What a replay came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replayed {
    /// How many events it made due.
    pub made_due: usize,
    /// How many were due already, or taken up meanwhile.
    pub under_way: usize,
}

/// Makes events due now, in their order. Each is one write: who stops half-way loses nothing, and who repeats it repeats
/// nothing that is under way.
///
/// # Errors
/// When the store could not decide.
pub async fn replay(store: &(impl Replays + ?Sized), missed: &[MissedEvent], now: Timestamp) -> Stored<Replayed> {
    let mut replayed = Replayed::default();
    for (event, behind) in missed.iter().zip((0..missed.len()).rev()) {
        let due_at = now.before(Duration::from_millis(u64::try_from(behind).unwrap_or(u64::MAX)));
        let waits = event.due_at.is_none_or(|due_at| due_at > now);
        if waits && store.replay(event, due_at, now).await? {
            replayed.made_due += 1;
        } else {
            replayed.under_way += 1;
        }
    }
    Ok(replayed)
}
