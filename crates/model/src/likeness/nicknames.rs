//! Groups of given names that one person may go by: short forms, pet names, the same name in other languages.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The numbers of the groups that a name is in; none if it is in none.
pub(super) type Groups = Option<&'static [u16]>;

static GROUPS: LazyLock<HashMap<&'static str, Vec<u16>>> = LazyLock::new(|| {
    let mut groups: HashMap<&'static str, Vec<u16>> = HashMap::new();
    let lines = include_str!("../../data/nicknames.txt").lines();
    for (number, line) in (0..).zip(lines.filter(|line| !line.starts_with('#'))) {
        for name in line.split_whitespace() {
            groups.entry(name).or_default().push(number);
        }
    }
    groups
});

/// The groups of a folded name.
pub(super) fn groups(name: &str) -> Groups {
    GROUPS.get(name).map(Vec::as_slice)
}
