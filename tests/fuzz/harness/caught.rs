//! A check whose panic is caught, with what it said and where.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use super::Outcome;

thread_local! {
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The outcome of `check`, or what its panic said.
pub(super) fn outcome(check: fn(&[u8]) -> Outcome, input: &[u8]) -> Result<Outcome, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if SAID.take().is_some() {
                SAID.set(Some(panic.to_string()));
            } else {
                before(panic);
            }
        }));
    });
    SAID.set(Some(String::new()));
    let outcome = catch_unwind(AssertUnwindSafe(|| check(input)));
    let said = SAID.take().unwrap_or_default();
    outcome.map_err(|_| said)
}
