//! Finds the only table in an archive: the contacts among the files of Google Takeout or LinkedIn, or a single packed
//! file.

use super::content::Content;
use super::zip_file::ZipFile;
use crate::mapping::propose;
use crate::open::{OpenError, Overrides, Refusal, open};
use std::io::Read;

/// Files that are examined; files with the extension of a table come first.
const MOST_FILES: usize = 200;
/// Bytes of each file that are examined.
const LOOKED_AT: u64 = 64 * 1024;
/// File names that the error message lists if there are several tables.
const MOST_NAMED: usize = 10;
/// File extensions of tables.
const TABLES: [&str; 9] = [".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xls", ".ods", ".vcf"];

/// A file that may be the table.
struct Candidate {
    entry: usize,
    content: Content,
    /// Whether it has a known layout or is a vCard file.
    is_known: bool,
}

/// Returns the entry that is the table, and the kind of its content.
pub fn table_in(zip: &ZipFile) -> Result<(usize, Content), OpenError> {
    let entries = zip.entries();
    let is_called_table = |at: &usize| {
        let name = entries[*at].name.to_ascii_lowercase();
        TABLES.iter().any(|end| name.ends_with(end))
    };
    let files = (0..entries.len()).filter(|at| entries[*at].is_file());
    let (tables, others): (Vec<usize>, Vec<usize>) = files.partition(is_called_table);
    let mut candidates = Vec::new();
    for entry in tables.into_iter().chain(others).take(MOST_FILES) {
        candidates.extend(candidate(zip, entry)?);
    }
    let name = |candidate: &Candidate| entries[candidate.entry].name.as_str();
    let known: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.is_known).collect();
    // Google packs one file for each group of contacts, and one with all contacts.
    let of_all: Vec<&Candidate> = known
        .iter()
        .copied()
        .filter(|candidate| name(candidate).to_ascii_lowercase().contains("all contacts"))
        .collect();
    let all: Vec<&Candidate> = candidates.iter().collect();
    for choice in [&known, &of_all, &all] {
        if let [only] = choice.as_slice() {
            return Ok((only.entry, only.content));
        }
    }
    if candidates.is_empty() {
        return Err(OpenError::Refused(Refusal::Zip));
    }
    let several = if known.is_empty() { all } else { known };
    Err(OpenError::SeveralTables {
        names: several
            .into_iter()
            .take(MOST_NAMED)
            .map(|candidate| name(candidate).to_owned())
            .collect(),
    })
}

/// Returns the entry as a candidate. `None` if it is not a table.
fn candidate(zip: &ZipFile, entry: usize) -> Result<Option<Candidate>, OpenError> {
    let mut head = Vec::new();
    match zip.read(entry, Refusal::Zip) {
        Ok(part) => {
            let read = part.take(LOOKED_AT).read_to_end(&mut head);
            read.map_err(|e| super::budget::reading_failed(e, Refusal::Zip))?;
        }
        // The only file of an archive must be readable; among several, an encrypted file or one with another
        // compression is ignored.
        Err(error) if zip.entries().len() == 1 => return Err(error),
        Err(_) => return Ok(None),
    }
    let content = Content::from_head(&head);
    let is_known = match content {
        Content::Zip | Content::Gzip | Content::Ole => Some(false),
        Content::Vcard => Some(true),
        Content::Other => is_known_table(head),
    };
    Ok(is_known.map(|is_known| Candidate {
        entry,
        content,
        is_known,
    }))
}

/// Whether a table has a known layout. `None` if the text is not a table.
fn is_known_table(head: Vec<u8>) -> Option<bool> {
    let opened = open(&head, &Overrides::default()).ok()?;
    let (layout, _) = propose(&opened.header, opened.header_row.is_some(), &opened.sample);
    Some(layout.is_some())
}
