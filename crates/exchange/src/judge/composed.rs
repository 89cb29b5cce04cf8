//! Composes values that a file spreads over several columns before they are read: calling code, area code, number and
//! extension; day, month and year; street, house number and flat; "van der" and the family name.

use crate::formula_guard::unguarded;
use crate::mapping::{BoundMapping, Piece};
use crate::open::Record;
use model::{Birthday, DateOrder, Phone, Slot, region_of_country};

/// Returns the composed cells of a row, by the column that holds the main part; `None` for all other columns.
pub fn compose(mapping: &BoundMapping, record: Record<'_>) -> Vec<Option<String>> {
    if !mapping.has_pieces() {
        return Vec::new();
    }
    let cell = |at: usize| unguarded(record.get(at).unwrap_or_default().trim()).to_owned();
    let mut composed: Vec<Option<String>> = vec![None; mapping.columns().len()];
    let mut phones: Vec<(usize, PhonePieces)> = Vec::new();
    let mut birthday: Option<(usize, [String; 3])> = None;
    for (at, column) in mapping.columns().iter().enumerate() {
        let (Some(piece), Some(main)) = (column.piece, column.piece_of) else {
            continue;
        };
        let value = cell(at);
        let whole = composed[main].clone().unwrap_or_else(|| cell(main));
        match piece {
            Piece::CallingCode | Piece::AreaCode | Piece::Extension => {
                if phones.last().is_none_or(|(known, _)| *known != main) {
                    phones.push((main, PhonePieces::default()));
                }
                if let Some((_, pieces)) = phones.iter_mut().find(|(known, _)| *known == main) {
                    pieces.set(piece, value);
                }
            }
            Piece::Day | Piece::Month | Piece::Year => {
                let (_, parts) = birthday.get_or_insert_with(|| (main, Default::default()));
                parts[piece as usize - Piece::Day as usize] = value;
            }
            Piece::HouseNumber if has_number(&whole, &value) => composed[main] = Some(whole),
            Piece::HouseNumber if at < main => composed[main] = Some(joined(&value, &whole, " ")),
            Piece::HouseNumber => composed[main] = Some(joined(&whole, &value, " ")),
            Piece::Unit if value.chars().count() <= 4 && ends_with_digit(&whole) => {
                composed[main] = Some(joined(&whole, &value, " "));
            }
            Piece::Unit => composed[main] = Some(joined(&whole, &value, ", ")),
            Piece::NamePrefix => composed[main] = Some(joined(&value, &whole, " ")),
            Piece::Further if column.slot == Some(Slot::FullName) => {
                composed[main] = Some(if whole.is_empty() { value } else { whole });
            }
            Piece::Further => {
                let gap = match column.slot {
                    Some(Slot::Text(model::TextField::Notes)) => "\n",
                    _ => " ",
                };
                composed[main] = Some(joined(&whole, &value, gap));
            }
            Piece::Place | Piece::LastFirst => {}
        }
    }
    for (main, pieces) in phones {
        composed[main] = Some(pieces.number(&cell(main)));
    }
    if let Some((main, parts)) = birthday {
        composed[main] = Some(date(&parts));
    }
    composed
}

/// Whether a street begins or ends with the house number.
fn has_number(street: &str, number: &str) -> bool {
    let mut words = street.split_whitespace();
    words.next() == Some(number) || words.next_back() == Some(number)
}

fn ends_with_digit(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
}

/// Joins two texts with `gap` if both are present; a second text equal to the first is not repeated.
fn joined(first: &str, second: &str, gap: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (_, true) => first.to_owned(),
        (true, false) => second.to_owned(),
        (false, false) if first == second => first.to_owned(),
        (false, false) => format!("{first}{gap}{second}"),
    }
}

/// Returns a date in a form that the date parser accepts; pieces that are not a date are joined unchanged, for the
/// message.
fn date([day, month, year]: &[String; 3]) -> String {
    if [day, month, year].iter().all(|part| part.is_empty()) {
        return String::new();
    }
    let number = |text: &str| text.trim_end_matches('.').trim_end_matches(".0").parse::<u32>().ok();
    let month_number = number(month).or_else(|| month_by_name(month));
    match (number(day), month_number, number(year).filter(|year| *year > 0)) {
        (Some(day), Some(month), Some(year)) => format!("{year:04}-{month:02}-{day:02}"),
        (Some(day), Some(month), None) if year.is_empty() || year == "0" => format!("--{month:02}-{day:02}"),
        _ => [day.as_str(), month.as_str(), year.as_str()]
            .join(" ")
            .trim()
            .to_owned(),
    }
}

fn month_by_name(name: &str) -> Option<u32> {
    Birthday::parse(&format!("1 {name} 2000"), DateOrder::DayFirst).map(|day| u32::from(day.month()))
}

/// The pieces of a telephone number other than the number itself.
#[derive(Default)]
struct PhonePieces {
    calling: String,
    area: String,
    extension: String,
}

impl PhonePieces {
    fn set(&mut self, piece: Piece, value: String) {
        match piece {
            Piece::CallingCode => self.calling = value,
            Piece::AreaCode => self.area = value,
            _ => self.extension = value,
        }
    }

    /// Returns the whole number as a person would write it.
    fn number(&self, number: &str) -> String {
        if number.is_empty() {
            return String::new();
        }
        let number = match number.strip_suffix(".0") {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits,
            _ => number,
        };
        let mut whole = self.with_codes(number);
        let extension: String = self.extension.chars().filter(char::is_ascii_digit).collect();
        if !extension.is_empty() {
            whole.push_str(" ext. ");
            whole.push_str(&extension);
        }
        whole
    }

    fn with_codes(&self, number: &str) -> String {
        if number.starts_with('+') || number.starts_with("00") {
            return number.to_owned();
        }
        let local = match self.area.as_str() {
            "" => number.to_owned(),
            area => format!("{area} {number}"),
        };
        let code: String = self
            .calling
            .trim_start_matches("00")
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        if code.is_empty() {
            let region = region_of_country(&self.calling);
            let read = region.and_then(|region| Phone::parse(&local, Some(region)).ok());
            return read.map_or(local, |phone| phone.as_str().to_owned());
        }
        let without_zero = local.trim_start_matches(['(', ' ']).trim_start_matches('0');
        let ways = [
            format!("+{code} {local}"),
            format!("+{code} {without_zero}"),
            format!("+{number}"),
        ];
        let valid = ways.iter().find(|way| Phone::parse(way, None).is_ok());
        valid.cloned().unwrap_or_else(|| ways[0].clone())
    }
}
