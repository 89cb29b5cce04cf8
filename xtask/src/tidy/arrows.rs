//! Rule for the manifests: a crate depends only on what the table in ARCHITECTURE.md allows.
//!
//! The table is read from the document, so that it exists only once. The row applies to the tests of a crate too.

use super::{Finding, line_of};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use toml::de::{DeTable, DeValue};

const DOCUMENT: &str = "ARCHITECTURE.md";

/// The dependencies that a crate may have.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: String,
    /// Crates of this workspace that it may depend on.
    may: Vec<String>,
    /// Other crates that it must not depend on.
    never: Vec<String>,
}

/// Compares the manifests in `crates/` with the table.
pub fn check(root: &Path, paths: &[String]) -> Vec<Finding> {
    let document = fs::read_to_string(root.join(DOCUMENT)).unwrap_or_default();
    let rows = table(&document);
    if rows.is_empty() {
        let what = "has no table that begins with | crate | may import | never depends on |";
        return vec![Finding::new(DOCUMENT, 1, what)];
    }
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let names = given_names(&read("Cargo.toml"));
    let crates: Vec<&str> = paths.iter().filter_map(|path| crate_of(path)).collect();
    let ours: Vec<&str> = crates.iter().copied().chain(["xtask"]).collect();
    let mut findings = Vec::new();
    for name in &crates {
        let path = format!("crates/{name}/Cargo.toml");
        match rows.iter().find(|row| row.name == *name) {
            Some(row) => findings.extend(check_manifest(&path, &read(&path), row, &ours, &names)),
            None => findings.push(Finding::new(
                &path,
                1,
                format!("{name} has no row in the table of {DOCUMENT}"),
            )),
        }
    }
    findings
}

/// Returns the crate of a manifest.
fn crate_of(path: &str) -> Option<&str> {
    let name = path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
    (!name.contains('/')).then_some(name)
}

/// Parses the table: crate, own crates that it may import, other crates that it never depends on. Only words in
/// backticks count.
fn table(document: &str) -> Vec<Row> {
    let lines = document.lines().skip_while(|line| {
        let head: Vec<&str> = line.split('|').map(str::trim).collect();
        !matches!(head[..], ["", "crate", "may import", "never depends on", ..])
    });
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    rows.filter_map(|line| {
        let cells: Vec<Vec<String>> = line.split('|').skip(1).map(words).collect();
        let [name, may, never, ..] = &cells[..] else {
            return None;
        };
        Some(Row {
            name: name.first()?.clone(),
            may: may.clone(),
            never: never.clone(),
        })
    })
    .collect()
}

/// Returns the words in backticks.
fn words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Returns the packages of the dependencies that the workspace renames, by their new names.
fn given_names(root_manifest: &str) -> BTreeMap<String, String> {
    let Ok(manifest) = DeTable::parse(root_manifest) else {
        return BTreeMap::new();
    };
    let dependencies = inner(manifest.get_ref(), "workspace").and_then(|workspace| inner(workspace, "dependencies"));
    let entries = dependencies.into_iter().flat_map(DeTable::iter);
    entries
        .filter_map(|(name, value)| Some((name.get_ref().to_string(), package_in(value.get_ref())?.to_owned())))
        .collect()
}

fn inner<'t, 'i>(table: &'t DeTable<'i>, name: &str) -> Option<&'t DeTable<'i>> {
    table.get(name)?.get_ref().as_table()
}

/// Returns the `package` key of a dependency, if it has one.
fn package_in<'t>(dependency: &'t DeValue<'_>) -> Option<&'t str> {
    dependency.as_table()?.get("package")?.get_ref().as_str()
}

/// A dependency in a manifest: its package and its line.
struct Dependency {
    package: String,
    line: usize,
}

fn check_manifest(path: &str, text: &str, row: &Row, ours: &[&str], names: &BTreeMap<String, String>) -> Vec<Finding> {
    let manifest = match DeTable::parse(text) {
        Ok(manifest) => manifest.into_inner(),
        Err(error) => return vec![Finding::new(path, 1, format!("is no manifest: {}", error.message()))],
    };
    let found = dependencies(text, &manifest, names);
    found
        .into_iter()
        .filter_map(|dependency| check_dependency(path, row, ours, &dependency))
        .collect()
}

