//! Columns that hold a piece of a value, or several fields in one cell.

use serde::{Deserialize, Serialize};

/// How a column's cells make up the value of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// The calling code of a telephone number.
    CallingCode,
    /// The area code of a telephone number.
    AreaCode,
    /// The extension of a telephone number.
    Extension,
    /// The day of the birthday.
    Day,
    /// The month of the birthday.
    Month,
    /// The year of the birthday.
    Year,
    /// The house number before or after the street.
    HouseNumber,
    /// The flat, suite, or letter after the house number.
    Unit,
    /// The words before the family name: "van der".
    NamePrefix,
    /// One more value, joined to that of the main column: "Frau" and "Dr.".
    Further,
    /// Zip code, city and state in one cell.
    Place,
    /// A whole name that begins with the family name.
    LastFirst,
}

impl Piece {
    /// Whether another column holds the rest of the value.
    pub fn is_part(self) -> bool {
        !matches!(self, Self::Place | Self::LastFirst)
    }

    /// The description of the piece, for the column's reason.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::CallingCode => "The calling code of the phone number",
            Self::AreaCode => "The area code of the phone number",
            Self::Extension => "The extension of the phone number",
            Self::Day => "The day of the birthday",
            Self::Month => "The month of the birthday",
            Self::Year => "The year of the birthday",
            Self::HouseNumber => "The house number of the address",
            Self::Unit => "A part of the street address",
            Self::NamePrefix => "Stands before the last name",
            Self::Further => "Joined to the column of the same field",
            Self::Place => "City and zip code in one column",
            Self::LastFirst => "Whole names, last name first",
        }
    }
}
