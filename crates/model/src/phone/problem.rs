//! The reasons why a value is not a phone number.

/// Why a value is not a phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneProblem {
    /// A spreadsheet has converted the number to scientific notation, and its last digits are lost.
    SpreadsheetDamage,
    /// The value contains no number.
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
    /// The problem, as the end of a sentence that begins with the value.
    pub fn what(&self) -> &'static str {
        match self {
            Self::SpreadsheetDamage => "was turned into a power of ten by a spreadsheet; its last digits are lost",
            Self::NotANumber => "is not a phone number",
            Self::NoCountry => "has no country code",
            Self::TooShort => "has too few digits",
            Self::TooLong => "has too many digits",
            Self::NotInUse => "is not a valid number in its country",
        }
    }

    /// What would be correct.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::SpreadsheetDamage => "export again from the source with the column formatted as text",
            Self::NoCountry => "write it as +COUNTRY NUMBER, or choose the default country",
            _ => "write it with its country code, as in +1 202 555 0101, or check the default country",
        }
    }
}
