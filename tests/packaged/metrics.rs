//! What the packaged programs say in CloudWatch's embedded metric format.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::deployment::Deployment;

/// What `statistics` says in metrics is what it has counted, though every batch came twice.
pub(crate) async fn are_what_was_counted(deployment: &Deployment) {
    let items = deployment.items().await;
    let topics: Vec<_> = items.iter().filter(|item| item["pk"].as_s().unwrap().starts_with("T#")).collect();
    let said = deployment.said("statistics");
    for (metric, counter) in [("Asked", "asked"), ("Granted", "granted"), ("Sent", "sent"), ("Returned", "returned")] {
        let count = |item: &&HashMap<String, AttributeValue>| Some(item.get(counter)?.as_n().unwrap().parse::<i64>().unwrap());
        let counted: i64 = topics.iter().filter_map(count).sum();
        assert_eq!(said.get(metric).copied().unwrap_or(0), counted, "{metric}: {said:?}");
    }
    assert!(said["Asked"] > 5 && said["Redeemed"] > 2 && said["ReleaseTaken"] == 2, "{said:?}");
    assert!(deployment.said("sweep")["OldestDue"] > 1_000_000_000, "what was let be due was since 1970");
}
