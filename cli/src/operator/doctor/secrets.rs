//! The key ring: that it can be read, and that the functions have the one that the secret holds.

use ringonce_domain::keyring::KeyRing;

use super::functions::Function;
use super::report::{Finding, fail, ok, sum, warn};
use super::stack::Deployment;
use crate::operator::keys::listed;
use crate::operator::secrets::Secrets;

/// Looks at the secret of the key ring.
pub(super) async fn check(secrets: &Secrets, deployment: &Deployment, functions: &[Function]) -> Vec<Finding> {
    let Some(name) = deployment.value("KeysSecret") else {
        return Vec::new();
    };
    let what = format!("secret {name}");
    match secrets.read(name).await {
        Ok(version) => vec![judge_ring(&what, &version.value), judge_functions(name, &version.value, functions)],
        Err(error) => vec![unread(&what, &error.to_string())],
    }
}

/// A secret that could not be read: that it is not there is a fault, that these credentials may not is none.
pub(super) fn unread(what: &str, error: &str) -> Finding {
    if error.contains("AccessDenied") {
        return warn(what, "not looked at: these credentials may not read it (secretsmanager:GetSecretValue)");
    }
    let next = if error.contains("ResourceNotFound") { ". `ringonce init` makes it" } else { "" };
    fail(what, format!("{}{next}", error.trim_end_matches('.')))
}

fn judge_ring(what: &str, ring: &str) -> Finding {
    match KeyRing::parse(ring.trim()) {
        Ok(_) => ok(
            what,
            format!("a key ring with its address key, sealing keys {} and MAC keys {}", listed(ring, "sealing"), listed(ring, "mac")),
        ),
        Err(error) => fail(what, format!("{error}. Put back the version that AWSPREVIOUS names: a new ring would lose the table")),
    }
}

/// Whether each function was deployed with what the secret holds. Nothing of it is shown.
fn judge_functions(name: &str, ring: &str, functions: &[Function]) -> Finding {
    let others: Vec<_> = functions.iter().filter(|function| function.variable("RINGONCE_KEYS") != Some(ring)).collect();
    let wrong = others.iter().map(|function| function.name).collect::<Vec<_>>().join(", ");
    let lost = others.iter().any(|function| function.variable("RINGONCE_KEYS").is_some_and(|old| is_of_another_table(old, ring)));
    let words = match (others.is_empty(), lost) {
        (true, _) => Vec::new(),
        (false, true) => vec![format!(
            "{wrong} have a ring with another address key than the secret `{name}`: with the secret's the table says nothing any more. \
             Put the functions' ring back into the secret, and deploy nothing before"
        )],
        (false, false) => vec![format!("{wrong} have another ring than the secret `{name}`: deploy, so that their configuration changes")],
    };
    sum("key ring of the functions", words, "each has the ring that the secret holds")
}

fn is_of_another_table(one: &str, other: &str) -> bool {
    let address = |ring: &str| serde_json::from_str::<serde_json::Value>(ring).ok()?.get("address")?.as_str().map(str::to_owned);
    address(one).is_some_and(|old| address(other).is_some_and(|new| old != new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::functions::tests::function;
    use crate::operator::doctor::report::Level;
    use ringonce_domain::keyring::Rotation;

    fn ring(seed: u8) -> String {
        KeyRing::generate([[seed; 32], [2; 32], [3; 32]])
    }

    #[test]
    fn a_ring_is_told_by_its_ids_and_no_key_is_shown() {
        let next = KeyRing::rotated(&ring(1), Rotation::First([[4; 32], [5; 32]])).expect("rotated");
        let finding = judge_ring("secret", &next);
        assert_eq!(finding.words, "a key ring with its address key, sealing keys 2, 1 and MAC keys 2, 1");
        let broken = judge_ring("secret", &next[..next.len() - 1]);
        assert!(broken.level == Level::Fail && broken.words.contains("AWSPREVIOUS"), "{broken:?}");
    }

    #[test]
    fn a_function_with_another_ring_is_named_and_a_lost_address_key_above_all() {
        let (present, next) = (ring(1), KeyRing::rotated(&ring(1), Rotation::First([[4; 32], [5; 32]])).expect("rotated"));
        let functions = |other: &str| {
            [("Deliver", present.as_str()), ("Sweep", other)].map(|(name, ring)| function(name, true, &[("RINGONCE_KEYS", ring)]))
        };
        assert_eq!(judge_functions("s", &present, &functions(&present)).level, Level::Ok);
        let old = judge_functions("s", &present, &functions(&next));
        assert!(old.level == Level::Fail && old.words.starts_with("Sweep have another ring") && old.words.contains("deploy"), "{old:?}");
        let lost = judge_functions("s", &present, &functions(&ring(9)));
        assert!(lost.level == Level::Fail && lost.words.contains("deploy nothing"), "{lost:?}");
        assert!(
            !format!("{old:?}{lost:?}")
                .contains(&serde_json::from_str::<serde_json::Value>(&present).expect("json")["address"].to_string())
        );
    }

    #[test]
    fn a_secret_that_may_not_be_read_is_no_fault_and_one_that_is_not_there_is() {
        assert_eq!(unread("s", "the secret `s` cannot be read: AccessDeniedException: no").level, Level::Warn);
        let missing = unread("s", "the secret `s` cannot be read: ResourceNotFoundException: no");
        assert!(missing.level == Level::Fail && missing.words.contains("ringonce init"), "{missing:?}");
    }
}
