//! Races under faults: a cut of what `make prove` runs at length.

mod linear;

use ringonce_tests::faults::{Raced, caps, tokens};
use ringonce_tests::linear::{Span, is_linearizable};

const SEED: u64 = 20_261_125;

fn none(raced: &Raced) -> bool {
    raced.violations() == 0
}

#[tokio::test(flavor = "multi_thread")]
async fn of_racing_redeems_one_wins_and_is_told_so_whatever_goes_wrong() {
    for percent in [0, 10, 30, 60] {
        let raced = tokens(100, 8, percent, SEED).await;
        assert!(none(&raced), "at {percent} %: {raced:?}");
        assert_eq!(raced.calls, 800);
        if percent <= 10 {
            assert!(raced.answered * 1_000 >= raced.calls * 999, "at {percent} %: {raced:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_racing_questions_as_many_are_asked_as_the_cap_lets_whatever_goes_wrong() {
    for percent in [0, 10, 60] {
        let raced = caps(60, 12, percent, SEED).await;
        assert!(none(&raced), "at {percent} %: {raced:?}");
    }
}

/// What the judge is for: a history with two winners, one with a winner who was told no, and a cap that lets six through.
#[test]
fn histories_that_break_a_promise_are_not_explained() {
    use ringonce_tests::faults::TokenCall::{Redeem, Revoke};
    use ringonce_tests::faults::{OfOneCap, OfOneToken};
    fn span<C>(from: u64, to: u64, call: C) -> Span<C> {
        Span { from, to: Some(to), call }
    }
    let two = [span(0, 3, Redeem(1, Some(true))), span(1, 4, Redeem(2, Some(true)))];
    assert!(!is_linearizable::<OfOneToken>(&two));
    let nobody = [span(0, 3, Redeem(1, Some(false))), span(1, 4, Redeem(2, Some(false)))];
    assert!(!is_linearizable::<OfOneToken>(&nobody));
    let after_revocation = [span(0, 1, Revoke(Some(true))), span(2, 3, Redeem(1, Some(true)))];
    assert!(!is_linearizable::<OfOneToken>(&after_revocation));
    let six: Vec<_> = (0..6).map(|n| span(n, n + 10, Some(true))).collect();
    assert!(!is_linearizable::<OfOneCap>(&six) && is_linearizable::<OfOneCap>(&six[..5]));
}
