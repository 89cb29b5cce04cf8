//! Converts files of other formats into tables: a workbook, archive or vCard file becomes a CSV table, which the
//! import then reads like any other CSV file.
//!
//! Decides how such files are recognised by their content, and the limits within which they are read: memory never
//! grows with what a file holds or claims to hold. The meaning of the columns is decided elsewhere.

mod archive;
mod budget;
mod cards;
mod content;
mod ods;
mod ole;
mod package;
mod row;
mod sheet_choice;
mod sheet_table;
mod table_source;
mod table_writer;
mod xls;
mod xlsx;
mod xml;
mod zip_file;

pub use table_source::{Archive, SourceFormat, TableSource};
pub use table_writer::TableWriter;

use crate::open::{OpenError, Refusal};
use budget::{Budget, Metered, reading_failed, writing_failed};
use content::{Content, LOOKED_AT};
use flate2::read::MultiGzDecoder;
use package::Package;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use zip_file::ZipFile;

/// Writes the table of a file that is not CSV and returns where the table comes from. Returns `None` and writes
/// nothing if the file is text that can be opened as it is, or has an unknown format. Of a workbook, `wanted_sheet` is
/// read.
///
/// # Errors
/// If the file cannot be read, is damaged, holds no table or several tables, or exceeds a limit; if the table cannot
/// be written.
pub fn convert(
    mut file: File,
    wanted_sheet: Option<&str>,
    out: &mut dyn Write,
) -> Result<Option<TableSource>, OpenError> {
    let size = file.metadata()?.len();
    let mut conversion = Conversion {
        wanted_sheet,
        unpacked: Budget::of_unpacked(size),
        waiting: Budget::of_written(size),
        out: &mut Metered {
            inner: out,
            budget: Budget::of_written(size),
        },
    };
    let head = head_of(&mut file)?;
    let source = match Content::from_head(&head) {
        Content::Zip => Some(conversion.zip(file, damage_of(&head))?),
        Content::Gzip => Some(conversion.gzip(file)?),
        Content::Ole => Some(conversion.compound(file)?),
        Content::Vcard => Some(cards::convert(file, conversion.out)?),
        Content::Other => None,
    };
    let has_sheets = source.as_ref().is_some_and(|source| source.sheet.is_some());
    match wanted_sheet {
        Some(wanted) if !has_sheets => Err(OpenError::NoSheet {
            wanted: wanted.to_owned(),
            sheets: Vec::new(),
        }),
        _ => Ok(source),
    }
}

/// Reads the first bytes of a file and seeks back to its start.
fn head_of(file: &mut File) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    Read::by_ref(file).take(LOOKED_AT).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(head)
}

/// Returns the refusal for a ZIP file whose list of entries is incomplete. A workbook is recognised by the names of
/// parts at the start of the file.
fn damage_of(head: &[u8]) -> Refusal {
    let holds = |name: &str| memchr::memmem::find(head, name.as_bytes()).is_some();
    match holds("xl/") || holds("[Content_Types].xml") {
        true => Refusal::Workbook,
        false => Refusal::DamagedZip,
    }
}

/// One file that is being converted.
struct Conversion<'a> {
    wanted_sheet: Option<&'a str>,
    unpacked: Budget,
    /// Limits the rows that are held in temporary files until they can be written.
    waiting: Budget,
    out: &'a mut dyn Write,
}

impl Conversion<'_> {
    /// Converts a ZIP file: a workbook, or the only table in an archive.
    fn zip(&mut self, file: File, damaged: Refusal) -> Result<TableSource, OpenError> {
        let zip = ZipFile::open(file, self.unpacked.clone(), damaged)?;
        match Package::detect(&zip)? {
            Package::Spreadsheet(format) => self.spreadsheet(&zip, format),
            Package::Refused(refusal) => Err(OpenError::Refused(refusal)),
            Package::Archive => {
                let (entry, content) = archive::table_in(&zip)?;
                let part = zip.read(entry, Refusal::DamagedZip)?;
                let source = self.packed(content, part, Refusal::DamagedZip)?;
                Ok(TableSource {
                    archive: Some(Archive::Zip),
                    entry: Some(zip.entries()[entry].name.clone()),
                    ..source
                })
            }
        }
    }

    fn spreadsheet(&mut self, zip: &ZipFile, format: SourceFormat) -> Result<TableSource, OpenError> {
        match format {
            SourceFormat::Ods => ods::convert(zip, self.wanted_sheet, &self.waiting, self.out),
            _ => xlsx::convert(zip, self.wanted_sheet, &self.waiting, self.out),
        }
    }

    /// Converts a compound file: a workbook of Excel 2003 or older.
    fn compound(&mut self, mut file: File) -> Result<TableSource, OpenError> {
        match ole::refusal(&mut file) {
            Some(refusal) => Err(OpenError::Refused(refusal)),
            None => xls::convert(file, self.wanted_sheet, &self.waiting, self.out),
        }
    }

    fn gzip(&mut self, file: File) -> Result<TableSource, OpenError> {
        let mut unpacked = BufReader::new(Metered {
            inner: MultiGzDecoder::new(BufReader::new(file)),
            budget: self.unpacked.clone(),
        });
        let failed = |error| reading_failed(error, Refusal::Gzip);
        let mut head = Vec::new();
        unpacked
            .by_ref()
            .take(LOOKED_AT)
            .read_to_end(&mut head)
            .map_err(failed)?;
        let name = unpacked.get_ref().inner.header().and_then(|header| header.filename());
        let name = name.map(|name| String::from_utf8_lossy(name).into_owned());
        let source = self.packed(
            Content::from_head(&head),
            head.as_slice().chain(unpacked),
            Refusal::Gzip,
        )?;
        Ok(TableSource {
            archive: Some(Archive::Gzip),
            entry: name,
            ..source
        })
    }

    /// Converts the table inside an archive. An archive within an archive is refused.
    fn packed(&mut self, content: Content, mut part: impl Read, damaged: Refusal) -> Result<TableSource, OpenError> {
        match content {
            Content::Gzip => Err(OpenError::Refused(Refusal::NestedArchive)),
            Content::Ole => self.compound(unpack(part, damaged)?),
            Content::Zip => {
                let zip = ZipFile::open(unpack(part, damaged)?, self.unpacked.clone(), Refusal::NestedArchive)?;
                match Package::detect(&zip)? {
                    Package::Spreadsheet(format) => self.spreadsheet(&zip, format),
                    Package::Refused(refusal) => Err(OpenError::Refused(refusal)),
                    Package::Archive => Err(OpenError::Refused(Refusal::NestedArchive)),
                }
            }
            Content::Vcard => cards::convert(unpack(part, damaged)?, self.out),
            Content::Other => {
                copy(&mut part, self.out, damaged)?;
                Ok(TableSource::new(SourceFormat::Csv))
            }
        }
    }
}

/// Unpacks an archive entry into a temporary file, positioned at its start.
fn unpack(mut part: impl Read, damaged: Refusal) -> Result<File, OpenError> {
    let mut file = tempfile::tempfile()?;
    copy(&mut part, &mut file, damaged)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Copies bytes, and distinguishes errors of reading from errors of writing.
fn copy(part: &mut dyn Read, out: &mut dyn Write, damaged: Refusal) -> Result<(), OpenError> {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        match part.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(n) => out.write_all(&bytes[..n]).map_err(writing_failed)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(reading_failed(error, damaged)),
        }
    }
}

#[cfg(test)]
#[path = "convert_tests.rs"]
mod tests;

#[cfg(test)]
mod test_files;
