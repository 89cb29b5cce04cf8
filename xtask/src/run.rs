//! Running cargo: what it prints goes straight to the terminal, its exit code comes back.

use std::path::Path;
use std::process::{Command, Stdio};

/// The exit code of a command that could not be started, or that a signal ended.
const NO_CODE: u8 = 1;

/// Whether the formatting is rustfmt's.
pub fn format(root: &Path) -> u8 {
    cargo(root, "fmt --all --check")
}

/// Clippy on everything, warnings denied.
pub fn clippy(root: &Path) -> u8 {
    cargo(root, "clippy --workspace --all-targets -- -D warnings")
}

/// Every test. The documentation tests run first, so that the run ends with the closing line of all the others.
pub fn test(root: &Path) -> u8 {
    let documentation = cargo(root, "test --workspace --doc --no-fail-fast");
    let others = if has_nextest(root) {
        cargo(root, "nextest run --workspace --all-targets --no-fail-fast")
    } else {
        cargo(root, "test --workspace --all-targets --no-fail-fast")
    };
    if others == 0 { documentation } else { others }
}

/// The program as users run it.
pub fn release(root: &Path) -> u8 {
    cargo(root, "build --release")
}

fn has_nextest(root: &Path) -> bool {
    let mut command = cargo_command(root, "nextest --version");
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn cargo(root: &Path, arguments: &str) -> u8 {
    match cargo_command(root, arguments).status() {
        Ok(status) => code_of(status.code()),
        Err(error) => {
            eprintln!("cargo {arguments}: {error}");
            NO_CODE
        }
    }
}

fn cargo_command(root: &Path, arguments: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments.split(' ')).current_dir(root);
    command
}

fn code_of(code: Option<i32>) -> u8 {
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(NO_CODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_never_taken_for_success() {
        assert_eq!(code_of(Some(0)), 0);
        assert_eq!(code_of(Some(101)), 101);
        assert_eq!(code_of(Some(256)), NO_CODE);
        assert_eq!(code_of(None), NO_CODE);
    }
}
