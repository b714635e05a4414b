//! The sweep's clock: what an EventBridge schedule does on AWS every minute, here every second.

use std::time::Duration;

use dynoxide::Database;
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::{Budget, Delivery, FUNCTION_TIMEOUT};
use ringonce_domain::store::Store;

const TICK: Duration = Duration::from_secs(1);
/// How many ticks pass between two clean-ups of what the table may forget.
const TICKS_A_CLEANUP: u32 = 3_600;

/// Sweeps for ever.
pub async fn run(app: &App<impl Store>, delivery: &Delivery<impl Store>, database: &Database) {
    for tick in 0_u32.. {
        sweep::handle(app, delivery, Budget::of(FUNCTION_TIMEOUT)).await;
        if tick.is_multiple_of(TICKS_A_CLEANUP)
            && let Err(error) = database.sweep_ttl()
        {
            eprintln!("ringonce: what the table may forget cannot be removed: {error}");
        }
        tokio::time::sleep(TICK).await;
    }
}
