use std::path::{Path, PathBuf};

/// Functions of the store that write contacts and the data kept consistent with them.
const WRITES: [&str; 20] = [
    "contacts::update_many",
    "contacts::insert_many",
    "contacts::replace_many",
    "contacts::delete_many",
    "match_keys::insert_last",
    "match_keys::insert_many",
    "match_keys::insert_run",
    "match_keys::delete_many",
    "name_order::insert_last",
    "name_order::insert_many",
    "name_order::insert_run",
    "name_order::delete_many",
    "search_texts::set_many",
    "search_texts::delete_many",
    "shares::put_many",
    "shares::remove_",
    "shares::replace_all",
    "change_feed::note(",
    "tombstones::put_many",
    "workspaces::begin_change",
];
/// Modules of the store that are called by their own names, so that [`WRITES`] finds the calls.
const MODULES: [&str; 7] = [
    "contacts",
    "match_keys",
    "name_order",
    "search_texts",
    "shares",
    "change_feed",
    "tombstones",
];

#[test]
fn only_this_module_calls_the_contact_writes_of_the_store() {
    let found = sources(|text| {
        let calls = WRITES.iter().filter(|call| text.contains(**call)).copied();
        let imports: String = text.lines().filter(|line| line.starts_with("use store")).collect();
        let aliased = MODULES
            .iter()
            .filter(|module| imports.contains(&format!("{module} as ")));
        calls.chain(aliased.copied()).map(str::to_owned).collect()
    });
    assert_eq!(found, Vec::<String>::new(), "these belong to contacts/write.rs");
}

#[test]
fn only_this_module_and_access_unwrap_proofs() {
    // Other types with an `into_inner`: file writers and locks.
    let others = ["csv.into_inner()", "segment.into_inner()", "guard.into_inner()"];
    let found = sources(|text| {
        let calls = text.lines().filter(|line| line.contains(".into_inner()"));
        let calls = calls.filter(|line| !others.iter().any(|other| line.contains(other)));
        let named = text.contains("Owns::into_inner");
        let named = named.then(|| "into_inner".to_owned());
        calls.map(|line| line.trim().to_owned()).chain(named).collect()
    });
    assert_eq!(found, Vec::<String>::new());
}

/// Returns what `look` finds in each source file of this crate, except tests, `access.rs` and `contacts/write.rs`.
fn sources(look: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 50, "the sources are found");
    let mut found = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        if name.ends_with("tests.rs") || ["access.rs", "contacts/write.rs"].contains(&name.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        found.extend(look(code).into_iter().map(|what| format!("{name}: {what}")));
    }
    found
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
