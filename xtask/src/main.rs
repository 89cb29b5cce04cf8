//! The developer's commands: tests, checks, benchmarks, and a PostgreSQL server for experiments.
//!
//! Owns the order of the checks and the checks on the repository itself.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's command speaks to the developer"
)]

mod api;
mod bench;
mod browser;
mod debian;
mod deny;
mod postgres;
mod python;
mod run;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use test::Extent;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  test [--thorough]
         every test of the workspace (with cargo-nextest if it is installed), then those of the whole program whose engine
         matters once more on PostgreSQL, then the pages in a browser; a private server is started for them; what is missing
         is installed where root runs this on Debian; --thorough tries many times as much at random, over hours
  test --api
         instead, schemathesis (installed from PyPI into the target folder) sends random requests of every operation of the
         API, on both engines, with the tokens of an owner and of a member and with a revoked one; takes up to an hour
  browser [ARGUMENTS...]
         only the tests of the pages in a browser; the arguments go to playwright, such as `-g undo`
  tidy   checks on the repository itself: the arrows between the crates, module docs, names, paths in the documents
  bench [NAME] [--rows N] [--rounds N] [--against PATH] [--write]
         measures the release build in turn with other programs, checks every count, and prints medians, ratios, CPU seconds
         and memory; --against measures the program at PATH too, to compare before with after; --write puts the figures into
         docs/performance.md. NAME is
           all           (also without a name) all works below, as one table
           import        imports generated rows: sqlite3
           postgres      the same on a private PostgreSQL whose commits reach the disk: psql
           known         imports into a directory that has half of the rows: an import into an empty one
           update        imports an export that was edited in every row: an import into an empty directory
           preview, inspect
                         DuckDB, installed from PyPI into the target folder
           export        sqlite3
           small         previews and imports 10,000 rows: django-import-export, from PyPI
           growth        all but updates at 10,000, 100,000 ... --rows, and draws docs/images/performance.svg
           instructions  counts the instructions of an import of 5,000 rows by callgrind
           server        makes a workspace of 200 members and 1,000,000 contacts, each shared with five members, and prints
                         what the pages take over HTTP, for one browser, for four at once, and beside bulk actions and an
                         import; --postgres has it use a private PostgreSQL
  postgres [--durable] [-- COMMAND...]
         starts a private PostgreSQL, prints its url, and runs COMMAND with CRYSTALQORE_TEST_POSTGRES and PGHOST, PGPORT,
         PGUSER, PGPASSWORD and PGDATABASE set, or waits for Ctrl-C; --durable has every commit reach the disk
  deny   licences, sources and duplicate versions of the dependencies (deny.toml), and known vulnerabilities where the
         advisory database can be fetched; installs cargo-deny if it is missing
  What CI runs is `.ci/run`: formatting, tidy, clippy, the build without features, test.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = root();
    let code = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => test::test(&root, Extent::Usual),
        ["test", "--api"] => api::test(&root),
        ["test", "--thorough"] => test::test(&root, Extent::Thorough),
        ["browser", ref options @ ..] => browser::test(&root, options),
        ["tidy"] => tidy(&root),
        ["deny"] => deny::check(&root),
        ["postgres", ref options @ ..] => match postgres::Options::parse(options) {
            Some(options) => postgres::command(&options),
            None => usage(),
        },
        ["bench", ref options @ ..] => match bench::Options::parse(options) {
            Some(options) => bench::bench(&root, &options),
            None => usage(),
        },
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            0
        }
        _ => usage(),
    };
    ExitCode::from(code)
}

fn usage() -> u8 {
    eprintln!("{USAGE}");
    2
}

/// Returns the root of the repository that contains the current folder. Determined at run time: two clones may share a
/// target folder, and thus this binary.
fn root() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let root = here
        .ancestors()
        .find(|folder| folder.join("xtask/Cargo.toml").is_file());
    root.unwrap_or(&here).to_owned()
}

/// Prints the findings of `tidy`.
fn tidy(root: &Path) -> u8 {
    let findings = tidy::findings(root);
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => 0,
        count => {
            eprintln!("tidy: {count} found");
            1
        }
    }
}

/// Returns the exit code of the first failure, or 0.
fn first_failure(codes: impl IntoIterator<Item = u8>) -> u8 {
    codes.into_iter().find(|&code| code != 0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_the_exit_code() {
        assert_eq!(first_failure([0, 0, 0]), 0);
        assert_eq!(first_failure([0, 100, 1]), 100);
        assert_eq!(first_failure([101, 0, 1]), 101);
    }
}
