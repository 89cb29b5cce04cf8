//! File names of downloads.

use model::fold;

/// The maximum length of each part of a name, in characters.
const LONGEST: usize = 40;

/// The `Content-Disposition` header of a download. The name is the parts joined by hyphens, in letters and digits that
/// every system accepts.
pub fn attachment(parts: &[&str], extension: &str) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| plain(part))
        .filter(|part| !part.is_empty())
        .collect();
    format!("attachment; filename=\"{}.{extension}\"", parts.join("-"))
}

fn plain(part: &str) -> String {
    let folded = fold(part);
    let words: Vec<String> = folded
        .split(' ')
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_whatever_they_are_made_of() {
        for (parts, want) in [
            (
                &["contacts", "Fen Trust", "2026-11-29"][..],
                "contacts-fen-trust-2026-11-29",
            ),
            (
                &["contact", "J\u{fc}rgen \"Gro\u{df}\"\r\n"][..],
                "contact-jurgen-gross",
            ),
            (&["contact", "\u{5c71}\u{7530}"][..], "contact"),
        ] {
            assert_eq!(attachment(parts, "vcf"), format!("attachment; filename=\"{want}.vcf\""));
        }
    }
}
