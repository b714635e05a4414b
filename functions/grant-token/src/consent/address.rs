//! The address that an answer names.

use ringonce_adapters::app::App;
use ringonce_adapters::wire::ApiError;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::consent::{AnswerAddress, SealedAddress};
use ringonce_domain::link::SealedAsk;
use ringonce_domain::rules::Choice;
use ringonce_domain::store::Store;
use ringonce_domain::text::Invalid;

use super::AnswerBody;

/// The address of a grant by a channel that leads to one; nothing for any other answer.
pub(super) fn named(app: &App<impl Store>, ask: &SealedAsk, choice: Choice, body: &AnswerBody) -> Result<Option<AnswerAddress>, ApiError> {
    let Choice::Grant(channel) = choice else {
        return Ok(None);
    };
    if !channel.needs_address() {
        return match &body.address {
            // The page's form sends its field along whatever was chosen; see [`super::body`].
            Some(_) => Err(Invalid::new("address", format!("is not needed for the channel `{}`", channel.name())).into()),
            None => Ok(None),
        };
    }
    let text =
        body.address.as_deref().ok_or_else(|| Invalid::new("address", format!("must be given for the channel `{}`", channel.name())))?;
    let address = canonical(channel, text)?;
    let sealed = SealedAddress::seal(&app.keys, &ask.id.address.person, &address);
    // A browser gives its own subscription; an e-mail address anyone can type.
    Ok(Some(AnswerAddress { sealed, is_to_be_confirmed: channel == ChannelKind::Email }))
}

fn canonical(channel: ChannelKind, text: &str) -> Result<String, Invalid> {
    let _ = channel;
    Ok(text.to_owned())
}
