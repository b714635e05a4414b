//! What people read, in their language: one file a language, each with everything that is said.

mod words_of;

use crate::time::Timestamp;

pub use words_of::{Said, Words};

/// Lists the languages: a file for each, under its tag. The first is the one that everybody gets who reads none of them.
macro_rules! languages {
    ($($tag:ident),+ $(,)?) => {
        $(mod $tag;)+

        /// Every language, the default first.
        pub const ALL: &[&Words] = &[$(&$tag::WORDS),+];
    };
}

languages!(en, de, es, ja, ar);

/// The version of the words in which consent is asked for. Kept with each consent: it rises whenever they change.
pub const CONSENT_TEXT: u16 = 2;

impl Words {
    /// The words of a language tag such as `de-AT` (RFC 5646): of its primary language.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<&'static Self> {
        let primary = tag.split('-').next()?;
        ALL.iter().copied().find(|words| words.tag.eq_ignore_ascii_case(primary))
    }

    /// The words that a browser's `Accept-Language` wants most (RFC 9110, section 12.5.4), if it wants any of ours.
    #[must_use]
    pub fn accepted(header: &str) -> Option<&'static Self> {
        let mut wanted: Vec<_> = header.split(',').take(MOST_RANGES).filter_map(range).collect();
        wanted.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        wanted.into_iter().find_map(|(tag, _)| if tag == "*" { Some(ALL[0]) } else { Self::of_tag(tag) })
    }

    /// The words for whoever asked for `tag`, or else whose browser says `accept`.
    #[must_use]
    pub fn choose<'a>(tags: impl IntoIterator<Item = &'a str>, accept: Option<&str>) -> &'static Self {
        tags.into_iter().find_map(Self::of_tag).or_else(|| accept.and_then(Self::accepted)).unwrap_or(ALL[0])
    }

    /// The direction that the language is written in, as HTML says it.
    #[must_use]
    pub const fn direction(&self) -> &'static str {
        if self.right_to_left { "rtl" } else { "ltr" }
    }

    /// A moment as people of this language write it, in UTC.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        // 2026-11-25T10:39:10.000Z
        let text = at.to_string();
        let month = text[5..7].parse::<usize>().ok().and_then(|month| self.months.get(month.wrapping_sub(1))).unwrap_or(&"");
        fill(self.moment, &[("day", text[8..10].trim_start_matches('0')), ("month", month), ("year", &text[..4]), ("time", &text[11..16])])
    }
}

/// Most ranges of an `Accept-Language` that are read.
const MOST_RANGES: usize = 20;

/// A range of `Accept-Language`, and its weight in thousandths.
fn range(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty())?;
    let weight = match parts.next() {
        Some(parameter) => weight(parameter.strip_prefix("q=")?)?,
        None => 1_000,
    };
    (weight > 0).then_some((tag, weight))
}

/// A quality value (RFC 9110, section 12.4.2), in thousandths.
fn weight(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let thousandths: u16 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" => Some(1_000),
        _ => None,
    }
}

/// `text` with each `{name}` replaced. What is filled in is not looked at again.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