fn check_dependency(path: &str, row: &Row, ours: &[&str], dependency: &Dependency) -> Option<Finding> {
    let package = &dependency.package;
    let is_ours = ours.contains(&package.as_str());
    let (crosses, verb) = match is_ours {
        true => (!row.may.contains(package), "may not import"),
        false => (row.never.contains(package), "never depends on"),
    };
    let what = || format!("{} {verb} {package} (the table of {DOCUMENT})", row.name);
    crosses.then(|| Finding::new(path, dependency.line, what()))
}

/// Returns every dependency in a manifest: of the code, of tests, of the build, of one platform.
fn dependencies(text: &str, manifest: &DeTable<'_>, names: &BTreeMap<String, String>) -> Vec<Dependency> {
    let platforms = inner(manifest, "target").into_iter().flat_map(DeTable::values);
    let tables = [manifest]
        .into_iter()
        .chain(platforms.filter_map(|p| p.get_ref().as_table()));
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    tables
        .flat_map(|table| kinds.into_iter().filter_map(|kind| inner(table, kind)))
        .flat_map(DeTable::iter)
        .map(|(name, value)| {
            let given = names.get(name.get_ref().as_ref()).map(String::as_str);
            let package = package_in(value.get_ref()).or(given).unwrap_or(name.get_ref());
            Dependency {
                package: package.to_owned(),
                line: line_of(text, name.span().start),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
Words.

| crate | may import | never depends on | never contains |
|---|---|---|---|
| `model` | nothing of ours | `rusqlite`, `axum` | SQL |
| `app` | `model`, `store` | `axum` | HTML |

| another | table |
|---|---|
| `x` | `y` |
";

    fn found(manifest: &str) -> Vec<(usize, String)> {
        let rows = table(TABLE);
        let app = rows.iter().find(|row| row.name == "app").unwrap();
        let names = given_names("[workspace.dependencies]\nserver = { package = \"axum\", version = \"1\" }\n");
        let ours = ["model", "store", "app", "cli", "xtask"];
        let findings = check_manifest("crates/app/Cargo.toml", manifest, app, &ours, &names);
        findings.into_iter().map(|f| (f.line, f.what)).collect()
    }

    fn lines(manifest: &str) -> Vec<usize> {
        found(manifest).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn the_table_is_read_from_the_document() {
        let rows = table(TABLE);
        assert_eq!(
            rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(),
            ["model", "app"]
        );
        assert!(rows[0].may.is_empty());
        assert_eq!(rows[0].never, ["rusqlite", "axum"]);
        assert_eq!(rows[1].may, ["model", "store"]);
        assert!(table("| crate | may import |\n|---|---|\n| `x` | `y` |\n").is_empty());
    }

    #[test]
    fn what_the_row_lets_is_let() {
        assert!(found("[dependencies]\nmodel.workspace = true\nserde = \"1\"\n[dev-dependencies]\nstore = { path = \"../store\" }\n").is_empty());
    }

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_found() {
        let findings =
            found("[package]\nname = \"app\"\n\n[dependencies]\nmodel.workspace = true\ncli.workspace = true\n");
        assert_eq!(
            findings,
            [(6, "app may not import cli (the table of ARCHITECTURE.md)".to_owned())]
        );
        assert_eq!(lines("[dependencies]\naxum = \"1\"\n"), [2]);
    }

    #[test]
    fn no_kind_of_dependency_is_a_way_around() {
        assert_eq!(lines("[dev-dependencies]\nxtask = { path = \"../../xtask\" }\n"), [2]);
        assert_eq!(lines("[build-dependencies]\naxum = \"1\"\n"), [2]);
        assert_eq!(lines("[target.'cfg(unix)'.dependencies]\naxum = \"1\"\n"), [2]);
        assert_eq!(lines("[dependencies.axum]\nversion = \"1\"\n"), [1]);
        assert_eq!(
            lines("[dependencies]\nx = { package = \"axum\", version = \"1\" }\n"),
            [2]
        );
        assert_eq!(lines("[dependencies]\nserver.workspace = true\n"), [2]);
        assert_eq!(lines("[dependencies\n"), [1]);
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let paths = [
            "crates/stray/Cargo.toml".to_owned(),
            "crates/stray/tests/a/Cargo.toml".to_owned(),
        ];
        let findings = check(&crate::root(), &paths);
        assert_eq!(
            findings,
            [Finding::new(
                "crates/stray/Cargo.toml",
                1,
                "stray has no row in the table of ARCHITECTURE.md"
            )]
        );
    }
}
