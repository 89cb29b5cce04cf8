//! Refusing what is no table, with a message that names what it is.

use super::header::Header;
use super::refusal::{OpenError, Refusal};
use std::io::Read;

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
