//! Functions that run beside this process, under `cargo lambda watch`: invoked as Lambda invokes them.

use std::time::Duration;

use aws_lambda_events::streams::DynamoDbEventResponse;
use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::pump::{Mapped, Mapping};
use super::sweeper::{Schedule, Sweep};

/// Longest wait for an answer: the first invocation compiles the function.
const LONGEST: Duration = Duration::from_secs(900);

/// Why an invocation came to nothing. It is repeated.
#[derive(Debug, Error)]
#[error("`{function}` did not answer: {why}")]
struct NotInvoked {
    function: &'static str,
    why: String,
}

/// Where `cargo lambda watch` listens.
#[derive(Debug, Clone)]
pub struct Watched(String);

impl Watched {
    /// The functions behind the address `cargo lambda watch` was started with, such as `http://127.0.0.1:9000`.
    ///
    /// # Errors
    /// When it is none.
    pub fn at(address: &str) -> Result<Self, String> {
        let uri: Option<Uri> = address.parse().ok();
        let authority = uri.filter(|uri| uri.scheme_str() == Some("http")).and_then(|uri| uri.authority().cloned());
        match authority {
            Some(authority) => Ok(Self(authority.to_string())),
            None => Err(format!("must be an address such as http://127.0.0.1:9000, and is `{address}`")),
        }
    }

    /// That address.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.0)
    }

    async fn invoke(&self, function: &'static str, event: String) -> Result<Value, NotInvoked> {
        let failed = |why: String| NotInvoked { function, why };
        let answer = timeout(LONGEST, self.post(function, event)).await.map_err(|_| failed("it took too long".to_owned()))?;
        let (status, body) = answer.map_err(|e| failed(e.to_string()))?;
        if status != StatusCode::OK {
            return Err(failed(format!("{status} {}", String::from_utf8_lossy(&body))));
        }
        serde_json::from_slice(&body).map_err(|e| failed(e.to_string()))
    }

    async fn post(&self, function: &str, event: String) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(&self.0).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let request = Request::post(format!("/2015-03-31/functions/{function}/invocations"))
            .header("host", &self.0)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(event)))?;
        let (parts, body) = sender.send_request(request).await?.into_parts();
        Ok((parts.status, body.collect().await?.to_bytes()))
    }
}

impl Sweep for Watched {
    async fn sweep(&self, schedule: Schedule) {
        if let Err(error) = self.invoke("sweep", schedule.event().to_string()).await {
            tracing::warn!(%error, "a sweep is left to the next tick");
        }
    }
}

impl Mapped for Watched {
    async fn bring(&self, to: Mapping, event: String) -> Result<DynamoDbEventResponse, String> {
        let answer = self.invoke(to.function(), event).await.map_err(|e| e.to_string())?;
        serde_json::from_value(answer).map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_this_kind_is_taken() {
        assert!(Watched::at("http://127.0.0.1:9000").is_ok());
        for bad in ["127.0.0.1:9000", "https://127.0.0.1:9000", "", "9000"] {
            assert!(Watched::at(bad).is_err(), "{bad}");
        }
    }
}
