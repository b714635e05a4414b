//! `ringonce topics`.

use std::time::Instant;

use crate::caller::{grant, on_terminal, run};
use crate::dev::{Dev, Folder, PATIENCE};

#[test]
fn topics_are_listed_with_what_people_wait_for_and_one_with_all_that_is_counted() {
    let folder = Folder::new("topics");
    let _dev = Dev::start(&folder.0, &[], None);
    assert!(run(&folder, &["topics"]).done().contains("No topic yet"));
    for (user, topic) in [("ada", "shirt-m"), ("bea", "shirt-m"), ("cem", "shirt-l"), ("dan", "socks")] {
        grant(&folder, user, topic);
    }
    let begun = Instant::now();
    let listed = loop {
        let listed = run(&folder, &["topics", "--json"]).json();
        let waiting: i64 = listed["topics"].as_array().unwrap().iter().map(|topic| topic["waiting"].as_i64().unwrap()).sum();
        if waiting == 4 {
            break listed;
        }
        assert!(begun.elapsed() < PATIENCE, "{listed}");
    };
    assert_eq!(listed["topics"].as_array().unwrap().len(), 3);
    let table = run(&folder, &["topics"]).done();
    assert!(table.starts_with("TOPIC    WAITING  ASKED"), "{table}");
    assert!(
        table.lines().any(|line| line.split_whitespace().collect::<Vec<_>>() == ["shirt-m", "2", "2", "2", "0", "0", "0", "0"]),
        "{table}"
    );
    assert!(!table.contains('█') && !table.contains('\x1b'), "bars are for terminals");
    let (_, shown) = on_terminal(&folder, &["topics"], "");
    assert!(shown.contains(&"█".repeat(20)) && shown.contains(&format!("  {}  ", "█".repeat(10))), "{shown}");

    let shirts = run(&folder, &["topics", "--prefix", "shirt", "--json"]).json();
    let names: Vec<_> = shirts["topics"].as_array().unwrap().iter().map(|topic| topic["topic"].clone()).collect();
    assert_eq!(names, ["shirt-l", "shirt-m"]);
    let one = run(&folder, &["topics", "shirt-m"]).done();
    assert!(one.starts_with("shirt-m\n") && one.contains("  waiting now         2\n"), "{one}");
    assert_eq!(run(&folder, &["topics", "shirt-m", "--json"]).json()["granted"], 2);
    assert_eq!(run(&folder, &["topics", "socks", "--prefix", "s"]).code, 2);
    assert!(run(&folder, &["topics", &"x".repeat(500)]).failed(3).contains("topic"));
}
