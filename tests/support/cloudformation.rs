//! What CloudFormation makes of a template's parameters: which resources there are, and which values.

use std::collections::BTreeMap;

use serde_json::Value;

/// Parameters by name; those that are left out have their defaults.
pub type Given<'a> = &'a [(&'a str, &'a str)];

/// The template as it is deployed with these parameters: what a condition leaves out is gone, and each choice is made.
pub fn deployed(template: &Value, given: Given<'_>) -> Value {
    let stack = Stack::new(template, given);
    let sections = template.as_object().unwrap().iter();
    let decided = sections.map(|(name, section)| match name.as_str() {
        "Globals" | "Resources" | "Outputs" => (name.clone(), stack.existing(section)),
        _ => (name.clone(), section.clone()),
    });
    Value::Object(decided.collect())
}

/// What the template's rules say against these parameters.
pub fn refusals(template: &Value, given: Given<'_>) -> Vec<String> {
    let stack = Stack::new(template, given);
    let rules = template["Rules"].as_object().into_iter().flatten().map(|(_, rule)| rule);
    let applies = |rule: &&Value| rule["RuleCondition"].is_null() || stack.holds(&rule["RuleCondition"]);
    let assertions = rules.filter(applies).flat_map(|rule| rule["Assertions"].as_array().unwrap());
    let broken = assertions.filter(|assertion| !stack.holds(&assertion["Assert"]));
    broken.map(|assertion| assertion["AssertDescription"].as_str().unwrap_or_default().to_owned()).collect()
}

struct Stack<'a> {
    conditions: &'a Value,
    parameters: BTreeMap<&'a str, String>,
}

impl<'a> Stack<'a> {
    fn new(template: &'a Value, given: Given<'a>) -> Self {
        let declared = template["Parameters"].as_object().into_iter().flatten();
        let mut parameters: BTreeMap<_, _> = declared.map(|(name, parameter)| (name.as_str(), words(&parameter["Default"]))).collect();
        for (name, value) in given {
            assert!(parameters.insert(name, (*value).to_owned()).is_some(), "template.yaml has no parameter {name}");
        }
        Self { conditions: &template["Conditions"], parameters }
    }

    /// The section without what stands under a condition that does not hold, and with each choice made.
    fn existing(&self, section: &Value) -> Value {
        let all = section.as_object().into_iter().flatten();
        let there = all.filter(|(_, one)| one["Condition"].as_str().is_none_or(|condition| self.named(condition)));
        Value::Object(there.filter_map(|(name, one)| Some((name.clone(), self.decide(one)?))).collect())
    }

    /// The value with each choice made; nothing, if that is what was chosen.
    fn decide(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(object) if object.len() == 1 && object.contains_key("Fn::If") => self.decide(self.chosen(&object["Fn::If"])),
            Value::Object(object) if object.len() == 1 && value["Ref"] == "AWS::NoValue" => None,
            Value::Object(object) => {
                let decided = object.iter().filter_map(|(name, value)| Some((name.clone(), self.decide(value)?)));
                Some(Value::Object(decided.collect()))
            }
            Value::Array(values) => Some(values.iter().filter_map(|value| self.decide(value)).collect()),
            plain => Some(plain.clone()),
        }
    }

    fn chosen<'b>(&self, choice: &'b Value) -> &'b Value {
        let condition = choice[0].as_str().unwrap_or_default();
        if self.named(condition) { &choice[1] } else { &choice[2] }
    }

    fn named(&self, condition: &str) -> bool {
        let stated = &self.conditions[condition];
        assert!(stated.is_object(), "template.yaml has no condition {condition}");
        self.holds(stated)
    }

    fn holds(&self, condition: &Value) -> bool {
        let (function, of) = condition.as_object().and_then(|object| object.iter().next()).unwrap();
        let mut parts = of.as_array().into_iter().flatten();
        match function.as_str() {
            "Condition" => self.named(of.as_str().unwrap()),
            "Fn::Equals" => self.word(&of[0]) == self.word(&of[1]),
            "Fn::Not" => !self.holds(&of[0]),
            "Fn::And" => parts.all(|part| self.holds(part)),
            "Fn::Or" => parts.any(|part| self.holds(part)),
            other => panic!("no condition is understood by {other}"),
        }
    }

    fn word(&self, value: &Value) -> String {
        value["Ref"].as_str().map_or_else(|| words(value), |parameter| self.parameters[parameter].clone())
    }
}

/// A parameter is compared as text, whatever its type.
fn words(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}
