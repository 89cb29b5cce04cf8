//! `cargo xtask test`: every test, on SQLite and on PostgreSQL, and the pages in a browser.
//!
//! Owns the stages, the server that they share, and which exit code stands for them all. Every stage selects the whole
//! workspace with all features: with fewer of either cargo builds most dependencies once more.

use crate::browser;
use crate::postgres::{Postgres, Purpose, TEST_URL};
use crate::run::{cargo, has_nextest, timed};
use std::path::Path;
use std::thread::available_parallelism;

/// What makes the tests of the doors and the laws of the engine use PostgreSQL.
const ON_POSTGRES: (&str, &str) = ("CRYSTALQORE_TEST_ENGINE", "postgres");

/// The number of random cases of a property, of which 256 are usual. Every run takes other cases. Where an engine matters,
/// few show it; the search for odd files is left to the run on SQLite.
const CASES: (&str, &str) = ("PROPTEST_CASES", "128");
const CASES_ON_POSTGRES: (&str, &str) = ("PROPTEST_CASES", "48");

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

    /// The tests that see the whole program, or all of the engine; `exchange` has properties too, and no database.
    fn whole_program(self) -> String {
        self.arguments("--workspace --exclude exchange --all-features --test cli --test hostile --test properties")
    }
}

/// Runs every stage, whether or not one before it failed; the first that failed gives the exit code.
pub fn test(root: &Path) -> u8 {
    let tool = Tool::installed(root);
    let threads = available_parallelism().map_or(1, usize::from) * TESTS_A_CORE;
    let threads = (tool.threads_variable(), &*threads.to_string());
    let others = match Postgres::start(Purpose::Tests) {
        Ok(server) => on_both(root, tool, threads, &server.url()),
        // Its line comes last, where it is seen.
        Err(error) => {
            let others = cargo(root, &tool.all(), &[threads, CASES]);
            eprintln!("test: nothing was tested on PostgreSQL: {error}");
            [others, 1]
        }
    };
    // The server of the tests before is gone by now: a browser wants both cores.
    let pages = timed("test: the pages, in a browser", || browser::test(root, &[]));
    first_failure([others[0], others[1], pages])
}

/// Every test, and then on PostgreSQL those whose engine can be chosen.
fn on_both(root: &Path, tool: Tool, threads: (&str, &str), url: &str) -> [u8; 2] {
    let server = (TEST_URL, url);
    let all = timed("test: everything, on SQLite", || {
        cargo(root, &tool.all(), &[server, threads, CASES])
    });
    let on_postgres = [server, threads, ON_POSTGRES, CASES_ON_POSTGRES];
    let again = timed("test: from end to end, on PostgreSQL", || {
        cargo(root, &tool.whole_program(), &on_postgres)
    });
    [all, again]
}

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

    #[test]
    fn both_tools_run_the_same_tests() {
        let [nextest, cargo] = [Tool::Nextest, Tool::Cargo].map(|tool| [tool.all(), tool.whole_program()]);
        for (nextest, cargo) in nextest.iter().zip(&cargo) {
            assert_eq!(nextest.replacen("nextest run", "test", 1), *cargo);
        }
    }
}
