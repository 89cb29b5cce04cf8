//! Groups: cards that list other cards as their members. Each member gets the name of the group as a tag.

use std::collections::HashMap;

/// The most bytes of memory for groups and the ids of their members.
const MOST: usize = 64 * 1024 * 1024;

/// Bytes that are counted for each group and member besides its text.
const EACH: usize = 96;

/// The groups of a file.
#[derive(Debug, Default)]
pub struct Groups {
    names: Vec<String>,
    members: HashMap<String, Member>,
    size: usize,
    /// Members that were not taken, because the file lists too many.
    left_out: u64,
}

#[derive(Debug, Default)]
struct Member {
    groups: Vec<u32>,
    is_found: bool,
}

impl Groups {
    /// Adds a group and its members.
    pub fn add(&mut self, name: &str, members: impl Iterator<Item = String>) {
        self.size += name.len() + EACH;
        let group = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        if self.size > MOST {
            self.left_out += members.count() as u64;
            return;
        }
        self.names.push(name.to_owned());
        for member in members {
            self.size += member.len() + EACH;
            if self.size > MOST {
                self.left_out += 1;
                continue;
            }
            let member = self.members.entry(plain_id(&member).to_owned()).or_default();
            if member.groups.last() != Some(&group) {
                member.groups.push(group);
            }
        }
    }

    /// The number of groups.
    pub fn count(&self) -> u64 {
        self.names.len() as u64
    }

    /// Returns the names of the groups that contain a card.
    pub fn names_of(&mut self, uid: &str) -> Vec<String> {
        let Some(member) = self.members.get_mut(plain_id(uid)) else {
            return Vec::new();
        };
        member.is_found = true;
        let names = member.groups.iter().filter_map(|group| self.names.get(*group as usize));
        names.cloned().collect()
    }

    /// The number of members for which no card was found, including the members that were not taken.
    pub fn missing(&self) -> u64 {
        self.left_out + self.members.values().filter(|member| !member.is_found).count() as u64
    }
}

/// Returns an id without the prefix that some programs write.
pub fn plain_id(uid: &str) -> &str {
    let uid = uid.trim();
    match uid.get(..9) {
        Some(begin) if begin.eq_ignore_ascii_case("urn:uuid:") => &uid[9..],
        _ => uid,
    }
}
