//! The developer's commands: `cargo xtask test`, `cargo xtask tidy`, `cargo xtask ci`, `cargo xtask kills`.
//!
//! Owns the order of the checks and the checks on the repository itself. Leaves out everything that users run.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's command speaks to the developer"
)]

mod bench;
mod kills;
mod run;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  test   every test of the workspace: documentation tests, then all others (with cargo-nextest if it is installed)
  tidy   checks on the repository itself: the arrows between the crates, module docs, names, paths in the documents
  bench import FILE.csv [ROUNDS]
         imports the file in turn with sqlite3 and with us, and prints the ratios (files: ../shared/bench/gen_contacts.py)
  ci     formatting, clippy, tidy, test; stops at the first that fails
  kills [--rounds N] [--rows N]
         the acceptance check that a kill -9 at any moment of an import, followed by resume, ends as an unbroken run;
         100 rounds with 200,000 rows if nothing else is said";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = root();
    let code = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => run::test(&root),
        ["tidy"] => tidy(&root),
        ["ci"] => ci(&root),
        ["kills", ref options @ ..] => match kills::Options::parse(options) {
            Some(options) => kills::kills(&root, &options),
            None => usage(),
        },
        ["bench", "import", file] => bench::import(&root, Path::new(file), 3),
        ["bench", "import", file, rounds] => bench::import(&root, Path::new(file), rounds.parse().unwrap_or(3)),
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

/// A step of `ci`.
struct Step {
    /// What a developer types to run it alone.
    alone: &'static str,
    run: fn(&Path) -> u8,
}

const STEPS: [Step; 4] = [
    Step {
        alone: "cargo fmt --all --check",
        run: run::format,
    },
    Step {
        alone: "cargo clippy --workspace --all-targets -- -D warnings",
        run: run::clippy,
    },
    Step {
        alone: "cargo xtask tidy",
        run: tidy,
    },
    Step {
        alone: "cargo xtask test",
        run: run::test,
    },
];

fn ci(root: &Path) -> u8 {
    for step in STEPS {
        eprintln!("ci: {}", step.alone);
        let code = (step.run)(root);
        if code != 0 {
            eprintln!("ci: failed. To run this step alone: {}", step.alone);
            return code;
        }
    }
    0
}
