//! The message of an opt-in: its own, or that of the release which redeemed it, where it is stored once for all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ringonce_domain::address::ReleaseKey;
use ringonce_domain::message::Message;
use ringonce_domain::optin::Optin;
use ringonce_domain::store::{Releases, StoreError, Stored};

/// Most messages that are remembered; one more, and all are read again.
const MOST: usize = 100;

/// A read-through view of the messages of releases, which never change.
pub struct Messages<S> {
    store: Arc<S>,
    of_releases: Mutex<HashMap<ReleaseKey, Message>>,
}

impl<S: Releases> Messages<S> {
    /// A view with nothing read yet.
    #[must_use]
    pub fn new(store: Arc<S>) -> Self {
        Self { store, of_releases: Mutex::default() }
    }

    /// The message of the opt-in's standing redemption, if it has one.
    ///
    /// # Errors
    /// When the table does not say.
    pub async fn of(&self, optin: &Optin) -> Stored<Option<Message>> {
        match (&optin.message, optin.release) {
            (None, Some(release)) => self.of_release(release).await.map(Some),
            (message, _) => Ok(message.clone()),
        }
    }

    async fn of_release(&self, key: ReleaseKey) -> Stored<Message> {
        if let Some(message) = self.of_releases.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(message.clone());
        }
        let release = self.store.release(key).await?;
        let message = release.ok_or_else(|| StoreError::Corrupt("a message's release is missing".to_owned()))?.terms.message;
        let mut known = self.of_releases.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, message.clone());
        Ok(message)
    }
}
