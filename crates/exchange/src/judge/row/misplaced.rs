//! Values in a column of another kind: an email among telephone numbers, a telephone number among emails.

use super::RowReader;
use crate::judge::email_cells::emails_in;
use crate::mapping::BoundColumn;
use crate::reason::Code;
use model::{Email, Label};
use std::borrow::Cow;

impl<'a> RowReader<'a> {
    /// Removes the emails from a cell of telephone numbers, adds them to the row, and returns the rest of the cell.
    pub(super) fn without_emails<'c>(&mut self, column: &BoundColumn, cell: &'c str) -> Cow<'c, str> {
        if self.own || !cell.contains('@') {
            return Cow::Borrowed(cell);
        }
        let Some((emails, rest)) = emails_alone(cell).or_else(|| emails_beside_others(cell)) else {
            return Cow::Borrowed(cell);
        };
        for email in emails {
            let place = self.patch.emails.iter().filter(|(label, ..)| label.is_none()).count();
            let what = "is an email address in a column of phone numbers; it is kept as an email.".to_owned();
            self.tell_of_column(column, email.as_str(), what);
            self.patch.emails.push((Label::NONE, place, Some(email)));
        }
        Cow::Owned(rest)
    }

    /// Adds the telephone number in a cell of emails to the row; returns false if the text is not one.
    pub(super) fn take_phone_among_emails(&mut self, column: &'a BoundColumn, text: &str) -> bool {
        if self.own || !looks_like_phone(text) {
            return false;
        }
        let label = Label::exact("other");
        let Ok(phone) = self.phone(text, &label, &mut None) else {
            return false;
        };
        let place = self.patch.phones.iter().filter(|(of, ..)| *of == label).count();
        self.patch.phones.push((label, place, Some(phone)));
        let what = "is a phone number in a column of emails; it is kept as a phone number.".to_owned();
        self.tell_of_column(column, text, what);
        true
    }

    fn tell_of_column(&mut self, column: &BoundColumn, value: &str, what: String) {
        let advice = "check which column is mapped to which field".to_owned();
        self.tell(column, value, Code::OtherColumn, what, advice, true);
    }
}

/// Returns the emails of a cell that contains nothing else.
fn emails_alone(cell: &str) -> Option<(Vec<Email>, String)> {
    let parts = emails_in(cell);
    let read: Result<Vec<Email>, _> = parts.iter().map(|part| Email::parse(&part.text)).collect();
    Some((read.ok()?, String::new()))
}

/// Returns the emails among the words of a cell, and the cell without them; `None` if a word with an `@` is not an
/// email.
fn emails_beside_others(cell: &str) -> Option<(Vec<Email>, String)> {
    let mut emails = Vec::new();
    let mut rest = cell.to_owned();
    let words = cell.split(|c: char| c.is_whitespace() || ",;/|<>()".contains(c));
    for word in words.filter(|word| word.contains('@')) {
        emails.push(Email::parse(word).ok()?);
        rest = rest.replacen(word, "", 1);
    }
    let rest = rest.trim_matches(|c: char| c.is_whitespace() || ",;/|<>()".contains(c));
    Some((emails, rest.to_owned()))
}

/// Whether a text can only be a telephone number, by the way it is written.
fn looks_like_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '-' | ' ' | '.' | '/' | '\u{a0}');
    (7..=15).contains(&digits) && text.chars().all(is_plain)
}
