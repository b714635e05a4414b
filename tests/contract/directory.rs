//! Businesses and keys, on both stores.

use std::sync::Arc;

use ringonce_domain::api_key::{ApiKey, KeyKind, RANDOM_LEN};
use ringonce_domain::business::{ApiKeyRecord, Business, ChannelKind, SealedSecret, Settings, Webhook};
use ringonce_domain::caps::Caps;
use ringonce_domain::store::Directory;
use ringonce_domain::text::BusinessName;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, START};
use ringonce_tests::engine::Engine;

fn settings(name: &str) -> Settings {
    let name = BusinessName::try_from(name.to_owned()).unwrap();
    Settings {
        name,
        caps: Caps::default(),
        channels: vec![ChannelKind::Inbox],
        origins: vec![],
        brand: Default::default(),
        app_secret: None,
        frozen: false,
    }
}

async fn a_business_and_its_keys_are_kept_together(directory: Arc<dyn Directory>) {
    let id = fixture::business();
    let secrets = vec![SealedSecret::seal(&fixture::keys(), &id, b"secret")];
    let webhook = Some(Webhook::standard("https://shop.example/hook".to_owned(), secrets));
    let shop = Business { id: id.clone(), settings: settings("Shop"), webhook };
    assert!(!directory.set_business(&shop).await.unwrap(), "there is none to set yet");
    assert!(directory.add_business(&shop).await.unwrap());
    assert!(!directory.add_business(&shop).await.unwrap(), "the id is taken");
    assert_eq!(directory.business(&id).await.unwrap().as_ref(), Some(&shop));

    let key = ApiKey::new(KeyKind::Secret, [7; RANDOM_LEN]);
    let last_four = key.last_four().to_owned();
    let record = ApiKeyRecord { business: id.clone(), kind: KeyKind::Secret, created_at: START, last_four, settings: settings("Shop") };
    directory.add_api_key(&key.hash(), &record).await.unwrap();
    assert_eq!(directory.api_key(&key.hash()).await.unwrap().as_ref(), Some(&record));

    let renamed = Business { settings: settings("The Shop"), webhook: None, ..shop };
    assert!(directory.set_business(&renamed).await.unwrap());
    let record = ApiKeyRecord { settings: settings("The Shop"), ..record };
    assert_eq!(directory.api_key(&key.hash()).await.unwrap().as_ref(), Some(&record), "its keys know it at once");
    assert_eq!(directory.api_keys(&id).await.unwrap(), [(key.hash(), record)]);

    assert!(directory.revoke_api_key(&id, &key.hash()).await.unwrap());
    assert!(!directory.revoke_api_key(&id, &key.hash()).await.unwrap());
    assert_eq!(directory.api_key(&key.hash()).await.unwrap(), None);
}

#[tokio::test]
async fn a_business_and_its_keys_are_kept_together_in_memory() {
    a_business_and_its_keys_are_kept_together(Arc::new(MemoryStore::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_and_its_keys_are_kept_together_in_dynamodb() {
    a_business_and_its_keys_are_kept_together(Engine::start().await.store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_knows_older_settings_than_its_business_is_not_added() {
    let (id, directory) = (fixture::business(), Engine::start().await.store);
    let shop = Business { id: id.clone(), settings: settings("Shop"), webhook: None };
    assert!(directory.add_business(&shop).await.unwrap());
    let key = ApiKey::new(KeyKind::Secret, [7; RANDOM_LEN]);
    let last_four = key.last_four().to_owned();
    let record = ApiKeyRecord { business: id.clone(), kind: KeyKind::Secret, created_at: START, last_four, settings: settings("Shop") };
    assert!(directory.set_business(&Business { settings: settings("The Shop"), ..shop }).await.unwrap());
    assert!(directory.add_api_key(&key.hash(), &record).await.is_err(), "what it would know was changed meanwhile");
    assert_eq!(directory.api_keys(&id).await.unwrap(), []);
}
