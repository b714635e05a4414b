//! `GET /v1/business`: how the business is set up.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::brand::{Colour, Logo};
use ringonce_domain::business::{Business, ChannelKind, Origin};
use ringonce_domain::caps::Cap;
use ringonce_domain::store::Store;
use ringonce_domain::time::span_text;
use serde::Serialize;

/// A business, as it is set up.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct BusinessView {
    /// Its id.
    id: String,
    /// Its name, as people read it.
    name: String,
    /// The channels that it offers, the first as the default.
    channels: Vec<ChannelKind>,
    /// How often one person may be asked.
    caps: Vec<CapSetting>,
    /// How long one person is not asked about the same topic again: `7d`.
    topic_window: String,
    /// The logo on its people's pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schema(value_type = Option<String>))]
    logo: Option<Logo>,
    /// Their colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schema(value_type = Option<String>))]
    colour: Option<Colour>,
    /// The origins of the pages that may use its publishable keys.
    #[cfg_attr(feature = "description", schema(value_type = Vec<String>))]
    origins: Vec<Origin>,
    /// Where its events go.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<String>,
    /// In which form they are told: `standard` or `messenger`.
    webhook_form: &'static str,
    /// Whether its tokens are held, and none is redeemed.
    frozen: bool,
}

/// A cap, as it is set.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct CapSetting {
    /// How many asks it lets through.
    count: usize,
    /// In which span: `1d`.
    window: String,
}

pub(crate) async fn business(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    // As it stands now, and not as the key remembers it: who looks here may just have changed it.
    let business = app.store.business(&caller.business).await?.ok_or(ApiError::NotFound)?;
    Ok(Response::json(StatusCode::OK, &BusinessView::of(business)))
}

impl BusinessView {
    fn of(business: Business) -> Self {
        let Business { id, settings, webhook } = business;
        let is_standard = webhook.as_ref().is_none_or(|webhook| webhook.format.is_standard());
        Self {
            id: id.as_str().to_owned(),
            name: settings.name.as_str().to_owned(),
            channels: settings.channels,
            caps: settings.caps.all().iter().map(CapSetting::of).collect(),
            topic_window: span_text(settings.caps.topic_window()),
            logo: settings.brand.logo,
            colour: settings.brand.colour,
            origins: settings.origins,
            webhook: webhook.map(|webhook| webhook.url),
            webhook_form: if is_standard { "standard" } else { "messenger" },
            frozen: settings.frozen,
        }
    }
}

impl CapSetting {
    fn of(cap: &Cap) -> Self {
        Self { count: cap.count, window: span_text(cap.window()) }
    }
}
