//! The Lambda function; all it does stands in the library.

use aws_lambda_events::dynamodb::TimeWindowEvent;
use lambda_runtime::{Error, LambdaEvent};
use ringonce_adapters::app::App;
use ringonce_adapters::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let app = &App::from_env().await?;
    telemetry::run(|event: LambdaEvent<TimeWindowEvent>| async move { Ok::<_, Error>(statistics::handle(app, event.payload).await?) }).await
}
