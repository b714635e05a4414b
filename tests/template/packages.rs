//! What `make package` leaves for `make deploy`: one architecture, from one variable, in packages and template.

use ringonce_tests::cloudformation::deployed;
use ringonce_tests::tools;
use serde_json::{Value, json};

#[test]
fn one_variable_sets_the_architecture_of_packages_and_of_the_template_that_deploys_them() {
    for architecture in ["x86_64", "arm64"] {
        let planned = tools::run("make", &["--dry-run", "deploy", &format!("ARCH={architecture}")]).unwrap();
        assert!(planned.contains(&format!("scripts/package {architecture}\n")), "{planned}");
        assert!(planned.contains("sam deploy --template target/lambda/template.json"), "{planned}");
        let template = tools::packaged_template(architecture);
        assert_eq!(template["Globals"]["Function"]["Architectures"], json!([architecture]));
        assert!(template["Parameters"]["Architecture"].is_null(), "nobody can ask for another");
    }
}

#[test]
fn the_template_of_the_packages_deploys_each_from_where_it_is_built_and_else_what_template_yaml_does() {
    let (written, mut packaged) = (tools::template(), tools::packaged_template("x86_64"));
    let mut functions = 0;
    for (name, resource) in written["Resources"].as_object().unwrap() {
        if resource["Type"] == "AWS::Serverless::Function" {
            functions += 1;
            let source = resource["Properties"]["CodeUri"].as_str().unwrap();
            let package = &mut packaged["Resources"][name];
            assert_eq!(package["Properties"]["CodeUri"], format!("{}/bootstrap.zip", source.strip_prefix("functions/").unwrap()));
            assert!(package["Metadata"].is_null(), "`sam deploy` builds nothing");
            *package = resource.clone();
        }
    }
    assert_eq!(functions, 8);
    packaged["Globals"]["Function"]["Architectures"] = written["Globals"]["Function"]["Architectures"].clone();
    for section in ["Globals", "Resources", "Outputs", "Conditions", "Rules"] {
        assert_eq!(packaged[section], written[section], "{section}");
    }
}

/// `KEY = "value"` lines below `[section]`.
fn setting(section: &str, key: &str) -> String {
    let written = std::fs::read_to_string(ringonce_tests::root().join("samconfig.toml")).unwrap();
    let below = written.split(&format!("[{section}]\n")).nth(1).unwrap().split("\n[").next().unwrap();
    let line = below.lines().find_map(|line| line.strip_prefix(&format!("{key} = "))).unwrap();
    line.trim_matches('"').to_owned()
}

#[test]
fn the_two_deployments_of_samconfig_share_no_secret_and_one_of_them_is_guarded() {
    let template = tools::template();
    let given = |environment: &str| {
        let parameters = setting(&format!("{environment}.global.parameters"), "parameter_overrides");
        parameters.split(' ').map(|pair| pair.split_once('=').unwrap()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let table = |given: &[(String, String)]| -> Value {
        let given: Vec<_> = given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        deployed(&template, &given)["Resources"]["Table"]["Properties"]["DeletionProtectionEnabled"].clone()
    };
    let (prod, dev): (Vec<_>, Vec<_>) = (given("default"), given("dev"));
    assert_eq!((table(&prod), table(&dev)), (json!(true), json!(false)));
    assert_ne!(setting("default.global.parameters", "stack_name"), setting("dev.global.parameters", "stack_name"));
    for secret in ["KeysSecret", "VapidSecret"] {
        let of = |given: &[(String, String)]| given.iter().find(|(name, _)| name == secret).map(|(_, value)| value.clone());
        assert!(of(&prod).is_none() && of(&dev).is_some(), "{secret}");
    }
}
