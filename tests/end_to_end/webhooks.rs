//! Endpoints that fail in every way: the states of the design come out, one message id each, nobody else is held up.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use deliver::AT_ONE_HOST;
use ringonce_cli::local::pump::Mapping;
use ringonce_domain::business::{Business, SealedSecret, Webhook};
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::{Commands, Directory, People};
use ringonce_memory::fixture;
use ringonce_tests::receiver::Behaviour::{self, Drop, Hang, Status, StatusAfter};
use ringonce_tests::receiver::Receiver;
use ringonce_tests::world::World;
use serde_json::json;

const DAY: Duration = Duration::from_secs(86_400);

/// Redeems a grant by webhook whose endpoint behaves so, and gives back the opt-in and its message's id.
async fn deliver(world: &World, user: &str, behaviours: &[Behaviour]) -> (String, String) {
    let (id, token) = world.grant(user, "t", "webhook").await;
    world.drain().await;
    world.receiver.behave(behaviours);
    let sent = world.notify(&token, "It is back.").await;
    world.drain().await;
    (id, sent.text("id"))
}

/// How often the message went out, always under its one id.
fn sends(world: &World, notification: &str) -> usize {
    world.receiver.of_kind("notification.deliver").iter().filter(|received| received.id == notification).count()
}

async fn state(world: &World, id: &str) -> String {
    let (state, reason) = world.state(id).await;
    format!("{state} {reason}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unclear_answer_is_parked_and_tried_again_under_the_same_id() {
    let world = World::start().await;
    for (user, behaviour) in [("five-hundred", Status(500)), ("gateway", Status(504)), ("hangs", Hang), ("drops", Drop)] {
        let (id, message) = deliver(&world, user, &[behaviour]).await;
        assert_eq!(state(&world, &id).await, "queued unclear", "{user}");
        world.sweep().await;
        assert_eq!(sends(&world, &message), 1, "{user}: not before its time");
        world.pass(Duration::from_secs(13));
        if matches!(behaviour, Hang | Drop) {
            // An endpoint that let us wait in vain rests for as long; on a busy machine so may one that closes the line.
            tokio::time::sleep(ringonce_tests::world::PROVIDER).await;
        }
        world.sweep().await;
        assert_eq!(state(&world, &id).await, "sent accepted", "{user}");
        assert_eq!(sends(&world, &message), 2, "{user}");
    }
    let messages = world.receiver.of_kind("notification.deliver");
    assert_eq!(messages.len(), 8, "two sends of each of four messages, under four ids");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_fails_the_message_for_good() {
    let world = World::start().await;
    let (id, message) = deliver(&world, "ada", &[Status(410)]).await;
    assert_eq!(state(&world, &id).await, "failed gone");
    world.pass(DAY);
    world.sweep().await;
    assert_eq!(sends(&world, &message), 1);
    assert_eq!(world.receiver.of_kind("notification.failed").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_gives_its_token_back() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    world.receiver.behave(&[Status(400)]);
    let refused = world.notify(&token, "It is back.").await.text("id");
    world.drain().await;
    assert_eq!(state(&world, &id).await, "granted refused");
    let returned = world.receiver.of_kind("notification.returned");
    assert_eq!((returned.len(), returned[0].json["data"]["token"].as_str()), (1, Some(token.as_str())));
    let again = world.notify(&token, "It is back.").await;
    assert_eq!(again.status, 202, "after a return the same message is a new redemption");
    assert_ne!(again.text("id"), refused, "and another message");
    world.drain().await;
    assert_eq!(state(&world, &id).await, "sent accepted");
    let old = world.call("GET", &format!("/v1/notifications/{refused}"), serde_json::Value::Null).await;
    assert_eq!(old.text("state"), "returned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_given_back_at_most_eight_times() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    world.receiver.behave(&[Status(400); 9]);
    for _ in 0..9 {
        assert_eq!(world.notify(&token, "It is back.").await.status, 202);
        world.drain().await;
    }
    assert_eq!(state(&world, &id).await, "failed returned-too-often");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_asks_for_time_gets_it() {
    let world = World::start().await;
    let (id, message) = deliver(&world, "ada", &[StatusAfter(429, 600)]).await;
    assert_eq!(state(&world, &id).await, "queued busy");
    world.pass(Duration::from_secs(599));
    world.sweep().await;
    assert_eq!(sends(&world, &message), 1, "not before the 600 seconds it asked for");
    world.pass(Duration::from_secs(152));
    world.sweep().await;
    assert_eq!((state(&world, &id).await, sends(&world, &message)), ("sent accepted".to_owned(), 2));
}

/// Sweeps every ten minutes for more than a day.
async fn a_day_passes(world: &World) {
    for _ in 0..150 {
        world.pass(Duration::from_secs(600));
        world.sweep().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_of_clear_refusals_the_token_is_whole_and_after_an_unclear_one_nobody_knows() {
    let world = World::start().await;
    world.receiver.plan(|received| (received.kind == "notification.deliver").then_some(Status(503)));
    let (busy, message) = deliver(&world, "busy", &[]).await;
    a_day_passes(&world).await;
    assert_eq!(state(&world, &busy).await, "granted gave-up");
    assert!((8..=20).contains(&sends(&world, &message)), "{} sends", sends(&world, &message));

    let first = AtomicBool::new(true);
    world.receiver.plan(move |received| {
        let deliver = received.kind == "notification.deliver";
        let unclear = deliver && first.swap(false, SeqCst);
        deliver.then_some(if unclear { Status(500) } else { Status(400) })
    });
    let (unclear, _) = deliver(&world, "unclear", &[]).await;
    world.pass(Duration::from_secs(13));
    world.sweep().await;
    assert_eq!(state(&world, &unclear).await, "unknown refused", "unclear once, refused later: ambiguity sticks");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_cannot_be_reached_is_tried_again() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    world.drain().await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    point_webhook_at(&world, &format!("http://{nobody}/hook"), None).await;
    world.notify(&token, "x").await;
    drain_anew(&world).await;
    assert_eq!(state(&world, &id).await, "queued unreachable");
    point_webhook_at(&world, &world.receiver.url(), None).await;
    world.pass(Duration::from_secs(13));
    let delivery = world.new_worker();
    sweep::handle(&world.app, &delivery, sweep::Event::default(), ringonce_adapters::delivery::Budget::of(Duration::from_secs(30))).await;
    assert_eq!(state(&world, &id).await, "sent accepted");
}

/// A worker dies in its attempt; the person blocks; the stream brings the record again: the sweep must still find it.
#[tokio::test(flavor = "multi_thread")]
async fn a_block_between_a_dead_workers_attempt_and_its_record_leaves_nothing_in_the_air() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    world.drain().await;
    world.notify(&token, "x").await;
    let attempted = AtomicBool::new(false);
    world.engine.meter.choose_faults(move |operation| {
        let dead = operation == "UpdateItem" && attempted.swap(true, SeqCst);
        dead.then_some(ringonce_tests::connector::Fault::LostBefore)
    });
    assert_eq!(world.step().await, ringonce_cli::local::pump::Step::Again);
    world.engine.meter.heal();
    assert_eq!(world.state(&id).await.0, "attempting");
    let person = fixture::subject(&world.app.keys, "ada").address.person;
    assert!(world.app.store.block(person, world.app.clock.now()).await.unwrap());
    world.drain().await;
    world.pass(Duration::from_secs(60));
    world.sweep().await;
    assert_eq!(state(&world, &id).await, "unknown lease-ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_message_that_comes_back_to_a_person_who_blocked_meanwhile_is_revoked() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    world.drain().await;
    let (store, clock) = (world.app.store.clone(), world.app.clock.clone());
    let person = fixture::subject(&world.app.keys, "ada").address.person;
    world.receiver.plan(move |received| {
        (received.kind == "notification.deliver").then(|| {
            let block = store.block(person, clock.now());
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(block)).unwrap();
            Status(400)
        })
    });
    world.notify(&token, "x").await;
    // Only the message's own record: that of the block may have been dealt with while the message was in flight.
    world.step().await;
    assert_eq!(state(&world, &id).await, "revoked blocked");
}

/// Runs the stream by a worker that knows nothing of what was set before.
async fn drain_anew(world: &World) {
    let delivery = world.new_worker();
    world.drain_with(&delivery).await;
}

async fn point_webhook_at(world: &World, url: &str, second_secret: Option<&[u8]>) {
    let id = fixture::business();
    let seal = |secret: &[u8]| SealedSecret::seal(&world.app.keys, &id, secret);
    let secrets = second_secret.into_iter().chain([world.secret.as_slice()]).map(seal).collect();
    let business = world.app.store.business(&id).await.unwrap().unwrap();
    let webhook = Some(Webhook::standard(url.to_owned(), secrets));
    assert!(world.app.store.set_business(&Business { webhook, ..business }).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_one_secret_replaces_another_both_verify() {
    let world = World::start().await;
    point_webhook_at(&world, &world.receiver.url(), Some(b"a newer secret of 24 byte")).await;
    world.grant("ada", "t", "inbox").await;
    drain_anew(&world).await;
    let received = &world.receiver.of_kind("optin.granted")[0];
    for secret in [world.secret.clone(), b"a newer secret of 24 byte".to_vec()] {
        standardwebhooks::Webhook::from_bytes(secret).unwrap().verify(&received.body, &received.headers).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_fails_is_parked_retried_and_given_up_after_a_day() {
    let world = World::start().await;
    world.receiver.plan(|received| (received.kind == "optin.granted").then_some(Status(500)));
    let (id, _) = world.grant("ada", "t", "inbox").await;
    world.drain().await;
    let events = || world.receiver.of_kind("optin.granted");
    assert_eq!(events().len(), 1);
    world.pass(Duration::from_secs(13));
    world.sweep().await;
    assert_eq!(events().len(), 2);
    assert_eq!(events()[0].id, events()[1].id, "one event, one id");
    a_day_passes(&world).await;
    let tried = events().len();
    assert!((8..=20).contains(&tried), "{tried}");
    a_day_passes(&world).await;
    assert_eq!(events().len(), tried, "given up");
    let person = ringonce_domain::address::PersonKey::of(&world.app.keys, &fixture::business(), &"ada".to_owned().try_into().unwrap());
    let parked = world.app.store.records(person).await.unwrap().parked;
    assert_eq!((parked.len(), parked[0].due_at), (1, None), "and kept, to be replayed");
    assert_eq!(world.state(&id).await.0, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_event_arrives_once_its_endpoint_is_well() {
    let world = World::start().await;
    let sick = std::sync::Arc::new(AtomicBool::new(true));
    let condition = std::sync::Arc::clone(&sick);
    world.receiver.plan(move |_| condition.load(SeqCst).then_some(Status(503)));
    world.grant("ada", "t", "inbox").await;
    world.drain().await;
    sick.store(false, SeqCst);
    world.pass(Duration::from_secs(13));
    assert_eq!(world.sweep().await, sweep::Swept { taken: 1, failed: 0 });
    assert_eq!(world.receiver.of_kind("optin.granted").len(), 2);
    assert_eq!(world.sweep().await, sweep::Swept::default(), "nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_endpoint_that_hangs_holds_up_nobody_else() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for number in 0..8 {
        let (id, token) = world.grant(&format!("user-{number}"), "t", "webhook").await;
        ids.push((id, token));
    }
    world.drain().await;
    let hanging = "message 0".to_owned();
    world.receiver.plan(move |received| (received.json["data"]["message"]["text"] == json!(hanging)).then_some(Hang));
    for (number, (_, token)) in ids.iter().enumerate() {
        world.notify(token, &format!("message {number}")).await;
    }
    let others = async {
        while world.receiver.of_kind("notification.deliver").len() < 8 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        state(&world, &ids[0].0).await
    };
    let (first, ()) = tokio::join!(others, world.drain());
    assert_eq!(first, "attempting ", "the others arrived while one still hung");
    assert_eq!(state(&world, &ids[0].0).await, "queued unclear");
    for (id, _) in &ids[1..] {
        assert_eq!(state(&world, id).await, "sent accepted");
    }
}

/// Messages of a business, one to each of so many people, queued straight in the table.
async fn queue(world: &World, business: &BusinessId, people: usize) {
    let now = world.app.clock.now();
    for number in 0..people {
        let subject = fixture::subject_of_business(&world.app.keys, business, &format!("user-{number}"), "t");
        let ask = fixture::call(u64::try_from(number).unwrap(), 0, false);
        let mut answer = subject.grant(ask, now, now);
        answer.ask.business = business.clone();
        let _ = world.app.store.answer(&answer).await.unwrap();
        let _ = world.app.store.redeem(&subject.redeem(ask, fixture::call(0, 1, false), "x", now)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_hangs_gets_so_many_of_a_batch_at_a_time_and_the_others_go_past_it() {
    let world = World::patient().await;
    let rival = Receiver::start().await;
    let rivals = world.another_business_at(Some(&rival)).await;
    world.receiver.plan(|_| Some(Hang));
    queue(&world, &fixture::business(), AT_ONE_HOST + 10).await;
    queue(&world, &rivals, 1).await;
    let batch = world.gather().await.to_string();
    let past_it = async {
        while rival.of_kind("notification.deliver").is_empty() || world.receiver.received().len() < AT_ONE_HOST {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Whoever would come too would come now.
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    tokio::select! {
        _ = world.bring(Mapping::Deliver, &batch) => panic!("the batch is over before the others went past"),
        () = past_it => {}
    }
    assert_eq!(world.receiver.received().len(), AT_ONE_HOST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_without_a_webhook_gets_its_token_back() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    world.drain().await;
    let business = world.app.store.business(&fixture::business()).await.unwrap().unwrap();
    world.app.store.set_business(&Business { webhook: None, ..business }).await.unwrap();
    world.notify(&token, "x").await;
    drain_anew(&world).await;
    assert_eq!(state(&world, &id).await, "granted no-endpoint");
}

/// What whoever answers a webhook can write into a header must not stop a worker that serves everybody.
#[tokio::test(flavor = "multi_thread")]
async fn an_absurd_retry_after_is_bounded_by_the_day_that_a_message_is_tried() {
    let world = World::start().await;
    world.receiver.plan(|_| Some(StatusAfter(503, u32::MAX)));
    let (id, message) = deliver(&world, "ada", &[]).await;
    assert_eq!(state(&world, &id).await, "queued busy");
    world.pass(DAY - Duration::from_secs(1));
    world.sweep().await;
    assert_eq!(sends(&world, &message), 1);
    world.pass(Duration::from_secs(1));
    world.sweep().await;
    assert_eq!((sends(&world, &message), state(&world, &id).await.as_str()), (2, "granted gave-up"));
}

/// 120 messages to an endpoint that hangs, and one to the inbox behind them.
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_always_hangs_costs_one_wait_and_not_one_for_each_message() {
    let world = World::start().await;
    let mut tokens = Vec::new();
    for number in 0..120 {
        tokens.push(world.grant(&format!("user-{number}"), "t", "webhook").await.1);
    }
    world.drain().await;
    world.receiver.plan(|_| Some(Hang));
    for token in &tokens {
        world.notify(token, "x").await;
    }
    let (id, token) = world.grant("patient", "t", "inbox").await;
    world.notify(&token, "x").await;
    let begun = Instant::now();
    world.drain().await;
    let waits = world.receiver.of_kind("notification.deliver").len();
    let probes = begun.elapsed().as_millis() / world.app.web.limit().as_millis();
    assert!((1..=AT_ONE_HOST + usize::try_from(probes).unwrap()).contains(&waits), "{waits} waits, of them at most {probes} probes");
    assert_eq!(state(&world, &id).await, "sent accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_of_the_sweep_whose_worker_dies_is_found_again() {
    let world = World::start().await;
    let (id, message) = deliver(&world, "ada", &[Status(503)]).await;
    world.pass(Duration::from_secs(13));
    // The sweep's worker begins its attempt, and from then on it can write nothing.
    let mut attempts = 0;
    world.engine.meter.choose_faults(move |operation| {
        attempts += u32::from(operation == "UpdateItem");
        (operation == "UpdateItem" && attempts > 1).then_some(ringonce_tests::connector::Fault::LostBefore)
    });
    assert_eq!(world.sweep().await.failed, 1);
    world.engine.meter.heal();
    assert_eq!(world.state(&id).await.0, "attempting");
    world.sweep().await;
    assert_eq!(world.state(&id).await.0, "attempting", "its lease runs");
    world.pass(Duration::from_secs(60));
    world.sweep().await;
    assert_eq!((state(&world, &id).await.as_str(), sends(&world, &message)), ("sent accepted", 3));
}
