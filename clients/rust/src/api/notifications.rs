use http::Method;
use serde_json::json;

use crate::call::{Call, path};
use crate::types::{Notification, Notified, Notify};
use crate::{Client, Error, Timestamp};

impl Client {
    /// Sends a token's one message, at once or at a time.
    ///
    /// # Errors
    /// `token-unknown`, `token-used`, `token-expired`, `token-revoked`, `tokens-frozen`.
    pub async fn notify(&self, notify: &Notify) -> Result<Notified, Error> {
        self.call(Call::change(Method::POST, path(&["notifications"])).with_body(notify)?).await
    }

    /// A notification.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn notification(&self, id: &str) -> Result<Notification, Error> {
        self.call(Call::get(path(&["notifications", id]))).await
    }

    /// Gives a scheduled message another time.
    ///
    /// # Errors
    /// `already-ended`, `in-flight`.
    pub async fn reschedule(&self, id: &str, send_at: Timestamp) -> Result<Notification, Error> {
        let call = Call::change(Method::PATCH, path(&["notifications", id]));
        self.call(call.with_body(&json!({ "send_at": send_at }))?).await
    }

    /// Cancels a scheduled message: its token is whole again.
    ///
    /// # Errors
    /// `already-ended`, `in-flight`, `returned-too-often`.
    pub async fn cancel(&self, id: &str) -> Result<Notification, Error> {
        self.call(Call::change(Method::DELETE, path(&["notifications", id]))).await
    }
}
