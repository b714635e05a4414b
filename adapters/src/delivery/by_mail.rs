//! E-mail: a message, and the link by which a typed address is confirmed.

use std::sync::Arc;

use async_trait::async_trait;
use ringonce_domain::email::EmailAddress;
use ringonce_domain::event::open_url;
use ringonce_domain::ids::{confirm_code, person_url};
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::message::{LinkText, Message, Url};
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

impl<S: Store> MailChannel<S> {
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
        self.mail(optin, &name, words, said, token, None)
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
        let unsubscribe = LinkText::try_from(format!("{page}/unsubscribe")).and_then(Url::try_from).and_then(Unsubscribe::try_from).ok()?;
        self.mail(optin, &name, words, said, id, Some(unsubscribe))
    }

    fn mail(
        &self,
        optin: &Optin,
        name: &str,
        words: &Words,
        said: Said<'_>,
        token: String,
        unsubscribe: Option<Unsubscribe>,
    ) -> Option<Mail> {
        let to = optin.to.as_ref()?.open(&self.keys, &optin.address.person)?;
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
