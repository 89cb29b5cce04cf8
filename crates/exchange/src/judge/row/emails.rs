//! The email addresses of a row, with suggestions for mistyped ones.

use super::{RowReader, label_beside, next_place, place};
use crate::judge::email_cells::{emails_in, exported_emails_in, is_exchange_address};
use crate::mapping::BoundColumn;
use crate::reason::Code;
use model::{Email, Label};
use std::collections::HashMap;

impl<'a> RowReader<'a> {
    pub(super) fn read_emails(&mut self, _at: usize, column: &'a BoundColumn, label: &Label, cell: &str) {
        let label = self.label_of(column, label);
        if cell.is_empty() {
            let place = place(&self.patch.emails, &label, column);
            self.patch.emails.push((label, place, None));
            return;
        }
        let mut places = HashMap::new();
        let parts = match self.own {
            true => exported_emails_in(cell),
            false => emails_in(cell),
        };
        let alone = parts.len() == 1;
        for part in parts {
            if is_exchange_address(&part.text) {
                let what = "is an address within Exchange, no email address; it is left out.".to_owned();
                let advice = "export the SMTP addresses instead".to_owned();
                self.tell(column, &part.text, Code::Email, what, advice, true);
                continue;
            }
            match Email::parse(&part.text) {
                Ok(email) => {
                    if let Some(meant) = email.likely_meant() {
                        let what = "is well formed, but its domain looks like a slip.".to_owned();
                        let advice = format!("did you mean {meant}?");
                        self.tell(column, &part.text, Code::EmailTypo, what, advice, true);
                        self.suggest(cell, &part.text, meant.as_str());
                    }
                    let label = label_beside(part.label, &label);
                    let place = match alone {
                        true => place(&self.patch.emails, &label, column),
                        false => next_place(&mut places, &self.patch.emails, &label, column),
                    };
                    self.patch.emails.push((label, place, Some(email)));
                }
                Err(_) if self.take_phone_among_emails(column, &part.text) => {}
                Err(problem) => {
                    let advice = match &problem.suggestion {
                        Some(meant) => format!("did you mean {meant}?"),
                        None => "write it as name@example.com, or leave the cell empty".to_owned(),
                    };
                    let what = format!("{}.", problem.what);
                    self.tell(column, &part.text, Code::Email, what, advice, false);
                    if let Some(meant) = problem.suggestion {
                        self.suggest(cell, &part.text, &meant);
                    }
                }
            }
        }
    }

    /// Adds to the last reason the cell with the corrected value as a suggestion.
    pub(super) fn suggest(&mut self, cell: &str, value: &str, meant: &str) {
        if let Some(reason) = self.reasons.last_mut() {
            reason.suggestion = cell.contains(value).then(|| cell.replacen(value, meant, 1));
        }
    }
}
