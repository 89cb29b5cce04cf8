//! Analysis of a file before its import: how it is opened, what its columns become, and what only the whole file shows.
//!
//! The resulting `Reading` is computed once and stored with the import, so that a resumed run reads the file in the
//! same way.

use crate::error::Error;
use crate::workspace::custom_fields::WorkspaceRules;
use exchange::convert::TableSource;
use exchange::judge::{BadValues, ColumnDates, Judge, Regions, Survey, holds_dates, holds_numbers, survey};
use exchange::mapping::{BoundMapping, Column, find_fields, known_name, propose};
use exchange::open::{
    Charset, Dialect, EncodingFound, HeaderChoice, Opened, Overrides, Records, Source, decoded, open,
};
use model::{AddressPart, ContactRules, DateOrder, DecimalSign, Notation, Region, Slot};
use serde::{Deserialize, Serialize};

/// The user's choices for opening a file. They take precedence over what is detected.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    pub charset: Option<Charset>,
    pub delimiter: Option<u8>,
    /// The header row.
    pub header: HeaderChoice,
    /// The order of day and month, instead of detecting it from the file's dates.
    pub date_order: Option<DateOrder>,
    /// Choices that override the proposed mapping: column and slot.
    pub choices: Vec<(String, String)>,
    /// Whether columns that match no field become custom fields.
    pub keep_unmapped: bool,
    /// The country of numbers without country code.
    pub region: Option<Region>,
    /// The country used when none is chosen and neither the row nor the file indicates one.
    pub fallback_region: Option<Region>,
    /// What a bad value does to its row.
    pub bad_values: BadValues,
    /// The sheet of a workbook to read, instead of the first visible one with values.
    pub sheet: Option<String>,
    /// Where the table comes from, once the file was converted. Set by the import, never by callers.
    pub source: Option<TableSource>,
}

impl Opening {
    /// Returns these choices with the source of the converted table; `None` if the file was not converted.
    pub(crate) fn of_table(self, source: Option<TableSource>) -> Self {
        Self { source, ..self }
    }
}

/// The result of analysing a file: how it is written and what its columns become.
pub(crate) struct FileAnalysis {
    pub opened: Opened,
    pub layout: Option<String>,
    pub columns: Vec<Column>,
    pub reading: Reading,
}

/// Everything that is needed to read a file's rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reading {
    pub encoding: EncodingFound,
    pub dialect: Dialect,
    pub header_row: Option<u64>,
    pub mapping: BoundMapping,
    pub layout: Option<String>,
    pub chosen_region: Option<String>,
    pub suggested_region: Option<String>,
    pub fallback_region: Option<String>,
    /// Whether the countries in the rows' address columns are not the countries of their phone numbers.
    #[serde(default)]
    pub rows_disagree: bool,
    /// Whether no number of the file is without country code.
    #[serde(default)]
    pub no_bare_numbers: bool,
    pub month_first: bool,
    /// The detected date order of each column; empty if the member chose the order.
    #[serde(default)]
    pub dates: Vec<ColumnDates>,
    #[serde(default)]
    pub decimal_comma: bool,
    pub bad_values: BadValues,
    /// The workspace's rules for contacts when the file was analysed.
    #[serde(default)]
    pub rules: ContactRules,
    /// Where the table comes from, if the file is not a CSV itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<TableSource>,
}

/// The layout, the columns and the bound mapping of a file.
pub(crate) struct Mapped {
    pub layout: Option<String>,
    pub columns: Vec<Column>,
    pub mapping: BoundMapping,
}

/// Analyses a file: opens it, maps its columns, and surveys its values.
pub(crate) fn look(source: &dyn Source, opening: &Opening, terms: &WorkspaceRules) -> Result<FileAnalysis, Error> {
    let opened = open_file(source, opening)?;
    let mapped = map_columns(&opened, opening, terms)?;
    let survey = survey_file(
        source,
        &opened,
        &mapped.mapping,
        &terms.rules,
        known_regions(opening, terms),
    )?;
    Ok(build_analysis(opened, mapped, survey, opening, terms))
}

/// Detects how a file is written, except where it is chosen.
pub(crate) fn open_file(source: &dyn Source, opening: &Opening) -> Result<Opened, Error> {
    let overrides = Overrides {
        charset: opening.charset,
        delimiter: opening.delimiter,
        header: opening.header,
        converted: opening.source.as_ref().is_some_and(TableSource::is_converted),
    };
    Ok(open(source, &overrides)?)
}

