//! The settings of an import: the options of the command line, with the same names.

use app::{BadValues, Charset, Conflicts, DraftSettings, Duplicates, HeaderChoice, ImportOptions, Match};
use model::{DateOrder, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// What to do with rows that match a contact.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DuplicatesName {
    Skip,
    Update,
    Fill,
    Create,
}

impl From<DuplicatesName> for Duplicates {
    fn from(name: DuplicatesName) -> Self {
        match name {
            DuplicatesName::Skip => Self::Skip,
            DuplicatesName::Update => Self::Update,
            DuplicatesName::Fill => Self::Fill,
            DuplicatesName::Create => Self::Create,
        }
    }
}

impl From<Duplicates> for DuplicatesName {
    fn from(duplicates: Duplicates) -> Self {
        match duplicates {
            Duplicates::Skip => Self::Skip,
            Duplicates::Update => Self::Update,
            Duplicates::Fill => Self::Fill,
            Duplicates::Create => Self::Create,
        }
    }
}

/// What counts as a match.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MatchName {
    Email,
    Phone,
    EmailOrPhone,
    EmailOrPhoneAndName,
}

impl From<MatchName> for Match {
    fn from(name: MatchName) -> Self {
        match name {
            MatchName::Email => Self::Email,
            MatchName::Phone => Self::Phone,
            MatchName::EmailOrPhone => Self::EmailOrPhone,
            MatchName::EmailOrPhoneAndName => Self::EmailOrPhoneAndName,
        }
    }
}

impl From<Match> for MatchName {
    fn from(matching: Match) -> Self {
        match matching {
            Match::Email => Self::Email,
            Match::Phone => Self::Phone,
            Match::EmailOrPhone => Self::EmailOrPhone,
            Match::EmailOrPhoneAndName => Self::EmailOrPhoneAndName,
        }
    }
}

/// What to do with rows whose contact was changed since they were exported.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictsName {
    Skip,
    Overwrite,
}

/// What to do with the contact's value for an empty cell when updating.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyCellsName {
    Keep,
    Clear,
}

/// What to do with a value that cannot be read.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BadValuesName {
    Reject,
    LeaveOut,
}

/// What to do with columns that match no field.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnmappedName {
    Ignore,
    Custom,
}

/// The order of day and month in dates such as 03/04/1980.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrderName {
    DayFirst,
    MonthFirst,
}

/// Options of an import. An omitted option stays unchanged, or is taken from the settings of the workspace and the file.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(example = json!({"duplicates": "update", "region": "US"}))]
pub struct ImportSettings {
    /// What to do with a row that matches a contact: skip it, update the contact, fill its blanks, or create another contact.
    #[param(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<DuplicatesName>,
    /// What counts as a match.
    #[param(inline)]
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub matching: Option<MatchName>,
    /// What to do with a row whose contact was changed here since the row was exported.
    #[param(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflicts: Option<ConflictsName>,
    /// What to do with an empty cell when updating: keep the contact's value, or clear it.
    #[param(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty_cells: Option<EmptyCellsName>,
    /// Whether the lists of a row replace those of the contact, instead of being added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replace_lists: Option<bool>,
    /// What to do with a value that cannot be read: reject its row, or leave the value out.
    #[param(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bad_values: Option<BadValuesName>,
    /// What to do with columns that match no field: ignore them, or keep them as custom fields.
    #[param(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<UnmappedName>,
    /// The country of phone numbers without country code, as a two-letter code; empty to detect it.
    #[param(example = "US")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The file's encoding, such as `utf-8` or `windows-1252`; empty to detect it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The file's delimiter: `,`, `;`, `|` or `tab`; empty to detect it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// The header row: `auto`, `none`, or its number from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The order of day and month in dates; if not set, it is detected or assumed.
    #[param(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrderName>,
}

/// An invalid setting: its name and the allowed values.
pub struct WrongChoice {
    pub name: &'static str,
    pub what: String,
}

impl ImportSettings {
    /// Checks every setting.
    pub fn check(&self) -> Result<(), WrongChoice> {
        self.apply(&mut DraftSettings::default())
    }

    /// Applies these settings to those of a draft.
    pub fn apply(&self, settings: &mut DraftSettings) -> Result<(), WrongChoice> {
        self.apply_options(&mut settings.options);
        if let Some(bad) = self.bad_values {
            settings.bad_values = match bad {
                BadValuesName::Reject => BadValues::Reject,
                BadValuesName::LeaveOut => BadValues::LeaveOut,
            };
        }
        if let Some(unmapped) = self.unmapped {
            settings.keep_unmapped = matches!(unmapped, UnmappedName::Custom);
        }
        if let Some(code) = &self.region {
            settings.region = given(
                code,
                "region",
                "a two-letter code of a country, such as US",
                Region::from_code,
            )?;
        }
        if let Some(label) = &self.encoding {
            settings.charset = given(
                label,
                "encoding",
                "an encoding, such as utf-8 or windows-1252",
                Charset::from_label,
            )?;
        }
        if let Some(sign) = &self.delimiter {
            settings.delimiter = given(sign, "delimiter", "one of , ; | or tab", delimiter)?;
        }
        if let Some(header) = &self.header {
            let choice = given(
                header,
                "header",
                "auto, none, or the number of a row from 1",
                header_choice,
            )?;
            settings.header = choice.unwrap_or_default();
        }
        if let Some(order) = self.date_order {
            settings.date_order = Some(match order {
                DateOrderName::DayFirst => DateOrder::DayFirst,
                DateOrderName::MonthFirst => DateOrder::MonthFirst,
            });
        }
        Ok(())
    }

