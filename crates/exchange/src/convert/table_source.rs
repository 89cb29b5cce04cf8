//! Describes where a converted table comes from: the format of its file, and the archive and the sheet that contained
//! it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The format of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceFormat {
    /// A text table, taken out of an archive.
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// An Excel workbook in the format that Excel wrote until 2003.
    Xls,
    /// An OpenDocument spreadsheet.
    Ods,
    Vcard,
}

impl SourceFormat {
    /// The name for users.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "Excel workbook",
            Self::Xls => "Excel workbook (.xls)",
            Self::Ods => "OpenDocument spreadsheet",
            Self::Vcard => "vCard",
        }
    }
}

/// The kind of archive that contained a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Archive {
    Zip,
    Gzip,
}

/// Where a converted table comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSource {
    pub format: SourceFormat,
    /// The kind of archive that contained the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<Archive>,
    /// The name of the file in the archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The sheet that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// All sheets that can be chosen, in their order, including the one that was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<String>,
    /// Numbers of which the spreadsheet kept only fifteen digits.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cut_numbers: u64,
    /// Cards of groups; they became tags.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub groups: u64,
    /// Members of groups that are not in the file.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing_members: u64,
    /// Lines with text outside of cards.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lines_outside: u64,
    /// Texts that were cut when the workbook was written; they are left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cut_texts: u64,
    /// Formulas whose value is not in the file; their cells are empty.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub formulas_without_value: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Text for users, such as `Excel workbook (book.xlsx in a ZIP archive), sheet “Contacts”`.
impl fmt::Display for TableSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.format.name())?;
        match (&self.archive, &self.entry) {
            (Some(Archive::Zip), Some(entry)) => write!(f, " ({entry} in a ZIP archive)")?,
            (Some(Archive::Zip), None) => f.write_str(" (in a ZIP archive)")?,
            (Some(Archive::Gzip), Some(entry)) => write!(f, " ({entry}, packed with gzip)")?,
            (Some(Archive::Gzip), None) => f.write_str(" (packed with gzip)")?,
            (None, _) => {}
        }
        match &self.sheet {
            Some(sheet) => write!(f, ", sheet “{sheet}”"),
            None => Ok(()),
        }
    }
}

impl TableSource {
    /// Describes a table of the given format that was in no archive.
    pub fn new(format: SourceFormat) -> Self {
        Self {
            format,
            archive: None,
            entry: None,
            sheet: None,
            sheets: Vec::new(),
            cut_numbers: 0,
            groups: 0,
            missing_members: 0,
            lines_outside: 0,
            cut_texts: 0,
            formulas_without_value: 0,
        }
    }

    /// Whether the table was converted and has line numbers, rather than being copied as text from an archive.
    pub fn is_converted(&self) -> bool {
        self.format != SourceFormat::Csv
    }

    /// Describes for users what the file itself has lost, or what of it is missing in the table.
    pub fn losses(&self) -> Vec<String> {
        let losses = [
            (
                self.cut_numbers,
                "One number has more than 15 digits, of which spreadsheets keep only 15: its last digits are zeros in the file.",
                "numbers have more than 15 digits, of which spreadsheets keep only 15: their last digits are zeros in the file.",
            ),
            (
                self.cut_texts,
                "One text was cut when the workbook was exported; it is left out, so that it replaces no whole one.",
                "texts were cut when the workbook was exported; they are left out, so that they replace no whole ones.",
            ),
            (
                self.formulas_without_value,
                "One formula has no value in the file, so its cell is empty: open the file in Excel and save it.",
                "formulas have no value in the file, so their cells are empty: open the file in Excel and save it.",
            ),
            (
                self.missing_members,
                "One member of a group is not in the file, so nobody has its tag.",
                "members of groups are not in the file, so nobody has their tags.",
            ),
            (
                self.lines_outside,
                "One line is in no card, so it is left out.",
                "lines are in no card, so they are left out.",
            ),
        ];
        let told = losses.into_iter().filter(|(count, ..)| *count > 0);
        let words = told.map(|(count, one, many)| match count {
            1 => one.to_owned(),
            count => format!("{count} {many}"),
        });
        words.collect()
    }

    /// The sheets that can be read instead.
    pub fn other_sheets(&self) -> impl Iterator<Item = &str> {
        let read = self.sheet.as_deref();
        self.sheets
            .iter()
            .map(String::as_str)
            .filter(move |sheet| Some(*sheet) != read)
    }
}
