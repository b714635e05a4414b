//! A table that answers whatever it is told to.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use ringonce_adapters::dynamo::DynamoStore;
use serde_json::Value;

/// What it answers, and what it was asked last.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<Mutex<(u16, String, Vec<u8>)>>);

impl Told {
    /// Has it answer everything with this status and body.
    pub(super) fn answer(&self, status: u16, body: String) {
        let mut told = self.0.lock().unwrap();
        (told.0, told.1) = (status, body);
    }

    /// What it was asked last.
    pub(super) fn asked(&self) -> Value {
        serde_json::from_slice(&self.0.lock().unwrap().2).unwrap()
    }
}

/// A store over a table that answers as `told`. Nothing is tried again.
pub(super) fn store(told: Told) -> DynamoStore {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("fuzz", "fuzz", None, None, "fuzz"))
        .retry_config(RetryConfig::disabled())
        .http_client(SharedHttpClient::new(told))
        .build();
    DynamoStore::new(Client::from_conf(config), "ringonce")
}

impl HttpClient for Told {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Told {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut told = self.0.lock().unwrap();
        told.2 = request.body().bytes().unwrap_or_default().to_vec();
        let mut response = HttpResponse::new(StatusCode::try_from(told.0).unwrap(), SdkBody::from(told.1.clone()));
        response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
        HttpConnectorFuture::ready(Ok(response))
    }
}
