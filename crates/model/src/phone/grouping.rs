//! How the digits of a number are grouped: the result of a format of the library for numbers of one length.

use super::pattern::is_wrapped;
use regex_automata::util::syntax;
use regex_syntax::hir::{Hir, HirKind};

/// The placeholder for a digit in a grouping.
const DIGIT: char = '#';

/// A text in which every `#` is the next digit of the number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Grouping(Box<str>);

impl Grouping {
    /// Digits without anything between them.
    pub(super) fn plain(digits: usize) -> Self {
        Self(DIGIT.to_string().repeat(digits).into())
    }

    /// Returns what the library writes for `digits` digits that match `pattern`, one of its metadata, with `rule`.
    /// `None` if the positions of the digits depend on more than their number.
    pub(super) fn new(pattern: &str, rule: &str, digits: usize) -> Option<Self> {
        let widths = group_widths(pattern, digits)?;
        let mut widths = (1..).zip(widths);
        let mut text = String::new();
        let mut rest = rule;
        while let Some(next) = rest.chars().next() {
            if let Some(name) = rest.strip_prefix('$') {
                // Parses the name of a group like the regex library.
                let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let (name, behind) = name.split_at(end.unwrap_or(name.len()));
                let (number, width) = widths.next()?;
                if name.parse::<usize>() != Ok(number) {
                    return None;
                }
                text.extend(std::iter::repeat_n(DIGIT, width));
                rest = behind;
            } else {
                if next == DIGIT {
                    return None;
                }
                text.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        widths.next().is_none().then(|| Self(text.into()))
    }

    /// Replaces hyphens by blanks. `None` if the grouping has other characters than those between which
    /// [`super::plain`] reads digits.
    pub(super) fn with_blanks(self) -> Option<Self> {
        let is_plain = |c: char| matches!(c, DIGIT | ' ' | '-' | '(' | ')' | '.' | '/');
        self.0
            .chars()
            .all(is_plain)
            .then(|| Self(self.0.replace('-', " ").into()))
    }

    /// Writes digits from 0 to 9.
    pub(super) fn write(&self, digits: &[u8], text: &mut String) {
        let mut digits = digits.iter();
        text.extend(self.0.chars().map(|c| match c {
            DIGIT => digits.next().map_or(c, |digit| char::from(b'0' + digit)),
            c => c,
        }));
    }
}

/// Returns `rule` with its first group formatted by `prefix_rule`, as the library adds national prefixes. `None` if
/// the regex library would parse that group differently.
pub(super) fn with_national_prefix(rule: &str, prefix_rule: &str) -> Option<String> {
    let is_group = |at: &usize| rule[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    let Some(at) = rule.match_indices('$').map(|(at, _)| at).find(is_group) else {
        return Some(rule.to_owned());
    };
    let (group, behind) = rule[at..].split_at("$1".len());
    let mut parts = prefix_rule.split("$1");
    let mut written = parts.next()?.to_owned();
    for part in parts {
        if part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        written.push_str(group);
        written.push_str(part);
    }
    let strange = prefix_rule.replace("$1", "").contains('$');
    (!strange).then(|| format!("{}{written}{behind}", &rule[..at]))
}

/// Returns the number of digits in each group of a pattern. `None` unless all digits are in groups and only the total
/// number decides.
fn group_widths(pattern: &str, digits: usize) -> Option<Vec<usize>> {
    let pattern = pattern
        .get("^(?:".len()..pattern.len() - ")$".len())
        .filter(|_| is_wrapped(pattern))?;
    let parsed = syntax::parse_with(pattern, &syntax::Config::new().unicode(false).utf8(false)).ok()?;
    let groups = match parsed.kind() {
        HirKind::Concat(groups) => groups.as_slice(),
        _ => std::slice::from_ref(&parsed),
    };
    let mut widths = Vec::new();
    let mut open = None;
    for (at, group) in groups.iter().enumerate() {
        let HirKind::Capture(capture) = group.kind() else {
            return None;
        };
        match fixed_width(&capture.sub) {
            Some(width) => widths.push(width),
            // A second group of variable width could take digits of the first.
            None if open.is_some() || !takes_all_it_can(&capture.sub) => return None,
            None => {
                open = Some(at);
                widths.push(0);
            }
        }
    }
    let rest = digits.checked_sub(widths.iter().sum())?;
    match open {
        Some(at) => widths[at] = rest,
        None if rest > 0 => return None,
        None => {}
    }
    Some(widths)
}

fn fixed_width(part: &Hir) -> Option<usize> {
    let properties = part.properties();
    properties
        .minimum_len()
        .filter(|least| properties.maximum_len() == Some(*least))
}

/// Whether the widest of several widths is tried first: a class is repeated, with parts of fixed width around it.
fn takes_all_it_can(part: &Hir) -> bool {
    let is_greedy = |part: &Hir| match part.kind() {
        HirKind::Repetition(repetition) => repetition.greedy && fixed_width(&repetition.sub) == Some(1),
        _ => false,
    };
    match part.kind() {
        HirKind::Concat(parts) => {
            let mut open = parts.iter().filter(|part| fixed_width(part).is_none());
            open.next().is_some_and(is_greedy) && open.next().is_none()
        }
        _ => is_greedy(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(pattern: &str, rule: &str, digits: &[u8]) -> Option<String> {
        let mut text = String::new();
        Grouping::new(pattern, rule, digits.len())?.write(digits, &mut text);
        Some(text)
    }

    #[test]
    fn digits_are_grouped_by_their_number() {
        let digits = [3, 0, 2, 3, 1, 2, 5, 1, 0, 1];
        for (pattern, rule, count, wanted) in [
            (r"^(?:(\d{3})(\d{3})(\d{4}))$", "($1) $2-$3", 10, Some("(302) 312-5101")),
            (r"^(?:(\d{3})(\d{3})(\d{4}))$", "$1 $2 $3", 9, None),
            (r"^(?:(\d{2})(\d{3,8}))$", "0$1 $2", 10, Some("030 23125101")),
            (r"^(?:(\d{2})(\d{3,8}))$", "$1 $2", 6, Some("30 2312")),
            (r"^(?:(\d{2,3})(\d)(\d{4}))$", "$1/$2/$3", 7, Some("30/2/3125")),
            (r"^(?:(3\d{1,5})(\d{4}))$", "$1 $2", 8, Some("3023 1251")),
            (r"^(?:(\d{10}))$", "$1", 10, Some("3023125101")),
        ] {
            assert_eq!(
                grouped(pattern, rule, &digits[..count]).as_deref(),
                wanted,
                "{pattern} {rule}"
            );
        }
    }

    #[test]
    fn what_more_than_the_number_of_digits_decides_is_left_to_the_library() {
        for (pattern, rule) in [
            // Two groups share the digits; the narrow one is tried first; not all digits are in a group.
            (r"^(?:(\d{2,3})(\d{3,4}))$", "$1 $2"),
            (r"^(?:(\d{2,4}?)(\d{3}))$", "$1 $2"),
            (r"^(?:(3|3\d)(\d{4}))$", "$1 $2"),
            (r"^(?:3(\d{5}))$", "$1"),
            // Groups are left out, used twice, or named by more than a number.
            (r"^(?:(\d{2})(\d{4}))$", "$2"),
            (r"^(?:(\d{2})(\d{4}))$", "$1"),
            (r"^(?:(\d{2})(\d{4}))$", "$1 $1 $2"),
            (r"^(?:(\d{2})(\d{4}))$", "$1x $2"),
            (r"^(?:(\d{2})(\d{4}))$", "$1 # $2"),
        ] {
            assert_eq!(grouped(pattern, rule, &[3, 0, 2, 3, 1, 2]), None, "{pattern} {rule}");
        }
    }

    #[test]
    fn a_national_prefix_stands_at_the_first_group() {
        for (rule, prefix_rule, wanted) in [
            ("$1 $2", "0$1", Some("0$1 $2")),
            ("$1 $2", "(0$1)", Some("(0$1) $2")),
            ("$2 15-$3", "0$1", Some("0$2 15-$3")),
            ("$1 $2", "$1$1", Some("$1$1 $2")),
            ("$1 $2", "0$1x", None),
            ("$1 $2", "0${1}", None),
        ] {
            assert_eq!(
                with_national_prefix(rule, prefix_rule).as_deref(),
                wanted,
                "{rule} {prefix_rule}"
            );
        }
    }

    #[test]
    fn only_signs_between_which_digits_are_read_stand_in_an_international_form() {
        let grouping = |rule| Grouping::new(r"^(?:(\d{2})(\d{4}))$", rule, 6).unwrap().with_blanks();
        assert_eq!(grouping("$1-$2"), Some(Grouping("## ####".into())));
        assert_eq!(grouping("($1)/$2"), Some(Grouping("(##)/####".into())));
        assert_eq!(grouping("0$1 $2"), None);
        assert_eq!(grouping("$1 *$2"), None);
    }
}
