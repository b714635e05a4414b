//! Text that can stand in a header: whatever it was, it is one line of that header and nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use unicode_segmentation::UnicodeSegmentation;

/// Most bytes of a text in a header: one character can have any number of accents.
const MOST_BYTES: usize = 1_000;
/// Most bytes in an encoded word: 60 with its frame, and so 69 behind `Subject: ` of the 76 that a line may have (RFC 2047,
/// section 2).
const WORD: usize = 36;

/// One line of text. It has no control characters and line ends, no direction overrides, no invisible characters of the
/// kind that make a name look like another one, and no spaces at its ends.
#[derive(Clone)]
pub(super) struct Words(String);

impl Words {
    /// `text` in one line, cut after `longest` characters as people count them. A control character parts words.
    pub(super) fn new(text: &str, longest: usize) -> Self {
        let visible = text.chars().filter(|c| !is_disguise(*c)).map(|c| if parts_words(c) { ' ' } else { c });
        let mut line = visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = line.grapheme_indices(true).nth(longest) {
            line.truncate(end);
        }
        line.truncate(line.floor_char_boundary(MOST_BYTES));
        line.truncate(line.trim_end().len());
        Self(line)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// These words as encoded ones, where they hold what a reader would take for an encoded word and decode (RFC 2047,
    /// section 7): mail-builder writes ASCII as it is.
    pub(super) fn encoded(&self) -> Option<String> {
        self.0.contains("=?").then(|| encoded_words(&self.0))
    }
}

fn parts_words(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Embeddings, overrides and isolates (Unicode Standard Annex 9), and characters without any width. Those that a script or
/// an emoji needs stay: joiners, and the marks of a direction.
fn is_disguise(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

fn encoded_words(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.floor_char_boundary(WORD));
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
        rest = after;
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        Words::new(text, 200).0
    }

    #[test]
    fn a_header_is_one_line_whatever_stands_in_it() {
        for (text, line) in [
            ("Back in stock", "Back in stock"),
            ("a\r\nBcc: b@example.com", "a Bcc: b@example.com"),
            ("a\r\n b", "a b"),
            ("a\rb\nc\0d\u{B}e\u{C}f\u{7F}g\u{85}h", "a b c d e f g h"),
            ("a\u{2028}b\u{2029}c", "a b c"),
            ("\t a  b \n", "a b"),
            ("user\u{202E}moc.live\u{2066}x", "usermoc.livex"),
            ("pay\u{200B}\u{FEFF}pal", "paypal"),
            ("👨\u{200D}👩\u{200D}👧 שלום\u{200F}", "👨\u{200D}👩\u{200D}👧 שלום\u{200F}"),
            ("\r\n", ""),
        ] {
            assert_eq!(words(text), line, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(words(&"x".repeat(10_000)).len(), 200);
        let family = "👨\u{200D}👩\u{200D}👧";
        assert_eq!(words(&family.repeat(30)), family.repeat(30));
        assert_eq!(Words::new(&family.repeat(30), 7).0, family.repeat(7));
        let one_character = format!("e{}", "\u{301}".repeat(10_000));
        assert!(words(&one_character).len() <= MOST_BYTES);
        assert_eq!(Words::new("ab cd", 3).0, "ab");
    }

    #[test]
    fn what_looks_encoded_is_encoded_once_more() {
        assert_eq!(Words::new("a = b?", 200).encoded(), None);
        let text = "=?utf-8?q?=0D=0ABcc:?= ".repeat(8) + &"é".repeat(40);
        let encoded = Words::new(&text, 2_000).encoded().expect("encoded");
        assert!(encoded.split(' ').all(|word| word.len() <= 60), "{encoded}");
        let bytes = encoded.split(' ').flat_map(|word| STANDARD.decode(&word[10..word.len() - 2]).expect("base64"));
        assert_eq!(String::from_utf8(bytes.collect()).as_deref(), Ok(text.as_str()));
    }
}
