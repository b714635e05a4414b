//! `Smtp` against a real server, and the outbox beside it.

use std::time::Duration;

use ringonce_adapters::email::Mailer;
use ringonce_adapters::webhook::Verdict;
use ringonce_cli::local::mail::{Outbox, Smtp, mailer};
use ringonce_tests::mail::{self, SmtpServer};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{SENDER, assert_hello, hello};

#[tokio::test]
async fn an_e_mail_arrives_at_a_real_server_as_it_was_written() {
    let server = SmtpServer::start();
    let smtp = Smtp::at(&server.url()).unwrap();
    assert_eq!(smtp.send(&hello("Ann.O'Lee+x@bücher.example")).await, Verdict::Accepted);
    let took = server.next_mail();
    assert_eq!((&took["sender"], &took["recipients"]), (&json!(SENDER), &json!(["Ann.O'Lee+x@xn--bcher-kva.example"])));
    assert_hello(&took["mail"], "Ann.O'Lee+x@xn--bcher-kva.example");
}

#[tokio::test]
async fn what_a_server_answers_says_whether_the_e_mail_was_sent_and_it_is_tried_once() {
    let server = SmtpServer::start();
    let smtp = Smtp::at(&server.url()).unwrap().within(Duration::from_secs(2));
    for (recipient, verdict, events) in [
        ("refused", Verdict::Refused, &["rcpt"][..]),
        ("later", Verdict::Later(None), &["rcpt"]),
        ("refused-content", Verdict::Refused, &["rcpt", "data"]),
        ("later-content", Verdict::Later(None), &["rcpt", "data"]),
        ("hang", Verdict::Unclear, &["rcpt", "data"]),
        ("drop", Verdict::Unclear, &["rcpt", "data", "took"]),
    ] {
        assert_eq!(smtp.send(&hello(&format!("{recipient}@example.com"))).await, verdict, "{recipient}");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(server.events(), events, "{recipient}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_was_sent_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", silent.local_addr().unwrap());
    let smtp = Smtp::at(&url).unwrap().within(Duration::from_millis(300));
    assert_eq!(smtp.send(&hello("ann@example.com")).await, Verdict::Unreachable);
    drop(silent);
    assert_eq!(smtp.send(&hello("ann@example.com")).await, Verdict::Unreachable);
}

#[tokio::test]
async fn a_server_gets_the_password_by_tls_and_only_with_a_certificate_that_is_trusted() {
    let (server, certificate) = SmtpServer::start_guarded();
    let at = |login: &str| Smtp::at(&format!("smtps://{login}@127.0.0.1:{}", server.port)).unwrap();
    let hello = hello("ann@example.com");
    assert_eq!(at("us%40er:p%3Aw%2F%C3%BC").send(&hello).await, Verdict::Unreachable, "nobody vouches for it");
    let trusting = |login: &str| at(login).trusting(certificate.as_bytes()).unwrap();
    assert_eq!(trusting("us%40er:wrong").send(&hello).await, Verdict::Unreachable, "it takes nothing from us");
    assert_eq!(server.events(), [""; 0]);
    assert_eq!(trusting("us%40er:p%3Aw%2F%C3%BC").send(&hello).await, Verdict::Accepted);
    assert_hello(&server.next_mail()["mail"], "ann@example.com");
}

#[tokio::test]
async fn without_a_server_each_e_mail_is_a_file_that_a_mail_program_opens() {
    let folder = std::env::temp_dir().join(format!("ringonce-test-{}-outbox", std::process::id()));
    let outbox = mailer(None, &folder).unwrap();
    assert_eq!(outbox.send(&hello("ann@example.com")).await, Verdict::Accepted);
    let files: Vec<_> = std::fs::read_dir(folder.join("outbox")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].to_str().unwrap().ends_with("-ro_msg_1.eml"), "{files:?}");
    assert_hello(&mail::read(&std::fs::read(&files[0]).unwrap()), "ann@example.com");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn an_outbox_that_cannot_be_written_sent_nothing() {
    let folder = std::env::temp_dir().join(format!("ringonce-test-{}-no-outbox", std::process::id()));
    let outbox = Outbox::under(&folder).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(outbox.send(&hello("ann@example.com")).await, Verdict::Unreachable);
}

#[tokio::test]
async fn the_variable_chooses_between_a_server_and_files() {
    let server = SmtpServer::start();
    let folder = std::env::temp_dir().join(format!("ringonce-test-{}-unused", std::process::id()));
    assert_eq!(mailer(Some(&server.url()), &folder).unwrap().send(&hello("ann@example.com")).await, Verdict::Accepted);
    assert!(!folder.exists());
    assert!(mailer(Some("smtp.example"), &folder).is_err());
}
