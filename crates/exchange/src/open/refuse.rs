//! Refuses files that are not tables, with a message that names their format.

use super::foreign::format_of;
use super::header::Header;
use super::refusal::{OpenError, Refusal};
use std::io::Read;

/// Refuses a file by the signature in its first bytes.
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
            () if holds(b"opendocument.spreadsheet") => Refusal::OpenDocument,
            () if holds(b"opendocument") || holds(b"word/") || holds(b"ppt/") => Refusal::Document,
            // Numbers, Pages and Keynote name their parts like this.
            () if holds(b".iwa") || holds(b"Index.zip") => Refusal::Numbers,
            // A workbook begins with the list of its parts. A ZIP file without that list and without a CSV file was
            // offered as a table, so it is most likely a workbook saved under a wrong name.
            () if holds(b"xl/") || holds(b"[Content_Types].xml") || !holds(b".csv") => Refusal::Workbook,
            () => Refusal::Zip,
        });
    }
    let known: [(&[&[u8]], Refusal); 10] = [
        (&[b"\xD0\xCF\x11\xE0"], Refusal::OldWorkbook),
        (&[b"\x1F\x8B"], Refusal::Gzip),
        (
            &[
                b"BZh",
                b"\xFD7zXZ",
                b"7z\xBC\xAF",
                b"Rar!",
                b"\x28\xB5\x2F\xFD",
                b"MSCF",
                b"\x04\x22\x4D\x18",
            ],
            Refusal::Archive,
        ),
        (&[b"%PDF"], Refusal::Pdf),
        (
            &[b"\x89PNG", b"\xFF\xD8\xFF", b"GIF8", b"RIFF", b"II*\0", b"MM\0*"],
            Refusal::Image,
        ),
        (&[b"SQLite format 3\0"], Refusal::Database),
        (
            &[b"\0\x01\0\0Standard Jet DB", b"\0\x01\0\0Standard ACE DB"],
            Refusal::Access,
        ),
        (&[b"!BDN"], Refusal::OutlookData),
        (&[b"bplist00", b"PAR1", b"ARROW1", b"Obj\x01"], Refusal::Binary),
        (&[b"\x7FELF", b"MZ\x90", b"\xCA\xFE\xBA\xBE"], Refusal::Binary),
    ];
    known
        .into_iter()
        .find(|(signatures, _)| begins(signatures))
        .map(|(_, refusal)| refusal)
}

/// Refuses a file by the format of its decoded text.
pub fn by_text(sample: &[u8]) -> Result<(), OpenError> {
    let refusal = match () {
        () if sample.iter().all(|b| b.is_ascii_whitespace() || *b == 0) => Some(Refusal::Empty),
        () => format_of(sample).or_else(|| is_binary(sample).then_some(Refusal::Binary)),
    };
    refusal.map_or(Ok(()), |refusal| Err(OpenError::Refused(refusal)))
}

/// Whether more than one byte in twenty is a control character. A run of zeros counts once: unwritten blocks of a file
/// are read as zeros. The ASCII separator characters can separate columns, so they do not count.
fn is_binary(sample: &[u8]) -> bool {
    let is_control = |byte: u8| matches!(byte, 0 | 2..=8 | 14..=27);
    let mut before = None;
    let mut control = 0;
    for byte in sample {
        control += usize::from(is_control(*byte) && !(*byte == 0 && before == Some(0)));
        before = Some(*byte);
    }
    control * 20 > sample.len()
}

/// Refuses text that is not a table: no column was recognised by name or value, and the records have no common shape.
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
    fn archives_are_known_by_their_parts() {
        let zip = |part: &str| signature(format!("PK\x03\x04......{part}").as_bytes());
        assert_eq!(zip("Index/Document.iwa"), Some(Refusal::Numbers));
        assert_eq!(zip("Index/Tables/Tile.iwa"), Some(Refusal::Numbers));
        assert_eq!(zip("[Content_Types].xml....word/document.xml"), Some(Refusal::Document));
        assert_eq!(
            zip("mimetypeapplication/vnd.oasis.opendocument.text"),
            Some(Refusal::Document)
        );
        assert_eq!(
            zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
            Some(Refusal::OpenDocument)
        );
        assert_eq!(zip("xl/workbook.xml"), Some(Refusal::Workbook));
    }

    #[test]
    fn zeros_that_fill_up_a_file_are_not_binary() {
        let refused = |bytes: &[u8]| by_text(bytes).is_err();
        let mut padded = b"Name,Email\nAna,a@x.org\n".to_vec();
        padded.extend_from_slice(&[0; 5000]);
        assert!(!refused(&padded));
        assert!(!refused(b"Name\x1fEmail\nAna\x1fa@x.org\n"));
        assert!(refused(b"\x02\x03a\x04b\x05c\x06"));
        assert!(refused(&[0; 50]), "nothing but zeros is an empty file");
    }
}
