//! Detects the kind of a file from its first bytes.

/// Bytes that are examined.
pub const LOOKED_AT: u64 = 4096;

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A ZIP file: an archive, or a workbook.
    Zip,
    Gzip,
    /// A compound file (OLE), such as a workbook of Excel 2003 or older.
    Ole,
    Vcard,
    /// Anything else, such as CSV.
    Other,
}

impl Content {
    /// Detects the kind from the first bytes of a file.
    pub fn from_head(head: &[u8]) -> Self {
        let begins = |signature: &[u8]| head.starts_with(signature);
        match () {
            () if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => Self::Zip,
            () if begins(b"\x1F\x8B") => Self::Gzip,
            () if begins(b"\xD0\xCF\x11\xE0") => Self::Ole,
            () if is_vcard(head) => Self::Vcard,
            () => Self::Other,
        }
    }
}

/// Whether the text begins with a vCard, in any encoding: zero bytes are ignored, because encodings with two bytes a
/// character have one in each pair.
fn is_vcard(head: &[u8]) -> bool {
    const BEGIN: &[u8] = b"BEGIN:VCARD";
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = head.iter().copied().filter(|byte| !matches!(byte, 0 | 0xFE | 0xFF));
    let begin: Vec<u8> = text.skip_while(u8::is_ascii_whitespace).take(BEGIN.len()).collect();
    begin.eq_ignore_ascii_case(BEGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_recognised_by_their_first_bytes() {
        assert_eq!(Content::from_head(b"PK\x03\x04..."), Content::Zip);
        assert_eq!(Content::from_head(b"PK,Name\n"), Content::Other);
        assert_eq!(Content::from_head(b""), Content::Other);
        assert_eq!(Content::from_head(b"\x1F\x8B\x08"), Content::Gzip);
        assert_eq!(Content::from_head(b"\xEF\xBB\xBF\r\nbegin:vCard\r\n"), Content::Vcard);
        let utf16: Vec<u8> = "\u{feff}BEGIN:VCARD\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(Content::from_head(&utf16), Content::Vcard);
        assert_eq!(Content::from_head(b"Name,Note\nAna,BEGIN:VCARD\n"), Content::Other);
    }
}
