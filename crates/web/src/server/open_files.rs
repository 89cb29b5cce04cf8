//! The limit of open files of this process. Connections count as open files.

/// Files reserved for the database, uploads and the rest of the program.
const KEPT_BACK: u64 = 128;

/// Raises the limit of open files as far as this process may. Returns the number of connections that fit below it, or
/// `None` if there is no known limit.
#[cfg(unix)]
pub(super) fn raise() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let before = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: before.maximum,
        ..before
    };
    // If the limit cannot be raised, the previous one applies.
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => before.maximum,
        Err(_) => before.current,
    };
    limit.map(|files| usize::try_from(files.saturating_sub(KEPT_BACK).max(files / 2)).unwrap_or(usize::MAX))
}

/// The limit is unknown on this system.
#[cfg(not(unix))]
pub(super) fn raise() -> Option<usize> {
    None
}
