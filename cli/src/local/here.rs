//! The functions in this very process.

use std::sync::Arc;

use aws_lambda_events::streams::DynamoDbEventResponse;
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::{Budget, Delivery, FUNCTION_TIMEOUT};
use serde_json::Value;

use super::pump::Deliver;
use super::sweeper::Sweep;

/// Deliver and sweep, called directly.
#[derive(Clone)]
pub struct Here {
    app: App,
    delivery: Arc<Delivery>,
}

impl Here {
    /// The functions over one app.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self { delivery: Arc::new(app.delivery()), app }
    }
}

impl Deliver for Here {
    async fn deliver(&self, event: Value) -> Result<DynamoDbEventResponse, String> {
        self.delivery.deliver(event).await
    }
}

impl Sweep for Here {
    async fn sweep(&self) {
        sweep::handle(&self.app, &self.delivery, Budget::of(FUNCTION_TIMEOUT)).await;
    }
}
