//! Telephone numbers, by a port of libphonenumber.

use crate::text::clean;
use rlibphonenumber::{
    PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat, Region as LibRegion, ValidationError,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A country whose numbers may stand without their country code: ISO 3166 alpha-2.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(LibRegion);

impl Region {
    /// The region of an ISO 3166 alpha-2 code, in any case; none for a code that has no telephone numbers.
    pub fn from_code(code: &str) -> Option<Self> {
        let region = LibRegion::from_str(code.trim()).ok()?;
        PHONE_NUMBER_UTIL
            .get_country_code_for_region(region)
            .map(|_| Self(region))
    }

    /// The United States.
    pub const US: Region = Region(LibRegion::US);

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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Phone {
    value: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    raw: String,
}

/// Two numbers are equal when they reach the same line; how they were written does not count.
impl PartialEq for Phone {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Phone {}

/// Why a value is no telephone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneProblem {
    /// A spreadsheet has turned the number into a power of ten and its digits are lost.
    SpreadsheetDamage,
    /// There is no number in the value.
    NotANumber,
    /// The number has no country code and no default country was given.
    NoCountry,
    /// Fewer digits than any number of that country has.
    TooShort,
    /// More digits than any number of that country has.
    TooLong,
    /// No number with these digits is in use in that country.
    NotInUse,
}

impl PhoneProblem {
    /// What is wrong, as the end of a sentence that begins with the value.
    pub fn what(&self) -> &'static str {
        match self {
            Self::SpreadsheetDamage => "was turned into a power of ten by a spreadsheet; its last digits are lost",
            Self::NotANumber => "is no telephone number",
            Self::NoCountry => "has no country code",
            Self::TooShort => "has too few digits",
            Self::TooLong => "has too many digits",
            Self::NotInUse => "is not a number in use in its country",
        }
    }

    /// What would be right.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::SpreadsheetDamage => "export again from the source with the column formatted as text",
            Self::NoCountry => "write it as +COUNTRY NUMBER, or choose the default country",
            _ => "write it with its country code, as in +1 202 555 0101, or check the default country",
        }
    }
}

impl Phone {
    /// Reads a number. `region` is the country of a number without country code.
    ///
    /// # Errors
    /// Says why the value is no number. A number that cannot be one never becomes E.164.
    pub fn parse(raw: &str, region: Option<Region>) -> Result<Self, PhoneProblem> {
        let text = clean(raw);
        let readable = readable(&text);
        if is_power_of_ten(&readable) {
            return Err(PhoneProblem::SpreadsheetDamage);
        }
        let number = match PHONE_NUMBER_UTIL.parse(readable.as_ref(), region.map(|r| r.0)) {
            Ok(number) if PHONE_NUMBER_UTIL.is_valid_number(&number) => number,
            // 00 is how most of the world begins an international number, also in a file whose country does not.
            other => match readable
                .strip_prefix("00")
                .map(|rest| PHONE_NUMBER_UTIL.parse(format!("+{rest}"), None))
            {
                Some(Ok(number)) if PHONE_NUMBER_UTIL.is_valid_number(&number) => number,
                _ => return Err(why_not(other, &readable)),
            },
        };
        let mut value = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned();
        if let Some(extension) = number.extension.as_deref().filter(|e| !e.is_empty()) {
            value.push_str(";ext=");
            value.push_str(extension);
        }
        let raw = if text == value {
            String::new()
        } else {
            text.into_owned()
        };
        Ok(Self { value, raw })
    }

    /// The number as E.164, with its extension as `;ext=` (RFC 3966).
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The text that the number was read from.
    pub fn raw(&self) -> &str {
        if self.raw.is_empty() { &self.value } else { &self.raw }
    }

    /// The number in the international form with blanks, which spreadsheets leave alone: `+1 202 555 0101 ext. 45`.
    /// Read again it gives the same number.
    pub fn international(&self) -> String {
        let Ok(number) = PHONE_NUMBER_UTIL.parse(&self.value, None) else {
            return self.value.clone();
        };
        let shown = PHONE_NUMBER_UTIL
            .format(&number, PhoneNumberFormat::International)
            .replace('-', " ");
        match Self::parse(&shown, None) {
            Ok(again) if again == *self => shown,
            _ => self.value.clone(),
        }
    }

