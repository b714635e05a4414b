//! The Lambda function; all it does stands in the library.

use aws_lambda_events::dynamodb::Event;
use lambda_runtime::{Error, LambdaEvent};
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::Budget;
use ringonce_adapters::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let delivery = &App::of_worker().await?.delivery();
    telemetry::run(|event: LambdaEvent<Event>| async move {
        let budget = Budget::until(event.context.deadline());
        Ok::<_, Error>(deliver::handle(delivery, event.payload, budget).await)
    })
    .await
}
