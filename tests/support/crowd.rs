//! A crowd: many topics, and many who wait for each, put into the embedded engine's table at once and without its stream.

use std::collections::HashMap;

use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use ringonce_domain::address::{PersonKey, TopicKey};
use ringonce_domain::business::ChannelKind;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::names::{BusinessId, Topic, UserId};
use ringonce_domain::store::{WAITING_SHARDS, place};
use ringonce_domain::time::Timestamp;
use serde_json::json;

/// How many topics go into the table at a time.
const AT_ONCE: u32 = 200;

/// How large it is.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// How many topics, `topic-00000` and so on.
    pub topics: u32,
    /// How many wait for each, `user-<topic>-<number>`.
    pub each: u32,
}

/// The table that a crowd comes to, and whose crowd it is.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The engine.
    pub database: &'a Database,
    /// The table.
    pub table: &'a str,
    /// The deployment's keys.
    pub keys: &'a KeyRing,
    /// The business.
    pub business: &'a BusinessId,
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

impl Place<'_> {
    /// Puts the crowd there. The table holds an opt-in that is granted: each of the crowd's is as that one, but for whose it
    /// is and what it is about.
    pub fn fill(self, crowd: Crowd) {
        let like = self.granted();
        for first in (0..crowd.topics).step_by(AT_ONCE as usize) {
            let topics = first..crowd.topics.min(first + AT_ONCE);
            let items = topics.flat_map(|number| self.topic(&like, number, crowd.each)).collect();
            self.database.import_items(self.table, items, ImportOptions::default()).unwrap();
        }
    }

    fn granted(self) -> Item {
        let request = json!({
            "TableName": self.table, "FilterExpression": "begins_with(sk, :optin) AND attribute_exists(waiting)",
            "ExpressionAttributeValues": { ":optin": { "S": "O#" } }
        });
        let found = self.database.scan(serde_json::from_value(request).unwrap()).unwrap().items.unwrap_or_default();
        found.into_iter().next().expect("an opt-in that is granted")
    }

    fn topic(self, like: &Item, number: u32, each: u32) -> Vec<Item> {
        let topic = Topic::try_from(format!("topic-{number:05}")).unwrap();
        let key = TopicKey::of(self.keys, self.business, &topic);
        let counted = |count: u32| AttributeValue::N(count.to_string());
        let listed =
            HashMap::from([("pk".to_owned(), text(format!("B#{}", self.business))), ("sk".to_owned(), text(format!("T#{topic}")))]);
        let statistics = HashMap::from([
            ("pk".to_owned(), text(format!("T#{}", key.to_text()))),
            ("sk".to_owned(), text("T")),
            ("business".to_owned(), text(self.business.as_str())),
            ("topic".to_owned(), text(topic.as_str())),
            ("asked".to_owned(), counted(each + number % 7)),
            ("granted".to_owned(), counted(each)),
            ("waiting_now".to_owned(), counted(each)),
        ]);
        let waiting = (0..each).map(|person| self.waits(like, &topic, key, &format!("user-{number}-{person}")));
        [listed, statistics].into_iter().chain(waiting).collect()
    }

    fn waits(self, like: &Item, topic: &Topic, key: TopicKey, user: &str) -> Item {
        let person = PersonKey::of(self.keys, self.business, &UserId::try_from(user.to_owned()).unwrap());
        let granted_at = Timestamp::from_millis(1_700_000_000_000 + u64::from(person.as_bytes()[2]) * 1_000);
        let mut item = like.clone();
        item.extend([
            ("pk".to_owned(), text(format!("P#{}", person.to_text()))),
            ("sk".to_owned(), text(format!("O#{}", key.to_text()))),
            ("user".to_owned(), text(user)),
            ("topic".to_owned(), text(topic.as_str())),
            ("waiting".to_owned(), text(format!("{}#{}", key.to_text(), person.as_bytes()[0] % WAITING_SHARDS))),
            ("waiting_at".to_owned(), text(place(granted_at, person, ChannelKind::Inbox))),
        ]);
        item
    }
}
