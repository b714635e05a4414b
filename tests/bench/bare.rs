//! What a release by inbox is compared with: one conditional update of each of so many grants like its own, which takes
//! the grant out of the index and ends it, written by hand: no plan, no stream, no checks.

use std::time::Instant;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt, stream};
use ringonce_adapters::delivery::releases;
use ringonce_cli::local::engine::TABLE;

use crate::desk::{Desk, person};
use ringonce_memory::fixture;

/// The topic of grants that only the bare updates touch.
pub(crate) const TOPIC: &str = "bare";
/// As many at a time as a release claims.
const AT_ONCE: usize = releases::AT_ONCE;

/// So many grants are updated before what was written is taken out of the stream, as a release's is: every write grows
/// slower as records pile up.
const SLICE: u64 = 250;

/// Updates made bare, slice by slice.
#[derive(Default)]
pub(crate) struct Bare {
    next: u64,
    rates: Vec<f64>,
}

impl Bare {
    /// Updates a second, as the slice in the middle has it: a disturbance of this machine is none of theirs.
    pub(crate) fn rate(&self) -> f64 {
        let mut rates = self.rates.clone();
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    }

    /// The updates of the next so many grants.
    pub(crate) async fn update(&mut self, desk: &Desk, people: u64) {
        for _ in 0..people / SLICE {
            let end = desk.stream_end();
            let began = Instant::now();
            let updates = stream::iter(self.next..self.next + SLICE).map(|number| update(desk, number));
            let writes = updates.buffer_unordered(AT_ONCE).count().await;
            self.rates.push(f64::from(u32::try_from(writes).unwrap()) / began.elapsed().as_secs_f64());
            self.next += SLICE;
            desk.cut_stream(end);
        }
    }
}

async fn update(desk: &Desk, number: u64) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let address = fixture::subject_of(&desk.app.keys, &person(number), TOPIC).address;
    let request = desk
        .engine
        .client
        .update_item()
        .table_name(TABLE)
        .key("pk", text(&format!("P#{}", address.person.to_text())))
        .key("sk", text(&format!("O#{}", address.topic.to_text())))
        .update_expression("SET #state = :sent REMOVE waiting, waiting_at")
        .condition_expression("#state = :granted")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":granted", text("granted"))
        .expression_attribute_values(":sent", text("sent"));
    request.send().await.unwrap();
}
