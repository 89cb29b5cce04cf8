//! Encodings: those of the WHATWG Encoding Standard, the DOS code pages, and Mac OS Central European.

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, MACINTOSH, SHIFT_JIS, UTF_8, X_MAC_CYRILLIC};
use oem_cp::code_table_type::TableType;
use serde::{Deserialize, Serialize};

/// An encoding that files can be read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(pub(super) Kind);

/// Where the table of an encoding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The WHATWG Encoding Standard.
    Standard(&'static Encoding),
    /// A DOS code page.
    Dos(u16),
    /// Mac OS Central European.
    MacCentralEurope,
}

/// The DOS code pages that the Encoding Standard does not include.
const DOS_CODE_PAGES: [u16; 16] = [
    437, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 869,
];

const MAC_CENTRAL_EUROPE_NAME: &str = "mac-centeuro";
const MAC_CENTRAL_EUROPE_LABELS: [&str; 7] = [
    MAC_CENTRAL_EUROPE_NAME,
    "mac-ce",
    "x-mac-ce",
    "x-mac-centraleurroman",
    "maccentraleurope",
    "mac-latin2",
    "maclatin2",
];

/// The characters of the bytes 0x80 to 0xFF.
#[rustfmt::skip]
const MAC_CENTRAL_EUROPE: [char; 128] = [
    'Ä', 'Ā', 'ā', 'É', 'Ą', 'Ö', 'Ü', 'á', 'ą', 'Č', 'ä', 'č', 'Ć', 'ć', 'é', 'Ź',
    'ź', 'Ď', 'í', 'ď', 'Ē', 'ē', 'Ė', 'ó', 'ė', 'ô', 'ö', 'õ', 'ú', 'Ě', 'ě', 'ü',
    '†', '°', 'Ę', '£', '§', '•', '¶', 'ß', '®', '©', '™', 'ę', '¨', '≠', 'ģ', 'Į',
    'į', 'Ī', '≤', '≥', 'ī', 'Ķ', '∂', '∑', 'ł', 'Ļ', 'ļ', 'Ľ', 'ľ', 'Ĺ', 'ĺ', 'Ņ',
    'ņ', 'Ń', '¬', '√', 'ń', 'Ň', '∆', '«', '»', '…', '\u{a0}', 'ň', 'Ő', 'Õ', 'ő', 'Ō',
    '–', '—', '“', '”', '‘', '’', '÷', '◊', 'ō', 'Ŕ', 'ŕ', 'Ř', '‹', '›', 'ř', 'Ŗ',
    'ŗ', 'Š', '‚', '„', 'š', 'Ś', 'ś', 'Á', 'Ť', 'ť', 'Í', 'Ž', 'ž', 'Ū', 'Ó', 'Ô',
    'ū', 'Ů', 'Ú', 'ů', 'Ű', 'ű', 'Ų', 'ų', 'Ý', 'ý', 'ķ', 'Ż', 'Ł', 'ż', 'Ģ', 'ˇ',
];

impl Charset {
    /// UTF-8.
    pub const UTF_8: Charset = Charset(Kind::Standard(UTF_8));

    /// The Windows encoding of Western European text.
    pub(crate) const WINDOWS_1252: Charset = Charset(Kind::Standard(encoding_rs::WINDOWS_1252));

    /// Returns the encoding for a label such as `windows-1252`, `latin1`, `cp850` or `IBM852`.
    pub fn from_label(label: &str) -> Option<Self> {
        let standard = Encoding::for_label(label.as_bytes()).map(Self::standard);
        standard.or_else(|| {
            let label = label.trim().to_ascii_lowercase().replace('_', "-");
            if MAC_CENTRAL_EUROPE_LABELS.contains(&label.as_str()) {
                return Some(Self(Kind::MacCentralEurope));
            }
            let prefixes = ["codepage", "code page", "dos", "oem", "ibm", "cp", "pc"];
            let number = prefixes.iter().find_map(|prefix| label.strip_prefix(prefix));
            Self::from_code_page(number.unwrap_or(&label).trim_start_matches([' ', '-']))
        })
    }

    /// Returns the encoding for a code page number.
    fn from_code_page(number: &str) -> Option<Self> {
        let number: u16 = number.parse().ok()?;
        let windows = |number: u16| Encoding::for_label(format!("windows-{number}").as_bytes());
        let standard = match number {
            866 => Encoding::for_label(b"ibm866"),
            932 => Some(SHIFT_JIS),
            936 => Some(GBK),
            949 => Some(EUC_KR),
            950 => Some(BIG5),
            874 | 1250..=1258 => windows(number),
            10_000 => Some(MACINTOSH),
            10_007 => Some(X_MAC_CYRILLIC),
            10_029 => return Some(Self(Kind::MacCentralEurope)),
            65_001 => Some(UTF_8),
            _ => return DOS_CODE_PAGES.contains(&number).then_some(Self(Kind::Dos(number))),
        };
        standard.map(Self::standard)
    }

