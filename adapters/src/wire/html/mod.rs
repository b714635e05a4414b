//! Pages for people: plain and accessible, in their language, and whole without JavaScript.

mod problem;

use std::fmt::Write;

use http::StatusCode;
use ringonce_domain::brand::Brand;
use ringonce_domain::business::Origin;
use ringonce_domain::encoding;
use ringonce_domain::words::{self, Words};

pub use problem::error_page;

use super::request::Request;
use super::response::Response;
use crate::ambient::random;

const STYLE: &str = include_str!("page.css");

/// Text as it may stand in HTML, in attributes too.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// What somebody else wrote, escaped and with a direction of its own.
#[must_use]
pub fn theirs(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

/// Words with what somebody else wrote filled in.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, theirs(value))).collect();
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words::fill(text, &values)
}

/// The same where no markup may stand: in an attribute or a title.
#[must_use]
pub fn fill_plain(text: &str, values: &[(&str, &str)]) -> String {
    escape(&words::fill(text, values))
}

/// A page. Whoever holds its address acts as its person: it is kept by no cache, named to no other site, framed by none
/// but its business's own, and runs no script but our own files.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// The language that it is in.
    pub words: &'static Words,
    /// Its title, which is text.
    pub title: &'a str,
    /// Whose page it is, and how that business looks.
    pub business: Option<(&'a str, &'a Brand)>,
    /// Who may frame it.
    pub framed_by: &'a [Origin],
    /// The path of its script, if it has one.
    pub script: Option<&'static str>,
    /// Its content, which is HTML.
    pub main: String,
}

impl Page<'_> {
    /// The page as an answer.
    #[must_use]
    pub fn answer(&self, status: StatusCode) -> Response {
        let nonce = encoding::to_text(&random::<16>());
        Response::text(status, "text/html; charset=utf-8", self.body(&nonce))
            .with("content-security-policy", self.policy(&nonce))
            .with("content-language", self.words.tag)
            .with("vary", "accept-language")
            .with("referrer-policy", "same-origin")
            .with("x-content-type-options", "nosniff")
            .with("x-robots-tag", "noindex")
    }

    fn body(&self, nonce: &str) -> String {
        let (words, title) = (self.words, escape(self.title));
        let mut body = String::with_capacity(self.main.len() + STYLE.len() + 2_048);
        let _ = write!(
            body,
            "<!doctype html><html lang=\"{}\" dir=\"{}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
             <title>{title}</title><style nonce=\"{nonce}\">{STYLE}{}</style>{}</head><body><main>{}<h1>{title}</h1>{}</main>{}</body></html>",
            words.tag,
            words.direction(),
            self.colours(),
            self.script.map(|path| format!("<script type=\"module\" src=\"{path}\"></script>")).unwrap_or_default(),
            self.header(),
            self.main,
            languages(words),
        );
        body
    }

    fn colours(&self) -> String {
        match self.business.and_then(|(_, brand)| brand.colour) {
            Some(colour) => format!(":root{{--brand:{colour};--on-brand:{}}}", colour.text()),
            None => String::new(),
        }
    }

    fn header(&self) -> String {
        let Some((name, brand)) = self.business else {
            return String::new();
        };
        let logo =
            brand.logo.as_ref().map(|logo| format!("<img src=\"{}\" alt=\"\" referrerpolicy=\"no-referrer\">", escape(logo.as_str())));
        format!("<header>{}{}</header>", logo.unwrap_or_default(), theirs(name))
    }

    fn policy(&self, nonce: &str) -> String {
        let images = self.business.and_then(|(_, brand)| brand.logo.as_ref()).map(|logo| format!("; img-src {}", logo.origin()));
        let script = self.script.map(|_| "; script-src 'self'; worker-src 'self'");
        let framed_by: Vec<_> = self.framed_by.iter().map(Origin::as_str).collect();
        let framed_by = if framed_by.is_empty() { "'none'".to_owned() } else { framed_by.join(" ") };
        format!(
            "default-src 'none'; style-src 'nonce-{nonce}'{}{}; form-action 'self'; frame-ancestors {framed_by}; base-uri 'none'",
            images.unwrap_or_default(),
            script.unwrap_or_default(),
        )
    }
}

/// The language that a request wants: of `lang` in its query or form, else of what the page is about, else its browser's.
#[must_use]
pub fn language(request: &Request, of_page: Option<&str>) -> &'static Words {
    let of_form = if request.is_json() { None } else { request.form("lang").ok().flatten() };
    let asked = [of_form, request.parameter("lang")];
    let tags = asked.iter().flatten().map(String::as_str).chain(of_page);
    Words::choose(tags, request.header("accept-language"))
}

/// Links to the same page in the other languages.
fn languages(present: &Words) -> String {
    let link = |words: &&Words| {
        let (tag, name) = (words.tag, words.name);
        format!("<a href=\"?lang={tag}\" lang=\"{tag}\" hreflang=\"{tag}\">{name}</a>")
    };
    let links: String = words::ALL.iter().filter(|words| words.tag != present.tag).map(link).collect();
    format!("<footer><nav>{links}</nav></footer>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page<'a>(brand: &'a Brand, framed_by: &'a [Origin]) -> Page<'a> {
        Page { words: words::ALL[0], title: "<script>", business: Some(("<b>\"", brand)), framed_by, script: None, main: String::new() }
    }

    #[test]
    fn nothing_that_a_business_writes_is_markup() {
        assert_eq!(escape("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
        assert_eq!(fill("{a}", &[("a", "<b>{a}")]), "<bdi>&lt;b&gt;{a}</bdi>");
        assert_eq!(fill_plain("{a}", &[("a", "\"<")]), "&quot;&lt;");
        let body = page(&Brand::default(), &[]).answer(StatusCode::OK).body;
        assert!(!body.contains("<script") && !body.contains("<b>"), "{body}");
    }

    #[test]
    fn a_page_lets_in_what_its_business_has_set_and_nothing_else() {
        let policy =
            |page: Page<'_>| page.answer(StatusCode::OK).headers["content-security-policy"].to_str().map(str::to_owned).expect("text");
        let without_nonce =
            |policy: String| policy.split("; ").filter(|part| !part.starts_with("style-src 'nonce-")).collect::<Vec<_>>().join("; ");
        let plain = without_nonce(policy(page(&Brand::default(), &[])));
        assert_eq!(plain, "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
        let logo = "https://cdn.example/a.svg".to_owned().try_into().expect("one");
        let brand = Brand { logo: Some(logo), colour: Some("#ffffff".to_owned().try_into().expect("one")) };
        let origins = [Origin::try_from("https://shop.example".to_owned()).expect("one")];
        let branded = page(&brand, &origins);
        assert_eq!(
            without_nonce(policy(Page { script: Some("/page.js"), ..branded.clone() })),
            "default-src 'none'; img-src https://cdn.example; script-src 'self'; worker-src 'self'; form-action 'self'; \
             frame-ancestors https://shop.example; base-uri 'none'"
        );
        let answer = branded.answer(StatusCode::OK);
        assert!(answer.body.contains(":root{--brand:#ffffff;--on-brand:#000000}"));
        let nonce = policy(branded).split_once("'nonce-").map(|(_, rest)| rest[..22].to_owned()).expect("one");
        assert!(!answer.body.contains(&nonce), "each answer has a nonce of its own");
    }
}
