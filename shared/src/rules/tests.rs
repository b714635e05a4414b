//! The rules as a table: what each command does to each opt-in that can stand at its address.
//!
//! Under a standing's name stands a line for each command and ruling, with the command's forms that meet it; a form
//! differs from the right one in what its name says, and most in one thing alone. Times are seconds since the ask or
//! follow from the command's own, `now`; a call such as `20.1` is its caller and its request.

mod answers;
mod commands;
mod deliveries;
mod shown;
pub(crate) mod standing;

use std::time::Duration;

use super::tombstone_forget_at;
use commands::Over;

const TABLE: &str = include_str!("table.txt");
const WRITE: &str = "RINGONCE_WRITE_TABLE";

/// A form of a command, and what the rules say of it.
type Form = (&'static str, String);
/// A command in all its forms over what stands.
type Command = fn(&Over) -> Vec<Form>;

const COMMANDS: [(&str, Command); 19] = [
    ("answer", answers::answers),
    ("late answer", answers::late_answers),
    ("answer to an earlier ask", answers::answers_to_an_earlier_ask),
    ("confirm", answers::confirmations),
    ("remind", answers::reminders),
    ("redeem", commands::redemptions),
    ("redeem of another ask", commands::redemptions_of_another_ask),
    ("take", commands::takes),
    ("revoke", commands::revocations),
    ("revoke of another ask", commands::revocations_of_another_ask),
    ("lapse", commands::lapses),
    ("start", commands::starts),
    ("cancel", commands::cancellations),
    ("reschedule", commands::reschedulings),
    ("attempt", deliveries::attempts),
    ("watch", deliveries::watches),
    ("settle", deliveries::settlements),
    ("settle by right", deliveries::rights),
    ("record", deliveries::records),
];

#[test]
fn a_tombstone_is_kept_until_no_link_from_before_it_lives() {
    assert_eq!(tombstone_forget_at(standing::START), standing::START + Duration::from_secs(2_592_000));
}

#[test]
fn the_rules_say_of_every_command_over_every_standing_what_the_table_holds() {
    let table = written();
    if std::env::var_os(WRITE).is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules/table.txt");
        std::fs::write(path, &table).expect("the table can be written");
        return;
    }
    if let Some((number, expected, found)) = first_difference(TABLE, &table) {
        panic!(
            "rules/table.txt, line {number}\n   holds: {expected}\nthe rules: {found}\n\
             If the rules are right, `{WRITE}=1 cargo test -p ringonce-domain rules` writes the table anew."
        );
    }
}

fn first_difference<'a>(expected: &'a str, found: &'a str) -> Option<(usize, &'a str, &'a str)> {
    let (mut expected, mut found) = (expected.lines(), found.lines());
    (1..)
        .map_while(|number| match (expected.next(), found.next()) {
            (None, None) => None,
            (one, other) => Some((number, one.unwrap_or("(no line)"), other.unwrap_or("(no line)"))),
        })
        .find(|(_, one, other)| one != other)
}

fn written() -> String {
    let mut table = String::new();
    for (name, standing) in standing::all() {
        let over = Over::new(standing.as_ref());
        let (mut lines, mut always) = (Vec::new(), Vec::new());
        for (command, forms) in COMMANDS {
            match by_ruling(forms(&over)).as_slice() {
                [] => {}
                [(ruling, _)] => always.push(format!("{command}: {ruling}")),
                several => lines.extend(several.iter().map(|(ruling, forms)| format!("{command} [{}]: {ruling}\n", forms.join("; ")))),
            }
        }
        let gap = if table.is_empty() { "" } else { "\n" };
        table += &format!("{gap}## {name}\n{}every form of {}\n", lines.concat(), always.join("; "));
    }
    table
}

/// Each ruling with the forms that meet it, in the order in which they meet it.
fn by_ruling(forms: Vec<Form>) -> Vec<(String, Vec<&'static str>)> {
    let mut rulings: Vec<(String, Vec<&str>)> = Vec::new();
    for (form, ruling) in forms {
        match rulings.iter_mut().find(|(met, _)| *met == ruling) {
            Some((_, forms)) => forms.push(form),
            None => rulings.push((ruling, vec![form])),
        }
    }
    rulings
}