/// Proposes what the columns become, where nothing is chosen. A column that would need a new custom field is left out
/// if the member may not define fields.
pub(crate) fn map_columns(opened: &Opened, opening: &Opening, terms: &WorkspaceRules) -> Result<Mapped, Error> {
    let (layout, mut columns) = propose(&opened.header, opened.header_row.is_some(), &opened.sample);
    find_fields(&mut columns, layout, &terms.rules, terms.may_define);
    if opening.keep_unmapped {
        keep_unmapped(&mut columns, terms);
    }
    let chosen = opening.choices.iter().filter_map(|choice| known_choice(choice, terms));
    let mapping = BoundMapping::bind(&columns, &chosen.collect::<Vec<_>>())?;
    show_choices(&mut columns, &mapping);
    Ok(Mapped {
        layout: layout.map(str::to_owned),
        columns,
        mapping,
    })
}

/// Reads the whole file to detect date orders, decimal signs and the country of phone numbers, if the mapping needs any
/// of these.
pub(crate) fn survey_file(
    source: &dyn Source,
    opened: &Opened,
    mapping: &BoundMapping,
    rules: &ContactRules,
    regions: Regions,
) -> Result<Survey, Error> {
    if !needs_survey(mapping, rules, regions.chosen.is_some()) {
        return Ok(Survey::default());
    }
    let text = decoded(source, &opened.encoding).map_err(Error::Read)?;
    let records = Records::new(text, opened.dialect.clone());
    survey(records, opened.header_row, mapping, rules, regions).map_err(Error::Read)
}

/// Returns the countries for numbers without country code that are known before the file is read.
pub(crate) fn known_regions(opening: &Opening, terms: &WorkspaceRules) -> Regions {
    Regions {
        chosen: opening.region,
        suggested: None,
        fallback: terms.country.or(opening.fallback_region),
        rows_disagree: false,
    }
}

/// Combines the results of opening, mapping and surveying a file.
pub(crate) fn build_analysis(
    opened: Opened,
    mapped: Mapped,
    survey: Survey,
    opening: &Opening,
    terms: &WorkspaceRules,
) -> FileAnalysis {
    let month_first = match opening.date_order {
        Some(order) => order == DateOrder::MonthFirst,
        None => survey.dates.first().is_some_and(|dates| dates.month_first),
    };
    let reading = Reading {
        encoding: opened.encoding.clone(),
        dialect: opened.dialect.clone(),
        header_row: opened.header_row,
        mapping: mapped.mapping,
        layout: mapped.layout.clone(),
        chosen_region: opening.region.map(Region::code),
        suggested_region: survey.region.map(Region::code),
        fallback_region: known_regions(opening, terms).fallback.map(Region::code),
        rows_disagree: survey.rows_disagree,
        no_bare_numbers: survey.no_bare_numbers,
        month_first,
        dates: if opening.date_order.is_some() {
            Vec::new()
        } else {
            survey.dates
        },
        decimal_comma: survey.decimals == DecimalSign::Comma,
        bad_values: opening.bad_values,
        rules: terms.rules.clone(),
        source: opening.source.clone(),
    };
    FileAnalysis {
        opened,
        layout: mapped.layout,
        columns: mapped.columns,
        reading,
    }
}

/// Whether the whole file must be read: only dates, numbers, and phones without country code need it.
fn needs_survey(mapping: &BoundMapping, rules: &ContactRules, region_known: bool) -> bool {
    has_dates(mapping, rules)
        || any_fills(mapping, |slot| holds_numbers(slot, rules))
        || (has_phones(mapping) && (!region_known || any_fills(mapping, is_country)))
}

fn is_country(slot: &Slot) -> bool {
    matches!(slot, Slot::Address(_, AddressPart::Country))
}

/// Whether a column holds days.
fn has_dates(mapping: &BoundMapping, rules: &ContactRules) -> bool {
    any_fills(mapping, |slot| holds_dates(slot, rules))
}

fn any_fills(mapping: &BoundMapping, wanted: impl Fn(&Slot) -> bool) -> bool {
    mapping.columns().iter().any(|c| c.slot.as_ref().is_some_and(&wanted))
}

fn has_phones(mapping: &BoundMapping) -> bool {
    any_fills(mapping, |slot| matches!(slot, Slot::Phone(_)))
}

