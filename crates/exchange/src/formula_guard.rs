//! Guards values so that spreadsheets do not run them as formulas, and removes the guard exactly.

use std::borrow::Cow;

/// Characters at the start of a cell that make a spreadsheet evaluate it.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether a spreadsheet would run a value as a formula or treat it as an error, or whether the value looks already
/// guarded.
fn needs_guard(value: &str) -> bool {
    let bare = value.trim_start_matches('\'');
    bare.starts_with(FORMULA_STARTS) || is_spreadsheet_error(bare)
}

/// Writes a value for spreadsheets: with an apostrophe before a value that they would run. [`unguarded`] undoes this
/// exactly, because a value that looks guarded gets one more apostrophe.
pub fn guarded(value: &str) -> Cow<'_, str> {
    if needs_guard(value) {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

/// Guards a cell of a file for spreadsheets so that [`unguarded`] returns the same value as for the original: with an
/// apostrophe before what they would run, except `="..."`, which is only text, and phone numbers in groups.
pub fn guarded_again(cell: &str) -> Cow<'_, str> {
    let bare = cell.trim();
    if bare.starts_with(FORMULA_STARTS) && unguarded(bare) == bare && !is_phone_in_groups(bare) {
        Cow::Owned(format!("'{bare}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Guards a text that does not come from a spreadsheet's CSV, so that [`unguarded`] returns it unchanged: only if that
/// would remove something, or if the text would be treated as an error.
pub fn guarded_text(text: &str) -> Cow<'_, str> {
    let bare = text.trim();
    // Only the ends can be removed, so comparing the lengths is enough.
    if unguarded(bare).len() != bare.len() || is_spreadsheet_error(bare) {
        Cow::Owned(format!("'{bare}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a cell is a number such as `+1 202 555 0101`: spreadsheets leave digits with blanks unchanged.
fn is_phone_in_groups(cell: &str) -> bool {
    let is_grouped = |rest: &str| rest.contains(' ') && rest.chars().all(|c| c.is_ascii_digit() || c == ' ');
    cell.strip_prefix('+').is_some_and(is_grouped)
}

/// Removes the guard of [`guarded`], and `="..."`, which makes spreadsheets keep zeros.
pub fn unguarded(cell: &str) -> &str {
    match cell.as_bytes().first() {
        Some(b'\'') if needs_guard(cell) => &cell[1..],
        Some(b'=') => match cell.strip_prefix("=\"").and_then(|c| c.strip_suffix('"')) {
            Some(inner) if !inner.contains('"') => inner,
            _ => cell,
        },
        _ => cell,
    }
}

/// Whether a spreadsheet wrote an error in place of a value.
pub fn is_spreadsheet_error(cell: &str) -> bool {
    cell.starts_with('#')
        && matches!(
            cell,
            "#N/A"
                | "#REF!"
                | "#NAME?"
                | "#VALUE!"
                | "#DIV/0!"
                | "#NULL!"
                | "#NUM!"
                | "#SPILL!"
                | "#CALC!"
                | "#ERROR!"
                | "#NV"
                | "#BEZUG!"
                | "#WERT!"
                | "#NOM?"
                | "#VALEUR!"
                | "#¡VALOR!"
                | "#¡REF!"
                | "#¿NOMBRE?"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn phones_in_groups_need_no_guard_and_sums_do() {
        for plain in ["+1 202 555 0101", "+49 89 1234", "plain", "=\"07030\""] {
            assert_eq!(guarded_again(plain), plain);
        }
        for formula in [
            "+1+1",
            "+12025550101",
            "+1-202-555",
            "+1 (2)",
            "=1+1",
            "@SUM(1)",
            "-2+3",
            "+",
        ] {
            assert_eq!(guarded_again(formula), format!("'{formula}"));
        }
    }

    #[test]
    fn guards_are_removed_exactly() {
        for value in [
            "=1+1", "+Oduya", "-x", "@home", "'=x", "''", "it's", "", "plain", "'quoted'", "#N/A", "'#N/A",
        ] {
            assert_eq!(unguarded(&guarded(value)), value);
        }
        assert_eq!(guarded("=1"), "'=1");
        assert_eq!(unguarded("=\"07030\""), "07030");
        assert_eq!(unguarded("=2*3"), "=2*3");
    }

    proptest! {
        #[test]
        fn every_cell_is_read_again_as_it_was(cell in "[ '=+@a#\t\"-]{0,7}") {
            let written = guarded_again(&cell).into_owned();
            let bare = written.trim();
            prop_assert!(!bare.starts_with(FORMULA_STARTS) || unguarded(bare) != bare, "{written:?}");
            prop_assert_eq!(unguarded(bare), unguarded(cell.trim()));
        }

        #[test]
        fn every_text_is_read_as_it_is(text in "[ '=+@a#N/A\"-]{0,7}") {
            let written = guarded_text(&text).into_owned();
            prop_assert_eq!(unguarded(written.trim()), text.trim());
        }

        #[test]
        fn every_value_survives_its_guard(value in "['=+@a\"-]{0,6}") {
            let written = guarded(&value).into_owned();
            prop_assume!(!value.starts_with("=\"") || written.starts_with('\''));
            prop_assert_eq!(unguarded(&written), value);
        }
    }
}
