use std::time::Duration;

use ringonce_domain::business::ChannelKind;
use ringonce_domain::caps::{Cap, LONGEST_LINK};
use ringonce_domain::commands::{AskInput, AskRefusal, Asked, ask};
use ringonce_domain::link::SealedAsk;
use ringonce_domain::store::People;
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{at, business, keys, subject_of};

use super::{named, settings};

/// A question for Ada about a topic.
fn about(topic: &str) -> AskInput {
    let subject = subject_of(&keys(), "ada", topic);
    AskInput {
        business: business(),
        settings: settings(),
        user: subject.user,
        topic: subject.topic,
        title: "Rad shirt, M".to_owned().try_into().unwrap(),
        payload: Some("size=m".to_owned().try_into().unwrap()),
        locale: Some("de".to_owned().try_into().unwrap()),
        channel: None,
        deliver_ask: false,
        expires_in: None,
        name: None,
        fingerprint: topic.as_bytes().to_vec(),
    }
}

async fn asked(store: &MemoryStore, input: &AskInput, now: Timestamp) -> Result<Asked, AskRefusal> {
    // A call without a name is another one each time.
    ask(store, &keys(), input, now, now.millis().to_be_bytes()).await.unwrap()
}

#[tokio::test]
async fn a_link_holds_what_was_asked_and_lives_no_longer_than_it_may() {
    let store = MemoryStore::default();
    let input = about("shirt-m");
    let Asked { id, code } = asked(&store, &input, at(1)).await.unwrap();
    let sealed = SealedAsk::open(&keys(), &code).unwrap();
    assert_eq!((sealed.id, sealed.id.asked_at, sealed.id.address), (id, at(1), subject_of(&keys(), "ada", "shirt-m").address));
    assert_eq!((sealed.business, sealed.business_name, sealed.user), (business(), input.settings.name.clone(), input.user));
    assert_eq!((sealed.topic, sealed.title, sealed.payload, sealed.locale), (input.topic, input.title, input.payload, input.locale));
    assert_eq!((sealed.channels, id.link_expires_at()), (input.settings.channels, at(1) + LONGEST_LINK));
    let short = AskInput { channel: Some(ChannelKind::Webhook), expires_in: Some(Duration::from_secs(60)), ..about("shirt-l") };
    let short = asked(&store, &short, at(2)).await.unwrap();
    assert_eq!(short.id.link_expires_at(), at(62));
    assert_eq!(SealedAsk::open(&keys(), &short.code).unwrap().channels, [ChannelKind::Webhook]);
    let long = AskInput { expires_in: Some(LONGEST_LINK * 2), ..about("shirt-s") };
    assert_eq!(asked(&store, &long, at(3)).await.unwrap().id.link_expires_at(), at(3) + LONGEST_LINK);
}

#[tokio::test]
async fn a_link_is_left_for_its_person_only_where_it_is_to_be_brought() {
    let store = MemoryStore::default();
    let person = subject_of(&keys(), "ada", "x").address.person;
    let link = async || store.person(person).await.unwrap().unwrap().link;
    asked(&store, &about("shirt-m"), at(1)).await.unwrap();
    assert_eq!(link().await, None);
    let brought = asked(&store, &AskInput { deliver_ask: true, ..about("shirt-l") }, at(2)).await.unwrap();
    assert_eq!(link().await, Some(brought.code));
}

#[tokio::test]
async fn a_named_repeat_gets_the_first_link_whenever_it_comes_and_another_question_none() {
    let store = MemoryStore::default();
    let input = AskInput { name: named("once"), ..about("shirt-m") };
    let first = asked(&store, &input, at(1)).await.unwrap();
    let again = asked(&store, &input, at(90)).await.unwrap();
    assert_eq!((again.id, again.code), (first.id, first.code));
    let other = AskInput { fingerprint: b"other".to_vec(), ..input };
    assert_eq!(asked(&store, &other, at(91)).await.unwrap_err(), AskRefusal::KeyReused);
}

#[tokio::test]
async fn what_a_person_or_the_caps_do_not_allow_is_refused_with_when_it_opens() {
    let store = MemoryStore::default();
    let person = subject_of(&keys(), "ada", "x").address.person;
    let day = Duration::from_secs(86_400);
    for (number, topic) in (1..).zip(["a", "b", "c", "d", "e"]) {
        asked(&store, &about(topic), at(number)).await.unwrap();
    }
    let cap = Cap { count: 5, window_seconds: 86_400 };
    assert_eq!(asked(&store, &about("f"), at(6)).await.unwrap_err(), AskRefusal::CapReached { cap, opens_at: at(1) + day });
    let refused = asked(&store, &about("a"), at(1) + day).await.unwrap_err();
    assert_eq!(refused, AskRefusal::AlreadyAsked { opens_at: at(1) + day * 7 });
    assert!(store.block(person, at(9)).await.unwrap());
    assert_eq!(asked(&store, &about("f"), at(1) + day).await.unwrap_err(), AskRefusal::Blocked);
}

#[tokio::test]
async fn whose_clock_is_behind_asks_at_the_newest_time() {
    let store = MemoryStore::default();
    asked(&store, &about("shirt-m"), at(100)).await.unwrap();
    let behind = asked(&store, &about("shirt-l"), at(40)).await.unwrap();
    assert_eq!((behind.id.asked_at, SealedAsk::open(&keys(), &behind.code).unwrap().id), (at(100), behind.id));
}
