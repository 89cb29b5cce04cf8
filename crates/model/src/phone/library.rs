//! Telephone numbers that are read and written by the library.

use super::plan::Plan;
use super::problem::PhoneProblem;
use compact_str::CompactString;
use rlibphonenumber::{PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat, Region, ValidationError};

/// Reads a valid number as E.164, with its extension as `;ext=`.
pub(super) fn read(text: &str, region: Option<Region>) -> Result<CompactString, PhoneProblem> {
    let number = match PHONE_NUMBER_UTIL.parse(text, region) {
        Ok(number) if is_valid(&number) => number,
        // Most of the world begins international numbers with 00, so it is accepted in files of all countries.
        other => match text
            .strip_prefix("00")
            .map(|rest| PHONE_NUMBER_UTIL.parse(format!("+{rest}"), None))
        {
            Some(Ok(number)) if is_valid(&number) => number,
            _ => return Err(why_not(other, text)),
        },
    };
    let mut value = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned();
    if let Some(extension) = number.extension.as_deref().filter(|e| !e.is_empty()) {
        value.push_str(";ext=");
        value.push_str(extension);
    }
    Ok(value.into())
}

fn is_valid(number: &PhoneNumber) -> bool {
    let plan = u16::try_from(number.country_code).ok().and_then(Plan::of_code);
    let is_valid = plan.and_then(|plan| plan.is_valid(number));
    is_valid.unwrap_or_else(|| PHONE_NUMBER_UTIL.is_valid_number(number)) || is_for_fiction(number)
}

/// Thousands of British numbers that are reserved for fiction and therefore appear in many examples: Ofcom, "Telephone
/// numbers for use in TV and radio drama programmes". The library accepts those of other countries.
const FOR_FICTION: [u64; 5] = [1_632_960, 3_069_990, 7_700_900, 8_081_570, 9_098_790];

fn is_for_fiction(number: &PhoneNumber) -> bool {
    number.country_code == 44 && FOR_FICTION.contains(&(number.national_number / 1_000))
}

/// Returns the number of a stored value. `None` if it is not one.
pub(super) fn number(value: &str) -> Option<PhoneNumber> {
    PHONE_NUMBER_UTIL.parse(value, None).ok()
}

/// Formats the number in international form, with blanks.
pub(super) fn international(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL
        .format(number, PhoneNumberFormat::International)
        .replace('-', " ")
}

/// Formats the number as it is written within the country.
pub(super) fn national(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL
        .format(number, PhoneNumberFormat::National)
        .into_owned()
}

/// Returns the region to which the number belongs.
pub(super) fn region(number: &PhoneNumber) -> Option<Region> {
    PHONE_NUMBER_UTIL.get_region_for_number(number)
}

/// Returns why a text, which may have been parsed, is not a valid number.
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
