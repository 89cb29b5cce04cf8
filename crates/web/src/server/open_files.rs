//! How many files this process may have open: connections are files, too.

/// Files that are left for the database, uploads and the rest of the program.
const KEPT_BACK: u64 = 128;

/// Raises the limit of open files as far as this process may. Says how many connections fit below it; none where nothing
/// is known about it.
#[cfg(unix)]
pub(super) fn raise() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let before = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: before.maximum,
        ..before
    };
    // Where it cannot be raised, the limit is what it was.
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => before.maximum,
        Err(_) => before.current,
    };
    limit.map(|files| usize::try_from(files.saturating_sub(KEPT_BACK).max(files / 2)).unwrap_or(usize::MAX))
}

/// Nothing is known about it.
#[cfg(not(unix))]
pub(super) fn raise() -> Option<usize> {
    None
}
