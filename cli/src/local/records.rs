//! The records of the engine's stream, in order.

use dynoxide::Database;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;

use super::pump::PumpError;

/// A place in the stream of one table. The engine has one shard.
pub struct Records {
    database: Database,
    iterator: String,
}

impl Records {
    /// The beginning of the stream of `table`.
    ///
    /// # Errors
    /// When the table has no stream.
    pub fn of(database: Database, table: &str) -> Result<Self, PumpError> {
        let streams = database.list_streams(ListStreamsRequest { table_name: Some(table.to_owned()), ..ListStreamsRequest::default() })?;
        let missing = || PumpError::new(format!("table `{table}` has none"));
        let request = GetShardIteratorRequest {
            stream_arn: streams.streams.into_iter().next().ok_or_else(missing)?.stream_arn,
            shard_id: dynoxide::streams::shard_id(table),
            shard_iterator_type: "TRIM_HORIZON".to_owned(),
            sequence_number: None,
        };
        let iterator = database.get_shard_iterator(request)?.shard_iterator;
        let iterator = iterator.ok_or_else(|| PumpError::new(format!("the stream of `{table}` has no beginning")))?;
        Ok(Self { database, iterator })
    }

    /// The next records, at most `limit`.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn next(&mut self, limit: usize) -> Result<Vec<Record>, PumpError> {
        let request = GetRecordsRequest { shard_iterator: self.iterator.clone(), limit: Some(limit) };
        let answer = self.database.get_records(request)?;
        if let Some(next) = answer.next_shard_iterator {
            self.iterator = next;
        }
        Ok(answer.records)
    }
}
