//! A cell before it becomes a value: spreadsheets' guards, wrappings and error marks.

use std::borrow::Cow;

/// Characters at the start of a cell that make a spreadsheet compute it.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether a value would be run as a formula or taken for a spreadsheet's error, or looks like one that is guarded
/// already.
fn needs_guard(value: &str) -> bool {
    let bare = value.trim_start_matches('\'');
    bare.starts_with(FORMULA_STARTS) || is_spreadsheet_error(bare)
}

/// A value as it is written for spreadsheets: an apostrophe before what they would run. [`unguarded`] takes exactly that
/// back, because a value that looks guarded gets one more.
pub fn guarded(value: &str) -> Cow<'_, str> {
    if needs_guard(value) {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

/// A cell of a file as it is written for spreadsheets again, such that [`unguarded`] reads of it what it reads of the
/// original: an apostrophe before what they would run, but for `="..."`, which is only text.
pub fn guarded_again(cell: &str) -> Cow<'_, str> {
    let bare = cell.trim();
    if bare.starts_with(FORMULA_STARTS) && unguarded(bare) == bare {
        Cow::Owned(format!("'{bare}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// A cell without the guard of [`guarded`] and without `="..."`, by which spreadsheets are made to keep zeros.
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

/// The members of a cell that holds a list, such as tags: split at `:::` (Google), else at commas, semicolons, bars and
/// line breaks; a member in double quotes may hold them.
pub fn list_members(cell: &str) -> Vec<String> {
    if cell.contains(":::") && !cell.contains('"') {
        return cell
            .split(":::")
            .map(|m| m.trim().to_owned())
            .filter(|m| !m.is_empty())
            .collect();
    }
    let mut members = Vec::new();
    let mut member = String::new();
    let mut quoted = false;
    let mut chars = cell.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                member.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if member.trim().is_empty() => {
                member.clear();
                quoted = true;
            }
            ',' | ';' | '|' | '\n' if !quoted => members.push(std::mem::take(&mut member)),
            c => member.push(c),
        }
    }
    members.push(member);
    members
        .into_iter()
        .map(|m| m.trim().to_owned())
        .filter(|m| !m.is_empty())
        .collect()
}

/// A list as one cell, so that [`list_members`] gives the same members.
pub fn list_cell<'a>(members: impl Iterator<Item = &'a str>) -> String {
    let quoted = |member: &str| {
        if member.contains([',', ';', '|', '\n', '"']) || member.contains(":::") {
            format!("\"{}\"", member.replace('"', "\"\""))
        } else {
            member.to_owned()
        }
    };
    members.map(quoted).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn guards_are_taken_back_exactly() {
        for value in [
            "=1+1", "+Oduya", "-x", "@home", "'=x", "''", "it's", "", "plain", "'quoted'", "#N/A", "'#N/A",
        ] {
            assert_eq!(unguarded(&guarded(value)), value);
        }
        assert_eq!(guarded("=1"), "'=1");
        assert_eq!(unguarded("=\"07030\""), "07030");
        assert_eq!(unguarded("=2*3"), "=2*3");
    }

    #[test]
    fn lists_are_split_as_systems_write_them() {
        assert_eq!(
            list_members("* myContacts ::: Suppliers"),
            ["* myContacts", "Suppliers"]
        );
        assert_eq!(list_members("vip, optics; x|y"), ["vip", "optics", "x", "y"]);
        assert_eq!(list_members("\"VIP\",\"Spring, fair\""), ["VIP", "Spring, fair"]);
        assert_eq!(list_members(" , ;"), Vec::<String>::new());
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
        fn every_value_survives_its_guard(value in "['=+@a\"-]{0,6}") {
            let written = guarded(&value).into_owned();
            prop_assume!(!value.starts_with("=\"") || written.starts_with('\''));
            prop_assert_eq!(unguarded(&written), value);
        }

        #[test]
        fn every_list_survives_its_cell(members in proptest::collection::vec("[a-z,;:|\"\n]{1,6}", 0..4)) {
            let members: Vec<String> = members.iter().map(|m| m.trim().to_owned()).filter(|m| !m.is_empty()).collect();
            prop_assert_eq!(list_members(&list_cell(members.iter().map(String::as_str))), members);
        }
    }
}
