//! The demo shop of `ringonce dev`.

use ringonce_tests::http::{self, Answer};
use serde_json::json;

use crate::dev::{Dev, Folder};

/// The publishable key that stands in the shop's page.
async fn key_in_page(dev: &Dev) -> String {
    let page = http::send("GET", &format!("{}/shop", dev.api), &[], "").await;
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    assert!(!page.body.contains("ro_sk_") && !page.body.contains("{{"), "{}", page.body);
    page.body.split("publishable-key=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn ask(dev: &Dev, key: &str, origin: &str, user: &str) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("origin", origin), ("content-type", "application/json")];
    let body = json!({ "user": user, "topic": "shirt-m", "title": "Rad shirt, M" });
    http::send("POST", &format!("{}/v1/optins", dev.api), &headers, body.to_string()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shops_key_works_where_the_shop_is_after_a_restart_on_another_port_too() {
    let folder = Folder::new("shop");
    let dev = Dev::start(&folder.0, &[], None);
    assert!(dev.printed().contains(&format!("Shop       {}/shop", dev.api)));
    let (key, old) = (key_in_page(&dev).await, dev.api.clone());
    assert_eq!(ask(&dev, &key, &old, "1").await.status, 201);
    assert_eq!(ask(&dev, &key, &old.replace("127.0.0.1", "localhost"), "2").await.status, 201);
    drop(dev);
    // Its port is taken, so that the shop has to move.
    let _taken = std::net::TcpListener::bind(old.strip_prefix("http://").unwrap()).unwrap();
    let dev = Dev::start(&folder.0, &[], None);
    assert_eq!(key_in_page(&dev).await, key);
    assert_eq!(ask(&dev, &key, &dev.api, "3").await.status, 201);
    assert_eq!(ask(&dev, &key, &old, "4").await.status, 403, "where the shop no longer is");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_sites_form_restocks_the_demo_shop() {
    let folder = Folder::new("shop-forms");
    let dev = Dev::start(&folder.0, &[], None);
    for path in ["buy", "back/restock", "back/sell-out"] {
        let answer = http::send("POST", &format!("{}/shop/{path}", dev.api), &[("sec-fetch-site", "cross-site")], "units=3").await;
        assert_eq!(answer.status, 403, "{path}");
    }
    let many = http::send("POST", &format!("{}/shop/back/restock", dev.api), &[], "units=1000000").await;
    assert_eq!(many.status, 400);
    let state = http::send("GET", &format!("{}/shop/back/state", dev.api), &[], "").await;
    assert_eq!((state.json()["stock"].as_u64(), state.json()["demand"]["waiting"].as_u64()), (Some(0), Some(0)));
}
