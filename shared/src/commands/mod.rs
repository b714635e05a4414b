//! The commands as their callers give them: parse with the key ring, one store decision, an answer in domain terms.

mod answer;
mod ask;
mod confirm;
mod erase;
mod find;
mod known_address;
mod limit;
mod notify;
mod reconcile;
mod restore;
mod revoke;
mod webhook;

pub use answer::answer;
pub use ask::{AskInput, AskRefusal, Asked, ask};
pub use confirm::confirm;
pub use erase::erase;
pub use find::find_optin;
pub use known_address::{KeepRefusal, keep_address};
pub use limit::{SpendInput, SpendRefusal, spend};
pub use notify::{Notified, NotifyInput, NotifyRefusal, notify};
pub use reconcile::{Beginning, Progress, begin_reconcile, begin_segment, reconcile_progress};
pub use restore::{erase_again, is_undone, settle_restored};
pub use revoke::{RevokeOutcome, revoke};
pub use webhook::{HealthChange, Replayed, change_health, enable_webhook, missed_events, replay, webhook_health};
