use http::Method;
use serde_json::json;

use crate::call::{Call, path, with};
use crate::types::{Address, Channel, Eligibility, Erased, Export, OptinList};
use crate::{Client, Error};

impl Client {
    /// Whether a person may be asked about a topic, and what each cap leaves.
    ///
    /// # Errors
    /// `invalid-field`.
    pub async fn eligibility(&self, user: &str, topic: &str) -> Result<Eligibility, Error> {
        let query = [("topic", Some(topic.to_owned()))];
        self.call(Call::get(with(path(&["users", user, "eligibility"]), &query))).await
    }

    /// A person's opt-ins.
    ///
    /// # Errors
    /// `invalid-field`.
    pub async fn optins_of(&self, user: &str) -> Result<OptinList, Error> {
        self.call(Call::get(path(&["users", user, "optins"]))).await
    }

    /// Everything that is kept of a person.
    ///
    /// # Errors
    /// `not-found` when nothing is kept.
    pub async fn export(&self, user: &str) -> Result<Export, Error> {
        self.call(Call::get(path(&["users", user, "export"]))).await
    }

    /// The same as it was answered, to be handed on: with what this version of the client does not know, too.
    ///
    /// # Errors
    /// `not-found` when nothing is kept.
    pub async fn export_json(&self, user: &str) -> Result<serde_json::Value, Error> {
        self.call(Call::get(path(&["users", user, "export"]))).await
    }

    /// Erases a person. What is kept of them goes within seconds; a block stays, and so do the times of
    /// the last asks, by which caps are kept.
    ///
    /// # Errors
    /// `not-found`, `invalid-field`.
    pub async fn erase(&self, user: &str) -> Result<Erased, Error> {
        self.call(Call::change(Method::DELETE, path(&["users", user]))).await
    }

    /// Says where a person can be reached by a channel; `None` takes it away.
    ///
    /// # Errors
    /// `address-invalid`.
    pub async fn put_address(&self, user: &str, channel: &Channel, address: Option<&str>) -> Result<Address, Error> {
        let call = Call::change(Method::PUT, path(&["users", user, "address"]));
        self.call(call.with_body(&json!({ "channel": channel, "address": address }))?).await
    }
}
