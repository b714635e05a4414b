//! The corpus: a folder of files for each target, each file an input.

use std::path::PathBuf;

use ringonce_tests::root;

fn folder(target: &str) -> PathBuf {
    root().join("tests/fuzz/corpus").join(target)
}

/// A target's inputs, in the order of their names.
pub(super) fn of(target: &str) -> Vec<Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder(target)) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Keeps a finding outside the repository's files, and says where: in the corpus it belongs once it is understood.
pub(super) fn keep(target: &str, input: &[u8]) -> String {
    let name = format!("target/fuzz/{target}-{:016x}", super::Outcome::of(input).0);
    let file = root().join(&name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, input).unwrap();
    name
}
