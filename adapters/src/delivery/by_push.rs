//! Web Push: a message, or a question, as a notification of the person's browser.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ringonce_domain::address::PersonKey;
use ringonce_domain::consent::SealedAddress;
use ringonce_domain::event::open_url;
use ringonce_domain::ids::person_url;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::link::SealedAsk;
use ringonce_domain::names::Locale;
use ringonce_domain::optin::Optin;
use ringonce_domain::push::Subscription;
use ringonce_domain::store::Store;
use ringonce_domain::words::{self, Words};

use super::channel::{Channel, Taken};
use crate::ambient::Clock;
use crate::businesses::Businesses;
use crate::open_web::OpenWeb;
use crate::web_push::payload::{Direction, Notice};
use crate::web_push::vapid::Vapid;
use crate::web_push::{self, DEFAULT_TTL, Push, Urgency};
use crate::webhook::Verdict;

pub(super) struct PushChannel<S> {
    pub(super) vapid: Arc<Vapid>,
    pub(super) web: Arc<OpenWeb>,
    pub(super) keys: Arc<KeyRing>,
    pub(super) businesses: Businesses<S>,
    pub(super) clock: Clock,
    pub(super) origin: String,
}

#[async_trait]
impl<S: Store> Channel for PushChannel<S> {
    async fn send(&self, optin: &Optin) -> Taken {
        let subscription = optin.to.as_ref().and_then(|to| subscription(&self.keys, to, &optin.address.person));
        let (Some(subscription), Some(message), Some(id)) = (subscription, &optin.message, self.id(optin)) else {
            tracing::error!("a message lacks its address or its key: is one missing from the key ring?");
            return Taken::Verdict(Verdict::Unreachable);
        };
        let url = open_url(&self.keys, optin, &self.origin).unwrap_or_else(|| person_url(&self.keys, &optin.address.person, &self.origin));
        let name = super::name_of(&self.businesses, &optin.business).await;
        let notice = Notice {
            id: &id,
            title: message.title.as_ref().map_or(name.as_str(), |title| title.as_str()),
            body: message.text.as_str(),
            url: &url,
            lang: optin.locale.as_ref().map(|locale| locale.as_str()),
            dir: Direction::Auto,
        };
        Taken::Verdict(self.push(&subscription, notice, DEFAULT_TTL).await)
    }

    async fn settled(&self, _: &Optin, _: &Taken) {}
}

/// The subscription of a sealed address.
pub(super) fn subscription(keys: &KeyRing, to: &SealedAddress, person: &PersonKey) -> Option<Subscription> {
    serde_json::from_str(&to.open(keys, person)?).ok()
}

impl<S: Store> PushChannel<S> {
    /// Brings a question to a browser that is known. A repeat of it shows once.
    pub(super) async fn ask(&self, ask: &SealedAsk, link: &str, to: &SealedAddress) -> Verdict {
        let subscription = subscription(&self.keys, to, &ask.id.address.person);
        let (Some(subscription), Some(id)) = (subscription, ask.id.to_text(&self.keys, &ask.business)) else {
            tracing::error!("a question lacks its address or its key: is one missing from the key ring?");
            return Verdict::Unreachable;
        };
        let words = Words::choose(ask.locale.as_ref().map(Locale::as_str), None);
        let title = words::fill(words.mail.ask_subject, &[("business", ask.business_name.as_str())]);
        let notice = Notice { id: &id, title: &title, body: ask.title.as_str(), url: link, lang: Some(words.tag), dir: Direction::Auto };
        self.push(&subscription, notice, ask.id.link_expires_at().since(self.clock.now())).await
    }

    async fn push(&self, subscription: &Subscription, notice: Notice<'_>, ttl: Duration) -> Verdict {
        let push = Push { notice, ttl, urgency: Urgency::default() };
        web_push::send(&self.web, &self.vapid, subscription, &push, self.clock.now()).await
    }

    fn id(&self, optin: &Optin) -> Option<String> {
        optin.notification()?.to_text(&self.keys, &optin.business)
    }
}
