//! `cargo xtask kills`: that a kill at any moment of an import, followed by `crystalqore resume`, ends as an unbroken run.
//!
//! Owns the acceptance check with the real binary, built for release, at a size that the tests of the command line leave
//! out: many kills at random moments of an import of several batches. Leaves out what else can break; an import killed
//! before it is in the list has not begun, and is begun again, as a person would.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How much is checked.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    rounds: u64,
    rows: u64,
}

impl Options {
    /// Reads `--rounds N` and `--rows N`; none if there is anything else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let mut options = Self {
            rounds: 100,
            rows: 200_000,
        };
        for pair in arguments.chunks(2) {
            match pair {
                ["--rounds", number] => options.rounds = number.parse().ok()?,
                ["--rows", number] => options.rows = number.parse().ok()?,
                _ => return None,
            }
        }
        Some(options)
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

/// What broken and unbroken runs must agree on.
#[derive(Debug, PartialEq, Eq)]
struct End {
    /// A hash of the contacts in their order, without ids and versions.
    contacts: u64,
    /// The counts of the import, as JSON.
    counts: String,
    /// A hash of the file of rejected rows.
    rejected: u64,
}

/// Gives the number of rounds that ended otherwise.
fn check(root: &Path, options: &Options) -> io::Result<u64> {
    let work = Work {
        binary: build(root)?,
        folder: std::env::temp_dir().join(format!("crystalqore-kills-{}", std::process::id())),
    };
    fs::create_dir_all(&work.folder)?;
    let result = work.rounds(root, options);
    fs::remove_dir_all(&work.folder)?;
    result
}

/// Builds the program as users run it.
fn build(root: &Path) -> io::Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    let status = cargo
        .args(["build", "--release", "-p", "cli"])
        .current_dir(root)
        .status()?;
    expect(status.success(), || "the program does not build".to_owned())?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    Ok(root.join(target).join("release/crystalqore"))
}

/// The program and the folder that everything happens in.
struct Work {
    binary: PathBuf,
    folder: PathBuf,
}

