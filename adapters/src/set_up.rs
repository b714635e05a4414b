//! The channels that a deployment has set up.

use ringonce_domain::business::ChannelKind;

/// What a deployment has set up beside the channels that need nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetUp {
    /// The public key by which push services know it (RFC 8292), as browsers take it.
    pub push_key: Option<String>,
    /// Whether it sends e-mail.
    pub mails: bool,
}

impl SetUp {
    /// Whether a channel can be offered.
    #[must_use]
    pub const fn has(&self, channel: ChannelKind) -> bool {
        match channel {
            ChannelKind::Inbox | ChannelKind::Webhook => true,
            ChannelKind::WebPush => self.push_key.is_some(),
            ChannelKind::Email => self.mails,
        }
    }
}
