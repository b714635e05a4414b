use std::time::Duration;

use serde::Serialize;

use crate::crash::{CrashPoint, pass};
use crate::reconcile::{HEAD, Phase, Report, SEGMENTS, Segment};
use crate::store::{Reconciles, Stored};
use crate::time::{Timestamp, rfc3339};

/// What came of a beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// A run has begun.
    Begun(Timestamp),
    /// A run of about that time is under way and keeps its place; nothing was begun.
    UnderWay(Timestamp),
}

/// Begins a run, unless one is under way.
///
/// # Errors
/// When the store could not decide.
pub async fn begin_reconcile(store: &(impl Reconciles + ?Sized), now: Timestamp) -> Stored<Beginning> {
    let seen = store.segment(HEAD).await?;
    if let Some(seen) = seen.as_ref().filter(|seen| seen.is_under_way(now)) {
        return Ok(Beginning::UnderWay(seen.run));
    }
    // A worker of an earlier run knows by its time that this one is later, whatever the clocks say.
    let run = seen.as_ref().map_or(now, |seen| now.max(seen.run + Duration::from_millis(1)));
    let has_begun = store.advance_segment(seen.as_ref(), &Segment::begun(HEAD, run, now, seen.as_ref())).await?;
    pass(CrashPoint::ReconcileAfterBegin);
    Ok(if has_begun { Beginning::Begun(run) } else { Beginning::UnderWay(run) })
}

/// Has the run of that time begin in a segment; true when it has, or a later one.
///
/// # Errors
/// When the store could not decide.
pub async fn begin_segment(store: &(impl Reconciles + ?Sized), number: u8, run: Timestamp, now: Timestamp) -> Stored<bool> {
    let seen = store.segment(number).await?;
    if seen.as_ref().is_some_and(|seen| seen.run >= run) {
        return Ok(true);
    }
    store.advance_segment(seen.as_ref(), &Segment::begun(number, run, now, seen.as_ref())).await
}

/// How far the last run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// When it was begun.
    #[serde(serialize_with = "rfc3339::serialize")]
    pub begun_at: Timestamp,
    /// When it was over.
    #[serde(serialize_with = "rfc3339::optional")]
    pub ended_at: Option<Timestamp>,
    /// How many segments are read.
    pub segments_read: u8,
    /// How many there are.
    pub segments: u8,
    /// What it has come to.
    pub report: Report,
}

/// How far the last run has come; nothing before the first.
///
/// # Errors
/// When the store does not say.
pub async fn reconcile_progress(store: &(impl Reconciles + ?Sized)) -> Stored<Option<Progress>> {
    let Some(head) = store.segment(HEAD).await? else {
        return Ok(None);
    };
    let mut segments = vec![head.clone()];
    for number in HEAD + 1..SEGMENTS {
        segments.extend(store.segment(number).await?.filter(|segment| segment.run == head.run));
    }
    let is_read = |segment: &&Segment| matches!(segment.phase, Phase::Closing | Phase::Over);
    let so_far = || segments.iter().fold(Report::default(), |sum, segment| sum.and(segment.report));
    Ok(Some(Progress {
        begun_at: head.run,
        ended_at: head.ended_at,
        segments_read: u8::try_from(segments.iter().filter(is_read).count()).unwrap_or(SEGMENTS),
        segments: SEGMENTS,
        report: head.total.unwrap_or_else(so_far),
    }))
}
