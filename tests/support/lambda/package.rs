//! A package as `make package` leaves it: a zip with one program in it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::root;

/// Every function, and the most bytes that its zip may have. What carries the open web's TLS beside AWS's may be larger.
pub const PACKAGES: [(&str, u64); 8] = [
    ("request-optin", 2_500_000),
    ("grant-token", 2_500_000),
    ("send-notification", 2_500_000),
    ("messenger-api", 2_500_000),
    ("statistics", 2_500_000),
    ("console", 3_500_000),
    ("deliver", 3_500_000),
    ("sweep", 3_500_000),
];

/// The architecture that the packages were built for.
pub fn architecture() -> String {
    std::env::var("ARCH").unwrap_or_else(|_| "x86_64".to_owned())
}

/// Whether this machine runs what was built; it says so where it does not.
pub fn runs_here() -> bool {
    let here = if std::env::consts::ARCH == "aarch64" { "arm64" } else { std::env::consts::ARCH };
    let runs = here == architecture();
    if !runs {
        println!("not run: the packages are for {}, and this machine is {here}", architecture());
    }
    runs
}

/// The zip of a function.
pub fn zip(function: &str) -> PathBuf {
    let zip = root().join(format!("target/lambda/{function}/bootstrap.zip"));
    assert!(zip.exists(), "there is no package of {function}: run `make package`");
    zip
}

/// Unpacks a function's program under `folder`.
pub fn unpack(function: &str, folder: &Path) -> PathBuf {
    unpack_zip(&zip(function), &folder.join(function))
}

/// Unpacks the program of a zip into a folder.
pub fn unpack_zip(zip: &Path, into: &Path) -> PathBuf {
    assert!(Command::new("unzip").arg("-q").arg(zip).arg("-d").arg(into).status().unwrap().success(), "{}", zip.display());
    into.join("bootstrap")
}

/// A folder of its own, removed at the end.
pub struct Folder(pub PathBuf);

impl Folder {
    /// A new one.
    #[expect(clippy::new_without_default, reason = "each is another folder")]
    pub fn new() -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("ringonce-packaged-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
