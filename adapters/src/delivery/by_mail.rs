//! E-mail: a message, a question, and the link by which a typed address is confirmed.

use std::sync::Arc;

use async_trait::async_trait;
use ringonce_domain::address::PersonKey;
use ringonce_domain::consent::SealedAddress;
use ringonce_domain::email::EmailAddress;
use ringonce_domain::event::open_url;
use ringonce_domain::ids::{confirm_code, person_url};
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::link::SealedAsk;
use ringonce_domain::message::{LinkText, Message, Url};
use ringonce_domain::names::Locale;
use ringonce_domain::optin::Optin;
use ringonce_domain::store::Store;
use ringonce_domain::words::{self, Words};

use super::channel::{Channel, Taken};
use crate::businesses::Businesses;
use crate::email::{Mail, MessageToken, Sender, Unsubscribe};
use crate::providers::Post;
use crate::webhook::Verdict;
use crate::wire::html::{escape, fill, theirs};

pub(super) struct MailChannel<S> {
    pub(super) post: Post,
    pub(super) keys: Arc<KeyRing>,
    pub(super) businesses: Businesses<S>,
    pub(super) origin: String,
}

#[async_trait]
impl<S: Store> Channel for MailChannel<S> {
    async fn send(&self, optin: &Optin) -> Taken {
        let id = optin.notification().and_then(|id| id.to_text(&self.keys, &optin.business));
        let mail = match (&optin.message, id) {
            (Some(message), Some(id)) => self.message(optin, message, id).await,
            _ => None,
        };
        Taken::Verdict(self.post(mail).await)
    }

    async fn settled(&self, _: &Optin, _: &Taken) {}
}

/// What an e-mail says, and what it leads to.
struct Said<'a> {
    subject: String,
    /// Paragraphs as text and as HTML.
    paragraphs: Vec<(String, String)>,
    /// A link and what it is called.
    links: Vec<(&'a str, String)>,
    /// Why it came.
    why: (String, String),
}

/// An e-mail to a person.
struct Letter<'a> {
    to: &'a SealedAddress,
    person: &'a PersonKey,
    /// The business's name.
    name: &'a str,
    words: &'a Words,
    said: Said<'a>,
    /// What its id is made of.
    token: String,
    unsubscribe: Option<Unsubscribe>,
}

impl<S: Store> MailChannel<S> {
    /// Brings a question to an address that is known.
    pub(super) async fn ask(&self, ask: &SealedAsk, link: &str, to: &SealedAddress) -> Verdict {
        let mail = self.question(ask, link, to).await;
        self.post(mail).await
    }

    async fn question(&self, ask: &SealedAsk, link: &str, to: &SealedAddress) -> Option<Mail> {
        let words = Words::choose(ask.locale.as_ref().map(Locale::as_str), None);
        let (name, title) = (ask.business_name.as_str(), ask.title.as_str());
        let values = [("business", name), ("title", title)];
        let page = person_url(&self.keys, &ask.id.address.person, &self.origin);
        let said = Said {
            subject: words::fill(words.mail.ask_subject, &values),
            paragraphs: vec![
                (words::fill(words.consent.lead, &values), fill(words.consent.lead, &values)),
                (title.to_owned(), theirs(title)),
                (words.consent.promise.to_owned(), escape(words.consent.promise)),
            ],
            links: vec![(words.mail.ask_link, link.to_owned()), (words.mail.manage, page.clone())],
            why: (words::fill(words.mail.ask_why, &values), fill(words.mail.ask_why, &values)),
        };
        let token = ask.id.to_text(&self.keys, &ask.business)?;
        self.mail(Letter { to, person: &ask.id.address.person, name, words, said, token, unsubscribe: Some(unsubscribe(&page)?) })
    }

    /// Sends the link by which the address is confirmed.
    pub(super) async fn ask_to_confirm(&self, optin: &Optin) -> Verdict {
        let mail = match &optin.to {
            Some(to) => self.confirmation(optin, to.hash).await,
            None => None,
        };
        self.post(mail).await
    }

    async fn post(&self, mail: Option<Mail>) -> Verdict {
        match mail {
            Some(mail) => self.post.mailer.send(&mail).await,
            None => {
                tracing::error!("an e-mail lacks its address or its key: is one missing from the key ring?");
                Verdict::Unreachable
            }
        }
    }

