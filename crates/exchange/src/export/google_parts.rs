//! The CSV of Google Contacts in parts: a ZIP archive of files with as many contacts as Google imports at once, each
//! with a header row.

use super::google::{self, Needs};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use model::Contact;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::{self, Seek, SeekFrom, Write};
use tempfile::SpooledTempFile;

/// The largest number of contacts in a file that Google imports.
pub const OF_A_PART: usize = 3_000;
/// Bytes of a part that are held in memory; more go to a temporary file.
const IN_MEMORY: usize = 4 * 1024 * 1024;

/// The CSV lines of some contacts.
#[derive(Default)]
pub struct Lines {
    bytes: Vec<u8>,
    /// The end of each contact's lines in `bytes`.
    ends: Vec<usize>,
}

impl Lines {
    /// Writes the lines of contacts into memory.
    ///
    /// # Errors
    /// None in practice: the output is memory.
    pub fn from_contacts<'c>(contacts: impl Iterator<Item = &'c Contact>, needs: Needs) -> io::Result<Self> {
        let mut writer = google::Writer::behind_header(Vec::new(), needs);
        let mut ends = Vec::new();
        for contact in contacts {
            writer.write(contact)?;
            ends.push(writer.written()?.len());
        }
        let bytes = writer.written()?.clone();
        Ok(Self { bytes, ends })
    }
}

/// Writes the archive.
pub struct Writer<W: Write> {
    archive: ZipArchiveWriter<W>,
    needs: Needs,
    bom: bool,
    part: SpooledTempFile,
    /// The number of contacts in the current part, and of parts that were begun.
    contacts: usize,
    parts: usize,
}

impl<W: Write> Writer<W> {
    /// Begins the first part. With `bom`, each part begins with a byte order mark.
    ///
    /// # Errors
    /// Errors of the temporary file.
    pub fn new(out: W, needs: Needs, bom: bool) -> io::Result<Self> {
        let mut writer = Self {
            archive: ZipArchiveWriter::new(out),
            needs,
            bom,
            part: tempfile::spooled_tempfile(IN_MEMORY),
            contacts: 0,
            parts: 0,
        };
        writer.begin_part()?;
        Ok(writer)
    }

    fn begin_part(&mut self) -> io::Result<()> {
        self.part = tempfile::spooled_tempfile(IN_MEMORY);
        self.contacts = 0;
        self.parts += 1;
        if self.bom {
            self.part.write_all("\u{feff}".as_bytes())?;
        }
        google::Writer::new(&mut self.part, self.needs)?.finish()
    }

    /// Writes the lines of contacts; begins a new part when the current one is full.
    ///
    /// # Errors
    /// Errors of the output or the temporary file.
    pub fn write(&mut self, lines: &Lines) -> io::Result<()> {
        let mut begin = 0;
        for end in &lines.ends {
            if self.contacts == OF_A_PART {
                self.end_part()?;
                self.begin_part()?;
            }
            self.part.write_all(&lines.bytes[begin..*end])?;
            self.contacts += 1;
            begin = *end;
        }
        Ok(())
    }

    fn end_part(&mut self) -> io::Result<()> {
        let name = format!("contacts-{:03}.csv", self.parts);
        let file = self.archive.new_file(name.as_str());
        let (mut entry, config) = file
            .compression_method(CompressionMethod::DEFLATE)
            .start()
            .map_err(failed)?;
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        self.part.seek(SeekFrom::Start(0))?;
        io::copy(&mut self.part, &mut writer)?;
        let (encoder, descriptor) = writer.finish().map_err(failed)?;
        encoder.finish()?;
        entry.finish(descriptor).map_err(failed)?;
        Ok(())
    }

    /// Writes the last part and the end of the archive.
    ///
    /// # Errors
    /// Errors of the output or the temporary file.
    pub fn finish(mut self) -> io::Result<()> {
        self.end_part()?;
        self.archive.finish().map_err(failed)?.flush()
    }
}

fn failed(error: rawzip::Error) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::convert;
    use std::io::Read;

    /// Exports that many contacts, and returns the names and texts of the files in the archive.
    fn parts(contacts: usize) -> Vec<(String, String)> {
        let contact = |at: usize| Contact {
            first_name: format!("Ann {at}").as_str().into(),
            ..Contact::default()
        };
        let contacts: Vec<Contact> = (0..contacts).map(contact).collect();
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, Needs::default(), true).unwrap();
        for some in contacts.chunks(2_000) {
            writer
                .write(&Lines::from_contacts(some.iter(), Needs::default()).unwrap())
                .unwrap();
        }
        writer.finish().unwrap();
        let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
        let entries = archive.entries().map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_path().try_normalize().unwrap().as_ref().to_owned();
            let packed = archive.get_entry(entry.wayfinder()).unwrap();
            let mut text = String::new();
            let mut reader = packed.verifying_reader(flate2::read::DeflateDecoder::new(packed.data()));
            reader.read_to_string(&mut text).unwrap();
            (name, text)
        });
        entries.collect()
    }

    #[test]
    fn every_part_has_its_header_and_no_more_than_google_takes() {
        let parts = parts(6_001);
        let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["contacts-001.csv", "contacts-002.csv", "contacts-003.csv"]);
        let lines: Vec<usize> = parts.iter().map(|(_, text)| text.lines().count()).collect();
        assert_eq!(lines, [3_001, 3_001, 2]);
        assert!(parts.iter().all(|(_, text)| text.starts_with("\u{feff}First Name,")));
        assert!(parts[1].1.contains("\nAnn 3000,") && parts[2].1.contains("\nAnn 6000,"));
    }

    #[test]
    fn no_contacts_are_one_part_without_rows() {
        let parts = parts(0);
        assert_eq!((parts.len(), parts[0].1.lines().count()), (1, 1));
    }

    #[test]
    fn an_archive_of_one_part_is_imported_as_it_is() {
        let mut file = tempfile::tempfile().unwrap();
        let mut writer = Writer::new(&mut file, Needs::default(), false).unwrap();
        let contact = Contact {
            last_name: "Marsh".into(),
            ..Contact::default()
        };
        writer
            .write(&Lines::from_contacts([&contact].into_iter(), Needs::default()).unwrap())
            .unwrap();
        writer.finish().unwrap();
        let mut table = Vec::new();
        convert(file, None, &mut table).unwrap();
        assert!(String::from_utf8(table).unwrap().contains(",Marsh,"));
    }
}
