//! Telephone numbers, by a port of libphonenumber.

use crate::text::{ascii_digits, clean};
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

    /// The country that stands for all with the same country code: the United States for Canada.
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
        let readable = match power_of_ten(&readable) {
            None => readable,
            Some(PowerOfTen::Whole(figures)) => Cow::Owned(figures),
            Some(PowerOfTen::Rounded) => return Err(PhoneProblem::SpreadsheetDamage),
        };
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

    /// The number as it stands in a longer text, which is kept as what it was read from.
    #[must_use]
    pub fn written_as(self, raw: &str) -> Self {
        let text = clean(raw);
        Self {
            raw: if text == self.value {
                String::new()
            } else {
                text.into_owned()
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

    /// The number as it is written within its country: `030 23125101`.
    pub fn national(&self) -> String {
        let number = PHONE_NUMBER_UTIL.parse(&self.value, None);
        number.map_or_else(
            |_| self.value.clone(),
            |number| {
                PHONE_NUMBER_UTIL
                    .format(&number, PhoneNumberFormat::National)
                    .into_owned()
            },
        )
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

/// The value without a spreadsheet's guard and tail, with plain digits, blanks and hyphens, without what nobody sees, and
/// with its extension in one form.
fn readable(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\'').unwrap_or(text);
    let text = match text.strip_suffix(".0") {
        Some(digits) if digits.len() > 6 && digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => text,
    };
    let is_plain = |b: u8| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'(' | b')' | b'.' | b'/');
    if text
        .bytes()
        .enumerate()
        .all(|(at, b)| is_plain(b) || at == 0 && b == b'+')
        && !text.starts_with("+0")
    {
        return Cow::Borrowed(text);
    }
    let text = if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(visible(text))
    };
    let text = match text.strip_prefix("+00").or_else(|| text.strip_prefix("++")) {
        Some(rest) => Cow::Owned(format!("+{rest}")),
        None => text,
    };
    match with_plain_extension(&text) {
        Some(plain) => Cow::Owned(plain),
        None => text,
    }
}

/// The text without characters that nobody sees, with plain digits, blanks and hyphens.
fn visible(text: &str) -> String {
    let unseen = |c: &char| {
        matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{20E3}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFFC}' | '\u{E0000}'..='\u{E007F}')
    };
    let plain = |c: char| match c {
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{2043}'
        | '\u{30FC}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{FF0D}'
        | '\u{FF70}' => '-',
        '\u{B7}' | '\u{2022}' | '\u{2027}' | '\u{22C5}' | '\u{30FB}' | '\u{FF65}' | '\u{FF0E}' | '\u{2024}' => '.',
        '\u{FF0B}' | '\u{FE62}' => '+',
        '\u{FF08}' => '(',
        '\u{FF09}' => ')',
        '\u{FF0F}' | '\u{2215}' | '\u{2044}' => '/',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    // Symbols before the number: a telephone, a flag.
    let visible: String = ascii_digits(text).chars().filter(|c| !unseen(c)).map(plain).collect();
    visible
        .trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '(' | '*' | '#'))
        .to_owned()
}

/// Words and signs before an extension: of languages, and the pauses of a dialling memory.
const EXTENSION_WORDS: &[&str] = &[
    "x",
    "ext",
    "extn",
    "extension",
    "xtn",
    "p",
    "w",
    "pause",
    "wait",
    "durchwahl",
    "dw",
    "nst",
    "nebenstelle",
    "apparat",
    "app",
    "poste",
    "anexo",
    "ramal",
    "interno",
    "int",
    "interne",
    "toestel",
    "tst",
    "wew",
    "wewn",
    "kl",
    "klapka",
    "linka",
    "ankn",
    "anknytning",
    "lokal",
    "mellék",
    "mellek",
    "доб",
    "вн",
    "внутр",
    "dahili",
    "內線",
    "内線",
    "内线",
    "分机",
    "내선",
];

/// A number with its extension as `;ext=`; none if no word or pause stands before the last digits.
fn with_plain_extension(text: &str) -> Option<String> {
    let bare = text.trim_end_matches([' ', ';', ',', '#', '.', ')']);
    let before = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let extension = &bare[before.len()..];
    if extension.is_empty() {
        return (bare.len() < text.len() && bare.ends_with(char::is_alphanumeric)).then(|| bare.to_owned());
    }
    let word_end = before.trim_end_matches([' ', '.', ':', '=', '-']);
    let number = word_end.trim_end_matches(char::is_alphabetic);
    let word = word_end[number.len()..].to_lowercase();
    let number = number.trim_end_matches([' ', '.', ',', ';', '(', '-']);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits >= 6 && !number.contains(char::is_alphabetic);
    if extension.len() <= 7 && is_number && EXTENSION_WORDS.contains(&word.as_str()) {
        return Some(format!("{number};ext={extension}"));
    }
    (bare.len() < text.len() && !text.ends_with(['#', ')'])).then(|| bare.to_owned())
}

