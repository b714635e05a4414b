//! The API's reference, which `ringonce dev` serves out of itself.

use std::process::Command;

use crate::dev::{Dev, Folder};

fn get(url: &str) -> String {
    let curl = Command::new("curl").args(["-sSi", url]).output().unwrap();
    String::from_utf8(curl.stdout).unwrap()
}

#[test]
fn the_reference_stands_in_the_program_and_loads_nothing_from_elsewhere() {
    let folder = Folder::new("docs");
    let dev = Dev::start(&folder.0, &[], None);
    assert!(dev.printed().contains(&format!("{}/docs", dev.api)), "the walk-through names it");
    let page = get(&format!("{}/docs", dev.api));
    assert!(page.starts_with("HTTP/1.1 200") && page.contains(r#"spec-url="/openapi.json""#), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'; script-src 'self'; connect-src 'self'"), "{page}");
    let html = page.split_once("\r\n\r\n").unwrap().1;
    assert!(!html.contains("http:") && !html.contains("https:"), "{html}");
    let script = get(&format!("{}/docs/redoc.standalone.js", dev.api));
    assert!(script.starts_with("HTTP/1.1 200") && script.contains("content-type: text/javascript"));
    for notice in ["Redoc 2.5.4", "The MIT License (MIT)", "Copyright (c) 2015-present, Rebilly, Inc.", "DOMPurify"] {
        assert!(script.contains(notice), "no `{notice}` at the head of the script");
    }
    assert!(get(&format!("{}/openapi.json", dev.api)).contains("\"openapi\":"));
    assert!(get(&format!("{}/docs/nothing.js", dev.api)).starts_with("HTTP/1.1 404"));
}
