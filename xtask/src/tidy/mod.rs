//! Checks of the repository itself.
//!
//! Owns listing the files and the type of a finding; the rules are in `arrows` (manifests), `folders` and `cycles`
//! (imports), `files`, `docs` and `wording`.

mod arrows;
mod cycles;
mod docs;
mod files;
mod folders;
mod imports;
mod wording;

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// A violation of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, from the root of the repository.
    path: String,
    /// The line, from 1.
    line: usize,
    /// What is wrong, and how to fix it.
    what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Returns all violations below `root`, sorted by path and line.
pub fn findings(root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    match files_below(root) {
        Ok(paths) => check_tree(root, &paths, &mut findings),
        Err(error) => findings.push(Finding::new(".", 1, format!("the repository cannot be read: {error}"))),
    }
    match tracked(root) {
        Ok(paths) => check_tracked(root, &paths, &mut findings),
        Err(what) => findings.push(Finding::new(".git", 1, what)),
    }
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    findings
}

fn check_tree(root: &Path, paths: &[String], findings: &mut Vec<Finding>) {
    findings.extend(arrows::check(root, paths));
    findings.extend(folders::check(root, paths));
    findings.extend(cycles::check(root, paths));
    for path in paths.iter().filter(|path| path.ends_with(".rs")) {
        findings.extend(files::role_name(path));
        with_text(root, path, findings, |text| {
            let rules = [files::module_doc, files::length, files::code_in_docs];
            let found = rules.iter().filter_map(|rule| rule(path, text));
            found.chain(wording::check(path, text)).collect()
        });
    }
    for path in paths.iter().filter(|path| docs::is_checked(path)) {
        with_text(root, path, findings, |text| docs::lost_paths(root, path, text));
    }
}

fn check_tracked(root: &Path, paths: &[String], findings: &mut Vec<Finding>) {
    for path in paths {
        findings.extend(files::untrackable(path));
        // A tracked file that was deleted in the working tree is skipped.
        if let Ok(bytes) = fs::read(root.join(path)) {
            findings.extend(files::size(path, bytes.len()));
            findings.extend(files::machine_paths(path, &bytes));
        }
    }
}

/// Applies a rule to the text of a file.
fn with_text(root: &Path, path: &str, findings: &mut Vec<Finding>, rule: impl FnOnce(&str) -> Vec<Finding>) {
    match fs::read_to_string(root.join(path)) {
        Ok(text) => findings.extend(rule(&text)),
        Err(error) => findings.push(Finding::new(path, 1, format!("cannot be read: {error}"))),
    }
}

/// Folders without files of this project.
const FOREIGN: [&str; 3] = [".git", "target", "node_modules"];

/// Returns the paths of all files, relative to `root`, sorted.
fn files_below(root: &Path) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{folder}{name}");
            if !entry.file_type()?.is_dir() {
                paths.push(path);
            } else if !FOREIGN.contains(&name.as_str()) {
                folders.push(path + "/");
            }
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

/// Returns the paths that git tracks. An unpacked archive has no repository and tracks nothing.
fn tracked(root: &Path) -> Result<Vec<String>, String> {
    if !root.join(".git").exists() {
        return Ok(Vec::new());
    }
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
    let output = output.map_err(|e| format!("git ls-files did not start: {e}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("git ls-files failed: {}", reason.trim()));
    }
    let names = String::from_utf8_lossy(&output.stdout);
    Ok(names.split_terminator('\0').map(str::to_owned).collect())
}

/// Returns the line of a byte position in a text, from 1.
fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `tidy` with every `cargo test`.
    #[test]
    fn the_repository_is_tidy() {
        let found: Vec<String> = findings(&crate::root()).iter().map(Finding::to_string).collect();
        assert!(found.is_empty(), "cargo xtask tidy finds:\n{}", found.join("\n"));
    }

    #[test]
    fn the_tree_is_read() {
        let paths = files_below(&crate::root()).unwrap();
        for path in [
            "Cargo.toml",
            "ARCHITECTURE.md",
            "crates/model/src/lib.rs",
            "xtask/src/tidy/mod.rs",
        ] {
            assert!(paths.iter().any(|p| p == path), "{path}");
        }
        assert!(!paths.iter().any(|p| p.starts_with("target/") || p.starts_with(".git/")));
    }

    #[test]
    fn a_finding_says_where() {
        let finding = Finding::new("a/b.rs", line_of("one\ntwo\n", 5), "is odd");
        assert_eq!(finding.to_string(), "a/b.rs:2: is odd");
    }
}
