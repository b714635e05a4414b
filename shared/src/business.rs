//! A business: its name, its caps, the channels it offers, the origins its shop pages have, and its webhook.

use serde::{Deserialize, Serialize};

use crate::api_key::KeyKind;
use crate::brand::Brand;
use crate::caps::Caps;
use crate::encoding;
use crate::keyring::KeyRing;
use crate::names::BusinessId;
use crate::text::{BusinessName, Invalid};
use crate::time::Timestamp;

/// How a message reaches its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    /// The person's own page on this deployment. Nothing leaves the table.
    Inbox,
    /// The business's own sender, called at its webhook.
    Webhook,
    /// A notification of the person's browser (RFC 8030).
    WebPush,
    /// An e-mail.
    Email,
}

impl ChannelKind {
    /// Every channel.
    pub const ALL: &[Self] = &[Self::Inbox, Self::Webhook, Self::WebPush, Self::Email];

    /// The channel's name on the wire and in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Webhook => "webhook",
            Self::WebPush => "webpush",
            Self::Email => "email",
        }
    }

    /// The channel of that name.
    ///
    /// # Errors
    /// When there is none; the error lists those there are.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| {
            Invalid::new("channel", format!("must be one of {}", Self::ALL.iter().map(|k| k.name()).collect::<Vec<_>>().join(", ")))
        })
    }

    /// Whether a message leaves the table by it, so that an attempt is recorded before and its end may stay unknown.
    #[must_use]
    pub const fn leaves_the_table(self) -> bool {
        match self {
            Self::Inbox => false,
            Self::Webhook | Self::WebPush | Self::Email => true,
        }
    }

    /// Whether it leads to an address of the person's own, which an answer has to name.
    #[must_use]
    pub const fn needs_address(self) -> bool {
        match self {
            Self::Inbox | Self::Webhook => false,
            Self::WebPush | Self::Email => true,
        }
    }

    /// Whether the receiving end recognises a message id that it has seen, so that an attempt without a known end may
    /// be made again under the same id.
    #[must_use]
    pub const fn recognises_repeats(self) -> bool {
        match self {
            Self::Inbox | Self::Webhook | Self::WebPush => true,
            // SES and SMTP have no key by which they would know a second one from the first.
            Self::Email => false,
        }
    }
}

/// What the hot path needs to know of a business; it travels with each of its API keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The business's name as people read it.
    pub name: BusinessName,
    /// How often it may ask.
    pub caps: Caps,
    /// The channels it offers, the first as the default.
    pub channels: Vec<ChannelKind>,
    /// The origins of the pages where its publishable keys may be used.
    #[serde(default)]
    pub origins: Vec<Origin>,
    /// How its people's pages look.
    #[serde(default, skip_serializing_if = "Brand::is_plain")]
    pub brand: Brand,
    /// What proves that a call in Messenger's form is its own, where it has set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_secret: Option<AppSecret>,
    /// Whether its tokens are held and none is redeemed: a restored table does not know which were used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
}

/// A business as the table holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Business {
    /// Its id.
    pub id: BusinessId,
    /// Its settings.
    pub settings: Settings,
    /// Where it hears of its people's answers and its messages' ends.
    pub webhook: Option<Webhook>,
}

/// Where a business's events go, and the secrets that sign them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The endpoint.
    pub url: String,
    /// One secret, or two while one replaces the other; the newest first. Encrypted.
    pub secrets: Vec<SealedSecret>,
    /// In which form events are told.
    #[serde(default, skip_serializing_if = "WebhookFormat::is_standard")]
    pub format: WebhookFormat,
}

/// In which form a business's events are told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookFormat {
    /// As Standard Webhooks has it.
    #[default]
    Standard,
    /// As Messenger's webhooks have it, signed with the bot's app secret too.
    Messenger(AppSecret),
}

impl WebhookFormat {
    /// Whether it is that of Standard Webhooks.
    #[must_use]
    pub const fn is_standard(&self) -> bool {
        matches!(self, Self::Standard)
    }
}

impl Webhook {
    /// A webhook in Standard Webhooks' form.
    #[must_use]
    pub const fn standard(url: String, secrets: Vec<SealedSecret>) -> Self {
        Self { url, secrets, format: WebhookFormat::Standard }
    }
}

