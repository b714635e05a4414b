//! The AWS client: built once, trusting Amazon's roots alone, with bounds on every wait.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Region, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use thiserror::Error;

/// Amazon's root certificates (<https://www.amazontrust.com/repository/>), which sign every AWS endpoint. Loading the
/// system's whole store instead costs a cold start five milliseconds of its eight.
const AMAZON_ROOTS: &[u8] = include_bytes!("../../roots/amazon.pem");

/// Longest wait for a connection.
pub(crate) const CONNECT: Duration = Duration::from_secs(1);
/// Longest wait for one answer.
const ATTEMPT: Duration = Duration::from_secs(3);
/// Longest wait for one call with its retries: below it a caller still gets our own 503.
pub const LONGEST_OPERATION: Duration = Duration::from_secs(8);

/// Why no client could be built.
#[derive(Debug, Error)]
#[error("cannot build the AWS client: {0}")]
pub struct ClientError(String);

/// An HTTP client that trusts `ca_bundle` (PEM), or Amazon's roots.
///
/// # Errors
/// When the bundle holds no certificate.
pub fn http_client(ca_bundle: Option<&[u8]>) -> Result<SharedHttpClient, ClientError> {
    let roots = TrustStore::empty().with_pem_certificate(ca_bundle.unwrap_or(AMAZON_ROOTS));
    let tls = TlsContext::builder().with_trust_store(roots).build().map_err(|e| ClientError(e.to_string()))?;
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls).build_https())
}

/// The waits and retries of every call: the SDK itself sets no bound on a read or a call.
#[must_use]
pub fn settings(config: aws_sdk_dynamodb::config::Builder) -> aws_sdk_dynamodb::config::Builder {
    let timeouts =
        TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).operation_timeout(LONGEST_OPERATION).build();
    let retries = RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(50));
    // An attempt's own bound holds for its body too: watching how quickly that comes adds nothing but instructions.
    let config = config.stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.timeout_config(timeouts).retry_config(retries).retry_classifier(Conflicts)
}

/// A write that met a transaction was not done, and succeeds a moment later. The SDK takes it for final.
#[derive(Debug)]
struct Conflicts;

impl ClassifyRetry for Conflicts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(|result| result.err()).and_then(|error| error.as_operation_error());
        let code = error.and_then(|error| {
            let update = error.downcast_ref::<UpdateItemError>().and_then(ProvideErrorMetadata::code);
            update.or_else(|| error.downcast_ref::<PutItemError>().and_then(ProvideErrorMetadata::code))
        });
        match code {
            Some("TransactionConflictException") => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "transaction conflicts"
    }
}

/// A function's DynamoDB client over `http`: region and credentials stand in its environment, where Lambda puts them. The
/// SDK's whole chain (profiles, roles, instance metadata) would be a tenth of each package and is never reached there.
///
/// # Errors
/// When there is no region.
pub fn of_environment(http: SharedHttpClient) -> Result<Client, ClientError> {
    let mut config = aws_sdk_dynamodb::config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(region()?)
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .http_client(http);
    config.set_endpoint_url(variable("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| variable("AWS_ENDPOINT_URL")));
    Ok(Client::from_conf(settings(config).build()))
}

/// The region of a function.
///
/// # Errors
/// When its environment names none.
pub(crate) fn region() -> Result<Region, ClientError> {
    variable("AWS_REGION").map(Region::new).ok_or_else(|| ClientError("set AWS_REGION, as Lambda does".to_owned()))
}

/// A variable of the environment; an empty one is none.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// An operator's DynamoDB client over `http`: profiles, roles, environment, whatever the SDK knows. The SDK reads
/// `AWS_ENDPOINT_URL_DYNAMODB` itself.
pub async fn of_operator(http: SharedHttpClient) -> Client {
    let environment = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    Client::from_conf(settings(aws_sdk_dynamodb::config::Builder::from(&environment)).build())
}
