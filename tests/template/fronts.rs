//! The two ways in which HTTP reaches the functions, and the domain before one of them.

use ringonce_tests::cloudformation::{Given, deployed};
use serde_json::{Value, json};

use crate::code::Code;
use crate::findings::{Template, first_of_get_att};

const URLS: Given<'_> = &[("Front", "function-urls"), ("Origin", "https://notify.example"), ("FrontConcurrency", "20")];
const DOMAIN: Given<'_> = &[("DomainName", "notify.example"), ("CertificateArn", "arn:aws:acm:eu-central-1:123456789012:certificate/0")];

/// What is wrong with the fronts.
pub(crate) fn fronts(template: &Value, code: &Code) -> Vec<String> {
    let (api, urls, domain) = (deployed(template, &[]), deployed(template, URLS), deployed(template, DOMAIN));
    let mut found = throttled_api(&Template(&api));
    found.extend(only_one(&Template(&api), "AWS::Lambda::Url"));
    found.extend(only_one(&Template(&urls), "AWS::ApiGatewayV2::"));
    found.extend(called_by_url(&Template(&urls), code));
    found.extend(mapped(&Template(&domain)));
    found.extend(origins(&[(&api, "the API's own"), (&urls, "the operator's"), (&domain, "the domain's")]));
    found
}

fn throttled_api(template: &Template<'_>) -> Vec<String> {
    let limits = json!({ "ThrottlingRateLimit": { "Ref": "ThrottleRate" }, "ThrottlingBurstLimit": { "Ref": "ThrottleBurst" } });
    let stages = template.of_type("AWS::ApiGatewayV2::Stage").filter(|(_, stage)| stage["DefaultRouteSettings"] != limits);
    stages.map(|(name, _)| format!("front: {name} lets everything through")).collect()
}

/// What belongs to the other front is not there.
fn only_one(template: &Template<'_>, other: &str) -> Vec<String> {
    let others = template.resources().iter().filter(|(_, resource)| resource["Type"].as_str().is_some_and(|kind| kind.starts_with(other)));
    others.map(|(name, _)| format!("front: {name} is there beside the other front")).collect()
}

/// A function that answers HTTP has a URL, leave to be called by it and no otherwise, and a throttle.
fn called_by_url(template: &Template<'_>, code: &Code) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, (name, function)) in template.functions() {
        if code.functions.get(&folder).is_none_or(|paths| paths.is_empty()) {
            continue;
        }
        let urls = template.of_type("AWS::Lambda::Url");
        let urls: Vec<_> =
            urls.filter(|(_, url)| url["TargetFunctionArn"] == json!({ "Ref": name })).map(|(_, url)| &url["AuthType"]).collect();
        if urls != [&json!("NONE")] {
            found.push(format!("front: {folder} has no URL that anybody may call"));
        }
        if !same_calls(template, name) {
            found.push(format!("front: {folder} may be called otherwise than by its URL, or not by it"));
        }
        if function["ReservedConcurrentExecutions"] != json!({ "Ref": "FrontConcurrency" }) {
            found.push(format!("front: {folder} runs as often as it is called"));
        }
    }
    found
}

fn same_calls(template: &Template<'_>, function: &str) -> bool {
    let name = json!({ "Ref": function });
    let expected = [
        json!({ "Action": "lambda:InvokeFunctionUrl", "FunctionName": name, "FunctionUrlAuthType": "NONE", "Principal": "*" }),
        json!({ "Action": "lambda:InvokeFunction", "FunctionName": name, "InvokedViaFunctionUrl": true, "Principal": "*" }),
    ];
    let given = template.of_type("AWS::Lambda::Permission").filter(|(_, permission)| permission["FunctionName"] == name);
    let given: Vec<_> = given.map(|(_, permission)| permission).collect();
    given.len() == expected.len() && expected.iter().all(|one| given.contains(&one))
}

fn mapped(template: &Template<'_>) -> Vec<String> {
    let mappings: Vec<_> = template.of_type("AWS::ApiGatewayV2::ApiMapping").map(|(_, mapping)| mapping).collect();
    let leads = |domain: &str| {
        let expected = json!({ "ApiId": { "Ref": "Api" }, "DomainName": { "Ref": domain }, "Stage": { "Ref": "ApiStage" } });
        mappings.contains(&&expected)
    };
    let domains: Vec<_> = template.of_type("AWS::ApiGatewayV2::DomainName").map(|(name, _)| name).collect();
    let mut found: Vec<_> = domains.iter().filter(|name| !leads(name)).map(|name| format!("front: {name} leads to no API")).collect();
    if domains.is_empty() {
        found.push("front: the domain is not made".to_owned());
    }
    if first_of_get_att(&template.0["Outputs"]["DomainTarget"]["Value"]).is_none() {
        found.push("front: nobody is told where the domain leads".to_owned());
    }
    found
}

/// Links are made of the origin: a wrong one leads people nowhere.
fn origins(deployments: &[(&Value, &str)]) -> Vec<String> {
    let own = |name: &str| match name {
        "the API's own" => json!({ "Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}" }),
        "the domain's" => json!({ "Fn::Sub": "https://${DomainName}" }),
        _ => json!({ "Ref": "Origin" }),
    };
    let wrong = deployments.iter().filter(|(deployed, name)| {
        let told = &deployed["Globals"]["Function"]["Environment"]["Variables"]["RINGONCE_ORIGIN"];
        *told != own(name) || deployed["Outputs"]["Origin"]["Value"] != own(name)
    });
    wrong.map(|(_, name)| format!("front: the origin is not {name}")).collect()
}
