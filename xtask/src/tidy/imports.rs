//! Finds the modules that a source file imports: `crate::a::b`, `super::b` and `self::b`, also in groups.
//!
//! Works on the text, without a Rust parser: comments and test modules inside a file are skipped.

/// A module path in a file, from the root of its crate, and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub path: Vec<String>,
    pub line: usize,
    /// Whether the file only re-exports the name (`pub use`).
    pub is_reexport: bool,
}

/// Returns the imports in the file of the module `here`, in order. Modules that the file declares need no prefix.
pub fn imports(here: &[&str], text: &str) -> Vec<Import> {
    let children = declared(text);
    let text = without_comments_and_tests(text);
    let mut found = Vec::new();
    for (at, _) in text.match_indices("::") {
        let before = word_before(&text, at);
        let base = match before {
            "crate" => Vec::new(),
            "super" if begins_path(&text[..at - before.len()]) => here[..here.len().saturating_sub(1)].to_vec(),
            "self" if begins_path(&text[..at - before.len()]) => here.to_vec(),
            child if children.contains(&child) && begins_path(&text[..at - before.len()]) => {
                here.iter().copied().chain([child]).collect()
            }
            _ => continue,
        };
        let base: Vec<String> = base.into_iter().map(str::to_owned).collect();
        let begin = text[..at].rfind([';', '}', '{']).map_or(0, |at| at + 1);
        let statement = text[begin..at].trim_start();
        let before = Import {
            path: base,
            line: super::line_of(&text, at),
            is_reexport: statement.starts_with("pub") && statement.contains("use "),
        };
        expand(before, &text[at + 2..], &mut found);
    }
    found
}

/// Returns the modules that a file declares.
fn declared(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.strip_suffix(';'));
    lines
        .filter_map(|line| line.rsplit_once("mod "))
        .map(|(_, name)| name)
        .collect()
}

/// Whether a path can begin after this text.
fn begins_path(before: &str) -> bool {
    !before.ends_with("::") && !before.ends_with('.')
}

/// Follows a path and all paths of a group in braces, and adds them to `found`.
fn expand(mut import: Import, mut rest: &str, found: &mut Vec<Import>) {
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            for item in items(group) {
                expand(import.clone(), item.trim_start(), found);
            }
            return;
        }
        let word = word_at(rest);
        match word {
            "" | "self" => break,
            "super" => drop(import.path.pop()),
            word => import.path.push(word.to_owned()),
        }
        match rest[word.len()..].strip_prefix("::") {
            Some(next) => rest = next,
            None => break,
        }
    }
    found.push(import);
}

/// Returns the items of a group, up to its closing brace.
fn items(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut items) = (0_u32, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth > 0 => {}
            ',' | '}' => {
                if !group[begin..at].trim().is_empty() {
                    items.push(&group[begin..at]);
                }
                begin = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    items
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word_at(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

fn word_before(text: &str, end: usize) -> &str {
    let begin = text[..end].rfind(|c| !is_word(c)).map_or(0, |at| at + 1);
    text.get(begin..end).unwrap_or_default()
}

/// Removes comments, and everything from the first test module on, but keeps the number of lines.
fn without_comments_and_tests(text: &str) -> String {
    let mut out = String::new();
    let mut in_tests = false;
    for line in text.lines() {
        in_tests |= line.starts_with("#[cfg(test)]");
        let code = line.split("//").next().unwrap_or_default();
        if !in_tests {
            out.push_str(code);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(here: &str, text: &str) -> Vec<(String, usize)> {
        let here: Vec<&str> = here.split("::").collect();
        let found = imports(&here, text);
        found
            .into_iter()
            .map(|found| (found.path.join("::"), found.line))
            .collect()
    }

    #[test]
    fn groups_and_nested_groups_are_expanded() {
        let text =
            "//! crate::no\n\nuse crate::{a::{self, B}, c::d::E as F};\nuse super::g::H;\nfn f() { crate::i::j() }\n";
        let expected = [("a", 3), ("a::B", 3), ("c::d::E", 3), ("x::g::H", 4), ("i::j", 5)];
        assert_eq!(
            paths("x::y", text),
            expected.map(|(path, line)| (path.to_owned(), line))
        );
    }

    #[test]
    fn tests_and_comments_are_left_out() {
        let text = "use crate::a; // crate::b\n#[cfg(test)]\nmod tests {\n    use super::*;\n    use crate::c;\n}\n";
        assert_eq!(paths("x", text), [("a".to_owned(), 1)]);
    }

    #[test]
    fn modules_of_the_file_itself_are_imports_too() {
        let text = "pub mod a;\nmod b;\npub use a::C;\nfn f() { b::g(); other::b::g(); }\n";
        assert_eq!(paths("x", text), [("x::a::C".to_owned(), 3), ("x::b::g".to_owned(), 4)]);
    }

    #[test]
    fn a_group_over_several_lines_has_the_line_of_its_beginning() {
        let text = "use std::fmt;\nuse crate::a::{\n    B,\n    c::D,\n};\n";
        assert_eq!(paths("x", text), [("a::B".to_owned(), 2), ("a::c::D".to_owned(), 2)]);
    }
}
