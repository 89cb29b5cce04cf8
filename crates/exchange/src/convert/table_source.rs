//! Where a converted table comes from: the format of its file, the archive and the sheet that it was in.

use serde::{Deserialize, Serialize};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceFormat {
    /// A table as text, taken out of an archive.
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// An OpenDocument spreadsheet.
    Ods,
    Vcard,
}

impl SourceFormat {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "Excel workbook",
            Self::Ods => "OpenDocument spreadsheet",
            Self::Vcard => "vCard",
        }
    }
}

/// What a table was packed in.
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
    /// The archive that it was in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<Archive>,
    /// Its name in the archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The sheet that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// All sheets that can be read instead, in their order, the one that was read among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<String>,
    /// Numbers of which the spreadsheet has kept fifteen digits only.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cut_numbers: u64,
    /// Formulas whose value is not in the file, so that their cells are empty.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub formulas_without_value: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl TableSource {
    /// A table of a format, in no archive.
    pub fn new(format: SourceFormat) -> Self {
        Self {
            format,
            archive: None,
            entry: None,
            sheet: None,
            sheets: Vec::new(),
            cut_numbers: 0,
            formulas_without_value: 0,
        }
    }

    /// Whether what was written is a converted table with numbered rows, rather than text as it stood in an archive.
    pub fn is_converted(&self) -> bool {
        self.format != SourceFormat::Csv
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
