//! How a business looks on the pages of its people: a logo and a colour.

use serde::{Deserialize, Serialize};

use crate::text::Invalid;

/// A business's look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// Its colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
}

impl Brand {
    /// Whether there is nothing to show.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.logo.is_none() && self.colour.is_none()
    }
}

/// The address of a logo: https, at most 500 visible ASCII characters, with nothing in it that could end an attribute or
/// a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Logo(String);

const LONGEST_LOGO: usize = 500;

impl Logo {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it stands: scheme, host and port, as a content security policy names it.
    #[must_use]
    pub fn origin(&self) -> &str {
        let host = HTTPS.len() + self.0[HTTPS.len()..].find(['/', '?', '#']).unwrap_or(self.0.len() - HTTPS.len());
        &self.0[..host]
    }
}

const HTTPS: &str = "https://";

impl TryFrom<String> for Logo {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let host = text.strip_prefix(HTTPS).map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let named = host.is_some_and(|host| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b)));
        let plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\;,".contains(&b));
        if !named || !plain || text.len() > LONGEST_LOGO {
            let rule = format!("must be an address such as https://shop.example/logo.svg, of at most {LONGEST_LOGO} characters");
            return Err(Invalid::new("logo", rule));
        }
        Ok(Self(text))
    }
}

impl From<Logo> for String {
    fn from(logo: Logo) -> Self {
        logo.0
    }
}

/// A colour: `#0a7d5c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

impl Colour {
    /// The colour of text that is read on it, black or white: the one of more contrast (WCAG 2.2, success criterion 1.4.3).
    #[must_use]
    pub fn text(self) -> Self {
        // Both have the same contrast to a luminance of 0.179.
        if self.luminance() > 0.179 { Self([0; 3]) } else { Self([255; 3]) }
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = self.0.map(|channel| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.0722_f64.mul_add(linear[2], 0.2126_f64.mul_add(linear[0], 0.7152 * linear[1]))
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Colour {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("colour", "must be written as `#0a7d5c`");
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or_else(wrong)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_an_https_address_that_ends_no_attribute_and_no_header() {
        let logo = |text: &str| Logo::try_from(text.to_owned());
        assert_eq!(logo("https://cdn.shop.example:8443/a/logo.svg?v=2").expect("one").origin(), "https://cdn.shop.example:8443");
        assert_eq!(logo("https://shop.example").expect("one").origin(), "https://shop.example");
        let long = format!("https://shop.example/{}", "x".repeat(500));
        let longest = format!("https://shop.example/{}", "x".repeat(479));
        assert_eq!((longest.len(), logo(&longest).map(String::from).as_deref()), (500, Ok(longest.as_str())));
        assert!(logo(&format!("{longest}x")).is_err());
        let bad =
            ["http://shop.example/x", "https://", "https:///x", "data:image/png;base64,x", "//x", "https://u:p@x/", "https://x/\"", &long];
        for bad in bad.into_iter().chain(["https://x/;script-src *", "https://x y/", "https://x/\n", "javascript:1"]) {
            assert!(logo(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_brand_is_plain_where_it_has_neither_and_is_written_with_what_it_has() {
        let brand = |json: &str| serde_json::from_str::<Brand>(json).expect("a brand");
        assert!(brand("{}").is_plain() && Brand::default().is_plain());
        for json in [r#"{"logo":"https://shop.example/logo.svg"}"#, r##"{"colour":"#0a7d5c"}"##] {
            assert!(!brand(json).is_plain(), "{json}");
            assert_eq!(serde_json::to_string(&brand(json)).expect("JSON"), json);
        }
        assert_eq!(brand(r#"{"logo":"https://shop.example/logo.svg"}"#).logo.expect("one").as_str(), "https://shop.example/logo.svg");
    }

    #[test]
    fn text_on_a_colour_is_of_the_greater_contrast() {
        let text = |colour: &str| Colour::try_from(colour.to_owned()).expect("one").text().to_string();
        assert_eq!(["#000000", "#0a7d5c", "#b00020"].map(text), ["#ffffff"; 3]);
        assert_eq!(["#ffffff", "#FFD400", "#7fd1ae"].map(text), ["#000000"; 3]);
        // On either side of the luminance at which both contrasts are the same; once with a channel that is nearly dark.
        assert_eq!(["#757575", "#767676", "#0a8800", "#0a8900"].map(text), ["#ffffff", "#000000", "#ffffff", "#000000"]);
        for bad in ["", "red", "#fff", "#12345g", "0a7d5c", "#0a7d5c;", "#+12345"] {
            assert!(Colour::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
