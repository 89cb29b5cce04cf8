//! Refusing what is no table, with a message that names what it is.

use super::OpenError;
use super::header::Header;
use std::fmt;
use std::io::Read;

/// What a file is instead of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is explained by its message")]
pub enum Refusal {
    Empty,
    Workbook,
    OldWorkbook,
    OpenDocument,
    Zip,
    Gzip,
    Archive,
    Pdf,
    Image,
    Database,
    Html,
    Xml,
    Json,
    Vcard,
    Calendar,
    RichText,
    Ldif,
    Binary,
    Prose,
    TooManyColumns { columns: usize, most: usize },
}

impl Refusal {
    /// A stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Workbook => "not_csv:xlsx",
            Self::OldWorkbook => "not_csv:xls",
            Self::OpenDocument => "not_csv:ods",
            Self::Zip => "not_csv:zip",
            Self::Gzip => "not_csv:gzip",
            Self::Archive => "not_csv:archive",
            Self::Pdf => "not_csv:pdf",
            Self::Image => "not_csv:image",
            Self::Database => "not_csv:database",
            Self::Html => "not_csv:html",
            Self::Xml => "not_csv:xml",
            Self::Json => "not_csv:json",
            Self::Vcard => "not_csv:vcard",
            Self::Calendar => "not_csv:icalendar",
            Self::RichText => "not_csv:rtf",
            Self::Ldif => "not_csv:ldif",
            Self::Binary => "not_csv:binary",
            Self::Prose => "not_a_table",
            Self::TooManyColumns { .. } => "too_many_columns",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file is empty: there is nothing to import",
            Self::Workbook => {
                "this is an Excel workbook (.xlsx), not CSV: open it in Excel and save it as \"CSV UTF-8 (comma delimited)\""
            }
            Self::OldWorkbook => {
                "this is an Excel workbook of the old kind (.xls), not CSV: open it in Excel and save it as \"CSV UTF-8 (comma delimited)\""
            }
            Self::OpenDocument => "this is an OpenDocument spreadsheet (.ods), not CSV: open it in LibreOffice and save it as \"Text CSV\"",
            Self::Zip => "this is a ZIP archive, not CSV: unpack it and import the CSV file inside",
            Self::Gzip => "this file is compressed with gzip: unpack it (gunzip) and import the CSV file inside",
            Self::Archive => "this is a compressed archive, not CSV: unpack it and import the CSV file inside",
            Self::Pdf => "this is a PDF document, not CSV: export the contacts as CSV from the program they come from",
            Self::Image => "this is a picture, not CSV",
            Self::Database => "this is a SQLite database, not CSV: export the table with the contacts as CSV",
            Self::Html => "this is an HTML page, not CSV, whatever its name says: open it in a spreadsheet and save it as CSV",
            Self::Xml => "this is an XML document, not CSV: export the contacts as CSV from the program they come from",
            Self::Json => "this is JSON, not CSV: export the contacts as CSV from the program they come from",
            Self::Vcard => "this is a vCard file (.vcf), not CSV: choose CSV where the contacts are exported",
            Self::Calendar => "this is a calendar file (.ics), not CSV: it holds appointments, not contacts",
            Self::RichText => "this is a rich text document (.rtf), not CSV: save the table from a spreadsheet as CSV",
            Self::Ldif => "this is an LDIF file, not CSV: choose CSV where the contacts are exported",
            Self::Binary => "this is a binary file, not text: export the contacts as CSV from the program they come from",
            Self::TooManyColumns { columns, most } => {
                return write!(
                    f,
                    "this file has {columns} columns, and at most {most} can be imported: delete those that hold nothing of a contact, or choose the right separator"
                );
            }
            Self::Prose => "this is text, but no table: no column could be told apart. A CSV file has one contact a line and a delimiter between the values",
        })
    }
}

/// Refuses by the signature of the first bytes.
pub fn by_first_bytes(input: &mut dyn Read) -> Result<(), OpenError> {
    let mut head = Vec::new();
    input.take(8192).read_to_end(&mut head)?;
    signature(&head).map_or(Ok(()), |refusal| Err(OpenError::Refused(refusal)))
}

