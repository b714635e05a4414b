//! Goes through a restored table and makes it safe, or ends the grants of a business in it.

use futures_util::{StreamExt, TryStreamExt, stream};
use ringonce_domain::call::CallId;
use ringonce_domain::commands::{erase_again, is_undone, settle_restored};
use ringonce_domain::names::BusinessId;
use ringonce_domain::reconcile::Count;
use ringonce_domain::restore::{Erasure, Restores, Settlement, doubtful, unsettled};
use ringonce_domain::store::{StoreError, Stored};
use ringonce_domain::time::Timestamp;

use crate::ambient::random;

/// How much of a page is dealt with at a time.
const AT_ONCE: usize = 16;

/// Makes safe all that is not in the table, and does these erasures again; with `dry_run` it only looks. `progress` hears how
/// many items were read. Whoever stops it leaves nothing half done, and whoever repeats it repeats nothing.
///
/// # Errors
/// When the table does not say.
pub async fn settle(
    store: &(impl Restores + ?Sized),
    erasures: &[Erasure],
    dry_run: bool,
    now: Timestamp,
    mut progress: impl FnMut(u64),
) -> Stored<Settlement> {
    let mut settlement = Settlement::default();
    let mut cursor = None;
    loop {
        let page = store.standing(cursor.as_ref()).await?;
        settlement.read += page.read;
        settlement.unreadable += page.unreadable;
        let found = page.standing.iter().filter_map(|standing| unsettled(standing, now));
        let mut done = stream::iter(found)
            .map(|found| async move {
                let mended = !dry_run && settle_restored(store, &found).await?;
                Ok::<_, StoreError>((found, mended))
            })
            .buffer_unordered(AT_ONCE);
        while let Some((found, mended)) = done.try_next().await? {
            settlement.note(&found, mended);
        }
        progress(settlement.read);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    for erasure in erasures {
        if is_undone(store, erasure).await? {
            settlement.note_erasure(!dry_run && erase_again(store, erasure, CallId::from_bytes(random())).await?);
        }
    }
    Ok(settlement)
}

/// Revokes what was asked for on behalf of a business at `asked_by` or before, and leads to a token or may yet; with
/// `dry_run` it only looks.
///
/// # Errors
/// When the table does not say.
pub async fn revoke_tokens(
    store: &(impl Restores + ?Sized),
    business: &BusinessId,
    asked_by: Timestamp,
    dry_run: bool,
    now: Timestamp,
    mut progress: impl FnMut(u64),
) -> Stored<Count> {
    let (mut count, mut read, mut cursor) = (Count::default(), 0, None);
    loop {
        let page = store.standing(cursor.as_ref()).await?;
        read += page.read;
        let found = page.standing.iter().filter_map(|standing| doubtful(standing, business, asked_by, now));
        let mut done = stream::iter(found)
            .map(|revoke| async move { Ok::<_, StoreError>(!dry_run && store.revoke(&revoke).await?.into_result().is_ok()) })
            .buffer_unordered(AT_ONCE);
        while let Some(mended) = done.try_next().await? {
            count.found += 1;
            count.mended += u64::from(mended);
        }
        progress(read);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(count);
        }
    }
}
