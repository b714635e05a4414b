//! Our own checks of the template. Each finding begins with the name of its check.

use std::collections::{BTreeMap, BTreeSet};

use ringonce_adapters::delivery::FUNCTION_TIMEOUT;
use ringonce_adapters::dynamo::client::LONGEST_OPERATION;
use ringonce_tests::cloudformation::deployed;
use serde_json::{Map, Value, json};

use crate::alarms::alarms;
use crate::code::Code;
use crate::fronts::fronts;
use crate::mappings::stream;
use crate::occurrences::occurrences;
use crate::options::{EVERYTHING, options};
use crate::permissions::permissions;

/// The gateway waits no longer.
const GATEWAY_SECONDS: u64 = 29;

/// Everything that is wrong with `template`: as it is deployed when all is asked of it, and in what its parameters change.
pub(crate) fn findings(template: &Value, code: &Code) -> Vec<String> {
    let checks = [functions, routes, variables, table, permissions, timeouts, architecture, stream, schedules, occurrences, logs];
    let everything = deployed(template, EVERYTHING);
    let everything = Template(&everything);
    let found = checks.iter().flat_map(|check| check(&everything, code));
    found.chain([options, fronts, alarms].iter().flat_map(|check| check(template, code))).collect()
}

pub(crate) struct Template<'a>(pub(crate) &'a Value);

impl<'a> Template<'a> {
    pub(crate) fn resources(&self) -> &'a Map<String, Value> {
        self.0["Resources"].as_object().unwrap()
    }

    pub(crate) fn of_type(&self, kind: &'static str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.resources()
            .iter()
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name, &resource["Properties"]))
    }

    /// The functions' resources, by folder.
    pub(crate) fn functions(&self) -> BTreeMap<String, (&'a String, &'a Value)> {
        let folder = |properties: &Value| {
            let uri = properties["CodeUri"].as_str().unwrap_or_default();
            uri.strip_prefix("functions/").unwrap_or(uri).to_owned()
        };
        self.of_type("AWS::Serverless::Function").map(|(name, properties)| (folder(properties), (name, properties))).collect()
    }

    /// A function's property, its own or that of all.
    pub(crate) fn property(&self, properties: &'a Value, name: &str) -> &'a Value {
        if properties[name].is_null() { &self.0["Globals"]["Function"][name] } else { &properties[name] }
    }

    /// The events of a kind, of all functions.
    pub(crate) fn events(&self, kind: &str) -> Vec<(String, &'a Value)> {
        let functions = self.of_type("AWS::Serverless::Function");
        let events = functions.flat_map(|(function, properties)| {
            let events = properties["Events"].as_object().into_iter().flatten();
            events.map(move |(name, event)| (format!("{function}.{name}"), event))
        });
        events.filter(|(_, event)| event["Type"] == kind).map(|(name, event)| (name, &event["Properties"])).collect()
    }
}

fn differences<T: Ord + std::fmt::Debug>(check: &str, deployed: &BTreeSet<T>, coded: &BTreeSet<T>) -> Vec<String> {
    let missing = coded.difference(deployed).map(|one| format!("{check}: the template lacks {one:?}"));
    let unknown = deployed.difference(coded).map(|one| format!("{check}: the code knows no {one:?}"));
    missing.chain(unknown).collect()
}

fn functions(template: &Template<'_>, code: &Code) -> Vec<String> {
    let deployed = template.functions().into_keys().collect();
    let mut found = differences("functions", &deployed, &code.functions.keys().cloned().collect());
    for (name, (resource, properties)) in template.functions() {
        let runtime = template.property(properties, "Runtime");
        if runtime != "provided.al2023" || template.property(properties, "Handler") != "bootstrap" {
            found.push(format!("functions: {name} runs as {runtime}"));
        }
        // Without its name `sam build` would build and take whatever stands beside it.
        let built = json!({ "BuildMethod": "rust-cargolambda", "BuildProperties": { "Binary": name } });
        if template.resources()[resource]["Metadata"] != built {
            found.push(format!("functions: {name} is built by `sam build` as something else"));
        }
    }
    found
}

fn routes(template: &Template<'_>, code: &Code) -> Vec<String> {
    let mut deployed: BTreeMap<String, BTreeSet<String>> = code.functions.keys().map(|name| (name.clone(), BTreeSet::new())).collect();
    let resources: BTreeMap<_, _> = template.functions().into_iter().map(|(folder, (name, _))| (name.clone(), folder)).collect();
    let mut found = Vec::new();
    for (name, route) in template.of_type("AWS::ApiGatewayV2::Route") {
        let integration = route["Target"]["Fn::Sub"].as_str().and_then(|target| target.strip_prefix("integrations/${")?.strip_suffix('}'));
        let integration = integration.and_then(|integration| template.resources().get(integration));
        let uri = integration.map(|integration| &integration["Properties"]["IntegrationUri"]);
        let function = uri.and_then(first_of_get_att).and_then(|resource| resources.get(resource));
        let path = route["RouteKey"].as_str().and_then(|key| if key == "$default" { Some(key) } else { key.strip_prefix("ANY ") });
        match (function.and_then(|function| deployed.get_mut(function)), path) {
            (Some(paths), Some(path)) => {
                paths.insert(path.to_owned());
            }
            _ => found.push(format!("routes: {name} leads to no function of the code")),
        }
    }
    for (function, paths) in &code.functions {
        found.extend(differences(&format!("routes: {function}"), &deployed[function], paths));
    }
    found
}

