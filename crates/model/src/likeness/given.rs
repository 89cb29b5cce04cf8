//! Given names that one person may go by, and spellings that are the same name.
//!
//! Owns the groups of short forms and pet names, and slips of the pen. Leaves out family names and everything else about a
//! contact.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How two given names go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Given {
    /// The same name, however it is spelled.
    Equal,
    /// A short form or pet name of the other.
    Nickname,
    /// The other with a slip.
    Slip,
    /// How the other begins, and no short form that we know: `Zeb` and `Zebulon`, but `Al` and `Alma` as well.
    Beginning,
    /// The other's first letter.
    Initial,
    /// Nothing is known of one of them.
    Unknown,
    /// Two names.
    Other,
}

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

/// Endings that make the name of a woman from that of a man: Paul and Paula are two people.
const ENDINGS: &[&str] = &[
    "a", "e", "o", "i", "s", "ia", "ie", "na", "ne", "ina", "ine", "ka", "la", "le", "lle", "nne", "ette", "etta",
    "ella", "lla",
];

/// Compares two given names, folded, their words divided by blanks.
pub(super) fn compare(a: &str, b: &str) -> Given {
    if a.is_empty() || b.is_empty() {
        return Given::Unknown;
    }
    let (tight_a, tight_b) = (tight(a), tight(b));
    if tight_a == tight_b {
        return Given::Equal;
    }
    if initials(a, b) || initials(b, a) {
        return Given::Initial;
    }
    if written_together(&tight_a, b) || written_together(&tight_b, a) {
        return Given::Initial;
    }
    let (first_a, first_b) = (first_word(a), first_word(b));
    if !initials_among_names(a, b) && first_a == first_b && first_a.chars().count() > 1 {
        // `Anna Lena` and `Anna`; but `Anna Lena` and `Anna Sophie` are two names.
        return if a == first_a || b == first_b {
            Given::Nickname
        } else {
            Given::Other
        };
    }
    if of_one_group(a, b) || of_one_group(first_a, first_b) || of_one_group(&tight_a, &tight_b) {
        return Given::Nickname;
    }
    if initials_among_names(a, b) {
        return Given::Nickname;
    }
    if short_form(&tight_a, &tight_b) || short_form(&tight_b, &tight_a) {
        return Given::Beginning;
    }
    // `Imgoen` is no spelling of `Imgon`, so slips are looked for in the letters as they stand, too.
    if slip(&tight_a, &tight_b) || slip(&a.replace(' ', ""), &b.replace(' ', "")) {
        return Given::Slip;
    }
    Given::Other
}

/// Letters without blanks, spelled one way: `ae`, `oe`, `ue` and `aa` as the letters with marks are folded.
pub(super) fn tight(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars().filter(|c| *c != ' ') {
        let is_mark = matches!((before, c), ('a' | 'o' | 'u', 'e') | ('a', 'a'));
        if !is_mark {
            out.push(c);
        }
        before = if is_mark { ' ' } else { c };
    }
    out
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// Whether `short` is nothing but the first letters of the words of `long`.
fn initials(short: &str, long: &str) -> bool {
    let mut words = long.split(' ');
    short
        .split(' ')
        .all(|letter| letter.chars().count() == 1 && words.next().is_none_or(|word| word.starts_with(letter)))
}

/// Whether letters are the initials of all the words of a name: `JP` and `Jean-Pierre`.
fn written_together(letters: &str, long: &str) -> bool {
    let count = letters.chars().count();
    count > 1
        && long.split(' ').count() == count
        && long
            .split(' ')
            .zip(letters.chars())
            .all(|(word, c)| word.starts_with(c))
}

/// Whether two names are the same but for initials in place of some of them: `Robert J.` and `Robert James`, `M. Luisa` and
/// `Maria Luisa`, `A. Karin` and `Karin`.
fn initials_among_names(a: &str, b: &str) -> bool {
    let is_letter = |word: &str| word.chars().count() == 1;
    let (of_a, of_b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    if of_a.len() == of_b.len() {
        let one = |x: &str, y: &str| x == y || is_letter(x) && y.starts_with(x) || is_letter(y) && x.starts_with(y);
        let is_name_shared = of_a.iter().zip(&of_b).any(|(x, y)| x == y && !is_letter(x));
        return is_name_shared && of_a.iter().zip(&of_b).all(|(x, y)| one(x, y));
    }
    let names = |words: &[&str]| {
        words
            .iter()
            .filter(|word| !is_letter(word))
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (a, b) = (names(&of_a), names(&of_b));
    !a.is_empty() && a == b
}

fn of_one_group(a: &str, b: &str) -> bool {
    let (Some(of_a), Some(of_b)) = (GROUPS.get(a), GROUPS.get(b)) else {
        return false;
    };
    of_a.iter().any(|group| of_b.contains(group))
}

/// Whether `short` begins `long` as short forms do.
fn short_form(short: &str, long: &str) -> bool {
    short.chars().count() > 1
        && long
            .strip_prefix(short)
            .is_some_and(|rest| !rest.is_empty() && !ENDINGS.contains(&rest))
}

/// One letter too many inside, or two neighbours swapped. A letter in place of another makes too many other names.
fn slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().min(b.len()) < 3 {
        return false;
    }
    let (long, short) = if a.len() >= b.len() { (&a, &b) } else { (&b, &a) };
    let same_head = long.iter().zip(short).take_while(|(x, y)| x == y).count();
    match long.len() - short.len() {
        0 => {
            same_head + 1 < long.len()
                && long[same_head] == short[same_head + 1]
                && long[same_head + 1] == short[same_head]
                && long[same_head + 2..] == short[same_head + 2..]
        }
        1 => same_head > 0 && same_head < short.len() && long[same_head + 1..] == short[same_head..],
        _ => false,
    }
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
            assert_eq!((a, b, compare(a, b)), (a, b, want));
            assert_eq!((b, a, compare(b, a)), (b, a, want));
        }
    }
}
