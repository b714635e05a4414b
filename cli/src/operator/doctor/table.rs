//! The table: its keys, indexes and stream, and what protects it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    GlobalSecondaryIndexDescription, IndexStatus, KeySchemaElement, PointInTimeRecoveryStatus, StreamViewType, TableDescription,
    TableStatus, TimeToLiveDescription, TimeToLiveStatus,
};
use ringonce_adapters::dynamo::schema::{DUE, DUE_AT, DUE_INDEX, FORGET_AT, PK, SK, WAITING, WAITING_AT, WAITING_INDEX};

use super::report::{Finding, fail, ok, sum, unseen, warn};
use super::stack::Deployment;

/// Looks at the table; gives back its stream too.
pub(super) async fn check(config: &aws_config::SdkConfig, deployment: &Deployment) -> (Option<String>, Vec<Finding>) {
    let Some(name) = deployment.value("Table") else {
        return (None, Vec::new());
    };
    let (client, what) = (Client::new(config), format!("table {name}"));
    let table = match client.describe_table().table_name(name).send().await {
        Ok(answer) => answer.table.unwrap_or_else(|| TableDescription::builder().build()),
        Err(error) => return (None, vec![unseen(what, &error)]),
    };
    let ttl = match client.describe_time_to_live().table_name(name).send().await {
        Ok(answer) => judge_ttl(answer.time_to_live_description.as_ref()),
        Err(error) => unseen("time to live", &error),
    };
    let backups = match client.describe_continuous_backups().table_name(name).send().await {
        Ok(answer) => {
            let recovery = answer.continuous_backups_description.and_then(|each| each.point_in_time_recovery_description);
            let status = recovery.and_then(|each| each.point_in_time_recovery_status);
            judge_recovery(status == Some(PointInTimeRecoveryStatus::Enabled), deployment)
        }
        Err(error) => unseen("point-in-time recovery", &error),
    };
    let findings = vec![judge(&what, &table), judge_protection(&table, deployment), ttl, backups];
    (table.latest_stream_arn, findings)
}

fn judge(what: &str, table: &TableDescription) -> Finding {
    let mut wrong = Vec::new();
    if table.table_status() != Some(&TableStatus::Active) {
        wrong.push(format!("its status is {}, and not ACTIVE", table.table_status().map_or("unknown", TableStatus::as_str)));
    }
    if !is_keyed(table.key_schema(), [PK, SK]) {
        wrong.push(format!("its keys are not {PK} and {SK}: this is no table of Ringonce"));
    }
    for (index, keys) in [(WAITING_INDEX, [WAITING, WAITING_AT]), (DUE_INDEX, [DUE, DUE_AT])] {
        let found = table.global_secondary_indexes().iter().find(|each| each.index_name() == Some(index));
        wrong.extend(judge_index(index, keys, found));
    }
    let stream = table.stream_specification().filter(|stream| stream.stream_enabled());
    if stream.and_then(|stream| stream.stream_view_type()) != Some(&StreamViewType::NewAndOldImages) {
        wrong.push("it has no stream of new and old images: nothing is delivered. Deploy the template".to_owned());
    }
    sum(what, wrong, "active, with its keys, indexes and stream")
}

fn judge_index(name: &str, keys: [&str; 2], index: Option<&GlobalSecondaryIndexDescription>) -> Option<String> {
    let Some(index) = index else {
        return Some(format!("it has no index `{name}`: deploy the template"));
    };
    if !is_keyed(index.key_schema(), keys) {
        return Some(format!("the keys of its index `{name}` are not {} and {}", keys[0], keys[1]));
    }
    match index.index_status() {
        Some(IndexStatus::Active) | None => None,
        Some(status) => Some(format!("its index `{name}` is {}, and not ACTIVE", status.as_str())),
    }
}

fn is_keyed(schema: &[KeySchemaElement], keys: [&str; 2]) -> bool {
    schema.iter().map(KeySchemaElement::attribute_name).eq(keys)
}

fn judge_protection(table: &TableDescription, deployment: &Deployment) -> Finding {
    match (table.deletion_protection_enabled(), deployment.is_production()) {
        (Some(true), _) => ok("deletion protection", "on"),
        (_, false) => ok("deletion protection", "off, as a stack that is not for production may have it"),
        (_, true) => fail("deletion protection", "off: one call deletes every consent. Deploy the template, which has it on"),
    }
}

