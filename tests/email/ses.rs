//! `Ses` against moto, and against a server that breaks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use ringonce_adapters::dynamo::client::http_client;
use ringonce_adapters::email::Mailer;
use ringonce_adapters::email::ses::{Ses, settings};
use ringonce_adapters::webhook::Verdict;
use ringonce_tests::mail::SesServer;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{SENDER, assert_hello, hello};

const REGION: &str = "eu-central-1";
const LIMIT: Duration = Duration::from_secs(2);

fn client(port: u16) -> Client {
    client_of(format!("http://127.0.0.1:{port}"))
}

fn client_of(endpoint: String) -> Client {
    let config = settings(aws_sdk_sesv2::Config::builder(), LIMIT)
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(endpoint)
        .http_client(http_client(None).unwrap());
    Client::from_conf(config.build())
}

#[tokio::test]
async fn an_e_mail_is_sent_through_ses_as_it_was_written() {
    let mut server = SesServer::start();
    let client = client(server.port);
    let ses = Ses::new(client.clone());
    assert_eq!(ses.send(&hello("ann@example.com")).await, Verdict::Refused, "the sender is not verified yet");
    client.create_email_identity().email_identity(SENDER).send().await.unwrap();
    assert_eq!(ses.send(&hello("ann@example.com")).await, Verdict::Accepted);
    let sent = server.sent(REGION);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["sender"], SENDER);
    // moto adds the recipients of the headers to those of the envelope.
    assert_eq!(sent[0]["recipients"], json!(["ann@example.com", "ann@example.com"]));
    assert_hello(&sent[0]["mail"], "ann@example.com");
}

/// What a server does with a request that it has read.
#[derive(Clone, Copy)]
enum Behaviour {
    Answer(u16, &'static str),
    Drop,
    Hang,
}

/// A server that behaves so once and takes every later e-mail: where it listens, and how many requests it has read.
async fn breaking(behaviour: Behaviour) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, requests) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                while read_request(&mut stream).await {
                    match if counted.fetch_add(1, Ordering::SeqCst) == 0 { behaviour } else { Behaviour::Answer(200, "") } {
                        Behaviour::Answer(status, code) => stream.write_all(answer(status, code).as_bytes()).await.unwrap(),
                        Behaviour::Drop => return,
                        Behaviour::Hang => tokio::time::sleep(Duration::from_secs(3_600)).await,
                    }
                }
            });
        }
    });
    (address, requests)
}

fn answer(status: u16, code: &str) -> String {
    let body = json!({ "MessageId": "1", "message": "ann@example.com" }).to_string();
    format!(
        "HTTP/1.1 {status} X\r\nx-amzn-errortype: {code}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn read_request(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    loop {
        let head = request.windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(head) = head {
            let headers = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
            let length: usize = headers.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
            if request.len() >= head + 4 + length {
                return true;
            }
        }
        let mut bytes = [0; 4_096];
        match stream.read(&mut bytes).await {
            Ok(read @ 1..) => request.extend_from_slice(&bytes[..read]),
            _ => return false,
        }
    }
}

#[tokio::test]
async fn whatever_ses_answers_it_was_asked_once() {
    for (behaviour, verdict) in [
        (Behaviour::Answer(200, ""), Verdict::Accepted),
        (Behaviour::Answer(500, "InternalFailure"), Verdict::Unclear),
        (Behaviour::Answer(503, "ServiceUnavailable"), Verdict::Unclear),
        (Behaviour::Drop, Verdict::Unclear),
        (Behaviour::Hang, Verdict::Unclear),
        (Behaviour::Answer(429, "TooManyRequestsException"), Verdict::Later(None)),
        (Behaviour::Answer(400, "LimitExceededException"), Verdict::Later(None)),
        (Behaviour::Answer(400, "ThrottlingException"), Verdict::Later(None)),
        (Behaviour::Answer(400, "SendingPausedException"), Verdict::Later(None)),
        (Behaviour::Answer(400, "MailFromDomainNotVerifiedException"), Verdict::Later(None)),
        (Behaviour::Answer(403, "AccessDeniedException"), Verdict::Later(None)),
        (Behaviour::Answer(400, "MessageRejected"), Verdict::Refused),
        (Behaviour::Answer(400, "AccountSuspendedException"), Verdict::Refused),
        (Behaviour::Answer(404, "NotFoundException"), Verdict::Refused),
        (Behaviour::Answer(400, "BadRequestException"), Verdict::Refused),
    ] {
        let (address, requests) = breaking(behaviour).await;
        assert_eq!(Ses::new(client(address.port())).send(&hello("ann@example.com")).await, verdict);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(requests.load(Ordering::SeqCst), 1, "{verdict:?}");
    }
}

#[tokio::test]
async fn each_e_mail_has_a_connection_of_its_own() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ses = Ses::new(client(listener.local_addr().unwrap().port()));
    // Whoever keeps connections would use the first one again.
    let mut open = Vec::new();
    for _ in 0..2 {
        let hello = hello("ann@example.com");
        let serve = async {
            let (mut stream, _) = tokio::time::timeout(LIMIT, listener.accept()).await.unwrap().unwrap();
            assert!(read_request(&mut stream).await);
            stream.write_all(answer(200, "").as_bytes()).await.unwrap();
            stream
        };
        let (verdict, stream) = tokio::join!(ses.send(&hello), serve);
        assert_eq!(verdict, Verdict::Accepted);
        open.push(stream);
    }
}

#[tokio::test]
async fn an_ses_that_cannot_be_reached_was_sent_nothing() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    assert_eq!(Ses::new(client(port)).send(&hello("ann@example.com")).await, Verdict::Unreachable);
}

#[tokio::test]
async fn an_ses_that_cannot_be_trusted_was_sent_nothing() {
    // The one closes the line, the other keeps it and says nothing.
    for keeps in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ses = Ses::new(client_of(format!("https://{}", listener.local_addr().unwrap())));
        let hello = hello("ann@example.com");
        let serve = async {
            let (stream, _) = listener.accept().await.unwrap();
            keeps.then_some(stream)
        };
        assert_eq!(tokio::join!(ses.send(&hello), serve).0, Verdict::Unreachable, "{keeps}");
    }
}
