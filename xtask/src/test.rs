//! `cargo xtask test`: every test, on SQLite and on PostgreSQL, and the pages in a browser.
//!
//! Owns the stages, the server that they share, and the overall exit code. Every stage selects the whole workspace with
//! all features: with fewer of either, cargo rebuilds most dependencies.

use crate::postgres::{Postgres, Purpose, TEST_URL};
use crate::run::{cargo, has_nextest, timed};
use crate::{browser, first_failure};
use std::path::Path;
use std::thread::available_parallelism;

/// Makes the tests of the interfaces and the property tests of the engine use PostgreSQL.
const ON_POSTGRES: (&str, &str) = ("CRYSTALQORE_TEST_ENGINE", "postgres");

/// The amount of randomised testing.
#[derive(Clone, Copy)]
pub enum Extent {
    /// As much as fits into minutes.
    Usual,
    /// Many times as much, for hours.
    Thorough,
}

impl Extent {
    /// The number of random cases per property (the library's default is 256), and of seeds of the lockstep tests.
    /// Every run uses different cases.
    fn on_sqlite(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Usual => [(CASES, "48"), (SEEDS, "4")],
            Self::Thorough => [(CASES, "1024"), (SEEDS, "60")],
        }
    }

    /// Differences between engines show in few cases; the search for odd files is left to the run on SQLite.
    fn on_postgres(self) -> (&'static str, &'static str) {
        match self {
            Self::Usual => (CASES, "24"),
            Self::Thorough => (CASES, "512"),
        }
    }
}

const CASES: &str = "PROPTEST_CASES";
const SEEDS: &str = "CRYSTALQORE_TEST_SEEDS";

/// Number of concurrent tests per core: many wait for a server, another process or a timeout.
const TESTS_A_CORE: usize = 2;

/// The program that runs the tests.
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

    /// The environment variable for the number of concurrent tests.
    fn threads_variable(self) -> &'static str {
        match self {
            Self::Nextest => "NEXTEST_TEST_THREADS",
            Self::Cargo => "RUST_TEST_THREADS",
        }
    }

    /// The arguments for every test; the store's suite also runs on the server whose URL is set.
    fn all(self) -> String {
        self.arguments("--workspace --all-targets --all-features")
    }

    /// The arguments for the tests of the whole program or the whole engine, without those in the module `any_engine`,
    /// whose results do not depend on the engine; `exchange` has property tests too, but no database.
    fn whole_program(self) -> String {
        let tests = "--workspace --exclude exchange --all-features --test cli --test hostile --test properties";
        format!("{} -- --skip any_engine::", self.arguments(tests))
    }
}

/// Runs every stage, even after a failure. Returns the exit code of the first stage that failed.
pub fn test(root: &Path, extent: Extent) -> u8 {
    let tool = Tool::installed(root);
    let threads = available_parallelism().map_or(1, usize::from) * TESTS_A_CORE;
    let threads = (tool.threads_variable(), &*threads.to_string());
    match Postgres::start(Purpose::Tests) {
        Ok(server) => {
            let settings = [threads, (TEST_URL, &server.url())];
            let all = on_sqlite(root, tool, extent, &settings);
            // Both stages spend much time waiting: for commits, and for pages.
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
            // Printed last, where it is noticed.
            eprintln!("test: nothing was tested on PostgreSQL: {error}");
            first_failure([all, 1, pages])
        }
    }
}

fn on_sqlite(root: &Path, tool: Tool, extent: Extent, settings: &[(&str, &str)]) -> u8 {
    let settings = [settings, &extent.on_sqlite()].concat();
    timed("test: everything, on SQLite", || cargo(root, &tool.all(), &settings))
}

/// Runs the tests whose engine can be chosen and that may depend on it.
fn on_postgres(root: &Path, tool: Tool, extent: Extent, settings: &[(&str, &str)]) -> u8 {
    let settings = [settings, &[ON_POSTGRES, extent.on_postgres()]].concat();
    timed("test: from end to end, on PostgreSQL", || {
        cargo(root, &tool.whole_program(), &settings)
    })
}

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
