//! `cargo xtask test`: every test, on SQLite and on PostgreSQL, and the pages in a browser.
//!
//! Owns the stages, the server that they share, and which exit code stands for them all. Every stage selects the whole
//! workspace with all features: with fewer of either cargo builds most dependencies once more.

use crate::postgres::{Postgres, Purpose, TEST_URL};
use crate::run::{cargo, has_nextest, timed};
use crate::{browser, first_failure};
use std::path::Path;
use std::thread::available_parallelism;

/// What makes the tests of the doors and the laws of the engine use PostgreSQL.
const ON_POSTGRES: (&str, &str) = ("CRYSTALQORE_TEST_ENGINE", "postgres");

/// How much is tried at random.
#[derive(Clone, Copy)]
pub enum Extent {
    /// What fits into minutes.
    Usual,
    /// Many times as much, over hours.
    Thorough,
}

impl Extent {
    /// The number of random cases of a property, of which 256 are usual for its library, and of seeds of the tests in
    /// lockstep. Every run takes other cases.
    fn on_sqlite(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Usual => [(CASES, "48"), (SEEDS, "4")],
            Self::Thorough => [(CASES, "1024"), (SEEDS, "60")],
        }
    }

    /// Where an engine matters, few cases show it; the search for odd files is left to the run on SQLite.
    fn on_postgres(self) -> (&'static str, &'static str) {
        match self {
            Self::Usual => (CASES, "24"),
            Self::Thorough => (CASES, "512"),
        }
    }
}

const CASES: &str = "PROPTEST_CASES";
const SEEDS: &str = "CRYSTALQORE_TEST_SEEDS";

/// How many tests run at once for each core: many wait for a server, another process or a timeout.
const TESTS_A_CORE: usize = 2;

/// What the tests are run with.
#[derive(Clone, Copy)]
enum Tool {
    Nextest,
    Cargo,
}

impl Tool {
    fn installed(root: &Path) -> Self {
        if has_nextest(root) { Self::Nextest } else { Self::Cargo }
    }

    fn arguments(self, what: &str) -> String {
        let command = match self {
            Self::Nextest => "nextest run",
            Self::Cargo => "test",
        };
        format!("{command} {what} --no-fail-fast")
    }

    /// The variable by which the tool takes the number of tests that run at once.
    fn threads_variable(self) -> &'static str {
        match self {
            Self::Nextest => "NEXTEST_TEST_THREADS",
            Self::Cargo => "RUST_TEST_THREADS",
        }
    }

    /// Every test; the store's suite also runs on a server that is named to it.
    fn all(self) -> String {
        self.arguments("--workspace --all-targets --all-features")
    }

    /// The tests that see the whole program, or all of the engine, without those of the module `any_engine`, which come
    /// to the same on every engine; `exchange` has properties too, and no database.
    fn whole_program(self) -> String {
        let tests = "--workspace --exclude exchange --all-features --test cli --test hostile --test properties";
        format!("{} -- --skip any_engine::", self.arguments(tests))
    }
}

/// Runs every stage, whether or not one before it failed; the first that failed gives the exit code.
pub fn test(root: &Path, extent: Extent) -> u8 {
    let tool = Tool::installed(root);
    let threads = available_parallelism().map_or(1, usize::from) * TESTS_A_CORE;
    let threads = (tool.threads_variable(), &*threads.to_string());
    match Postgres::start(Purpose::Tests) {
        Ok(server) => {
            let settings = [threads, (TEST_URL, &server.url())];
            let all = on_sqlite(root, tool, extent, &settings);
            // Both wait much: for commits, and for what a page does next.
            let (again, pages) = std::thread::scope(|scope| {
                let again = scope.spawn(|| on_postgres(root, tool, extent, &settings));
                let pages = in_browser(root);
                (again.join().unwrap_or(1), pages)
            });
            first_failure([all, again, pages])
        }
        Err(error) => {
            let all = on_sqlite(root, tool, extent, &[threads]);
            let pages = in_browser(root);
            // Its line comes last, where it is seen.
            eprintln!("test: nothing was tested on PostgreSQL: {error}");
            first_failure([all, 1, pages])
        }
    }
}

/// Every test.
fn on_sqlite(root: &Path, tool: Tool, extent: Extent, settings: &[(&str, &str)]) -> u8 {
    let settings = [settings, &extent.on_sqlite()].concat();
    timed("test: everything, on SQLite", || cargo(root, &tool.all(), &settings))
}

/// The tests whose engine can be chosen, and that may differ by it.
fn on_postgres(root: &Path, tool: Tool, extent: Extent, settings: &[(&str, &str)]) -> u8 {
    let settings = [settings, &[ON_POSTGRES, extent.on_postgres()]].concat();
    timed("test: from end to end, on PostgreSQL", || {
        cargo(root, &tool.whole_program(), &settings)
    })
}

/// The pages.
fn in_browser(root: &Path) -> u8 {
    timed("test: the pages, in a browser", || browser::test(root, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tools_run_the_same_tests() {
        let [nextest, cargo] = [Tool::Nextest, Tool::Cargo].map(|tool| [tool.all(), tool.whole_program()]);
        for (nextest, cargo) in nextest.iter().zip(&cargo) {
            assert_eq!(nextest.replacen("nextest run", "test", 1), *cargo);
        }
    }
}
