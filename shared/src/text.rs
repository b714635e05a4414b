//! What may stand in text that people read, and the error that names the rule a text breaks.

use thiserror::Error;
use unicode_segmentation::UnicodeSegmentation;

/// A value that breaks a rule of its type: which field, and which rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{field}` {rule}")]
pub struct Invalid {
    /// The field as the caller wrote it.
    pub field: &'static str,
    /// The rule that it breaks, as the rest of a sentence.
    pub rule: String,
}

impl Invalid {
    /// An error that says of `field` that it breaks `rule`.
    #[must_use]
    pub fn new(field: &'static str, rule: impl Into<String>) -> Self {
        Self { field, rule: rule.into() }
    }
}

/// How long a text may be, and whether it may hold line breaks and tabs.
pub(crate) struct TextRule {
    pub(crate) field: &'static str,
    pub(crate) graphemes: usize,
    pub(crate) bytes: usize,
    pub(crate) lines: bool,
}

impl TextRule {
    /// `text` unchanged, if it keeps the rule.
    pub(crate) fn check(&self, text: String) -> Result<String, Invalid> {
        if text.trim().is_empty() {
            return Err(Invalid::new(self.field, "must not be empty"));
        }
        if text.len() > self.bytes {
            return Err(Invalid::new(self.field, format!("must be at most {} bytes in UTF-8, and is {}", self.bytes, text.len())));
        }
        let graphemes = self.counted(&text);
        if graphemes > self.graphemes {
            return Err(Invalid::new(self.field, format!("must be at most {} characters, and is {graphemes}", self.graphemes)));
        }
        if let Some(bad) = text.chars().find(|c| !self.allows(*c)) {
            let rule = format!("must not contain the control or direction-override character U+{:04X}", u32::from(bad));
            return Err(Invalid::new(self.field, rule));
        }
        Ok(text)
    }

    /// Its characters, counted where they may be too many: none has more of them than bytes, and few texts need it.
    fn counted(&self, text: &str) -> usize {
        if text.len() > self.graphemes { text.graphemes(true).count() } else { 0 }
    }

    fn allows(&self, c: char) -> bool {
        match c {
            '\n' | '\r' | '\t' => self.lines,
            // Embeddings, overrides and isolates (Unicode Standard Annex 9): they can make a text read as another.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => false,
            c => !c.is_control(),
        }
    }
}

/// A newtype over checked text: private field, one constructor, read as `&str`.
macro_rules! text_type {
    ($(#[doc = $doc:literal])+ $name:ident, $field:literal, graphemes: $graphemes:expr, bytes: $bytes:expr, lines: $lines:expr) => {
        #[cfg(feature = "description")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let rule = $crate::text::TextRule { field: $field, graphemes: $graphemes, bytes: $bytes, lines: $lines };
                $crate::description::text(&rule, concat!($($doc),+))
            }
        }

        #[cfg(feature = "description")]
        impl utoipa::ToSchema for $name {}

        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::text::Invalid;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let rule = $crate::text::TextRule { field: $field, graphemes: $graphemes, bytes: $bytes, lines: $lines };
                rule.check(text).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}
pub(crate) use text_type;

text_type!(
    /// What a person is asked about: at most 65 characters (extended grapheme clusters) and 260 bytes, one line.
    Title, "title", graphemes: 65, bytes: 260, lines: false
);
text_type!(
    /// What a business wants back with the answer, opaque to us: at most 1,000 characters and 2,000 bytes.
    Payload, "payload", graphemes: 1_000, bytes: 2_000, lines: true
);
text_type!(
    /// A business's name as people read it: at most 40 characters and 80 bytes, one line.
    BusinessName, "name", graphemes: 40, bytes: 80, lines: false
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn title(text: &str) -> Result<Title, Invalid> {
        Title::try_from(text.to_owned())
    }

    #[test]
    fn a_title_holds_65_characters_as_people_count_them() {
        let family = "👨‍👩‍👧‍👦"; // one character to people, 25 bytes
        assert!(title(&"x".repeat(65)).is_ok());
        assert!(title(&family.repeat(10)).is_ok());
        assert_eq!(title(&"x".repeat(66)).map_err(|e| e.field), Err("title"));
        assert_eq!(title(&family.repeat(11)).map_err(|e| e.field), Err("title"));
    }

    #[test]
    fn a_title_refuses_what_can_disguise_it() {
        for bad in ["a\u{202E}b", "a\u{2066}b", "a\u{0}b", "a\nb", "a\u{7F}b", "   ", ""] {
            assert!(title(bad).is_err(), "{bad:?}");
        }
        assert!(title("שלום\u{200F} 5").is_ok(), "marks that right-to-left text needs are fine");
    }

    proptest! {
        #[test]
        fn no_accepted_title_exceeds_its_bounds(text in "\\PC{0,80}") {
            if let Ok(title) = title(&text) {
                prop_assert!(title.as_str().len() <= 260);
                prop_assert!(title.as_str().graphemes(true).count() <= 65);
            }
        }
    }
}
