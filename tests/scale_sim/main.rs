//! `make scale-sim`: simulates a release to a million people, prints what it takes and puts it into `ARCHITECTURE.md`.

use std::{fs, io};

use scale_sim::report;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ARCHITECTURE.md");

fn main() -> io::Result<()> {
    let text = report::text(1_000_000);
    print!("{text}");
    let mut document = fs::read_to_string(DOCUMENT)?;
    let (place, _) = report::find(&document).ok_or_else(|| io::Error::other("ARCHITECTURE.md has no place for it"))?;
    document.replace_range(place, &report::marked(&text));
    fs::write(DOCUMENT, document)
}
