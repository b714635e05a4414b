//! An answer as it comes in: a form or JSON.

use ringonce_adapters::wire::{ApiError, Request};
#[cfg(feature = "description")]
use ringonce_domain::business::ChannelKind;
use serde::Deserialize;

/// An answer.
#[derive(Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    /// `grant` or `decline`.
    #[cfg_attr(feature = "description", schema(pattern = "^(grant|decline)$"))]
    pub(super) answer: String,
    /// The channel, one of those that are offered; without it, the first.
    #[serde(default)]
    #[cfg_attr(feature = "description", schema(value_type = Option<ChannelKind>))]
    pub(super) channel: Option<String>,
    /// Where the channel is to lead: for `email` an e-mail address, for `webpush` the browser's subscription as JSON text.
    /// Without it, where it is known to lead.
    #[serde(default)]
    pub(super) address: Option<String>,
}

/// An answer as a form sends it.
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct AnswerForm {
    /// `grant` or `decline`.
    #[cfg_attr(feature = "description", schema(pattern = "^(grant|decline)$"))]
    answer: String,
    /// The channel, one of those that are offered; without it, the first.
    #[cfg_attr(feature = "description", schema(value_type = Option<ChannelKind>, nullable = false))]
    channel: Option<String>,
    /// Where the channel is to lead: for `email` an e-mail address, for `webpush` the browser's subscription as JSON text.
    /// Without it, where it is known to lead.
    #[cfg_attr(feature = "description", schema(nullable = false))]
    address: Option<String>,
}

impl AnswerBody {
    pub(super) fn read(request: &Request) -> Result<Self, ApiError> {
        if request.is_json() {
            return request.json();
        }
        let AnswerForm { answer, channel, address } = AnswerForm::read(request)?;
        Ok(Self { answer, channel, address })
    }
}

impl AnswerForm {
    fn read(request: &Request) -> Result<Self, ApiError> {
        let answer = request.form("answer")?.unwrap_or_default();
        let channel = request.form("channel")?;
        // A page has a field for each channel that needs an address; a form of one's own may call it plainly.
        let of_channel = channel.as_deref().map(|channel| format!("address-{channel}"));
        let named = of_channel.map(|name| request.form(&name)).transpose()?.flatten();
        let address = named.or(request.form("address")?).filter(|address| !address.trim().is_empty());
        Ok(Self { answer, channel, address })
    }
}
