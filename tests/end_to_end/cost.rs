//! What `ringonce cost` reckons with, beside what is counted.

use std::sync::Arc;

use ringonce_adapters::providers::Providers;
use ringonce_adapters::web_push::vapid::{self, Vapid};
use ringonce_cli::operator::{Step, Steps, steps};
use ringonce_domain::business::ChannelKind;
use ringonce_tests::counts::{self, Row};
use ringonce_tests::http;
use ringonce_tests::postman::Postman;
use ringonce_tests::push_service::PushService;
use ringonce_tests::world::World;
use serde_json::{Value, json};

/// A world that reaches people by every channel, warm.
struct Everything {
    world: World,
    postman: Arc<Postman>,
    service: PushService,
}

impl Everything {
    async fn start() -> Self {
        let postman = Arc::<Postman>::default();
        let vapid = Vapid::new("mailto:push@shop.com", &vapid::generate()).unwrap();
        let world = World::reaching(Providers { vapid: Some(Arc::new(vapid)), ..postman.providers() }).await;
        counts::lifecycle(&world, "webhook", "warm", 7.0).await;
        Self { world, postman, service: PushService::start().await }
    }

    /// What an answer's `address` holds.
    fn address(&self, channel: ChannelKind) -> Value {
        let keys = json!({
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        });
        // As long as those that browsers are given.
        let endpoint = format!("{}/{}", self.service.origin(), "e".repeat(180));
        match channel {
            ChannelKind::WebPush => json!(json!({ "endpoint": endpoint, "keys": keys }).to_string()),
            ChannelKind::Email => json!("ada.lovelace@home.example"),
            _ => Value::Null,
        }
    }

    fn reset(&self) {
        self.world.engine.meter.reset();
        self.world.engine.capacity.reset();
    }

    /// What was asked of the table since the last reset. Each read of a lifecycle is a consistent one of one small item: a unit.
    fn counted(&self) -> Step {
        let (write_units, read_units) = (self.world.engine.capacity.write_units(), self.world.engine.capacity.read_units());
        Step { writes: self.world.engine.meter.total() as f64 - read_units, write_units, read_units }
    }

    async fn grant(&self, asked: &http::Answer, channel: ChannelKind) -> Step {
        self.reset();
        let body = json!({ "answer": "grant", "channel": channel.name(), "address": self.address(channel) });
        assert_eq!(self.world.answer(asked, body).await.status, 200);
        self.world.drain_with(&self.world.delivery).await;
        if channel == ChannelKind::Email {
            let link = self.postman.last_link(&format!("{}/v/", self.world.api));
            let form = ("content-type", "application/x-www-form-urlencoded");
            assert_eq!(http::send("POST", &link, &[form], "lang=en").await.status, 200);
            self.world.drain_with(&self.world.delivery).await;
        }
        self.counted()
    }

    /// A lifecycle by this channel, counted.
    async fn lifecycle(&self, channel: ChannelKind) -> Steps {
        let (title, payload, text) = ("🎈".repeat(50), "p".repeat(200), "m".repeat(200));
        let user = format!("by-{}-01", channel.name());
        self.reset();
        let body = json!({ "user": user, "topic": "shirt-m", "title": title, "payload": payload });
        let asked = self.world.call("POST", "/v1/optins", body).await;
        let ask = self.counted();
        let grant = self.grant(&asked, channel).await;
        let token = self.world.optin(&asked.text("id")).await["token"].as_str().unwrap().to_owned();
        self.reset();
        let body = json!({ "token": token, "message": { "text": text } });
        assert_eq!(self.world.call("POST", "/v1/notifications", body).await.status, 202);
        let redeem = self.counted();
        self.reset();
        self.world.drain_with(&self.world.delivery).await;
        let deliver = self.counted();
        assert_eq!(self.world.receiver.received().last().unwrap().kind, "notification.sent", "{channel:?}");
        Steps { ask, grant, redeem, deliver, count: steps(channel).count }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_cost_command_reckons_with_is_what_is_counted() {
    let everything = Everything::start().await;
    let mut counted = Vec::new();
    for channel in ChannelKind::ALL {
        counted.push((*channel, everything.lifecycle(*channel).await));
    }
    assert_eq!(counted, ChannelKind::ALL.iter().map(|channel| (*channel, steps(*channel))).collect::<Vec<_>>());
    let rows = counts::lifecycle(&everything.world, "inbox", "by-inbox-0001", 6.0).await;
    let Row { round_trips, write_units, read_units, .. } = rows.last().unwrap();
    let count = Step { writes: *round_trips as f64, write_units: *write_units, read_units: *read_units };
    assert_eq!(count, steps(ChannelKind::Inbox).count);
}
