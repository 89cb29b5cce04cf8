//! `cargo deny`: licences, sources and duplicate versions of the dependencies (`deny.toml`), and known vulnerabilities.
//!
//! Installs cargo-deny if it is missing. Vulnerabilities are checked only if the advisory database can be fetched;
//! otherwise a line reports that.

use crate::run::{cargo, succeeds};
use std::path::Path;

/// The version that CI installs, so that a new version cannot change the results unexpectedly. Built without
/// optimisation: that takes half as long, and the check itself takes a second.
const INSTALL: &str = "install cargo-deny --version 0.20.2 --locked --debug";

/// Checks the dependencies. Returns the exit code of the first check that fails.
pub fn check(root: &Path) -> u8 {
    if !succeeds(root, "deny --version") {
        eprintln!("deny: cargo-deny is missing: cargo {INSTALL}");
        let code = cargo(root, INSTALL, &[]);
        if code != 0 {
            return code;
        }
    }
    match cargo(root, "deny check --hide-inclusion-graph licenses bans sources", &[]) {
        0 => advisories(root),
        code => code,
    }
}

fn advisories(root: &Path) -> u8 {
    if !succeeds(root, "deny fetch db") {
        eprintln!("deny: known vulnerabilities were NOT checked, because the advisory database cannot be fetched");
        return 0;
    }
    cargo(root, "deny check advisories", &[])
}
