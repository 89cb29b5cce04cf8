//! Birthdays, with or without a year, parsed from the date formats that people and programs write.

use crate::month_names::{is_weekday, month_named};
use crate::text::ascii_digits;
use compact_str::{CompactString, ToCompactString};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A day of birth; the year may be unknown. Formatted as `1984-03-09`, or as `--03-09` without a year (as in vCard,
/// RFC 6350).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "CompactString", into = "CompactString")]
pub struct Birthday {
    year: Option<u16>,
    month: u8,
    day: u8,
}

/// The order of day and month in dates such as `03/04/1980`. It is detected from the whole column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// 04 March is `04/03`.
    #[default]
    DayFirst,
    /// 04 March is `03/04`.
    MonthFirst,
}

/// The leap year that Apple writes if the year is unknown. Nobody in a contact list was born in it.
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

    /// Creates a birthday. `None` if the day does not exist. The year 1604 is dropped, so that a birthday that was
    /// written with Apple's placeholder reads back as it was.
    pub fn new(year: Option<u16>, month: u8, day: u8) -> Option<Self> {
        let year = year.filter(|y| *y != APPLES_NO_YEAR);
        is_real(year, month, day).then_some(Self { year, month, day })
    }

    /// Parses a date. `order` decides where day and month are ambiguous. `None` if it is not a date.
    pub fn parse(raw: &str, order: DateOrder) -> Option<Self> {
        DateParts::read(raw)?.resolve(order, Self::new)
    }

    /// Converts the day number of a spreadsheet, counted from 1900: 22719 is 1962-03-14. `None` for other numbers,
    /// such as years.
    pub fn from_day_number(raw: &str) -> Option<Self> {
        let (whole, fraction) = raw.trim().split_once('.').unwrap_or((raw.trim(), ""));
        let is_number =
            (4..=5).contains(&whole.len()) && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
        let number: i64 = whole.parse().ok().filter(|_| is_number)?;
        let (year, month, day) = DAY_NUMBERS.contains(&number).then(|| civil_day(number - 25_569))?;
        Self::new(u16::try_from(year).ok(), month, day)
    }

    /// Whether programs write this day for a missing date: 4501-01-01 in Outlook, 1899-12-30 in Access.
    pub fn is_placeholder(self) -> bool {
        is_placeholder(self.year, self.month, self.day)
            || matches!((self.year, self.month, self.day), (Some(1900 | 1904), 1, 1))
    }

    /// Whether the text is a program's empty date (`0/0/00`, `00.00.0000`, `1/0/1900`), which is not a birthday.
    pub fn is_empty_date(raw: &str) -> bool {
        let digits = raw.chars().filter(char::is_ascii_digit).count();
        let blank = |text: &str| {
            text.chars()
                .all(|c| c == '0' || matches!(c, '/' | '-' | '.' | ' ' | ':' | 'T' | 'Z'))
        };
        if digits >= 3 && blank(raw) {
            return true;
        }
        // Day number 0 of a spreadsheet.
        let day = raw.trim().split(' ').next().unwrap_or_default();
        matches!(
            day,
            "1/0/1900" | "01/00/1900" | "00.01.1900" | "00/01/1900" | "0/1/1900" | "1900-01-00" | "1/0/00"
        )
    }

    /// Returns what a value shows about the order of day and month in its column.
    pub fn order_evidence(raw: &str) -> OrderEvidence {
        match DateParts::read(raw) {
            Some(DateParts::Numbers {
                a,
                b,
                year_first: false,
                ..
            }) => match (a, b) {
                (13..=31, 1..=12) => OrderEvidence::Only(DateOrder::DayFirst),
                (1..=12, 13..=31) => OrderEvidence::Only(DateOrder::MonthFirst),
                (1..=12, 1..=12) if a != b => OrderEvidence::Either,
                _ => OrderEvidence::None,
            },
            _ => OrderEvidence::None,
        }
    }
}

/// What a date shows about the order of day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderEvidence {
    /// Nothing: it is not a date, or both orders result in the same day.
    None,
    /// It is valid in both orders, but as different days.
    Either,
    /// It is valid in this order only.
    Only(DateOrder),
}

