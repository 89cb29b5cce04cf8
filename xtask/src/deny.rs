//! `cargo deny`: licences, sources and duplicate versions of the dependencies (`deny.toml`), and known vulnerabilities.
//!
//! Installs cargo-deny where it is missing. Vulnerabilities are only checked where the advisory database can be fetched;
//! where it cannot, a line says so.

use crate::run::{cargo, succeeds};
use std::path::Path;

/// The version that CI installs, so that a new one changes nothing unasked. Built without optimisation: that takes half as
/// long, and the check a second.
const INSTALL: &str = "install cargo-deny --version 0.20.2 --locked --debug";

/// Checks the dependencies. The first check that fails gives the exit code.
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
