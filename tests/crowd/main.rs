//! Puts a crowd into a stopped `ringonce dev`: `crowd FOLDER TOPICS EACH`, the folder being that of its state. Its demo
//! business has one opt-in at least that is granted.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use dynoxide::Database;
use ringonce_cli::dev::LocalState;
use ringonce_cli::local::engine::TABLE;
use ringonce_domain::names::BusinessId;
use ringonce_tests::crowd::{Crowd, Place};

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("crowd: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(given: &[String]) -> Result<(), Box<dyn Error>> {
    let [folder, topics, each] = given else { return Err("usage: crowd FOLDER TOPICS EACH".into()) };
    fill(Path::new(folder), Crowd { topics: topics.parse()?, each: each.parse()? })
}

fn fill(folder: &Path, crowd: Crowd) -> Result<(), Box<dyn Error>> {
    let state = LocalState::open(folder)?;
    let database = Database::new(&folder.join("table.sqlite").to_string_lossy())?;
    let business = BusinessId::try_from("demo".to_owned())?;
    Place { database: &database, table: TABLE, keys: &state.keys()?, business: &business }.fill(crowd);
    Ok(())
}
