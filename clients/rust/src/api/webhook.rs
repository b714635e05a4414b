use http::Method;

use crate::call::{Call, path};
use crate::types::{Replay, Replayed, Tested, WebhookHealth};
use crate::{Client, Error};

impl Client {
    /// How the business's webhook does.
    ///
    /// # Errors
    /// `not-found` where there is none.
    pub async fn webhook(&self) -> Result<WebhookHealth, Error> {
        self.call(Call::get(path(&["webhook"]))).await
    }

    /// Sends a signed test event to it.
    ///
    /// # Errors
    /// `not-found` where there is none.
    pub async fn test_webhook(&self) -> Result<Tested, Error> {
        self.call(Call::change(Method::POST, path(&["webhook", "test"]))).await
    }

    /// Has it taken for well: events are sent to it again.
    ///
    /// # Errors
    /// `not-found` where there is none.
    pub async fn enable_webhook(&self) -> Result<WebhookHealth, Error> {
        self.call(Call::change(Method::POST, path(&["webhook", "enable"]))).await
    }

    /// Has what it missed sent again, at most 100 events a call: call it again with `after` set to the answer's `next` until there
    /// is none.
    ///
    /// # Errors
    /// `webhook-disabled` while it is, unless nothing but counting is asked for.
    pub async fn replay_webhook(&self, replay: &Replay) -> Result<Replayed, Error> {
        self.call(Call::change(Method::POST, path(&["webhook", "replay"])).with_body(replay)?).await
    }
}
