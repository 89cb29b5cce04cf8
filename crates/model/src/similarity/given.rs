//! Given names by which one person may be called, and spellings of the same name.
//!
//! Compares two given names, including typing errors. The groups of names of one person are in `nicknames`; family
//! names and everything else about a contact are compared elsewhere.

use super::name_part::NamePart;
use super::nicknames::Groups;

/// The relation between two given names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Given {
    /// The same name, in any spelling.
    Equal,
    /// One is a short form or pet name of the other.
    Nickname,
    /// One is the other with a typing error.
    Slip,
    /// One is the beginning of the other, but no known short form: `Zeb` and `Zebulon`, but also `Al` and `Alma`.
    Beginning,
    /// One is the first letter of the other.
    Initial,
    /// One of them is missing.
    Unknown,
    /// Two different names.
    Other,
}

/// Endings that turn a man's name into a woman's: Paul and Paula are two people.
const ENDINGS: &[&str] = &[
    "a", "e", "o", "i", "s", "ia", "ie", "na", "ne", "ina", "ine", "ka", "la", "le", "lle", "nne", "ette", "etta",
    "ella", "lla",
];

/// Compares two given names.
pub(super) fn compare(a: &NamePart, b: &NamePart) -> Given {
    if a.is_empty() || b.is_empty() {
        return Given::Unknown;
    }
    if a.has_tight(b) {
        return Given::Equal;
    }
    if initials(a, b) || initials(b, a) {
        return Given::Initial;
    }
    if written_together(a, b) || written_together(b, a) {
        return Given::Initial;
    }
    let (first_a, first_b) = (a.first_word(), b.first_word());
    let among_names = initials_among_names(a, b);
    if !among_names && first_a == first_b && first_a.chars().nth(1).is_some() {
        // `Anna Lena` and `Anna` may be one person; `Anna Lena` and `Anna Sophie` are two names.
        return if a.text() == first_a || b.text() == first_b {
            Given::Nickname
        } else {
            Given::Other
        };
    }
    if among_names || of_one_group(a, b) {
        return Given::Nickname;
    }
    if short_form(a, b) || short_form(b, a) {
        return Given::Beginning;
    }
    if slip_in_given(a, b) {
        return Given::Slip;
    }
    Given::Other
}

/// Whether `short` consists only of the first letters of the words of `long`.
fn initials(short: &NamePart, long: &NamePart) -> bool {
    let mut words = long.words();
    short.is_initials()
        && short
            .words()
            .all(|letter| words.next().is_none_or(|word| word.starts_with(letter)))
}

/// Whether the letters are the initials of all words of a name: `JP` and `Jean-Pierre`.
fn written_together(letters: &NamePart, long: &NamePart) -> bool {
    let count = letters.length();
    count > 1
        && long.word_count() == count
        && long
            .words()
            .zip(letters.tight().chars())
            .all(|(word, c)| word.starts_with(c))
}

/// Whether two names are equal except for initials in place of some words: `Robert J.` and `Robert James`, `M. Luisa`
/// and `Maria Luisa`, `A. Karin` and `Karin`.
fn initials_among_names(a: &NamePart, b: &NamePart) -> bool {
    if !a.has_initial() && !b.has_initial() {
        return false;
    }
    let is_letter = |word: &str| word.chars().count() == 1;
    if a.word_count() == b.word_count() {
        let one = |x: &str, y: &str| x == y || is_letter(x) && y.starts_with(x) || is_letter(y) && x.starts_with(y);
        let mut pairs = a.words().zip(b.words());
        let is_name_shared = pairs.clone().any(|(x, y)| x == y && !is_letter(x));
        return is_name_shared && pairs.all(|(x, y)| one(x, y));
    }
    let has_name = a.words().any(|word| !word.is_empty() && !is_letter(word));
    let names_of_a = a.words().filter(|word| !is_letter(word));
    has_name && names_of_a.eq(b.words().filter(|word| !is_letter(word)))
}

fn of_one_group(a: &NamePart, b: &NamePart) -> bool {
    let one = |(of_a, of_b): (Groups, Groups)| match (of_a, of_b) {
        (Some(of_a), Some(of_b)) => of_a.iter().any(|group| of_b.contains(group)),
        _ => false,
    };
    a.groups().into_iter().zip(b.groups()).any(one)
}

