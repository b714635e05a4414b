//! What `ringonce dev` prints can be pasted, and does what it says.

use std::process::Command;

use crate::dev::{Dev, Folder, ringonce};

#[test]
fn the_printed_walk_through_works_when_pasted() {
    let folder = Folder::new("walkthrough");
    let mut dev = Dev::start(&folder.0, &[], None);
    let printed = dev.printed();
    let script = printed.split("# --- walk-through ---").nth(1).unwrap().split("# --- end ---").next().unwrap();
    let pasted = Command::new("bash").arg("-c").arg(script).output().unwrap();
    let said = String::from_utf8(pasted.stdout).unwrap();
    assert!(pasted.status.success(), "{said}\n{}", String::from_utf8_lossy(&pasted.stderr));
    let mut rest = said.as_str();
    for expected in [
        "1. Ask",
        "\"state\":\"asked\"",
        "2. The person says yes",
        "\"state\":\"granted\"",
        "3. The business takes its token",
        "\"state\":\"queued\"",
        "\"state\":\"sent\",\"reason\":\"accepted\"",
        "In the inbox: The rad shirt is back in M.",
        "4. A second message",
        "\"code\":\"token-used\"",
        "5. Another topic",
        "\"state\":\"attempting\"",
        "\"state\":\"sent\",",
        "6. Five asks a day",
        "asked\nasked\nasked\n",
        "429 Too Many Requests",
        "retry-after: 86",
        "\"code\":\"cap-reached\"",
    ] {
        let Some((_, after)) = rest.split_once(expected) else { panic!("no `{expected}` after this point:\n{rest}\n--- of ---\n{said}") };
        rest = after;
    }
    dev.wait_for("\"type\":\"notification.deliver\"");
    let printed = dev.printed();
    let webhooks: Vec<_> = printed.lines().filter(|line| line.starts_with("webhook  ")).collect();
    assert!(webhooks.iter().all(|line| line.contains("signature ok")), "{webhooks:#?}");
    assert!(webhooks.iter().any(|line| line.contains("The rad shirt is back in L.")));
    assert!(dev.stop().success(), "SIGTERM is an orderly end");
}

#[test]
fn what_was_answered_is_there_after_a_kill_and_in_memory_nothing_is() {
    let folder = Folder::new("kept");
    let ask = |dev: &Dev| {
        let bearer = format!("Authorization: Bearer {}", dev.key);
        let body = r#"{"user":"ada","topic":"t","title":"T"}"#;
        let curl = Command::new("curl").args(["-sS", "-H", &bearer, "-d", body, &format!("{}/v1/optins", dev.api)]).output().unwrap();
        String::from_utf8(curl.stdout).unwrap()
    };
    let dev = Dev::start(&folder.0, &[], None);
    assert!(ask(&dev).contains("\"state\":\"asked\""));
    drop(dev); // SIGKILL
    let dev = Dev::start(&folder.0, &[], None);
    assert!(ask(&dev).contains("already-asked"), "the ask is remembered, and the demo key still works");
    let second = ringonce().args(["dev", "--port", "0", "--state-dir"]).arg(&folder.0).output().unwrap();
    assert!(!second.status.success());
    assert!(String::from_utf8(second.stderr).unwrap().contains("another `ringonce dev` uses"));
    let memory = Dev::start(&folder.0, &["--memory"], None);
    assert!(ask(&memory).contains("\"state\":\"asked\""), "a table of its own");
    drop(dev);
    let ahead = Dev::start(&folder.0, &["--clock-ahead", "8d"], None);
    assert!(ask(&ahead).contains("\"state\":\"asked\""), "in eight days the topic may be asked about again");
}
