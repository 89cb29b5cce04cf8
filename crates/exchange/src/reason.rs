//! Describes what is wrong or unusual about a row, for people: what, where, and what to do.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

/// One problem or peculiarity of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The kind of problem.
    pub code: Code,
    /// The line of the file that the row begins on, from 1.
    pub line: u64,
    /// The column's name; empty if the reason is about the whole row.
    pub column: String,
    /// The value as written in the file, shortened.
    pub value: String,
    /// What is wrong, as a whole sentence.
    pub message: String,
    /// What to do about it.
    pub advice: String,
    /// The whole cell with this value corrected, if a correction is known.
    pub suggestion: Option<String>,
    /// Whether the row can be imported despite it.
    pub warning: bool,
}

/// The kinds of problems. Their texts are stable: programs compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is explained by the message it comes with")]
pub enum Code {
    Email,
    EmailTypo,
    Phone,
    SpreadsheetDamage,
    SpreadsheetError,
    LostZero,
    Birthday,
    SerialDate,
    DateOrder,
    PhoneCountry,
    OtherColumn,
    Number,
    Date,
    Choice,
    Required,
    NoIdentity,
    TooManyFields,
    Encoding,
    UnclosedQuote,
    RecordTooLong,
    RepeatedHeader,
    Footer,
    SecondTable,
    ControlCharacter,
    VcardLine,
    Card,
    LeftOut,
    Id,
    Duplicate,
    PossibleDuplicate,
    Ambiguous,
    Conflict,
    ViewOnly,
}

impl Code {
    /// The stable text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::EmailTypo => "email_typo",
            Self::Phone => "phone",
            Self::SpreadsheetDamage => "spreadsheet_damage",
            Self::SpreadsheetError => "spreadsheet_error",
            Self::LostZero => "lost_zero",
            Self::Birthday => "birthday",
            Self::SerialDate => "serial_date",
            Self::DateOrder => "date_order",
            Self::PhoneCountry => "phone_country",
            Self::OtherColumn => "other_column",
            Self::Number => "number",
            Self::Date => "date",
            Self::Choice => "choice",
            Self::Required => "required",
            Self::NoIdentity => "no_identity",
            Self::TooManyFields => "too_many_fields",
            Self::Encoding => "encoding",
            Self::UnclosedQuote => "unclosed_quote",
            Self::RecordTooLong => "record_too_long",
            Self::RepeatedHeader => "repeated_header",
            Self::Footer => "footer",
            Self::SecondTable => "second_table",
            Self::ControlCharacter => "control_character",
            Self::VcardLine => "vcard_line",
            Self::Card => "card",
            Self::LeftOut => "left_out",
            Self::Id => "id",
            Self::Duplicate => "duplicate",
            Self::PossibleDuplicate => "possible_duplicate",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
            Self::ViewOnly => "view_only",
        }
    }
}

/// An option of the import that may help. Each interface names it in its own terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The encoding of the file.
    Encoding,
    /// What happens to rows whose contact exists.
    Duplicates,
    /// Whether a match also requires the same name.
    MatchByName,
    /// What rows and contacts are matched by.
    Match,
    /// What happens to rows that were changed on both sides.
    Conflicts,
}

impl Reason {
    /// The option that may help, if there is one; the advice mentions it in general words.
    pub fn hint(&self) -> Option<Hint> {
        match self.code {
            Code::Encoding => Some(Hint::Encoding),
            Code::Duplicate => Some(Hint::Duplicates),
            Code::PossibleDuplicate if !self.warning => Some(Hint::MatchByName),
            Code::Ambiguous => Some(Hint::Match),
            Code::Conflict => Some(Hint::Conflicts),
            _ => None,
        }
    }

    /// Creates a reason about a whole row.
    pub fn of_row(code: Code, line: u64, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            code,
            line,
            column: String::new(),
            value: String::new(),
            message: message.into(),
            advice: advice.into(),
            suggestion: None,
            warning: false,
        }
    }

    /// Turns the reason into a warning: the row can be imported despite it.
    pub fn as_warning(mut self) -> Self {
        self.warning = true;
        self
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Reason", 8)?;
        out.serialize_field("code", &self.code)?;
        out.serialize_field("line", &self.line)?;
        out.serialize_field("column", &self.column)?;
        out.serialize_field("value", &self.value)?;
        out.serialize_field("message", &self.message)?;
        out.serialize_field("advice", &self.advice)?;
        if let Some(suggestion) = &self.suggestion {
            out.serialize_field("suggestion", suggestion)?;
        }
        out.serialize_field("warning", &self.warning)?;
        out.end()
    }
}

/// Shortens a value for a message: one line, at most 60 characters.
pub fn shortened(value: &str) -> String {
    let mut short: String = value
        .chars()
        .take(60)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if value.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_as_its_stable_text() {
        for code in [
            Code::Email,
            Code::EmailTypo,
            Code::LostZero,
            Code::NoIdentity,
            Code::ViewOnly,
        ] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
