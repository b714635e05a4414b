//! `ringonce init` and `ringonce keys rotate --secret`, against a Secrets Manager on loopback.

use std::process::Output;

use ringonce_domain::keyring::KeyRing;
use ringonce_tests::secret_store::SecretStore;
use serde_json::Value;

use crate::dev::ringonce;

async fn run(store: &SecretStore, arguments: &'static [&'static str]) -> Output {
    let endpoint = format!("http://{}", store.address);
    let mut command = ringonce();
    command.args(arguments).env("AWS_ENDPOINT_URL", endpoint).env("AWS_REGION", "eu-central-1");
    command.env("AWS_ACCESS_KEY_ID", "here").env("AWS_SECRET_ACCESS_KEY", "here").env_remove("RINGONCE_KEYS");
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

async fn done(store: &SecretStore, arguments: &'static [&'static str]) -> String {
    let output = run(store, arguments).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn refused(store: &SecretStore, arguments: &'static [&'static str]) -> String {
    let output = run(store, arguments).await;
    assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deployment_needs_is_made_once_and_never_again() {
    let store = SecretStore::start().await;
    let words = done(&store, &["init"]).await;
    let (ring, _) = store.held("ringonce/keys");
    assert!(KeyRing::parse(&ring).is_ok() && words.contains("`ringonce/keys` holds a new key ring") && !words.contains(&ring), "{words}");

    let again = done(&store, &["init", "--web-push"]).await;
    let (kept, (private, _)) = (store.held("ringonce/keys"), store.held("ringonce/vapid"));
    assert_eq!(kept, (ring, None), "the ring that is there is kept");
    assert!(
        again.contains("`ringonce/keys` is there already") && again.contains("VapidPublicKey=") && !again.contains(&private),
        "{again}"
    );

    let third: Value = serde_json::from_str(&done(&store, &["init", "--web-push", "--json"]).await).unwrap();
    assert_eq!((&third["keys"]["new"], &third["web_push"]["new"]), (&Value::Bool(false), &Value::Bool(false)));
    assert!(again.contains(&format!("VapidPublicKey={}", third["vapid_public_key"].as_str().unwrap())), "of the key that is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn printed_secrets_are_of_use_and_nothing_is_called() {
    let output = ringonce().args(["init", "--print", "--web-push"]).env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let value = |name: &str| printed.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    assert!(KeyRing::parse(&value("RINGONCE_KEYS=")).is_ok() && value("RINGONCE_VAPID_PUBLIC_KEY=").len() == 87);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_rotated_in_its_place_and_the_old_ring_is_kept_before_it() {
    let store = SecretStore::start().await;
    done(&store, &["init"]).await;
    let (first, _) = store.held("ringonce/keys");
    let words = done(&store, &["keys", "rotate", "--secret", "ringonce/keys", "--behind"]).await;
    let (second, before) = store.held("ringonce/keys");
    assert_eq!(before, Some(first));
    assert!(words.contains("MAC keys 1, 2") && words.contains("ringonce keys rotate --secret ringonce/keys --first 2"), "{words}");
    assert!(!words.contains(serde_json::from_str::<Value>(&second).unwrap()["address"].as_str().unwrap()), "no key is shown");
    assert!(done(&store, &["keys", "rotate", "--secret", "ringonce/keys", "--first", "2"]).await.contains("MAC keys 2, 1"));
    assert_eq!(store.held("ringonce/keys").1, Some(second));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_changes_nothing_where_it_cannot_or_where_somebody_was_faster() {
    let store = SecretStore::start().await;
    let missing = refused(&store, &["keys", "rotate", "--secret", "ringonce/keys"]).await;
    assert!(missing.contains("ResourceNotFoundException"), "{missing}");
    done(&store, &["init"]).await;
    let held = store.held("ringonce/keys");
    assert!(refused(&store, &["keys", "rotate", "--secret", "ringonce/keys", "--drop", "1"]).await.contains("is the current one"));
    assert_eq!(store.held("ringonce/keys"), held);
    store.meddle("of somebody else");
    let raced = refused(&store, &["keys", "rotate", "--secret", "ringonce/keys"]).await;
    assert!(raced.contains("somebody has changed the secret `ringonce/keys` meanwhile"), "{raced}");
    assert_eq!(store.held("ringonce/keys").0, "of somebody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_whose_answer_was_lost_is_told_as_done() {
    let store = SecretStore::start().await;
    done(&store, &["init"]).await;
    store.lose_an_answer();
    assert!(done(&store, &["keys", "rotate", "--secret", "ringonce/keys"]).await.contains("MAC keys 2, 1"));
}
