//! Running cargo and finding programs.
//!
//! Owns how cargo is run: its output goes directly to the terminal, and its exit code is returned.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The exit code for a command that could not be started or was ended by a signal.
const NO_CODE: u8 = 1;

/// Builds the program as users run it, and returns its path.
pub fn release(root: &Path) -> io::Result<PathBuf> {
    program(root, "build --release -p cli", "release")
}

/// Builds the program as the tests run it, and returns its path. Builds all targets, as the tests do: for the program
/// alone cargo would select other features, and rebuild most dependencies.
pub fn debug(root: &Path) -> io::Result<PathBuf> {
    program(root, "build --workspace --all-targets --all-features", "debug")
}

fn program(root: &Path, build: &str, profile: &str) -> io::Result<PathBuf> {
    if cargo(root, build, &[]) != 0 {
        return Err(io::Error::other("the program does not build"));
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    Ok(root.join(target).join(profile).join("crystalqore"))
}

/// Prints how long something took, whether or not it succeeded.
#[expect(clippy::disallowed_methods, reason = "a developer wants to know where the time goes")]
pub fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let outcome = run();
    eprintln!("{what} took {} s", began.elapsed().as_secs());
    outcome
}

/// Whether cargo-nextest is installed.
pub fn has_nextest(root: &Path) -> bool {
    succeeds(root, "nextest --version")
}

/// Whether a cargo command succeeds. Its output is discarded.
pub fn succeeds(root: &Path, arguments: &str) -> bool {
    let mut command = cargo_command(root, arguments);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Runs cargo with additional environment variables.
pub fn cargo(root: &Path, arguments: &str, environment: &[(&str, &str)]) -> u8 {
    let mut command = cargo_command(root, arguments);
    shown(command.envs(environment.iter().copied()))
}

/// Runs a program whose output goes directly to the terminal.
pub fn shown(command: &mut Command) -> u8 {
    match command.status() {
        Ok(status) => code_of(status.code()),
        Err(error) => {
            eprintln!("{}: {error}", named(command));
            NO_CODE
        }
    }
}

/// Like `shown`, but prints the output at the end, so that several commands may run at once.
pub fn shown_at_end(command: &mut Command) -> u8 {
    match command.stderr(Stdio::inherit()).output() {
        Ok(output) => {
            // Failing to print does not change the result.
            let _ = io::stdout().write_all(&output.stdout);
            code_of(output.status.code())
        }
        Err(error) => {
            eprintln!("{}: {error}", named(command));
            NO_CODE
        }
    }
}

/// Returns a command for cargo as if it were run from a shell. The variables that cargo sets for the programs that it
/// runs, such as this one, would make build scripts run again and the libraries that depend on them compile again.
fn cargo_command(root: &Path, arguments: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments.split(' ')).current_dir(root);
    without_this_package(&mut command);
    command
}

/// Removes the variables that describe this package, which cargo sets for programs that it runs, from the environment
/// of a command: with them cargo would run build scripts again, and recompile what depends on them.
pub fn without_this_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_this_package) {
            command.env_remove(name);
        }
    }
}

/// Whether a variable describes the package that cargo runs.
fn is_of_this_package(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"]
        .iter()
        .any(|begin| name.starts_with(begin))
}

fn code_of(code: Option<i32>) -> u8 {
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(NO_CODE)
}

/// Returns the output of a program, or an error with the last line of its error output.
pub fn printed(command: &mut Command) -> io::Result<String> {
    let output = command.output();
    let output = output.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", named(command))))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!(
        "{}: {}",
        named(command),
        last_line(&complaint)
    )))
}

/// The program and its working folder, which may be the cause of the failure.
fn named(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    match command.get_current_dir() {
        Some(folder) => format!("{program} in {}", folder.display()),
        None => program.into_owned(),
    }
}

/// Returns the last line that is not empty, where programs usually report a fatal error.
pub fn last_line(text: &str) -> &str {
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or("it says nothing")
}

/// Finds a program in PATH.
pub fn in_path(program: impl AsRef<OsStr>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program.as_ref()))
        .find(|file| file.is_file())
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

    #[test]
    fn cargo_is_run_without_what_describes_this_package() {
        let command = cargo_command(Path::new("."), "--version");
        let removed = |name: &str| {
            command
                .get_envs()
                .any(|(known, value)| known == name && value.is_none())
        };
        assert!(removed("CARGO_PKG_NAME") && removed("CARGO_MANIFEST_DIR"));
        assert!(!removed("PATH") && !removed("CARGO_TARGET_DIR"));
    }

    #[test]
    fn programs_are_found_in_path() {
        assert!(in_path("sh").is_some_and(|file| file.ends_with("sh")));
        assert_eq!(in_path("no such program"), None);
    }
}
