//! The functions: that they run, and are configured as the code reckons.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use ringonce_adapters::config::VARIABLES;
use ringonce_adapters::delivery::FUNCTION_TIMEOUT;
use ringonce_adapters::dynamo::client::LONGEST_OPERATION;

use super::report::{Finding, sum, unseen};
use super::stack::Deployment;

/// The functions by their outputs, and whether they send what leaves the table.
const FUNCTIONS: &[(&str, bool)] = &[
    ("RequestOptin", false),
    ("GrantToken", false),
    ("SendNotification", false),
    ("Console", false),
    ("MessengerApi", false),
    ("Deliver", true),
    ("Statistics", false),
    ("Sweep", true),
];

/// A function as it is configured. `Debug` shows nothing of its variables' values.
#[derive(Clone, Default)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) sends: bool,
    pub(super) variables: BTreeMap<String, String>,
    state: String,
    last_update: String,
    architecture: String,
    timeout: Duration,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({}, {}, {})", self.name, self.state, self.last_update)
    }
}

/// Looks at each function.
pub(super) async fn check(config: &aws_config::SdkConfig, deployment: &Deployment) -> (Vec<Function>, Vec<Finding>) {
    let client = Client::new(config);
    let (mut functions, mut findings) = (Vec::new(), Vec::new());
    for (name, sends) in FUNCTIONS {
        let Some(arn) = deployment.value(name) else { continue };
        match client.get_function_configuration().function_name(arn).send().await {
            Ok(answer) => {
                let function = Function::of(name, *sends, &answer);
                findings.push(judge(&function, deployment));
                functions.push(function);
            }
            Err(error) => findings.push(unseen(format!("function {name}"), &error)),
        }
    }
    (functions, findings)
}

impl Function {
    fn of(name: &'static str, sends: bool, answer: &GetFunctionConfigurationOutput) -> Self {
        let why = |reason: Option<&str>| reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        let state = answer.state().map_or("Active", |state| state.as_str());
        let last_update = answer.last_update_status().map_or("Successful", |status| status.as_str());
        let variables = answer.environment().and_then(|environment| environment.variables()).cloned().unwrap_or_default();
        Self {
            name,
            sends,
            variables: variables.into_iter().collect(),
            state: format!("{state}{}", why(answer.state_reason())),
            last_update: format!("{last_update}{}", why(answer.last_update_status_reason())),
            architecture: answer.architectures().first().map_or("x86_64", |each| each.as_str()).to_owned(),
            timeout: Duration::from_secs(answer.timeout().and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or_default()),
        }
    }

    /// What a variable holds.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

fn judge(function: &Function, deployment: &Deployment) -> Finding {
    let Function { name, state, last_update, architecture, timeout, .. } = function;
    let mut wrong = Vec::new();
    // A function that nobody called for weeks is Inactive until the next call.
    if !["Active", "Inactive"].iter().any(|well| state.starts_with(well)) {
        wrong.push(format!("its state is {state}"));
    }
    if !last_update.starts_with("Successful") {
        wrong.push(format!("its last update is {last_update}: deploy again"));
    }
    if deployment.value("Architecture").is_some_and(|wanted| wanted != architecture) {
        wrong.push(format!("it is for {architecture}, and the stack for another machine: `make package` and deploy with the same ARCH"));
    }
    wrong.extend(judge_timeout(function));
    let missing = VARIABLES.iter().filter(|variable| variable.required && function.variable(variable.name).is_none());
    wrong.extend(missing.map(|variable| format!("{} is not set: {}", variable.name, variable.meaning)));
    sum(format!("function {name}"), wrong, format!("{state}, {architecture}, {} s", timeout.as_secs()))
}

/// Leases reckon with the time of whoever sends; the others answer before they are ended.
fn judge_timeout(Function { sends, timeout, .. }: &Function) -> Option<String> {
    let (is, wanted) = (timeout.as_secs(), FUNCTION_TIMEOUT.as_secs());
    if *sends && is != wanted {
        return Some(format!("its time-out is {is} s, and its leases reckon with {wanted} s: a message might be sent twice"));
    }
    let longest = LONGEST_OPERATION.as_secs();
    (is <= longest).then(|| format!("its time-out is {is} s, and a call of the table may take {longest} s: it is ended before it answers"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;

    /// A function as the template has it, with these variables beside the required ones.
    pub(crate) fn function(name: &'static str, sends: bool, variables: &[(&str, &str)]) -> Function {
        let required = VARIABLES.iter().filter(|variable| variable.required).map(|variable| (variable.name, "set"));
        let variables = required.chain(variables.iter().copied()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let (state, last_update, architecture) = ("Active".to_owned(), "Successful".to_owned(), "arm64".to_owned());
        Function { name, sends, variables, state, last_update, architecture, timeout: Duration::from_secs(30) }
    }

    #[test]
    fn a_function_as_the_template_has_it_is_well_and_what_differs_is_named() {
        let deployment = Deployment::of(&[("Architecture", "arm64")]);
        let whole = || function("Deliver", true, &[]);
        assert_eq!(judge(&whole(), &deployment).level, Level::Ok);
        assert_eq!(judge(&Function { state: "Inactive".to_owned(), ..whole() }, &deployment).level, Level::Ok);
        for (changed, says) in [
            (Function { state: "Failed (no such role)".to_owned(), ..whole() }, "no such role"),
            (Function { last_update: "InProgress".to_owned(), ..whole() }, "InProgress"),
            (Function { architecture: "x86_64".to_owned(), ..whole() }, "same ARCH"),
            (Function { timeout: Duration::from_secs(12), ..whole() }, "sent twice"),
            (Function { sends: false, timeout: Duration::from_secs(8), ..whole() }, "ended before"),
            (function("Deliver", true, &[("RINGONCE_KEYS", "")]), "RINGONCE_KEYS is not set"),
        ] {
            let finding = judge(&changed, &deployment);
            assert!(finding.level == Level::Fail && finding.words.contains(says), "{finding:?}");
        }
    }

    #[test]
    fn what_a_function_holds_is_never_shown() {
        let shown = format!("{:?}", function("Sweep", true, &[("RINGONCE_VAPID_KEY", "canary")]));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
