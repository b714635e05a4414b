//! The question as a page.

use http::StatusCode;
use ringonce_adapters::wire::Response;
use ringonce_adapters::wire::html::{Page, escape, fill, theirs};
use ringonce_domain::business::{Business, ChannelKind};
use ringonce_domain::link::SealedAsk;
use ringonce_domain::words::Words;

use super::AnswerBody;
use crate::look::Look;

/// A question that is to be answered.
pub(super) struct Question<'a> {
    pub(super) words: &'static Words,
    pub(super) business: Option<&'a Business>,
    pub(super) ask: &'a SealedAsk,
    pub(super) code: &'a str,
    pub(super) channels: Vec<ChannelKind>,
    /// The person's e-mail address, masked, where it is known.
    pub(super) known_email: Option<String>,
    /// The key that a browser's push service knows this deployment by.
    pub(super) push_key: Option<&'a str>,
    /// An answer whose address is none.
    pub(super) mistake: Option<AnswerBody>,
}

impl Question<'_> {
    pub(super) fn page(&self, status: StatusCode) -> Response {
        let (words, ask) = (self.words, self.ask);
        let said = &words.consent;
        let main = format!(
            "<p>{lead}</p><p class=\"title\">{title}</p><p>{promise}</p>\
             <form method=\"post\" action=\"/c/{code}\"><input type=\"hidden\" name=\"lang\" value=\"{tag}\">{mistake}{channels}{address}{kept}\
             <div class=\"actions\"><button class=\"yes\" name=\"answer\" value=\"grant\">{yes}</button>\
             <button name=\"answer\" value=\"decline\" formnovalidate>{no}</button></div></form><p class=\"soft\">{lapses}</p>",
            lead = fill(said.lead, &[("business", ask.business_name.as_str())]),
            title = theirs(ask.title.as_str()),
            promise = said.promise,
            code = escape(self.code),
            tag = words.tag,
            mistake = self.mistake_words(),
            channels = self.choice(),
            address = self.addresses(),
            kept = self.kept(),
            yes = said.yes,
            no = said.no,
            lapses = fill(said.lapses, &[("moment", &words.moment(ask.id.link_expires_at()))]),
        );
        // Under the name that the business had when it asked.
        let Look { brand, origins: framed_by, .. } = Look::of(self.business, ask.business_name.as_str());
        let business = Some((ask.business_name.as_str(), brand));
        Page { words, title: said.heading, business, framed_by, script: Some("/page.js"), main }.answer(status)
    }

    /// The channel whose address is none.
    fn mistaken(&self) -> Option<ChannelKind> {
        let mistake = self.mistake.as_ref()?;
        let named = |channel: &ChannelKind| mistake.channel.as_deref().is_none_or(|name| name == channel.name());
        self.channels.iter().copied().find(named)
    }

    /// The channel that is chosen to begin with: not the one that a browser has just refused.
    fn chosen(&self) -> Option<ChannelKind> {
        self.mistaken().filter(|channel| *channel != ChannelKind::WebPush).or(self.channels.first().copied())
    }

    fn mistake_words(&self) -> String {
        if self.mistake.is_none() {
            return String::new();
        }
        let said = &self.words.consent;
        let words = if self.mistaken() == Some(ChannelKind::WebPush) { said.webpush_refused } else { said.email_invalid };
        format!("<p class=\"error\" role=\"alert\" id=\"mistake\">{words}</p>")
    }

    /// The choice of channels; of one only, nothing is to be chosen.
    fn choice(&self) -> String {
        if let [only] = self.channels.as_slice() {
            let known = if self.known_email.is_some() { format!("<p>{}</p>", self.channel_words(*only)) } else { String::new() };
            return format!("<input type=\"hidden\" name=\"channel\" value=\"{}\">{}{known}", only.name(), self.push_of(*only));
        }
        let options: String = self.channels.iter().map(|channel| self.option(*channel)).collect();
        format!("<fieldset><legend>{}</legend>{options}</fieldset>", self.words.consent.how)
    }

    fn option(&self, channel: ChannelKind) -> String {
        let name = channel.name();
        let checked = if self.chosen() == Some(channel) { " checked" } else { "" };
        // Only a script can ask a browser for a subscription: it shows the choice where there is one to be had.
        let hidden = if channel == ChannelKind::WebPush { " hidden" } else { "" };
        format!(
            "<label class=\"choice\"{hidden}><input type=\"radio\" name=\"channel\" value=\"{name}\"{checked}> <span>{}</span>{}</label>",
            self.channel_words(channel),
            self.push_of(channel),
        )
    }

    fn channel_words(&self, channel: ChannelKind) -> String {
        let said = &self.words.consent;
        match channel {
            ChannelKind::Inbox => said.inbox.to_owned(),
            ChannelKind::Webhook => fill(said.webhook, &[("business", self.ask.business_name.as_str())]),
            ChannelKind::WebPush => said.webpush.to_owned(),
            ChannelKind::Email => match &self.known_email {
                Some(known) => fill(said.email_known, &[("address", known)]),
                None => said.email.to_owned(),
            },
        }
    }

    /// Where the script puts a browser's subscription, and what it needs for it.
    fn push_of(&self, channel: ChannelKind) -> String {
        match self.push_key.filter(|_| channel == ChannelKind::WebPush) {
            Some(key) => format!(
                "<input type=\"hidden\" name=\"address-webpush\" data-push-key=\"{}\" data-refused=\"{}\">",
                escape(key),
                escape(self.words.consent.webpush_refused)
            ),
            None => String::new(),
        }
    }

    fn addresses(&self) -> String {
        if !self.channels.contains(&ChannelKind::Email) {
            return String::new();
        }
        let said = &self.words.consent;
        let mistake = self.mistake.as_ref().filter(|_| self.mistaken() == Some(ChannelKind::Email));
        let (typed, described) = match mistake {
            Some(mistake) => (mistake.address.as_deref().unwrap_or_default(), "mistake note"),
            None => ("", "note"),
        };
        let invalid = if mistake.is_some() { " aria-invalid=\"true\"" } else { "" };
        format!(
            "<div class=\"address\"><label>{}<input type=\"email\" name=\"address-email\" autocomplete=\"email\" maxlength=\"254\" \
             value=\"{}\" aria-describedby=\"{described}\"{invalid}></label><p class=\"soft\" id=\"note\">{}</p></div>",
            if self.known_email.is_some() { said.email_other } else { said.email_field },
            escape(typed),
            said.email_note
        )
    }

    /// What becomes of an address that is given here.
    fn kept(&self) -> String {
        if self.ask.user.is_anonymous() || !self.channels.iter().any(|channel| channel.needs_address()) {
            return String::new();
        }
        format!("<p class=\"soft\">{}</p>", fill(self.words.consent.kept, &[("business", self.ask.business_name.as_str())]))
    }
}
