//! Rule for the inside of a crate: a folder imports only what its table in ARCHITECTURE.md allows, and imports names
//! from where they are defined, not through a re-export at the root of the crate.
//!
//! A table begins with `| folder of CRATE | may import |`. A file directly in `src/` counts as a folder of its name.
//! The root of the crate, `lib.rs`, may import everything: it connects the parts.

use super::Finding;
use super::imports::imports;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const DOCUMENT: &str = "ARCHITECTURE.md";

/// The folders that each folder of a crate may import.
type Table = BTreeMap<String, Vec<String>>;

/// Checks every crate that has a table.
pub fn check(root: &Path, paths: &[String]) -> Vec<Finding> {
    let document = fs::read_to_string(root.join(DOCUMENT)).unwrap_or_default();
    let tables = tables(&document);
    let mut findings = Vec::new();
    for (name, table) in &tables {
        let source = format!("crates/{name}/src/");
        let library = fs::read_to_string(root.join(&source).join("lib.rs")).unwrap_or_default();
        let exported = exported(&library);
        for path in paths.iter().filter(|path| is_checked(path, &source)) {
            let text = fs::read_to_string(root.join(path)).unwrap_or_default();
            findings.extend(check_file(path, &path[source.len()..], &text, table, &exported));
        }
    }
    findings
}

fn is_checked(path: &str, source: &str) -> bool {
    let inside = path.strip_prefix(source);
    inside.is_some_and(|file| file.ends_with(".rs") && file != "lib.rs" && !file.ends_with("tests.rs"))
}

/// Parses the tables of the document, by crate.
fn tables(document: &str) -> BTreeMap<String, Table> {
    let mut tables = BTreeMap::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line
            .strip_prefix("| folder of `")
            .and_then(|rest| rest.split('`').next())
        else {
            continue;
        };
        let rows = lines.by_ref().skip(1).take_while(|line| line.starts_with('|'));
        let table = rows.filter_map(|row| {
            let cells: Vec<Vec<String>> = row.split('|').skip(1).map(words).collect();
            let folders = cells.first()?.clone();
            Some((folders, cells.get(1)?.clone()))
        });
        let table = table.flat_map(|(folders, may)| folders.into_iter().map(move |folder| (folder, may.clone())));
        tables.insert(name.to_owned(), table.collect());
    }
    tables
}

/// Returns the words in backticks.
fn words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Returns the names that the root of a crate re-exports, from its own modules or from other crates.
fn exported(library: &str) -> Vec<String> {
    let uses = library
        .split("pub use ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next());
    let names = uses.flat_map(|used| used.split(|c: char| !c.is_alphanumeric() && c != '_'));
    names
        .filter(|name| name.starts_with(char::is_uppercase))
        .map(str::to_owned)
        .collect()
}

fn check_file(path: &str, inside: &str, text: &str, table: &Table, exported: &[String]) -> Vec<Finding> {
    let module: Vec<&str> = inside
        .trim_end_matches(".rs")
        .trim_end_matches("/mod")
        .split('/')
        .collect();
    let folder = module[0];
    let Some(may) = table.get(folder) else {
        return vec![Finding::new(
            path,
            1,
            format!("{folder} has no row in the tables of {DOCUMENT}"),
        )];
    };
    let mut findings = Vec::new();
    for import in imports(&module, text) {
        let Some(first) = import.path.first() else { continue };
        if exported.contains(first) {
            let what = format!("imports {first} through the root of the crate; name the module that defines it");
            findings.push(Finding::new(path, import.line, what));
        } else if first != folder && table.contains_key(first) && !may.contains(first) {
            let what = format!("{folder} must not import {first} (the table of folders in {DOCUMENT})");
            findings.push(Finding::new(path, import.line, what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT_TEXT: &str = "\
Text.

| folder of `app` | may import | what it is for |
|---|---|---|
| `error`, `clock` | | the ground |
| `import` | `error`, `clock` | imports |

| folder of `web` | may import |
|---|---|
| `pages` | `ui` |
";

    fn found(inside: &str, text: &str) -> Vec<String> {
        let tables = tables(DOCUMENT_TEXT);
        let exported = exported("pub use error::{Error, Other};\npub use store::Member;\npub struct App;\n");
        let path = format!("crates/app/src/{inside}");
        let findings = check_file(&path, inside, text, &tables["app"], &exported);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_import_against_the_table_is_found_with_its_line() {
        let found = found("error.rs", "//! What.\n\nuse crate::import::Plan;\n");
        let expected =
            "crates/app/src/error.rs:3: error must not import import (the table of folders in ARCHITECTURE.md)";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn imports_that_the_table_allows_pass() {
        let text = "use crate::App;\nuse crate::clock::Clock;\nuse crate::error::Error;\nuse super::plan::Plan;\n";
        assert_eq!(found("import/run.rs", text), [""; 0]);
    }

    #[test]
    fn a_name_that_the_root_re_exports_is_found() {
        let found = found("import/mod.rs", "use crate::{App, Error};\n");
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("imports Error through the root of the crate"),
            "{found:?}"
        );
    }

    #[test]
    fn a_folder_without_a_row_is_found() {
        assert!(found("new/mod.rs", "")[0].contains("new has no row"));
    }

    #[test]
    fn every_crate_has_its_own_table() {
        let tables = tables(DOCUMENT_TEXT);
        assert_eq!(tables["web"]["pages"], ["ui"]);
        assert_eq!(tables["app"].len(), 3);
    }
}