pub(crate) fn first_of_get_att(value: &Value) -> Option<&str> {
    match &value["Fn::GetAtt"] {
        Value::String(text) => text.split('.').next(),
        Value::Array(parts) => parts.first()?.as_str(),
        _ => None,
    }
}

fn variables(template: &Template<'_>, code: &Code) -> Vec<String> {
    let names = |properties: &Value| {
        properties["Environment"]["Variables"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>()
    };
    let all = names(&template.0["Globals"]["Function"]);
    let each = template.functions().into_values().map(|(_, properties)| names(properties));
    let deployed = each.fold(all, |all, own| all.union(&own).cloned().collect());
    differences("variables", &deployed, &code.variables)
}

fn table(template: &Template<'_>, code: &Code) -> Vec<String> {
    let tables: Vec<_> = template.of_type("AWS::DynamoDB::Table").collect();
    let [(name, properties)] = tables.as_slice() else {
        return vec![format!("table: there are {}", tables.len())];
    };
    let mut expected = code.table.clone();
    expected["DeletionProtectionEnabled"] = json!(true);
    expected["PointInTimeRecoverySpecification"] = json!({ "PointInTimeRecoveryEnabled": true });
    let mut found = Vec::new();
    for (property, value) in expected.as_object().unwrap() {
        if !same(&properties[property], value) {
            found.push(format!("table: {property} is {} and should be {value}", properties[property]));
        }
    }
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if template.resources()[*name][policy] != "Retain" {
            found.push(format!("table: {policy} is not Retain"));
        }
    }
    found
}

/// The order of a list says nothing here, but that of a key's parts does: those carry their kind.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().all(|one| right.iter().any(|other| same(one, other)))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        (left, right) => left == right,
    }
}

fn timeouts(template: &Template<'_>, code: &Code) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, (_, properties)) in template.functions() {
        let seconds = template.property(properties, "Timeout").as_u64().unwrap_or(0);
        let answers_http = code.functions.get(&folder).is_some_and(|paths| !paths.is_empty());
        // A lease is this and the provider's wait and the clocks' skew: a function that may run longer outlives it.
        let fits = if answers_http {
            seconds > LONGEST_OPERATION.as_secs() && seconds <= GATEWAY_SECONDS
        } else {
            seconds > 0 && seconds <= FUNCTION_TIMEOUT.as_secs()
        };
        if !fits {
            found.push(format!("timeouts: {folder} may run for {seconds} s"));
        }
    }
    found
}

fn architecture(template: &Template<'_>, _: &Code) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, (_, properties)) in template.functions() {
        let architectures = template.property(properties, "Architectures");
        if *architectures != json!([{ "Ref": "Architecture" }]) {
            found.push(format!("architecture: {folder} has {architectures}, whatever the build makes"));
        }
    }
    if template.0["Parameters"]["Architecture"]["AllowedValues"] != json!(["x86_64", "arm64"]) {
        found.push("architecture: the parameter allows others than there are".to_owned());
    }
    found
}

fn schedules(template: &Template<'_>, _: &Code) -> Vec<String> {
    let schedules: Vec<_> = ["Schedule", "ScheduleV2"].iter().flat_map(|kind| template.events(kind)).collect();
    let mut found = Vec::new();
    let of_sweep = || schedules.iter().filter(|(name, _)| name.starts_with("Sweep."));
    if !of_sweep().any(|(_, schedule)| schedule["Input"].is_null()) {
        found.push("schedules: nothing runs the sweep".to_owned());
    }
    let inputs: Vec<_> =
        of_sweep().filter_map(|(_, schedule)| schedule["Input"].as_str()).map(serde_json::from_str::<sweep::Event>).collect();
    if !matches!(inputs.as_slice(), [Ok(sweep::Event { reconcile: Some(sweep::Reconcile::Begin) })]) {
        found.push("schedules: nothing begins a reconcile, or more than one schedule does".to_owned());
    }
    for (name, schedule) in schedules {
        let queue = first_of_get_att(&schedule["DeadLetterConfig"]["Arn"]).unwrap_or_default();
        if template.resources().get(queue).is_none_or(|queue| queue["Type"] != "AWS::SQS::Queue") {
            found.push(format!("schedules: {name} has no dead-letter queue"));
        }
    }
    found
}

/// What an access log must not hold: it names a person, or a code that lets its reader act as one.
const SECRETS: [&str; 6] = ["context.path", "requestPath", "rawPath", "identity", "sourceIp", "authorizer"];

fn logs(template: &Template<'_>, _: &Code) -> Vec<String> {
    let mut found = Vec::new();
    let stages: Vec<_> = template.of_type("AWS::ApiGatewayV2::Stage").collect();
    for (name, stage) in &stages {
        let format = stage["AccessLogSettings"]["Format"].as_str().unwrap_or_default();
        if !format.contains("$context.routeKey") {
            found.push(format!("logs: {name} does not log the route"));
        }
        found.extend(SECRETS.iter().filter(|secret| format.contains(*secret)).map(|secret| format!("logs: {name} logs {secret}")));
    }
    if stages.is_empty() {
        found.push("logs: there is no stage".to_owned());
    }
    for (name, group) in template.of_type("AWS::Logs::LogGroup") {
        if group["RetentionInDays"].is_null() {
            found.push(format!("logs: {name} is kept for ever"));
        }
    }
    found
}
