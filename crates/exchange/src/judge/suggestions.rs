//! Known corrections for the values of a cell: the intended address for a mistyped one, the plus before an
//! international number.

use super::email_cells::emails_in;
use super::phone_cells::with_plus;
use crate::reason::Code;
use model::Email;

/// Returns the correction of one email address; `None` if the address is right or no correction is known.
pub fn suggested_email(address: &str) -> Option<(Code, String)> {
    match Email::parse(address) {
        Ok(email) => email.likely_meant().map(|meant| (Code::EmailTypo, meant.to_string())),
        Err(problem) => problem.suggestion.map(|meant| (Code::Email, meant)),
    }
}

/// Returns the cell with every address corrected for which a reason with this code has a suggestion; `None` if nothing
/// changes.
pub fn suggested_cell(cell: &str, code: Code) -> Option<String> {
    if code == Code::Phone {
        return with_plus(cell.trim());
    }
    if !matches!(code, Code::Email | Code::EmailTypo) || !cell.contains(['@', ' ', '(', '[']) {
        return None;
    }
    let mut corrected = cell.to_owned();
    for part in emails_in(cell.trim()) {
        if let Some((_, meant)) = suggested_email(&part.text).filter(|(found, _)| *found == code) {
            corrected = corrected.replacen(&*part.text, &meant, 1);
        }
    }
    (corrected != cell).then_some(corrected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_slip_of_a_cell_is_corrected_and_the_rest_stays() {
        for (cell, code, expected) in [
            ("ann@example.con", Code::Email, Some("ann@example.com")),
            (" ann@@example.com ", Code::Email, Some(" ann@example.com ")),
            ("ann (at) example.com", Code::Email, Some("ann@example.com")),
            (
                "Ann <ann@example.con>; bo@example.org",
                Code::Email,
                Some("Ann <ann@example.com>; bo@example.org"),
            ),
            ("bo@gmial.com", Code::EmailTypo, Some("bo@gmail.com")),
            ("bo@gmial.com", Code::Email, None),
            ("ann@example.com", Code::Email, None),
            ("nobody", Code::Email, None),
            ("ann@example.con", Code::Phone, None),
            ("493023125163", Code::Phone, Some("+493023125163")),
            ("3023125163", Code::Phone, None),
            ("", Code::Email, None),
        ] {
            assert_eq!(suggested_cell(cell, code).as_deref(), expected, "{cell}");
        }
    }
}
