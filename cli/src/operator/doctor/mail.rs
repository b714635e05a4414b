//! E-mail: that Amazon SES sends for this account, and from this address.

use aws_sdk_sesv2::Client;

use super::report::{Finding, fail, ok, unseen, warn};
use super::stack::Deployment;

/// Looks at SES, where e-mail is offered.
pub(super) async fn check(config: &aws_config::SdkConfig, deployment: &Deployment) -> Vec<Finding> {
    let Some(from) = deployment.value("MailFrom") else {
        return vec![ok("e-mail", "not offered: the parameter MailFrom is empty")];
    };
    let client = Client::new(config);
    let account = match client.get_account().send().await {
        Ok(account) => judge_account(account.production_access_enabled(), account.sending_enabled(), account.enforcement_status()),
        Err(error) => unseen("Amazon SES", &error),
    };
    vec![account, identity(&client, from).await]
}

/// Whether the address itself is verified, or a domain that it is under.
async fn identity(client: &Client, from: &str) -> Finding {
    for name in identities(from) {
        match client.get_email_identity().email_identity(name).send().await {
            Ok(identity) if identity.verified_for_sending_status() => return judge_identity(true),
            Ok(_) => {}
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found_exception()) => {}
            Err(error) => return unseen("sender of e-mail", &error),
        }
    }
    judge_identity(false)
}

/// The identities that an address may be sent from by: its own, its domain's, and those of the domains above.
fn identities(from: &str) -> impl Iterator<Item = &str> {
    let domain = from.rsplit_once('@').map(|(_, domain)| domain);
    let domains = std::iter::successors(domain, |domain| above(domain));
    std::iter::once(from).chain(domains.filter(|domain| domain.contains('.')))
}

fn above(domain: &str) -> Option<&str> {
    domain.split_once('.').map(|(_, rest)| rest)
}

fn judge_account(has_production_access: bool, sends: bool, enforcement: Option<&str>) -> Finding {
    match (sends, enforcement.unwrap_or("HEALTHY"), has_production_access) {
        (false, ..) => fail("Amazon SES", "sending is paused for this account: the SES console says why, and every e-mail waits"),
        (true, "HEALTHY", true) => ok("Amazon SES", "sends, and to everybody"),
        (true, "HEALTHY", false) => fail(
            "Amazon SES",
            "the account is in the sandbox: only verified addresses get e-mail. Ask for production access in the SES console",
        ),
        (true, status, _) => warn("Amazon SES", format!("the account's status is {status}: bounces or complaints are too many")),
    }
}

/// The address is not repeated: it may be a person's.
fn judge_identity(is_verified: bool) -> Finding {
    if is_verified {
        return ok("sender of e-mail", "MailFrom is of a verified identity");
    }
    fail("sender of e-mail", "SES has verified neither the address of MailFrom nor its domain in this region: every e-mail is refused")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;

    #[test]
    fn an_address_may_be_of_any_domain_that_it_is_under() {
        assert_eq!(identities("a@mail.shop.com").collect::<Vec<_>>(), ["a@mail.shop.com", "mail.shop.com", "shop.com"]);
    }

    #[test]
    fn an_account_that_sends_to_everybody_is_well_and_what_differs_is_named() {
        assert_eq!(judge_account(true, true, Some("HEALTHY")).level, Level::Ok);
        assert!(judge_account(true, false, Some("SHUTDOWN")).words.contains("paused"));
        assert!(judge_account(false, true, Some("HEALTHY")).words.contains("sandbox"));
        assert_eq!(judge_account(true, true, Some("PROBATION")).level, Level::Warn);
        assert_eq!([judge_identity(true).level, judge_identity(false).level], [Level::Ok, Level::Fail]);
    }
}
