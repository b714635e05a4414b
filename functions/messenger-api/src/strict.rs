//! JSON in which no object names a key twice: which of two would be meant nobody can know.

use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

struct Strict(Value);

/// The value of a whole text of JSON, at most 128 deep.
///
/// # Errors
/// What is wrong with it, as the rest of a sentence, without anything that stands in it.
pub(crate) fn value(json: &[u8]) -> Result<Value, String> {
    let Strict(value) = serde_json::from_slice(json).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => "names a key twice in one object".to_owned(),
        _ => format!("is not JSON that can be read, at line {} column {}", error.line(), error.column()),
    })?;
    Ok(value)
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some((key, Strict(value))) = map.next_entry::<String, Strict>()? {
            if values.insert(key, value).is_some() {
                return Err(A::Error::custom("a key twice"));
            }
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_once_and_nothing_is_nested_without_end() {
        let json = r#"{"a":[1,-2,3.5,"x",null,true,{"b":{}}],"c":"é"}"#;
        assert_eq!(value(json.as_bytes()), Ok(serde_json::from_str(json).expect("JSON")));
        assert_eq!(value(br#"{"a":{"b":1,"b":2}}"#), Err("names a key twice in one object".to_owned()));
        let deep = "[".repeat(100_000);
        for bad in ["", "{", "[1,]", "nul", "{}x", "\"\u{1}\"", deep.as_str()] {
            assert!(value(bad.as_bytes()).is_err_and(|why| why.starts_with("is not JSON")), "{}", bad.len());
        }
        assert!(value(b"\"\xff\"").is_err());
    }
}
