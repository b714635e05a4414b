//! Businesses and API keys as the hot path reads them: once when cold, then from memory for at most a minute.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ringonce_domain::api_key::ApiKeyHash;
use ringonce_domain::business::{ApiKeyRecord, Business, Webhook};
use ringonce_domain::health::WebhookHealth;
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::{Directory, Stored, Webhooks};

/// For how long what was read is taken for what stands: a revoked key works at most so long.
const FRESH: Duration = Duration::from_secs(60);
/// For how long a business that has no webhook is taken to have none: a release to thousands asks for each of them, and
/// who sets one is not to miss more than what happened at that moment.
const ABSENT: Duration = Duration::from_secs(1);
/// Most entries of a cache; a full one starts anew.
const MOST: usize = 1_000;

/// A read-through view of the directory.
pub struct Businesses<S>(Arc<Inner<S>>);

impl<S> Clone for Businesses<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Inner<S> {
    directory: Arc<S>,
    businesses: Cache<BusinessId, Business>,
    endpoints: Cache<BusinessId, Endpoint>,
    without_webhook: Cache<BusinessId, ()>,
    api_keys: Cache<ApiKeyHash, ApiKeyRecord>,
}

/// A business's webhook, and how it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The webhook.
    pub webhook: Webhook,
    /// How it does.
    pub health: WebhookHealth,
}

type Entries<K, V> = HashMap<K, (Instant, Arc<V>)>;

struct Cache<K, V> {
    fresh: Duration,
    entries: Mutex<Entries<K, V>>,
}

impl<K: Eq + Hash, V> Cache<K, V> {
    fn of(fresh: Duration) -> Self {
        Self { fresh, entries: Mutex::default() }
    }

    fn fresh(&self, key: &K) -> Option<Arc<V>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).filter(|(read_at, _)| read_at.elapsed() < self.fresh).map(|(_, value)| Arc::clone(value))
    }

    fn keep(&self, key: K, value: V) -> Arc<V> {
        let value = Arc::new(value);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(key, (Instant::now(), Arc::clone(&value)));
        value
    }
}

impl<S: Directory> Businesses<S> {
    /// A view of `directory` with nothing read yet.
    #[must_use]
    pub fn new(directory: Arc<S>) -> Self {
        Self(Arc::new(Inner {
            directory,
            businesses: Cache::of(FRESH),
            endpoints: Cache::of(FRESH),
            without_webhook: Cache::of(ABSENT),
            api_keys: Cache::of(FRESH),
        }))
    }

    /// A business. That there is none is never remembered.
    ///
    /// # Errors
    /// When the table does not say.
    pub async fn of(&self, id: &BusinessId) -> Stored<Option<Arc<Business>>> {
        if let Some(business) = self.0.businesses.fresh(id) {
            return Ok(Some(business));
        }
        let read = self.0.directory.business(id).await?;
        Ok(read.map(|business| self.0.businesses.keep(id.clone(), business)))
    }

    /// What is stored with an API key. That there is none is never remembered.
    ///
    /// # Errors
    /// When the table does not say.
    pub async fn of_key(&self, hash: &ApiKeyHash) -> Stored<Option<Arc<ApiKeyRecord>>> {
        if let Some(record) = self.0.api_keys.fresh(hash) {
            return Ok(Some(record));
        }
        let read = self.0.directory.api_key(hash).await?;
        Ok(read.map(|record| self.0.api_keys.keep(*hash, record)))
    }
}

impl<S: Directory + Webhooks> Businesses<S> {
    /// A business's webhook and how it does; `None` where there is none, or was none a second ago. That it is disabled is
    /// never remembered: who enables it again is not to lose what arises in the next minute.
    ///
    /// # Errors
    /// When the table does not say.
    pub async fn endpoint(&self, id: &BusinessId) -> Stored<Option<Arc<Endpoint>>> {
        match self.0.endpoints.fresh(id).filter(|endpoint| !endpoint.health.is_disabled()) {
            Some(endpoint) => Ok(Some(endpoint)),
            None if self.0.without_webhook.fresh(id).is_some() => Ok(None),
            None => self.read_endpoint(id).await,
        }
    }

    /// The same, as of now.
    ///
    /// # Errors
    /// When the table does not say.
    pub async fn read_endpoint(&self, id: &BusinessId) -> Stored<Option<Arc<Endpoint>>> {
        let (business, kept) = tokio::try_join!(self.0.directory.business(id), self.0.directory.webhook_health(id))?;
        let Some(webhook) = business.and_then(|business| business.webhook) else {
            self.0.without_webhook.keep(id.clone(), ());
            return Ok(None);
        };
        let health = WebhookHealth::standing(kept, &webhook.url);
        Ok(Some(self.keep_endpoint(id, Endpoint { webhook, health })))
    }

    /// Remembers what the caller has just read or written.
    pub fn keep_endpoint(&self, id: &BusinessId, endpoint: Endpoint) -> Arc<Endpoint> {
        self.0.endpoints.keep(id.clone(), endpoint)
    }
}
