//! The functions in this very process.

use std::sync::Arc;

use aws_lambda_events::streams::DynamoDbEventResponse;
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::{Budget, Delivery, FUNCTION_TIMEOUT};
use ringonce_domain::store::Store;
use serde::de::DeserializeOwned;

use super::pump::{Mapped, Mapping};
use super::sweeper::{Schedule, Sweep};

/// Deliver, statistics and sweep, called directly.
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

impl Mapped for Here {
    async fn bring(&self, to: Mapping, event: String) -> Result<DynamoDbEventResponse, String> {
        bring(&self.app, &self.delivery, to, &event).await
    }
}

impl Sweep for Here {
    async fn sweep(&self, schedule: Schedule) {
        let event = serde_json::from_value(schedule.event()).expect("the sweep reads what its schedules send");
        sweep::handle(&self.app, &self.delivery, event, Budget::of(FUNCTION_TIMEOUT)).await;
    }
}

/// Calls a function behind a mapping with an event of Lambda.
///
/// # Errors
/// When the event is none of that mapping.
pub async fn bring<S: Store>(app: &App<S>, delivery: &Delivery<S>, to: Mapping, event: &str) -> Result<DynamoDbEventResponse, String> {
    match to {
        Mapping::Deliver => Ok(deliver::handle(delivery, parse(event)?, Budget::of(FUNCTION_TIMEOUT)).await),
        Mapping::Statistics => {
            let answer = statistics::handle(app, parse(event)?).await;
            let mut response = DynamoDbEventResponse::default();
            response.batch_item_failures = answer.map_err(|e| e.to_string())?.batch_item_failures;
            Ok(response)
        }
    }
}

fn parse<T: DeserializeOwned>(event: &str) -> Result<T, String> {
    serde_json::from_str(event).map_err(|e| e.to_string())
}
