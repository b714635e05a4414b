//! An e-mail in the form of RFC 5322 and MIME.
//!
//! mail-builder writes it. What it is given cannot end a header: addresses, links, tokens and languages are types that hold
//! nothing of the kind, and every other text in a header is [`Words`].

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::headers::url::URL;
use ringonce_domain::time::Timestamp;

use super::header::Words;
use super::{Mail, Sender};

/// Most characters of a subject.
const LONGEST_SUBJECT: usize = 200;

impl Mail {
    /// The e-mail as it is sent at `now`: plain text and HTML, all of it in ASCII.
    #[must_use]
    pub fn compose(&self, now: Timestamp) -> Vec<u8> {
        let subject = Words::new(&self.subject, LONGEST_SUBJECT);
        let mut message = MessageBuilder::new()
            .header("From", mailbox(&self.from))
            .to(self.to.as_str())
            .header("Subject", line(&subject))
            .date(Date::new(i64::try_from(now.seconds()).unwrap_or(i64::MAX)))
            .message_id(format!("{}@{}", self.message_id.as_str(), self.from.address.domain()))
            // Nobody's out-of-office is to answer (RFC 3834, section 5).
            .header("Auto-Submitted", Raw::new("auto-generated"));
        if let Some(unsubscribe) = &self.unsubscribe {
            message = message
                .header("List-Unsubscribe", URL::new(unsubscribe.as_str()))
                .header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"));
        }
        if let Some(lang) = &self.lang {
            message = message.header("Content-Language", Raw::new(lang.as_str()));
        }
        let mut bytes = Vec::new();
        message.text_body(body(&self.text)).html_body(body(&self.html)).serialize(&mut bytes);
        bytes
    }
}

fn mailbox(sender: &Sender) -> HeaderType<'_> {
    let address = sender.address.as_str();
    match sender.name.encoded() {
        Some(name) => Raw::new(format!("{name} <{address}>")).into(),
        None if sender.name.as_str().is_empty() => Address::from(address).into(),
        None => Address::new_address(Some(sender.name.as_str()), address).into(),
    }
}

fn line(words: &Words) -> HeaderType<'_> {
    words.encoded().map_or_else(|| Text::new(words.as_str()).into(), |encoded| Raw::new(encoded).into())
}

/// A text with the line ends of e-mail, and without the control characters that no server has to take (RFC 2045, section
/// 2.7): as in HTML, U+FFFD stands for them.
fn body(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let visible = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c };
    lines.chars().map(visible).collect::<String>().replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::{MessageToken, Unsubscribe};
    use ringonce_domain::email::EmailAddress;
    use ringonce_domain::message::{LinkText, Url};
    use ringonce_domain::names::Locale;

    fn mail(name: &str, subject: &str, text: &str) -> Mail {
        let address = |text: &str| EmailAddress::try_from(text.to_owned()).expect("an address");
        let url = LinkText::try_from("https://notify.example/u/abc".to_owned()).and_then(Url::try_from).expect("a link");
        Mail {
            from: Sender::new(name, address("shop@notify.example")),
            to: address("ann@example.com"),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: format!("<p>{text}</p>"),
            unsubscribe: Some(Unsubscribe::try_from(url).expect("short")),
            message_id: MessageToken::try_from("ro_msg_1".to_owned()).expect("a token"),
            lang: Some(Locale::try_from("de".to_owned()).expect("a language")),
        }
    }

    fn composed(mail: &Mail) -> String {
        String::from_utf8(mail.compose(Timestamp::from_millis(784_111_777_000))).expect("ASCII")
    }

    #[test]
    fn an_e_mail_has_the_headers_that_its_readers_need() {
        let composed = composed(&mail("Shop", "Back in stock", "Hello"));
        let (headers, _) = composed.split_once("\r\n\r\n").expect("a body");
        let (headers, content_type) = headers.rsplit_once("\r\nContent-Type: ").expect("a content type");
        assert!(content_type.starts_with("multipart/alternative;"), "{content_type}");
        assert_eq!(
            headers.split("\r\n").collect::<Vec<_>>(),
            [
                "From: \"Shop\" <shop@notify.example>",
                "To: <ann@example.com>",
                "Subject: Back in stock",
                "Date: Sun, 6 Nov 1994 08:49:37 +0000",
                "Message-ID: <ro_msg_1@notify.example>",
                "Auto-Submitted: auto-generated",
                "List-Unsubscribe: <https://notify.example/u/abc>",
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
                "Content-Language: de",
                "MIME-Version: 1.0",
            ]
        );
    }

    #[test]
    fn nothing_that_stands_in_a_header_adds_another() {
        let hostile = "x\r\nBcc: evil@example.com\r\n\r\n<script>";
        let composed = composed(&mail(hostile, hostile, "Hello"));
        let (headers, _) = composed.split_once("\r\n\r\n").expect("a body");
        assert!(headers.lines().all(|line| !line.to_ascii_lowercase().starts_with("bcc")), "{headers}");
    }

    #[test]
    fn a_line_fits_what_servers_must_take_whatever_stands_in_it() {
        let long = "ü=?utf-8?q?x?= ".repeat(1_000);
        let composed = composed(&mail(&long, &long, &long));
        assert!(composed.is_ascii());
        let bad: Vec<_> = composed.split("\r\n").filter(|line| line.len() > 78 || line.contains(['\r', '\n'])).collect();
        assert!(bad.is_empty(), "{bad:?}");
    }

    #[test]
    fn an_e_mail_is_never_shown_by_debug() {
        let shown = format!("{:?} {:?}", mail("Secret", "Secret", "Secret"), mail("Secret", "", "").from);
        assert_eq!(shown, "Mail { message_id: \"ro_msg_1\", .. } Sender");
    }
}
