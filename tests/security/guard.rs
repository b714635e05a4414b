//! Addresses that somebody gives us: where one is given, and where it is called.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use http::HeaderMap;
use ringonce_adapters::app::App;
use ringonce_adapters::open_web::{Names, OpenWeb, Reach, Reply};
use ringonce_adapters::providers::Providers;
use ringonce_adapters::web_push::vapid::{self, Vapid};
use ringonce_cli::local::front::{self, NoExtra};
use ringonce_tests::hostile::ADDRESSES;
use ringonce_tests::http as client;
use ringonce_tests::world::World;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const LIMIT: Duration = Duration::from_secs(1);
/// Longer than anybody waits for what is not even begun, on a machine that is busy.
const AT_ONCE: Duration = Duration::from_secs(5);
/// What a call that is begun in vain would take.
const IN_VAIN: Duration = Duration::from_secs(30);

/// The API as it is deployed: it calls public addresses alone.
async fn deployed(world: &World) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    let app = App { web: Arc::new(OpenWeb::new(Reach::Public, LIMIT)), ..world.app.clone() };
    tokio::spawn(front::serve(listener, app, NoExtra));
    api
}

async fn call(world: &World, method: &str, url: &str, body: &Value) -> client::Answer {
    let bearer = format!("Bearer {}", world.key);
    client::send(method, url, &[("authorization", &*bearer), ("content-type", "application/json")], body.to_string()).await
}

fn subscription(endpoint: &str) -> String {
    let keys = json!({
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    });
    json!({ "endpoint": endpoint, "keys": keys }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_address_is_refused_as_a_check_and_as_a_push_endpoint() {
    let vapid = Vapid::new("mailto:push@shop.com", &vapid::generate()).unwrap();
    let world = World::reaching(Providers { vapid: Some(Arc::new(vapid)), post: None }).await;
    let api = deployed(&world).await;
    let asked = world.ask("ada", "t").await;
    let consent = asked.text("consent_url").replacen(&world.api, &api, 1);
    let before = world.items().await;
    for address in ADDRESSES {
        let release = json!({ "message": { "text": "x" }, "check_url": address });
        let refused = call(&world, "POST", &format!("{api}/v1/topics/t/releases"), &release).await;
        assert_eq!((refused.status.as_u16(), refused.text("field")), (400, "check_url".to_owned()), "{address}: {}", refused.body);
        let kept = json!({ "channel": "webpush", "address": subscription(address) });
        let refused = call(&world, "PUT", &format!("{api}/v1/users/ada/address"), &kept).await;
        assert_eq!((refused.status.as_u16(), refused.text("field")), (422, "address".to_owned()), "{address}: {}", refused.body);
        let answer = json!({ "answer": "grant", "channel": "webpush", "address": subscription(address) });
        let refused = client::send("POST", &consent, &[("content-type", "application/json")], answer.to_string()).await;
        assert_eq!((refused.status.as_u16(), refused.text("field")), (422, "address".to_owned()), "{address}: {}", refused.body);
    }
    assert_eq!(world.items().await, before);
    println!("{} addresses in three places", ADDRESSES.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_address_is_not_called_whoever_kept_it() {
    let (port, comers) = watched_port().await;
    let web = OpenWeb::new(Reach::Public, IN_VAIN);
    for address in ADDRESSES {
        // Those that lead to this machine are to lead to where somebody watches.
        let at_port = |mut url: url::Url| url.set_port(Some(port)).is_ok().then(|| url.to_string());
        let watched = url::Url::parse(address).ok().and_then(at_port).unwrap_or_else(|| (*address).to_owned());
        for address in [*address, &watched] {
            let begun = Instant::now();
            assert_eq!(web.post(address, HeaderMap::new(), "x").await, Reply::NotSent, "{address}");
            assert_eq!(web.get(address).await, None, "{address}");
            assert!(begun.elapsed() < AT_ONCE, "{address}");
            assert_eq!(comers.load(SeqCst), 0, "{address}");
        }
    }
}

/// A port of this machine, and how often somebody has come to it.
async fn watched_port() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let (port, comers) = (listener.local_addr().unwrap().port(), Arc::<AtomicUsize>::default());
    let seen = Arc::clone(&comers);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            seen.fetch_add(1, SeqCst);
            drop(stream);
        }
    });
    (port, comers)
}

