//! Validates a row: its cells become values of a contact, or reasons why they cannot.
//!
//! Decides cleaning, reading and checking the values of one row, with all reasons at once, and what only the whole file
//! shows (the order of dates, the country of numbers). Duplicates are resolved in `app`, which has the contacts.
//! Judging is a function of the row alone, so rows can be judged on many threads.

mod address_objects;
mod composed;
mod date_orders;
mod email_cells;
mod google_cells;
mod header_language;
mod judged;
mod lacking;
mod notes;
mod number_country;
mod odd_rows;
mod parts;
mod phone_cells;
mod place;
mod placeholders;
mod row;
mod rules;
mod suggestions;
mod survey;
mod vcard_cells;

pub use date_orders::{ColumnDates, DateDoubt};
pub use judged::{BadValues, Judged};
pub use rules::{Judge, Regions};
pub use suggestions::suggested_cell;
pub use survey::{Survey, holds_dates, holds_numbers, survey};

use crate::open::Record;

impl Judge {
    /// Judges a row. `None` for a row without any value: nothing in it can be lost.
    pub fn judge(&self, record: Record<'_>) -> Option<Judged> {
        if record.text().trim().is_empty() {
            return None;
        }
        if let Some(reason) = odd_rows::reason(record, &self.mapping) {
            return Some(Judged {
                line: record.line(),
                reasons: vec![reason],
                ..Judged::default()
            });
        }
        let mut judged = row::read(self, record);
        judged.reasons.extend(odd_rows::warning(record, &self.mapping));
        Some(judged)
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;

#[cfg(test)]
mod real_values_tests;
