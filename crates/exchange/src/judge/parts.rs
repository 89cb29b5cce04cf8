//! Splits a cell into its values, with the labels that people write beside them: `030 1234 (priv.) / 0171 5678`.
//!
//! Decides separators, joining words, brackets and words before a value. The callers decide what a value is: they read
//! each part.

use crate::nested_lists::nested_list;
use model::{Label, fold};
use std::borrow::Cow;

/// A part of a cell, and the label beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The text of the value.
    pub text: Cow<'a, str>,
    /// The label, if one is written beside the value.
    pub label: Option<Label>,
}

/// Words that join two values, folded, with a blank on either side.
const JOINING: &[&str] = &[
    "or",
    "and",
    "oder",
    "und",
    "u",
    "od",
    "bzw",
    "ou",
    "et",
    "o",
    "y",
    "e",
    "of",
    "en",
    "eller",
    "og",
    "och",
    "lub",
    "albo",
    "i",
    "nebo",
    "a",
    "tai",
    "vagy",
    "es",
    "sau",
    "si",
    "или",
    "и",
    "або",
    "veya",
    "ve",
    "または",
    "或",
    "και",
];

/// Returns the elements of a list that a program wrote; `None` for an ordinary cell.
pub fn listed(cell: &str) -> Option<Vec<Part<'static>>> {
    let members = nested_list(cell)?;
    let part = |member: crate::nested_lists::Member| Part {
        text: Cow::Owned(member.value),
        label: (!member.label.is_empty()).then(|| Label::new(&member.label)),
    };
    Some(members.into_iter().map(part).collect())
}

/// A longer text without separators is not a list of values.
const LONGEST: usize = 1000;

/// Splits at words such as `or`; `is_value` decides whether each side is a value, so that words within a name are kept.
pub fn split_at_words(text: &str, is_value: impl Fn(&str) -> bool) -> Vec<&str> {
    if text.len() > LONGEST {
        return vec![text];
    }
    let mut parts = Vec::new();
    let mut from = 0;
    let mut word_from = 0;
    for word in text.split(' ') {
        let word_end = word_from + word.len();
        let joins = word_from > from && word_end < text.len() && is_joining(word);
        if joins && is_value(&text[from..word_from]) && is_value(&text[word_end..]) {
            parts.push(text[from..word_from].trim());
            from = word_end + 1;
        }
        word_from = word_end + 1;
    }
    parts.push(text[from..].trim());
    parts
}

/// Removes a joining word at the start of a text: `or bo@example.com`.
pub fn without_joining_word(text: &str) -> &str {
    match text.split_once(' ') {
        // A single letter more likely belongs to a broken value.
        Some((word, rest)) if word.len() > 1 && is_joining(word) => rest.trim_start(),
        _ => text,
    }
}

fn is_joining(word: &str) -> bool {
    matches!(word, "&" | "+" | "\u{b7}" | "\u{2022}") || word.len() <= 12 && JOINING.contains(&fold(word).as_str())
}

/// Signs that open and close a remark.
const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('\u{ff08}', '\u{ff09}')];

/// Removes the remarks in brackets for which `is_remark` holds, and returns the text with the first of them.
pub fn without_remark(text: &str, is_remark: impl Fn(&str) -> bool) -> Option<(String, String)> {
    let mut remark = None;
    if text.len() > LONGEST {
        return None;
    }
    let mut plain = Cow::Borrowed(text);
    for (open, close) in BRACKETS {
        while let Some(at) = plain.find(open) {
            let Some(end) = plain[at..].find(close).map(|end| at + end) else {
                break;
            };
            let inner = plain[at + open.len_utf8()..end].trim().to_owned();
            if !is_remark(&inner) {
                break;
            }
            plain = Cow::Owned(format!(
                "{} {}",
                plain[..at].trim_end(),
                plain[end + close.len_utf8()..].trim_start()
            ));
            remark.get_or_insert(inner);
        }
    }
    remark.map(|remark| (plain.trim().to_owned(), remark))
}

/// Returns the meaning of a label written beside a value: a word, or one letter. `None` for a word that is not a label.
pub fn label_beside(word: &str) -> Option<Label> {
    let word = word.trim_matches([' ', ':', '.', '-', '*']);
    let letter = match word {
        "h" | "H" => "home",
        "w" | "W" | "o" | "O" | "b" | "B" => "work",
        "m" | "M" | "c" | "C" => "mobile",
        "f" | "F" => "fax",
        _ => word,
    };
    let label = Label::new(letter);
    let built_in = ["work", "home", "mobile", "other", "fax"].contains(&label.as_str());
    built_in.then_some(label)
}

/// Words before a value that only name its kind, folded.
const KINDS: &[&str] = &[
    "tel",
    "telefon",
    "telephone",
    "phone",
    "ph",
    "t",
    "p",
    "telefono",
    "telefone",
    "telefoon",
    "telf",
    "tlf",
    "tfno",
    "fon",
    "ruf",
    "nr",
    "no",
    "тел",
    "телефон",
    "電話",
    "电话",
    "전화",
    "email",
    "e mail",
    "mail",
    "correo",
    "courriel",
    "smtp",
];

/// Removes the word before a value, and returns the label that the word means: `Mobil: 0171 5678`.
pub fn without_leading_word(text: &str) -> (Option<Label>, &str) {
    let end = text
        .find(|c: char| !c.is_alphabetic() && !matches!(c, '.' | ' ' | '-'))
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let word = word.trim_end_matches('-');
    if word.trim().is_empty() || word.chars().count() > 20 {
        return (None, text);
    }
    let rest = rest.trim_start_matches([':', ' ', '.']);
    match label_beside(word) {
        Some(label) => (Some(label), rest),
        None if KINDS.contains(&fold(word).as_str()) => (None, rest),
        None => match word.rsplit_once(' ') {
            // `Tel. mobil`, `Tel. privat`: the second word is the label.
            Some((kind, label)) if KINDS.contains(&fold(kind).as_str()) => match label_beside(label) {
                Some(label) => (Some(label), rest),
                None => (None, text),
            },
            _ => (None, text),
        },
    }
}

/// Removes the word after a value if it is a label: `0171 5678 mobil`.
pub fn without_trailing_word(text: &str) -> (Option<Label>, &str) {
    let before = text.trim_end_matches(|c: char| c.is_alphabetic() || c == '.');
    let word = &text[before.len()..];
    if word.chars().count() < 3 || !before.ends_with([' ', '-', ',']) {
        return (None, text);
    }
    match label_beside(word) {
        Some(label) => (Some(label), before.trim_end_matches([' ', '-', ','])),
        None => (None, text),
    }
}
