//! Lists in one cell, such as tags: reads the notations of many systems, and writes lists so that they read back.

use crate::nested_lists::nested_list;
use std::borrow::Cow;

/// Returns the elements of a cell that holds a list, such as tags: split at `:::` (Google), otherwise at commas,
/// semicolons, bars and line breaks; an element in double quotes may contain these.
pub fn list_members(cell: &str) -> Vec<Cow<'_, str>> {
    if cell.contains('"') {
        return quoted_members(cell);
    }
    let filled = |member: &str| !member.is_empty();
    match cell.contains(":::") {
        true => cell
            .split(":::")
            .map(str::trim)
            .filter(|m| filled(m))
            .map(Cow::Borrowed)
            .collect(),
        false => cell
            .split([',', ';', '|', '\n'])
            .map(str::trim)
            .filter(|m| filled(m))
            .map(Cow::Borrowed)
            .collect(),
    }
}

fn quoted_members(cell: &str) -> Vec<Cow<'_, str>> {
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
        .map(Cow::Owned)
        .collect()
}

/// Returns the tags of a cell as other systems write them: a list, also in JSON or similar notation (`["vip"]`), or
/// words with a hash mark.
pub fn tags_in(cell: &str) -> Vec<Cow<'_, str>> {
    if let Some(members) = nested_list(cell) {
        return members.into_iter().map(|member| Cow::Owned(member.value)).collect();
    }
    let is_hashed = |word: &str| {
        let name = word.trim_end_matches([',', ';']).strip_prefix('#');
        name.is_some_and(|name| name.starts_with(char::is_alphabetic) && !name.contains('#'))
    };
    if cell.starts_with('#') && cell.split_whitespace().all(is_hashed) {
        let names = cell.split_whitespace().map(|word| word.trim_matches(['#', ',', ';']));
        return names.map(Cow::Borrowed).collect();
    }
    list_members(cell)
}

/// Writes a list as one cell from which [`list_members`] returns the same elements.
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
    fn lists_are_split_as_systems_write_them() {
        assert_eq!(
            list_members("* myContacts ::: Suppliers"),
            ["* myContacts", "Suppliers"]
        );
        assert_eq!(list_members("vip, optics; x|y"), ["vip", "optics", "x", "y"]);
        assert_eq!(list_members("\"VIP\",\"Spring, fair\""), ["VIP", "Spring, fair"]);
        assert!(list_members(" , ;").is_empty());
    }

    #[test]
    fn tags_are_read_as_programs_write_them() {
        for (cell, tags) in [
            ("vip|lead|2024", vec!["vip", "lead", "2024"]),
            ("[\"VIP\", \"Newsletter\"]", vec!["VIP", "Newsletter"]),
            ("['vip', 'lead']", vec!["vip", "lead"]),
            ("{vip,lead}", vec!["vip", "lead"]),
            ("{\"trade fair\",lead}", vec!["trade fair", "lead"]),
            ("#vip #lead", vec!["vip", "lead"]),
            ("#vip, #lead", vec!["vip", "lead"]),
            ("[{\"name\": \"vip\"}]", vec!["vip"]),
            ("[]", vec![]),
            ("{}", vec![]),
            ("VIP, Lead", vec!["VIP", "Lead"]),
            ("#1 customer", vec!["#1 customer"]),
            ("[A] list, b", vec!["[A] list", "b"]),
        ] {
            assert_eq!(tags_in(cell), tags, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn every_list_survives_its_cell(members in proptest::collection::vec("[a-z,;:|\"\n]{1,6}", 0..4)) {
            let members: Vec<String> = members.iter().map(|m| m.trim().to_owned()).filter(|m| !m.is_empty()).collect();
            let cell = list_cell(members.iter().map(String::as_str));
            prop_assert_eq!(list_members(&cell), members);
        }
    }
}
