//! What webhooks and push services answer, byte for byte.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Duration;

use http::HeaderMap;
use ringonce_adapters::open_web::{OpenWeb, Reach, Reply};
use ringonce_adapters::web_push::payload::{Direction, Notice};
use ringonce_adapters::web_push::vapid::Vapid;
use ringonce_adapters::web_push::{self, DEFAULT_TTL, Push, Urgency};
use ringonce_adapters::webhook::Verdict;
use ringonce_domain::push::Subscription;
use ringonce_domain::retry::{HORIZON, next_try};
use ringonce_memory::fixture::START;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::here::block_on;
use crate::harness::{Outcome, Target};

pub(super) const TARGET: Target = Target {
    name: "providers",
    seeds: || {
        [200, 204, 301, 404, 410, 429, 500, 503]
            .map(|status| format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n").into_bytes())
            .to_vec()
    },
    words: &[
        "HTTP/1.1 ",
        "HTTP/1.0 ",
        "HTTP/2 ",
        "\r\n",
        "\r\n\r\n",
        "100 Continue\r\n\r\n",
        "101 Switching Protocols",
        "204",
        "410",
        "429",
        "503",
        "599",
        "999",
        "retry-after: 7\r\n",
        "Retry-After: Wed, 25 Nov 2026 00:00:00 GMT\r\n",
        "retry-after: -1\r\n",
        "transfer-encoding: chunked\r\n",
        "content-length: 9999999999\r\n",
        "ffffffff\r\n",
        "0\r\n\r\n",
        "location: http://169.254.169.254/\r\n",
        "connection: close\r\n",
    ],
    check,
};

/// How many connections one port takes, before those that linger are in the way of new ones.
const A_PORT_TAKES: u32 = 5_000;

/// A port of this machine where everything is answered with the same bytes.
struct Provider {
    listener: TcpListener,
    address: SocketAddr,
    taken: u32,
}

thread_local! {
    static PROVIDER: RefCell<Option<Provider>> = const { RefCell::new(None) };
}

fn check(input: &[u8]) -> Outcome {
    let web = OpenWeb::new(Reach::PublicAndLoopback, Duration::from_secs(60));
    let mut provider = PROVIDER.take().filter(|provider| provider.taken < A_PORT_TAKES).unwrap_or_else(|| block_on(Provider::start()));
    provider.taken += 2;
    let url = format!("http://{}/hook", provider.address);
    let reply = block_on(async {
        tokio::select! { reply = web.post(&url, HeaderMap::new(), "{}") => reply, never = provider.answer(input) => never }
    });
    let pushed = block_on(async {
        tokio::select! { verdict = push(&web, &url) => verdict, never = provider.answer(input) => never }
    });
    PROVIDER.set(Some(provider));
    let verdict = Verdict::of(&reply);
    if let Reply::Answered { status, retry_after } = reply {
        answered(input, status, retry_after);
        assert_eq!(verdict, of_webhook(status, retry_after));
    } else {
        assert_eq!(verdict, Verdict::Unclear, "something was sent");
    }
    let expected = match (&verdict, &reply) {
        (Verdict::Refused, Reply::Answered { status: 404, .. }) => Verdict::Gone,
        _ => verdict.clone(),
    };
    assert!(alike(&pushed, &expected), "a push service's {pushed:?} is a webhook's {verdict:?}");
    let status = if let Reply::Answered { status, retry_after } = reply { Some((status, retry_after.is_some())) } else { None };
    Outcome::of((std::mem::discriminant(&verdict), status))
}

impl Provider {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { address: listener.local_addr().unwrap(), listener, taken: 0 }
    }

    /// Answers everybody with these bytes, for ever.
    async fn answer<T>(&self, bytes: &[u8]) -> T {
        loop {
            let (mut stream, _) = self.listener.accept().await.unwrap();
            let mut request = [0; 8 * 1024];
            let _ = stream.read(&mut request).await; // All of it comes at once, or it does not matter.
            let _ = stream.write_all(bytes).await; // The caller may have seen enough.
            let _ = stream.shutdown().await;
        }
    }
}

/// A key of the standard's example (RFC 8291, section 5), and its authentication secret.
const POINT: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

async fn push(web: &OpenWeb, url: &str) -> Verdict {
    let subscription = json!({ "endpoint": url, "keys": { "p256dh": POINT, "auth": "BTBZMqHH6r4Tts7J_aSIgg" } });
    let subscription: Subscription = serde_json::from_value(subscription).unwrap();
    let vapid = Vapid::new("mailto:push@shop.com", "niWbvTXZMm85yx9a3tvqHna1dDpB1uzrazx4JiZEr1s").unwrap();
    let notice =
        Notice { id: "ro_msg_x", title: "The Shop", body: "It is back.", url: "https://notify.example", lang: None, dir: Direction::Auto };
    web_push::send(web, &vapid, &subscription, &Push { notice, ttl: DEFAULT_TTL, urgency: Urgency::Normal }, START).await
}

/// The status stands in a line of the answer, and what it asks to wait for in a header; and no wait goes past a day.
fn answered(input: &[u8], status: u16, retry_after: Option<Duration>) {
    let text = String::from_utf8_lossy(input).to_ascii_lowercase();
    let says = |version: &str| text.contains(&format!("{version} {status}"));
    assert!(says("http/1.1") || says("http/1.0"), "{status} is answered nowhere");
    assert!(retry_after.is_none() || text.contains("retry-after"), "nothing asks to wait {retry_after:?}");
    for attempts in [1, 5, 19] {
        let next = next_try(START, attempts, START, retry_after, 255).unwrap();
        assert!(next > START && next <= START + HORIZON, "{next:?}");
    }
}

/// What a webhook's status means, said once more.
fn of_webhook(status: u16, wait: Option<Duration>) -> Verdict {
    match status {
        408 | 425 | 429 | 503 => Verdict::Later(wait),
        410 => Verdict::Gone,
        _ if status / 100 == 2 => Verdict::Accepted,
        _ if status / 100 == 5 => Verdict::Unclear,
        _ => Verdict::Refused,
    }
}

/// Whether two verdicts are the same, but for a date that is a moment nearer.
fn alike(one: &Verdict, other: &Verdict) -> bool {
    match (one, other) {
        (Verdict::Later(Some(one)), Verdict::Later(Some(other))) => one.abs_diff(*other) < Duration::from_secs(60),
        (one, other) => one == other,
    }
}
