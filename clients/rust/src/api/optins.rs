use http::Method;
use serde_json::json;

use crate::call::{Call, path};
use crate::types::{Ask, Asked, Optin};
use crate::{Client, Error, Token};

impl Client {
    /// Asks a person. Show them the `consent_url`, or have Ringonce bring it (`deliver_ask`).
    ///
    /// # Errors
    /// `cap-reached` and `already-asked` say when the next ask goes through; `person-blocked`, `person-unreachable`.
    pub async fn ask(&self, ask: &Ask) -> Result<Asked, Error> {
        self.call(Call::change(Method::POST, path(&["optins"])).with_body(ask)?).await
    }

    /// An opt-in, with its token while that can send.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn optin(&self, id: &str) -> Result<Optin, Error> {
        self.call(Call::get(path(&["optins", id]))).await
    }

    /// The opt-in that a token belongs to.
    ///
    /// # Errors
    /// `not-found` or `token-unknown`.
    pub async fn find(&self, token: &Token) -> Result<Optin, Error> {
        let call = Call::change(Method::POST, path(&["tokens", "find"])).reading();
        self.call(call.with_body(&json!({ "token": token }))?).await
    }

    /// Takes an opt-in back.
    ///
    /// # Errors
    /// `in-flight` while its message is being sent; `already-ended`.
    pub async fn revoke(&self, id: &str) -> Result<Optin, Error> {
        self.call(Call::change(Method::POST, path(&["optins", id, "revoke"]))).await
    }
}
