//! What AWS publishes, and what it does not: limits and prices with their sources, and our assumptions beside them.

use crate::clock::{MILLISECOND, Micros};

/// Write units a second that one partition takes, of a table or of an index; also the records that its stream shard gets
/// at most. <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>
pub const PARTITION_WRITES: u32 = 1_000;
/// Read units a second of a partition "or a linear combination of both": a write unit weighs as much as three of these.
/// <https://repost.aws/knowledge-center/on-demand-table-throttling-dynamodb>
pub const PARTITION_READS: u32 = 3_000;
/// What a write unit weighs in read units.
pub const WRITE_WEIGHT: u32 = PARTITION_READS / PARTITION_WRITES;
/// Write units a second of a new on-demand table, beside 12,000 read units; an index has as much of its own.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html>
pub const NEW_TABLE: u32 = 4_000;
/// Write units a second that an account's quota gives one table, unless raised.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
pub const TABLE_QUOTA: u32 = 40_000;
/// Records that one read of a stream shard brings at most (or 1 MB: ours hold old and new image, about 1 KB together).
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html>
pub const RECORDS_OF_A_READ: u32 = 1_000;
/// Lambda reads a stream shard four times a second.
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
pub const POLL: Micros = 250 * MILLISECOND;
/// Invocations at once that an account's quota gives, unless raised.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const CONCURRENCY: usize = 1_000;
/// Bytes of a partition at most. <https://aws.amazon.com/blogs/database/choosing-the-right-dynamodb-partition-key/>
pub const PARTITION_BYTES: u64 = 10_000_000_000;
/// Calls of HTTP APIs a second that an account's quota gives in a region, unless raised.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
pub const CALLS: u64 = 10_000;

/// Records of a batch, as `template.yaml` has it.
pub const BATCH: usize = 100;
/// Batches of one shard at a time (`ParallelizationFactor`): records of one item stay in one lane.
pub const LANES: usize = 4;
/// Memory of a function in GB, as `template.yaml` has it.
pub const MEMORY_GB: f64 = 0.25;

/// Dollars in us-east-1, on demand, as of 2025. <https://aws.amazon.com/dynamodb/pricing/on-demand/>,
/// <https://aws.amazon.com/lambda/pricing/>
pub const DOLLARS_A_MILLION_WRITE_UNITS: f64 = 0.625;
/// Of reads.
pub const DOLLARS_A_MILLION_READ_UNITS: f64 = 0.125;
/// Of invocations. Reads of the stream by Lambda cost nothing.
pub const DOLLARS_A_MILLION_INVOCATIONS: f64 = 0.20;
/// Of a function's memory and time, on x86.
pub const DOLLARS_A_GB_SECOND: f64 = 0.000_016_666_7;

/// What nobody publishes: our assumptions.
#[derive(Debug, Clone, Copy)]
pub struct Assumed {
    /// From a call of the table to its answer.
    pub call: Micros,
    /// A business's webhook, from call to answer.
    pub webhook: Micros,
    /// A worker's processor for one call: 0.14 ms of the seventh of one that 256 MB buy. One call after another.
    pub processor: Micros,
    /// Lambda's own part of an invocation.
    pub invocation: Micros,
    /// From a write to its record in the stream.
    pub publish: Micros,
    /// Between two reads of a stream shard.
    pub poll: Micros,
}

impl Default for Assumed {
    fn default() -> Self {
        let of = |milliseconds: u64| milliseconds * MILLISECOND;
        Self { call: of(5), webhook: of(50), processor: of(1), invocation: of(10), publish: of(165), poll: POLL }
    }
}
