//! An import that is killed and gone on with by `crystalqore resume` on the same data folder.
//!
//! Owns one such round. Leaves out the comparison of the rounds.

use super::program::{Program, finished};
use super::{Broken, Unbroken, rounds};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Gives the number of rounds that ended otherwise than the unbroken run.
pub fn check(binary: PathBuf, folder: &Path, count: u64) -> io::Result<u64> {
    let program = Program {
        binary,
        folder: folder.to_owned(),
        environment: Vec::new(),
    };
    let unbroken = unbroken(&program)?;
    rounds(count, &unbroken, |_, delay| broken(&program, delay))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a run takes is where kills must be spread over"
)]
fn unbroken(program: &Program) -> io::Result<Unbroken> {
    let began = Instant::now();
    finished(program.import("unbroken").status()?)?;
    let took = began.elapsed();
    let end = program.end("unbroken", "unbroken")?;
    fs::remove_dir_all(program.folder.join("unbroken"))?;
    Ok(Unbroken { took, end })
}

/// One run that is killed after `delay` and gone on with; and where the kill met it.
fn broken(program: &Program, delay: Duration) -> io::Result<Broken> {
    let mut child = program.import("broken").spawn()?;
    sleep(delay);
    child.kill()?;
    child.wait()?;
    let (moment, mut go_on) = match program.listed("broken")? {
        None => ("before it had begun".to_owned(), program.import("broken")),
        Some(met) => (
            format!("{} with {} rows committed", met.state, met.rows),
            program.command("broken", &["resume"]),
        ),
    };
    finished(go_on.stdout(Stdio::null()).status()?)?;
    let end = program.end("broken", "broken")?;
    fs::remove_dir_all(program.folder.join("broken"))?;
    Ok(Broken {
        end,
        moment: format!("killed, {moment}"),
        wrong: None,
    })
}