/// Makes a type of secrets that the table holds sealed under the deployment's sealing key, each bound to its business.
macro_rules! sealed_secret {
    ($(#[$doc:meta])* $name:ident, $domain:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Seals `secret` for `business`.
            #[must_use]
            pub fn seal(keys: &KeyRing, business: &BusinessId, secret: &[u8]) -> Self {
                Self(encoding::to_text(&keys.seal($domain, business.as_str().as_bytes(), secret)))
            }

            /// The secret; `None` when it was sealed for another business or under a key that the ring no longer holds.
            #[must_use]
            pub fn open(&self, keys: &KeyRing, business: &BusinessId) -> Option<Vec<u8>> {
                keys.open($domain, business.as_str().as_bytes(), &encoding::from_text(&self.0)?)
            }
        }
    };
}

sealed_secret!(
    /// A secret that signs a webhook.
    SealedSecret,
    "webhook secret"
);
sealed_secret!(
    /// The app secret of a Messenger bot.
    AppSecret,
    "app secret"
);

/// Most secrets that sign one webhook at a time.
pub const MOST_SECRETS: usize = 2;

/// The origin of a web page: `https://shop.example`, without a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

impl Origin {
    /// The origin as a browser's `Origin` header writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Origin {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let sound = host.is_some_and(|host| {
            !host.is_empty()
                && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
        });
        if !sound {
            return Err(Invalid::new("origin", "must be written as browsers send it: `https://shop.example`, lower case, without a path"));
        }
        Ok(Self(text))
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

/// What is stored with an API key's hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Whose key it is.
    pub business: BusinessId,
    /// What it may do.
    pub kind: KeyKind,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its last four characters.
    pub last_four: String,
    /// Its business's settings, so that the hot path reads nothing else.
    pub settings: Settings,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_secret_opens_for_its_business_alone() {
        let keys = KeyRing::parse(&KeyRing::generate([[1; 32], [2; 32], [3; 32]])).expect("valid");
        let shop = |name: &str| BusinessId::try_from(name.to_owned()).expect("valid");
        let sealed = SealedSecret::seal(&keys, &shop("mine"), b"secret");
        assert_eq!(sealed.open(&keys, &shop("mine")).as_deref(), Some(&b"secret"[..]));
        assert_eq!(sealed.open(&keys, &shop("other")), None);
    }

    #[test]
    fn a_channel_is_known_by_its_name_and_by_what_it_does_with_a_message() {
        let known = ChannelKind::ALL.iter().map(|channel| {
            assert_eq!(ChannelKind::parse(channel.name()), Ok(*channel));
            assert_eq!(serde_json::to_value(channel).expect("JSON"), channel.name());
            (channel.name(), channel.leaves_the_table(), channel.needs_address(), channel.recognises_repeats())
        });
        let expected =
            [("inbox", false, false, true), ("webhook", true, false, true), ("webpush", true, true, true), ("email", true, true, false)];
        assert_eq!(known.collect::<Vec<_>>(), expected);
        let error = ChannelKind::parse("pigeon").expect_err("none").to_string();
        assert_eq!(error, "`channel` must be one of inbox, webhook, webpush, email");
    }

    #[test]
    fn a_webhook_is_written_with_its_form_only_where_that_is_not_the_standard_one() {
        let standard = Webhook::standard("https://shop.example/hook".to_owned(), vec![SealedSecret("s".to_owned())]);
        let as_messenger = Webhook { format: WebhookFormat::Messenger(AppSecret("a".to_owned())), ..standard.clone() };
        for (webhook, json) in [
            (standard, r#"{"url":"https://shop.example/hook","secrets":["s"]}"#),
            (as_messenger, r#"{"url":"https://shop.example/hook","secrets":["s"],"format":{"messenger":"a"}}"#),
        ] {
            assert_eq!(serde_json::to_string(&webhook).expect("JSON"), json);
            assert_eq!(serde_json::from_str::<Webhook>(json).expect("a webhook"), webhook);
        }
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        for good in ["https://shop.example", "http://localhost:8080", "https://[::1]:8443"] {
            let origin = Origin::try_from(good.to_owned()).expect(good);
            assert_eq!((origin.as_str(), String::from(origin.clone()).as_str()), (good, good));
        }
        for bad in ["shop.example", "https://shop.example/", "https://Shop.example", "https://", "null", "*"] {
            assert!(Origin::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
