//! Questions that Ringonce is to bring to their person: by an address that is known, else through their business's
//! webhook. A question that comes twice does no harm: it has one link, with one answer.

use ringonce_domain::address::PersonKey;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::event;
use ringonce_domain::known_address::KnownAddress;
use ringonce_domain::link::SealedAsk;
use ringonce_domain::optin::{Optin, State};
use ringonce_domain::store::{ParkedEvent, Store, StoreError};

use super::events::{Subject, next};
use super::{Budget, Delivery, NotDone};
use crate::webhook::Verdict;

/// How the channels are tried: first what costs the person least.
const ORDER: [ChannelKind; 2] = [ChannelKind::WebPush, ChannelKind::Email];

/// What came of bringing a question to its person.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Brought {
    /// One of the addresses took it.
    Yes,
    /// None did, and it may help to try again.
    NotNow(Verdict),
    /// No address is known that could take it.
    Nowhere,
}

impl<S: Store> Delivery<S> {
    /// Brings a question to its person, or hands it to its business, which is to bring it.
    pub(super) async fn bring_ask(&self, link: &str, budget: Budget) -> Result<(), NotDone> {
        let ask = SealedAsk::open(&self.keys, link).ok_or(NotDone::MissingKey)?;
        let url = format!("{}/c/{link}", self.origin);
        self.can_send(budget)?;
        let brought = self.bring(&ask, &url).await?;
        if brought == Brought::Yes {
            return Ok(());
        }
        let event = event::of_ask(&self.keys, &ask, &url)?;
        let subject = Subject { business: &ask.business, person: ask.id.address.person, asked_at: ask.id.asked_at };
        if self.tell(&subject, event.clone(), budget).await? {
            return Ok(());
        }
        match brought {
            Brought::NotNow(verdict) => {
                let now = self.clock.now();
                let Subject { person, asked_at, .. } = subject;
                let due_at = next(&verdict, now, 1, now);
                let parked = ParkedEvent { person, business: ask.business.clone(), event, asked_at, parked_at: now, attempts: 1, due_at };
                Ok(self.store.park(&parked).await?)
            }
            Brought::Yes | Brought::Nowhere => {
                tracing::warn!(business = ask.business.as_str(), "a question reaches nobody: no address is known, and there is no webhook");
                Ok(())
            }
        }
    }

    /// Tries a parked question again whose business has no webhook. It is claimed first, as every parked event is.
    pub(super) async fn bring_again(&self, parked: &ParkedEvent, budget: Budget) -> Result<(), NotDone> {
        let now = self.clock.now();
        let url = parked.event.consent_url();
        let Some((url, code)) = url.as_deref().and_then(|url| Some((url, url.rsplit_once("/c/")?.1))) else {
            return Ok(self.store.unpark(parked.person, &parked.event.id).await?);
        };
        let ask = SealedAsk::open(&self.keys, code).ok_or(NotDone::MissingKey)?;
        if ask.id.link_expires_at() <= now {
            return Ok(self.store.unpark(parked.person, &parked.event.id).await?);
        }
        self.can_send(budget)?;
        let attempts = parked.attempts + 1;
        let due_at = next(&Verdict::Unclear, parked.parked_at, attempts, now);
        if !self.store.claim_event(parked, &ParkedEvent { attempts, due_at, ..parked.clone() }).await? {
            return Ok(());
        }
        let is_blocked = self.store.person(parked.person).await?.is_none_or(|person| person.blocked_at.is_some());
        if is_blocked || !matches!(self.bring(&ask, url).await?, Brought::NotNow(_)) {
            self.store.unpark(parked.person, &parked.event.id).await?;
        } else if due_at.is_none() {
            tracing::warn!(business = ask.business.as_str(), attempts, "a question is given up: none of the person's addresses took it");
        }
        Ok(())
    }

    async fn bring(&self, ask: &SealedAsk, url: &str) -> Result<Brought, NotDone> {
        let known = self.store.addresses(ask.id.address.person).await?;
        let mut brought = Brought::Nowhere;
        for known in ORDER.iter().filter_map(|channel| known.iter().find(|known| known.channel == *channel)) {
            match self.channels.ask(ask, url, known).await {
                Some(Verdict::Accepted) => return Ok(Brought::Yes),
                Some(Verdict::Gone) => self.take_away(known).await?,
                Some(Verdict::Refused) | None => {}
                Some(verdict) => brought = Brought::NotNow(verdict),
            }
        }
        Ok(brought)
    }

    /// Nothing is sent any more to an address that has ended; a later one stays.
    async fn take_away(&self, known: &KnownAddress) -> Result<(), StoreError> {
        tracing::info!(channel = known.channel.name(), "a known address has ended");
        let ruling = self.store.keep_address(&KnownAddress::taken_away(known.person, known.channel, known.kept_at)).await?;
        tracing::debug!(?ruling);
        Ok(())
    }

    /// Keeps the address that a grant was just given with, where its person agreed to that.
    pub(super) async fn keep_consented(&self, old: Option<&Optin>, new: &Optin) -> Result<(), NotDone> {
        let is_known = old.is_some_and(|old| old.ask == new.ask && old.state != State::Confirming);
        let Some(consented) = KnownAddress::consented(new).filter(|_| new.state == State::Granted && !is_known) else {
            return Ok(());
        };
        let standing = self.standing(new.address.person, new.channel).await?;
        let is_new = standing.is_none_or(|standing| standing.kept_at < consented.kept_at && hash(&standing) != hash(&consented));
        if is_new {
            self.store.copy_address(&consented, new.asked_at).await?;
        }
        Ok(())
    }

    async fn standing(&self, person: PersonKey, channel: ChannelKind) -> Result<Option<KnownAddress>, StoreError> {
        Ok(self.store.addresses(person).await?.into_iter().find(|known| known.channel == channel))
    }
}

fn hash(known: &KnownAddress) -> Option<[u8; 16]> {
    known.to.as_ref().map(|to| to.hash)
}
