//! The elapsed time and peak memory of a command.
//!
//! Owns the clock and the parsing of GNU time, if it is installed.

use crate::run::in_path;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The file with a command's output, in the folder of its run.
pub const OUTPUT: &str = "output";

/// The measurements of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Took {
    /// Elapsed time in seconds.
    pub wall: f64,
    /// The measurements of GNU time, if it is installed.
    pub used: Option<Used>,
}

/// The resources that a process and its children used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Used {
    /// CPU time over all cores, user and system, in seconds.
    pub cpu: f64,
    /// Peak memory, in KiB.
    pub peak: u64,
}

impl Took {
    /// Combines the measurements of two commands that ran in turn.
    pub fn and(self, next: Self) -> Self {
        let both = |used: Used, next: Used| Used {
            cpu: used.cpu + next.cpu,
            peak: used.peak.max(next.peak),
        };
        Self {
            wall: self.wall + next.wall,
            used: self.used.zip(next.used).map(|(used, next)| both(used, next)),
        }
    }
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8.2} s", self.wall)?;
        match self.used {
            Some(used) => write!(f, "  {:8.2} CPU s  {:>6} MiB", used.cpu, used.peak.div_ceil(1024)),
            None => Ok(()),
        }
    }
}

/// Runs a command that succeeds if its exit code is one of `codes`. Its output is written to `folder` as [`OUTPUT`].
pub fn timed(command: &mut Command, codes: &[i32], folder: &Path) -> io::Result<Took> {
    let output = folder.join(OUTPUT);
    let Some(time) = in_path("time") else {
        let wall = wall(command, codes, &output)?;
        return Ok(Took { wall, used: None });
    };
    let note = folder.join("used");
    let mut watched = Command::new(time);
    watched.args(["-f", "%U %S %M", "-o"]).arg(&note);
    become_like(&mut watched, command);
    let wall = wall(&mut watched, codes, &output)?;
    let used = noted(&fs::read_to_string(note)?);
    Ok(Took { wall, used })
}

/// Appends a command, with its environment, to a command that starts others.
pub fn become_like(starter: &mut Command, command: &Command) {
    starter.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => starter.env(name, value),
            None => starter.env_remove(name),
        };
    }
}

/// Parses the output of GNU time. The measurements are in the last line: a line about an exit code other than 0 may
/// precede it.
fn noted(note: &str) -> Option<Used> {
    let mut figures = note.lines().last()?.split(' ');
    let mut seconds = || figures.next()?.parse::<f64>().ok();
    let cpu = seconds()? + seconds()?;
    let peak = figures.next()?.parse().ok()?;
    Some(Used { cpu, peak })
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
fn wall(command: &mut Command, codes: &[i32], output: &Path) -> io::Result<f64> {
    command
        .stdin(Stdio::null())
        .stdout(File::create(output)?)
        .stderr(Stdio::null());
    let began = Instant::now();
    let status = command.status()?;
    let wall = began.elapsed().as_secs_f64();
    match status.code() {
        Some(code) if codes.contains(&code) => Ok(wall),
        _ => Err(io::Error::other(format!("it ended with {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_in_the_last_line() {
        let used = Used { cpu: 2.0, peak: 2048 };
        assert_eq!(
            noted("Command exited with non-zero status 4\n1.50 0.50 2048\n"),
            Some(used)
        );
        assert_eq!(noted(""), None);
        assert_eq!(noted("1.50 0.50"), None);
    }

    #[test]
    fn only_good_codes_are_good_and_output_is_kept() {
        let shell = |script| {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]).env("CODE", "4");
            shell
        };
        let folder = std::env::temp_dir().join(format!("crystalqore-timing-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let good = timed(&mut shell("echo done; exit $CODE"), &[0, 4], &folder);
        let output = fs::read_to_string(folder.join(OUTPUT)).unwrap();
        let bad = timed(&mut shell("exit 1"), &[0], &folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(good.unwrap().used.is_some(), in_path("time").is_some());
        assert_eq!(output, "done\n");
        assert!(bad.is_err());
    }
}
