//! Birthdays, with or without a year, from the ways in which people and programs write dates.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A day of birth; the year may be unknown. Written `1984-03-09`, or `--03-09` without a year (as in vCard, RFC 6350).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Birthday {
    year: Option<u16>,
    month: u8,
    day: u8,
}

/// The order of day and month in dates such as `03/04/1980`. It is told from the whole column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// 04 March is `04/03`.
    #[default]
    DayFirst,
    /// 04 March is `03/04`.
    MonthFirst,
}

/// The leap year that Apple writes where no year is known. Nobody in a contact list was born in it.
const APPLES_NO_YEAR: u16 = 1604;

impl Birthday {
    /// The year, if it is known.
    pub fn year(self) -> Option<u16> {
        self.year
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// A real day, or none. In 1604 it is a day without a year: what is written must read back as it was.
    pub fn new(year: Option<u16>, month: u8, day: u8) -> Option<Self> {
        let year = year.filter(|y| *y != APPLES_NO_YEAR);
        is_real(year, month, day).then_some(Self { year, month, day })
    }

    /// Reads a date. `order` decides where day and month cannot be told apart. None if it is no date.
    pub fn parse(raw: &str, order: DateOrder) -> Option<Self> {
        DateParts::read(raw)?.resolve(order, Self::new)
    }

    /// Whether the text is the empty date of a program (`0/0/00`, `00.00.0000`), which is no birthday.
    pub fn is_empty_date(raw: &str) -> bool {
        let digits = raw.chars().filter(char::is_ascii_digit).count();
        digits >= 3
            && raw
                .chars()
                .all(|c| c == '0' || matches!(c, '/' | '-' | '.' | ' ' | ':'))
    }

    /// What one value says of the order in its column; none if it fits both or is no such date.
    pub fn order_told_by(raw: &str) -> Option<DateOrder> {
        let DateParts::Numbers {
            a,
            b,
            year_first: false,
            ..
        } = DateParts::read(raw)?
        else {
            return None;
        };
        match (a, b) {
            (13..=31, 1..=12) => Some(DateOrder::DayFirst),
            (1..=12, 13..=31) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

impl fmt::Display for Birthday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}-{:02}-{:02}", self.month, self.day),
            None => write!(f, "--{:02}-{:02}", self.month, self.day),
        }
    }
}

impl From<Birthday> for String {
    fn from(b: Birthday) -> Self {
        b.to_string()
    }
}

impl TryFrom<String> for Birthday {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text, DateOrder::DayFirst).ok_or("not a birthday")
    }
}

/// Whether there is such a day. Without a year, the 29th of February is one.
fn is_real(year: Option<u16>, month: u8, day: u8) -> bool {
    let leap = year.is_none_or(|y| y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400)));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day) && year.is_none_or(|y| (1..=9999).contains(&y))
}

/// Reads a date with a year, of whatever it may be the date, and writes it as `1984-03-09`. None if it is none.
pub(crate) fn whole_date(raw: &str, order: DateOrder) -> Option<String> {
    DateParts::read(raw)?.resolve(order, |year, month, day| {
        let year = year.filter(|_| is_real(year, month, day))?;
        Some(format!("{year:04}-{month:02}-{day:02}"))
    })
}

/// What can be read off a date before its order is known.
enum DateParts {
    /// Two numbers for day and month, in a row, and perhaps a year.
    Numbers {
        a: u8,
        b: u8,
        year: Option<u16>,
        year_first: bool,
    },
    /// The month was a word.
    Named { day: u8, month: u8, year: Option<u16> },
}

impl DateParts {
    fn read(raw: &str) -> Option<Self> {
        let text = raw.trim();
        if text.len() > 40 {
            return None;
        }
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Self::Numbers {
                a: number(&text[4..6])?,
                b: number(&text[6..8])?,
                year: text[..4].parse().ok(),
                year_first: true,
            });
        }
        let text = text.strip_prefix("--").unwrap_or(text);
        let words: Vec<&str> = text
            .split(['/', '-', '.', ',', ' ', 'T', '年', '月', '日'])
            .filter(|w| !w.is_empty() && !matches!(*w, "de" | "of" | "г"))
            .take_while(|w| !w.contains(':'))
            .collect();
        if let Some(at) = words.iter().position(|w| month_by_name(w).is_some()) {
            return Self::read_named(&words, at);
        }
        match *words.as_slice() {
            [y, a, b] if y.len() == 4 => Some(Self::Numbers {
                a: number(a)?,
                b: number(b)?,
                year: Some(y.parse().ok()?),
                year_first: true,
            }),
            [a, b, y] if y.len() == 4 || y.len() == 2 => Some(Self::Numbers {
                a: number(a)?,
                b: number(b)?,
                year: Some(full_year(y)?),
                year_first: false,
            }),
            // Without a year only the standard's own form: in `04/05` nobody can tell the day from the month.
            [a, b] if raw.trim_start().starts_with("--") => Some(Self::Numbers {
                a: number(a)?,
                b: number(b)?,
                year: None,
                year_first: true,
            }),
            _ => None,
        }
    }

    fn read_named(words: &[&str], at: usize) -> Option<Self> {
        let month = month_by_name(words[at])?;
        let mut numbers = words.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, w)| *w);
        let (first, second) = (numbers.next()?, numbers.next());
        let (day, year) = match second {
            Some(second) if first.len() == 4 => (second, Some(first)),
            second => (first, second),
        };
        let day = day.trim_end_matches(|c: char| c.is_alphabetic());
        Some(Self::Named {
            day: number(day)?,
            month,
            year: year.map(full_year).transpose_ok()?,
        })
    }

    /// Makes a date with `make`, which says whether there is such a day.
    fn resolve<T>(self, order: DateOrder, make: impl Fn(Option<u16>, u8, u8) -> Option<T>) -> Option<T> {
        match self {
            Self::Named { day, month, year } => make(year, month, day),
            Self::Numbers {
                a,
                b,
                year,
                year_first: true,
            } => make(known_year(year), a, b),
            Self::Numbers { a, b, year, .. } => {
                let (day, month) = match order {
                    DateOrder::DayFirst => (a, b),
                    DateOrder::MonthFirst => (b, a),
                };
                let year = known_year(year);
                make(year, month, day).or_else(|| make(year, day, month))
            }
        }
    }
}

