//! A request as handlers see it.

use std::fmt;
use std::marker::PhantomData;

use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use ringonce_domain::call::CallName;
use ringonce_domain::names::IdempotencyKey;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::problem::ApiError;
use super::source::Source;

/// Most bytes of a body.
pub const LONGEST_BODY: usize = 16 * 1024;

/// A request, whichever way it came.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path's segments, percent-decoded.
    pub segments: Vec<String>,
    /// The query, as it came.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// Where it comes from, where that is known.
    pub source: Option<Source>,
    /// The id by which logs and the caller speak of this request.
    pub request_id: String,
}

/// A body as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// These bytes.
    Bytes(Vec<u8>),
    /// What should have been base64 and is not.
    Malformed,
}

impl Request {
    /// The segments of `path`, percent-decoded; a segment that decodes to no UTF-8 matches nothing.
    #[must_use]
    pub fn split(path: &str) -> Vec<String> {
        let decode = |segment: &str| percent_decode_str(segment).decode_utf8().map_or_else(|_| "\u{FFFD}".to_owned(), String::from);
        path.trim_start_matches('/').split('/').map(decode).collect()
    }

    /// The segments as handlers match them.
    #[must_use]
    pub fn path(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A query parameter, decoded.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The caller's `Idempotency-Key`: the name of its call.
    ///
    /// # Errors
    /// When it is not visible ASCII of at most 255 bytes.
    pub fn idempotency_key(&self) -> Result<Option<CallName>, ApiError> {
        let Some(value) = self.headers.get("idempotency-key") else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(Some(CallName::Key(IdempotencyKey::try_from(text)?)))
    }

    /// The body's bytes, within bounds.
    ///
    /// # Errors
    /// When it is too long, or malformed base64.
    pub fn bytes(&self) -> Result<&[u8], ApiError> {
        self.bytes_within(LONGEST_BODY)
    }

    /// The same, with another bound.
    ///
    /// # Errors
    /// Those of [`Request::bytes`].
    pub fn bytes_within(&self, longest: usize) -> Result<&[u8], ApiError> {
        match &self.body {
            Body::Malformed => Err(ApiError::MalformedBody("is marked as base64 and is not".to_owned())),
            Body::Bytes(bytes) if bytes.len() > longest => Err(ApiError::BodyTooLarge),
            Body::Bytes(bytes) => Ok(bytes),
            Body::Empty => Ok(&[]),
        }
    }

    /// The body as JSON of a known shape.
    ///
    /// # Errors
    /// Names the field that is wrong, or the place where the JSON breaks off.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        match self.bytes()? {
            [] => Err(ApiError::MalformedBody("is empty: send a JSON object".to_owned())),
            bytes => read_json(bytes),
        }
    }

    /// Whether the caller speaks JSON rather than sending a form.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/json"))
    }

    /// A field of the body read as a form.
    ///
    /// # Errors
    /// Those of [`Request::bytes`].
    pub fn form(&self, name: &str) -> Result<Option<String>, ApiError> {
        let bytes = self.bytes()?;
        Ok(url::form_urlencoded::parse(bytes).find(|(key, _)| key == name).map(|(_, value)| value.into_owned()))
    }
}

/// JSON of a known shape.
///
/// # Errors
/// Names the field that is wrong, or the place where the JSON breaks off, and never repeats a value.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Object(value) = serde_path_to_error::deserialize(&mut json).map_err(|error| explain(&error))?;
    json.end().map_err(|error| ApiError::MalformedBody(format!("is not JSON: {}", without_place(&error))))?;
    Ok(value)
}

/// A JSON value as a known shape.
///
/// # Errors
/// Names the field that is wrong, and never repeats a value.
pub fn read_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, ApiError> {
    let Object(value) = serde_path_to_error::deserialize(value).map_err(|error| explain(&error))?;
    Ok(value)
}

/// A JSON object. Serde's own reading of a struct would take an array for it too, field by field.
#[derive(Debug, serde::Serialize)]
#[serde(transparent)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapOnly<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for MapOnly<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(MapOnly(PhantomData))
    }
}

/// Whole numbers however they are written: to JSON Schema 60.0 is an integer, and some clients write it so.
pub mod whole {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer};
    use serde_json::Number;

    /// For `#[serde(deserialize_with = ...)]`.
    ///
    /// # Errors
    /// When it is none, or out of range.
    pub fn required<'de, T: TryFrom<u64>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        read(&Number::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("must be a whole number in range"))
    }

    /// The same for a number that may be missing; combine with `default`.
    ///
    /// # Errors
    /// When it is none, or out of range.
    pub fn optional<'de, T: TryFrom<u64>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        let number = Option::<Number>::deserialize(deserializer)?;
        number.map(|number| read(&number).ok_or_else(|| D::Error::custom("must be a whole number in range"))).transpose()
    }

    fn read<T: TryFrom<u64>>(number: &Number) -> Option<T> {
        let of_float = || number.as_f64().filter(|float| float.fract() == 0.0).and_then(|float| format!("{float:.0}").parse().ok());
        T::try_from(number.as_u64().or_else(of_float)?).ok()
    }
}

fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let inner = error.inner();
    if inner.is_syntax() || inner.is_eof() {
        return ApiError::MalformedBody(format!("is not JSON: {inner}"));
    }
    let path = error.path().to_string();
    let rule = without_value(without_place(inner));
    if let Some(missing) = rule.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let field = if path == "." { missing.to_owned() } else { format!("{path}.{missing}") };
        return ApiError::InvalidField { field, rule: "is missing".to_owned() };
    }
    // Errors of our own types begin with the field's name already.
    if rule.starts_with('`') || path == "." {
        return match rule.strip_prefix('`').and_then(|rest| rest.split_once("` ")) {
            Some((field, rule)) => ApiError::InvalidField { field: field.to_owned(), rule: rule.to_owned() },
            None => ApiError::MalformedBody(format!("is not as it should be: {rule}")),
        };
    }
    ApiError::InvalidField { field: path, rule: format!("is not as it should be: {rule}") }
}

/// The error without the value that it is about: that may be a message or a token, and errors are logged.
fn without_value(error: String) -> String {
    let repeats = ["invalid type: ", "invalid value: ", "unknown variant "].iter().any(|kind| error.starts_with(kind));
    match error.rfind(", expected ") {
        Some(at) if repeats => error[at + 2..].to_owned(),
        _ => error,
    }
}

/// The error without "at line 1 column 7", which helps nobody who sends one line.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringonce_domain::message::Message;

    #[test]
    fn an_error_names_its_field_and_never_repeats_a_value() {
        for (json, field) in [
            (r#"{"text":["Dear Ada, expected one"]}"#, "text"),
            (r#"{"text":{"Dear Ada":1}}"#, "text"),
            (r#"{"text":"x","data":"Dear Ada, expected"}"#, "data"),
            (r#"{"text":"x","colour":"Dear Ada"}"#, "colour"),
        ] {
            let error = read_json::<Message>(json.as_bytes()).map_err(|error| error.detail());
            assert!(error.as_ref().is_err_and(|why| why.starts_with(&format!("`{field}` is not")) && !why.contains("Ada")), "{error:?}");
        }
        let no_object = read_json::<Message>(br#""Dear Ada""#).map_err(|error| error.detail());
        assert_eq!(no_object, Err("The body is not as it should be: expected a JSON object.".to_owned()));
    }
}