/// What is left of a number that a spreadsheet wrote as a power of ten.
enum PowerOfTen {
    /// All its figures: `4.155550103E9`.
    Whole(String),
    /// Its first figures only.
    Rounded,
}

fn power_of_ten(text: &str) -> Option<PowerOfTen> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(exponent) || exponent.len() > 3 || !mantissa.split(['.', ',']).all(digits) {
        return None;
    }
    let fraction = mantissa.split_once(['.', ',']).map_or("", |(_, fraction)| fraction);
    // Six figures or fewer behind the point are what spreadsheets show of any number.
    match exponent.parse::<usize>() {
        Ok(exponent) if fraction.len() == exponent && exponent > 6 => {
            Some(PowerOfTen::Whole(mantissa.replace(['.', ','], "")))
        }
        _ => Some(PowerOfTen::Rounded),
    }
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
    fn what_nobody_sees_does_not_count() {
        for raw in [
            "\u{202a}+1 (415) 555\u{2011}0123\u{202c}",
            "+1\u{fe0e} 415 555\u{ad}0123",
            "\u{2068}+1 415\u{2212}555\u{2212}0123\u{2069}",
            "+1 415\u{2060}555\u{2060}0123",
            "+1 415\u{30fb}555\u{30fb}0123",
            "+1\u{b7}415\u{b7}555\u{b7}0123",
            "\u{feff}+1 415 555 0123",
            "\u{61c}+1 415 555 0123",
            "+١ ٤١٥ ٥٥٥ ٠١٢٣",
            "+۱ ۴۱۵ ۵۵۵ ۰۱۲۳",
            "＋１ ４１５ ５５５ ０１２３",
            "☎ +1 415 555 0123",
            "📱+1 415 555 0123",
            "tel:+1-415-555-0123",
            "+1 415 555 0123;",
            "+1 415 555 0123,",
            "+1 415 555 0123;;,",
            "++1 415 555 0123",
            "+001 415 555 0123",
        ] {
            assert_eq!(read(raw, "US").as_deref(), Ok("+14155550123"), "{raw}");
        }
    }

    #[test]
    fn extensions_and_pauses_are_extensions() {
        for (raw, region, value) in [
            ("415-555-0126p1234", "US", "+14155550126;ext=1234"),
            ("415.555.0127 w 22", "US", "+14155550127;ext=22"),
            ("415-555-0124;ext=77", "US", "+14155550124;ext=77"),
            ("+14155550123,,456#", "US", "+14155550123;ext=456"),
            ("+1 415 555 0123 P99", "US", "+14155550123;ext=99"),
            ("+1 415 555 0123W5", "US", "+14155550123;ext=5"),
            ("+1 415 555 0123 extension 12", "US", "+14155550123;ext=12"),
            ("+1 415 555 0123 (ext. 12)", "US", "+14155550123;ext=12"),
            ("030 23125123 Durchwahl 12", "DE", "+493023125123;ext=12"),
            ("030 23125123 DW: 12", "DE", "+493023125123;ext=12"),
            ("01 99 00 12 34 poste 45", "FR", "+33199001234;ext=45"),
            ("020 7946 0172 x5", "GB", "+442079460172;ext=5"),
            ("+7 495 123-45-67 доб. 12", "RU", "+74951234567;ext=12"),
            ("+420 222 123 456 klapka 7", "CZ", "+420222123456;ext=7"),
            ("+48 22 123 45 67 wew. 8", "PL", "+48221234567;ext=8"),
            ("(11) 3456-7890 ramal 21", "BR", "+551134567890;ext=21"),
        ] {
            assert_eq!(read(raw, region).as_deref(), Ok(value), "{raw}");
        }
    }

    #[test]
    fn powers_of_ten_are_read_only_with_all_their_figures() {
        for (raw, region, value) in [
            ("4.155550103E9", "US", "+14155550103"),
            ("1.4155550103E+10", "US", "+14155550103"),
            ("4,155550103E+09", "US", "+14155550103"),
            ("4.93023125123E11", "DE", "+493023125123"),
        ] {
            assert_eq!(read(raw, region).as_deref(), Ok(value), "{raw}");
        }
        for raw in [
            "4.41E+11",
            "4.15556E+09",
            "1,41556E+10",
            "4.9E+12",
            "6E+9",
            "4.15555010E9",
        ] {
            assert_eq!(read(raw, "US"), Err(PhoneProblem::SpreadsheetDamage), "{raw}");
        }
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
