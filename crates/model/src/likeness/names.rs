//! The names of two contacts, side by side.
//!
//! Owns whether they can be the name of one person. Leaves out values that are no names: a name alone proves nothing.

use super::given::{self, Given, tight};
use crate::contact::Contact;
use crate::text::fold;

/// How two names go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Neither contact has a name.
    Neither,
    /// One has a name, the other has none.
    OneOnly,
    /// The same name.
    Equal,
    /// Given and family name stand in each other's place.
    Swapped,
    /// A short form or pet name with the same family name.
    Nickname,
    /// The same with a slip.
    Slip,
    /// An initial in place of the given name, or a part of the name alone.
    Part,
    /// The given name agrees, the family name does not.
    GivenAlone,
    /// The family name agrees, the given name does not.
    FamilyAlone,
    /// Two names.
    Other,
}

impl Names {
    /// Whether they can be one person's name.
    pub fn alike(self) -> bool {
        matches!(
            self,
            Self::Equal | Self::Swapped | Self::Nickname | Self::Slip | Self::Part
        )
    }
}

/// Words that belong to a family name and may be left out.
const PARTICLES: &[&str] = &[
    "van", "von", "vom", "der", "den", "de", "da", "di", "do", "del", "della", "dos", "das", "du", "des", "la", "le",
    "el", "al", "bin", "ibn", "ben", "ter", "ten", "zu", "zum", "zur", "af", "av",
];

/// A name, folded.
pub(super) struct Name {
    pub given: String,
    pub family: String,
    nickname: String,
    middle: String,
}

