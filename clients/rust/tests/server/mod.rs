//! A server over real connections whose answers are laid down.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ringonce_client::{Builder, Client};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a call.
pub(crate) enum Turn {
    Answer(u16, &'static str, String),
    /// Ends the connection in place of an answer.
    Break,
    /// Never answers.
    Hang,
}

pub(crate) fn problem(status: u16, code: &str, headers: &'static str) -> Turn {
    let body =
        format!(r#"{{"type":"urn:x","title":"T","status":{status},"code":"{code}","detail":"D.","retry_after":7,"request_id":"r1"}}"#);
    Turn::Answer(status, headers, body)
}

pub(crate) fn ok(body: &str) -> Turn {
    Turn::Answer(200, "", body.to_owned())
}

/// A call as it came.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Server {
    origin: String,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Server {
    pub(crate) async fn start(turns: Vec<Turn>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let came = Arc::new(Mutex::new(Vec::new()));
        let (kept, turns) = (Arc::clone(&came), Arc::new(Mutex::new(VecDeque::from(turns))));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept), Arc::clone(&turns)));
            }
        });
        Self { origin, came }
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    pub(crate) fn builder(&self) -> Builder {
        Client::builder(&self.origin, "ro_sk_secret").longest_wait(Duration::from_secs(2))
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().expect("no panic").clone()
    }
}

async fn serve(mut stream: TcpStream, kept: Arc<Mutex<Vec<Came>>>, turns: Arc<Mutex<VecDeque<Turn>>>) {
    while let Some(came) = read(&mut stream).await {
        kept.lock().expect("no panic").push(came);
        let turn = turns.lock().expect("no panic").pop_front().expect("no more calls than were laid down");
        match turn {
            Turn::Answer(status, headers, body) => {
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len());
                stream.write_all(answer.as_bytes()).await.expect("a reader");
            }
            Turn::Break => return,
            Turn::Hang => std::future::pending().await,
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Came> {
    let mut bytes = Vec::new();
    let head = loop {
        let mut more = [0; 4096];
        let count = stream.read(&mut more).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&more[..count]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).expect("text");
    let mut lines = text.lines();
    let line = lines.next()?.to_owned();
    let headers: Vec<_> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, length)| length.parse().expect("a number"));
    let mut body = bytes[head + 4..].to_vec();
    while body.len() < length {
        let mut more = vec![0; length - body.len()];
        let count = stream.read(&mut more).await.ok().filter(|count| *count > 0)?;
        body.extend_from_slice(&more[..count]);
    }
    Some(Came { line, headers, body: String::from_utf8(body).expect("text") })
}
