//! What DynamoDB charges for a request. The engine's figure, and what it does not report: a refused write is charged too.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>. A refused condition is
//! charged as if the item were no larger than a unit, and of a cancelled transaction each write as one: DynamoDB may take more.

use serde_json::{Value, json};

/// Operations that use capacity.
const WRITES: [&str; 5] = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];
const READS: [&str; 5] = ["GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"];

/// Units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Units {
    pub(crate) write: f64,
    pub(crate) read: f64,
}

/// Whether an operation uses capacity.
pub(crate) fn is_charged(operation: &str) -> bool {
    WRITES.contains(&operation) || READS.contains(&operation)
}

/// The request as it asks for what it uses.
pub(crate) fn asked_for(mut request: Value) -> Value {
    request["ReturnConsumedCapacity"] = json!("TOTAL");
    request
}

/// What a request used.
pub(crate) fn of(operation: &str, request: &Value, succeeded: bool, answer: &Value) -> Units {
    let used = if succeeded { reported(&answer["ConsumedCapacity"]) } else { refused(operation, request, answer) };
    if WRITES.contains(&operation) { Units { write: used, read: 0.0 } } else { Units { write: 0.0, read: used } }
}

/// One table's, or several tables'.
fn reported(used: &Value) -> f64 {
    match used {
        Value::Array(all) => all.iter().map(reported).sum(),
        used => used["CapacityUnits"].as_f64().expect("the engine says what it charges"),
    }
}

fn refused(operation: &str, request: &Value, answer: &Value) -> f64 {
    let error = answer["__type"].as_str().unwrap_or_default();
    if error.ends_with("ConditionalCheckFailedException") {
        return 1.0;
    }
    let is_cancelled = operation == "TransactWriteItems" && error.ends_with("TransactionCanceledException");
    #[expect(clippy::cast_precision_loss, reason = "a transaction holds a hundred writes at the most")]
    let writes = request["TransactItems"].as_array().map_or(0.0, |writes| writes.len() as f64);
    if is_cancelled { writes } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use ringonce_tests::engine::Engine;
    use ringonce_tests::http;

    use super::*;

    async fn used(engine: &Engine, operation: &str, mut request: Value) -> Units {
        let table = json!(engine.table);
        if let Some(writes) = request["TransactItems"].as_array_mut() {
            writes.iter_mut().for_each(|write| write["Put"]["TableName"] = table.clone());
        } else {
            request["TableName"] = table;
        }
        let target = format!("DynamoDB_20120810.{operation}");
        let headers = [
            ("x-amz-target", target.as_str()),
            ("x-amz-date", "20261128T000000Z"),
            ("content-type", "application/x-amz-json-1.0"),
            ("authorization", "AWS4-HMAC-SHA256 Credential=a/20261128/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0"),
        ];
        let answer = http::send("POST", &format!("{}/", engine.endpoint), &headers, asked_for(request.clone()).to_string()).await;
        let answered = serde_json::from_str(&answer.body).unwrap();
        of(operation, &request, answer.status.is_success(), &answered)
    }

    fn item(key: &str, bytes: usize, waiting: Option<&str>) -> Value {
        let mut item = json!({ "pk": { "S": key }, "sk": { "S": "O" }, "text": { "S": "x".repeat(bytes) } });
        if let Some(waiting) = waiting {
            item["waiting"] = json!({ "S": "topic" });
            item["waiting_at"] = json!({ "S": waiting });
        }
        item
    }

    /// Against the prices that AWS's documentation gives for each.
    #[tokio::test]
    async fn each_operation_uses_what_the_documentation_says() {
        let engine = Engine::embedded().await;
        let write = |write: f64| Units { write, read: 0.0 };
        let read = |read: f64| Units { write: 0.0, read };
        let key = json!({ "pk": { "S": "a" }, "sk": { "S": "O" } });
        let none = "attribute_not_exists(pk)";
        let cases = [
            ("PutItem", json!({ "Item": item("a", 100, None) }), write(1.0), "an item of less than 1 KB"),
            ("PutItem", json!({ "Item": item("b", 1_500, None) }), write(2.0), "of 1.5 KB"),
            ("PutItem", json!({ "Item": item("b", 100, None) }), write(2.0), "a small one in place of a large one: the larger counts"),
            ("PutItem", json!({ "Item": item("c", 100, Some("1")) }), write(2.0), "one that comes into an index"),
            ("PutItem", json!({ "Item": item("c", 100, Some("2")) }), write(3.0), "one that moves in it: out and in"),
            ("PutItem", json!({ "Item": item("c", 100, None) }), write(2.0), "one that leaves it"),
            ("PutItem", json!({ "Item": item("a", 100, None), "ConditionExpression": none }), write(1.0), "a refused condition"),
            ("GetItem", json!({ "Key": key }), read(0.5), "an eventually consistent read"),
            ("GetItem", json!({ "Key": key, "ConsistentRead": true }), read(1.0), "a strongly consistent one"),
            (
                "TransactWriteItems",
                json!({ "TransactItems": [{ "Put": { "Item": item("d", 100, None) } }, { "Put": { "Item": item("e", 100, None) } }] }),
                write(4.0),
                "a transaction costs twice",
            ),
            (
                "TransactWriteItems",
                json!({ "TransactItems": [{ "Put": { "Item": item("d", 100, None), "ConditionExpression": none } }, { "Put": { "Item": item("f", 100, None) } }] }),
                write(2.0),
                "a cancelled one",
            ),
        ];
        for (operation, request, expected, what) in cases {
            assert_eq!(used(&engine, operation, request).await, expected, "{what}");
        }
    }
}
