//! Groups of given names by which one person may be called: short forms, pet names, and the same name in other
//! languages.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The numbers of the groups that contain a name. `None` if no group does.
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

/// Returns the groups of a folded name.
pub(super) fn groups(name: &str) -> Groups {
    GROUPS.get(name).map(Vec::as_slice)
}