/// Whether `short` begins `long` and may be a short form of it.
fn short_form(short: &NamePart, long: &NamePart) -> bool {
    short.length() > 1
        && short.letters().inside(long.letters())
        && long
            .tight()
            .strip_prefix(short.tight())
            .is_some_and(|rest| !rest.is_empty() && !ENDINGS.contains(&rest))
}

/// Whether one name is the other with a typing error. `Imgoen` is not a spelling of `Imgon`, so the unchanged letters
/// are compared, too.
fn slip_in_given(a: &NamePart, b: &NamePart) -> bool {
    // Most pairs are decided here.
    let may_be = a.length().abs_diff(b.length()) < 2 && a.letters().within(b.letters(), 1);
    may_be && slip(a.tight().chars(), b.tight().chars())
        || (a.is_spelled() || b.is_spelled()) && slip(a.plain(), b.plain())
}

/// One additional letter inside, or two neighbours swapped. A replaced letter would match too many different names.
fn slip(a: impl Iterator<Item = char> + Clone, b: impl Iterator<Item = char> + Clone) -> bool {
    match (a.clone().count(), b.clone().count()) {
        (of_a, of_b) if of_a.min(of_b) < 3 => false,
        (of_a, of_b) if of_a == of_b => are_neighbours_swapped(a, b),
        (of_a, of_b) if of_a == of_b + 1 => is_letter_inside(a, b),
        (of_a, of_b) if of_b == of_a + 1 => is_letter_inside(b, a),
        _ => false,
    }
}

fn are_neighbours_swapped(mut a: impl Iterator<Item = char>, mut b: impl Iterator<Item = char>) -> bool {
    let first = a.by_ref().zip(b.by_ref()).find(|(x, y)| x != y);
    let (Some((x, y)), Some(next_a), Some(next_b)) = (first, a.next(), b.next()) else {
        return false;
    };
    x == next_b && y == next_a && a.eq(b)
}

/// Whether `long` is `short` with one additional letter, which is neither the first nor the last.
fn is_letter_inside(long: impl Iterator<Item = char> + Clone, short: impl Iterator<Item = char> + Clone) -> bool {
    let pairs = long.clone().zip(short.clone());
    let same_head = pairs.take_while(|(x, y)| x == y).count();
    let mut rest = short.skip(same_head).peekable();
    same_head > 0 && rest.peek().is_some() && long.skip(same_head + 1).eq(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_person_go_together_and_names_of_two_do_not() {
        for (a, b, want) in [
            ("anna lena", "annalena", Given::Equal),
            ("jorg", "joerg", Given::Equal),
            ("bob", "robert", Given::Nickname),
            ("peggy", "margaret", Given::Nickname),
            ("hans", "hans peter", Given::Nickname),
            ("ben", "benjamin", Given::Nickname),
            ("jon", "john", Given::Nickname),
            ("mraia", "maria", Given::Slip),
            ("phillip", "philip", Given::Nickname),
            ("hamsih", "hamish", Given::Slip),
            ("robert j", "robert james", Given::Nickname),
            ("m luisa", "maria luisa", Given::Nickname),
            ("a karin", "karin", Given::Nickname),
            ("jp", "jean pierre", Given::Initial),
            ("robert j", "robert paul", Given::Other),
            ("wm", "william", Given::Nickname),
            ("jo ann", "joanne", Given::Nickname),
            ("imgoen", "imogen", Given::Slip),
            ("zeb", "zebulon", Given::Beginning),
            ("al", "alma", Given::Beginning),
            ("stefan", "stefanie", Given::Other),
            ("aleksandr", "aleksandra", Given::Other),
            ("john", "jean", Given::Other),
            ("johannes", "jan", Given::Nickname),
            ("mohammed", "ahmed", Given::Other),
            ("kees", "cornelis", Given::Nickname),
            ("l", "linnea", Given::Initial),
            ("j r", "john ronald", Given::Initial),
            ("", "linnea", Given::Unknown),
            ("paul", "paula", Given::Other),
            ("martin", "martina", Given::Other),
            ("maria", "mario", Given::Other),
            ("hester", "kester", Given::Other),
            ("bastian", "caspian", Given::Other),
            ("anna lena", "anna sophie", Given::Other),
        ] {
            let (of_a, of_b) = (NamePart::new(a.to_owned()), NamePart::new(b.to_owned()));
            assert_eq!((a, b, compare(&of_a, &of_b)), (a, b, want));
            assert_eq!((b, a, compare(&of_b, &of_a)), (b, a, want));
        }
    }
}
