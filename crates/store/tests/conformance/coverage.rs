//! Fails when a public function of the store is not called in this suite.

use std::fs;
use std::path::Path;

/// Modules without functions that other crates may call.
const PRIVATE: &[&str] = &["engine", "error", "ids", "migrations"];

#[test]
fn every_public_function_is_in_the_suite() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suite: String = rust_files(&root.join("tests/conformance"))
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let mut missing = Vec::new();
    let mut seen = 0;
    for (module, text) in rust_files(&root.join("src")) {
        if PRIVATE.contains(&module.as_str()) {
            continue;
        }
        for call in public_calls(&module, &text) {
            seen += 1;
            if !call.iter().any(|form| suite.contains(form.as_str())) {
                missing.push(call.join(" or "));
            }
        }
    }
    assert!(
        seen > 30,
        "only {seen} public functions were found: has the layout of src changed?"
    );
    assert!(missing.is_empty(), "public functions that no test calls: {missing:#?}");
}

/// Returns each public function of a module, in the forms in which a test may call it.
fn public_calls(module: &str, text: &str) -> Vec<Vec<String>> {
    let names = text.lines().filter_map(|line| {
        let name = line.trim_start().strip_prefix("pub fn ")?.split(['(', '<']).next()?;
        Some((line.starts_with(' '), name))
    });
    names
        .map(|(is_method, name)| match is_method {
            true => vec![format!(".{name}("), format!("::{name}(")],
            false => vec![format!("{module}::{name}(")],
        })
        .collect()
}

/// Returns the modules below a folder with their texts; a `mod.rs` has the name of its folder.
fn rust_files(folder: &Path) -> Vec<(String, String)> {
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut files = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !PRIVATE.contains(&name(&path).as_str()) {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let module = match name(&path).as_str() {
                "mod" => name(folder),
                file => file.to_owned(),
            };
            files.push((module, fs::read_to_string(&path).unwrap()));
        }
    }
    files
}
