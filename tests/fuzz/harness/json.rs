//! Changes of JSON that leave it JSON.

use ringonce_tests::dice::Dice;
use ringonce_tests::json::places;
use serde_json::{Map, Value};

/// What stands in the place of a value; the last ones are attributes of an item.
const STRANGERS: [&str; 20] = [
    "null",
    "true",
    "0",
    "-1",
    "0.5",
    "1e300",
    "18446744073709551615",
    "\"\"",
    "\"\\u0000\"",
    "\"x\"",
    "[]",
    "{}",
    "[[]]",
    "{\"\":{}}",
    "{\"S\":\"x\"}",
    "{\"N\":\"1\"}",
    "{\"B\":\"AA==\"}",
    "{\"BOOL\":true}",
    "{\"L\":[{\"NULL\":true}]}",
    "{\"M\":{}}",
];

/// Changes a value of the JSON that begins with the first brace of `input`, where there is any.
pub(super) fn change(dice: &mut Dice, input: &mut Vec<u8>, other: &[u8]) {
    let Some((at, mut json)) = json_of(input) else {
        return;
    };
    let places = places(&json);
    if places.is_empty() {
        return;
    }
    let place = &places[dice.between(0, places.len() - 1)];
    let new = stranger(dice, other);
    put(dice, &mut json, place, new);
    input.splice(at.., json.to_string().into_bytes());
}

fn json_of(input: &[u8]) -> Option<(usize, Value)> {
    let at = input.iter().position(|byte| *byte == b'{')?;
    Some((at, serde_json::from_slice(&input[at..]).ok()?))
}

/// A value of another input, or one that is hardly ever expected.
fn stranger(dice: &mut Dice, other: &[u8]) -> Value {
    let strange = serde_json::from_str(dice.one_of(&STRANGERS)).unwrap();
    let Some((_, json)) = json_of(other).filter(|_| dice.roll(2) == 0) else {
        return strange;
    };
    let places = places(&json);
    if places.is_empty() { strange } else { json.pointer(&places[dice.between(0, places.len() - 1)]).unwrap().clone() }
}

/// Puts a value in the place of another, beside it, or nothing there.
fn put(dice: &mut Dice, json: &mut Value, place: &str, new: Value) {
    let (parent, name) = place.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    let how = dice.roll(4);
    match json.pointer_mut(parent).unwrap() {
        Value::Object(fields) if how == 0 => drop(fields.remove(&name)),
        Value::Object(fields) if how == 1 => swap(dice, fields, &name),
        Value::Array(items) if how == 0 => items.push(new),
        _ => *json.pointer_mut(place).unwrap() = new,
    }
}

/// Gives two fields each other's value.
fn swap(dice: &mut Dice, fields: &mut Map<String, Value>, name: &str) {
    let other = fields.keys().nth(dice.between(0, fields.len() - 1)).unwrap().clone();
    let values = [name, &other].map(|name| fields[name].clone());
    let [one, two] = values;
    fields.insert(other, one);
    fields.insert(name.to_owned(), two);
}
