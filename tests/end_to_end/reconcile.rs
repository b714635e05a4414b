//! The reconcile: what the stream has lost is found and taken up once, what is over is ended, and nothing else is touched.

use std::time::{Duration, Instant};

use ringonce_adapters::delivery::releases::PIECE;
use ringonce_adapters::delivery::{FUNCTION_TIMEOUT, UNITS_A_SECOND};
use ringonce_domain::address::OptinAddress;
use ringonce_domain::event::Event;
use ringonce_domain::optin::{KEPT_AFTER, Occupant, Optin, TOKEN_LIFE};
use ringonce_domain::reconcile::{Count, GRACE, HEAD, Phase, Report, SEGMENTS};
use ringonce_domain::release::Release;
use ringonce_domain::rules::{Attempt, AttemptFrom, Ruling};
use ringonce_domain::store::{Commands, DUE_SHARDS, Outbox, ParkedEvent, People, Reconciles, Releases};
use ringonce_memory::fixture::{self, START, at, attempt_id, subject_of};
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);
const NIGHTLY: sweep::Event = sweep::Event { reconcile: Some(sweep::Reconcile::Begin) };
const MINUTE: sweep::Event = sweep::Event { reconcile: None };

const fn count(found: u64, mended: u64) -> Count {
    Count { found, mended }
}

/// What a run found, without what it read.
fn findings(report: Report) -> Report {
    Report { read: 0, units: 0, ..report }
}

fn address(world: &World, user: &str, topic: &str) -> OptinAddress {
    subject_of(&world.app.keys, user, topic).address
}

async fn standing(world: &World, user: &str, topic: &str) -> Optin {
    world.app.store.occupant(address(world, user, topic)).await.unwrap().and_then(Occupant::optin).unwrap()
}

