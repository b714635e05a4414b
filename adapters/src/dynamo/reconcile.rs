//! The reconcile: its segments, one item each, and the scan of the table.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use ringonce_domain::optin::State;
use ringonce_domain::reconcile::{GRACE, SEGMENTS, Scanned, Segment};
use ringonce_domain::store::{Cursor, Reconciles, ScannedPage, Stored};
use ringonce_domain::time::Timestamp;

use super::codec::{self, Item, Reader, key, number, text, time};
use super::failure::{self, Failure, undecided};
use super::releases::read_release;
use super::schema::{self, DUE, DUE_AT, SK, attr, condition};
use super::store::{DynamoStore, most};
use super::webhooks::read_cursor;

/// What a page takes at the most: one megabyte, eventually consistent. A page that does not say what it took took this.
const MOST_UNITS: f64 = 128.0;

#[async_trait]
impl Reconciles for DynamoStore {
    async fn segment(&self, number: u8) -> Stored<Option<Segment>> {
        let item = self.get(key(schema::segment_pk(number), schema::SEGMENT_SK)).await?;
        item.as_ref().map(read_segment).transpose()
    }

    async fn advance_segment(&self, seen: Option<&Segment>, to: &Segment) -> Stored<bool> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(segment_item(to)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match seen {
            Some(seen) => put.condition_expression(condition::SAME_VERSION).expression_attribute_values(":version", number(seen.version)),
            None => put.condition_expression(condition::IS_NEW),
        };
        match put.send().await.map_err(failure::of_put) {
            Ok(_) => Ok(true),
            // The answer of this very write was lost, or somebody else has the segment.
            Err(Failure::Condition(standing)) if !standing.is_empty() => Ok(read_segment(&standing)? == *to),
            Err(Failure::Condition(_)) => Ok(false),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn scan(&self, number: u8, after: Option<&Cursor>, now: Timestamp, limit: usize) -> Stored<ScannedPage> {
        let scan = self
            .scan_after(after)
            .segment(number.into())
            .total_segments(SEGMENTS.into())
            .limit(most(limit))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = may_be_found(scan, now.before(GRACE)).send().await.map_err(undecided)?;
        let mut page = ScannedPage {
            read: u64::try_from(answer.scanned_count).unwrap_or(0),
            units: whole(answer.consumed_capacity().and_then(|used| used.capacity_units).unwrap_or(MOST_UNITS)),
            next: answer.last_evaluated_key.as_ref().map(read_cursor).transpose()?,
            ..ScannedPage::default()
        };
        for item in answer.items() {
            match read_scanned(item) {
                Ok(scanned) => page.scanned.push(scanned),
                // It must not hold up the rest of the table.
                Err(error) => {
                    tracing::error!(%error, "passed over by a reconcile");
                    page.unreadable += 1;
                }
            }
        }
        Ok(page)
    }
}

/// Has a scan leave out what is certainly to be left as it is: it is read all the same, but neither sent nor parsed.
fn may_be_found(scan: ScanFluentBuilder, before: Timestamp) -> ScanFluentBuilder {
    let states = [State::Confirming, State::Granted, State::Scheduled, State::Queued, State::Attempting];
    let scan = scan
        .filter_expression(condition::MAY_BE_FOUND)
        .expression_attribute_names("#state", attr::STATE)
        .expression_attribute_values(":before", time(before))
        .expression_attribute_values(":optin", text(schema::OPTIN_SK))
        .expression_attribute_values(":person", text(schema::PERSON_SK))
        .expression_attribute_values(":release", text(schema::RELEASE_SK));
    states.iter().fold(scan, |scan, state| scan.expression_attribute_values(format!(":{state}"), text(state.word())))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page takes from a half to some hundred units")]
fn whole(units: f64) -> u64 {
    units.ceil() as u64
}

fn read_scanned(item: &Item) -> Stored<Scanned> {
    match Reader(item).text(SK)? {
        schema::PERSON_SK => codec::read_person(item).map(|person| Scanned::Person(Box::new(person))),
        schema::RELEASE_SK => read_release(item).map(|release| Scanned::Release(Box::new(release))),
        _ => codec::read_occupant(item).map(Scanned::Occupant),
    }
}

fn segment_item(segment: &Segment) -> Item {
    let mut item = key(schema::segment_pk(segment.number), schema::SEGMENT_SK);
    let json = serde_json::to_string(segment).expect("plain data always serialises");
    item.insert(attr::SEGMENT.to_owned(), text(json));
    item.insert(attr::VERSION.to_owned(), number(segment.version));
    if let Some(due_at) = segment.due_at {
        item.insert(DUE.to_owned(), text(schema::segment_due_shard(segment.number)));
        item.insert(DUE_AT.to_owned(), time(due_at));
    }
    item
}

fn read_segment(item: &Item) -> Stored<Segment> {
    let reader = Reader(item);
    let segment: Segment = reader.json(attr::SEGMENT)?;
    Ok(Segment { due_at: reader.optional(DUE_AT, Reader::time)?, ..segment })
}