impl Name {
    pub fn of(contact: &Contact) -> Self {
        Self {
            given: fold(contact.first_name.as_str()),
            family: fold(contact.last_name.as_str()),
            nickname: fold(contact.nickname.as_str()),
            middle: fold(contact.middle_name.as_str()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.family.is_empty()
    }

    /// Given and family name, or both in one field: enough to look for the same person by.
    pub fn is_whole(&self) -> bool {
        let long = |text: &str| text.split(' ').any(|word| word.chars().count() > 1);
        long(&self.given) && long(&self.family)
            || self.given.split(' ').count() > 1
            || self.family.split(' ').count() > 1
    }

    /// The words of the whole name in one order, spelled one way: the same however the name was divided or turned.
    pub fn words(&self) -> String {
        let mut words: Vec<String> = self
            .given
            .split(' ')
            .chain(self.family.split(' '))
            .filter(|word| !word.is_empty())
            .map(tight)
            .collect();
        words.sort_unstable();
        words.join(" ")
    }

    /// Whether both have middle names that begin with other letters.
    pub fn middle_differs(&self, other: &Self) -> bool {
        let (a, b) = (self.middle.chars().next(), other.middle.chars().next());
        a.is_some() && b.is_some() && a != b
    }
}

/// Compares the names of two contacts.
pub(super) fn compare(a: &Name, b: &Name) -> Names {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Names::Neither,
        (true, false) | (false, true) => return Names::OneOnly,
        (false, false) => {}
    }
    let whole = |name: &Name| tight(&format!("{}{}", name.given, name.family));
    if tight(&a.given) == tight(&b.given) && tight(&a.family) == tight(&b.family) || whole(a) == whole(b) {
        return Names::Equal;
    }
    if crosswise(a, b) || a.words() == b.words() {
        return Names::Swapped;
    }
    let given = best_given(a, b);
    let family = family(&a.family, &b.family);
    match (given, family) {
        (Given::Equal, Family::Alike) | (Given::Slip, Family::Equal | Family::Alike) => Names::Slip,
        (Given::Nickname, Family::Equal | Family::Alike) => Names::Nickname,
        (Given::Equal, Family::Equal) => Names::Equal,
        (Given::Initial, Family::Equal | Family::Alike) | (Given::Unknown, Family::Equal | Family::Alike) => {
            Names::Part
        }
        (Given::Equal | Given::Nickname | Given::Slip | Given::Initial, Family::Unknown) => Names::Part,
        (_, Family::Unknown | Family::Other) if lone_part(a, b) || lone_part(b, a) => Names::Part,
        (Given::Equal | Given::Nickname, Family::Other) => Names::GivenAlone,
        (_, Family::Equal | Family::Alike) => Names::FamilyAlone,
        _ => Names::Other,
    }
}

/// Given and family name in each other's place; one of them may have a slip.
fn crosswise(a: &Name, b: &Name) -> bool {
    let given = family(&a.given, &b.family);
    let family = family(&a.family, &b.given);
    matches!(
        (given, family),
        (Family::Equal, Family::Equal | Family::Alike) | (Family::Alike, Family::Equal)
    )
}

/// Whether `part` is one name alone which stands in `whole` in either place.
fn lone_part(part: &Name, whole: &Name) -> bool {
    let only = match (part.given.is_empty(), part.family.is_empty()) {
        (false, true) => &part.given,
        (true, false) => &part.family,
        _ => return false,
    };
    let only = tight(only);
    only == tight(&whole.given) || only == tight(&whole.family)
}

fn best_given(a: &Name, b: &Name) -> Given {
    let plain = given::compare(&a.given, &b.given);
    if plain != Given::Other {
        return plain;
    }
    let by_nickname = [
        (&a.nickname, &b.given),
        (&a.given, &b.nickname),
        (&a.nickname, &b.nickname),
    ];
    let known = by_nickname
        .iter()
        .any(|(x, y)| !x.is_empty() && given::compare(x, y) == Given::Equal);
    if known { Given::Nickname } else { Given::Other }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Equal,
    Alike,
    Unknown,
    Other,
}

fn family(a: &str, b: &str) -> Family {
    if a.is_empty() || b.is_empty() {
        return Family::Unknown;
    }
    let (tight_a, tight_b) = (tight(a), tight(b));
    if tight_a == tight_b {
        return Family::Equal;
    }
    let (core_a, core_b) = (core(a), core(b));
    if !core_a.is_empty() && !core_b.is_empty() && (inside(&core_a, &core_b) || inside(&core_b, &core_a)) {
        return Family::Alike;
    }
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    if initial(&tight_a, &tight_b) || initial(&tight_b, &tight_a) || slip(&tight_a, &tight_b) {
        return Family::Alike;
    }
    Family::Other
}

fn core(family: &str) -> Vec<&str> {
    family.split(' ').filter(|word| !PARTICLES.contains(word)).collect()
}

/// Whether all words of `few` are among those of `many`: `Berg` and `van der Berg`, `Halloway` and `Halloway-Pike`.
fn inside(few: &[&str], many: &[&str]) -> bool {
    few.iter().all(|word| word.chars().count() > 2 && many.contains(word))
}

fn slip(a: &str, b: &str) -> bool {
    let longest = a.chars().count().max(b.chars().count());
    let most = match longest {
        0..=3 => return false,
        4..=5 => 1,
        _ => 2,
    };
    letters_apart(a, b) <= most
}

/// Edit distance with swapped neighbours as one step, cut off at 3.
pub(super) fn letters_apart(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(32).collect(), b.chars().take(32).collect());
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()].min(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(a: (&str, &str), b: (&str, &str)) -> Names {
        let name = |(first, last): (&str, &str)| {
            Name::of(&Contact {
                first_name: first.into(),
                last_name: last.into(),
                ..Contact::default()
            })
        };
        let there = compare(&name(a), &name(b));
        assert_eq!(there, compare(&name(b), &name(a)), "{a:?} {b:?}");
        there
    }

    #[test]
    fn colleagues_differ_and_slips_do_not() {
        for (a, b, want) in [
            (("Hester", "Zimmerhof"), ("Kester", "Ellery"), Names::Other),
            (("Alma", "Eskildsen"), ("Bastian", "Eskildsen"), Names::FamilyAlone),
            (("Juno", "Dashwood"), ("Juno", "Dahswood"), Names::Slip),
            (("Dorian", "Cholmeley"), ("Cholmeley", "Dorian"), Names::Swapped),
            (("L.", "Fairbairn"), ("Linnea", "Fairbairn"), Names::Part),
            (("Anna-Lena", "Vanterpool"), ("Anna Lena", "Vanterpool"), Names::Equal),
            (("", ""), ("Ann", "Ivers"), Names::OneOnly),
            (("Jörg", "Müller"), ("Joerg", "Mueller"), Names::Equal),
            (("Ann Ivers", ""), ("Ann", "Ivers"), Names::Equal),
            (("", "Ivers"), ("Ann", "Ivers"), Names::Part),
            (("Ann", "Ivers"), ("Ann", "Oduya"), Names::GivenAlone),
            (("Ann", "Halloway"), ("Ann", "Halloway-Pike"), Names::Slip),
            (("Bob", "Ellery"), ("Robert", "Ellery"), Names::Nickname),
            (("Paul", "Ellery"), ("Paula", "Ellery"), Names::FamilyAlone),
        ] {
            assert_eq!((a, b, names(a, b)), (a, b, want));
        }
    }
}
