//! Random commands in random order at random times: the DynamoDB store rules as the in-memory store does, which is the
//! rules themselves, and leaves the same items and index rows.

use std::collections::BTreeSet;
use std::time::Duration;

use ringonce_adapters::dynamo::DynamoStore;
use ringonce_domain::address::ReleaseKey;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::Call;
use ringonce_domain::caps::{Cap, Caps};
use ringonce_domain::consent::{AnswerAddress, SealedAddress};
use ringonce_domain::optin::{Occupant, Optin, Reason};
use ringonce_domain::person::Erase;
use ringonce_domain::release::Order;
use ringonce_domain::rules::{
    AttemptFrom, Cancel, Choice, Confirm, Lapse, Outcome, Remind, Reschedule, Settler, Start, Take, Watch, recorded,
};
use ringonce_domain::store::{Commands, DUE_SHARDS, Due, Line, Outbox, People, WAITING_SHARDS, Waiting};
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, Subject, at, attempt_id, call};
use ringonce_tests::dice::Dice;
use ringonce_tests::engine::Engine;

/// As many come to every ruling. `RINGONCE_HISTORIES` chooses fewer, for an engine that is slow, or many runs.
const HISTORIES: u64 = 120;
const HISTORIES_AN_ENGINE: u64 = 10;
const STEPS: u64 = 50;

/// Two asks a day, three in three days: so that short histories reach them.
fn caps() -> Caps {
    let day = 86_400;
    let caps = vec![Cap { count: 2, window_seconds: day }, Cap { count: 3, window_seconds: 3 * day }];
    Caps::new(Duration::from_secs(2 * day), caps).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dynamodb_store_rules_as_the_rules_do() {
    let mut seen = BTreeSet::new();
    let histories = std::env::var("RINGONCE_HISTORIES").ok().map_or(HISTORIES, |number| number.parse().unwrap());
    for batch in 0..histories / HISTORIES_AN_ENGINE {
        // The embedded engine slows down as stream records pile up: a new one for each batch.
        let engine = Engine::start().await;
        for seed in 1..=HISTORIES_AN_ENGINE {
            let mut history = History::new(batch * HISTORIES_AN_ENGINE + seed, &engine.store);
            for step in 0..STEPS {
                history.step(step).await;
            }
            history.compare_indexes().await;
            seen.append(&mut history.seen);
        }
    }
    for expected in EVERY_RULING.iter().filter(|_| histories >= HISTORIES) {
        assert!(seen.contains(*expected), "no history led to `{expected}`; seen: {seen:#?}");
    }
}

/// Every ruling that these histories must have come to, so that agreement means something.
const EVERY_RULING: &[&str] = &[
    "ask Caps(Admitted)",
    "ask Caps(Own",
    "ask Caps(KeyReused)",
    "ask Caps(ClockBehind",
    "ask Caps(AlreadyAsked",
    "ask Caps(CapReached",
    "ask Blocked",
    "answer Apply",
    "answer Own",
    "answer Refused(LinkExpired)",
    "answer Refused(LinkSuperseded)",
    "answer Refused(AlreadyGranted)",
    "answer Refused(AlreadyDeclined)",
    "redeem Apply",
    "redeem Own",
    "redeem Refused(Unknown)",
    "redeem Refused(Superseded",
    "redeem Refused(Used)",
    "redeem Refused(Expired)",
    "redeem Refused(Revoked)",
    "redeem Refused(KeyReused)",
    "redeem Refused(SendAt",
    "take Apply",
    "take Own",
    "take Refused(NotTaken)",
    "take to inbox Apply",
    "take to inbox Own",
    "take to inbox Refused(NotTaken)",
    "confirm Apply",
    "confirm Own",
    "confirm Refused(Superseded)",
    "confirm Refused(Expired)",
    "remind true",
    "remind false",
    "start Apply",
    "start Refused(NotScheduled)",
    "start Refused(NotDue)",
    "start Refused(Lapsed)",
    "lapse Apply",
    "lapse Own",
    "lapse Refused(NotLapsed)",
    "cancel Apply",
    "cancel Own",
    "cancel Refused(Unknown)",
    "cancel Refused(InFlight)",
    "cancel Refused(Ended",
    "reschedule Apply",
    "reschedule Own",
    "reschedule Refused(Unknown)",
    "reschedule Refused(InFlight)",
    "reschedule Refused(Ended",
    "reschedule Refused(SendAt",
    "attempt Apply",
    "attempt Own",
    "attempt Refused(NotQueued)",
    "attempt Refused(NotDue)",
    "attempt Refused(LiveLease",
    "attempt Refused(EndedLease",
    "settle Apply",
    "settle Own",
    "settle Refused(LostLease)",
    "revoke Apply",
    "revoke Own",
    "revoke Refused(Unknown)",
    "revoke Refused(InFlight)",
    "revoke Refused(Ended",
    "erase Erased",
    "erase Unknown",
    "erase ClockBehind",
    "watch true",
    "watch false",
];

/// The kind of a ruling: `Apply`, `Refused(Used)`, `Caps(CapReached`.
fn kind(ruling: &str) -> String {
    let outer: String = ruling.chars().take_while(|c| c.is_alphanumeric()).collect();
    match outer.as_str() {
        "Caps" | "Refused" => {
            let inner: String = ruling[outer.len() + 1..].chars().take_while(|c| c.is_alphanumeric()).collect();
            let bare = ruling.len() == outer.len() + inner.len() + 2;
            format!("{outer}({inner}{}", if bare { ")" } else { "" })
        }
        _ => outer,
    }
}

/// Where a grant waits, should it be given back.
fn place_of(optin: Option<&Optin>, now: Timestamp) -> (Timestamp, ChannelKind) {
    optin.map_or((now, ChannelKind::Webhook), |optin| (optin.answered_at, optin.channel))
}

struct History<'a> {
    seed: u64,
    dice: Dice,
    memory: MemoryStore,
    dynamo: &'a DynamoStore,
    subject: Subject,
    now: Timestamp,
    asks: Vec<(Call, Timestamp)>,
    seen: BTreeSet<String>,
}

