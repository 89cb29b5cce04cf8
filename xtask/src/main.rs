//! The developer's commands: tests, checks, measurements, and a PostgreSQL to try things on.
//!
//! Owns the order of the checks and the checks on the repository itself.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's command speaks to the developer"
)]

mod bench;
mod browser;
mod debian;
mod deny;
mod postgres;
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
  browser [ARGUMENTS...]
         only the tests of the pages in a browser; the arguments go to playwright, such as `-g undo`
  tidy   checks on the repository itself: the arrows between the crates, module docs, names, paths in the documents
  bench [NAME] [--rows N] [--rounds N] [--postgres] [--against PATH]
         measures the release build; --postgres has it use a private PostgreSQL whose commits reach the disk, and --against
         measures the program at PATH too, to compare before with after. NAME is
           import  (also without a name) imports 300,000 generated rows in turn with sqlite3 or psql and with us, checks the
                   counts, and prints medians, ratios and memory
           server  makes a workspace of 200 members and 1,000,000 contacts, each shared with five members, and prints what
                   the pages take over HTTP, for one browser, for four at once, and beside bulk actions and an import
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

/// The repository that this is run in. Asked at run time: two clones may share a target folder, and so this binary.
fn root() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let root = here
        .ancestors()
        .find(|folder| folder.join("xtask/Cargo.toml").is_file());
    root.unwrap_or(&here).to_owned()
}

/// Prints what is not tidy.
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