    pub(super) const fn standard(encoding: &'static Encoding) -> Self {
        Self(Kind::Standard(encoding))
    }

    /// Its name in lower case.
    pub fn name(self) -> String {
        match self.0 {
            Kind::Standard(encoding) => encoding.name().to_ascii_lowercase(),
            Kind::Dos(number) => format!("cp{number}"),
            Kind::MacCentralEurope => MAC_CENTRAL_EUROPE_NAME.to_owned(),
        }
    }

    /// Whether it is UTF-16 or another multi-byte encoding, parts of which may look like UTF-8.
    pub(crate) fn is_wide(self) -> bool {
        !self.is_single_byte()
    }

    /// Whether every byte is one character.
    pub(super) fn is_single_byte(self) -> bool {
        match self.0 {
            Kind::Standard(encoding) => encoding.is_single_byte(),
            Kind::Dos(_) | Kind::MacCentralEurope => true,
        }
    }

    /// Decodes the bytes, with replacement characters for invalid ones.
    pub(crate) fn decode(self, bytes: &[u8]) -> String {
        match self.0 {
            Kind::Standard(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Kind::Dos(_) | Kind::MacCentralEurope => bytes.iter().map(|byte| self.char_of(*byte)).collect(),
        }
    }

    /// Decodes one byte of a single-byte encoding.
    pub(super) fn char_of(self, byte: u8) -> char {
        let Some(upper) = byte.checked_sub(0x80) else {
            return char::from(byte);
        };
        let found = match self.0 {
            Kind::Standard(encoding) => encoding.decode_without_bom_handling(&[byte]).0.chars().next(),
            Kind::Dos(number) => match oem_cp::code_table::DECODING_TABLE_CP_MAP.get(&number) {
                Some(TableType::Complete(table)) => Some(table[usize::from(upper)]),
                Some(TableType::Incomplete(table)) => table[usize::from(upper)],
                None => None,
            },
            Kind::MacCentralEurope => Some(MAC_CENTRAL_EUROPE[usize::from(upper)]),
        };
        found.unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

impl Serialize for Charset {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Kind::Standard(encoding) => serializer.serialize_str(encoding.name()),
            Kind::Dos(_) | Kind::MacCentralEurope => serializer.serialize_str(&self.name()),
        }
    }
}

impl<'de> Deserialize<'de> for Charset {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let label = String::deserialize(deserializer)?;
        Self::from_label(&label).ok_or_else(|| serde::de::Error::custom("unknown encoding"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_page_is_known_by_the_usual_labels_and_by_its_name() {
        for number in DOS_CODE_PAGES {
            for label in [
                format!("cp{number}"),
                format!("IBM{number}"),
                format!("dos-{number}"),
                number.to_string(),
            ] {
                let charset = Charset::from_label(&label).unwrap();
                assert_eq!(charset, Charset(Kind::Dos(number)), "{label}");
                assert_eq!(Charset::from_label(&charset.name()), Some(charset));
                assert_ne!(
                    charset.char_of(0xE0),
                    char::REPLACEMENT_CHARACTER,
                    "{number} has a table"
                );
            }
        }
        for (label, name) in [
            ("cp1250", "windows-1250"),
            ("1252", "windows-1252"),
            ("CP932", "shift_jis"),
            ("cp866", "ibm866"),
            ("65001", "utf-8"),
            ("x-mac-ce", "mac-centeuro"),
            ("mac_latin2", "mac-centeuro"),
        ] {
            assert_eq!(Charset::from_label(label).unwrap().name(), name, "{label}");
        }
        assert_eq!(Charset::from_label("cp999"), None);
        assert_eq!(Charset::from_label("klingon"), None);
    }

    #[test]
    fn a_stored_encoding_is_read_again() {
        for name in ["UTF-8", "windows-1250", "cp852", "mac-centeuro"] {
            let charset = Charset::from_label(name).unwrap();
            let stored = serde_json::to_string(&charset).unwrap();
            assert_eq!(serde_json::from_str::<Charset>(&stored).unwrap(), charset, "{stored}");
        }
    }

    #[test]
    fn bytes_become_the_characters_of_their_code_page() {
        let text = |label: &str, bytes: &[u8]| Charset::from_label(label).unwrap().decode(bytes);
        assert_eq!(text("cp850", b"J\x81rgen M\x81ller, K\x94ln"), "Jürgen Müller, Köln");
        assert_eq!(text("cp437", b"Andr\x82, 10 \x9B"), "André, 10 ¢");
        assert_eq!(text("cp852", b"\x9D\xA2d\xAB"), "Łódź");
        assert_eq!(text("mac-centeuro", b"\xFC\x97d\x90"), "Łódź");
        assert_eq!(text("cp857", b"\x98stanbul"), "İstanbul");
    }
}
