//! What answers over HTTP: the deployment itself, and businesses' webhooks.

use std::time::Duration;

use ringonce_adapters::dynamo::DynamoStore;
use ringonce_adapters::open_web::{OpenWeb, Reach};
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::Directory;

use super::report::{Finding, fail, ok, warn};

/// Longest wait for an answer.
const LIMIT: Duration = Duration::from_secs(10);

/// Paths that each function answers before it asks the table for anything, and how.
const PATHS: &[(&str, &str, u16)] = &[
    ("GrantToken", "/page.js", 200),
    ("RequestOptin", "/v1/webhook", 401),
    ("SendNotification", "/v1/topics", 401),
    ("Console", "/console", 200),
];

/// The open web as this command may reach it: on a machine of its own where AWS is one.
pub(super) fn web() -> OpenWeb {
    let is_here = std::env::var("AWS_ENDPOINT_URL").is_ok_and(|url| !url.is_empty());
    OpenWeb::new(if is_here { Reach::PublicAndLoopback } else { Reach::Public }, LIMIT)
}

/// This machine, as this command may reach it.
pub(super) fn here() -> OpenWeb {
    OpenWeb::new(Reach::PublicAndLoopback, LIMIT)
}

/// Calls what answers at an origin.
pub(super) async fn at(web: &OpenWeb, origin: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (function, path, expected) in PATHS {
        let answer = web.get(&format!("{origin}{path}")).await.map(|(status, _)| status);
        findings.push(judge_origin(&format!("{function} at the origin"), &format!("{origin}{path}"), answer, *expected));
    }
    findings
}

fn judge_origin(what: &str, url: &str, answer: Option<u16>, expected: u16) -> Finding {
    match answer {
        Some(status) if status == expected => ok(what, format!("{url} answers {status}")),
        Some(404) => fail(what, format!("{url} answers 404: is the origin, or its domain's mapping, of another API?")),
        Some(status) => fail(what, format!("{url} answers {status}, and not {expected}: the function's log says why")),
        None => fail(what, format!("{url} does not answer over a public address: is its name in the DNS, and its certificate valid?")),
    }
}

/// Connects to a business's webhook, and asks it for nothing that it would act upon.
pub(super) async fn webhook(web: &OpenWeb, store: &DynamoStore, business: &str) -> Finding {
    let what = format!("webhook of {business}");
    let id = match BusinessId::try_from(business.to_owned()) {
        Ok(id) => id,
        Err(error) => return fail(what, error.to_string()),
    };
    match store.business(&id).await {
        Ok(Some(found)) => match found.webhook {
            Some(webhook) => {
                let answer = web.get(&webhook.url).await.map(|(status, _)| status);
                judge_webhook(&what, web.check_url(&webhook.url).err().map(|why| why.to_string()), answer)
            }
            None => ok(what, "there is none"),
        },
        Ok(None) => fail(what, format!("there is no business `{business}`")),
        Err(error) => fail(what, error.to_string()),
    }
}

/// A webhook takes POSTs: whatever it answers to a GET, it is reached.
fn judge_webhook(what: &str, refused: Option<String>, answer: Option<u16>) -> Finding {
    match (refused, answer) {
        (Some(why), _) => fail(what, why),
        (None, Some(status @ 500..=599)) => {
            warn(what, format!("it is reached, and answers {status}: `ringonce webhook test` tries an event"))
        }
        (None, Some(_)) => ok(what, "it is reached: `ringonce webhook test` tries an event"),
        (None, None) => {
            fail(what, "it is not reached over a public address, or lets one wait: is its name in the DNS, its certificate valid?")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;

    #[test]
    fn an_origin_answers_as_its_function_does() {
        for (answer, expected, level) in [
            (Some(200), 200, Level::Ok),
            (Some(401), 401, Level::Ok),
            (Some(404), 200, Level::Fail),
            (Some(500), 401, Level::Fail),
            (None, 200, Level::Fail),
        ] {
            assert_eq!(judge_origin("origin", "https://o.example/", answer, expected).level, level, "{answer:?}");
        }
    }

    #[test]
    fn a_webhook_is_reached_whatever_it_answers_to_a_get() {
        for (refused, answer, level) in [
            (None, Some(405), Level::Ok),
            (None, Some(200), Level::Ok),
            (None, Some(502), Level::Warn),
            (None, None, Level::Fail),
            (Some("must be public".to_owned()), None, Level::Fail),
        ] {
            assert_eq!(judge_webhook("webhook", refused, answer).level, level, "{answer:?}");
        }
    }
}
