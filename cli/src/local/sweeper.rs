//! The sweep's clock: what EventBridge's schedules do on AWS every minute and every night, here every second and every day.

use std::time::Duration;

use dynoxide::Database;
use serde_json::{Value, json};

use crate::output;

const TICK: Duration = Duration::from_secs(1);
/// How many ticks pass between two clean-ups of what the table may forget.
const TICKS_A_CLEANUP: u32 = 3_600;
/// How many ticks pass between two nights. The first comes with the first tick.
const TICKS_A_NIGHT: u32 = 86_400;

/// A schedule of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// What is due is taken up.
    EveryMinute,
    /// A reconcile begins.
    EveryNight,
}

impl Schedule {
    /// What it sends: EventBridge's own event, or the input that the template gives it.
    #[must_use]
    pub fn event(self) -> Value {
        match self {
            Self::EveryMinute => json!({
                "version": "0", "id": "00000000-0000-0000-0000-000000000000", "detail-type": "Scheduled Event", "source": "aws.events",
                "account": "000000000000", "time": "1970-01-01T00:00:00Z", "region": "local", "resources": [], "detail": {}
            }),
            Self::EveryNight => json!({ "reconcile": "begin" }),
        }
    }
}

/// The sweep function, here or elsewhere.
pub trait Sweep {
    /// Runs it, as `schedule` does. What it could not deal with the next run finds again.
    fn sweep(&self, schedule: Schedule) -> impl Future<Output = ()> + Send;
}

/// Has the sweep run for ever, tick by tick.
pub async fn run(function: &impl Sweep, database: &Database) {
    for tick in 0_u32.. {
        function.sweep(if tick.is_multiple_of(TICKS_A_NIGHT) { Schedule::EveryNight } else { Schedule::EveryMinute }).await;
        if tick.is_multiple_of(TICKS_A_CLEANUP)
            && let Err(error) = database.sweep_ttl()
        {
            output::note(format_args!("what the table may forget cannot be removed: {error}"));
        }
        tokio::time::sleep(TICK).await;
    }
}
