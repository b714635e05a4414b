//! The address that an answer names.

use ringonce_adapters::app::App;
use ringonce_adapters::wire::ApiError;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::consent::{AnswerAddress, SealedAddress};
use ringonce_domain::email::EmailAddress;
use ringonce_domain::link::SealedAsk;
use ringonce_domain::push::Subscription;
use ringonce_domain::rules::Choice;
use ringonce_domain::store::Store;

use super::AnswerBody;

/// An address that was named.
pub(super) struct Named {
    /// As the opt-in keeps it.
    pub(super) kept: AnswerAddress,
    /// As it was named.
    pub(super) text: String,
}

/// The address of a grant by a channel that leads to one; nothing for any other answer.
pub(super) fn named(app: &App<impl Store>, ask: &SealedAsk, choice: Choice, body: &AnswerBody) -> Result<Option<Named>, ApiError> {
    let Choice::Grant(channel) = choice else {
        return Ok(None);
    };
    if !channel.needs_address() {
        return match &body.address {
            Some(_) => Err(wrong(format!("is not needed for the channel `{}`", channel.name()))),
            None => Ok(None),
        };
    }
    let text = body.address.as_deref().ok_or_else(|| wrong(format!("must be given for the channel `{}`", channel.name())))?;
    let address = canonical(app, channel, text)?;
    let sealed = SealedAddress::seal(&app.keys, &ask.id.address.person, &address);
    // A browser gives its own subscription; an e-mail address anyone can type.
    let kept = AnswerAddress { sealed, is_to_be_confirmed: channel == ChannelKind::Email };
    Ok(Some(Named { kept, text: address }))
}

fn wrong(rule: impl Into<String>) -> ApiError {
    ApiError::AddressInvalid(rule.into())
}

/// The address as it is kept: two ways to write the same one are one.
fn canonical(app: &App<impl Store>, channel: ChannelKind, text: &str) -> Result<String, ApiError> {
    match channel {
        ChannelKind::Email => EmailAddress::try_from(text.to_owned()).map(String::from).map_err(|invalid| wrong(invalid.rule)),
        ChannelKind::WebPush => {
            let none = || wrong("must be a browser's push subscription, as `JSON.stringify` writes it");
            let subscription: Subscription = serde_json::from_str(text).map_err(|_| none())?;
            app.web.check_url(subscription.endpoint()).map_err(|why| wrong(format!("names an endpoint that {why}")))?;
            serde_json::to_string(&subscription).map_err(|_| none())
        }
        ChannelKind::Inbox | ChannelKind::Webhook => Err(wrong("is not needed")),
    }
}
