//! Warnings about rows that were not rejected, by kind: values that were repaired, left out or look wrong.
//!
//! All are counted, and the first of each kind are named. An import stores them without values, because it is kept for
//! longer than the values may be.

use exchange::reason::Reason;
use serde::{Deserialize, Serialize};

/// The maximum number of warnings of each kind that are named.
const NAMED: usize = 3;

/// Warnings by kind, in the order of their codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Warnings {
    kinds: Vec<WarningKind>,
}

/// The warnings of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningKind {
    /// The code of the reasons.
    pub code: String,
    /// The number of warnings of this kind.
    pub count: u64,
    /// The first warnings of this kind.
    pub first: Vec<Warned>,
}

/// The row and column of one warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warned {
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// The name of the column; empty if the warning is about the whole row.
    pub column: String,
    /// The text of the warning; `None` in a stored import.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub said: Option<WarningText>,
}

/// The text of one warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningText {
    /// The value as written in the file, shortened.
    pub value: String,
    /// What is odd, as a whole sentence.
    pub message: String,
    /// What would be right.
    pub advice: String,
}

impl WarningKind {
    /// Returns the code in words.
    pub fn words(&self) -> String {
        self.code.replace('_', " ")
    }
}

impl Warnings {
    /// Returns the warnings by kind.
    pub fn kinds(&self) -> &[WarningKind] {
        &self.kinds
    }

    /// Whether there are no warnings.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Counts the warnings among the reasons of a row that was not rejected.
    pub(crate) fn add<'r>(&mut self, reasons: impl Iterator<Item = &'r Reason>) {
        for reason in reasons.filter(|reason| reason.warning) {
            let code = reason.code.as_str();
            let at = match self.kinds.binary_search_by(|kind| kind.code.as_str().cmp(code)) {
                Ok(at) => at,
                Err(at) => {
                    let kind = WarningKind {
                        code: code.to_owned(),
                        count: 0,
                        first: Vec::new(),
                    };
                    self.kinds.insert(at, kind);
                    at
                }
            };
            let kind = &mut self.kinds[at];
            kind.count += 1;
            if kind.first.len() < NAMED {
                kind.first.push(Warned {
                    line: reason.line,
                    column: reason.column.clone(),
                    said: Some(WarningText {
                        value: reason.value.clone(),
                        message: reason.message.clone(),
                        advice: reason.advice.clone(),
                    }),
                });
            }
        }
    }

    /// Returns the warnings without values.
    pub(crate) fn places(&self) -> Self {
        let mut places = self.clone();
        for warned in places.kinds.iter_mut().flat_map(|kind| &mut kind.first) {
            warned.said = None;
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::reason::Code;

    fn warning(code: Code, line: u64) -> Reason {
        Reason::of_row(code, line, format!("odd on {line}"), "look").as_warning()
    }

    #[test]
    fn warnings_are_counted_by_kind_and_the_first_are_named() {
        let mut warnings = Warnings::default();
        let reasons: Vec<Reason> = (2..7).map(|line| warning(Code::LostZero, line)).collect();
        warnings.add(reasons.iter());
        warnings.add([warning(Code::EmailTypo, 9), Reason::of_row(Code::Phone, 9, "bad", "")].iter());
        let seen: Vec<_> = warnings
            .kinds()
            .iter()
            .map(|k| (k.words(), k.count, k.first.len()))
            .collect();
        assert_eq!(seen, [("email typo".to_owned(), 1, 1), ("lost zero".to_owned(), 5, 3)]);
    }

    #[test]
    fn what_is_stored_has_no_values() {
        let mut warnings = Warnings::default();
        warnings.add([warning(Code::LostZero, 4)].iter());
        let stored = serde_json::to_string(&warnings.places()).unwrap();
        assert_eq!(
            stored,
            r#"[{"code":"lost_zero","count":1,"first":[{"line":4,"column":""}]}]"#
        );
        let read: Warnings = serde_json::from_str(&stored).unwrap();
        assert_eq!(read, warnings.places());
        let whole = serde_json::to_string(&warnings).unwrap();
        assert_eq!(serde_json::from_str::<Warnings>(&whole).unwrap(), warnings);
    }
}
