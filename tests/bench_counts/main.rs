//! `make bench-counts`: what a lifecycle costs, counted on the embedded engine.

use std::process::ExitCode;

use ringonce_tests::counts;

#[tokio::main]
async fn main() -> ExitCode {
    let rows = counts::all().await;
    print!("{}", counts::table(&rows));
    let over = rows.iter().filter(|row| row.at_most.is_some_and(|most| row.write_units > most)).count();
    println!("\nTitle, payload and message of 200 bytes each, warm; {over} over its bound.");
    if over == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