/// `Some(None)` becomes none: a year that cannot be read spoils the date, a missing one does not.
trait TransposeOk<T> {
    fn transpose_ok(self) -> Option<Option<T>>;
}

impl<T> TransposeOk<T> for Option<Option<T>> {
    fn transpose_ok(self) -> Option<Option<T>> {
        match self {
            None => Some(None),
            Some(None) => None,
            Some(Some(v)) => Some(Some(v)),
        }
    }
}

/// Programs write 0 where no year is known.
fn known_year(year: Option<u16>) -> Option<u16> {
    year.filter(|y| *y != 0)
}

fn number(word: &str) -> Option<u8> {
    if word.len() > 2 { None } else { word.parse().ok() }
}

/// Two digits are a year of the last hundred years, seen from 2030.
fn full_year(word: &str) -> Option<u16> {
    let year: u16 = word.parse().ok()?;
    Some(match word.len() {
        2 if year > 30 => 1900 + year,
        2 => 2000 + year,
        4 => year,
        _ => return None,
    })
}

fn month_by_name(word: &str) -> Option<u8> {
    const NAMES: [&[&str]; 12] = [
        &["jan", "ene", "gen", "янв", "sty", "led", "oca"],
        &["feb", "fév", "fev", "фев", "lut", "úno", "şub"],
        &["mar", "mär", "мар", "maa"],
        &["apr", "avr", "abr", "апр", "kwi", "dub", "nis"],
        &["may", "mai", "mag", "maj", "мая", "май", "mei"],
        &["jun", "juin", "giu", "июн", "cze", "čvn", "haz"],
        &["jul", "juil", "lug", "июл", "lip", "čvc", "tem"],
        &["aug", "aoû", "aou", "ago", "авг", "sie", "srp", "ağu"],
        &["sep", "set", "сен", "wrz", "zář", "eyl"],
        &["oct", "okt", "ott", "out", "окт", "paź", "říj", "eki"],
        &["nov", "ноя", "lis", "kas"],
        &["dec", "dez", "déc", "dic", "дек", "gru", "pro", "ara"],
    ];
    let lower = word.to_lowercase();
    if lower.chars().count() < 3 || lower.chars().any(|c| !c.is_alphabetic()) {
        return None;
    }
    (1..)
        .zip(NAMES)
        .find(|(_, names)| names.iter().any(|n| lower.starts_with(n)))
        .map(|(month, _)| month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DateOrder::{DayFirst, MonthFirst};

    #[test]
    fn reads_dates_as_programs_write_them() {
        for (raw, order, want) in [
            ("1984-03-09", DayFirst, "1984-03-09"),
            ("1984-03-09T00:00:00Z", DayFirst, "1984-03-09"),
            ("19840309", DayFirst, "1984-03-09"),
            ("03.11.1975", DayFirst, "1975-11-03"),
            ("7/14/1979", DayFirst, "1979-07-14"),
            ("09/07/1966", MonthFirst, "1966-09-07"),
            ("April 30", DayFirst, "--04-30"),
            ("--04-05", DayFirst, "--04-05"),
            ("1604-04-05", DayFirst, "--04-05"),
            ("12 Mar 2024", DayFirst, "2024-03-12"),
            ("February 3, 1990", DayFirst, "1990-02-03"),
            ("7-Feb-62", DayFirst, "1962-02-07"),
            ("3 de mayo de 1980", DayFirst, "1980-05-03"),
            ("1990年2月7日", DayFirst, "1990-02-07"),
        ] {
            assert_eq!(
                Birthday::parse(raw, order).map(|b| b.to_string()).as_deref(),
                Some(want),
                "{raw}"
            );
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for year in [None, Some(1), Some(99), Some(1604), Some(1984), Some(9999)] {
            let day = Birthday::new(year, 2, 3).unwrap();
            assert_eq!(Birthday::parse(&day.to_string(), MonthFirst), Some(day), "{year:?}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for raw in ["", "04/30", "31.02.1980", "soon", "May", "12", "1/2/3/4", "2024-13-01"] {
            assert_eq!(Birthday::parse(raw, DayFirst), None, "{raw}");
        }
    }

    #[test]
    fn empty_dates_are_known() {
        assert!(Birthday::is_empty_date("0/0/00"));
        assert!(Birthday::is_empty_date("0000-00-00"));
        assert!(!Birthday::is_empty_date("1/1/00"));
    }

    #[test]
    fn a_column_tells_its_order() {
        assert_eq!(Birthday::order_told_by("25/12/1980"), Some(DayFirst));
        assert_eq!(Birthday::order_told_by("12/25/1980"), Some(MonthFirst));
        assert_eq!(Birthday::order_told_by("12/11/1980"), None);
        assert_eq!(Birthday::order_told_by("1980-12-25"), None);
    }
}
