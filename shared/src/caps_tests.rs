use super::*;
use proptest::prelude::*;

fn topic(number: u8) -> TopicKey {
    TopicKey::from_bytes([number; 16])
}

fn call(number: u64) -> Call {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Call { id: CallId::from_bytes(bytes), keyed: false }
}

/// The obvious way to keep the caps: remember every ask for ever and count.
struct SlidingLog<'a> {
    caps: &'a Caps,
    asks: Vec<(Timestamp, TopicKey)>,
}

impl SlidingLog<'_> {
    fn admits(&mut self, topic: TopicKey, now: Timestamp) -> bool {
        let within = |window: Duration| move |at: &Timestamp| *at + window > now;
        let same_topic = self.asks.iter().any(|(at, t)| *t == topic && within(self.caps.topic_window())(at));
        let full = self.caps.all().iter().any(|cap| {
            let window = within(cap.window());
            self.asks.iter().filter(|(at, _)| window(at)).count() >= cap.count
        });
        let admits = !same_topic && !full;
        if admits {
            self.asks.push((now, topic));
        }
        admits
    }
}

fn caps_strategy() -> impl Strategy<Value = Caps> {
    let cap = (1..=SLOTS, 1..=200u64).prop_map(|(count, window_seconds)| Cap { count, window_seconds });
    (proptest::collection::vec(cap, 1..=3), 0..=300u64).prop_map(|(caps, topic)| {
        let reach = Caps::new(Duration::ZERO, caps.clone()).expect("valid").coverage();
        Caps::new(Duration::from_secs(topic).min(reach), caps).expect("covered")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    /// 10,000 histories of up to 60 asks with a moving clock.
    #[test]
    fn the_register_equals_a_naive_sliding_log(
        caps in caps_strategy(),
        asks in proptest::collection::vec((0..=40u64, 0..6u8), 1..60),
    ) {
        let mut log = SlidingLog { caps: &caps, asks: Vec::new() };
        let mut register = Register::default();
        let mut now = Timestamp::from_millis(1_000_000);
        for (number, (step, t)) in asks.into_iter().enumerate() {
            now = now + Duration::from_millis(step * 500);
            let ruling = register.rule(&caps, topic(t), &call(number as u64), now);
            let admitted = ruling == CapRuling::Admitted;
            if admitted {
                register = register.shifted(Slot { at: now, call: call(number as u64).id, topic: topic(t) });
            }
            prop_assert_eq!(admitted, log.admits(topic(t), now), "ask {} at {}: {:?}", number, now.millis(), ruling);
        }
    }

    #[test]
    fn a_refusal_opens_when_it_says_and_not_a_millisecond_before(
        caps in caps_strategy(),
        asks in proptest::collection::vec(0..=40u64, 1..40),
    ) {
        let mut register = Register::default();
        let mut now = Timestamp::from_millis(1_000_000);
        for (number, step) in asks.into_iter().enumerate() {
            now = now + Duration::from_millis(step * 500);
            let new = call(number as u64);
            match register.rule(&caps, topic(1), &new, now) {
                CapRuling::Admitted => register = register.shifted(Slot { at: now, call: new.id, topic: topic(1) }),
                CapRuling::CapReached { opens_at, .. } | CapRuling::AlreadyAsked { opens_at } => {
                    let early = register.rule(&caps, topic(1), &new, opens_at.before(Duration::from_millis(1)));
                    prop_assert_ne!(early, CapRuling::Admitted);
                    if let CapRuling::AlreadyAsked { opens_at: again } = register.rule(&caps, topic(1), &new, opens_at) {
                        prop_assert!(again > opens_at);
                    }
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}

#[test]
fn the_callers_own_repeat_is_recognised_before_anything_else() {
    let caps = Caps::default();
    let at = Timestamp::from_millis(5_000);
    let register = Register::default().shifted(Slot { at, call: call(1).id, topic: topic(1) });
    assert_eq!(register.rule(&caps, topic(1), &call(1), Timestamp::from_millis(1)), CapRuling::Own { asked_at: at });
    let mut other = *call(1).id.as_bytes();
    other[15] ^= 1;
    let reused = Call { id: CallId::from_bytes(other), keyed: true };
    assert_eq!(register.rule(&caps, topic(1), &reused, at), CapRuling::KeyReused);
    assert_eq!(register.rule(&caps, topic(2), &call(2), Timestamp::from_millis(1)), CapRuling::ClockBehind { newest: at });
}

#[test]
fn caps_that_the_register_cannot_keep_are_refused() {
    let cap = |count, window_seconds| Cap { count, window_seconds };
    assert!(Caps::new(Duration::ZERO, vec![]).is_err());
    assert!(Caps::new(Duration::ZERO, vec![cap(11, 60)]).is_err());
    assert!(Caps::new(Duration::ZERO, vec![cap(0, 60)]).is_err());
    assert!(Caps::new(Duration::from_secs(61), vec![cap(10, 60)]).is_err());
    assert!(Caps::new(Duration::from_secs(120), vec![cap(5, 60)]).is_ok(), "ten asks at five a minute span two minutes");
}

#[test]
fn the_default_caps_are_those_of_the_design() {
    let caps = Caps::default();
    assert_eq!(caps.topic_window(), Duration::from_secs(7 * 86_400));
    assert_eq!(caps.all().iter().map(ToString::to_string).collect::<Vec<_>>(), ["5-in-1d", "10-in-7d"]);
    assert_eq!(caps.longest_link(), LONGEST_LINK);
    assert_eq!(Caps::new(caps.topic_window(), caps.all().to_vec()), Ok(caps));
}

#[test]
fn a_link_lives_seven_days_at_the_longest() {
    assert_eq!(LONGEST_LINK, Duration::from_secs(604_800));
}

#[test]
fn the_same_topic_is_looked_for_where_a_cap_as_long_can_have_left_it() {
    let day = |days: u64| 86_400 * days;
    let places = |topic: u64, caps: &[(usize, u64)]| {
        let caps = caps.iter().map(|(count, days)| Cap { count: *count, window_seconds: day(*days) }).collect();
        Caps::new(Duration::from_secs(day(topic)), caps).expect("covered").topic_places()
    };
    assert_eq!(places(7, &[(5, 1), (10, 7)]), 9);
    assert_eq!(places(7, &[(4, 7), (10, 8)]), 3, "the tightest of those as long");
    assert_eq!(places(7, &[(1, 7)]), 1, "the newest place at the least");
    assert_eq!(places(2, &[(5, 1)]), SLOTS, "no cap is as long");
}

#[test]
fn a_full_cap_opens_when_the_ask_that_is_its_count_back_has_left() {
    let cap = Cap { count: 2, window_seconds: 60 };
    let caps = Caps::new(Duration::ZERO, vec![cap]).expect("valid");
    let at = |seconds| Timestamp::from_millis(1_000_000) + Duration::from_secs(seconds);
    let asked = |register: Register, n: u8| register.shifted(Slot { at: at(u64::from(n)), call: call(u64::from(n)).id, topic: topic(n) });
    let allowance = |asks: u8| (0..asks).fold(Register::default(), asked).allowances(&caps, at(10)).next();
    assert_eq!(allowance(1), Some(Allowance { cap, left: 1, opens_at: at(10) }));
    assert_eq!(allowance(3), Some(Allowance { cap, left: 0, opens_at: at(61) }));
}

#[test]
fn caps_are_read_by_the_rules_that_make_them() {
    let caps = Caps::new(Duration::from_secs(60), vec![Cap { count: 3, window_seconds: 60 }]).expect("covered");
    let written = serde_json::to_string(&caps).expect("serialises");
    assert_eq!(serde_json::from_str::<Caps>(&written).expect("valid"), caps);
    assert!(serde_json::from_str::<Caps>(&written.replace(r#""count":3"#, r#""count":0"#)).is_err());
}
