//! What a release by inbox is compared with: one conditional update of each of so many grants like its own, which takes
//! the grant out of the index and ends it, written by hand: no plan, no stream, no checks.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt, stream};
use ringonce_adapters::delivery::releases;
use ringonce_cli::local::engine::TABLE;

use crate::desk::{Desk, person};
use ringonce_tests::fixture;

/// The topic of grants that only the bare updates touch.
pub(crate) const TOPIC: &str = "bare";
/// As many at a time as a release claims.
const AT_ONCE: usize = releases::AT_ONCE;

/// Updates made bare, and how long they took.
#[derive(Default)]
pub(crate) struct Bare {
    next: u64,
    writes: u32,
    took: Duration,
}

impl Bare {
    pub(crate) fn rate(&self) -> f64 {
        f64::from(self.writes) / self.took.as_secs_f64()
    }

    pub(crate) fn done(&self) -> u64 {
        self.next
    }

    /// The updates of the next so many grants.
    pub(crate) async fn slice(&mut self, desk: &Desk, people: u64) {
        let end = desk.stream_end();
        let began = Instant::now();
        let updates = stream::iter(self.next..self.next + people).map(|number| update(desk, number));
        updates.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
        self.took += began.elapsed();
        self.writes += u32::try_from(people).unwrap();
        self.next += people;
        desk.cut_stream(end);
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
