//! A server lives for months: what it has freed goes back to the system at once.
//!
//! Owns the one setting of the allocator. It is read from the environment when the process begins, and there is no other
//! safe way to set it, so the program puts itself in its own place with it. Beside an import of a million rows that is a
//! sixth of the memory; an import from the command line is over before it would pay.

/// How the allocator is told how many milliseconds it may keep what is free.
#[cfg(unix)]
const SETTING: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "0");

/// Begins anew with the setting, unless it is set already. Where that fails, the program goes on without.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "it is a setting of the allocator, not of ours")]
pub fn give_memory_back() {
    use std::os::unix::process::CommandExt;
    let (name, value) = SETTING;
    if std::env::var(name).is_ok() {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        // It only comes back if it has failed.
        let _ = std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(name, value)
            .exec();
    }
}

/// Nothing takes the place of a running process here.
#[cfg(not(unix))]
pub fn give_memory_back() {}