fn judge_recovery(is_on: bool, deployment: &Deployment) -> Finding {
    let what = "point-in-time recovery";
    match (is_on, deployment.is_production()) {
        (true, _) => ok(what, "on"),
        (false, false) => ok(what, "off, as a stack that is not for production may have it"),
        (false, true) => fail(what, "off: what is lost cannot be brought back. Deploy the template, which has it on"),
    }
}

fn judge_ttl(ttl: Option<&TimeToLiveDescription>) -> Finding {
    let status = ttl.and_then(TimeToLiveDescription::time_to_live_status);
    match (status, ttl.and_then(TimeToLiveDescription::attribute_name)) {
        (Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling), Some(FORGET_AT)) => {
            ok("time to live", format!("on, by `{FORGET_AT}`"))
        }
        _ => warn("time to live", format!("not on by `{FORGET_AT}`: nothing is ever forgotten, and the table grows. Deploy the template")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;
    use aws_sdk_dynamodb::types::builders::TableDescriptionBuilder;
    use aws_sdk_dynamodb::types::{KeyType, StreamSpecification};

    fn keys([hash, range]: [&str; 2]) -> Vec<KeySchemaElement> {
        let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect("whole");
        vec![key(hash, KeyType::Hash), key(range, KeyType::Range)]
    }

    fn index(name: &str, names: [&str; 2], status: IndexStatus) -> GlobalSecondaryIndexDescription {
        GlobalSecondaryIndexDescription::builder().index_name(name).set_key_schema(Some(keys(names))).index_status(status).build()
    }

    fn stream(view: StreamViewType) -> StreamSpecification {
        StreamSpecification::builder().stream_enabled(true).stream_view_type(view).build().expect("whole")
    }

    /// A table as the template makes it, but for its due index.
    fn table(due: GlobalSecondaryIndexDescription) -> TableDescriptionBuilder {
        TableDescription::builder()
            .table_status(TableStatus::Active)
            .set_key_schema(Some(keys([PK, SK])))
            .set_global_secondary_indexes(Some(vec![index(WAITING_INDEX, [WAITING, WAITING_AT], IndexStatus::Active), due]))
            .stream_specification(stream(StreamViewType::NewAndOldImages))
    }

    fn due(status: IndexStatus) -> GlobalSecondaryIndexDescription {
        index(DUE_INDEX, [DUE, DUE_AT], status)
    }

    #[test]
    fn a_table_as_the_template_makes_it_is_well_and_what_differs_is_named() {
        let whole = || table(due(IndexStatus::Active));
        assert_eq!(judge("table", &whole().build()).level, Level::Ok);
        for (changed, says) in [
            (whole().table_status(TableStatus::Updating), "UPDATING"),
            (whole().set_key_schema(Some(keys(["id", "sk"]))), "no table of Ringonce"),
            (whole().set_global_secondary_indexes(None), "no index `waiting`"),
            (table(due(IndexStatus::Creating)), "`due` is CREATING"),
            (table(index(DUE_INDEX, [DUE, "when"], IndexStatus::Active)), "keys of its index `due`"),
            (whole().stream_specification(stream(StreamViewType::KeysOnly)), "no stream"),
            (whole().set_stream_specification(None), "no stream"),
        ] {
            let finding = judge("table", &changed.build());
            assert!(finding.level == Level::Fail && finding.words.contains(says), "{finding:?}");
        }
    }

    #[test]
    fn what_protects_data_is_on_in_production() {
        let (production, trial) = (Deployment::default(), Deployment::of(&[("Stage", "dev")]));
        let table = |is_on| TableDescription::builder().deletion_protection_enabled(is_on).build();
        for (is_on, deployment, level) in [(true, &production, Level::Ok), (false, &production, Level::Fail), (false, &trial, Level::Ok)] {
            assert_eq!(judge_protection(&table(is_on), deployment).level, level);
            assert_eq!(judge_recovery(is_on, deployment).level, level);
        }
    }

    #[test]
    fn what_is_over_is_forgotten_by_its_attribute() {
        let ttl = |name, status| TimeToLiveDescription::builder().attribute_name(name).time_to_live_status(status).build();
        assert_eq!(judge_ttl(Some(&ttl(FORGET_AT, TimeToLiveStatus::Enabled))).level, Level::Ok);
        assert_eq!(judge_ttl(Some(&ttl("ttl", TimeToLiveStatus::Enabled))).level, Level::Warn);
        assert_eq!(judge_ttl(Some(&ttl(FORGET_AT, TimeToLiveStatus::Disabled))).level, Level::Warn);
        assert_eq!(judge_ttl(None).level, Level::Warn);
    }
}
