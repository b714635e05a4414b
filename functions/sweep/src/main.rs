//! The Lambda function; all it does stands in the library.

use lambda_runtime::{Error, LambdaEvent};
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::Budget;
use ringonce_adapters::telemetry;
use sweep::Event;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let app = &App::of_worker().await?;
    let delivery = &app.delivery();
    telemetry::run(|event: LambdaEvent<Event>| async move {
        let budget = Budget::until(event.context.deadline());
        Ok::<_, Error>(sweep::handle(app, delivery, event.payload, budget).await)
    })
    .await
}
