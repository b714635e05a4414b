//! A message of Messenger's Send API as one of ours: its words are what channels show, the whole of it is what the
//! business's own sender gets.

use ringonce_domain::message::{Data, LinkText, Message, MessageText, Url};
use ringonce_domain::text::Invalid;
use serde_json::{Map, Value, json};

use crate::error::GraphError;

/// Under which name the business's own sender finds the message as the bot wrote it.
const WHOLE: &str = "messenger";

pub(crate) fn message(value: &Value) -> Result<Message, GraphError> {
    let object = value.as_object().ok_or_else(|| GraphError::invalid("message", "must be a JSON object"))?;
    let text = words(value).ok_or_else(|| {
        GraphError::invalid("message", "has no words that a channel could show: give it `text`, or a template with a text or a title")
    })?;
    let text = MessageText::try_from(text).map_err(|invalid| GraphError::invalid("message.text", &invalid.rule))?;
    let data = if is_plain(object) { None } else { Some(whole(value)?) };
    Ok(Message { title: None, text, url: link(value), data })
}

fn is_plain(message: &Map<String, Value>) -> bool {
    message.keys().all(|name| name == "text")
}

fn whole(value: &Value) -> Result<Data, GraphError> {
    let map = Map::from_iter([(WHOLE.to_owned(), json!(value))]);
    Data::try_from(map).map_err(|invalid: Invalid| GraphError::invalid("message", &invalid.rule))
}

/// What a person is to read: the text, the text of a template, or title and subtitle of its first element; of a file its
/// address.
fn words(message: &Value) -> Option<String> {
    let payload = &message["attachment"]["payload"];
    let element = &payload["elements"][0];
    let text = |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let titled = || match (text(&element["title"]), text(&element["subtitle"])) {
        (Some(title), Some(subtitle)) => Some(format!("{title}\n{subtitle}")),
        (title, _) => title,
    };
    text(&message["text"]).or_else(|| text(&payload["text"])).or_else(titled).or_else(|| text(&payload["url"]))
}

/// Where the message leads: its first button or element with an address that a message may hold, or its file.
fn link(message: &Value) -> Option<Url> {
    let payload = &message["attachment"]["payload"];
    let element = &payload["elements"][0];
    let buttons = [&payload["buttons"], &element["buttons"]].into_iter().filter_map(Value::as_array).flatten();
    let links = [&element["default_action"]["url"], &payload["url"]];
    let url = |value: &Value| LinkText::try_from(value.as_str()?.to_owned()).and_then(Url::try_from).ok();
    buttons.map(|button| &button["url"]).chain(links).find_map(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &Value) -> (String, Option<String>, bool) {
        let message = message(value).unwrap_or_else(|_| panic!("{value}"));
        (message.text.as_str().to_owned(), message.url.map(|url| url.as_str().to_owned()), message.data.is_some())
    }

    #[test]
    fn the_words_are_what_channels_show_and_the_rest_travels_along() {
        let shirt = Some("https://shop.example/m".to_owned());
        assert_eq!(read(&json!({ "text": "It is back." })), ("It is back.".to_owned(), None, false));
        let replies = json!({ "text": "It is back.", "quick_replies": [{ "content_type": "text", "title": "Yes", "payload": "Y" }] });
        assert_eq!(read(&replies), ("It is back.".to_owned(), None, true));
        let button = json!([{ "type": "web_url", "url": "https://shop.example/m", "title": "Buy" }]);
        let template = |payload: Value| json!({ "attachment": { "type": "template", "payload": payload } });
        let buttons = template(json!({ "template_type": "button", "text": "Back!", "buttons": button }));
        assert_eq!(read(&buttons), ("Back!".to_owned(), shirt.clone(), true));
        let element =
            json!({ "title": "Rad shirt", "subtitle": "In M", "default_action": { "type": "web_url", "url": "https://shop.example/m" } });
        let generic = template(json!({ "template_type": "generic", "elements": [element] }));
        assert_eq!(read(&generic), ("Rad shirt\nIn M".to_owned(), shirt, true));
        let image = json!({ "attachment": { "type": "image", "payload": { "url": "https://shop.example/m.png" } } });
        assert_eq!(read(&image), ("https://shop.example/m.png".to_owned(), Some("https://shop.example/m.png".to_owned()), true));
        let unsafe_link = template(json!({ "template_type": "button", "text": "x", "buttons": [{ "url": "javascript:alert(1)" }] }));
        assert_eq!(read(&unsafe_link).1, None);
        for bad in [json!("x"), json!({}), json!({ "text": "" }), json!({ "attachment": { "payload": { "attachment_id": "1" } } })] {
            assert!(message(&bad).is_err(), "{bad}");
        }
    }
}
