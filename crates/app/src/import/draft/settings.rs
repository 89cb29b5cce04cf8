//! The settings that a member can choose for a draft.

use crate::import::analysis::Opening;
use crate::import_options::ImportOptions;
use exchange::judge::BadValues;
use exchange::open::{Charset, HeaderChoice};
use model::{DateOrder, Region};
use serde::{Deserialize, Serialize};

/// Everything that a member can choose for an import. Settings that are not chosen are detected from the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftSettings {
    pub charset: Option<Charset>,
    pub delimiter: Option<u8>,
    /// The header row.
    pub header: HeaderChoice,
    /// The country of numbers without country code.
    #[serde(with = "region_code")]
    pub region: Option<Region>,
    /// The order of day and month.
    #[serde(with = "order_word")]
    pub date_order: Option<DateOrder>,
    /// What a bad value does to its row.
    pub bad_values: BadValues,
    /// Whether columns that match no field become custom fields.
    pub keep_unmapped: bool,
    /// Columns (`#3` for the third) with the text of the slot that each fills. An empty text leaves the column out.
    pub choices: Vec<(String, String)>,
    /// The options of the import.
    pub options: ImportOptions,
    /// The sheet of a workbook, instead of the first visible one with values.
    pub sheet: Option<String>,
}

impl DraftSettings {
    /// Returns the choices for opening the file.
    pub(crate) fn opening(&self) -> Opening {
        Opening {
            charset: self.charset,
            delimiter: self.delimiter,
            header: self.header,
            date_order: self.date_order,
            choices: self.choices.clone(),
            keep_unmapped: self.keep_unmapped,
            region: self.region,
            fallback_region: None,
            bad_values: self.bad_values,
            sheet: self.sheet.clone(),
            source: None,
        }
    }
}

/// Serializes a country as its code.
mod region_code {
    use model::Region;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(region: &Option<Region>, serializer: S) -> Result<S::Ok, S::Error> {
        region.map(Region::code).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Region>, D::Error> {
        let code = Option::<String>::deserialize(deserializer)?;
        Ok(code.as_deref().and_then(Region::from_code))
    }
}

/// Serializes the order of day and month as a word.
mod order_word {
    use model::DateOrder;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(order: &Option<DateOrder>, serializer: S) -> Result<S::Ok, S::Error> {
        let word = order.map(|order| match order {
            DateOrder::DayFirst => "day_first",
            DateOrder::MonthFirst => "month_first",
        });
        word.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateOrder>, D::Error> {
        let word = Option::<String>::deserialize(deserializer)?;
        match word.as_deref() {
            None => Ok(None),
            Some("day_first") => Ok(Some(DateOrder::DayFirst)),
            Some("month_first") => Ok(Some(DateOrder::MonthFirst)),
            Some(_) => Err(serde::de::Error::custom("unknown order of day and month")),
        }
    }
}
