//! Telephone numbers, as understood by a port of libphonenumber.
//!
//! Plain numbers are read and written by automata that are compiled from the metadata of that library (`plain.rs`), at
//! a fraction of the cost; everything else is left to the library itself (`library.rs`).

mod automaton;
mod dialing;
#[cfg(test)]
mod exactness_tests;
mod grouping;
mod library;
mod pattern;
mod plain;
mod plan;
mod problem;
#[cfg(test)]
mod random;
mod readable;
#[cfg(test)]
mod tests;

pub use problem::PhoneProblem;

use crate::text::clean;
use compact_str::CompactString;
use plain::{Digits, PlainNumber};
use readable::{PowerOfTen, power_of_ten, readable};
use rlibphonenumber::{PHONE_NUMBER_UTIL, Region as LibRegion};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A country whose numbers may be written without their country code: ISO 3166 alpha-2.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(LibRegion);

impl Region {
    /// Returns the region of an ISO 3166 alpha-2 code, ignoring case. `None` for a code without telephone numbers.
    pub fn from_code(code: &str) -> Option<Self> {
        let region = LibRegion::from_str(code.trim()).ok()?;
        PHONE_NUMBER_UTIL
            .get_country_code_for_region(region)
            .map(|_| Self(region))
    }

    pub const US: Region = Region(LibRegion::US);

    /// Returns the main country with the same country code: the United States for Canada.
    pub fn main(self) -> Self {
        let code = PHONE_NUMBER_UTIL.get_country_code_for_region(self.0);
        code.and_then(|code| PHONE_NUMBER_UTIL.get_region_for_country_code(code))
            .map_or(self, Self)
    }

    /// The alpha-2 code.
    pub fn code(self) -> String {
        self.0.to_string()
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A valid number: E.164, with its extension as `;ext=`, and the text that it was read from.
#[derive(Clone, Debug)]
pub struct Phone {
    value: CompactString,
    /// Empty if it equals the value.
    raw: CompactString,
}

/// Two numbers are equal if they reach the same line; their spelling does not matter.
impl PartialEq for Phone {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Phone {}

impl Phone {
    /// Parses a number. `region` is the country of a number without country code.
    ///
    /// # Errors
    /// Why the value is not a number. A number that cannot exist never becomes E.164.
    pub fn parse(raw: &str, region: Option<Region>) -> Result<Self, PhoneProblem> {
        Self::parse_with(raw, region, |text, region| {
            let plain = Digits::parse(text).and_then(|digits| Some(PlainNumber::read(&digits, region)?.value()));
            plain.map_or_else(|| library::read(text, region), Ok)
        })
    }

    fn parse_with(
        raw: &str,
        region: Option<Region>,
        read: impl Fn(&str, Option<LibRegion>) -> Result<CompactString, PhoneProblem>,
    ) -> Result<Self, PhoneProblem> {
        let text = clean(raw);
        let readable = readable(&text);
        let readable = match power_of_ten(&readable) {
            None => readable,
            Some(PowerOfTen::Whole(figures)) => Cow::Owned(figures),
            Some(PowerOfTen::Rounded) => return Err(PhoneProblem::SpreadsheetDamage),
        };
        let value = read(&readable, region.map(|region| region.0))?;
        let raw = if text == value {
            CompactString::default()
        } else {
            text.into()
        };
        Ok(Self { value, raw })
    }

    /// Creates a number from its stored form.
    pub(crate) fn from_stored(value: CompactString, raw: CompactString) -> Self {
        Self { value, raw }
    }

    /// Returns the same number with a longer text, from which it was read, as its raw text.
    #[must_use]
    pub fn written_as(self, raw: &str) -> Self {
        let text = clean(raw);
        Self {
            raw: if text == self.value {
                CompactString::default()
            } else {
                text.into()
            },
            ..self
        }
    }

    /// The number as E.164, with its extension as `;ext=` (RFC 3966).
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The text that the number was read from.
    pub fn raw(&self) -> &str {
        if self.raw.is_empty() { &self.value } else { &self.raw }
    }

    /// Returns the number in international form with blanks, which spreadsheets leave unchanged:
    /// `+1 202 555 0101 ext. 45`. Parsed again, it results in the same number.
    pub fn international(&self) -> String {
        let plain = self.plain(|number| number.international_form());
        // The word before an extension differs from country to country, and not all of them are read back.
        let is_certain = plain.is_some() && !self.value.contains(';');
        plain
            .or_else(|| Some(library::international(&library::number(&self.value)?)))
            .filter(|shown| is_certain || Self::parse(shown, None).is_ok_and(|again| again == *self))
            .unwrap_or_else(|| self.value.to_string())
    }

    /// Returns the number as it is written within its country: `030 23125101`.
    pub fn national(&self) -> String {
        self.plain(|number| number.national_form())
            .or_else(|| Some(library::national(&library::number(&self.value)?)))
            .unwrap_or_else(|| self.value.to_string())
    }

    /// Returns the region to which the number belongs.
    pub fn region(&self) -> Option<Region> {
        self.plain(|number| Some(number.region()))
            .or_else(|| library::region(&library::number(&self.value)?))
            .map(Region)
    }

    /// Returns what `ask` finds out about the number without the library.
    fn plain<T>(&self, ask: impl Fn(&PlainNumber<'_>) -> Option<T>) -> Option<T> {
        let digits = Digits::parse(&self.value)?;
        ask(&PlainNumber::of_value(&digits)?)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}
