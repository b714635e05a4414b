//! The packages as files: what is in them, for which machine, and how large they are.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use ringonce_tests::lambda::package::{Folder, PACKAGES, architecture, unpack, zip};

/// Where an ELF header says for which machine its program is, in two bytes.
const E_MACHINE: usize = 18;

/// The names in a zip.
fn names(zip: &Path) -> String {
    let listed = Command::new("unzip").arg("-Z1").arg(zip).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout).unwrap()
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
