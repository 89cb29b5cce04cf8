//! How long a command takes and how much memory it holds at most.
//!
//! Owns the clock and the reading of GNU time, where it is installed.

use crate::run::in_path;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a run took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Took {
    /// The time on the clock.
    pub seconds: f64,
    /// The most memory that it held, in KiB, if something here can tell.
    pub peak: Option<u64>,
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8.2} s  {:>6} MiB", self.seconds, mebibytes(self.peak))
    }
}

/// An amount of KiB in MiB, for a table.
pub fn mebibytes(kibibytes: Option<u64>) -> String {
    kibibytes.map_or_else(|| "-".to_owned(), |kibibytes| kibibytes.div_ceil(1024).to_string())
}

/// Runs a command that is good if it ends with one of `codes`.
pub fn timed(command: &mut Command, codes: &[i32]) -> io::Result<Took> {
    let seconds = seconds(command, codes)?;
    Ok(Took { seconds, peak: None })
}

/// The same, with the memory; what is measured is noted in `folder` in the meantime.
pub fn timed_with_peak(command: &mut Command, codes: &[i32], folder: &Path) -> io::Result<Took> {
    let Some(time) = in_path("time") else {
        return timed(command, codes);
    };
    let note = folder.join("peak");
    let mut watched = Command::new(time);
    watched.args(["-f", "%M", "-o"]).arg(&note);
    become_like(&mut watched, command);
    let seconds = seconds(&mut watched, codes)?;
    let peak = noted(&fs::read_to_string(note)?);
    Ok(Took { seconds, peak })
}

/// Appends a command to one that starts others.
fn become_like(starter: &mut Command, command: &Command) {
    starter.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => starter.env(name, value),
            None => starter.env_remove(name),
        };
    }
}

/// The last line is the figure: one on an exit code that is not 0 may stand before it.
fn noted(note: &str) -> Option<u64> {
    note.lines().last()?.trim().parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
fn seconds(command: &mut Command, codes: &[i32]) -> io::Result<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let status = command.status()?;
    let seconds = began.elapsed().as_secs_f64();
    match status.code() {
        Some(code) if codes.contains(&code) => Ok(seconds),
        _ => Err(io::Error::other(format!("it ended with {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_last_line() {
        assert_eq!(noted("Command exited with non-zero status 4\n2048\n"), Some(2048));
        assert_eq!(noted(""), None);
    }

    #[test]
    fn amounts_are_rounded_up() {
        assert_eq!(mebibytes(Some(1025)), "2");
        assert_eq!(mebibytes(None), "-");
    }

    #[test]
    fn only_good_codes_are_good() {
        let shell = |script| {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]).env("CODE", "4");
            shell
        };
        let folder = std::env::temp_dir().join(format!("crystalqore-timing-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let peaks = timed_with_peak(&mut shell("exit $CODE"), &[0, 4], &folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(peaks.unwrap().peak.is_some(), in_path("time").is_some());
        assert!(timed(&mut shell("exit $CODE"), &[0]).is_err());
    }
}
