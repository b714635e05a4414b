//! The stream at its worst: two shards whose batches come in any order between them, each batch twice.

use dynoxide::actions::get_records::Record;
use ringonce_cli::local::pump::{Mapping, windowed};
use ringonce_cli::local::records::Records;
use serde_json::json;

use crate::dice::Dice;
use crate::world::World;

const SHARDS: [&str; 2] = ["shardId-00000000000000000001-aaaaaaaa", "shardId-00000000000000000002-bbbbbbbb"];
/// Most records of a batch.
const BATCH: usize = 7;

/// A shard: what is to come, and the batch that is being brought.
#[derive(Default)]
struct Shard {
    coming: Vec<Record>,
    batch: Vec<Record>,
    left: u32,
}

/// A mapping of such a stream.
pub struct Unruly {
    records: Records,
    mapping: Mapping,
    shards: [Shard; 2],
    dice: Dice,
}

impl Unruly {
    /// A mapping from the stream's start; what comes when is the seed's.
    pub fn new(world: &World, mapping: Mapping, seed: u64) -> Self {
        let database = world.engine.database.clone().unwrap();
        let records = Records::of(database, &world.engine.table).unwrap();
        Self { records, mapping, shards: Default::default(), dice: Dice(seed) }
    }

    /// Brings everything until nothing is left. How many batches were brought.
    pub async fn run_out(&mut self, world: &World) -> usize {
        let mut brought = 0;
        loop {
            self.read();
            let busy: Vec<_> = (0..2).filter(|shard| self.shards[*shard].left > 0 || !self.shards[*shard].coming.is_empty()).collect();
            if busy.is_empty() {
                return brought;
            }
            let shard = self.dice.one_of(&busy);
            self.bring(world, shard).await;
            brought += 1;
        }
    }

    /// An item's records all stand in one shard.
    fn read(&mut self) {
        for record in self.records.next(1_000).unwrap() {
            let key = serde_json::to_string(&record.dynamodb.keys).unwrap();
            let shard = key.bytes().map(usize::from).sum::<usize>() % 2;
            self.shards[shard].coming.push(record);
        }
    }

    async fn bring(&mut self, world: &World, number: usize) {
        let size = self.dice.between(1, BATCH);
        let shard = &mut self.shards[number];
        if shard.left == 0 {
            let end = size.min(shard.coming.len());
            shard.batch = shard.coming.drain(..end).collect();
            shard.left = 2;
        }
        let event = match self.mapping {
            Mapping::Deliver => json!({ "Records": shard.batch }).to_string(),
            Mapping::Statistics => windowed(&shard.batch, SHARDS[number]),
        };
        let response = world.bring(self.mapping, &event).await;
        if response.batch_item_failures.is_empty() {
            self.shards[number].left -= 1;
        }
    }
}
