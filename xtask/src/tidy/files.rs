//! Rules for single files: the module doc, the name, the length, and what may be tracked by git.

use super::Finding;

/// A source file begins with a doc of what it owns and leaves out. Tests are exempt.
pub fn module_doc(path: &str, text: &str) -> Option<Finding> {
    let is_test = path.ends_with("_tests.rs") || path.contains("/tests/");
    let wrong = in_sources(path) && !is_test && !text.starts_with("//!");
    wrong.then(|| {
        Finding::new(
            path,
            1,
            "begins without a module doc (//! what it owns, what it leaves out)",
        )
    })
}

fn in_sources(path: &str) -> bool {
    let of_crate = path.strip_prefix("crates/").and_then(|rest| rest.split_once('/'));
    path.starts_with("xtask/src/") || of_crate.is_some_and(|(_, rest)| rest.starts_with("src/"))
}

/// Names that describe a role and say nothing about the content.
const ROLES: [&str; 8] = [
    "util", "utils", "helper", "helpers", "manager", "managers", "common", "misc",
];

/// A file or folder is named after its subject.
pub fn role_name(path: &str) -> Option<Finding> {
    let name = path
        .trim_end_matches(".rs")
        .split('/')
        .find(|name| ROLES.contains(name))?;
    let what = format!("\"{name}\" says nothing; name it after what it is about");
    Some(Finding::new(path, 1, what))
}

/// Code in a doc comment would be compiled as a doctest, for which `cargo xtask test` has no stage.
pub fn code_in_docs(path: &str, text: &str) -> Option<Finding> {
    let is_code = |line: &str| {
        let line = line.trim_start();
        ["///", "//!"].iter().any(|doc| line.starts_with(doc)) && line.contains("```")
    };
    let at = text.lines().position(is_code)?;
    let what = "has code in a doc comment, which is never run; write a test";
    in_sources(path).then(|| Finding::new(path, at + 1, what))
}

/// Maximum number of lines of a source file that gives no reason.
const MOST_LINES: usize = 800;

/// The start of the reason in the module doc of a longer file.
const REASON: &str = "//! Long because ";

/// A file that is too long must be divided or give a reason.
pub fn length(path: &str, text: &str) -> Option<Finding> {
    let count = text.lines().count();
    let excused = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .any(|line| line.starts_with(REASON));
    let what =
        || format!("has {count} lines, more than {MOST_LINES}; divide it, or say \"{REASON}...\" in its module doc");
    (count > MOST_LINES && !excused).then(|| Finding::new(path, MOST_LINES + 1, what()))
}

/// Build output, downloaded packages and databases are never tracked.
pub fn untrackable(path: &str) -> Option<Finding> {
    let foreign = path
        .split('/')
        .rev()
        .skip(1)
        .find(|folder| ["target", "node_modules"].contains(folder));
    let what = match foreign {
        Some(folder) => format!("lies below {folder}/ and is tracked by git"),
        None if path.ends_with(".db") => "is a database and is tracked by git".to_owned(),
        None => return None,
    };
    Some(Finding::new(path, 1, what))
}

/// Maximum size of a tracked file, in bytes.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Large files are generated when needed, not tracked.
pub fn size(path: &str, bytes: usize) -> Option<Finding> {
    (bytes > MOST_BYTES).then(|| Finding::new(path, 1, format!("has {bytes} bytes, more than {MOST_BYTES}")))
}

/// Names of folders on the machines of the developers.
const MACHINE: [&str; 3] = ["work", "farm", "root"];

/// Returns the lines of a text file that name a folder of the machine it was written on.
pub fn machine_paths(path: &str, bytes: &[u8]) -> Vec<Finding> {
    if bytes.contains(&0) {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| names_machine(line))
        .map(|(at, _)| Finding::new(path, at + 1, "names a folder of the machine it was written on"))
        .collect()
}

fn names_machine(line: &str) -> bool {
    MACHINE.iter().any(|folder| {
        let folder = format!("/{folder}/");
        line.match_indices(&folder)
            .any(|(at, _)| line[at + folder.len()..].starts_with(|c: char| c == '.' || c.is_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_doc_comments_is_found() {
        let text = "//! What.\n\n/// Adds.\n///\n/// ```\n/// assert!(true);\n/// ```\nfn add() {}\n";
        assert_eq!(
            code_in_docs("crates/a/src/lib.rs", text).map(|found| found.line),
            Some(5)
        );
        assert!(code_in_docs("crates/a/src/lib.rs", "//! What.\nlet a = \"```\"; // not a doc\n").is_none());
    }

    #[test]
    fn sources_begin_with_a_module_doc() {
        let bare = "use std::fmt;\n";
        for path in ["crates/app/src/lib.rs", "crates/app/src/a/b.rs", "xtask/src/main.rs"] {
            assert!(module_doc(path, bare).is_some(), "{path}");
            assert!(module_doc(path, "//! What.\n").is_none(), "{path}");
        }
        for path in [
            "crates/app/src/a_tests.rs",
            "crates/app/tests/main.rs",
            "crates/app/src/a/tests/b.rs",
            "fuzz/a.rs",
        ] {
            assert!(module_doc(path, bare).is_none(), "{path}");
        }
    }

    #[test]
    fn roles_are_no_names() {
        for path in [
            "crates/app/src/utils.rs",
            "crates/app/src/helpers/a.rs",
            "crates/app/tests/common/mod.rs",
        ] {
            assert!(role_name(path).is_some(), "{path}");
        }
        for path in ["crates/app/src/uncommon.rs", "crates/app/src/common_names.rs"] {
            assert!(role_name(path).is_none(), "{path}");
        }
    }

    #[test]
    fn long_files_give_a_reason() {
        let long = "x\n".repeat(801);
        assert_eq!(length("a.rs", &long).map(|f| f.line), Some(801));
        assert!(length("a.rs", &"x\n".repeat(800)).is_none());
        assert!(length("a.rs", &format!("//! What.\n//! Long because it is a table.\n{long}")).is_none());
        assert!(length("a.rs", &format!("{long}//! Long because it is a table.\n")).is_some());
    }

    #[test]
    fn what_is_built_or_run_is_not_tracked() {
        for path in [
            "target/debug/a",
            "fuzz/target/a",
            "web/node_modules/a.js",
            "crates/app/a.db",
        ] {
            assert!(untrackable(path).is_some(), "{path}");
        }
        for path in ["crates/app/src/target.rs", "docs/target", "a.dbx"] {
            assert!(untrackable(path).is_none(), "{path}");
        }
    }

    #[test]
    fn large_files_are_not_tracked() {
        assert!(size("a.csv", MOST_BYTES + 1).is_some());
        assert!(size("a.csv", MOST_BYTES).is_none());
    }

    #[test]
    fn the_machine_is_not_named() {
        for folder in MACHINE {
            let text = format!("fine\nsee /{folder}/main for it\n");
            let found = machine_paths("a.md", text.as_bytes());
            assert_eq!(found.iter().map(|f| f.line).collect::<Vec<_>>(), [2], "{folder}");
            assert!(!machine_paths("a.md", format!("/{folder}/.cargo").as_bytes()).is_empty());
            assert!(machine_paths("a.md", format!("/{folder}/1 /{folder}/ ").as_bytes()).is_empty());
            assert!(machine_paths("a.bin", format!("\0/{folder}/main").as_bytes()).is_empty());
        }
    }
}
