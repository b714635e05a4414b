//! The client crate against a running `ringonce dev`: its README's quick start, line by line.

use std::time::Instant;

use ringonce_client::types::{Ask, Message, NewRelease, Notify, ReleaseState, State};
use ringonce_client::{Client, Error};
use ringonce_tests::root;

use crate::caller::say_yes;
use crate::dev::{Dev, Folder, PATIENCE};
use crate::releases::let_them_wait;

/// The README's first block. What a person does in between is not in it.
async fn quick_start(client: &Client) -> Result<(String, String), Box<dyn std::error::Error>> {
    // Ask, and show the person where they answer.
    let asked = client.ask(&Ask::new("ada", "shirt-m", "Rad shirt, M")).await?;
    println!("{}", asked.consent_url);
    say_yes(&asked.consent_url);
    let mut notification = String::new();

    // Once they have said yes there is a token, and it sends one message.
    if let Some(token) = client.optin(&asked.id).await?.token {
        let sent = client.notify(&Notify::now(token, Message::text("The rad shirt is back in M."))).await?;
        println!("{}", client.notification(&sent.id).await?.state);
        notification = sent.id;
    }

    // 40 came back: tell the 40 who have waited longest. The same name never starts a second release.
    let restock = NewRelease { limit: Some(40), ..NewRelease::of(Message::text("The rad shirt is back in M.")) };
    let started = client.under("restock-2026-11-28")?.start_release("shirt-m", &restock).await?;
    println!("{}", client.release(&started.id).await?.sent);
    Ok((notification, started.id))
}

/// The README's second block.
async fn ask_again(client: &Client) -> Result<u64, Error> {
    match client.ask(&Ask::new("ada", "shirt-m", "Rad shirt, M")).await {
        Ok(asked) => println!("{}", asked.consent_url),
        Err(error) if matches!(error.code(), Some("cap-reached" | "already-asked")) => {
            let wait = error.problem().and_then(|problem| problem.retry_after).unwrap_or_default();
            println!("ask again in {wait} seconds");
            return Ok(wait);
        }
        Err(error) => return Err(error),
    }
    Ok(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clients_quick_start_does_what_it_says() {
    let folder = Folder::new("client");
    let dev = Dev::start(&folder.0, &[], None);
    let_them_wait(&folder.0, 42).await;
    let client = Client::new(&dev.api, dev.key.as_str()).unwrap();
    let (notification, release) = quick_start(&client).await.unwrap();
    let begun = Instant::now();
    let (mut told, mut restock) = (client.notification(&notification).await.unwrap(), client.release(&release).await.unwrap());
    while told.state != State::Sent || restock.sent != 40 {
        assert!(begun.elapsed() < PATIENCE, "{told:?} {restock:?}");
        (told, restock) = (client.notification(&notification).await.unwrap(), client.release(&release).await.unwrap());
    }
    assert_eq!((restock.taken, restock.state), (40, ReleaseState::Finished));
    let repeated = client.under("restock-2026-11-28").unwrap();
    let again = NewRelease { limit: Some(40), ..NewRelease::of(Message::text("The rad shirt is back in M.")) };
    assert_eq!(repeated.start_release("shirt-m", &again).await.unwrap().id, release);
    assert!(ask_again(&client).await.unwrap() > 600_000);
}

#[test]
fn the_clients_readme_shows_what_is_tested_here() {
    let readme = std::fs::read_to_string(root().join("clients/rust/README.md")).unwrap();
    let blocks: Vec<_> = readme.split("```").skip(1).step_by(2).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let is_shown = |line: &&str| {
            !line.is_empty() && !["#[", "}", "use ", "let client", "async fn main", "Ok(())"].iter().any(|begins| line.starts_with(begins))
        };
        let mut tested = include_str!("client.rs").lines().map(str::trim);
        for line in block.lines().skip(1).map(str::trim).filter(is_shown) {
            assert!(tested.any(|tested| tested == line), "no `{line}` here, in this place");
        }
    }
}
