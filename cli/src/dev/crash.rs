//! Ends the process at a named point, so that a test can see that nothing is lost. Release builds have no points.

/// Has the process end as if killed when it passes the point that `RINGONCE_CRASH_AT` names.
#[cfg(debug_assertions)]
pub(super) fn install() {
    use ringonce_domain::crash::{self, CrashPoint};

    fn hook(point: CrashPoint) {
        if std::env::var("RINGONCE_CRASH_AT").is_ok_and(|name| name == point.name()) {
            crate::output::note(format_args!("crashing at {}", point.name()));
            std::process::abort();
        }
    }
    crash::install(hook);
}

#[cfg(not(debug_assertions))]
pub(super) fn install() {}
