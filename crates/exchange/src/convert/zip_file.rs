//! A ZIP file: finds entries by name and reads them.
//!
//! The sizes and counts that the file claims are not trusted: entries are counted while they are read, and unpacked
//! bytes are counted against a budget.

use super::budget::{Budget, Metered, reading_failed};
use crate::open::{OpenError, Refusal};
use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, FileReader, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};

/// Entries that are accepted. A workbook has a few for each sheet.
const MOST_ENTRIES: usize = 65_536;
/// Bytes of all entry names together.
const MOST_NAMES: usize = 8 * 1024 * 1024;
/// The size of the buffer for unpacked bytes.
const READ_BYTES: usize = 64 * 1024;

pub struct Entry {
    pub name: String,
    method: CompressionMethod,
    is_encrypted: bool,
    is_folder: bool,
    place: ZipArchiveEntryWayfinder,
}

impl Entry {
    /// Whether it is a file of the user: neither a folder nor a file that an operating system adds.
    pub fn is_file(&self) -> bool {
        let last = self.name.rsplit('/').next().unwrap_or_default();
        !self.is_folder && !self.name.starts_with("__MACOSX/") && !last.starts_with('.') && !last.is_empty()
    }
}

/// The entries of a ZIP file.
pub struct ZipFile {
    zip: ZipArchive<FileReader>,
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
    budget: Budget,
}

impl ZipFile {
    /// Reads the list of entries. A file without a complete list is refused with `damaged`.
    pub fn open(file: File, budget: Budget, damaged: Refusal) -> Result<Self, OpenError> {
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let failed = |_| OpenError::Refused(damaged);
        let zip = ZipArchive::from_file(file, &mut buffer).map_err(failed)?;
        let (mut entries, mut names) = (Vec::new(), 0);
        let mut listed = zip.entries(&mut buffer);
        while let Some(entry) = listed.next_entry().map_err(failed)? {
            let name = String::from_utf8_lossy(entry.file_path().as_bytes()).replace('\\', "/");
            names += name.len();
            if entries.len() == MOST_ENTRIES || names > MOST_NAMES {
                return Err(OpenError::Refused(Refusal::ManyEntries { most: MOST_ENTRIES }));
            }
            entries.push(Entry {
                method: entry.compression_method(),
                is_encrypted: entry.flags().is_encrypted(),
                is_folder: entry.is_dir() || name.ends_with('/'),
                place: entry.wayfinder(),
                name,
            });
        }
        // Of several entries with one name, the last one counts, as in other programs.
        let by_name = entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (key(&entry.name), at))
            .collect();
        Ok(Self {
            zip,
            entries,
            by_name,
            budget,
        })
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Finds an entry by its name, ignoring case.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&key(name)).copied()
    }

    /// Opens one entry for reading from its start.
    pub fn read(&self, at: usize, damaged: Refusal) -> Result<PartReader<'_>, OpenError> {
        let Some(entry) = self.entries.get(at) else {
            return Err(OpenError::Refused(damaged));
        };
        if entry.is_encrypted {
            return Err(OpenError::Refused(Refusal::EncryptedEntry));
        }
        let found = self
            .zip
            .get_entry(entry.place)
            .map_err(|_| OpenError::Refused(damaged))?;
        let packed = found.reader();
        let unpacked: Box<dyn Read> = match entry.method {
            CompressionMethod::STORE => Box::new(found.verifying_reader(packed)),
            CompressionMethod::DEFLATE => Box::new(found.verifying_reader(DeflateDecoder::new(packed))),
            _ => return Err(OpenError::Refused(damaged)),
        };
        let metered = Metered {
            inner: unpacked,
            budget: self.budget.clone(),
        };
        Ok(BufReader::with_capacity(READ_BYTES, metered))
    }

    /// Reads a small entry, of which no more than the first `most` bytes are returned.
    pub fn small(&self, at: usize, most: u64, damaged: Refusal) -> Result<Vec<u8>, OpenError> {
        let mut bytes = Vec::new();
        let mut part = self.read(at, damaged)?.take(most);
        part.read_to_end(&mut bytes).map_err(|e| reading_failed(e, damaged))?;
        Ok(bytes)
    }
}

/// Reads the bytes of an entry.
pub type PartReader<'a> = BufReader<Metered<Box<dyn Read + 'a>>>;

/// The key by which an entry is found: some programs write names in another case, with backslashes, or with a leading
/// slash.
fn key(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}
