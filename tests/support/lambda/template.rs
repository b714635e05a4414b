//! What `template.yaml` deploys each function with.

use std::time::Duration;

use crate::{cloudformation, tools};
use serde_json::Value;

/// The template as it is deployed when nothing is asked of it.
pub struct Template(Value);

impl Template {
    /// Reads it.
    pub fn read() -> Self {
        Self(cloudformation::deployed(&tools::template(), &[]))
    }

    /// The properties of the function that is made in that folder.
    fn function(&self, folder: &str) -> &Value {
        let uri = format!("functions/{folder}");
        let resources = self.0["Resources"].as_object().unwrap();
        let found = resources.values().map(|resource| &resource["Properties"]).find(|properties| properties["CodeUri"] == *uri);
        found.unwrap_or_else(|| panic!("template.yaml deploys no {uri}"))
    }

    /// A number of the function's own, or else of all functions.
    fn number(&self, folder: &str, name: &str) -> u64 {
        let own = &self.function(folder)[name];
        let value = if own.is_null() { &self.0["Globals"]["Function"][name] } else { own };
        value.as_u64().unwrap_or_else(|| panic!("{folder} has no {name}"))
    }

    /// Longest that the function may take.
    pub fn timeout(&self, folder: &str) -> Duration {
        Duration::from_secs(self.number(folder, "Timeout"))
    }

    /// The function's memory, in MB.
    pub fn memory(&self, folder: &str) -> u64 {
        self.number(folder, "MemorySize")
    }

    /// The names of the variables that every function is given.
    pub fn variables(&self) -> Vec<String> {
        let variables = &self.0["Globals"]["Function"]["Environment"]["Variables"];
        variables.as_object().unwrap().keys().cloned().collect()
    }

    /// The statements of a function's role.
    pub fn statements(&self, folder: &str) -> Vec<&Value> {
        let role = self.function(folder)["Role"]["Fn::GetAtt"][0].as_str().unwrap();
        let policies = self.0["Resources"][role]["Properties"]["Policies"].as_array().unwrap();
        policies.iter().flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap()).collect()
    }
}