/// Returns the choice with the stored spelling of its custom field; `None` if it would define a field that the member
/// may not define.
fn known_choice(choice: &(String, String), terms: &WorkspaceRules) -> Option<(String, String)> {
    let (column, slot) = choice;
    let Ok(Slot::Custom(name)) = slot.parse() else {
        return Some(choice.clone());
    };
    match known_name(&name, &terms.rules) {
        Some(known) => Some((column.clone(), Slot::Custom(known.to_owned()).to_string())),
        None => terms.may_define.then(|| choice.clone()),
    }
}

fn keep_unmapped(columns: &mut [Column], terms: &WorkspaceRules) {
    for column in columns
        .iter_mut()
        .filter(|c| c.slot.is_none() && c.label_for.is_empty() && !c.header.is_empty())
    {
        let known = known_name(&column.header, &terms.rules);
        if known.is_none() && !terms.may_define {
            column.reason = format!("“{}” is not a field here; an admin can add it", column.header);
            continue;
        }
        column.slot = Some(Slot::Custom(known.unwrap_or(&column.header).to_owned()));
        column.proposal = None;
        column.reason = "kept as a custom field".to_owned();
    }
}

/// Marks the columns whose slot the user has chosen. A column whose slot was given to another column keeps it as its
/// proposal.
fn show_choices(columns: &mut [Column], mapping: &BoundMapping) {
    for (column, bound) in columns.iter_mut().zip(mapping.columns()) {
        if column.slot == bound.slot {
            continue;
        }
        let before = std::mem::replace(&mut column.slot, bound.slot.clone());
        let taker = bound.taken_by.and_then(|at| mapping.columns().get(at));
        column.proposal = taker.and(before);
        column.label_for.clear();
        column.confidence = 1.0;
        column.reason = match taker {
            Some(taker) => format!("“{}” was chosen for this field", taker.header),
            None => "chosen".to_owned(),
        };
    }
}

/// The country of numbers without country code, and whether it is only assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneRegion {
    /// The country's code.
    pub region: String,
    /// Whether the country is only assumed: there are such numbers, it was not chosen, and nothing in the file
    /// indicates it.
    pub assumed: bool,
}

impl Reading {
    /// Returns the country of numbers without country code; `None` if no column holds phone numbers or no country is
    /// known.
    pub fn numbers_of(&self) -> Option<PhoneRegion> {
        if !has_phones(&self.mapping) {
            return None;
        }
        let known = self.chosen_region.as_ref().or(self.suggested_region.as_ref());
        let region = known.or(self.fallback_region.as_ref())?.clone();
        Some(PhoneRegion {
            region,
            assumed: known.is_none() && !self.no_bare_numbers,
        })
    }

    /// Whether the order of day and month is only assumed in at least one column of dates.
    pub fn dates_assumed(&self) -> bool {
        self.dates.iter().any(|dates| dates.doubt.is_some())
    }

    /// Returns the judge for the file's rows.
    pub fn judge(&self, keep_patches: bool) -> Judge {
        let region = |code: &Option<String>| code.as_deref().and_then(Region::from_code);
        let notation = Notation {
            dates: match self.month_first {
                true => DateOrder::MonthFirst,
                false => DateOrder::DayFirst,
            },
            decimals: match self.decimal_comma {
                true => DecimalSign::Comma,
                false => DecimalSign::Point,
            },
        };
        Judge::new(self.mapping.clone(), self.layout.clone())
            .with_regions(Regions {
                chosen: region(&self.chosen_region),
                suggested: region(&self.suggested_region),
                fallback: region(&self.fallback_region),
                rows_disagree: self.rows_disagree,
            })
            .with_notation(notation)
            .with_column_dates(self.dates.clone())
            .with_rules(self.rules.clone())
            .with_bad_values(self.bad_values)
            .keeping_patches(keep_patches)
    }

    /// Returns the records of the file, from its start.
    pub fn records(&self, source: &dyn Source) -> Result<Records<Box<dyn std::io::Read + Send>>, Error> {
        let text = decoded(source, &self.encoding).map_err(Error::Read)?;
        let records = Records::new(text, self.dialect.clone());
        let header: Vec<&str> = self.mapping.columns().iter().map(|c| c.header.as_str()).collect();
        Ok(match self.header_row {
            Some(row) => records.of_table(&header, row),
            None => records,
        })
    }
}
