//! `make openapi`: writes the API's description.

use std::process::ExitCode;

use ringonce_tests::description;

fn main() -> ExitCode {
    match std::fs::write(description::file(), description::text()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("openapi: cannot write {}: {error}", description::file().display());
            ExitCode::FAILURE
        }
    }
}
