//! The search for an order that explains a history.

use ringonce_tests::linear::{Model, Span, is_linearizable};

/// A register that is set once: the answer says whether one's own value is in it.
struct Once;

impl Model for Once {
    type State = Option<u8>;
    type Call = (u8, Option<bool>);

    fn begin() -> Option<u8> {
        None
    }

    fn step(state: &Option<u8>, (value, answer): &(u8, Option<bool>)) -> Vec<Option<u8>> {
        let after = state.unwrap_or(*value);
        if answer.is_none_or(|answer| answer == (after == *value)) { vec![Some(after)] } else { Vec::new() }
    }
}

fn span(from: u64, to: Option<u64>, value: u8, answer: Option<bool>) -> Span<(u8, Option<bool>)> {
    Span { from, to, call: (value, answer) }
}

#[test]
fn a_history_is_linearizable_if_some_order_explains_it() {
    let [yes, no] = [Some(true), Some(false)];
    assert!(is_linearizable::<Once>(&[span(0, Some(5), 1, no), span(1, Some(4), 2, yes)]));
    assert!(!is_linearizable::<Once>(&[span(0, Some(1), 1, no), span(2, Some(4), 2, yes)]), "nobody was there before the first");
    assert!(!is_linearizable::<Once>(&[span(0, Some(5), 1, yes), span(1, Some(4), 2, yes)]), "two winners");
    assert!(is_linearizable::<Once>(&[span(0, None, 3, None), span(2, Some(4), 2, no)]), "a call without an answer may have won");
    assert!(!is_linearizable::<Once>(&[span(3, None, 3, None), span(1, Some(2), 2, no)]), "but not before it began");
    assert!(is_linearizable::<Once>(&[]));
}
