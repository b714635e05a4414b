//! The person's pages over HTTP: their language, what lets nobody else in, and that looking changes nothing.

use std::sync::Arc;

use ringonce_domain::brand::Brand;
use ringonce_domain::business::Settings;
use ringonce_tests::http;
use ringonce_tests::postman::Postman;
use ringonce_tests::world::{World, settings};
use serde_json::{Value, json};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_speak_the_language_of_the_ask_or_else_of_the_browser_and_keep_it_as_evidence() {
    let world = World::start().await;
    let url = async |user: &str, locale: Value| {
        let body = json!({ "user": user, "topic": "t", "title": "T", "locale": locale });
        world.call("POST", "/v1/optins", body).await
    };
    let said = async |url: &str, accept: &str| http::send("GET", url, &[("accept-language", accept)], "").await.body;
    let asked = url("ada", json!("de-AT")).await;
    let link = asked.text("consent_url");
    assert!(said(&link, "ja").await.contains("<html lang=\"de\" dir=\"ltr\">"), "the ask knows better");
    assert!(said(&format!("{link}?lang=es"), "ja").await.contains("<html lang=\"es\""), "and the person best");
    let plain = url("bea", Value::Null).await.text("consent_url");
    assert!(said(&plain, "fr, ar;q=0.5").await.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(said(&plain, "fr").await.contains("<html lang=\"en\""));
    let broken = said(&format!("{}/c/none", world.api), "ja").await;
    assert!(broken.contains("<html lang=\"ja\"") && broken.contains("このリンクは無効です"), "{broken}");
    let answered = http::send("POST", &link, &[FORM], "answer=grant&channel=inbox&lang=de").await;
    assert!(answered.body.contains("Sie hören einmal von uns"), "{}", answered.body);
    let optin = world.optin(&asked.text("id")).await;
    assert_eq!(optin["consent"], json!({ "text_version": 2, "language": "de" }));
    let mine = answered.body.split("href=\"").find(|part| part.contains("/u/")).unwrap().split('"').next().unwrap().to_owned();
    assert!(said(&mine, "en").await.contains("Meine Benachrichtigungen"), "as the person has answered");
    let (id, _) = world.grant("cleo", "t", "inbox").await;
    assert!(world.optin(&id).await["consent"].is_null(), "an app's own prompt has words of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_its_business_and_lets_nobody_else_in() {
    let brand = json!({ "logo": "https://cdn.example/logo.svg", "colour": "#0a7d5c" });
    let brand: Brand = serde_json::from_value(brand).unwrap();
    let world = World::with(Settings { brand, ..settings() }).await;
    let asked = world.ask("ada", "t").await;
    let page = http::send("GET", &asked.text("consent_url"), &[], "").await;
    assert!(page.body.contains("src=\"https://cdn.example/logo.svg\"") && page.body.contains("--brand:#0a7d5c;--on-brand:#ffffff"));
    let policy = page.header("content-security-policy").unwrap().to_owned();
    for part in [
        "default-src 'none'",
        "img-src https://cdn.example",
        "script-src 'self'",
        "frame-ancestors https://shop.example",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("x-robots-tag", "noindex"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    let mine = world.answer(&asked, json!({ "answer": "grant", "channel": "inbox" })).await.text("manage_url");
    let mine = http::send("GET", &mine, &[], "").await;
    assert!(mine.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
}

/// What opens links before people do, and how.
const SCANNERS: [(&str, &str); 25] = [
    ("user-agent", "Mozilla/5.0 (compatible; Microsoft Outlook SafeLinks)"),
    ("user-agent", "BarracudaCentral/1.0"),
    ("user-agent", "Mimecast-Link-Checker"),
    ("user-agent", "Proofpoint URL Defense"),
    ("user-agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
    ("user-agent", "facebookexternalhit/1.1"),
    ("user-agent", "WhatsApp/2.23"),
    ("user-agent", "TelegramBot (like TwitterBot)"),
    ("user-agent", "Twitterbot/1.0"),
    ("user-agent", "LinkedInBot/1.0"),
    ("user-agent", "Discordbot/2.0"),
    ("user-agent", "SkypeUriPreview Preview/0.5"),
    ("user-agent", "Googlebot/2.1"),
    ("user-agent", "GoogleImageProxy"),
    ("user-agent", "bingbot/2.0"),
    ("user-agent", "YandexBot/3.0"),
    ("user-agent", "Applebot/0.1"),
    ("user-agent", "Mozilla/5.0 HeadlessChrome/120.0"),
    ("user-agent", "curl/8.0"),
    ("user-agent", "python-requests/2.32"),
    ("user-agent", "Sophos Email Protection"),
    ("user-agent", "Cisco Secure Email Threat Defense"),
    ("sec-purpose", "prefetch"),
    ("purpose", "prefetch"),
    ("x-moz", "prefetch"),
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_scanners_open_changes_nothing() {
    let postman = Arc::<Postman>::default();
    let world = World::reaching(postman.providers()).await;
    let asked = world.ask("ada", "t").await;
    let confirming = world.ask("bea", "t").await;
    let yes = json!({ "answer": "grant", "channel": "email", "address": "bea@home.example" });
    let mine = world.answer(&confirming, yes).await.text("manage_url");
    world.drain().await;
    let confirm = postman.last_link(&format!("{}/v/", world.api));
    let links = [asked.text("consent_url"), mine.clone(), format!("{mine}/unsubscribe"), confirm];
    let scripts = ["/widget.js", "/page.js", "/sw.js"].map(|path| format!("{}{path}", world.api));
    let before = world.items().await;
    world.engine.meter.reset();
    for url in links.iter().chain(&scripts) {
        for (name, value) in SCANNERS {
            for method in ["GET", "HEAD"] {
                let answer = http::send(method, url, &[(name, value)], "").await;
                assert_eq!(answer.status, 200, "{method} {url} by {value}");
            }
        }
    }
    let counts = world.engine.meter.counts();
    let writes: Vec<_> = counts.keys().filter(|operation| !["GetItem", "Query", "BatchGetItem"].contains(&operation.as_str())).collect();
    assert!(writes.is_empty() && counts.contains_key("GetItem"), "{counts:?}");
    assert_eq!(world.items().await, before);
    for url in &links[..2] {
        for site in ["cross-site", "same-site"] {
            let path = if url.contains("/u/") { format!("{url}/block") } else { url.clone() };
            let refused = http::send("POST", &path, &[FORM, ("sec-fetch-site", site)], "answer=decline").await;
            assert!(refused.status == 403 && refused.body.contains("This was sent by another site"), "{}", refused.body);
        }
    }
    assert_eq!(world.items().await, before);
}