    /// The region that the number itself names.
    pub fn region(&self) -> Option<Region> {
        let number = PHONE_NUMBER_UTIL.parse(&self.value, None).ok()?;
        PHONE_NUMBER_UTIL.get_region_for_number(&number).map(Region)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

/// The value without a spreadsheet's guard and tail, with plain blanks and hyphens.
fn readable(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\'').unwrap_or(text);
    let text = match text.strip_suffix(".0") {
        Some(digits) if digits.len() > 6 && digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => text,
    };
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = |c: char| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    Cow::Owned(
        text.chars()
            .filter(|c| !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'))
            .map(plain)
            .collect(),
    )
}

fn is_power_of_ten(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    digits(exponent)
        && exponent.len() <= 3
        && mantissa.split(['.', ',']).all(digits)
        && mantissa.contains(|c: char| c.is_ascii_digit())
}

/// Why what was parsed, or not, is no number.
fn why_not(parsed: Result<PhoneNumber, ParseError>, text: &str) -> PhoneProblem {
    match parsed {
        Err(error) => problem_of(&error, text),
        Ok(number) => match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
            Err(ValidationError::TooShort) => PhoneProblem::TooShort,
            Err(ValidationError::TooLong) => PhoneProblem::TooLong,
            _ => PhoneProblem::NotInUse,
        },
    }
}

fn problem_of(error: &ParseError, text: &str) -> PhoneProblem {
    use ParseError as E;
    match error {
        E::InvalidCountryCode if !text.trim_start().starts_with('+') => PhoneProblem::NoCountry,
        E::TooShortAfterIdd | E::TooShortNsn => PhoneProblem::TooShort,
        E::TooLongNsn => PhoneProblem::TooLong,
        _ => PhoneProblem::NotANumber,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str, region: &str) -> Result<String, PhoneProblem> {
        Phone::parse(raw, Region::from_code(region)).map(|p| p.to_string())
    }

    #[test]
    fn reads_numbers_as_people_write_them() {
        for (raw, region, value) in [
            ("(202) 555-0101", "US", "+12025550101"),
            ("202\u{2009}555\u{2013}0102", "US", "+12025550102"),
            ("(202)\u{a0}555\u{2011}0101", "US", "+12025550101"),
            ("011 44 20 7946 0102", "US", "+442079460102"),
            ("+33 (0)1 99 00 12 36", "DE", "+33199001236"),
            ("0049 171 3920081", "US", "+491713920081"),
            ("'+19785550117", "US", "+19785550117"),
            ("12025550102.0", "US", "+12025550102"),
            ("202-JKL-0101", "US", "+12025550101"),
            ("(202) 555-0101 x45", "US", "+12025550101;ext=45"),
            ("202.555.0104 #12", "US", "+12025550104;ext=12"),
            ("+1 202 555 0103;ext=789", "US", "+12025550103;ext=789"),
            ("030 23125-101", "DE", "+493023125101"),
            ("0491 570 156", "AU", "+61491570156"),
        ] {
            assert_eq!(read(raw, region).as_deref(), Ok(value), "{raw}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        assert_eq!(read("1.20256E+10", "US"), Err(PhoneProblem::SpreadsheetDamage));
        assert_eq!(read("unknown", "US"), Err(PhoneProblem::NotANumber));
        assert_eq!(read("(000) 000-0000", "US"), Err(PhoneProblem::NotInUse));
        assert_eq!(read("12345", "US"), Err(PhoneProblem::TooShort));
        assert_eq!(Phone::parse("202 555 0101", None).unwrap_err(), PhoneProblem::NoCountry);
    }

    #[test]
    fn the_international_form_reads_back() {
        for raw in ["+12025550101;ext=45", "+493023125101", "+442079460102", "+61491570156"] {
            let phone = Phone::parse(raw, None).unwrap();
            assert!(phone.international().contains(' '));
            assert_eq!(Phone::parse(&phone.international(), None).unwrap(), phone);
        }
    }

    #[test]
    fn a_region_is_a_code() {
        assert_eq!(Region::from_code("us").map(Region::code).as_deref(), Some("US"));
        assert!(Region::from_code("XX").is_none());
    }
}
