//! Plain numbers: numbers that are read and written without the library.
//!
//! A plain number consists of digits with blanks, hyphens, parentheses, dots and slashes between them, an optional
//! plus sign before them, and an optional extension as `;ext=`. What is read here is read as the library reads it. For
//! anything else, especially invalid numbers, the result is `None`: the library must decide.

use super::dialing::{Dialing, Dialled, LONGEST_DIALLED, calling_code_of};
use super::plan::{Line, Plan, is_calling_code};
use compact_str::CompactString;
use rlibphonenumber::Region;

/// The most leading zeros that the library writes.
const MOST_LEADING_ZEROS: usize = 10;

/// The digits of a calling code, and the digits that are examined after it.
const MOST_DIGITS: usize = 3 + LONGEST_DIALLED;

/// The most digits of an extension that the library accepts.
const LONGEST_EXTENSION: usize = 20;

/// After an international prefix, fewer digits are not a number.
const SHORTEST_INTERNATIONAL: usize = 3;

/// A valid number.
pub(super) struct PlainNumber<'d> {
    plan: &'static Plan,
    line: Line,
    /// The digits after the calling code, without national prefix.
    national: &'d [u8],
    extension: &'d str,
}

/// The digits of a plain number.
pub(super) struct Digits<'t> {
    has_plus: bool,
    /// From 0 to 9.
    digits: [u8; MOST_DIGITS],
    count: usize,
    /// Empty if there is none.
    extension: &'t str,
}

impl<'t> Digits<'t> {
    /// Parses a text. `None` if it is not plain or too long.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let (text, extension) = split_extension(text)?;
        let (has_plus, text) = match text.strip_prefix('+') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let mut digits = [0; MOST_DIGITS];
        let mut count = 0;
        for byte in text.bytes() {
            match byte {
                b'0'..=b'9' => {
                    *digits.get_mut(count)? = byte - b'0';
                    count += 1;
                }
                b' ' | b'-' | b'(' | b')' | b'.' | b'/' => {}
                _ => return None,
            }
        }
        Some(Self {
            has_plus,
            digits,
            count,
            extension,
        })
    }

    fn digits(&self) -> &[u8] {
        &self.digits[..self.count]
    }
}

impl<'d> PlainNumber<'d> {
    /// Reads a valid number. `region` is the country of a number without calling code.
    pub(super) fn read(digits: &'d Digits<'_>, region: Option<Region>) -> Option<Self> {
        let number = match digits.has_plus {
            true => Self::international(digits.digits()),
            false => Self::dialled(digits.digits(), region?),
        };
        let extension = digits.extension;
        number.map(|number| Self { extension, ..number })
    }

    /// Reads the digits after a plus sign.
    fn international(digits: &'d [u8]) -> Option<Self> {
        let (plan, behind) = split_calling_code(digits)?;
        let dialing = plan.dialing();
        Self::national(plan, dialing, behind, dialing.dialled(behind)?)
    }

    /// Reads digits that are dialled within a region.
    fn dialled(digits: &'d [u8], region: Region) -> Option<Self> {
        let plan = Plan::of_code(calling_code_of(region)?)?;
        let dialing = Dialing::of_region(region)?;
        let dialled = dialing.dialled(digits)?;
        if let Some(length) = dialled.international {
            return Self::international(digits.get(usize::from(length)..)?);
        }
        if let Some(behind) = plan.without_calling_code(digits) {
            // A calling code without an international prefix counts if the digits are not a number otherwise.
            let behind = dialing.without_national_prefix(behind, dialing.dialled(behind)?)?;
            let is_better = !dialled.general && dialing.dialled(behind)?.general;
            if is_better || dialing.is_too_long(digits) {
                let dialing = plan.dialing();
                return Self::national(plan, dialing, behind, dialing.dialled(behind)?);
            }
        }
        Self::national(plan, dialing, digits, dialled)
    }

    /// Reads a number without calling code.
    fn national(plan: &'static Plan, dialing: &Dialing, digits: &'d [u8], dialled: Dialled) -> Option<Self> {
        let national = dialing.national_number(digits, dialled)?;
        let leading_zeros = national.iter().take_while(|digit| **digit == 0).count();
        let line = plan.line(national).filter(|_| leading_zeros <= MOST_LEADING_ZEROS)?;
        Some(Self {
            plan,
            line,
            national,
            extension: "",
        })
    }

    /// Reads E.164. `None` if the library might not find all its digits in the number.
    pub(super) fn of_value(digits: &'d Digits<'_>) -> Option<Self> {
        let number = Self::read(digits, None)?;
        let national = number.plan.without_calling_code(digits.digits())?;
        (national.len() == number.national.len()).then_some(number)
    }

    /// E.164, with the extension as `;ext=`.
    pub(super) fn value(&self) -> CompactString {
        let mut text = CompactString::from(self.plan.calling_code());
        text.extend(self.national.iter().map(|digit| char::from(b'0' + digit)));
        if !self.extension.is_empty() {
            text.push_str(EXTENSION);
            text.push_str(self.extension);
        }
        text
    }

    /// Returns the international form with blanks. `None` if only the library can write it. Without an extension it is
    /// certain to be read as the same number again: it has the same digits in the same order, separated by characters
    /// of plain numbers.
    pub(super) fn international_form(&self) -> Option<String> {
        let grouping = self.line.international?;
        let mut text = self.text();
        text.push(' ');
        grouping.write(self.national, &mut text);
        self.write_extension(&mut text);
        Some(text)
    }

    /// Returns the form that is written within the country. `None` if only the library can write it.
    pub(super) fn national_form(&self) -> Option<String> {
        let mut text = String::with_capacity(2 * self.national.len());
        self.line.national?.write(self.national, &mut text);
        self.write_extension(&mut text);
        Some(text)
    }

    pub(super) fn region(&self) -> Region {
        self.line.region
    }

    /// Returns the plus sign and the calling code, with capacity for the number.
    fn text(&self) -> String {
        let calling_code = self.plan.calling_code();
        let length = calling_code.len() + 2 * self.national.len() + self.extension.len();
        let mut text = String::with_capacity(length);
        text.push_str(calling_code);
        text
    }

    /// Writes the extension as is usual in the country.
    fn write_extension(&self, text: &mut String) {
        if !self.extension.is_empty() {
            text.push_str(self.plan.extension_prefix());
            text.push_str(self.extension);
        }
    }
}

/// The separator before an extension in E.164.
const EXTENSION: &str = ";ext=";

/// Splits a text into the number and the digits of its extension, which are empty if it has none. `None` if it may
/// have an extension in another form.
fn split_extension(text: &str) -> Option<(&str, &str)> {
    let Some((number, extension)) = text.split_once(EXTENSION) else {
        return Some((text, ""));
    };
    let is_extension = (1..=LONGEST_EXTENSION).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_digit())
        && number.ends_with(|c: char| c.is_ascii_digit());
    is_extension.then_some((number, extension))
}

/// Returns the plan of the calling code with which digits begin, and the digits after it.
fn split_calling_code(digits: &[u8]) -> Option<(&'static Plan, &[u8])> {
    if digits.len() < SHORTEST_INTERNATIONAL || digits.first() == Some(&0) {
        return None;
    }
    let mut code = 0;
    for (digit, length) in digits.iter().zip(1..=3) {
        code = 10 * code + u16::from(*digit);
        if is_calling_code(code) {
            return Some((Plan::of_code(code)?, &digits[length..]));
        }
    }
    None
}