/// The day numbers that are accepted as days of birth: from 1905 to 2036. Smaller numbers are more likely years.
const DAY_NUMBERS: std::ops::RangeInclusive<i64> = 2101..=50_000;

/// Returns the date that is `days` days after 1970-01-01 (the algorithm of Howard Hinnant, `civil_from_days`).
fn civil_day(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    // Both are small: a month and a day of the month.
    (
        year,
        u8::try_from(month).unwrap_or_default(),
        u8::try_from(day).unwrap_or_default(),
    )
}

/// Whether programs write this date for a missing one.
fn is_placeholder(year: Option<u16>, month: u8, day: u8) -> bool {
    matches!(
        (year, month, day),
        (Some(1 | 1601 | 1753 | 4501), 1, 1) | (Some(1899), 12, 30 | 31) | (Some(9999), 12, 31)
    )
}

/// Whether programs write this whole date (`1984-03-09`) for a missing one.
pub fn is_placeholder_date(date: &str) -> bool {
    matches!(
        date,
        "0001-01-01" | "1601-01-01" | "1753-01-01" | "4501-01-01" | "1899-12-30" | "1899-12-31" | "9999-12-31"
    )
}

impl fmt::Display for Birthday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}-{:02}-{:02}", self.month, self.day),
            None => write!(f, "--{:02}-{:02}", self.month, self.day),
        }
    }
}

impl From<Birthday> for CompactString {
    fn from(b: Birthday) -> Self {
        b.to_compact_string()
    }
}

impl TryFrom<CompactString> for Birthday {
    type Error = &'static str;

    fn try_from(text: CompactString) -> Result<Self, Self::Error> {
        Self::parse(&text, DateOrder::DayFirst).ok_or("not a birthday")
    }
}

/// Whether the day exists. Without a year, 29 February does.
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

/// Parses a date with a year, of any kind, and formats it as `1984-03-09`. `None` if it is not such a date.
pub(crate) fn whole_date(raw: &str, order: DateOrder) -> Option<String> {
    DateParts::read(raw)?.resolve(order, |year, month, day| {
        let year = year.filter(|_| is_real(year, month, day))?;
        Some(format!("{year:04}-{month:02}-{day:02}"))
    })
}

/// The parts of a date before the order of day and month is known.
enum DateParts {
    /// Two adjacent numbers for day and month, and possibly a year.
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
        if text.len() > 100 {
            return None;
        }
        let digits = ascii_digits(text);
        let text = without_time(&digits);
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Self::read_figures(text);
        }
        let (dashes, text) = match text.strip_prefix("--") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        // The form of vCards for a day without a year: `--0709`.
        if dashes && text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Self::Numbers {
                a: number(&text[..2])?,
                b: number(&text[2..])?,
                year: None,
                year_first: true,
            });
        }
        let mut words: Vec<&str> = text
            .split(['/', '-', '.', ',', ' ', '年', '月', '日', '년', '월', '일'])
            .map(|word| word.trim_matches(['\'', '(', ')']))
            .filter(|word| !word.is_empty() && !is_filler(word))
            .take_while(|word| !word.contains(':'))
            .collect();
        let months = words.iter().filter(|word| month_named(word).is_some()).count();
        // `mar. 4 mars` begins with a Tuesday (`mardi`), `mar 4` with a month.
        words.retain(|word| !is_weekday(word) || months == 1 && month_named(word).is_some() && word.len() == 3);
        if let Some(at) = words.iter().position(|word| month_named(word).is_some()) {
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
            // Without a year: the standard form, or the order of the column. `1.5` is more likely a number.
            [a, b]
                if dashes
                    || text.contains(['/', '-', '月', '월'])
                    || text.ends_with('.')
                    || text.len() == 5 && text.contains('.') =>
            {
                Some(Self::Numbers {
                    a: number(a)?,
                    b: number(b)?,
                    year: None,
                    year_first: dashes || text.contains(['月', '월']),
                })
            }
            _ => None,
        }
    }

    /// Eight digits without separators: `19840309`, or `09031984` if the first four are not a year.
    fn read_figures(text: &str) -> Option<Self> {
        let year: u16 = text[..4].parse().ok()?;
        if number(&text[4..6]).is_some_and(|month| month <= 12) && (year >= 1800 || year == 0) {
            return Some(Self::Numbers {
                a: number(&text[4..6])?,
                b: number(&text[6..])?,
                year: Some(year),
                year_first: true,
            });
        }
        Some(Self::Numbers {
            a: number(&text[..2])?,
            b: number(&text[2..4])?,
            year: text[4..].parse().ok(),
            year_first: false,
        })
    }

    fn read_named(words: &[&str], at: usize) -> Option<Self> {
        let month = month_named(words[at])?;
        let mut numbers = words.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, w)| *w);
        let (first, second) = (numbers.next()?, numbers.next());
        let (day, year) = match second {
            Some(second) if first.len() == 4 && first.bytes().all(|b| b.is_ascii_digit()) => (second, Some(first)),
            second => (first, second),
        };
        let day = day.trim_end_matches(|c: char| c.is_alphabetic());
        Some(Self::Named {
            day: number(day)?,
            month,
            year: year
                .map(|year| full_year(year.trim_end_matches(char::is_alphabetic)))
                .transpose_ok()?,
        })
    }

    /// Creates a date with `make`, which returns `None` if the day does not exist.
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

