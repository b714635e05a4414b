//! Amazon SES (API v2): the way out for a deployment.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::config::{ConfigBag, Intercept, RuntimeComponents, StalledStreamProtectionConfig};
use aws_sdk_sesv2::error::{BoxError, BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::result::DispatchFailure;

use super::{Mail, Mailer};
use crate::ambient::Clock;
use crate::dynamo::client::{CONNECT, ClientError, region, variable};
use crate::webhook::Verdict;

/// Sends through Amazon SES, which puts its own `Message-ID` and `Date` in the place of those that it is given. A role needs
/// `ses:SendEmail` and, as the content is raw, `ses:SendRawEmail`.
pub struct Ses {
    client: Client,
}

impl Ses {
    /// Sends with `client`, which is to have these [`settings`].
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// A function's way out over `http`, where an e-mail takes at most `limit`: region and credentials stand in its
    /// environment, where Lambda puts them. `AWS_ENDPOINT_URL_SESV2` and `AWS_ENDPOINT_URL` name another address than Amazon's.
    ///
    /// # Errors
    /// When there is no region.
    pub fn of_environment(http: SharedHttpClient, limit: Duration) -> Result<Self, ClientError> {
        let mut config = aws_sdk_sesv2::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(region()?)
            .credentials_provider(EnvironmentVariableCredentialsProvider::new())
            .http_client(http);
        config.set_endpoint_url(variable("AWS_ENDPOINT_URL_SESV2").or_else(|| variable("AWS_ENDPOINT_URL")));
        Ok(Self::new(Client::from_conf(settings(config, limit).build())))
    }
}

/// The waits of every call, and no retries: SES takes no idempotency key, so a retry of an e-mail whose answer was lost is a
/// second e-mail.
#[must_use]
pub fn settings(config: aws_sdk_sesv2::config::Builder, limit: Duration) -> aws_sdk_sesv2::config::Builder {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(limit)
        .operation_attempt_timeout(limit)
        .operation_timeout(limit)
        .build();
    config
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .interceptor(OwnConnection)
}

/// Gives each e-mail a connection of its own. One that was kept may have been closed while the function was frozen, and a
/// request that meets that end is unclear: nobody would send the e-mail again.
#[derive(Debug)]
struct OwnConnection;

impl Intercept for OwnConnection {
    fn name(&self) -> &'static str {
        "a connection for each e-mail"
    }

    // After it is signed: a proxy may take the header for itself.
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context.request_mut().headers_mut().insert("connection", "close");
        Ok(())
    }
}

#[async_trait]
impl Mailer for Ses {
    async fn send(&self, mail: &Mail) -> Verdict {
        let Ok(content) = content(mail) else {
            return Verdict::Refused;
        };
        // The envelope is given: without it SES would read it from the headers.
        let destination = Destination::builder().to_addresses(mail.to.as_str()).build();
        let request = self.client.send_email().from_email_address(mail.from.address().as_str()).destination(destination).content(content);
        match request.send().await {
            Ok(_) => Verdict::Accepted,
            Err(error) => {
                let verdict = verdict(&error);
                // The code alone: what SES says beside it names addresses.
                tracing::warn!(mail = mail.message_id.as_str(), code = error.code(), ?verdict, "SES did not take an e-mail");
                verdict
            }
        }
    }
}

fn content(mail: &Mail) -> Result<EmailContent, BuildError> {
    let raw = RawMessage::builder().data(Blob::new(mail.compose(Clock::SYSTEM.now()))).build()?;
    Ok(EmailContent::builder().raw(raw).build())
}

fn verdict(error: &SdkError<SendEmailError>) -> Verdict {
    match error {
        // No credentials, or nothing that can be signed.
        SdkError::ConstructionFailure(_) => Verdict::Unreachable,
        SdkError::DispatchFailure(failure) if never_connected(failure) => Verdict::Unreachable,
        SdkError::ServiceError(answer) => refusal(answer.raw().status().as_u16(), answer.err()),
        // It may have arrived: a broken line, no answer in time, an answer that makes no sense.
        _ => Verdict::Unclear,
    }
}

