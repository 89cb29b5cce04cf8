//! Detects what a ZIP file is: a spreadsheet or another document that consists of parts, or an archive of files.

use super::table_source::SourceFormat;
use super::xlsx::main_part;
use super::zip_file::ZipFile;
use crate::open::{OpenError, Refusal};

/// What a ZIP file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    Spreadsheet(SourceFormat),
    /// A document that cannot be imported.
    Refused(Refusal),
    Archive,
}

impl Package {
    /// Detects it from the names of the parts.
    pub fn detect(zip: &ZipFile) -> Result<Self, OpenError> {
        if let Some(at) = zip.find("mimetype") {
            let kind = zip.small(at, 100, Refusal::Zip)?;
            let holds = |word: &[u8]| memchr::memmem::find(&kind, word).is_some();
            if holds(b"opendocument.spreadsheet") {
                return Ok(Self::Spreadsheet(SourceFormat::Ods));
            }
            if holds(b"opendocument") || holds(b"epub") {
                return Ok(Self::Refused(Refusal::Document));
            }
        }
        if zip.find("[Content_Types].xml").is_some() || zip.find("xl/workbook.xml").is_some() {
            let main = main_part(zip)?.unwrap_or_default().to_ascii_lowercase();
            return Ok(match () {
                () if main.starts_with("word/") || main.starts_with("ppt/") => Self::Refused(Refusal::Document),
                () if main.ends_with(".bin") => Self::Refused(Refusal::BinaryWorkbook),
                () => Self::Spreadsheet(SourceFormat::Xlsx),
            });
        }
        // Numbers, Pages and Keynote store their parts this way.
        let is_iwa = |name: &str| name.ends_with(".iwa") || name == "Index.zip";
        if zip.entries().iter().any(|entry| is_iwa(&entry.name)) {
            return Ok(Self::Refused(Refusal::Numbers));
        }
        Ok(Self::Archive)
    }
}
