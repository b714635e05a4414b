//! `ringonce user export|erase`.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::caller::{grant, on_terminal, run};
use crate::dev::{Dev, Folder};

#[test]
fn what_is_kept_of_a_person_is_exported_and_then_erased() {
    let folder = Folder::new("people");
    let dev = Dev::start(&folder.0, &[], None);
    grant(&folder, "ada", "shirt-m");
    grant(&folder, "ada", "shirt-l");
    let put = std::process::Command::new("curl")
        .args([
            "-sS",
            "-X",
            "PUT",
            "-H",
            &format!("Authorization: Bearer {}", dev.key),
            "-d",
            r#"{"channel":"email","address":"ada@shop.example"}"#,
        ])
        .arg(format!("{}/v1/users/ada/address", dev.api))
        .output()
        .unwrap();
    assert!(String::from_utf8(put.stdout).unwrap().contains("\"known\":true"));

    let export: Value = serde_json::from_str(&run(&folder, &["user", "export", "ada"]).done()).unwrap();
    assert_eq!((&export["user"], export["optins"].as_array().unwrap().len()), (&"ada".into(), 2));
    assert_eq!(export["addresses"][0]["address"], "ada@shop.example");
    assert!(!export.to_string().contains("ro_tok_"));
    assert_eq!(run(&folder, &["user", "export", "ada", "--json"]).done().lines().count(), 1);
    let file = folder.0.join("ada.json");
    let told = run(&folder, &["user", "export", "ada", "--output", file.to_str().unwrap()]);
    assert!(told.code == 0 && told.out.is_empty() && told.err.contains("it holds personal data"), "{told:?}");
    assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(&file).unwrap()).unwrap(), export);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(run(&folder, &["user", "export", "ada", "--output", file.to_str().unwrap()]).failed(1).contains("cannot be written"));
    assert!(run(&folder, &["user", "export", "nobody"]).failed(3).contains("(not-found)"));

    assert!(run(&folder, &["user", "erase", "ada"]).failed(2).contains("add --yes"));
    let (code, shown) = on_terminal(&folder, &["user", "erase", "ada"], "adam\n");
    assert!(code == 1 && shown.contains("nothing was erased") && shown.contains("2 opt-ins (2 granted)"), "{shown}");
    assert_eq!(run(&folder, &["user", "export", "ada"]).code, 0);
    let (code, shown) = on_terminal(&folder, &["user", "erase", "ada"], "ada\n");
    assert!(code == 0, "{shown}");
    for words in ["ada was erased 2", "before  2 opt-ins (2 granted), 1 address (1 email)", "left    2 remembered times of asks"] {
        assert!(shown.contains(words), "no `{words}` in\n{shown}");
    }
    let again = run(&folder, &["user", "erase", "ada", "--yes", "--json"]).json();
    assert_eq!(again["left"], serde_json::json!({ "asks": 2, "addresses": {}, "optins": {}, "events": 0, "blocked": false }));
}

#[test]
fn a_block_and_the_times_of_asks_are_all_that_an_erasure_leaves() {
    let folder = Folder::new("people-blocked");
    let _dev = Dev::start(&folder.0, &[], None);
    let asked = run(&folder, &["ask", "bea", "t", "--title", "T", "--json"]).json();
    let post = |url: &str, kind: &str, body: &str| {
        let kind = format!("Content-Type: {kind}");
        let output = std::process::Command::new("curl").args(["-sSf", "-H", &kind, "-d", body, url]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let consent_url = asked["consent_url"].as_str().unwrap();
    let answered: Value =
        serde_json::from_slice(&post(consent_url, "application/json", r#"{"answer":"grant","channel":"inbox"}"#)).unwrap();
    post(&format!("{}/block", answered["manage_url"].as_str().unwrap()), "application/x-www-form-urlencoded", "");
    let erased = run(&folder, &["user", "erase", "bea", "--yes"]).done();
    assert!(erased.contains("before  1 opt-in (") && erased.ends_with("left    1 remembered time of an ask, a block\n"), "{erased}");
}
