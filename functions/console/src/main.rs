//! The Lambda function; all it does stands in the library.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    ringonce_adapters::wire::lambda::run(console::handle).await
}