    fn apply_options(&self, options: &mut ImportOptions) {
        if let Some(duplicates) = self.duplicates {
            options.duplicates = duplicates.into();
        }
        if let Some(matching) = self.matching {
            options.matching = matching.into();
        }
        if let Some(conflicts) = self.conflicts {
            options.conflicts = match conflicts {
                ConflictsName::Skip => Conflicts::Skip,
                ConflictsName::Overwrite => Conflicts::Overwrite,
            };
        }
        if let Some(empty) = self.empty_cells {
            options.empty_cells_clear = matches!(empty, EmptyCellsName::Clear);
        }
        if let Some(replace) = self.replace_lists {
            options.replace_lists = replace;
        }
    }
}

/// Parses a value that was given. `None` if it is empty.
fn given<T>(
    text: &str,
    name: &'static str,
    may_be: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, WrongChoice> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || WrongChoice {
        name,
        what: format!("“{text}” is not {may_be}"),
    };
    read(text).map(Some).ok_or_else(wrong)
}

fn delimiter(text: &str) -> Option<u8> {
    match text {
        "tab" | "\t" => Some(b'\t'),
        "," | ";" | "|" => text.bytes().next(),
        _ => None,
    }
}

fn header_choice(text: &str) -> Option<HeaderChoice> {
    match text {
        "auto" => Some(HeaderChoice::Auto),
        "none" => Some(HeaderChoice::None),
        number => Some(HeaderChoice::Row(number.parse::<u64>().ok()?.checked_sub(1)?)),
    }
}

/// The settings of a draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChosenSettings {
    options: ImportSettings,
    /// The fields chosen for columns, by column (`#3` for the third); empty if the column is ignored.
    mapping: BTreeMap<String, String>,
}

impl From<&DraftSettings> for ChosenSettings {
    fn from(chosen: &DraftSettings) -> Self {
        Self {
            options: shown(chosen),
            mapping: chosen.choices.iter().cloned().collect(),
        }
    }
}

fn shown(chosen: &DraftSettings) -> ImportSettings {
    let options = &chosen.options;
    ImportSettings {
        duplicates: Some(options.duplicates.into()),
        matching: Some(options.matching.into()),
        conflicts: Some(match options.conflicts {
            Conflicts::Skip => ConflictsName::Skip,
            Conflicts::Overwrite => ConflictsName::Overwrite,
        }),
        empty_cells: Some(match options.empty_cells_clear {
            true => EmptyCellsName::Clear,
            false => EmptyCellsName::Keep,
        }),
        replace_lists: Some(options.replace_lists),
        bad_values: Some(match chosen.bad_values {
            BadValues::Reject => BadValuesName::Reject,
            BadValues::LeaveOut => BadValuesName::LeaveOut,
        }),
        unmapped: Some(match chosen.keep_unmapped {
            true => UnmappedName::Custom,
            false => UnmappedName::Ignore,
        }),
        region: chosen.region.map(Region::code),
        encoding: chosen.charset.map(Charset::name),
        delimiter: chosen.delimiter.map(|sign| match sign {
            b'\t' => "tab".to_owned(),
            sign => char::from(sign).to_string(),
        }),
        header: match chosen.header {
            HeaderChoice::Auto => None,
            HeaderChoice::None => Some("none".to_owned()),
            HeaderChoice::Row(row) => Some((row + 1).to_string()),
        },
        date_order: chosen.date_order.map(|order| match order {
            DateOrder::DayFirst => DateOrderName::DayFirst,
            DateOrder::MonthFirst => DateOrderName::MonthFirst,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_shown_in_the_same_words() {
        let text = r#"{"duplicates": "fill", "match": "email-or-phone-and-name", "conflicts": "overwrite",
            "empty_cells": "clear", "replace_lists": true, "bad_values": "leave-out", "unmapped": "custom",
            "region": "DE", "encoding": "windows-1252", "delimiter": "tab", "header": "3", "date_order": "month-first"}"#;
        let sent: ImportSettings = serde_json::from_str(text).unwrap();
        let mut settings = DraftSettings::default();
        assert!(sent.apply(&mut settings).is_ok());
        let shown: serde_json::Value = serde_json::to_value(shown(&settings)).unwrap();
        assert_eq!(shown, serde_json::from_str::<serde_json::Value>(text).unwrap());
        // A missing setting is unchanged; for an empty one the file decides.
        let none: ImportSettings = serde_json::from_str(r#"{"delimiter": ""}"#).unwrap();
        assert!(none.apply(&mut settings).is_ok());
        assert_eq!((settings.delimiter, settings.region), (None, Region::from_code("DE")));
    }

    #[test]
    fn a_choice_that_is_none_is_named() {
        for (text, name) in [
            (r#"{"region": "XX"}"#, "region"),
            (r#"{"encoding": "x"}"#, "encoding"),
            (r#"{"delimiter": "x"}"#, "delimiter"),
            (r#"{"header": "0"}"#, "header"),
        ] {
            let sent: ImportSettings = serde_json::from_str(text).unwrap();
            assert_eq!(sent.check().unwrap_err().name, name);
        }
    }
}