fn signature(head: &[u8]) -> Option<Refusal> {
    let holds = |needle: &[u8]| memchr::memmem::find(head, needle).is_some();
    let begins = |signatures: &[&[u8]]| signatures.iter().any(|s| head.starts_with(s));
    if head.is_empty() {
        return Some(Refusal::Empty);
    }
    if begins(&[b"PK\x03\x04", b"PK\x05\x06"]) {
        return Some(match () {
            () if holds(b"opendocument") => Refusal::OpenDocument,
            // A workbook begins with the list of its parts; without one the file's name claimed to be a table, and
            // what spreadsheets write under a wrong name is a workbook.
            () if holds(b"xl/") || holds(b"[Content_Types].xml") || !holds(b".csv") => Refusal::Workbook,
            () => Refusal::Zip,
        });
    }
    let known: [(&[&[u8]], Refusal); 7] = [
        (&[b"\xD0\xCF\x11\xE0"], Refusal::OldWorkbook),
        (&[b"\x1F\x8B"], Refusal::Gzip),
        (
            &[b"BZh", b"\xFD7zXZ", b"7z\xBC\xAF", b"Rar!", b"\x28\xB5\x2F\xFD"],
            Refusal::Archive,
        ),
        (&[b"%PDF"], Refusal::Pdf),
        (&[b"\x89PNG", b"\xFF\xD8\xFF", b"GIF8", b"RIFF"], Refusal::Image),
        (&[b"SQLite format 3\0"], Refusal::Database),
        (&[b"\x7FELF", b"MZ\x90", b"\xCA\xFE\xBA\xBE"], Refusal::Binary),
    ];
    known
        .into_iter()
        .find(|(signatures, _)| begins(signatures))
        .map(|(_, refusal)| refusal)
}

/// Refuses by what the decoded text begins with.
pub fn by_text(sample: &[u8]) -> Result<(), OpenError> {
    let text = sample.trim_ascii_start();
    let begins = |word: &[u8]| text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word);
    let control = sample.iter().filter(|b| matches!(b, 0..=8 | 14..=31)).count();
    let refusal = if text.is_empty() || sample.iter().all(|b| b.is_ascii_whitespace() || *b == 0) {
        Refusal::Empty
    } else if [
        &b"<!doctype html"[..],
        b"<html",
        b"<table",
        b"<head",
        b"<body",
        b"<meta",
    ]
    .iter()
    .any(|w| begins(w))
    {
        Refusal::Html
    } else if begins(b"<?xml") {
        Refusal::Xml
    } else if begins(b"begin:vcard") {
        Refusal::Vcard
    } else if begins(b"begin:vcalendar") {
        Refusal::Calendar
    } else if begins(b"{\\rtf") {
        Refusal::RichText
    } else if begins(b"dn: ") || begins(b"version: 1\ndn:") {
        Refusal::Ldif
    } else if is_json(text) {
        Refusal::Json
    } else if control * 20 > sample.len() {
        Refusal::Binary
    } else {
        return Ok(());
    };
    Err(OpenError::Refused(refusal))
}

fn is_json(text: &[u8]) -> bool {
    let compact: Vec<u8> = text
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .take(3)
        .collect();
    compact.starts_with(b"{\"") || compact.starts_with(b"[{") || compact == b"{}" || compact == b"[]"
}

/// Refuses text that is no table: no column was recognised by name or value, and the records have no common shape.
pub fn prose(records: &[(u64, Vec<String>)], header: &Header) -> Result<(), OpenError> {
    if header.recognised || records.len() < 2 {
        return Ok(());
    }
    let wide = records
        .iter()
        .filter(|(_, r)| r.len() > 1 && r.len() == header.names.len())
        .count();
    let has_values = records
        .iter()
        .flat_map(|(_, r)| r)
        .any(|cell| super::header::is_data_like(cell));
    if !has_values && wide * 2 < records.len() {
        return Err(OpenError::Refused(Refusal::Prose));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_signature() {
        assert_eq!(signature(b""), Some(Refusal::Empty));
        assert_eq!(signature(b"PK\x03\x04....xl/workbook.xml"), Some(Refusal::Workbook));
        assert_eq!(signature(b"PK\x03\x04....contacts.csv"), Some(Refusal::Zip));
        assert_eq!(signature(b"\x1F\x8B\x08"), Some(Refusal::Gzip));
        assert_eq!(signature(b"first_name,email\n"), None);
    }

    #[test]
    fn text_is_known_by_its_beginning() {
        let refusal = |text: &str| match by_text(text.as_bytes()) {
            Err(OpenError::Refused(r)) => Some(r),
            _ => None,
        };
        assert_eq!(refusal(" \n"), Some(Refusal::Empty));
        assert_eq!(refusal("<!DOCTYPE html><p>"), Some(Refusal::Html));
        assert_eq!(refusal("BEGIN:VCARD\r\n"), Some(Refusal::Vcard));
        assert_eq!(refusal("[ {\"a\": 1}]"), Some(Refusal::Json));
        assert_eq!(refusal("{\\rtf1\\ansi"), Some(Refusal::RichText));
        assert_eq!(refusal("BEGIN:VCALENDAR\n"), Some(Refusal::Calendar));
        assert_eq!(refusal("a,b\n"), None);
        assert_eq!(refusal("{notes},b\n"), None);
    }
}
