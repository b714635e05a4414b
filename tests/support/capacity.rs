//! Capacity as the engine reports it, asked for and read by an interceptor: the code under test knows nothing of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::ConfigBag;
use aws_sdk_dynamodb::config::interceptors::{AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut};
use aws_sdk_dynamodb::config::{Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

/// Units used since the last reset.
#[derive(Debug, Default)]
pub struct Capacity(Mutex<BTreeMap<Kind, f64>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Read,
    Write,
}

impl Capacity {
    /// Forgets what was used.
    pub fn reset(&self) {
        self.0.lock().unwrap().clear();
    }

    /// Read units used.
    pub fn read_units(&self) -> f64 {
        self.used(Kind::Read)
    }

    /// Write units used.
    pub fn write_units(&self) -> f64 {
        self.used(Kind::Write)
    }

    fn used(&self, kind: Kind) -> f64 {
        self.0.lock().unwrap().get(&kind).copied().unwrap_or(0.0)
    }

    fn charge(&self, kind: Kind, units: f64) {
        *self.0.lock().unwrap().entry(kind).or_default() += units;
    }
}

/// Asks each operation for what it uses, and adds it up.
#[derive(Debug)]
pub(crate) struct Metering(pub(crate) Arc<Capacity>);

impl Intercept for Metering {
    fn name(&self) -> &'static str {
        "Metering"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context.input_mut();
        let total = Some(ReturnConsumedCapacity::Total);
        if let Some(input) = input.downcast_mut::<UpdateItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<PutItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<DeleteItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<GetItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<QueryInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<BatchGetItemInput>() {
            input.return_consumed_capacity = total;
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match context.output_or_error() {
            Ok(output) => {
                let write = output
                    .downcast_ref::<UpdateItemOutput>()
                    .map(UpdateItemOutput::consumed_capacity)
                    .or_else(|| output.downcast_ref::<PutItemOutput>().map(PutItemOutput::consumed_capacity))
                    .or_else(|| output.downcast_ref::<DeleteItemOutput>().map(DeleteItemOutput::consumed_capacity));
                let read = output
                    .downcast_ref::<GetItemOutput>()
                    .map(GetItemOutput::consumed_capacity)
                    .or_else(|| output.downcast_ref::<QueryOutput>().map(QueryOutput::consumed_capacity))
                    .or_else(|| output.downcast_ref::<ScanOutput>().map(ScanOutput::consumed_capacity));
                self.add(Kind::Write, write.flatten());
                self.add(Kind::Read, read.flatten());
                let of_tables = output.downcast_ref::<BatchGetItemOutput>().map(BatchGetItemOutput::consumed_capacity);
                of_tables.unwrap_or_default().iter().for_each(|used| self.add(Kind::Read, Some(used)));
            }
            // DynamoDB charges a write whose condition failed for the item's size, one unit at the least, and reports none.
            Err(error) => {
                let error = error.as_operation_error();
                let refused = error.is_some_and(|error| {
                    let update =
                        error.downcast_ref::<UpdateItemError>().is_some_and(UpdateItemError::is_conditional_check_failed_exception);
                    update || error.downcast_ref::<PutItemError>().is_some_and(PutItemError::is_conditional_check_failed_exception)
                });
                if refused {
                    self.0.charge(Kind::Write, 1.0);
                }
            }
        }
        Ok(())
    }
}

impl Metering {
    fn add(&self, kind: Kind, used: Option<&ConsumedCapacity>) {
        if let Some(units) = used.and_then(ConsumedCapacity::capacity_units) {
            self.0.charge(kind, units);
        }
    }
}