    async fn confirmation(&self, optin: &Optin, hash: [u8; 16]) -> Option<Mail> {
        let (name, words) = (super::name_of(&self.businesses, &optin.business).await, words_of(optin));
        let code = confirm_code(&self.keys, &optin.address, optin.ask, hash);
        let values = [("business", name.as_str()), ("title", optin.title.as_str())];
        let said = Said {
            subject: words::fill(words.mail.confirm_subject, &values),
            paragraphs: vec![(words::fill(words.mail.confirm_text, &values), fill(words.mail.confirm_text, &values))],
            links: vec![(words.mail.confirm, format!("{}/v/{code}", self.origin))],
            why: (words.mail.confirm_ignore.to_owned(), escape(words.mail.confirm_ignore)),
        };
        let token = format!("confirm_{}", &code[code.len() - 22..]);
        let (to, person) = (optin.to.as_ref()?, &optin.address.person);
        self.mail(Letter { to, person, name: &name, words, said, token, unsubscribe: None })
    }

    async fn message(&self, optin: &Optin, message: &Message, id: String) -> Option<Mail> {
        let (name, words) = (super::name_of(&self.businesses, &optin.business).await, words_of(optin));
        let page = person_url(&self.keys, &optin.address.person, &self.origin);
        let values = [("business", name.as_str()), ("title", optin.title.as_str())];
        let opened = open_url(&self.keys, optin, &self.origin).map(|url| (words.mail.open, url));
        let subject = message.title.as_ref().map_or(optin.title.as_str(), |title| title.as_str());
        let said = Said {
            subject: subject.to_owned(),
            paragraphs: vec![(message.text.as_str().to_owned(), theirs(message.text.as_str()))],
            links: opened.into_iter().chain([(words.mail.manage, page.clone())]).collect(),
            why: (words::fill(words.mail.why, &values), fill(words.mail.why, &values)),
        };
        let (to, person) = (optin.to.as_ref()?, &optin.address.person);
        self.mail(Letter { to, person, name: &name, words, said, token: id, unsubscribe: Some(unsubscribe(&page)?) })
    }

    fn mail(&self, Letter { to, person, name, words, said, token, unsubscribe }: Letter<'_>) -> Option<Mail> {
        let to = to.open(&self.keys, person)?;
        Some(Mail {
            from: Sender::new(name, self.post.from.clone()),
            to: EmailAddress::try_from(to).ok()?,
            text: text(&said),
            html: html(&said, words),
            subject: said.subject,
            unsubscribe,
            message_id: MessageToken::try_from(token).ok()?,
            lang: words.tag.to_owned().try_into().ok(),
        })
    }
}

/// The link by which a mail program unsubscribes: from a person's page.
fn unsubscribe(page: &str) -> Option<Unsubscribe> {
    LinkText::try_from(format!("{page}/unsubscribe")).and_then(Url::try_from).and_then(Unsubscribe::try_from).ok()
}

/// The words in which the person was asked.
fn words_of(optin: &Optin) -> &'static Words {
    Words::choose(optin.language(), None)
}

fn text(said: &Said<'_>) -> String {
    let paragraphs = said.paragraphs.iter().map(|(text, _)| text.clone());
    let links = said.links.iter().map(|(name, url)| format!("{name}: {url}"));
    paragraphs.chain(links).chain([format!("-- \n{}", said.why.0)]).collect::<Vec<_>>().join("\n\n")
}

fn html(said: &Said<'_>, words: &Words) -> String {
    let paragraphs: String = said.paragraphs.iter().map(|(_, html)| format!("<p style=\"white-space:pre-line\">{html}</p>")).collect();
    let links: String = said.links.iter().map(|(name, url)| format!("<p><a href=\"{}\">{}</a></p>", escape(url), escape(name))).collect();
    format!(
        "<!doctype html><html lang=\"{}\" dir=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
         <body style=\"font-family:system-ui,sans-serif;font-size:16px;line-height:1.5\">{paragraphs}{links}<hr><p><small>{}</small></p></body></html>",
        words.tag,
        words.direction(),
        escape(&said.subject),
        said.why.1
    )
}
