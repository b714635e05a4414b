//! The line of those who wait for a topic: kept in shards, read as one.

use std::collections::VecDeque;

use futures_util::{StreamExt, TryStreamExt, stream};
use ringonce_domain::release::Order;
use ringonce_domain::store::{Line, Outbox, Stored, Waiting};

/// What was read of a shard and not yet taken.
struct Shard {
    number: u8,
    read: VecDeque<Waiting>,
    line: Line,
    is_read_out: bool,
}

impl Shard {
    async fn read_more(&mut self, store: &impl Outbox, chunk: usize) -> Stored<()> {
        let more = store.waiting(&self.line, self.number, chunk).await?;
        self.is_read_out = more.len() < chunk;
        if let Some(last) = more.last() {
            self.line.after = Some(last.place.clone());
        }
        self.read.extend(more);
        Ok(())
    }
}

/// The first `wanted` of a line that is kept in so many `shards`, in its order. Reads little more than that: a shard is
/// read on only where all that was read of it is taken.
///
/// # Errors
/// When the table does not answer.
pub async fn first_in_line(store: &impl Outbox, line: &Line, shards: u8, wanted: usize) -> Stored<Vec<Waiting>> {
    // A person's shard is a hash of theirs: most shards hold about as many of the first ones as any other.
    let chunk = wanted / usize::from(shards) + 8;
    let reads = (0..shards).map(|number| async move {
        let mut shard = Shard { number, read: VecDeque::new(), line: line.clone(), is_read_out: false };
        shard.read_more(store, chunk).await?;
        Ok(shard)
    });
    let mut shards: Vec<Shard> = stream::iter(reads).buffered(usize::from(shards)).try_collect().await?;
    let mut first = Vec::with_capacity(wanted);
    while first.len() < wanted {
        for shard in shards.iter_mut().filter(|shard| shard.read.is_empty() && !shard.is_read_out) {
            shard.read_more(store, chunk).await?;
        }
        let heads = shards.iter_mut().filter(|shard| !shard.read.is_empty());
        let next = match line.order {
            Order::Oldest => heads.min_by(|a, b| a.read[0].cmp(&b.read[0])),
            Order::Newest => heads.max_by(|a, b| a.read[0].cmp(&b.read[0])),
        };
        match next.and_then(|shard| shard.read.pop_front()) {
            Some(waiting) => first.push(waiting),
            None => break,
        }
    }
    Ok(first)
}
