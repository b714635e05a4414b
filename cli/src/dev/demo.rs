//! The demo business: made once, its key kept in the state folder, its webhook on this very process.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::business::{ApiKeyRecord, Business, ChannelKind, SealedSecret, Settings, Webhook};
use ringonce_domain::caps::Caps;
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::Directory;
use ringonce_domain::text::BusinessName;
use serde::{Deserialize, Serialize};

use super::DevError;
use super::receiver::PATH;
use super::state::LocalState;

const FILE: &str = "demo.json";

/// What the walk-through needs of the demo business.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Demo {
    /// Its secret key, which only this machine knows.
    pub(super) api_key: String,
    /// Its webhook secret, `whsec_...`.
    pub(super) webhook_secret: String,
}

/// The demo business, made if it is not there yet. What was changed of it stays, but for the webhook's port.
pub(super) async fn set_up(app: &App, state: &LocalState, origin: &str) -> Result<Demo, DevError> {
    let id = BusinessId::try_from("demo".to_owned()).expect("a valid id");
    let url = format!("{origin}{PATH}");
    if let (Some(demo), Some(business)) = (state.kept::<Demo>(FILE)?, app.store.business(&id).await?) {
        let moved = business.webhook.as_ref().is_some_and(|webhook| webhook.url.ends_with(PATH) && webhook.url != url);
        if let (true, Some(webhook)) = (moved, &business.webhook) {
            let webhook = Some(Webhook { url, ..webhook.clone() });
            app.store.set_business(&Business { webhook, ..business }).await?;
        }
        return Ok(demo);
    }
    make(app, state, id, url).await
}

async fn make(app: &App, state: &LocalState, id: BusinessId, url: String) -> Result<Demo, DevError> {
    let secret: [u8; 24] = random();
    let name = BusinessName::try_from("Demo Shop".to_owned()).expect("a valid name");
    let settings = Settings { name, caps: Caps::default(), channels: ChannelKind::ALL.to_vec(), origins: Vec::new() };
    let webhook = Webhook { url, secrets: vec![SealedSecret::seal(&app.keys, &id, &secret)] };
    let business = Business { id: id.clone(), settings: settings.clone(), webhook: Some(webhook) };
    // A kill between these writes leaves a business without a kept key: it is made anew over the same id.
    if !app.store.add_business(&business).await? {
        app.store.set_business(&business).await?;
    }
    let key = ApiKey::new(KeyKind::Secret, random());
    let (kind, last_four) = (key.kind(), key.last_four().to_owned());
    let record = ApiKeyRecord { business: id, kind, created_at: app.clock.now(), last_four, settings };
    app.store.add_api_key(&key.hash(), &record).await?;
    let demo = Demo { api_key: key.reveal().to_owned(), webhook_secret: format!("whsec_{}", STANDARD.encode(secret)) };
    state.keep(FILE, &demo)?;
    Ok(demo)
}
