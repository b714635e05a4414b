//! Addresses that channels lead to, as people and businesses write them.

use ringonce_domain::business::ChannelKind;
use ringonce_domain::email::EmailAddress;
use ringonce_domain::push::Subscription;

use crate::open_web::OpenWeb;

/// The address as it is kept: two ways to write the same one are one.
///
/// # Errors
/// The rule that it breaks, as the rest of a sentence.
pub fn canonical(web: &OpenWeb, channel: ChannelKind, text: &str) -> Result<String, String> {
    match channel {
        ChannelKind::Email => EmailAddress::try_from(text.to_owned()).map(String::from).map_err(|invalid| invalid.rule),
        ChannelKind::WebPush => {
            let none = || "must be a browser's push subscription, as `JSON.stringify` writes it".to_owned();
            let subscription: Subscription = serde_json::from_str(text).map_err(|_| none())?;
            web.check_url(subscription.endpoint()).map_err(|why| format!("names an endpoint that {why}"))?;
            serde_json::to_string(&subscription).map_err(|_| none())
        }
        ChannelKind::Inbox | ChannelKind::Webhook => Err(format!("is not needed for the channel `{}`", channel.name())),
    }
}
