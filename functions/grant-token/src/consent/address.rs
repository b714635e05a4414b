//! The address that an answer names.

use ringonce_adapters::app::App;
use ringonce_adapters::channel_address::canonical;
use ringonce_adapters::wire::ApiError;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::consent::{AnswerAddress, SealedAddress};
use ringonce_domain::email::EmailAddress;
use ringonce_domain::known_address::KnownAddress;
use ringonce_domain::link::SealedAsk;
use ringonce_domain::rules::Choice;
use ringonce_domain::store::Store;

use super::AnswerBody;

/// The address of an answer.
pub(super) struct Named {
    /// As the opt-in keeps it.
    pub(super) kept: AnswerAddress,
    /// As it was typed, where it was.
    pub(super) typed: Option<String>,
}

/// The addresses that are known of an ask's person. Those of people whom a page's visitors make up are shown to nobody.
pub(super) async fn known(app: &App<impl Store>, ask: &SealedAsk) -> Result<Vec<KnownAddress>, ApiError> {
    if ask.user.is_anonymous() { Ok(Vec::new()) } else { Ok(app.store.addresses(ask.id.address.person).await?) }
}

/// The e-mail address among them, as its owner knows it again.
pub(super) fn masked(app: &App<impl Store>, known: &[KnownAddress]) -> Option<String> {
    let known = known.iter().find(|known| known.channel == ChannelKind::Email)?;
    let address = known.to.as_ref()?.open(&app.keys, &known.person)?;
    EmailAddress::try_from(address).ok().map(|address| address.masked())
}

/// The address of a grant by a channel that leads to one: the one that it names, else the one that is known. Nothing for
/// any other answer.
pub(super) async fn of_answer(
    app: &App<impl Store>,
    ask: &SealedAsk,
    choice: Choice,
    body: &AnswerBody,
) -> Result<Option<Named>, ApiError> {
    let Choice::Grant(channel) = choice else {
        return Ok(None);
    };
    match &body.address {
        Some(_) if !channel.needs_address() => Err(wrong(format!("is not needed for the channel `{}`", channel.name()))),
        None if !channel.needs_address() => Ok(None),
        Some(text) => typed(app, ask, channel, text).map(Some),
        None => {
            let known = known(app, ask).await?.into_iter().find(|known| known.channel == channel).and_then(|known| known.to);
            let sealed = known.ok_or_else(|| wrong(format!("must be given for the channel `{}`", channel.name())))?;
            Ok(Some(Named { kept: AnswerAddress { sealed, is_to_be_confirmed: false }, typed: None }))
        }
    }
}

fn typed(app: &App<impl Store>, ask: &SealedAsk, channel: ChannelKind, text: &str) -> Result<Named, ApiError> {
    let address = canonical(&app.web, channel, text).map_err(ApiError::AddressInvalid)?;
    let sealed = SealedAddress::seal(&app.keys, &ask.id.address.person, &address);
    // A browser gives its own subscription; an e-mail address anyone can type.
    let kept = AnswerAddress { sealed, is_to_be_confirmed: channel == ChannelKind::Email };
    Ok(Named { kept, typed: Some(address) })
}

fn wrong(rule: String) -> ApiError {
    ApiError::AddressInvalid(rule)
}