/// A redemption that the stream has lost: the opt-in's id.
async fn lost(world: &World, user: &str, channel: &str) -> String {
    let (id, token) = world.grant(user, "t", channel).await;
    world.drain().await;
    assert_eq!(world.notify(&token, "x").await.status, 202);
    world.lose().await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_stream_has_lost_is_sent_once_by_a_reconcile_and_not_before_its_grace() {
    let world = World::start().await;
    let (outside, inbox) = (lost(&world, "ada", "webhook").await, lost(&world, "bea", "inbox").await);
    world.pass(GRACE - SECOND);
    assert_eq!(findings(world.reconcile().await), Report::default());
    assert_eq!(world.state(&outside).await.0, "queued");
    world.pass(SECOND);
    assert_eq!(findings(world.reconcile().await), Report { queued: count(2, 2), ..Report::default() });
    world.drain().await;
    for id in [&outside, &inbox] {
        assert_eq!(world.state(id).await.0, "sent");
    }
    world.pass(GRACE);
    assert_eq!(findings(world.reconcile().await), Report::default());
    world.drain().await;
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 1);
    assert_eq!(world.receiver.of_kind("notification.sent").len(), 2);
    assert_eq!(world.demand("t").await["sent"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_nobody_came_back_to_is_made_again_by_a_reconcile() {
    let world = World::start().await;
    let id = lost(&world, "ada", "webhook").await;
    let now = world.app.clock.now();
    let Optin { address, ask, .. } = standing(&world, "ada", "t").await;
    let (from, lease) = (AttemptFrom::Queue, now + 60 * SECOND);
    let attempt = Attempt { address, ask, redemption: 1, attempt: attempt_id(1), now, lease, from, watched: false };
    assert!(matches!(world.app.store.attempt(&attempt).await.unwrap(), Ruling::Apply(_)));
    world.lose().await;
    world.pass(GRACE + 59 * SECOND);
    assert_eq!(findings(world.reconcile().await), Report::default());
    world.pass(SECOND);
    assert_eq!(findings(world.reconcile().await), Report { lease_ended: count(1, 1), ..Report::default() });
    world.drain().await;
    assert_eq!(world.state(&id).await.0, "sent");
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_whose_time_is_up_is_ended_by_a_reconcile_and_counted_once() {
    let world = World::start().await;
    let (id, _) = world.grant("ada", "t", "webhook").await;
    world.drain().await;
    world.pass(TOKEN_LIFE + GRACE - SECOND);
    assert_eq!(world.reconcile().await.lapsed, count(0, 0));
    world.pass(SECOND);
    assert_eq!(world.reconcile().await.lapsed, count(1, 1));
    world.drain().await;
    let optin = standing(&world, "ada", "t").await;
    assert_eq!(fixture::path(&optin), ["granted", "expired"]);
    assert_eq!(world.state(&id).await, ("expired".to_owned(), "expired".to_owned()));
    let demand = world.demand("t").await;
    assert_eq!((&demand["expired"], &demand["waiting"]), (&json!(1), &json!(0)), "{demand}");
    assert_eq!(world.receiver.received().len(), 1, "a grant that nobody redeemed just lapses: only the grant was told");
    assert_eq!(world.reconcile().await.lapsed, count(0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_the_stream_has_lost_is_carried_through_by_a_reconcile() {
    let world = World::start().await;
    let (open, _) = world.grant("ada", "t", "inbox").await;
    let (queued, token) = world.grant("ada", "u", "webhook").await;
    world.drain().await;
    assert_eq!(world.notify(&token, "x").await.status, 202);
    assert!(world.app.store.block(address(&world, "ada", "t").person, world.app.clock.now()).await.unwrap());
    world.lose().await;
    world.pass(GRACE - SECOND);
    assert_eq!(findings(world.reconcile().await), Report::default());
    world.pass(SECOND);
    let report = world.reconcile().await;
    assert_eq!((report.blocked, report.queued.found), (count(1, 1), 1));
    world.drain().await;
    for id in [&open, &queued] {
        assert_eq!(world.state(id).await.1, "blocked");
    }
    assert!(world.receiver.of_kind("notification.deliver").is_empty());
    let before = world.items().await;
    assert_eq!(findings(world.reconcile().await), Report { blocked: count(1, 0), ..Report::default() });
    assert_eq!(world.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_the_stream_has_lost_is_carried_through_by_a_reconcile() {
    let world = World::start().await;
    world.receiver.plan(|received| (received.kind == "optin.granted").then_some(Status(503)));
    let (_, token) = world.grant("ada lovelace", "t", "inbox").await;
    assert_eq!(world.notify(&token, "A secret message.").await.status, 202);
    world.drain().await;
    world.pass(61 * SECOND);
    world.grant("ada lovelace", "t", "inbox").await;
    let unanswered = world.ask("ada lovelace", "u").await;
    world.drain().await;
    world.pass(SECOND);
    assert_eq!(world.call("DELETE", "/v1/users/ada%20lovelace", Value::Null).await.status, 202);
    world.lose().await;
    world.pass(GRACE);
    assert_eq!(world.reconcile().await.erased, count(1, 1));
    let left = world.items().await.concat();
    for secret in ["ada lovelace", "A secret message.", "About t", "About u", "evt_"] {
        assert!(!left.contains(secret), "{secret} is left: {left}");
    }
    assert_eq!(unanswered.status, 201);
    let records = world.app.store.records(address(&world, "ada lovelace", "t").person).await.unwrap();
    assert_eq!(records.tombstones.len(), 2, "one for each topic that a link was about");
    let before = world.items().await;
    assert_eq!(findings(world.reconcile().await), Report { erased: count(1, 0), ..Report::default() });
    assert_eq!(world.items().await, before);
    // Once no link lives the table forgets the tombstones, and none is made anew.
    world.pass(KEPT_AFTER);
    for topic in ["t", "u"] {
        forget(&world, "ada lovelace", topic).await;
    }
    let forgotten = world.items().await;
    assert_eq!(forgotten.len(), before.len() - 2);
    assert_eq!(world.reconcile().await.erased, count(1, 0));
    assert_eq!(world.items().await, forgotten);
}

/// What TTL does to what stands at an opt-in's address.
async fn forget(world: &World, user: &str, topic: &str) {
    let OptinAddress { person, topic } = address(world, user, topic);
    let text = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
    let delete = world.engine.client.delete_item().table_name(&world.engine.table);
    delete.key("pk", text(format!("P#{}", person.to_text()))).key("sk", text(format!("O#{}", topic.to_text()))).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_nothing_takes_up_is_put_back_into_the_sweeps_way() {
    let world = World::start().await;
    let users: Vec<_> = ["ada", "bea"].map(str::to_owned).into();
    world.grant_many("t", &users, ringonce_domain::business::ChannelKind::Inbox).await;
    world.pass(10 * SECOND);
    let body = json!({ "message": { "text": "x" }, "batch": { "size": 1, "every": "1m" } });
    let path = format!("/v1/releases/{}", world.call("POST", "/v1/topics/t/releases", body).await.text("id"));
    world.drain().await;
    let key = world.app.store.releases(&fixture::business(), None, 1).await.unwrap()[0];
    let release = world.app.store.release(key).await.unwrap().unwrap();
    let lost = Release { due_at: None, version: release.version + 1, ..release.clone() };
    assert!(world.app.store.advance_release(&release, &lost).await.unwrap());
    world.drain().await;
    world.pass(GRACE);
    world.sweep().await;
    assert_eq!(world.call("GET", &path, Value::Null).await.json()["taken"], 1, "no sweep finds it");
    assert_eq!(world.reconcile().await.releases, count(1, 1));
    world.drain().await;
    world.sweep().await;
    assert_eq!(world.call("GET", &path, Value::Null).await.json()["taken"], 2);
}

/// Somebody in every state that needs nothing from a reconcile.
async fn a_healthy_table(world: &World) {
    let grant = async |user: &'static str| world.grant(user, "t", "webhook").await.1;
    grant("granted").await;
    world.notify(&grant("sent").await, "x").await;
    let later = json!({ "token": grant("scheduled").await, "message": { "text": "x" }, "send_at": (START + 30 * 24 * GRACE).to_string() });
    assert_eq!(world.call("POST", "/v1/notifications", later).await.status, 202);
    let asked = world.ask("declined", "t").await;
    assert_eq!(world.answer(&asked, json!({ "answer": "decline" })).await.status, 200);
    world.ask("asked", "t").await;
    for user in ["blocked", "erased"] {
        grant(user).await;
        world.drain().await;
    }
    world.pass(61 * SECOND);
    grant("sent").await;
    assert!(world.app.store.block(address(world, "blocked", "t").person, world.app.clock.now()).await.unwrap());
    assert_eq!(world.call("DELETE", "/v1/users/erased", Value::Null).await.status, 202);
    world.drain().await;
    world.pass(10 * SECOND);
    let body = json!({ "message": { "text": "x" }, "batch": { "size": 1, "every": "30d" } });
    assert_eq!(world.call("POST", "/v1/topics/t/releases", body).await.status, 202);
    world.drain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_table_is_left_byte_for_byte_as_it_was() {
    let world = World::start().await;
    a_healthy_table(&world).await;
    world.pass(GRACE);
    world.sweep().await;
    let before = world.items().await;
    world.engine.meter.reset();
    let report = world.reconcile().await;
    let writes: Vec<_> = world.engine.meter.counts().into_keys().filter(|operation| operation.ends_with("Item")).collect();
    assert_eq!(writes, ["GetItem", "PutItem"], "what is put is the run's own");
    assert_eq!(findings(report), Report { blocked: count(1, 0), erased: count(1, 0), ..Report::default() });
    assert_eq!(usize::try_from(report.read).unwrap(), before.len() + usize::from(SEGMENTS));
    assert!(!report.tells_of_a_fault());
    assert_eq!(world.items().await, before);
    world.drain().await;
    assert_eq!(world.items().await, before, "the run's own records lead to nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_minute_without_a_reconcile_costs_a_query_for_each_shard_and_nothing_else() {
    let world = World::start().await;
    for _ in 0..2 {
        world.engine.meter.reset();
        world.sweep_for(MINUTE, FUNCTION_TIMEOUT).await;
        assert_eq!(world.engine.meter.counts(), [("Query".to_owned(), u64::from(DUE_SHARDS))].into());
        world.reconcile().await;
    }
}

/// Parked events that nobody tries any more, of a hundred kilobytes each: ten fill a page.
async fn let_it_be_large(world: &World, events: u32) {
    for number in 0..events {
        let person = address(world, &format!("user-{number}"), "t").person;
        let event = Event { id: format!("evt_{number}"), body: "x".repeat(100_000) };
        let parked =
            ParkedEvent { person, business: fixture::business(), event, asked_at: at(0), parked_at: at(0), attempts: 1, due_at: None };
        world.app.store.park(&parked).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_short_again_and_again_reads_every_item_once() {
    let world = World::start().await;
    let_it_be_large(&world, 90).await;
    let lost = lost(&world, "ada", "inbox").await;
    world.pass(GRACE);
    let items = world.items().await.len() + usize::from(SEGMENTS);
    world.engine.meter.reset();
    let mut event = NIGHTLY;
    let mut sweeps = 0;
    let total = loop {
        // Time to begin a page or two, and not to wait for the pace.
        world.sweep_for(event, PIECE + 30 * SECOND / 1_000).await;
        (event, sweeps) = (if sweeps == 3 { NIGHTLY } else { MINUTE }, sweeps + 1);
        assert!(sweeps < 500, "it does not come on");
        let head = world.app.store.segment(HEAD).await.unwrap().unwrap();
        if head.phase == Phase::Over {
            break head.total.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(sweeps > 5, "it was over in {sweeps}");
    // The engine counts the item that a full page has no room for in that page too; DynamoDB does not.
    let full = world.engine.meter.counts()["Scan"] - u64::from(SEGMENTS);
    assert!(full >= 4, "{full} pages were full");
    assert_eq!(usize::try_from(total.read - full).unwrap(), items, "a night that comes while it is under way begins nothing anew");
    assert_eq!(findings(total), Report { queued: count(1, 1), ..Report::default() });
    world.drain().await;
    assert_eq!(world.state(&lost).await.0, "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconcile_reads_no_faster_than_its_pace() {
    let world = World::start().await;
    let_it_be_large(&world, 90).await;
    world.engine.capacity.reset();
    let begun = Instant::now();
    let report = world.reconcile().await;
    let (seconds, units) = (begun.elapsed().as_secs_f64(), world.engine.capacity.read_units());
    assert!(units > 1_000.0, "{units}");
    #[expect(clippy::cast_precision_loss, reason = "some thousand units")]
    let reported = report.units as f64;
    assert!((reported - units).abs() < 60.0, "it reports {reported} of {units}: the rest looks for segments and what is due");
    // The last page is paid for by nobody.
    let at_most = f64::from(UNITS_A_SECOND) * seconds + 128.0;
    assert!(units <= at_most, "{units} units in {seconds} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn sweeps_that_overlap_share_a_run_and_read_no_segment_twice() {
    let world = World::start().await;
    let_it_be_large(&world, 30).await;
    let lost = lost(&world, "ada", "webhook").await;
    world.pass(GRACE);
    let items = world.items().await.len() + usize::from(SEGMENTS);
    let sweep = || world.sweep_for(MINUTE, FUNCTION_TIMEOUT);
    world.sweep_for(NIGHTLY, FUNCTION_TIMEOUT).await;
    let mut total = None;
    while total.is_none() {
        tokio::join!(sweep(), sweep(), sweep());
        total = world.app.store.segment(HEAD).await.unwrap().unwrap().total;
    }
    assert_eq!(usize::try_from(total.unwrap().read).unwrap(), items);
    world.drain().await;
    assert_eq!(world.state(&lost).await.0, "sent");
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 1);
}
