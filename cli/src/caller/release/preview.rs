//! What is shown before a release begins.

use ringonce_client::types::{Message, Order, Turn, Waiting};

use crate::caller::table::{Side, lines};
use crate::caller::words::people;
use crate::output::{Paint, plain};

pub(super) fn in_words(waiting: &Waiting, message: &Message) -> String {
    let mut text = format!("Waiting for {}: {}\n", plain(&waiting.topic), people(waiting.waiting));
    if !waiting.next.is_empty() {
        let first = match waiting.order {
            Order::Newest => "Who comes first, the newest ahead:",
            _ => "Who comes first, the oldest ahead:",
        };
        text.push_str(&format!("{first}\n{}\n", turns(&waiting.next)));
        let more = waiting.cost.people.saturating_sub(i64::try_from(waiting.next.len()).unwrap_or(i64::MAX));
        if more > 0 {
            text.push_str(&format!("... and {more} more\n"));
        }
    }
    let heading = message.title.as_ref().map(|title| format!("{}: ", plain(title))).unwrap_or_default();
    let url = message.url.as_ref().map(|url| format!(" ({})", plain(url))).unwrap_or_default();
    text.push_str(&format!("Message: {heading}{}{url}\n", plain(&message.text)));
    text.push_str(&format!("Cost: {} write units, {}\n", rounded(waiting.cost.write_units), dollars(waiting.cost.dollars)));
    text
}

fn turns(next: &[Turn]) -> String {
    let columns = ["SINCE", "PERSON", "CHANNEL", "WHAT THEY SAID YES TO"].map(|name| (name, Side::Left));
    let row = |turn: &Turn| {
        let channel = turn.channel.as_ref().map(ToString::to_string);
        let texts = [turn.user.clone(), channel, turn.title.clone()].map(Option::unwrap_or_default);
        [turn.granted_at.to_string()].into_iter().chain(texts).collect::<Vec<_>>()
    };
    lines(Paint::off(), &columns, &next.iter().map(row).collect::<Vec<_>>())
}

fn rounded(units: f64) -> String {
    format!("{}", (units * 10.0).round() / 10.0)
}

/// Two digits that count, however small.
fn dollars(dollars: f64) -> String {
    match dollars {
        0.01.. => format!("{dollars:.2} dollars by list prices"),
        0.0..0.000_001 => "less than a millionth of a dollar by list prices".to_owned(),
        _ => format!("{dollars:.6} dollars by list prices"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_says_who_is_next_what_they_read_and_what_it_costs() {
        let waiting: Waiting = serde_json::from_value(serde_json::json!({
            "topic": "shirt-m", "waiting": 3000, "order": "oldest",
            "next": [{ "optin": "o1", "user": "ada\u{1b}[2J", "channel": "inbox", "title": "Rad shirt, M", "granted_at": "2026-11-28T07:00:00Z" }],
            "cost": { "people": 40, "write_units": 81.24, "dollars": 0.000_050_8 }
        }))
        .expect("as the API has it");
        let words = in_words(&waiting, &Message { url: Some("https://s.example".to_owned()), ..Message::text("It is back.") });
        for line in [
            "Waiting for shirt-m: 3000 people",
            "2026-11-28T07:00:00Z  ada\u{fffd}[2J  inbox    Rad shirt, M",
            "... and 39 more",
            "Message: It is back. (https://s.example)",
            "Cost: 81.2 write units, 0.000051 dollars by list prices",
        ] {
            assert!(words.lines().any(|told| told == line), "no `{line}` in\n{words}");
        }
    }
}
