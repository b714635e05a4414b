//! Web Push: a message as a notification of the person's browser.

use std::sync::Arc;

use async_trait::async_trait;
use ringonce_domain::event::open_url;
use ringonce_domain::ids::person_url;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::optin::Optin;
use ringonce_domain::push::Subscription;
use ringonce_domain::store::Store;

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
        let subscription = optin.to.as_ref().and_then(|to| to.open(&self.keys, &optin.address.person));
        let subscription = subscription.and_then(|text| serde_json::from_str::<Subscription>(&text).ok());
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
        let push = Push { notice, ttl: DEFAULT_TTL, urgency: Urgency::default() };
        Taken::Verdict(web_push::send(&self.web, &self.vapid, &subscription, &push, self.clock.now()).await)
    }

    async fn settled(&self, _: &Optin, _: &Taken) {}
}

impl<S: Store> PushChannel<S> {
    fn id(&self, optin: &Optin) -> Option<String> {
        optin.notification()?.to_text(&self.keys, &optin.business)
    }
}
