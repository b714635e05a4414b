//! What a failed call to DynamoDB means.

use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use ringonce_domain::store::{StoreError, Stored};

use super::codec::Item;

/// A write that was not done because its condition did not hold, or that nobody decided.
pub(super) enum Failure {
    /// The condition did not hold over this item; nothing stands there when it is empty.
    Condition(Item),
    /// Nobody decided.
    Store(StoreError),
}

/// Whether the condition of a write held.
pub(super) fn held<T>(result: Result<T, Failure>) -> Stored<bool> {
    match result {
        Ok(_) => Ok(true),
        Err(Failure::Condition(_)) => Ok(false),
        Err(Failure::Store(error)) => Err(error),
    }
}

/// A request that the SDK does not take.
pub(super) fn unbuilt(error: BuildError) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// What the SDK says of a call, without anything that was sent. A table that is missing, or closed to this role, will be
/// there and open once somebody has seen to it: nothing may be given up for it meanwhile.
pub(super) fn undecided<E>(error: SdkError<E>) -> StoreError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let code = error.as_service_error().and_then(|e| e.code().map(str::to_owned));
    match code.as_deref() {
        Some("ValidationException") => StoreError::Corrupt(explained(&error, "ValidationException")),
        Some(code @ ("AccessDeniedException" | "ResourceNotFoundException" | "UnrecognizedClientException")) => {
            StoreError::Unavailable(explained(&error, code))
        }
        Some(code) => StoreError::Unavailable(code.to_owned()),
        None => StoreError::Unavailable(transport(&error)),
    }
}

fn explained<E: ProvideErrorMetadata>(error: &SdkError<E>, code: &str) -> String {
    match error.as_service_error().and_then(ProvideErrorMetadata::message) {
        Some(message) => format!("{code}: {message}"),
        None => code.to_owned(),
    }
}

/// The kind of a transport failure and its cause; requests do not appear in it.
fn transport<E: std::error::Error + 'static>(error: &SdkError<E>) -> String {
    match error {
        SdkError::TimeoutError(_) => "timed out".to_owned(),
        SdkError::DispatchFailure(failure) => {
            failure.as_connector_error().map_or_else(|| "not sent".to_owned(), |e| DisplayErrorContext(e).to_string())
        }
        SdkError::ResponseError(_) => "unreadable answer".to_owned(),
        _ => "not sent".to_owned(),
    }
}

pub(super) fn of_update(error: SdkError<UpdateItemError>) -> Failure {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Failure::Condition(failed.item().cloned().unwrap_or_default()),
        _ => Failure::Store(undecided(error)),
    }
}

pub(super) fn of_put(error: SdkError<PutItemError>) -> Failure {
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(failed)) => Failure::Condition(failed.item().cloned().unwrap_or_default()),
        _ => Failure::Store(undecided(error)),
    }
}

pub(super) fn of_delete(error: SdkError<DeleteItemError>) -> Failure {
    match error.as_service_error() {
        Some(DeleteItemError::ConditionalCheckFailedException(failed)) => Failure::Condition(failed.item().cloned().unwrap_or_default()),
        _ => Failure::Store(undecided(error)),
    }
}

/// Whether a transaction was cancelled because a condition of it did not hold.
pub(super) fn is_condition_cancelled(error: &SdkError<TransactWriteItemsError>) -> bool {
    is_cancelled_for(error, "ConditionalCheckFailed")
}

/// Whether a transaction was cancelled only because another one held an item of it.
pub(super) fn is_conflict_cancelled(error: &SdkError<TransactWriteItemsError>) -> bool {
    is_cancelled_for(error, "TransactionConflict") && !is_condition_cancelled(error)
}

fn is_cancelled_for(error: &SdkError<TransactWriteItemsError>, code: &str) -> bool {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons().iter().any(|reason| reason.code() == Some(code))
        }
        _ => false,
    }
}