/// Runs one command on both stores and compares what they say.
macro_rules! both {
    ($history:ident, $method:ident($($argument:expr),*)) => {{
        let memory = $history.memory.$method($($argument),*).await.unwrap();
        let dynamo = $history.dynamo.$method($($argument),*).await.unwrap();
        assert_eq!(dynamo, memory, "seed {} at {}: {}", $history.seed, $history.now.millis(), stringify!($method));
        let kind = kind(&format!("{memory:?}"));
        $history.seen.insert(format!("{} {kind}", stringify!($method)));
        kind
    }};
}

impl<'a> History<'a> {
    fn new(seed: u64, dynamo: &'a DynamoStore) -> Self {
        let subject = fixture::subject(&fixture::keys(), &format!("history-{seed}"));
        let asks = vec![(call(1, 0, false), at(0))];
        Self {
            seed,
            dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            memory: MemoryStore::default(),
            dynamo,
            subject,
            now: at(0),
            asks,
            seen: BTreeSet::new(),
        }
    }

    async fn step(&mut self, step: u64) {
        // Mostly seconds, sometimes past a lease, a cap's window or a token's life; sometimes a clock that is behind.
        self.now = match self.dice.roll(40) {
            0 => self.now + Duration::from_secs(366 * 86_400),
            1..=3 => self.now + Duration::from_secs(86_400),
            4..=8 => self.now + Duration::from_secs(61),
            9 => self.now.before(Duration::from_secs(3)),
            _ => self.now + Duration::from_millis(self.dice.roll(2_000)),
        };
        match self.dice.roll(23) {
            21 | 22 => self.confirm().await,
            16..=19 => self.schedule().await,
            20 => self.take().await,
            0 | 1 => self.ask(step).await,
            2 | 3 => self.answer().await,
            4..=6 => self.redeem().await,
            7..=9 => self.attempt().await,
            10..=12 => self.settle().await,
            13 => self.revoke_or_watch().await,
            14 => self.block_or_erase().await,
            _ => self.archive().await,
        }
        let address = self.subject.address;
        both!(self, occupant(address));
        both!(self, person(address.person));
    }

    async fn ask(&mut self, step: u64) {
        let caller = self.dice.one_of(&[step + 10, step + 10, 7]);
        let call = call(caller, self.dice.roll(2), caller == 7);
        let topics = ["shirt-m", "shirt-l", "shirt-s", "cap", "sock", "shoe"];
        let topic = self.dice.one_of(&topics);
        let mut ask = fixture::subject_of(&fixture::keys(), self.subject.user.as_str(), topic).ask(call, self.now);
        ask.caps = caps();
        ask.link = (self.dice.roll(3) == 0).then(|| "sealed".to_owned());
        both!(self, ask(&ask));
        if topic == "shirt-m" {
            self.asks.push((call, self.now));
        }
    }

    fn known_ask(&mut self) -> (Call, Timestamp) {
        let latest = self.asks.len().saturating_sub(3);
        let asks = self.asks.clone();
        self.dice.one_of(&asks[latest..])
    }

