//! Puts a crowd into a stopped `ringonce dev`: `crowd FOLDER TOPICS EACH`, the folder being that of its state. Its demo
//! business has one opt-in at least that is granted.

use std::path::Path;
use std::process::ExitCode;

use dynoxide::Database;
use ringonce_cli::dev::LocalState;
use ringonce_cli::local::engine::TABLE;
use ringonce_domain::names::BusinessId;
use ringonce_tests::crowd::{Crowd, Place};

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [folder, topics, each] = given.as_slice() else {
        eprintln!("usage: crowd FOLDER TOPICS EACH");
        return ExitCode::FAILURE;
    };
    let (Ok(topics), Ok(each)) = (topics.parse(), each.parse()) else {
        eprintln!("crowd: TOPICS and EACH are whole numbers");
        return ExitCode::FAILURE;
    };
    fill(Path::new(folder), Crowd { topics, each });
    ExitCode::SUCCESS
}

fn fill(folder: &Path, crowd: Crowd) {
    let state = LocalState::open(folder).unwrap();
    let database = Database::new(&folder.join("table.sqlite").to_string_lossy()).unwrap();
    let business = BusinessId::try_from("demo".to_owned()).unwrap();
    Place { database: &database, table: TABLE, keys: &state.keys().unwrap(), business: &business }.fill(crowd);
}