/// Transposes a nested option: an unreadable year (`Some(None)`) makes the date invalid, a missing one does not.
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

/// Programs write 0 if the year is unknown.
fn known_year(year: Option<u16>) -> Option<u16> {
    year.filter(|y| *y != 0)
}

fn number(word: &str) -> Option<u8> {
    if word.len() > 2 { None } else { word.parse().ok() }
}

/// Parses a year; one of two digits is in the years 1931 to 2030.
fn full_year(word: &str) -> Option<u16> {
    let year: u16 = word.parse().ok()?;
    Some(match word.len() {
        2 if year > 30 => 1900 + year,
        2 => 2000 + year,
        4 => year,
        _ => return None,
    })
}

/// Returns the text before the `T` of a time: `1984-03-09T00:00:00Z`.
fn without_time(text: &str) -> &str {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let time = (1..bytes.len()).find(|at| bytes[*at] == b'T' && digit(at - 1) && digit(at + 1));
    time.map_or(text, |at| &text[..at])
}

/// Whether a word within a date has no meaning of its own.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "de" | "of"
            | "г"
            | "г."
            | "года"
            | "року"
            | "р"
            | "del"
            | "den"
            | "the"
            | "le"
            | "el"
            | "il"
            | "am"
            | "of."
            | "år"
            | "d"
    )
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
        for raw in [
            "",
            "31.02.1980",
            "soon",
            "May",
            "12",
            "1.5",
            "12 30",
            "05/1985",
            "13/14",
            "1/2/3/4",
            "2024-13-01",
            "sometime in May",
        ] {
            assert_eq!(Birthday::parse(raw, DayFirst), None, "{raw}");
        }
    }

    #[test]
    fn day_and_month_without_a_year_follow_the_order() {
        for (raw, order, want) in [
            ("7/22", MonthFirst, "--07-22"),
            ("7/22", DayFirst, "--07-22"),
            ("2/29", MonthFirst, "--02-29"),
            ("11/30", MonthFirst, "--11-30"),
            ("04/05", MonthFirst, "--04-05"),
            ("04/05", DayFirst, "--05-04"),
            ("22.07.", DayFirst, "--07-22"),
            ("22.07", DayFirst, "--07-22"),
            ("3.4.", DayFirst, "--04-03"),
            ("22-07", DayFirst, "--07-22"),
            ("1. Dezember", DayFirst, "--12-01"),
            ("4-Mar", DayFirst, "--03-04"),
            ("12月25日", DayFirst, "--12-25"),
            ("4 de julio", DayFirst, "--07-04"),
        ] {
            let read = Birthday::parse(raw, order).map(|b| b.to_string());
            assert_eq!(read.as_deref(), Some(want), "{raw}");
        }
    }

    #[test]
    fn dates_in_words_are_read_in_many_languages() {
        for raw in [
            "4 mars 1985",
            "4. März 1985",
            "04-Mar-85",
            "Monday, March 4, 1985",
            "Mon 4 March 1985",
            "Montag, 4. März 1985",
            "Mo., 04.03.1985",
            "lundi 4 mars 1985",
            "lun. 4 mars 1985",
            "lunes, 4 de marzo de 1985",
            "lunedì 4 marzo 1985",
            "segunda-feira, 4 de março de 1985",
            "maandag 4 maart 1985",
            "4 mrt 1985",
            "poniedziałek, 4 marca 1985",
            "4. března 1985",
            "1985. március 4.",
            "4. maaliskuuta 1985",
            "4 Mart 1985 Pazartesi",
            "4 марта 1985 г.",
            "понедельник, 4 марта 1985 г.",
            "1985年3月4日",
            "1985년 3월 4일",
            "March 4th, 1985",
            "the 4th of March 1985",
            "Mar 4, 1985 12:00:00 AM",
            "Thu Mar 04 1985 00:00:00 GMT+0100 (CET)",
            "Mon Mar 04 1985 00:00:00 GMT+0100 (Central European Standard Time)",
            "1985-03-04T00:00:00.000Z",
            "1985-03-04 00:00:00",
            "1985/03/04 00:00",
            "1985.03.04.",
            "19850304",
            "19850304T000000Z",
            "04031985",
            "٠٤/٠٣/١٩٨٥",
        ] {
            let read = Birthday::parse(raw, DayFirst).map(|b| b.to_string());
            assert_eq!(read.as_deref(), Some("1985-03-04"), "{raw}");
        }
        let tuesday = Birthday::parse("mar. 5 mars 1985", DayFirst).map(|b| b.to_string());
        assert_eq!(tuesday.as_deref(), Some("1985-03-05"));
    }

    #[test]
    fn day_numbers_of_spreadsheets_are_days() {
        for (raw, want) in [
            ("22719", "1962-03-14"),
            ("31250", "1985-07-22"),
            ("31250.0", "1985-07-22"),
            ("9998", "1927-05-16"),
            ("36526", "2000-01-01"),
            ("36585", "2000-02-29"),
            ("44197.5", "2021-01-01"),
            ("2102", "1905-10-02"),
        ] {
            let read = Birthday::from_day_number(raw).map(|b| b.to_string());
            assert_eq!(read.as_deref(), Some(want), "{raw}");
        }
        for raw in ["1985", "2021", "94105", "123", "850304", "31,250", "x1250", ""] {
            assert_eq!(Birthday::from_day_number(raw), None, "{raw}");
        }
    }

    #[test]
    fn placeholders_of_programs_are_no_days() {
        for raw in [
            "1/1/4501",
            "4501-01-01",
            "0001-01-01T00:00:00",
            "12/30/1899",
            "30.12.1899",
            "1899-12-31",
            "31/12/9999",
            "1753-01-01",
            "1900-01-01",
        ] {
            assert!(
                Birthday::parse(raw, MonthFirst).is_some_and(Birthday::is_placeholder),
                "{raw}"
            );
        }
        for raw in ["1985-01-01", "1899-12-29", "2000-01-01", "1970-01-01", "--01-01"] {
            assert!(
                !Birthday::parse(raw, MonthFirst).is_some_and(Birthday::is_placeholder),
                "{raw}"
            );
        }
    }

    #[test]
    fn empty_dates_are_known() {
        assert!(Birthday::is_empty_date("0/0/00"));
        assert!(Birthday::is_empty_date("0000-00-00"));
        assert!(Birthday::is_empty_date("0000-00-00 00:00:00"));
        assert!(Birthday::is_empty_date("00.00.0000"));
        assert!(Birthday::is_empty_date("1/0/1900"));
        assert!(!Birthday::is_empty_date("1/1/00"));
    }

    #[test]
    fn a_column_tells_its_order() {
        for (raw, evidence) in [
            ("25/12/1980", OrderEvidence::Only(DayFirst)),
            ("12/25/1980", OrderEvidence::Only(MonthFirst)),
            ("12/25", OrderEvidence::Only(MonthFirst)),
            ("25.12.", OrderEvidence::Only(DayFirst)),
            ("12/11/1980", OrderEvidence::Either),
            ("11/11/1980", OrderEvidence::None),
            ("1980-12-25", OrderEvidence::None),
            ("5 May 1980", OrderEvidence::None),
            ("soon", OrderEvidence::None),
        ] {
            assert_eq!(Birthday::order_evidence(raw), evidence, "{raw}");
        }
    }
}