impl Work {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a run takes is where kills must be spread over"
    )]
    fn rounds(&self, root: &Path, options: &Options) -> io::Result<u64> {
        write_contacts(root, &self.folder.join("contacts.csv"), options.rows)?;
        let began = Instant::now();
        finished(self.import("unbroken").status()?)?;
        let took = began.elapsed();
        let expected = self.end("unbroken")?;
        fs::remove_dir_all(self.folder.join("unbroken"))?;
        println!("unbroken run: {} ms, {}", took.as_millis(), expected.counts);
        let mut different = 0;
        for round in 1..=options.rounds {
            let delay = took.mul_f64(fraction(round));
            let (end, moment) = self.broken(delay)?;
            let equal = end == expected;
            different += u64::from(!equal);
            let verdict = if equal { "equal" } else { "DIFFERENT" };
            println!(
                "round {round}: killed after {} ms, {moment}: {verdict}",
                delay.as_millis()
            );
            if !equal {
                println!("  expected {expected:?}\n  but got  {end:?}");
            }
        }
        println!(
            "{} kills, {} directories equal to that of the unbroken run, {different} different",
            options.rounds,
            options.rounds - different
        );
        Ok(different)
    }

    /// One run that is killed after `delay` and gone on with; and where the kill met it.
    fn broken(&self, delay: Duration) -> io::Result<(End, String)> {
        let mut child = self.import("broken").spawn()?;
        sleep(delay);
        child.kill()?;
        child.wait()?;
        let killed = self.listed("broken")?;
        let (moment, mut go_on) = match between(&killed, "\"state\":\"", "\"") {
            None => ("before it had begun".to_owned(), self.import("broken")),
            Some(state) => {
                let rows = between(&killed, "\"rows\":", ",").unwrap_or("?");
                (
                    format!("{state} with {rows} rows committed"),
                    self.command("broken", &["resume"]),
                )
            }
        };
        finished(go_on.stdout(Stdio::null()).status()?)?;
        let end = self.end("broken")?;
        fs::remove_dir_all(self.folder.join("broken"))?;
        Ok((end, moment))
    }

    fn command(&self, data: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        let data = self.folder.join(data);
        command
            .arg("--data")
            .arg(data)
            .args(arguments)
            .current_dir(&self.folder);
        command
    }

    /// The import into a data folder, its rejected rows beside it.
    fn import(&self, data: &str) -> Command {
        let rejected = format!("{data}.csv");
        let mut command = self.command(data, &["import", "contacts.csv", "--rejected", &rejected]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The list of imports, as JSON.
    fn listed(&self, data: &str) -> io::Result<String> {
        let output = self.command(data, &["imports", "--json"]).output()?;
        expect(output.status.success(), || {
            format!("imports failed: {}", String::from_utf8_lossy(&output.stderr))
        })?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn end(&self, data: &str) -> io::Result<End> {
        let listed = self.listed(data)?;
        let done = between(&listed, "\"state\":\"", "\"") == Some("done");
        expect(done && listed.matches("\"state\"").count() == 1, || {
            format!("one import should be done: {listed}")
        })?;
        let mut rejected = DefaultHasher::new();
        rejected.write(&fs::read(self.folder.join(format!("{data}.csv")))?);
        Ok(End {
            contacts: self.hash_of_contacts(data)?,
            counts: between(&listed, "\"counts\":{", "}").unwrap_or_default().to_owned(),
            rejected: rejected.finish(),
        })
    }

    fn hash_of_contacts(&self, data: &str) -> io::Result<u64> {
        let mut export = self.command(data, &["export", "--format", "jsonl"]);
        let mut child = export.stdout(Stdio::piped()).spawn()?;
        let mut hash = DefaultHasher::new();
        if let Some(out) = child.stdout.take() {
            for line in BufReader::new(out).lines() {
                let line = line?;
                let values = without_id_and_version(&line);
                expect(values.is_some(), || format!("a line of another form: {line}"))?;
                hash.write(values.unwrap_or_default().as_bytes());
            }
        }
        expect(child.wait()?.success(), || "the export failed".to_owned())?;
        Ok(hash.finish())
    }
}

/// What stands behind id and version, which differ from one run to the next.
fn without_id_and_version(line: &str) -> Option<&str> {
    let (_, behind) = line.split_once("\"version\":\"")?;
    behind.split_once('"').map(|(_, values)| values)
}

/// The first text between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(found, _)| found)
}

/// An import that is done ends with 0, or with 4 if it rejected rows.
fn finished(status: ExitStatus) -> io::Result<()> {
    expect(matches!(status.code(), Some(0 | 4)), || {
        format!("a run did not finish: {status}")
    })
}

fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> io::Result<()> {
    if holds {
        Ok(())
    } else {
        Err(io::Error::other(otherwise()))
    }
}

/// Where in a run a round kills it, from 0 to 1: xorshift, so that a round can be repeated.
fn fraction(round: u64) -> f64 {
    let mut state = round.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for _ in 0..3 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    (state >> 11) as f64 / (1_u64 << 53) as f64
}

/// The team's generator if it lies beside the repository, else rows of our own.
fn write_contacts(root: &Path, file: &Path, rows: u64) -> io::Result<()> {
    let generator = root.join("../shared/bench/gen_contacts.py");
    if generator.is_file() {
        let mut python = Command::new("python3");
        python
            .arg(generator)
            .args(["--seed", "1", "--rows"])
            .arg(rows.to_string());
        let status = python.arg("--out").arg(file).stdout(Stdio::null()).status()?;
        return expect(status.success(), || "the generator failed".to_owned());
    }
    let mut out = BufWriter::new(fs::File::create(file)?);
    writeln!(out, "First Name,Last Name,Email,Company")?;
    for row in 0..rows {
        // Some rows repeat an earlier one, some cannot be read.
        let of = if row % 17 == 16 { row / 2 } else { row };
        let ending = if row % 13 == 12 { "" } else { ".com" };
        writeln!(
            out,
            "First{row},Last{row},row{of}@example{ending},Company {}",
            row % 100
        )?;
    }
    out.flush()
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
        let options = |rounds, rows| Some(Options { rounds, rows });
        assert_eq!(Options::parse(&[]), options(100, 200_000));
        assert_eq!(Options::parse(&["--rows", "5", "--rounds", "2"]), options(2, 5));
        assert_eq!(Options::parse(&["--rows"]), None);
        assert_eq!(Options::parse(&["--rows", "x"]), None);
        assert_eq!(Options::parse(&["--days", "5"]), None);
    }

    #[test]
    fn ids_and_versions_are_cut_off() {
        let line = r#"{"id":"1","version":"v2","first_name":"Ann"}"#;
        assert_eq!(without_id_and_version(line), Some(r#","first_name":"Ann"}"#));
        assert_eq!(without_id_and_version("{}"), None);
    }
}
