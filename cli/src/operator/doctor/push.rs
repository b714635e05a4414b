//! Web Push: that its two keys are a pair, and that push services can reach somebody.

use ringonce_adapters::web_push::vapid::{Vapid, VapidError};

use super::functions::Function;
use super::report::{Finding, ok, sum};
use super::secrets::unread;
use super::stack::Deployment;
use crate::operator::secrets::Secrets;

/// Looks at the keys for Web Push, where it is offered.
pub(super) async fn check(secrets: &Secrets, deployment: &Deployment, functions: &[Function]) -> Vec<Finding> {
    let Some(public) = deployment.value("VapidPublicKey").or_else(|| offered(functions)) else {
        return vec![ok("Web Push", "not offered: `ringonce init --web-push` says how")];
    };
    let name = deployment.value("VapidSecret").unwrap_or("ringonce/vapid");
    match secrets.read(name).await {
        Ok(version) => vec![judge(public, version.value.trim(), functions)],
        Err(error) => vec![unread(&format!("secret {name}"), &error.to_string())],
    }
}

/// The public key that people's browsers are given.
fn offered(functions: &[Function]) -> Option<&str> {
    functions.iter().find_map(|function| function.variable("RINGONCE_VAPID_PUBLIC_KEY"))
}

fn judge(public: &str, private: &str, functions: &[Function]) -> Finding {
    let mut wrong = Vec::new();
    for function in functions.iter().filter(|function| function.sends) {
        if function.variable("RINGONCE_VAPID_KEY").map(str::trim) != Some(private) {
            wrong.push(format!("{} has another private key than the secret: deploy, so that its configuration changes", function.name));
        }
    }
    let subject = functions.iter().find_map(|function| function.variable("RINGONCE_VAPID_SUBJECT")).unwrap_or_default();
    match Vapid::new(subject, private) {
        Ok(vapid) if vapid.public_key() != public => {
            wrong
                .push("VapidPublicKey is not the public half of the private key: browsers subscribe, and every push is refused".to_owned());
        }
        Ok(_) => {}
        Err(VapidError::Subject(rule)) => wrong.push(format!("VapidSubject {rule}")),
        Err(error @ VapidError::Key) => wrong.push(error.to_string()),
    }
    sum("Web Push", wrong, "its keys are a pair, and its subject can be reached")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::functions::tests::function;
    use crate::operator::doctor::report::Level;
    use ringonce_adapters::web_push::vapid::generate_pair;

    #[test]
    fn the_keys_are_a_pair_the_functions_have_them_and_somebody_can_be_reached() {
        let ((private, public), (other, _)) = (generate_pair(), generate_pair());
        let with = |key: &str, subject: &str| {
            [
                function("Deliver", true, &[("RINGONCE_VAPID_KEY", key), ("RINGONCE_VAPID_SUBJECT", subject)]),
                function("GrantToken", false, &[]),
            ]
        };
        let reached = "mailto:push@shop.com";
        assert_eq!(judge(&public, &private, &with(&private, reached)).level, Level::Ok);
        for (finding, says) in [
            (judge(&public, &other, &with(&other, reached)), "public half"),
            (judge(&public, &private, &with(&other, reached)), "Deliver has another private key"),
            (judge(&public, &private, &with(&private, "mailto:push@example.com")), "VapidSubject must lead to you"),
            (judge(&public, "x", &with("x", reached)), "P-256"),
        ] {
            assert!(finding.level == Level::Fail && finding.words.contains(says) && !finding.words.contains(&private), "{finding:?}");
        }
    }
}
