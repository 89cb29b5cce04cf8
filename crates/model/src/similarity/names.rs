//! Compares the names of two contacts.
//!
//! Decides whether they may be the name of one person. Other values are compared elsewhere: a name alone proves
//! nothing.

use super::generation;
use super::given::{self, Given};
use super::letters::{COMPARED, LetterSet, letters_apart};
use super::name_part::NamePart;
use super::scripts::latin;
use super::spelling::{tight, tight_letters, words};
use crate::contact::Contact;
use crate::person_name::titles_and_name;
use crate::text::fold;
use std::borrow::Cow;

/// The relation between two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Neither contact has a name.
    Neither,
    /// Only one contact has a name.
    OneOnly,
    /// The same name.
    Equal,
    /// Given and family name are swapped.
    Swapped,
    /// A short form or pet name with the same family name.
    Nickname,
    /// The same name with a typing error in the family name, or with only a part of the family name.
    Slip,
    /// The same name with a typing error in the given name.
    GivenSlip,
    /// One given name is the beginning of the other, as Al is of Albert and of Alma.
    Beginning,
    /// The given name agrees; the family name differs by more than a typing error, or in a way that is rarely one:
    /// Hansen and Jansen.
    Near,
    /// Two people in one contact, one of whom has the other contact's name: `Ann & Bo Ivers`, `Ann Ivers`.
    Couple,
    /// An initial in place of the given name, or only a part of the name.
    Part,
    /// The given name agrees, and one of the contacts has no family name.
    GivenPart,
    /// The given name agrees, the family name does not.
    GivenAlone,
    /// The family name agrees, the given name does not.
    FamilyAlone,
    /// Two different names.
    Other,
}

impl Names {
    /// Whether they may be the name of one person.
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

/// A name, prepared for comparisons.
pub(super) struct Name {
    pub given: NamePart,
    pub family: NamePart,
    nickname: Option<Box<NamePart>>,
    /// The letters of given and family name together.
    letters: LetterSet,
    /// A hash of the words of the whole name in one spelling; it does not depend on how the name is divided or
    /// ordered.
    pub words: u64,
    /// The generation in a family: `Jr.` is the second with the same name.
    pub generation: Option<u8>,
    middle_initial: Option<char>,
    is_couple: bool,
    is_woman: Option<bool>,
    is_whole: bool,
}

impl Name {
    pub fn from_contact(contact: &Contact) -> Self {
        let (titles, given, is_couple) = plain_given(contact.first_name.as_str());
        let (given, of_given) = generation::split_generation_suffix(spelled(&given));
        let (family, of_family) = generation::split_generation_suffix(spelled(contact.last_name.as_str()));
        let (given, family) = (NamePart::new(given), NamePart::new(saints(family)));
        Self {
            letters: given.letters().with(family.letters()),
            words: given
                .hashed_words()
                .chain(family.hashed_words())
                .fold(0, |sum, (_, hash)| sum.wrapping_add(hash)),
            is_couple,
            is_woman: is_woman(contact.prefix.as_str()).or_else(|| is_woman(&titles)),
            generation: generation::of_suffix(contact.suffix.as_str())
                .or(of_family)
                .or(of_given),
            is_whole: given.has_long_word() && family.has_long_word()
                || given.word_count() > 1
                || family.word_count() > 1,
            given,
            family,
            nickname: (!contact.nickname.is_empty()).then(|| NamePart::new(spelled(contact.nickname.as_str())).into()),
            middle_initial: spelled(contact.middle_name.as_str()).chars().next(),
        }
    }

    /// Whether both names denote a generation, and not the same one.
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

    /// Whether there is a given and a family name, or both in one field: enough to search for the same person.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether both have middle names, with different first letters.
    pub fn middle_differs(&self, other: &Self) -> bool {
        let (a, b) = (self.middle_initial, other.middle_initial);
        a.is_some() && b.is_some() && a != b
    }

    /// Whether the names are the same, no matter how they are divided.
    fn is_same(&self, other: &Self) -> bool {
        // Spellings are not recognised across the two parts: Martin Aber and Martina Aber.
        let in_one_field = [self, other].iter().any(|n| n.given.is_empty() || n.family.is_empty());
        self.given.has_tight(&other.given) && self.family.has_tight(&other.family)
            || self.letters == other.letters && self.tight_letters().eq(other.tight_letters())
            || in_one_field && self.in_one_piece().eq(other.in_one_piece())
    }

    fn tight_letters(&self) -> impl Iterator<Item = u8> {
        self.given.tight().bytes().chain(self.family.tight().bytes())
    }

