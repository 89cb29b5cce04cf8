//! Converts notes that a program keeps as HTML to plain text: `<p>Called <b>twice</b></p>`.
//!
//! Only text that is certainly HTML is converted: it contains a tag that closes an element or breaks a line. Known tags
//! are removed, and block elements become line breaks; a sign such as `<` between words is kept.

use crate::escapes::unescaped;
use std::borrow::Cow;

/// Elements that begin on a line of their own.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "blockquote",
    "pre",
    "section",
    "article",
];
/// Elements within a line.
const INLINE: &[&str] = &[
    "a", "b", "i", "u", "s", "em", "strong", "span", "font", "small", "big", "sub", "sup", "td", "th", "tbody",
    "thead", "code", "img", "label", "html", "body", "o:p",
];

/// Returns the text without HTML tags, unchanged if it contains none.
pub fn plain_text(text: &str) -> Cow<'_, str> {
    if !is_html(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        match tag(from) {
            Some((name, length)) => {
                if BLOCKS.contains(&name.as_str()) {
                    out.push('\n');
                }
                rest = &from[length..];
            }
            None => {
                out.push('<');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(lines(&unescaped(&out)))
}

fn is_html(text: &str) -> bool {
    text.contains('<')
        && text.match_indices('<').any(|(at, _)| {
            let from = &text[at..];
            let closes = from.starts_with("</");
            tag(from).is_some_and(|(name, _)| closes || name == "br")
        })
}

/// Returns the name of a known element at the start of a text, and the length of its tag.
fn tag(text: &str) -> Option<(String, usize)> {
    let end = text.find('>')?;
    let inside = text[1..end].trim_start_matches('/');
    let name: String = inside
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == ':')
        .flat_map(char::to_lowercase)
        .collect();
    let is_known = BLOCKS.contains(&name.as_str()) || INLINE.contains(&name.as_str());
    let is_whole = inside[name.len()..].is_empty() || inside[name.len()..].starts_with([' ', '/', '\n', '\t']);
    (is_known && is_whole && !inside.contains('<')).then_some((name, end + 1))
}

/// Returns the lines without surrounding blanks and with at most one empty line between two.
fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let words = |line: &str| {
        line.split([' ', '\t', '\u{a0}'])
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    for line in text.lines().map(words).filter(|line| !line.is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_plain_text() {
        for (html, plain) in [
            ("<p>Called <b>twice</b></p>", "Called twice"),
            ("<p>One</p><p>Two<br/>Three</p>", "One\nTwo\nThree"),
            ("<div class=\"o_note\">Zo&eacute; &amp; Bo</div>", "Zoé & Bo"),
            ("<ul><li>tea</li><li>cakes</li></ul>", "tea\ncakes"),
            ("a <a href=\"https://x.example\">page</a>", "a page"),
            ("one<br>two", "one\ntwo"),
        ] {
            assert_eq!(plain_text(html), plain, "{html}");
        }
    }

    #[test]
    fn what_is_no_html_stays() {
        for text in [
            "a < b > c",
            "<3 flowers",
            "<ann@example.com>",
            "see <b> there",
            "<none>",
            "if x<y </3",
            "",
        ] {
            assert_eq!(plain_text(text), text);
        }
    }
}
