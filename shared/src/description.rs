//! The domain's values as the API's description (OpenAPI) shows them. No production program holds any of this.
//!
//! A schema says what every accepted value fulfils. What JSON Schema cannot say stands in words, and as numbers under
//! `x-max-bytes` and `x-max-characters`: it counts neither bytes nor characters as people count them.

use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::business::ChannelKind;
use crate::demand::Day;
use crate::message::{Data, LONGEST_DATA, LinkText, Url};
use crate::optin::{Reason, State};
use crate::text::TextRule;
use crate::time::Timestamp;

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// What [`TextRule`] refuses, as the inside of a character class.
const ALWAYS_REFUSED: &str = r"\u202A-\u202E\u2066-\u2069\u2028\u2029\u007F-\u009F";

/// The schema of a text that people read.
pub(crate) fn text(rule: &TextRule, meaning: &str) -> RefOr<Schema> {
    let controls = if rule.lines { r"\u0000-\u0008\u000B\u000C\u000E-\u001F" } else { r"\u0000-\u001F" };
    let refused = format!("{controls}{ALWAYS_REFUSED}");
    let description = format!("{} Not blank, and without control and direction-override characters.", meaning.trim());
    string()
        .description(Some(description))
        .min_length(Some(1))
        .max_length(Some(rule.bytes))
        .pattern(Some(format!(r"^[^{refused}]*[^\s{refused}][^{refused}]*$")))
        .extensions(Some(Extensions::from_iter([("x-max-bytes", rule.bytes), ("x-max-characters", rule.graphemes)])))
        .into()
}

/// The schema of a name of at most `longest` characters of `class`.
pub(crate) fn name(longest: usize, class: &str, meaning: &str) -> RefOr<Schema> {
    let pattern = format!("^[{class}]+$");
    string().description(Some(meaning.trim())).min_length(Some(1)).max_length(Some(longest)).pattern(Some(pattern)).into()
}

/// The schema of one of some words.
fn words(meaning: &str, words: impl Iterator<Item = &'static str>) -> RefOr<Schema> {
    string().description(Some(meaning)).enum_values(Some(words)).into()
}

impl PartialSchema for State {
    fn schema() -> RefOr<Schema> {
        words("A state of an opt-in.", Self::ALL.iter().map(|state| state.word()))
    }
}

impl ToSchema for State {}

impl PartialSchema for Reason {
    fn schema() -> RefOr<Schema> {
        words("Why an opt-in is in its state.", Self::ALL.iter().map(|reason| reason.word()))
    }
}

impl ToSchema for Reason {}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Date);
        string()
            .description(Some("A day of UTC."))
            .format(Some(format))
            .pattern(Some("^(19[7-9]|[2-9][0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}$"))
            .into()
    }
}

impl ToSchema for Day {}

impl PartialSchema for ChannelKind {
    fn schema() -> RefOr<Schema> {
        words("How a message reaches the person.", Self::ALL.iter().map(|channel| channel.name()))
    }
}

impl ToSchema for ChannelKind {}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        string().description(Some("A point in time, UTC, with up to milliseconds (RFC 3339).")).format(Some(format)).into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for Url {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(Object { max_length, .. })) = LinkText::schema() else {
            return LinkText::schema();
        };
        let loopback = "(?:localhost|127\\.0\\.0\\.1)";
        // Visible ASCII without what ends an attribute or a path.
        let any = r"[!#-;=?-\[\]^_a-z{|}~]";
        let host = r"[!$-.0-;=A-\[\]^_a-z{|}~]";
        let pattern = format!("^(?:https://{host}+(?:[/?#]{any}*)?|http://{loopback}(?:[/?#:]{any}*)?)$");
        let meaning = "An absolute https:// address of visible ASCII, without quotes, angle brackets, backslash, backquote or a user name. \
                       For trying things out, http:// on this very machine too.";
        string().description(Some(meaning)).max_length(max_length).pattern(Some(pattern)).into()
    }
}

impl ToSchema for Url {}

impl PartialSchema for Data {
    fn schema() -> RefOr<Schema> {
        let meaning = format!("What a webhook channel hands on untouched: at most {LONGEST_DATA} bytes of JSON.");
        let object = ObjectBuilder::new().schema_type(Type::Object).description(Some(meaning));
        object.extensions(Some(Extensions::from_iter([("x-max-bytes", LONGEST_DATA)]))).into()
    }
}

impl ToSchema for Data {}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::health::HealthState;
    use crate::names::{BusinessId, Locale, Topic, UserId};
    use crate::text::{Payload, Title};

    /// Each value's name and its schema.
    macro_rules! schemas {
        ($($value:ident),+ $(,)?) => {
            [$((stringify!($value), serde_json::to_value($value::schema()).expect("JSON"))),+]
        };
    }

    #[test]
    fn every_value_is_described_as_in_the_published_description() {
        let published: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("JSON");
        let schemas =
            schemas![BusinessId, ChannelKind, Data, Day, HealthState, Locale, Payload, Reason, State, Timestamp, Title, Topic, Url, UserId];
        for (name, schema) in schemas {
            assert_eq!(schema, published["components"]["schemas"][name], "{name}");
            assert!(schema["type"].is_string(), "{name}");
        }
    }
}