    fn in_one_piece(&self) -> impl Iterator<Item = char> {
        tight_letters(self.given.text().chars().chain(self.family.text().chars()))
    }
}

/// Returns a folded name in Latin letters, if it is in another script that can be transliterated.
fn spelled(name: &str) -> String {
    latin(fold(name))
}

/// Whether a form of address is for a woman. `None` for `Dr.` and for that of a couple.
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

/// Splits a given name into titles and name. Also returns whether it is the name of two people.
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

/// Returns the given names of two people without the joining word: `Ann & Bo`, `Ann und Bo`, `Maria e Paulo`. `None`
/// if it is one person.
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

/// Returns a family name with one spelling for saints.
fn saints(family: String) -> String {
    let is_saint = |word: &str| matches!(word, "saint" | "sankt");
    if !words(&family).any(is_saint) {
        return family;
    }
    let words = words(&family).map(|word| if is_saint(word) { "st" } else { word });
    words.collect::<Vec<_>>().join(" ")
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
    if a.is_same(b) {
        return Names::Equal;
    }
    if crosswise(a, b) || a.words == b.words {
        return Names::Swapped;
    }
    let given = best_given(a, b);
    let family = family(&a.family, &b.family);
    match (given, family) {
        (Given::Equal, Family::Alike) => Names::Slip,
        // Also without a family name: that makes Lea and Lena no more likely to be one person.
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

/// Compares the name of a couple with the name of one person.
fn with_couple(a: &Name, b: &Name) -> Names {
    let (couple, one) = if a.is_couple { (a, b) } else { (b, a) };
    if one.is_empty() {
        return Names::OneOnly;
    }
    let is_of_family = matches!(
        family(&couple.family, &one.family),
        Family::Equal | Family::Alike | Family::Unknown
    );
    let is_one_of_them = !one.given.is_empty() && couple.given.words().any(|word| tight(word) == one.given.tight());
    match (is_of_family, is_one_of_them) {
        (true, true) => Names::Couple,
        (true, false) => Names::FamilyAlone,
        (false, _) => Names::Other,
    }
}

/// Whether given and family name are swapped; one of them may have a typing error.
fn crosswise(a: &Name, b: &Name) -> bool {
    // Most pairs are decided here.
    if !a.given.has_tight(&b.family) && !a.family.has_tight(&b.given) {
        return false;
    }
    let given = family(&a.given, &b.family);
    let family = family(&a.family, &b.given);
    matches!(
        (given, family),
        (Family::Equal, Family::Equal | Family::Alike) | (Family::Alike, Family::Equal)
    )
}

/// Whether `part` is a single name that `whole` has in either position.
fn lone_part(part: &Name, whole: &Name) -> bool {
    let only = match (part.given.is_empty(), part.family.is_empty()) {
        (false, true) => &part.given,
        (true, false) => &part.family,
        _ => return false,
    };
    only.has_tight(&whole.given) || only.has_tight(&whole.family)
}

fn best_given(a: &Name, b: &Name) -> Given {
    let plain = given::compare(&a.given, &b.given);
    if plain != Given::Other {
        return plain;
    }
    let (nickname_a, nickname_b) = (a.nickname.as_deref(), b.nickname.as_deref());
    let is_one = |x: Option<&NamePart>, y: Option<&NamePart>| matches!((x, y), (Some(x), Some(y)) if !x.is_empty() && x.has_tight(y));
    let known =
        is_one(nickname_a, Some(&b.given)) || is_one(Some(&a.given), nickname_b) || is_one(nickname_a, nickname_b);
    if known { Given::Nickname } else { Given::Other }
}

/// The relation between two family names, from different to equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Other,
    Unknown,
    Near,
    Alike,
    Equal,
}

fn family(a: &NamePart, b: &NamePart) -> Family {
    if a.is_empty() || b.is_empty() {
        return Family::Unknown;
    }
    if a.has_tight(b) {
        return Family::Equal;
    }
    if shares_core(a, b) {
        return Family::Alike;
    }
    let initial = |short: &NamePart, long: &NamePart| short.length() == 1 && long.tight().starts_with(short.tight());
    if initial(a, b) || initial(b, a) {
        return Family::Alike;
    }
    let as_they_stand = if a.is_spelled() || b.is_spelled() {
        slip(a.plain(), b.plain())
    } else {
        None
    };
    tight_slip(a, b).max(as_they_stand).unwrap_or(Family::Other)
}

/// Whether one family name without its particles is contained in the other: `Berg` and `van der Berg`, `Halloway` and
/// `Halloway-Pike`.
fn shares_core(a: &NamePart, b: &NamePart) -> bool {
    // With one word each, they would be equal.
    if a.word_count() == 1 && b.word_count() == 1 {
        return false;
    }
    let inside = |few: &NamePart, many: &NamePart| {
        core(few).all(|word| word.chars().nth(2).is_some() && core(many).any(|other| other == word))
    };
    core(a).next().is_some() && core(b).next().is_some() && (inside(a, b) || inside(b, a))
}

/// Returns the words of a family name without its particles.
fn core(family: &NamePart) -> impl Iterator<Item = &str> {
    family.words().filter(|word| !PARTICLES.contains(word))
}

/// Calls [`slip`] with the tight forms.
fn tight_slip(a: &NamePart, b: &NamePart) -> Option<Family> {
    let longest = a.length().max(b.length());
    // Most pairs are decided here.
    if longest <= COMPARED && !a.letters().may_be_near(b.letters()) {
        return None;
    }
    slip(a.tight().chars(), b.tight().chars())
}

/// Compares two family names that differ by letters. `None` if they are different. Typing errors in the first letter
/// are rare, and many names of different families differ by two letters, short ones by one (Bauer, Brauer): such a
/// difference is only `Near`, and a member must decide.
fn slip(a: impl Iterator<Item = char> + Clone, b: impl Iterator<Item = char> + Clone) -> Option<Family> {
    let (of_a, of_b) = (a.clone().count(), b.clone().count());
    let longest = of_a.max(of_b);
    if longest <= 3 {
        return None;
    }
    let same_head = a.clone().next() == b.clone().next();
    let turned = || of_a == of_b && sorted(a.clone()) == sorted(b.clone());
    match (longest, letters_apart(a.clone(), b.clone())) {
        (_, 0 | 1) if same_head && (longest > SHORT || turned()) => Some(Family::Alike),
        (_, 0 | 1) | (6.., 2) => Some(Family::Near),
        _ => None,
    }
}

/// The longest family name that counts as short.
const SHORT: usize = 6;

/// Returns the letters of a short name, sorted.
fn sorted(name: impl Iterator<Item = char>) -> [char; SHORT] {
    let mut letters = ['\0'; SHORT];
    for (place, letter) in letters.iter_mut().zip(name) {
        *place = letter;
    }
    letters.sort_unstable();
    letters
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
