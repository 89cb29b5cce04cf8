//! Rule for the documents: every path of the repository that a document names exists.

use super::Finding;
use std::path::Path;

/// Whether the paths in a file are checked.
pub fn is_checked(path: &str) -> bool {
    let at_root = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].contains(&path);
    at_root || (path.starts_with("docs/") && path.ends_with(".md"))
}

/// Returns a finding for each named path of the repository that does not exist.
pub fn lost_paths(root: &Path, document: &str, text: &str) -> Vec<Finding> {
    let spans = code_spans(text);
    spans
        .into_iter()
        .filter(|(_, span)| is_repository_path(span) && !root.join(span).exists())
        .map(|(line, span)| Finding::new(document, line, format!("{span} does not exist")))
        .collect()
}

const ENDINGS: [&str; 7] = [".rs", ".toml", ".md", ".txt", ".sql", ".sh", "/"];

/// Whether a span has a slash and the ending of one of our files or folders, and is not a pattern, a URL or a path
/// outside.
fn is_repository_path(span: &str) -> bool {
    let plain = span
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'));
    let outside = span.starts_with('/') || span.starts_with("target/");
    plain && !outside && span.contains('/') && ENDINGS.iter().any(|ending| span.ends_with(ending))
}

/// Returns the text between backticks, with its line from 1. Fenced blocks are skipped, because they are samples. A
/// span may continue over a line end, but not over a blank line.
fn code_spans(text: &str) -> Vec<(usize, String)> {
    let mut spans = Vec::new();
    let mut fenced = false;
    let mut open: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if line.trim().is_empty() {
            open = None;
        } else if !fenced {
            for (i, piece) in line.split('`').enumerate() {
                if i > 0 {
                    open = match open.take() {
                        Some(span) => {
                            spans.push((at + 1, span));
                            None
                        }
                        None => Some(String::new()),
                    };
                }
                if let Some(span) = &mut open {
                    span.push_str(piece);
                }
            }
            if let Some(span) = &mut open {
                span.push(' ');
            }
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_gone_is_found() {
        let text = "The code lies in `xtask/src/main.rs` and `xtask/src/`.\n\nSee `xtask/src/gone.rs` and `gone/`.\n";
        let found = lost_paths(&crate::root(), "docs/a.md", text);
        let found: Vec<_> = found.iter().map(|f| (f.line, f.what.as_str())).collect();
        assert_eq!(
            found,
            [(3, "xtask/src/gone.rs does not exist"), (3, "gone/ does not exist")]
        );
    }

    #[test]
    fn only_paths_of_the_repository_count() {
        for span in ["docs/a.md", "crates/store/", "a/b.sql", ".config/nextest.toml"] {
            assert!(is_repository_path(span), "{span}");
        }
        for span in [
            "README.md",
            "/etc/a.toml",
            "~/a/b.md",
            "docs/*.md",
            "a/<name>.rs",
            "https://a.org/",
            "and/or",
            "target/a.txt",
        ] {
            assert!(!is_repository_path(span), "{span}");
        }
    }

    #[test]
    fn spans_are_distinguished_from_samples() {
        let text = "`cargo\nxtask` and `a/b.rs`\n```\n`c/d.rs`\n```\na stray ` here\n\nthen `e/f.rs`\n";
        let spans: Vec<_> = code_spans(text);
        let expected = [(2, "cargo xtask"), (2, "a/b.rs"), (8, "e/f.rs")].map(|(line, span)| (line, span.to_owned()));
        assert_eq!(spans, expected);
    }

    #[test]
    fn the_documents_are_known() {
        assert!(is_checked("README.md") && is_checked("docs/recipes/add-a-field.md"));
        assert!(!is_checked("crates/app/README.md") && !is_checked("docs/openapi.json"));
    }
}
