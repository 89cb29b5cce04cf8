//! The names of two contacts, side by side.
//!
//! Owns whether they can be the name of one person. Leaves out values that are no names: a name alone proves nothing.

use super::generation;
use super::given::{self, Given, tight};
use super::scripts::latin;
use crate::contact::Contact;
use crate::person_name::titles_and_name;
use crate::text::fold;
use std::borrow::Cow;

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
    /// The same with a slip in the family name, or a part of that.
    Slip,
    /// The same with a slip in the given name.
    GivenSlip,
    /// The given name is how the other begins, which Al is of Albert and of Alma.
    Beginning,
    /// The given name agrees, the family name differs by more than a slip, or where slips are rare: Hansen and Jansen.
    Near,
    /// Two people in one, one of whom has the other name: `Ann & Bo Ivers`, `Ann Ivers`.
    Couple,
    /// An initial in place of the given name, or a part of the name alone.
    Part,
    /// The given name agrees, and one of the two has no family name.
    GivenPart,
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
            Self::Equal
                | Self::Swapped
                | Self::Nickname
                | Self::Slip
                | Self::GivenSlip
                | Self::Beginning
                | Self::Near
                | Self::Couple
                | Self::Part
                | Self::GivenPart
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
    /// Given and family name spelled one way, without blanks.
    tight: [String; 2],
    /// The words of the whole name in one order, spelled one way: the same however the name was divided or turned.
    pub words: String,
    /// The first, second, third of that name in a family: `Jr.` is the second.
    pub generation: Option<u8>,
    nickname: String,
    middle: String,
    is_couple: bool,
    is_woman: Option<bool>,
}

impl Name {
    pub fn from_contact(contact: &Contact) -> Self {
        let (titles, given, is_couple) = plain_given(contact.first_name.as_str());
        let given = spelled(&given);
        let (given, of_given) = generation::taken_off(given);
        let (family, of_family) = generation::taken_off(spelled(contact.last_name.as_str()));
        let family = saints(family);
        Self {
            tight: [tight(&given), tight(&family)],
            words: sorted_words(&given, &family),
            is_couple,
            is_woman: is_woman(contact.prefix.as_str()).or_else(|| is_woman(&titles)),
            generation: generation::of_suffix(contact.suffix.as_str())
                .or(of_family)
                .or(of_given),
            given,
            family,
            nickname: spelled(contact.nickname.as_str()),
            middle: spelled(contact.middle_name.as_str()),
        }
    }

    /// Whether both tell which of a family's people of that name they are, and it is not the same one.
    pub fn generation_differs(&self, other: &Self) -> bool {
        self.generation.is_some() && other.generation.is_some() && self.generation != other.generation
    }

    /// Whether one is addressed as a man and the other as a woman.
    pub fn address_differs(&self, other: &Self) -> bool {
        self.is_woman.is_some() && other.is_woman.is_some() && self.is_woman != other.is_woman
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

    /// Whether both have middle names that begin with other letters.
    pub fn middle_differs(&self, other: &Self) -> bool {
        let (a, b) = (self.middle.chars().next(), other.middle.chars().next());
        a.is_some() && b.is_some() && a != b
    }
}

fn sorted_words(given: &str, family: &str) -> String {
    let words = given.split(' ').chain(family.split(' '));
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).map(tight).collect();
    words.sort_unstable();
    words.join(" ")
}

/// A name folded, in Latin letters if it is written in others that we read.
fn spelled(name: &str) -> String {
    latin(fold(name))
}

/// What a form of address tells; none for `Dr.`, and for that of a couple.
fn is_woman(prefix: &str) -> Option<bool> {
    if prefix.is_empty() {
        return None;
    }
    let folded = fold(prefix);
    let has_any = |words: &[&str]| folded.split(' ').any(|word| words.contains(&word));
    let man = has_any(&["mr", "herr", "hr", "monsieur", "senor", "signor", "dhr", "pan"]);
    let woman = has_any(&[
        "mrs", "ms", "miss", "frau", "fru", "mme", "mlle", "madame", "sra", "srta", "senora", "signora", "sigra",
        "mevr", "mw", "pani",
    ]);
    (man != woman).then_some(woman)
}

/// What stands before a given name, the name, and whether it is that of two people.
fn plain_given(given: &str) -> (String, Cow<'_, str>, bool) {
    if !given.contains(' ') {
        return (String::new(), Cow::Borrowed(given), false);
    }
    let (titles, name) = titles_and_name(given);
    match of_two(&name) {
        Some(names) => (titles, Cow::Owned(names), true),
        None => (titles, Cow::Owned(name), false),
    }
}

/// A given name that is those of two people, without what joins them: `Ann & Bo`, `Ann und Bo`, `Maria e Paulo`.
fn of_two(given: &str) -> Option<String> {
    let joins = |word: &str| {
        matches!(word, "&" | "+" | "/" | "e" | "i" | "y")
            || ["and", "und", "et", "og", "och", "en"].contains(&word.to_lowercase().as_str())
    };
    let words: Vec<&str> = given.split_whitespace().collect();
    let [_, inner @ .., _] = words.as_slice() else {
        return None;
    };
    let joined = inner.iter().any(|word| joins(word));
    joined.then(|| {
        words
            .into_iter()
            .filter(|word| !joins(word))
            .collect::<Vec<_>>()
            .join(" ")
    })
}

