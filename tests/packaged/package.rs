//! A package as `make package` leaves it: a zip with one program in it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use ringonce_tests::root;

/// Every function, and the most bytes that its zip may have. What carries the open web's TLS beside AWS's may be larger.
pub(crate) const PACKAGES: [(&str, u64); 7] = [
    ("request-optin", 2_500_000),
    ("grant-token", 2_500_000),
    ("send-notification", 2_500_000),
    ("messenger-api", 2_500_000),
    ("statistics", 2_500_000),
    ("deliver", 3_500_000),
    ("sweep", 3_500_000),
];

/// Where an ELF header says for which machine its program is, in two bytes.
const E_MACHINE: usize = 18;

/// The architecture that the packages were built for.
pub(crate) fn architecture() -> String {
    std::env::var("ARCH").unwrap_or_else(|_| "x86_64".to_owned())
}

/// Whether this machine runs what was built; it says so where it does not.
pub(crate) fn runs_here() -> bool {
    let here = if std::env::consts::ARCH == "aarch64" { "arm64" } else { std::env::consts::ARCH };
    let runs = here == architecture();
    if !runs {
        println!("not run: the packages are for {}, and this machine is {here}", architecture());
    }
    runs
}

/// The zip of a function.
pub(crate) fn zip(function: &str) -> PathBuf {
    let zip = root().join(format!("target/lambda/{function}/bootstrap.zip"));
    assert!(zip.exists(), "there is no package of {function}: run `make package`");
    zip
}

/// The names in a zip.
fn names(zip: &Path) -> String {
    let listed = Command::new("unzip").arg("-Z1").arg(zip).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout).unwrap()
}

/// Unpacks a function's program under `folder`.
pub(crate) fn unpack(function: &str, folder: &Path) -> PathBuf {
    let into = folder.join(function);
    assert!(Command::new("unzip").arg("-q").arg(zip(function)).arg("-d").arg(&into).status().unwrap().success());
    into.join("bootstrap")
}

/// A folder of its own, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
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

#[test]
fn each_package_holds_one_executable_program_for_its_architecture() {
    let folder = Folder::new();
    let expected: u16 = match architecture().as_str() {
        "x86_64" => 62,
        "arm64" => 183,
        other => panic!("ARCH is x86_64 or arm64, and not `{other}`"),
    };
    for (function, _) in PACKAGES {
        assert_eq!(names(&zip(function)), "bootstrap\n", "{function}");
        let program = unpack(function, &folder.0);
        assert_eq!(std::fs::metadata(&program).unwrap().permissions().mode() & 0o111, 0o111, "{function} can be executed by all");
        let bytes = std::fs::read(&program).unwrap();
        assert_eq!(&bytes[..4], b"\x7fELF", "{function}");
        assert_eq!(u16::from_le_bytes([bytes[E_MACHINE], bytes[E_MACHINE + 1]]), expected, "the machine of {function}");
    }
}

#[test]
fn no_package_is_larger_than_it_may_be() {
    for (function, at_most) in PACKAGES {
        let size = std::fs::metadata(zip(function)).unwrap().len();
        println!("{function:20} {size:>10} of {at_most}");
        assert!(size <= at_most, "{function}: {size} bytes, and {at_most} at the most");
    }
}
