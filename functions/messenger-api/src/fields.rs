//! What a call says: in its query, and in a body of JSON or of a form whose fields hold JSON.

use ringonce_adapters::wire::request::read_value;
use ringonce_adapters::wire::{ApiError, Request};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::LONGEST_BODY;
use crate::error::GraphError;
use crate::strict;

/// The fields of a call by their names. What is not known is passed over.
#[derive(Debug, Default)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// A request's: the body's stand over the query's.
    pub(crate) fn of_request(request: &Request) -> Result<Self, GraphError> {
        let mut fields = Self::of_form(request.query.as_bytes())?;
        let body = request.bytes_within(LONGEST_BODY)?;
        let of_body = match Kind::of(request, body)? {
            Kind::Json => Self::of_json(body)?,
            Kind::Form => Self::of_form(body)?,
        };
        fields.0.extend(of_body.0);
        Ok(fields)
    }

    /// A JSON object's.
    pub(crate) fn of_json(body: &[u8]) -> Result<Self, GraphError> {
        match strict::value(body).map_err(|why| GraphError::malformed(&why))? {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(GraphError::malformed("is no JSON object")),
        }
    }

    /// A form's: their values are text.
    pub(crate) fn of_form(form: &[u8]) -> Result<Self, GraphError> {
        if !is_well_encoded(form) {
            return Err(GraphError::malformed("is a form with broken percent-encoding"));
        }
        let pairs = url::form_urlencoded::parse(form);
        Ok(Self(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()))
    }

    /// A form's, or a JSON object's, as a part of a batch has them.
    pub(crate) fn of_text(text: &str) -> Result<Self, GraphError> {
        if text.trim_start().starts_with('{') { Self::of_json(text.as_bytes()) } else { Self::of_form(text.as_bytes()) }
    }

    /// The same with those of another under them.
    pub(crate) fn over(mut self, mut under: Self) -> Self {
        under.0.append(&mut self.0);
        under
    }

    /// A field that is text, or a number written as one.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, GraphError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(GraphError::invalid(name, "must be a string")),
        }
    }

    /// Whether a field is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether a field says no.
    pub(crate) fn denies(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(value)) => !value,
            Some(Value::String(text)) => matches!(text.as_str(), "false" | "0"),
            Some(Value::Number(number)) => number.as_u64() == Some(0),
            _ => false,
        }
    }

    /// A field of JSON, or of text that is JSON.
    pub(crate) fn json(&self, name: &str) -> Result<Value, GraphError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Err(GraphError::invalid(name, "is missing")),
            Some(Value::String(text)) => {
                strict::value(text.as_bytes()).map_err(|why| GraphError::invalid(name, &format!("is not JSON: it {why}")))
            }
            Some(value) => Ok(value.clone()),
        }
    }

    /// The same as a known shape.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T, GraphError> {
        shape(name, self.json(name)?)
    }
}

/// JSON as a known shape. An error never repeats a value: it may be a token, or a message.
pub(crate) fn shape<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, GraphError> {
    if !value.is_object() {
        return Err(GraphError::invalid(name, "must be a JSON object"));
    }
    read_value(value).map_err(|error| match error {
        ApiError::InvalidField { field, rule } => GraphError::invalid(&format!("{name}.{field}"), &rule),
        error => error.into(),
    })
}

enum Kind {
    Json,
    Form,
}

impl Kind {
    fn of(request: &Request, body: &[u8]) -> Result<Self, GraphError> {
        let named = request.header("content-type").unwrap_or_default().trim_start().to_ascii_lowercase();
        if request.is_json() || (!named.starts_with("application/x-www-form-urlencoded") && body.trim_ascii_start().starts_with(b"{")) {
            return Ok(if body.is_empty() { Self::Form } else { Self::Json });
        }
        match named.starts_with("multipart/") {
            true => Err(ApiError::MalformedBody("is multipart: send JSON, or a form".to_owned()).into()),
            false => Ok(Self::Form),
        }
    }
}

/// Whether each `%` stands before two hexadecimal digits, and what they say is UTF-8.
fn is_well_encoded(form: &[u8]) -> bool {
    let is_whole = form.split(|b| *b == b'%').skip(1).all(|rest| rest.len() >= 2 && rest[..2].iter().all(u8::is_ascii_hexdigit));
    is_whole && percent_encoding::percent_decode(form).decode_utf8().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_well_encoded_or_none() {
        for good in ["", "a=b", "a=%7B%22x%22%3A1%7D&b=%C3%BC", "a=1+2"] {
            assert!(is_well_encoded(good.as_bytes()), "{good}");
        }
        for bad in ["a=%", "a=%1", "a=%zz", "a=%C3%28", "%", "a=%ff"] {
            assert!(!is_well_encoded(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn what_stands_over_another_holds() {
        let (over, under) = (Fields::of_form(b"a=1&b=2"), Fields::of_form(b"b=3&c=4"));
        let fields = over.expect("a form").over(under.expect("a form"));
        let all = ["a", "b", "c", "d"].map(|name| fields.text(name).expect("text").unwrap_or_default());
        assert_eq!(all, ["1", "2", "4", ""]);
    }
}
