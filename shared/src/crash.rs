//! Named points at which tests end the process, to see that nothing is lost. Release builds have none.

/// Declares the points once: the variant, its name, and the list of all.
macro_rules! crash_points {
    ($($(#[$doc:meta])* $point:ident = $name:literal),+ $(,)?) => {
        /// A moment at which a process may die.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum CrashPoint {
            $($(#[$doc])* $point),+
        }

        impl CrashPoint {
            /// Every point.
            pub const ALL: &[Self] = &[$(Self::$point),+];

            /// The point's name, as `RINGONCE_CRASH_AT` takes it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name),+
                }
            }
        }
    };
}

crash_points! {
    /// An ask was parsed, nothing is written.
    AskBeforeWrite = "ask.before-write",
    /// An ask is counted, its caller was not told.
    AskAfterWrite = "ask.after-write",
    /// An answer was parsed, nothing is written.
    AnswerBeforeWrite = "answer.before-write",
    /// An answer is recorded, the person was not told.
    AnswerAfterWrite = "answer.after-write",
    /// A redemption was parsed, nothing is written.
    RedeemBeforeWrite = "redeem.before-write",
    /// A redemption is committed, its caller was not told.
    RedeemAfterWrite = "redeem.after-write",
    /// A queued message was taken up, nothing is written.
    DeliverBeforeAttempt = "deliver.before-attempt",
    /// An attempt is recorded, nothing has left the table.
    DeliverAfterAttempt = "deliver.after-attempt",
    /// A message has left, what came of it is not recorded.
    DeliverAfterSend = "deliver.after-send",
    /// What came of a message is recorded, the batch is not acknowledged.
    DeliverAfterSettle = "deliver.after-settle",
    /// An event is about to be sent to its business.
    EventBeforeSend = "event.before-send",
    /// An event was sent to its business.
    EventAfterSend = "event.after-send",
    /// An event that could not be sent is parked.
    EventAfterPark = "event.after-park",
    /// A sweep has read that something is due and begun nothing.
    SweepAfterList = "sweep.after-list",
    /// A sweep is about to begin a scheduled message.
    SweepBeforeStart = "sweep.before-start",
    /// A sweep has begun a scheduled message.
    SweepAfterStart = "sweep.after-start",
    /// A release's next step has begun.
    ReleaseStepBegun = "release.step-begun",
    /// A business was asked whether there is something left to release.
    ReleaseAfterCheck = "release.after-check",
    /// A page of a release is planned, the release does not say so.
    ReleaseAfterPlan = "release.after-plan",
    /// A release says that a page is planned, nothing of it is claimed.
    ReleaseAfterPlanned = "release.after-planned",
    /// Something of a page is claimed.
    ReleaseAfterClaim = "release.after-claim",
    /// All of a page is claimed, the release does not say so.
    ReleaseAfterClaims = "release.after-claims",
    /// A release says that a page is claimed.
    ReleaseAfterClaimed = "release.after-claimed",
    /// A business was told of a release's end, the release does not say so.
    ReleaseAfterTelling = "release.after-telling",
    /// A run of the reconcile has begun in its first segment.
    ReconcileAfterBegin = "reconcile.after-begin",
    /// A worker has a segment, and has done nothing in it.
    ReconcileAfterClaim = "reconcile.after-claim",
    /// The other segments have begun, the first does not say so.
    ReconcileAfterOpen = "reconcile.after-open",
    /// A page is read, nothing of it is taken up.
    ReconcileAfterRead = "reconcile.after-read",
    /// Something of a page is taken up, its segment does not say so.
    ReconcileAfterMend = "reconcile.after-mend",
    /// A segment says what has become of it.
    ReconcileAfterSave = "reconcile.after-save",
    /// A run is over, nobody was told.
    ReconcileAfterClose = "reconcile.after-close",
    /// A sweep has claimed a parked event.
    SweepAfterClaim = "sweep.after-claim",
    /// A sweep has sent a parked event and not removed it.
    SweepAfterSend = "sweep.after-send",
}

#[cfg(debug_assertions)]
static HOOK: std::sync::OnceLock<fn(CrashPoint)> = std::sync::OnceLock::new();

/// Has `hook` called at every point from now on; only the first hook of a process counts.
#[cfg(debug_assertions)]
pub fn install(hook: fn(CrashPoint)) {
    let _ = HOOK.set(hook);
}

/// Passes a point. Does nothing in release builds, and nothing without a hook.
#[inline]
pub fn pass(point: CrashPoint) {
    #[cfg(debug_assertions)]
    if let Some(hook) = HOOK.get() {
        hook(point);
    }
    #[cfg(not(debug_assertions))]
    let _ = point;
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    static PASSED: Mutex<Vec<CrashPoint>> = Mutex::new(Vec::new());

    #[test]
    fn a_hook_hears_of_every_point_that_is_passed_and_a_second_one_of_none() {
        install(|point| PASSED.lock().expect("a lock").push(point));
        install(|point| panic!("{point:?}"));
        for point in CrashPoint::ALL {
            pass(*point);
        }
        assert_eq!(*PASSED.lock().expect("a lock"), CrashPoint::ALL);
    }

    #[test]
    fn every_point_has_a_name_of_its_own() {
        let mut names: Vec<_> = CrashPoint::ALL.iter().map(|point| point.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), CrashPoint::RedeemAfterWrite.name()), (CrashPoint::ALL.len(), "redeem.after-write"));
    }
}