    async fn answer(&mut self) {
        let (ask, asked_at) = self.known_ask();
        let (inbox, webhook) = (Choice::Grant(ChannelKind::Inbox), Choice::Grant(ChannelKind::Webhook));
        let mut answer = self.subject.grant(ask, asked_at, self.now);
        let email = Choice::Grant(ChannelKind::Email);
        answer.choice = self.dice.one_of(&[Choice::Decline, inbox, webhook, webhook, webhook, webhook, email]);
        if answer.choice == email {
            let sealed = self.address();
            answer.address = Some(AnswerAddress { sealed, is_to_be_confirmed: self.dice.roll(4) > 0 });
        }
        both!(self, answer(&answer));
    }

    /// One of two addresses of the person.
    fn address(&mut self) -> SealedAddress {
        let address = self.dice.one_of(&["ada@shop.example", "ada@home.example"]);
        SealedAddress::seal(&fixture::keys(), &self.subject.address.person, address)
    }

    async fn confirm(&mut self) {
        let optin = self.memory.occupant(self.subject.address).await.unwrap().and_then(Occupant::optin);
        let ask = match &optin {
            Some(optin) if self.dice.roll(4) > 0 => optin.ask,
            _ => self.known_ask().0.id,
        };
        let (address, hash, now) = (self.subject.address, self.address().hash, self.now);
        if self.dice.roll(3) > 0 {
            both!(self, confirm(&Confirm { address, ask, hash, now }));
        } else {
            let seen = optin.map_or(0, |optin| optin.delivery.attempts);
            let due_at = (self.dice.roll(2) == 0).then(|| now + Duration::from_secs(30));
            both!(self, remind(&Remind { address, ask, hash, seen, due_at }));
        }
    }

    async fn redeem(&mut self) {
        let (ask, _) = self.known_ask();
        let (caller, request) = (self.dice.roll(3), self.dice.roll(2));
        let call = call(caller, request, self.dice.roll(2) == 0);
        let mut redeem = self.subject.redeem(ask, call, if request == 0 { "back" } else { "here" }, self.now);
        redeem.send_at = match self.dice.roll(8) {
            0 => Some(self.now),
            1 => Some(self.now + Duration::from_secs(365 * 86_400)),
            2..=4 => Some(self.now + Duration::from_secs(30)),
            _ => None,
        };
        both!(self, redeem(&redeem));
    }

    async fn take(&mut self) {
        let release = ReleaseKey::from_bytes([u8::try_from(self.dice.roll(2)).unwrap(); 16]);
        let to_inbox = (self.dice.roll(2) == 0).then(|| attempt_id(self.now.millis()));
        let call = call(200 + self.dice.roll(2), 0, true).id;
        let take = Take { address: self.subject.address, release, call, to_inbox, now: self.now };
        let ruled = both!(self, take(&take));
        if take.to_inbox.is_some() {
            self.seen.insert(format!("take to inbox {ruled}"));
        }
    }

    async fn schedule(&mut self) {
        let (ask, _) = self.known_ask();
        let (_, redemption) = self.standing().await;
        let optin = self.memory.occupant(self.subject.address).await.unwrap().and_then(Occupant::optin);
        let call = optin.as_ref().and_then(|optin| optin.redemption.as_ref()).map_or(ask.id, |standing| standing.call);
        let (granted_at, channel) = place_of(optin.as_ref(), self.now);
        let (address, ask, now, skew) = (self.subject.address, ask.id, self.now, Duration::from_secs(5));
        match self.dice.roll(6) {
            0 | 1 => {
                both!(self, start(&Start { address, ask, redemption, now, skew }));
            }
            2 => {
                both!(self, lapse(&Lapse { address, ask, now, skew }));
            }
            3 => {
                both!(self, cancel(&Cancel { address, ask, redemption, call, granted_at, channel, now }));
            }
            _ => {
                let send_at = self.dice.one_of(&[now, now + Duration::from_secs(40), now + Duration::from_secs(366 * 86_400)]);
                both!(self, reschedule(&Reschedule { address, ask, redemption, send_at, now }));
                // Often the same once more.
                both!(self, reschedule(&Reschedule { address, ask, redemption, send_at, now }));
            }
        }
    }

    async fn attempt(&mut self) {
        let (ask, _) = self.known_ask();
        let (epoch, redemption) = self.standing().await;
        let from =
            self.dice.one_of(&[AttemptFrom::Queue, AttemptFrom::Queue, AttemptFrom::EndedLease(epoch), AttemptFrom::EndedLease(epoch + 1)]);
        let mut attempt = self.subject.attempt(ask, self.dice.roll(4), from, self.now);
        attempt.redemption = redemption;
        attempt.watched = self.dice.roll(2) == 0;
        both!(self, attempt(&attempt));
    }

