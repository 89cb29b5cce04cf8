//! Rule for the texts that users read: phrases that pages, messages and the command line must not use.
//!
//! Checks string literals only; users do not read comments and names.

use super::Finding;

/// A phrase to avoid, and its replacement.
const BANNED: [(&str, &str); 22] = [
    ("told from", "detected from"),
    ("tell it from", "detect automatically"),
    ("taken back", "undone"),
    ("take it back", "undo it"),
    ("take back", "undo"),
    ("takes back", "undoes"),
    ("passed over", "skipped"),
    ("left behind", "interrupted"),
    ("hand over", "transfer"),
    ("handed over", "transferred"),
    ("meanwhile", "while you were editing"),
    ("rows in hand", "the current batch"),
    ("for so long", "for this many days"),
    ("stands in", "is in"),
    ("stand here", "appear here"),
    ("stands under", "is under"),
    ("the likest", "most likely"),
    ("nearly sure", "very likely"),
    ("nevertheless", "anyway"),
    ("all the same", "anyway"),
    ("somebody else", "another member"),
    ("is no whole", "is not a valid"),
];

/// The folders with texts for users.
const READ: [&str; 5] = [
    "crates/model/src/",
    "crates/exchange/src/",
    "crates/app/src/",
    "crates/web/src/",
    "crates/cli/src/",
];

/// Checks the string literals of a source file.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !READ.iter().any(|folder| path.starts_with(folder)) || path.ends_with("tests.rs") {
        return findings;
    }
    let lines = text.lines().zip(1..).take_while(|(line, _)| *line != "#[cfg(test)]");
    for (line, number) in lines.filter(|(line, _)| !line.trim_start().starts_with("//")) {
        // A single word is a name: a code, an id, a column.
        let said = literals(line).to_lowercase();
        let said: String = said.split('\n').filter(|text| text.trim().contains(' ')).collect();
        for (phrase, instead) in BANNED {
            if said.contains(phrase) {
                let what = format!("texts do not say “{phrase}”; say “{instead}”, or reword the sentence");
                findings.push(Finding::new(path, number, what));
            }
        }
    }
    findings
}

/// Returns the text between quotes in a line, one line for each literal.
fn literals(line: &str) -> String {
    let mut said = String::new();
    let (mut inside, mut escaped) = (false, false);
    for c in line.chars() {
        match c {
            '"' if !escaped => {
                inside = !inside;
                said.push('\n');
            }
            _ if inside => said.push(c),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(path, text).len()
    }

    #[test]
    fn a_banned_phrase_is_found_in_texts_and_not_in_code_or_comments() {
        let path = "crates/web/src/pages/one.rs";
        assert_eq!(found(path, "p { \"This import was Taken back.\" }"), 1);
        assert_eq!(found(path, "// it is taken back\nfn taken_back() {}"), 0);
        assert_eq!(found(path, "let nevertheless = \"yes\";"), 0);
        assert_eq!(found(path, "let a = \"say \\\"so\\\" nevertheless\";"), 1);
        assert_eq!(found(path, "Code::Changed => \"changed_meanwhile\","), 0);
        assert_eq!(found("xtask/src/one.rs", "\"taken back\""), 0);
        assert_eq!(found(path, "#[cfg(test)]\nmod tests { \"taken back\" }"), 0);
    }
}
