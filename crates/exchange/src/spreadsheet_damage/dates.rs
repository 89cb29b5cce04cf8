//! Texts that a spreadsheet mistakes for dates and rewrites as dates.

use model::{Birthday, month_named};

/// A longer text is not a date.
const LONGEST: usize = 24;

/// A piece of a text: a number with its count of digits, or a month.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Number { value: u16, digits: usize },
    Month(u16),
}

/// One way to read a text as a date. The day or the year may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reading {
    day: Option<u16>,
    month: u16,
    year: Option<u16>,
}

/// Whether `given` is how a spreadsheet writes the day or month for which it mistakes `stored`: `1-2` becomes `2-Jan`,
/// `MAR1` becomes `1-Mar`, `3/2024` becomes `Mar-24`, `2024-01-05` becomes `1/5/2024`.
pub fn is_made_a_date(stored: &str, given: &str) -> bool {
    let Some(before) = pieces(stored) else { return false };
    let of_stored = readings(&before);
    if let Some(day) = Birthday::from_day_number(given) {
        let of_given = Reading {
            day: Some(u16::from(day.day())),
            month: u16::from(day.month()),
            year: day.year().map(|year| year % 100),
        };
        return of_stored
            .iter()
            .any(|old| old.day.is_some() && of_given.agrees_with(old));
    }
    let Some(after) = pieces(given) else { return false };
    let has_name = after.iter().any(|piece| matches!(piece, Piece::Month(_)));
    if !(has_name || after.len() == 3) || is_edit_of_numbers(&before, &after, stored, given) {
        return false;
    }
    let of_given = readings(&after);
    of_given
        .iter()
        .any(|new| of_stored.iter().any(|old| new.agrees_with(old)))
}

/// Whether a numeric date was edited by a person: the separators are the same, so another order is another date.
fn is_edit_of_numbers(before: &[Piece], after: &[Piece], stored: &str, given: &str) -> bool {
    let sign = |text: &str| text.chars().find(|c| !c.is_alphanumeric());
    let value = |piece: &Piece| match piece {
        Piece::Number { value, .. } => Some(value % 100),
        Piece::Month(_) => None,
    };
    let values = |pieces: &[Piece]| pieces.iter().map(value).collect::<Option<Vec<_>>>();
    match (values(before), values(after)) {
        (Some(old), Some(new)) => old.len() == 3 && sign(stored) == sign(given) && old != new,
        _ => false,
    }
}

/// Returns the numbers and the month name in a text with two or three of them; `None` for other texts.
fn pieces(text: &str) -> Option<Vec<Piece>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_like = |c: char| match first {
            '0'..='9' => c.is_ascii_digit(),
            _ => first.is_alphabetic() && c.is_alphabetic(),
        };
        let end = rest.find(|c| !is_like(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if word.is_empty() {
            if !matches!(first, '-' | '/' | '.' | ',' | ' ') {
                return None;
            }
            rest = &rest[first.len_utf8()..];
            continue;
        }
        pieces.push(match first {
            '0'..='9' if word.len() <= 4 => Piece::Number {
                value: word.parse().ok()?,
                digits: word.len(),
            },
            '0'..='9' => return None,
            _ => Piece::Month(month_named(word)?.into()),
        });
        rest = behind;
    }
    (2..=3).contains(&pieces.len()).then_some(pieces)
}

fn readings(pieces: &[Piece]) -> Vec<Reading> {
    use Piece::{Month, Number};
    let mut readings = Vec::new();
    let mut add = |day: Option<Piece>, month: u16, year: Option<Piece>| {
        let day = day.map(day_of);
        let year = year.map(year_of);
        let is_real = (1..=12).contains(&month) && day != Some(None) && year != Some(None);
        let (day, year) = (day.flatten(), year.flatten());
        if is_real {
            readings.push(Reading { day, month, year });
        }
    };
    match *pieces {
        [Month(month), number @ Number { .. }] | [number @ Number { .. }, Month(month)] => {
            add(Some(number), month, None);
            add(None, month, Some(number));
        }
        [a @ Number { value: first, .. }, b @ Number { value: second, .. }] => {
            add(Some(a), second, None);
            add(Some(b), first, None);
            add(None, first, Some(b));
            add(None, second, Some(a));
        }
        [a @ Number { .. }, Month(month), b @ Number { .. }] => {
            add(Some(a), month, Some(b));
            add(Some(b), month, Some(a));
        }
        [Month(month), day @ Number { .. }, year @ Number { .. }] => add(Some(day), month, Some(year)),
        [
            year @ Number { digits: 4, .. },
            Number { value: month, .. },
            day @ Number { .. },
        ] => {
            add(Some(day), month, Some(year));
        }
        [
            a @ Number { value: first, .. },
            b @ Number { value: second, .. },
            year @ Number { .. },
        ] => {
            add(Some(a), second, Some(year));
            add(Some(b), first, Some(year));
        }
        _ => {}
    }
    readings
}

fn day_of(piece: Piece) -> Option<u16> {
    match piece {
        Piece::Number { value, digits: 1 | 2 } if (1..=31).contains(&value) => Some(value),
        _ => None,
    }
}

/// Returns the last two digits of a year, because spreadsheets shorten years of four digits.
fn year_of(piece: Piece) -> Option<u16> {
    match piece {
        Piece::Number { value, digits: 2 | 4 } => Some(value % 100),
        _ => None,
    }
}

impl Reading {
    /// Whether this may be written for another reading: a spreadsheet adds the current year to a day, and the first day
    /// to a month.
    fn agrees_with(&self, stored: &Self) -> bool {
        let same = |new: Option<u16>, old: Option<u16>| new.is_none() || old.is_none() || new == old;
        let have_day = self.day.is_some() && self.day == stored.day;
        let have_year = self.year.is_some() && self.year == stored.year;
        self.month == stored.month
            && (have_day || have_year)
            && (same(self.day, stored.day) || stored.day.is_none())
            && same(self.year, stored.year)
    }
}
