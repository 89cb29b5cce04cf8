//! The results in `docs/performance.md`.
//!
//! Owns the markers between which they are replaced: `<!-- bench NAME -->` and `<!-- end -->`.

use std::fs;
use std::io;
use std::path::Path;

const PAGE: &str = "docs/performance.md";

/// The chart of time and memory against rows.
pub const CHART: &str = "docs/images/performance.svg";

/// Replaces the text between the markers of a name.
pub fn write(root: &Path, name: &str, figures: &str) -> io::Result<()> {
    let page = root.join(PAGE);
    let text = fs::read_to_string(&page)?;
    let replaced = replaced(&text, name, figures);
    let replaced = replaced.ok_or_else(|| io::Error::other(format!("{PAGE} has no place for {name}")))?;
    fs::write(page, replaced)
}

fn replaced(text: &str, name: &str, figures: &str) -> Option<String> {
    let begin = format!("<!-- bench {name} -->\n");
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once("<!-- end -->")?;
    Some(format!("{before}{begin}{figures}<!-- end -->{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_between_the_marks_are_replaced() {
        let text = "a\n<!-- bench x -->\nold\n<!-- end -->\nb\n<!-- end -->\n";
        let expected = "a\n<!-- bench x -->\nnew\n<!-- end -->\nb\n<!-- end -->\n";
        assert_eq!(replaced(text, "x", "new\n").as_deref(), Some(expected));
        assert_eq!(replaced(text, "y", "new\n"), None);
    }
}
