//! `cargo xtask kills`: that a kill at any moment of an import ends as an unbroken run.
//!
//! Owns how many rounds there are, when each of them strikes, and the comparison with the unbroken run. Leaves out how the
//! import is gone on with: by the same program later (`resumed`), or by another one on the same server (`takeover`).
//!
//! It is the acceptance check with the real binary, built for release, at a size that the tests of the command line leave
//! out. An import killed before it is in the list has not begun, and is begun again, as a person would.

mod contacts;
mod process;
mod program;
mod resumed;
mod takeover;

use crate::run;
use program::End;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much is checked, and by whom imports are gone on with.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    takeover: bool,
    rounds: u64,
    rows: u64,
}

impl Options {
    /// Reads `--takeover`, `--rounds N` and `--rows N`; none if there is anything else.
    pub fn parse(mut arguments: &[&str]) -> Option<Self> {
        let (mut takeover, mut rounds, mut rows) = (false, None, None);
        while !arguments.is_empty() {
            arguments = match arguments {
                ["--takeover", rest @ ..] => {
                    takeover = true;
                    rest
                }
                ["--rounds", number, rest @ ..] => {
                    rounds = Some(number.parse().ok()?);
                    rest
                }
                ["--rows", number, rest @ ..] => {
                    rows = Some(number.parse().ok()?);
                    rest
                }
                _ => return None,
            };
        }
        let (usual_rounds, usual_rows) = if takeover { (50, 100_000) } else { (100, 200_000) };
        Some(Self {
            takeover,
            rounds: rounds.unwrap_or(usual_rounds),
            rows: rows.unwrap_or(usual_rows),
        })
    }
}

/// Runs the check: 0 if every directory equals that of the unbroken run.
pub fn kills(root: &Path, options: &Options) -> u8 {
    match check(root, options) {
        Ok(0) => 0,
        Ok(_) => 1,
        Err(error) => {
            eprintln!("kills: {error}");
            1
        }
    }
}

/// Gives the number of rounds that ended otherwise.
fn check(root: &Path, options: &Options) -> io::Result<u64> {
    let binary = run::release(root)?;
    let folder = Folder::new()?;
    contacts::write(root, &folder.path.join(program::CONTACTS), options.rows)?;
    if options.takeover {
        takeover::check(binary, &folder.path, options.rounds)
    } else {
        resumed::check(binary, &folder.path, options.rounds)
    }
}

/// The folder that everything happens in; it is removed at the end.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("crystalqore-kills-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The run that all others are compared with.
struct Unbroken {
    took: Duration,
    end: End,
}

/// What a broken run came to.
struct Broken {
    end: End,
    /// What was done to it, and where it was met.
    moment: String,
    /// What was wrong beside the end.
    wrong: Option<String>,
}

/// Breaks a run in every round, after a delay of the round's own, and gives the number of those that ended otherwise.
fn rounds(
    count: u64,
    unbroken: &Unbroken,
    mut broken: impl FnMut(u64, Duration) -> io::Result<Broken>,
) -> io::Result<u64> {
    println!(
        "unbroken run: {} ms, {}",
        unbroken.took.as_millis(),
        unbroken.end.counts
    );
    let mut different = 0;
    for round in 1..=count {
        let delay = unbroken.took.mul_f64(fraction(round));
        let broken = broken(round, delay)?;
        different += u64::from(!is_equal(round, delay, &broken, &unbroken.end));
    }
    println!(
        "{count} rounds, {} directories equal to that of the unbroken run, {different} different",
        count - different
    );
    Ok(different)
}

/// Prints what a round came to.
fn is_equal(round: u64, delay: Duration, broken: &Broken, expected: &End) -> bool {
    let equal = broken.end == *expected && broken.wrong.is_none();
    let verdict = if equal { "equal" } else { "DIFFERENT" };
    println!(
        "round {round}: after {} ms {}: {verdict}",
        delay.as_millis(),
        broken.moment
    );
    if broken.end != *expected {
        println!("  expected {expected:?}\n  but got  {:?}", broken.end);
    }
    if let Some(wrong) = &broken.wrong {
        println!("  {wrong}");
    }
    equal
}

/// Where in a run a round strikes, from 0 to 1: xorshift, so that a round can be repeated.
fn fraction(round: u64) -> f64 {
    let mut state = round.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for _ in 0..3 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    (state >> 11) as f64 / (1_u64 << 53) as f64
}

fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> io::Result<()> {
    if holds {
        Ok(())
    } else {
        Err(io::Error::other(otherwise()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_spread_over_the_run_and_repeat() {
        let moments: Vec<f64> = (1..=100).map(fraction).collect();
        assert!(moments.iter().all(|m| (0.0..1.0).contains(m)));
        for tenth in 0..10 {
            let low = f64::from(tenth) / 10.0;
            assert!(moments.iter().any(|m| (low..low + 0.1).contains(m)), "{low}");
        }
        assert_eq!(moments, (1..=100).map(fraction).collect::<Vec<_>>());
    }

    #[test]
    fn options_are_read() {
        let options = |takeover, rounds, rows| Some(Options { takeover, rounds, rows });
        assert_eq!(Options::parse(&[]), options(false, 100, 200_000));
        assert_eq!(Options::parse(&["--rows", "5", "--rounds", "2"]), options(false, 2, 5));
        assert_eq!(Options::parse(&["--takeover"]), options(true, 50, 100_000));
        assert_eq!(
            Options::parse(&["--rounds", "2", "--takeover"]),
            options(true, 2, 100_000)
        );
        for wrong in [
            &["--rows"][..],
            &["--rows", "x"],
            &["--days", "5"],
            &["--takeover", "5"],
        ] {
            assert_eq!(Options::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_round_is_equal_only_if_nothing_is_wrong() {
        let end = |contacts| End {
            contacts,
            counts: String::new(),
            rejected: 0,
        };
        let broken = |contacts, wrong: Option<&str>| Broken {
            end: end(contacts),
            moment: "killed".to_owned(),
            wrong: wrong.map(str::to_owned),
        };
        let equal = |broken| is_equal(1, Duration::ZERO, &broken, &end(1));
        assert!(equal(broken(1, None)));
        assert!(!equal(broken(2, None)));
        assert!(!equal(broken(1, Some("it went on"))));
    }
}