/// A family name in which saints are written in one way.
fn saints(family: String) -> String {
    if !family.contains("saint") && !family.contains("sankt") {
        return family;
    }
    let short = |word: &'_ str| if matches!(word, "saint" | "sankt") { "st" } else { word }.to_owned();
    family.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

/// Compares the names of two contacts.
pub(super) fn compare(a: &Name, b: &Name) -> Names {
    if a.is_couple != b.is_couple {
        return with_couple(a, b);
    }
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Names::Neither,
        (true, false) | (false, true) => return Names::OneOnly,
        (false, false) => {}
    }
    // Across the two, letters make no spelling: Martin Aber and Martina Aber.
    let whole = |name: &Name| name.tight.concat();
    let joined = |name: &Name| tight(&format!("{}{}", name.given, name.family));
    let in_one_field = [a, b].iter().any(|n| n.given.is_empty() || n.family.is_empty());
    if whole(a) == whole(b) || in_one_field && joined(a) == joined(b) {
        return Names::Equal;
    }
    if crosswise(a, b) || a.words == b.words {
        return Names::Swapped;
    }
    let given = best_given(a, b);
    let family = family(&a.family, &b.family);
    match (given, family) {
        (Given::Equal, Family::Alike) => Names::Slip,
        // Also without a family name: Lea and Lena are no more one person for that.
        (Given::Slip, Family::Equal | Family::Alike | Family::Unknown) => Names::GivenSlip,
        (Given::Nickname, Family::Equal | Family::Alike) => Names::Nickname,
        (Given::Beginning, Family::Equal | Family::Alike) => Names::Beginning,
        (Given::Equal, Family::Near) => Names::Near,
        (Given::Equal, Family::Equal) => Names::Equal,
        (Given::Initial, Family::Equal | Family::Alike) | (Given::Unknown, Family::Equal | Family::Alike) => {
            Names::Part
        }
        (Given::Equal, Family::Unknown) => Names::GivenPart,
        (Given::Nickname | Given::Initial, Family::Unknown) => Names::Part,
        (_, Family::Unknown | Family::Near | Family::Other) if lone_part(a, b) || lone_part(b, a) => Names::Part,
        (Given::Equal | Given::Nickname, Family::Near | Family::Other) => Names::GivenAlone,
        (_, Family::Equal | Family::Alike) => Names::FamilyAlone,
        _ => Names::Other,
    }
}

/// Compares two people in one with one person.
fn with_couple(a: &Name, b: &Name) -> Names {
    let (couple, one) = if a.is_couple { (a, b) } else { (b, a) };
    if one.is_empty() {
        return Names::OneOnly;
    }
    let is_of_family = matches!(
        family(&couple.family, &one.family),
        Family::Equal | Family::Alike | Family::Unknown
    );
    let given = tight(&one.given);
    let is_one_of_them = !given.is_empty() && couple.given.split(' ').any(|word| tight(word) == given);
    match (is_of_family, is_one_of_them) {
        (true, true) => Names::Couple,
        (true, false) => Names::FamilyAlone,
        (false, _) => Names::Other,
    }
}

/// Given and family name in each other's place; one of them may have a slip.
fn crosswise(a: &Name, b: &Name) -> bool {
    // Most pairs end here.
    if a.tight[0] != b.tight[1] && a.tight[1] != b.tight[0] {
        return false;
    }
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

/// How two family names go together, the likest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Other,
    Unknown,
    Near,
    Alike,
    Equal,
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
    if initial(&tight_a, &tight_b) || initial(&tight_b, &tight_a) {
        return Family::Alike;
    }
    let (plain_a, plain_b) = (a.replace(' ', ""), b.replace(' ', ""));
    let is_spelled = plain_a != tight_a || plain_b != tight_b;
    let as_they_stand = if is_spelled { slip(&plain_a, &plain_b) } else { None };
    slip(&tight_a, &tight_b).max(as_they_stand).unwrap_or(Family::Other)
}

fn core(family: &str) -> Vec<&str> {
    family.split(' ').filter(|word| !PARTICLES.contains(word)).collect()
}

/// Whether all words of `few` are among those of `many`: `Berg` and `van der Berg`, `Halloway` and `Halloway-Pike`.
fn inside(few: &[&str], many: &[&str]) -> bool {
    few.iter().all(|word| word.chars().count() > 2 && many.contains(word))
}

/// How two family names that differ by letters go together, if at all. People rarely slip in the first letter, many
/// families' names are two letters apart, and short ones one (Bauer, Brauer): what could be a slip there must be asked.
fn slip(a: &str, b: &str) -> Option<Family> {
    let longest = a.chars().count().max(b.chars().count());
    let apart = letters_apart(a, b);
    let same_head = a.chars().zip(b.chars()).take(1).all(|(x, y)| x == y);
    let turned = || {
        let sorted = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters
        };
        sorted(a) == sorted(b)
    };
    match (longest, apart) {
        (0..=3, _) => None,
        (_, 0 | 1) if same_head && (longest > 6 || turned()) => Some(Family::Alike),
        (_, 0 | 1) | (6.., 2) => Some(Family::Near),
        _ => None,
    }
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
            Name::from_contact(&Contact {
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
