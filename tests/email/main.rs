//! E-mail as real servers take it and as a mail program reads it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod hostile;
mod ses;
mod smtp;

use ringonce_adapters::email::{Mail, MessageToken, Sender, Unsubscribe};
use ringonce_domain::email::EmailAddress;
use ringonce_domain::message::{LinkText, Url};
use ringonce_domain::names::Locale;
use serde_json::{Value, json};

const SENDER: &str = "shop@notify.example";
const UNSUBSCRIBE: &str = "https://notify.example/u/abc-DEF_123";

/// Every header of an e-mail, in their order.
const HEADERS: [&str; 11] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
];

fn address(text: &str) -> EmailAddress {
    EmailAddress::try_from(text.to_owned()).unwrap()
}

/// An e-mail from a sender called `name`, which says the same in plain text and in HTML.
fn mail(to: &str, name: &str, subject: &str, text: &str) -> Mail {
    let url = Url::try_from(LinkText::try_from(UNSUBSCRIBE.to_owned()).unwrap()).unwrap();
    Mail {
        from: Sender::new(name, address(SENDER)),
        to: address(to),
        subject: subject.to_owned(),
        text: text.to_owned(),
        html: format!("<p>{text}</p>"),
        unsubscribe: Some(Unsubscribe::try_from(url).unwrap()),
        message_id: MessageToken::try_from("ro_msg_1".to_owned()).unwrap(),
        lang: Some(Locale::try_from("de".to_owned()).unwrap()),
    }
}

/// A plain one.
fn hello(to: &str) -> Mail {
    mail(to, "Blumen Müller", "Wieder da: „Rosé“ 🌹", "Grüße,\n.\nFrom here\n\nIhr Müller 🌹\n")
}

fn names(read: &Value) -> Vec<&str> {
    read["headers"].as_array().unwrap().iter().map(|header| header[0].as_str().unwrap()).collect()
}

fn header<'a>(read: &'a Value, name: &str) -> &'a str {
    read["headers"].as_array().unwrap().iter().find(|header| header[0] == name).unwrap()[1].as_str().unwrap()
}

/// A part's text with the line ends of Rust.
fn part(read: &Value, index: usize) -> String {
    read["parts"][index][2].as_str().unwrap().replace("\r\n", "\n")
}

/// Asserts that a mail program reads [`hello`].
fn assert_hello(read: &Value, to: &str) {
    assert_eq!(names(read), HEADERS);
    assert_eq!(read["from"], json!([["Blumen Müller", SENDER]]));
    assert_eq!(read["to"], json!([to]));
    assert_eq!(header(read, "Subject"), "Wieder da: „Rosé“ 🌹");
    assert_eq!(header(read, "List-Unsubscribe"), format!("<{UNSUBSCRIBE}>"));
    assert_eq!(header(read, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(header(read, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(read, "Message-ID"), "<ro_msg_1@notify.example>");
    assert_eq!(header(read, "Content-Language"), "de");
    assert_eq!(read["kind"], "multipart/alternative");
    assert_eq!(read["defects"], json!([]));
    let parts: Vec<_> = read["parts"].as_array().unwrap().iter().map(|part| (part[0].clone(), part[1].clone())).collect();
    assert_eq!(parts, [(json!("text/plain"), json!("utf-8")), (json!("text/html"), json!("utf-8"))]);
    let text = hello(to).text;
    assert_eq!((part(read, 0), part(read, 1)), (text.clone(), format!("<p>{text}</p>")));
}