/// Whether a request failed before there was a connection to send it over: no name, no route, no trust.
fn never_connected(failure: &DispatchFailure) -> bool {
    let mut cause = failure.as_connector_error().and_then(Error::source);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
            return error.is_connect();
        }
        cause = error.source();
    }
    false
}

fn refusal(status: u16, error: &SendEmailError) -> Verdict {
    match error {
        SendEmailError::TooManyRequestsException(_) | SendEmailError::LimitExceededException(_) => Verdict::Later(None),
        // Neither is about this e-mail, and both end: sending is paused until somebody resumes it, and a domain whose DNS
        // records cannot be found for a while counts as not verified.
        SendEmailError::SendingPausedException(_) | SendEmailError::MailFromDomainNotVerifiedException(_) => Verdict::Later(None),
        // What it holds (a virus), or who it is from: SES says so for an identity that was never verified, and for every
        // recipient while the account is in the sandbox.
        SendEmailError::MessageRejected(_) => Verdict::Refused,
        // For good, says SES.
        SendEmailError::AccountSuspendedException(_) => Verdict::Refused,
        // A configuration set that is not there, or an address that SES does not understand.
        SendEmailError::NotFoundException(_) | SendEmailError::BadRequestException(_) => Verdict::Refused,
        other => unmodelled(status, other.code()),
    }
}

/// What every AWS service can answer beside its own errors.
fn unmodelled(status: u16, code: Option<&str>) -> Verdict {
    match (status, code) {
        (408 | 429, _) | (400..=499, Some("Throttling" | "ThrottlingException")) => Verdict::Later(None),
        // The role, its credentials or the clock: all of the deployment's mail, and none of it looked at.
        (401 | 403, _) => Verdict::Later(None),
        (400..=499, _) => Verdict::Refused,
        // It broke while it was at it.
        _ => Verdict::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_sesv2::types::error::{
        AccountSuspendedException, BadRequestException, LimitExceededException, MailFromDomainNotVerifiedException, MessageRejected,
        NotFoundException, SendingPausedException, TooManyRequestsException,
    };

    #[test]
    fn what_ses_refuses_is_refused_for_good_only_if_time_cannot_mend_it() {
        for (error, verdict) in [
            (SendEmailError::TooManyRequestsException(TooManyRequestsException::builder().build()), Verdict::Later(None)),
            (SendEmailError::LimitExceededException(LimitExceededException::builder().build()), Verdict::Later(None)),
            (SendEmailError::SendingPausedException(SendingPausedException::builder().build()), Verdict::Later(None)),
            (
                SendEmailError::MailFromDomainNotVerifiedException(MailFromDomainNotVerifiedException::builder().build()),
                Verdict::Later(None),
            ),
            (SendEmailError::MessageRejected(MessageRejected::builder().build()), Verdict::Refused),
            (SendEmailError::AccountSuspendedException(AccountSuspendedException::builder().build()), Verdict::Refused),
            (SendEmailError::NotFoundException(NotFoundException::builder().build()), Verdict::Refused),
            (SendEmailError::BadRequestException(BadRequestException::builder().build()), Verdict::Refused),
        ] {
            assert_eq!(refusal(400, &error), verdict, "{error:?}");
        }
    }

    #[test]
    fn what_broke_on_the_other_side_is_unclear() {
        for (status, code, verdict) in [
            (500, Some("InternalFailure"), Verdict::Unclear),
            (503, Some("ServiceUnavailable"), Verdict::Unclear),
            (503, Some("ThrottlingException"), Verdict::Unclear),
            (302, None, Verdict::Unclear),
            (400, Some("ThrottlingException"), Verdict::Later(None)),
            (429, None, Verdict::Later(None)),
            (403, Some("AccessDeniedException"), Verdict::Later(None)),
            (403, Some("ExpiredTokenException"), Verdict::Later(None)),
            (400, Some("ValidationError"), Verdict::Refused),
            (413, None, Verdict::Refused),
        ] {
            assert_eq!(unmodelled(status, code), verdict, "{status} {code:?}");
        }
    }
}
