//! Numbers as people and programs write them, normalised to decimal text: `1,234.50` and `1.234,5` become `1234.5`.
//!
//! Decides what is a number and which sign separates its whole part from its fraction. Units, money and arithmetic are
//! out of scope: a number is text that compares and exports the same everywhere.

use crate::text::clean;

/// The decimal separator. It is detected from the whole file, and matters only for numbers such as `1.234`, whose
/// value depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalSign {
    /// `1.5` is one and a half.
    #[default]
    Point,
    /// `1,5` is one and a half.
    Comma,
}

/// The most digits of a number. Longer texts are something else.
const MOST_FIGURES: usize = 60;

/// The digits of a number, and the separators between them, each with the number of digits before it.
struct Figures {
    negative: bool,
    figures: String,
    signs: Vec<(usize, char)>,
}

/// An interpretation of the separators.
struct Read {
    /// The number of digits before the fraction.
    whole: usize,
    /// The decimal separator, if the number allows no other interpretation.
    unambiguous: Option<DecimalSign>,
}

/// Returns a number as decimal text without redundant characters. `None` if it is not a number. The result with
/// [`DecimalSign::Point`] is returned unchanged.
pub fn canonical_number(raw: &str, decimal: DecimalSign) -> Option<String> {
    let number = Figures::parse(raw)?;
    let read = number.read(decimal)?;
    let (whole, fraction) = number.figures.split_at(read.whole);
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let mut text = String::with_capacity(raw.len());
    if number.negative && !(whole.is_empty() && fraction.is_empty()) {
        text.push('-');
    }
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    Some(text)
}

/// Returns the decimal separator that a number proves; `None` if it fits both or is not a number.
pub fn decimal_sign_shown_by(raw: &str) -> Option<DecimalSign> {
    Figures::parse(raw)?.read(DecimalSign::default())?.unambiguous
}

impl Figures {
    fn parse(raw: &str) -> Option<Self> {
        let text = clean(raw);
        let (negative, rest) = match text.chars().next()? {
            '-' | '\u{2212}' => (true, &text[text.chars().next()?.len_utf8()..]),
            '+' => (false, &text[1..]),
            _ => (false, &*text),
        };
        let mut number = Self {
            negative,
            figures: String::with_capacity(rest.len()),
            signs: Vec::new(),
        };
        for c in rest.chars() {
            match c {
                '0'..='9' => number.figures.push(c),
                '.' | ',' => number.signs.push((number.figures.len(), c)),
                ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' => number.signs.push((number.figures.len(), ' ')),
                '\'' | '\u{2019}' => number.signs.push((number.figures.len(), '\'')),
                _ => return None,
            }
        }
        (1..=MOST_FIGURES).contains(&number.figures.len()).then_some(number)
    }

    fn read(&self, decimal: DecimalSign) -> Option<Read> {
        let all = self.figures.len();
        let Some((&(at, sign), others)) = self.signs.split_last() else {
            return Some(Read {
                whole: all,
                unambiguous: None,
            });
        };
        let alone = others.iter().all(|(_, other)| *other != sign);
        let of_sign = match sign {
            '.' => Some(DecimalSign::Point),
            ',' => Some(DecimalSign::Comma),
            _ => None,
        };
        match of_sign.filter(|_| alone) {
            // A single separator followed by three digits: a group of digits, or a fraction.
            Some(own) if others.is_empty() && is_group(&self.figures, at) => Some(Read {
                whole: if own == decimal { at } else { all },
                unambiguous: None,
            }),
            Some(own) => grouped(others, at).then_some(Read {
                whole: at,
                unambiguous: Some(own),
            }),
            None => grouped(&self.signs, all).then_some(Read {
                whole: all,
                unambiguous: match sign {
                    '.' => Some(DecimalSign::Comma),
                    ',' => Some(DecimalSign::Point),
                    _ => None,
                },
            }),
        }
    }
}

/// Whether a separator may precede a group of three digits at the end.
fn is_group(figures: &str, at: usize) -> bool {
    figures.len() == at + 3 && (1..=3).contains(&at) && !figures.starts_with('0')
}

/// Whether separators divide the digits into the groups of a large number: all separators are equal, and three digits
/// follow the last one. The other groups may have two digits, as in India.
fn grouped(signs: &[(usize, char)], end: usize) -> bool {
    let Some((first, sign)) = signs.first() else {
        return true;
    };
    let ends = signs.iter().skip(1).map(|(at, _)| *at).chain([end]);
    let groups: Vec<usize> = signs.iter().zip(ends).map(|((at, _), end)| end - at).collect();
    let (last, others) = (groups.len() - 1, &groups[..groups.len() - 1]);
    (1..=3).contains(first)
        && signs.iter().all(|(_, other)| other == sign)
        && groups[last] == 3
        && others.iter().all(|group| (2..=3).contains(group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use DecimalSign::{Comma, Point};
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (raw, number) in [
            ("42", "42"),
            ("007", "7"),
            ("+1,234.50", "1234.5"),
            ("1.234,5", "1234.5"),
            ("1 234,5", "1234.5"),
            ("1\u{202f}234\u{202f}567", "1234567"),
            ("1'234.5", "1234.5"),
            ("12,34,567.5", "1234567.5"),
            ("1.234.567", "1234567"),
            ("\u{2212}3,75", "-3.75"),
            ("-0.00", "0"),
            (".5", "0.5"),
            ("5.", "5"),
            ("0,125", "0.125"),
            ("1234,567", "1234.567"),
        ] {
            for sign in [Point, Comma] {
                assert_eq!(canonical_number(raw, sign).as_deref(), Some(number), "{raw}");
            }
        }
    }

    #[test]
    fn three_figures_behind_one_sign_are_what_the_file_says() {
        let read = |raw| [Point, Comma].map(|sign| canonical_number(raw, sign).unwrap());
        assert_eq!(read("1.234"), ["1.234", "1234"]);
        assert_eq!(read("1,234"), ["1234", "1.234"]);
        let shown: Vec<_> = ["1.5", "1,5", "1.234,5", "1,234,567", "1.234.567", "1.234", "12", "x"]
            .into_iter()
            .map(decimal_sign_shown_by)
            .collect();
        let (point, comma) = (Some(Point), Some(Comma));
        assert_eq!(shown, [point, comma, comma, point, comma, None, None, None]);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for raw in [
            "",
            " ",
            "-",
            ".",
            "abc",
            "12 kg",
            "1e5",
            "1,23,4",
            "1.2.3",
            "1,234 567",
            "--1",
            "1-2",
            "50%",
            "€5",
        ] {
            assert_eq!(canonical_number(raw, Point), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn a_number_reads_back_as_it_is_kept(raw in "[-+]?[0-9]{1,9}([., ][0-9]{1,4}){0,3}") {
            for sign in [Point, Comma] {
                if let Some(kept) = canonical_number(&raw, sign) {
                    // The stored number has a point, as in CrystalQore CSV.
                    prop_assert_eq!(canonical_number(&kept, Point), Some(kept.clone()));
                }
            }
        }

        #[test]
        fn figures_alone_keep_their_value(n in any::<i64>()) {
            prop_assert_eq!(canonical_number(&n.to_string(), Comma), Some(n.to_string()));
        }

        #[test]
        fn nothing_breaks_it(raw in any::<String>()) {
            let _ = canonical_number(&raw, Comma);
            let _ = decimal_sign_shown_by(&raw);
        }
    }
}
