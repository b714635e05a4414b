//! The sweep's clock: what an EventBridge schedule does on AWS every minute, here every second.

use std::time::Duration;

use dynoxide::Database;

const TICK: Duration = Duration::from_secs(1);
/// How many ticks pass between two clean-ups of what the table may forget.
const TICKS_A_CLEANUP: u32 = 3_600;

/// The sweep function, here or elsewhere.
pub trait Sweep {
    /// Runs it. What it could not deal with the next run finds again.
    fn sweep(&self) -> impl Future<Output = ()> + Send;
}

/// Has the sweep run for ever, tick by tick.
pub async fn run(function: &impl Sweep, database: &Database) {
    for tick in 0_u32.. {
        function.sweep().await;
        if tick.is_multiple_of(TICKS_A_CLEANUP)
            && let Err(error) = database.sweep_ttl()
        {
            eprintln!("ringonce: what the table may forget cannot be removed: {error}");
        }
        tokio::time::sleep(TICK).await;
    }
}
