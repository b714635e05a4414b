//! The table of prices, `docs/prices.json`.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::Deserialize;

/// Prices of all regions that the table holds, with their date.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceTable {
    pub(super) as_of: String,
    pub(super) note: String,
    pub(super) sources: Vec<String>,
    pub(super) regions: BTreeMap<String, Prices>,
}

/// Prices of a region, in dollars.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prices {
    pub(super) million_write_units: f64,
    pub(super) million_read_units: f64,
    pub(super) table_gb_month: f64,
    pub(super) backup_gb_month: f64,
    pub(super) million_invocations: f64,
    million_gb_seconds_x86_64: f64,
    million_gb_seconds_arm64: f64,
    million_http_api_calls: f64,
    million_function_url_calls: f64,
    pub(super) million_stream_reads: f64,
    pub(super) million_rule_invocations: f64,
    pub(super) log_gb: f64,
    pub(super) metric_month: f64,
    pub(super) alarm_month: f64,
    pub(super) dashboard_month: f64,
    pub(super) secret_month: f64,
    pub(super) thousand_emails: f64,
}

/// For which machine the functions are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Architecture {
    #[value(name = "x86_64")]
    X86,
    Arm64,
}

/// What stands before the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Front {
    HttpApi,
    FunctionUrls,
}

impl PriceTable {
    pub(super) fn read() -> Self {
        serde_json::from_str(include_str!("../../../../docs/prices.json")).expect("a test reads the table of prices")
    }
}

impl Prices {
    pub(super) const fn million_gb_seconds(&self, architecture: Architecture) -> f64 {
        match architecture {
            Architecture::X86 => self.million_gb_seconds_x86_64,
            Architecture::Arm64 => self.million_gb_seconds_arm64,
        }
    }

    pub(super) const fn million_calls(&self, front: Front) -> f64 {
        match front {
            Front::HttpApi => self.million_http_api_calls,
            Front::FunctionUrls => self.million_function_url_calls,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_prices_is_read_and_says_of_when_and_whence_it_is() {
        let table = PriceTable::read();
        assert!(table.as_of.len() == 7 && table.sources.iter().all(|source| source.starts_with("https://aws.amazon.com/")));
        assert!(["us-east-1", "eu-central-1"].iter().all(|region| table.regions.contains_key(*region)));
    }
}
