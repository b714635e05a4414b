//! The demo business: made once, its keys kept in the state folder, its webhook and its shop on this very process.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::brand::{Brand, Colour};
use ringonce_domain::business::{ApiKeyRecord, Business, ChannelKind, Origin, SealedSecret, Settings, Webhook};
use ringonce_domain::caps::Caps;
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::Directory;
use ringonce_domain::text::BusinessName;
use serde::{Deserialize, Serialize};

use super::DevError;
use super::receiver::PATH;
use super::state::{DEMO, LocalState};

/// What the walk-through needs of the demo business.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Demo {
    /// Its secret key, which only this machine knows.
    pub(super) api_key: String,
    /// Its webhook secret, `whsec_...`.
    pub(super) webhook_secret: String,
    /// Its publishable key, for the pages of the demo shop; state folders of earlier versions have none.
    #[serde(default)]
    pub(super) publishable_key: Option<String>,
}

/// The demo business, made if it is not there yet. What was changed of it stays, but for where it is on this machine.
pub(super) async fn set_up(app: &App, state: &LocalState, origin: &str) -> Result<Demo, DevError> {
    let id = BusinessId::try_from("demo".to_owned()).expect("a valid id");
    let (Some(demo), Some(business)) = (state.kept::<Demo>(DEMO)?, app.store.business(&id).await?) else {
        return make(app, state, id, origin).await;
    };
    let here = moved(business.clone(), origin);
    if here != business {
        app.store.set_business(&here).await?;
    }
    if demo.publishable_key.is_some() {
        return Ok(demo);
    }
    let demo = Demo { publishable_key: Some(add_key(app, &here, KeyKind::Publishable).await?), ..demo };
    state.keep(DEMO, &demo)?;
    Ok(demo)
}

/// The business with its webhook and its pages at `origin`, where it is this process that has them.
fn moved(mut business: Business, origin: &str) -> Business {
    if let Some(webhook) = business.webhook.as_mut().filter(|webhook| webhook.url.ends_with(PATH)) {
        webhook.url = format!("{origin}{PATH}");
    }
    let elsewhere = business.settings.origins.into_iter().filter(|known| !is_loopback(known));
    business.settings.origins = elsewhere.chain(pages(origin)).collect();
    business
}

fn is_loopback(origin: &Origin) -> bool {
    LOOPBACK.iter().any(|host| origin.as_str().starts_with(&format!("http://{host}:")))
}

/// The colour of its own pages.
fn brand() -> Brand {
    Brand { logo: None, colour: Colour::try_from("#b93a12".to_owned()).ok() }
}

/// Under which names a browser on this machine opens the demo shop.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "localhost"];

fn pages(origin: &str) -> Vec<Origin> {
    let port = origin.rsplit(':').next().unwrap_or_default();
    LOOPBACK.iter().filter_map(|host| Origin::try_from(format!("http://{host}:{port}")).ok()).collect()
}

async fn make(app: &App, state: &LocalState, id: BusinessId, origin: &str) -> Result<Demo, DevError> {
    let secret: [u8; 24] = random();
    let name = BusinessName::try_from("Demo Shop".to_owned()).expect("a valid name");
    let settings = Settings {
        name,
        caps: Caps::default(),
        channels: ChannelKind::ALL.to_vec(),
        origins: pages(origin),
        brand: brand(),
        app_secret: None,
        frozen: false,
    };
    let webhook = Webhook::standard(format!("{origin}{PATH}"), vec![SealedSecret::seal(&app.keys, &id, &secret)]);
    let business = Business { id, settings, webhook: Some(webhook) };
    // A kill between these writes leaves a business without a kept key: it is made anew over the same id.
    if !app.store.add_business(&business).await? {
        app.store.set_business(&business).await?;
    }
    let demo = Demo {
        api_key: add_key(app, &business, KeyKind::Secret).await?,
        webhook_secret: format!("whsec_{}", STANDARD.encode(secret)),
        publishable_key: Some(add_key(app, &business, KeyKind::Publishable).await?),
    };
    state.keep(DEMO, &demo)?;
    Ok(demo)
}

/// A further key of the business, as text.
async fn add_key(app: &App, business: &Business, kind: KeyKind) -> Result<String, DevError> {
    let key = ApiKey::new(kind, random());
    let (business, settings) = (business.id.clone(), business.settings.clone());
    let record = ApiKeyRecord { business, kind, created_at: app.clock.now(), last_four: key.last_four().to_owned(), settings };
    app.store.add_api_key(&key.hash(), &record).await?;
    Ok(key.reveal().to_owned())
}
