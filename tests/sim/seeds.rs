//! A cut of the simulation for every run of the tests; `make sim` runs as many seeds as are asked for.

#[test]
fn no_seed_breaks_a_promise() {
    let mut ended = std::collections::BTreeMap::<String, u32>::new();
    for seed in 0..300 {
        let outcome = ringonce_sim::run(seed);
        assert_eq!(outcome.violations, [], "`make sim FROM={seed} SEEDS=1` replays it");
        outcome.states.into_iter().for_each(|state| *ended.entry(state).or_default() += 1);
    }
    for state in ["sent", "unknown", "granted", "revoked"] {
        assert!(ended.contains_key(state), "no run came to `{state}`: {ended:?}");
    }
}

#[test]
fn a_seed_is_played_the_same_every_time() {
    for seed in 0..20 {
        let [first, again] = [ringonce_sim::run(seed), ringonce_sim::run(seed)];
        assert_eq!((first.calls, first.states, first.violations), (again.calls, again.states, again.violations), "{seed}");
    }
}