/// A resolver by which every name leads to `addresses`, and how often it was asked.
fn leading_to(addresses: &[&str]) -> (Names, Arc<AtomicUsize>) {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let asked = Arc::<AtomicUsize>::default();
    let seen = Arc::clone(&asked);
    let names: Names = Arc::new(move |_| {
        seen.fetch_add(1, SeqCst);
        addresses.clone()
    });
    (names, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_inside_is_not_called_not_even_where_it_leads_outside_too() {
    let (port, comers) = watched_port().await;
    let url = format!("https://shop.example:{port}/");
    for inside in [
        &["127.0.0.1"][..],
        &["::ffff:127.0.0.1"],
        &["127.0.0.1", "1.1.1.1"],
        &["1.1.1.1", "127.0.0.1"],
        &["1.1.1.1", "2606:4700::1111", "fd00:ec2::254"],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["::1"],
        &["64:ff9b::7f00:1"],
        &["fe80::1"],
        &["0.0.0.0"],
        &[],
    ] {
        let (names, asked) = leading_to(inside);
        let web = OpenWeb::new(Reach::Public, IN_VAIN).knowing(names);
        let begun = Instant::now();
        assert_eq!(web.post(&url, HeaderMap::new(), "x").await, Reply::NotSent, "{inside:?}");
        assert_eq!(web.get(&url).await, None, "{inside:?}");
        assert!(begun.elapsed() < AT_ONCE, "{inside:?}");
        assert_eq!((comers.load(SeqCst), asked.load(SeqCst)), (0, 2), "{inside:?}: each call asks once");
    }
    // What the same machine may reach where it may call itself shows that the port was watched.
    let (names, _) = leading_to(&["127.0.0.1"]);
    OpenWeb::new(Reach::PublicAndLoopback, LIMIT).knowing(names).get(&url).await;
    assert_eq!(comers.load(SeqCst), 1);
}

/// Answers each request by `head`, and then `more` again and again, with a pause between.
async fn endless(head: String, more: Vec<u8>, pause: Duration) -> (SocketAddr, Arc<AtomicUsize>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, sent) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
    let counted = Arc::clone(&sent);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (head, more, counted) = (head.clone(), more.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4_096]).await;
                let _ = stream.write_all(head.as_bytes()).await;
                while !more.is_empty() && stream.write_all(&more).await.is_ok() {
                    counted.fetch_add(more.len(), SeqCst);
                    tokio::time::sleep(pause).await;
                }
                tokio::time::sleep(2 * LIMIT).await;
            });
        }
    });
    (address, sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_endpoint_answers_little_of_it_is_read_and_not_for_long() {
    const OK: &str = "HTTP/1.1 200 OK\r\n";
    let length = format!("{OK}content-length: 9999999999\r\n\r\n");
    let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
    let fast = Duration::ZERO;
    let drip = Duration::from_millis(50);
    for (what, head, more, pause, answered) in [
        ("a body without an end", format!("{OK}\r\n"), vec![b'x'; 65_536], fast, true),
        ("a body of ten gigabytes", length.clone(), vec![b'x'; 65_536], fast, true),
        ("a body that drips", length, b"x".to_vec(), drip, true),
        ("chunks without an end", format!("{OK}transfer-encoding: chunked\r\n\r\n"), chunk, fast, true),
        ("headers without an end", OK.to_owned(), format!("x-y: {}\r\n", "z".repeat(4_096)).into_bytes(), fast, false),
        ("a header that drips", format!("{OK}x-y: "), b"z".to_vec(), drip, false),
        ("early hints without an end", String::new(), b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(), fast, false),
        ("a first line without an end", "HTTP/1.1 200 ".to_owned(), vec![b'x'; 65_536], fast, false),
        ("nothing", String::new(), Vec::new(), fast, false),
        ("another protocol", "SSH-2.0-OpenSSH_9.9\r\n".to_owned(), Vec::new(), fast, false),
    ] {
        let (address, sent) = endless(head, more, pause).await;
        let url = format!("http://{address}/");
        let web = OpenWeb::new(Reach::PublicAndLoopback, LIMIT);
        let begun = Instant::now();
        assert_eq!(web.get(&url).await, None, "{what}");
        assert!(begun.elapsed() < LIMIT + AT_ONCE, "{what}: {:?}", begun.elapsed());
        let begun = Instant::now();
        let reply = web.post(&url, HeaderMap::new(), "x").await;
        assert_eq!(reply, if answered { Reply::Answered { status: 200, retry_after: None } } else { Reply::Unclear }, "{what}");
        assert!(begun.elapsed() < LIMIT + AT_ONCE, "{what}: {:?}", begun.elapsed());
        let sent = sent.load(SeqCst);
        assert!(sent < 16 * 1024 * 1024, "{what}: what lay in the lines' buffers, and no more: {sent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_an_answer_and_leads_nowhere() {
    let (port, comers) = watched_port().await;
    for status in [301, 302, 303, 307, 308] {
        for to in [format!("http://127.0.0.1:{port}/"), "https://169.254.169.254/".to_owned(), "file:///etc/passwd".to_owned()] {
            let head = format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {to}\r\nrefresh: 0; url={to}\r\ncontent-length: 0\r\n\r\n");
            let (address, _) = endless(head, Vec::new(), Duration::ZERO).await;
            let web = OpenWeb::new(Reach::PublicAndLoopback, LIMIT);
            let url = format!("http://{address}/");
            assert_eq!(web.get(&url).await, Some((status, Vec::new())), "{to}");
            assert_eq!(web.post(&url, HeaderMap::new(), "x").await, Reply::Answered { status, retry_after: None }, "{to}");
        }
    }
    assert_eq!(comers.load(SeqCst), 0);
}
