//! Lists in one cell, such as tags: reading them as many systems write them, and writing them so that they read back.

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
        fn every_list_survives_its_cell(members in proptest::collection::vec("[a-z,;:|\"\n]{1,6}", 0..4)) {
            let members: Vec<String> = members.iter().map(|m| m.trim().to_owned()).filter(|m| !m.is_empty()).collect();
            prop_assert_eq!(list_members(&list_cell(members.iter().map(String::as_str))), members);
        }
    }
}
