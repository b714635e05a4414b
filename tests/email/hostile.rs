//! Texts that try to be more than texts.

use ringonce_adapters::email::Mailer;
use ringonce_adapters::webhook::Verdict;
use ringonce_cli::local::mail::Smtp;
use ringonce_tests::mail::SmtpServer;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

use crate::{HEADERS, SENDER, header, mail, names, part};

const FRAGMENTS: [&str; 44] = [
    "\r\nBcc: evil@example.com",
    "\nBcc: evil@example.com",
    "\rBcc: evil@example.com",
    "\r\n\tBcc: evil@example.com",
    "\r\n\r\n<script>alert(1)</script>",
    "\n.\nMAIL FROM:<evil@example.com>",
    "\r\n.\r\nRCPT TO:<evil@example.com>\r\nDATA\r\n",
    "\r\nContent-Type: text/html\r\n\r\n",
    "\r\nSubject: other",
    "\u{85}Bcc: evil@example.com",
    "\u{2028}Bcc: evil@example.com",
    "\u{2029}Bcc: evil@example.com",
    "\u{B}Bcc: evil@example.com",
    "\u{C}Bcc: evil@example.com",
    "\u{1C}\u{1D}\u{1E}Bcc: evil@example.com",
    "%0d%0aBcc: evil@example.com",
    "嘊嘍Bcc: evil@example.com",
    "=?utf-8?q?=0D=0ABcc:_evil@example.com?=",
    "=?utf-8?B?DQpCY2M6IGV2aWxAZXhhbXBsZS5jb20=?=",
    "=?iso-8859-1?Q?=41?=",
    "=?utf-8?Q?a?= =?utf-8?Q?b?=",
    "=?",
    "?=",
    "=?utf-8?Q?ü?=",
    "a\0b",
    "\0",
    "\u{7F}\u{1B}[31m\u{7}",
    "\u{202E}moc.elpmaxe@live",
    "\u{2066}\u{202A}x\u{2069}\u{202C}",
    "pay\u{200B}pal\u{FEFF}",
    "\"",
    "\\",
    "\\\"",
    "\" <evil@example.com>, \"",
    "<evil@example.com>",
    "evil@example.com, other@example.com",
    "Group: evil@example.com;",
    "; name=\"x\"; boundary=y",
    "(comment",
    "ends in space ",
    "👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿é\u{301}\u{301}",
    "שלום\u{200F} مرحبا",
    "--",
    "=\n=3D=20\n",
];

/// Each fragment alone, within words, often, and behind what must be encoded: 220 texts with the long ones.
fn texts() -> Vec<String> {
    let around: [fn(&str) -> String; 5] = [
        str::to_owned,
        |text| format!("Back {text} in stock"),
        |text| text.repeat(40),
        |text| format!("ünï{text}\r\n{text}"),
        |text| format!("{}{text}", "x".repeat(10_000)),
    ];
    FRAGMENTS.iter().flat_map(|text| around.map(|around| around(text))).collect()
}

/// The letters and digits of a text: whatever is done to the rest, they stay, in their order.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Asserts that `line` is what may be left of `text` in a header.
fn assert_line(line: &str, text: &str, longest: usize) {
    let disguise =
        |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}');
    assert!(!line.chars().any(|c| c.is_control() || disguise(c)), "{line:?} of {text:?}");
    // Without spaces: Python 3.11 puts one between the encoded words of a name (RFC 2047, section 6.2, has none there).
    assert!(line.replace(' ', "").graphemes(true).count() <= longest, "{line:?} of {text:?}");
    let (left, all) = (letters(line), letters(text));
    let is_cut = line.graphemes(true).count() + 1 >= longest || line.len() > 950;
    let is_whole = left == all || (is_cut && all.starts_with(&left));
    assert!(is_whole, "{line:?} of {text:?}");
}

fn assert_harmless(took: &Value, text: &str) {
    let read = &took["mail"];
    assert_eq!((&took["sender"], &took["recipients"]), (&json!(SENDER), &json!(["ann@example.com"])), "{text:?}");
    assert_eq!(names(read), HEADERS, "{text:?}");
    assert_eq!(read["to"], json!(["ann@example.com"]), "{text:?}");
    assert_eq!(read["from"].as_array().unwrap().len(), 1, "{text:?}");
    assert_eq!(read["from"][0][1], SENDER, "{text:?}");
    assert_eq!(read["defects"], json!([]), "{text:?}");
    assert_line(read["from"][0][0].as_str().unwrap(), text, 80);
    assert_line(header(read, "Subject"), text, 200);
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let body = lines.replace(|c: char| c.is_control() && c != '\n' && c != '\t', "\u{FFFD}");
    assert_eq!(part(read, 0), body);
    assert_eq!(part(read, 1), format!("<p>{body}</p>"));
}

#[tokio::test]
async fn no_text_adds_a_header_or_a_recipient_or_changes_a_body() {
    let server = SmtpServer::start();
    let smtp = Smtp::at(&server.url()).unwrap();
    let texts = texts();
    assert!(texts.len() >= 200, "{}", texts.len());
    for text in texts {
        assert_eq!(smtp.send(&mail("ann@example.com", &text, &text, &text)).await, Verdict::Accepted, "{text:?}");
        assert_harmless(&server.next_mail(), &text);
    }
}
