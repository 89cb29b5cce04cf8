//! Messages of this crate and of `exchange` are also shown in browsers, so only `cli` may name command-line options.

use std::fs;
use std::path::Path;

#[test]
fn messages_name_no_option_of_the_command_line() {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let exchange = app.join("../../exchange/src");
    let mut found = Vec::new();
    for folder in [app, exchange] {
        assert!(look(&folder, &mut found) > 20, "the sources are found");
    }
    assert_eq!(found, Vec::<String>::new());
}

/// Collects the lines below a folder that name an option, and counts the source files.
fn look(folder: &Path, found: &mut Vec<String>) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += look(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.to_string_lossy().ends_with("tests.rs")
        {
            files += 1;
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named = lines.filter(|line| names_option(line));
            found.extend(named.map(|line| format!("{}: {}", path.display(), line.trim())));
        }
    }
    files
}

/// Whether a line has two hyphens and a letter at the start of a word.
fn names_option(line: &str) -> bool {
    line.match_indices("--").any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + 2..].chars().next();
        before.is_some_and(|before| " (`'\"".contains(before)) && after.is_some_and(|after| after.is_ascii_lowercase())
    })
}