    async fn settle(&mut self) {
        let (ask, _) = self.known_ask();
        let (epoch, redemption) = self.standing().await;
        let optin = self.memory.occupant(self.subject.address).await.unwrap().and_then(Occupant::optin);
        let version = optin.as_ref().map_or(1, |optin| optin.version);
        let attempt = optin.as_ref().and_then(|optin| optin.delivery.attempt).unwrap_or(attempt_id(0));
        let by = self.dice.one_of(&[
            Settler::Attempt(attempt, epoch),
            Settler::Attempt(attempt, epoch),
            Settler::Attempt(attempt_id(99), epoch),
            Settler::Queue(attempt_id(self.now.millis()), version),
            Settler::Queue(attempt_id(3), version + 1),
            Settler::EndedLease(epoch),
        ]);
        let parked = |unclear| Outcome::Parked { due_at: self.now + Duration::from_secs(30), reason: Reason::Busy, unclear };
        let outcome = self.dice.one_of(&[
            Outcome::Sent,
            Outcome::Failed(Reason::Gone),
            Outcome::Unknown(Reason::Unclear),
            Outcome::Returned(Reason::Refused),
            Outcome::Returned(Reason::Refused),
            parked(false),
            parked(true),
        ]);
        let outcome = optin.as_ref().map_or(outcome, |optin| recorded(optin, outcome));
        let mut settle = self.subject.settle(ask, by, outcome, self.now);
        settle.redemption = redemption;
        (settle.granted_at, settle.channel) = place_of(optin.as_ref(), self.now);
        settle.call = optin.as_ref().and_then(|optin| optin.redemption.as_ref()).map_or(settle.call, |standing| standing.call);
        both!(self, settle(&settle));
    }

    async fn revoke_or_watch(&mut self) {
        let (ask, _) = self.known_ask();
        let (epoch, _) = self.standing().await;
        if self.dice.roll(2) == 0 {
            let due_at = self.now + Duration::from_secs(60);
            both!(self, watch(&Watch { address: self.subject.address, ask: ask.id, epoch, due_at }));
        } else {
            both!(self, revoke(&self.subject.revoke(ask, self.now)));
        }
    }

    async fn block_or_erase(&mut self) {
        let person = self.subject.address.person;
        match self.dice.roll(6) {
            0 => {
                let call = call(self.dice.roll(3), 0, true).id;
                // Often by a clock that is behind.
                let now = self.now.before(Duration::from_secs(self.dice.roll(2) * 100));
                both!(self, erase(&Erase { person, call, now }));
                both!(self, bury(self.subject.address, self.now));
            }
            1 | 2 => {
                both!(self, block(person, self.now));
            }
            _ => {
                both!(self, unblock(person));
            }
        }
    }

    async fn archive(&mut self) {
        let (ask, _) = self.known_ask();
        if let Some(optin) = self.memory.occupant(self.subject.address).await.unwrap().and_then(Occupant::optin) {
            both!(self, archive(&optin));
        }
        both!(self, past(self.subject.address.person, ask.id));
    }

    async fn standing(&self) -> (u32, u32) {
        let optin = self.memory.occupant(self.subject.address).await.unwrap().and_then(Occupant::optin);
        optin.map_or((1, 1), |optin| (optin.delivery.epoch, optin.redemption.map_or(1, |redemption| redemption.number)))
    }

    async fn compare_indexes(&mut self) {
        let person = self.subject.address.person;
        let far = self.now + Duration::from_secs(86_400);
        for shard in 0..WAITING_SHARDS {
            let mine = |waiting: Vec<Waiting>| waiting.into_iter().filter(|each| each.person == person).collect::<Vec<_>>();
            for order in [Order::Oldest, Order::Newest] {
                let line = Line { topic: self.subject.address.topic, order, before: far, after: None };
                let (memory, dynamo) = (self.memory.waiting(&line, shard, 1_000).await, self.dynamo.waiting(&line, shard, 1_000).await);
                assert_eq!(mine(dynamo.unwrap()), mine(memory.unwrap()), "seed {}", self.seed);
            }
        }
        for shard in 0..DUE_SHARDS {
            let mine = |due: Vec<(Timestamp, Due)>| {
                due.into_iter().filter(|(_, due)| *due == Due::Optin(self.subject.address)).map(|(at, _)| at).collect::<Vec<_>>()
            };
            let (memory, dynamo) = (self.memory.due(shard, far, 1_000).await, self.dynamo.due(shard, far, 1_000).await);
            assert_eq!(mine(dynamo.unwrap()), mine(memory.unwrap()), "seed {}", self.seed);
        }
    }
}
