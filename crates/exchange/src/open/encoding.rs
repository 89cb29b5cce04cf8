//! The encoding of a file, and how it was told: byte order mark, zero bytes of UTF-16, valid UTF-8 over the whole file,
//! else a detector.

use super::refusal::OpenError;
use super::source::Source;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::{Deserialize, Serialize};
use std::io::{self, Read};

/// An encoding of the WHATWG Encoding Standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Charset {
    /// UTF-8.
    pub const UTF_8: Charset = Charset(UTF_8);

    /// The encoding of a label such as `windows-1252` or `latin1`.
    pub fn from_label(label: &str) -> Option<Self> {
        Encoding::for_label(label.as_bytes()).map(Self)
    }

    /// The standard's name in lower case.
    pub fn name(self) -> String {
        self.0.name().to_ascii_lowercase()
    }

    pub(super) fn encoding(self) -> &'static Encoding {
        self.0
    }
}

impl Serialize for Charset {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for Charset {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let label = String::deserialize(deserializer)?;
        Self::from_label(&label).ok_or_else(|| serde::de::Error::custom("unknown encoding"))
    }
}

/// An encoding, and how it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The encoding.
    pub charset: Charset,
    /// Whether the file begins with a byte order mark.
    pub bom: bool,
    /// How it was told, in words.
    pub evidence: String,
}

/// How many bytes around the first ones that are no ASCII the detector sees.
const DETECTOR_BYTES: usize = 4 * 1024 * 1024;
/// How many bytes it is given at once.
const GUESS_BLOCK: u64 = 256 * 1024;

/// The encoding that the user chose.
pub fn chosen(charset: Charset, source: &dyn Source) -> io::Result<Found> {
    let head = head_of(source)?;
    let bom = Encoding::for_bom(&head).is_some_and(|(e, _)| e == charset.0);
    Ok(Found {
        charset,
        bom,
        evidence: "chosen".to_owned(),
    })
}

/// Tells the encoding. Reads the whole file unless its first bytes tell.
pub fn detect(source: &dyn Source) -> Result<Found, OpenError> {
    let head = head_of(source)?;
    let found = |encoding, bom, evidence: &str| Found {
        charset: Charset(encoding),
        bom,
        evidence: evidence.to_owned(),
    };
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return Ok(found(encoding, true, "byte order mark"));
    }
    if let Some(encoding) = utf16_by_zeros(&head) {
        return Ok(found(encoding, false, "every other byte is zero"));
    }
    let survey = Survey::of(&mut *source.open()?)?;
    if survey.invalid == 0 {
        let evidence = if survey.valid == 0 {
            "plain ASCII"
        } else {
            "valid UTF-8 throughout"
        };
        return Ok(found(UTF_8, false, evidence));
    }
    if survey.valid > survey.invalid {
        let evidence = format!(
            "UTF-8 with {} damaged place(s): {} characters are valid UTF-8 and no other encoding writes so by chance",
            survey.invalid, survey.valid
        );
        return Ok(found(UTF_8, false, &evidence));
    }
    let encoding = guess(&mut *source.open()?)?;
    Ok(found(encoding, false, "not valid UTF-8; told by its letters"))
}

fn head_of(source: &dyn Source) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    source.open()?.take(4096).read_to_end(&mut head)?;
    Ok(head)
}

/// UTF-16 without byte order mark: most bytes at even or at odd places are zero.
fn utf16_by_zeros(head: &[u8]) -> Option<&'static Encoding> {
    if head.len() < 4 {
        return None;
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    // Delimiters, digits and line ends are ASCII in every script, so a tenth is little; other text holds no zeros at all.
    if odd * 10 > half && even * 20 < odd {
        Some(UTF_16LE)
    } else if even * 10 > half && odd * 20 < even {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// What a reading of the whole file tells.
struct Survey {
    /// Characters beyond ASCII that are valid UTF-8.
    valid: u64,
    /// Places that are not.
    invalid: u64,
}

impl Survey {
    fn of(input: &mut dyn Read) -> io::Result<Self> {
        let mut survey = Self { valid: 0, invalid: 0 };
        let mut buffer = vec![0; 256 * 1024];
        // Bytes at the front of the buffer that may be the beginning of a character.
        let mut kept = 0;
        loop {
            let got = input.read(&mut buffer[kept..])?;
            let (last, end) = (got == 0, kept + got);
            let begun = survey.count(&buffer[..end], last);
            if last {
                return Ok(survey);
            }
            buffer.copy_within(end - begun..end, 0);
            kept = begun;
        }
    }

    /// Counts, and gives how many bytes at the end may be the beginning of a character.
    fn count(&mut self, data: &[u8], last: bool) -> usize {
        let mut rest = data;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.valid += beyond_ascii(text);
                    return 0;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    self.valid += std::str::from_utf8(good).map_or(0, beyond_ascii);
                    match error.error_len() {
                        Some(n) => {
                            self.invalid += 1;
                            rest = &bad[n..];
                        }
                        None if last => {
                            self.invalid += 1;
                            return 0;
                        }
                        None => return bad.len(),
                    }
                }
            }
        }
    }
}

/// What the detector makes of the file from its first byte beyond ASCII on.
fn guess(input: &mut dyn Read) -> io::Result<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut seen = Vec::new();
    let mut block = Vec::new();
    loop {
        // Whole blocks, however the bytes arrive: where the first one begins is something that the detector sees.
        block.clear();
        (&mut *input).take(GUESS_BLOCK).read_to_end(&mut block)?;
        let last = (block.len() as u64) < GUESS_BLOCK;
        if !seen.is_empty() || !block.is_ascii() {
            detector.feed(&block, last);
            seen.extend_from_slice(&block);
        }
        if last || seen.len() >= DETECTOR_BYTES {
            break;
        }
    }
    let guess = detector.guess(None, Utf8Detection::Deny);
    Ok(if mac_roman_fits_better(&seen, guess) {
        MACINTOSH
    } else {
        guess
    })
}

fn beyond_ascii(text: &str) -> u64 {
    if text.is_ascii() {
        0
    } else {
        text.chars().filter(|c| !c.is_ascii()).count() as u64
    }
}

/// Whether Mac OS Roman, which the detector does not know, makes words of what the guess makes signs of: its letters
/// with marks lie where the Windows encodings have quotes, dashes and rare letters.
fn mac_roman_fits_better(bytes: &[u8], guess: &'static Encoding) -> bool {
    if !guess.is_single_byte() || !guess.name().starts_with("windows-125") {
        return false;
    }
    let inside_words = |encoding: &'static Encoding| {
        let mut letters = 0_i64;
        for window in bytes
            .windows(3)
            .filter(|w| w[1] >= 0x80 && w[0].is_ascii_alphabetic() && w[2].is_ascii_alphabetic())
        {
            let (text, _) = encoding.decode_without_bom_handling(&window[1..2]);
            letters += match text.chars().next() {
                Some(c) if "éèêëàâäáãåçñöôóòõüûúùíìîïßøæœ’".contains(c) => 2,
                Some(c) if "ÉÈÊËÀÂÄÁÃÅÇÑÖÔÓÒÕÜÛÚÙÍÌÎÏØÆŒ".contains(c) => 1,
                _ => -1,
            };
        }
        letters
    };
    let mac = inside_words(MACINTOSH);
    mac > 0 && mac > inside_words(WINDOWS_1252).max(inside_words(guess))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> (String, bool) {
        let f = detect(&bytes.to_vec()).unwrap();
        (f.charset.name(), f.bom)
    }

    #[test]
    fn marks_and_zeros_tell() {
        assert_eq!(found(b"\xEF\xBB\xBFa,b"), ("utf-8".into(), true));
        assert_eq!(found(b"\xFF\xFEa\0,\0b\0"), ("utf-16le".into(), true));
        assert_eq!(found(b"a\0,\0b\0\n\0"), ("utf-16le".into(), false));
        assert_eq!(found(b"\0a\0,\0b\0\n"), ("utf-16be".into(), false));
    }

    #[test]
    fn one_bad_row_does_not_spoil_utf8() {
        assert_eq!(found("Jürgen,Groß\nŁukasz,Żak\n".as_bytes()).0, "utf-8");
        let mut bytes = "Jürgen,Groß\nŁukasz,Żak\n".as_bytes().to_vec();
        bytes.extend_from_slice(b"Andr\xE9,x\n");
        assert_eq!(found(&bytes).0, "utf-8");
    }

    #[test]
    fn old_encodings_are_told_by_their_letters() {
        for (label, text) in [
            ("windows-1252", "Vorname;Straße\nJördis;Große Gasse\nSüleyman;Öztürk\n"),
            ("windows-1251", "Фамилия;Имя;Город\nЁлкина;Дарья;Тверь\n"),
            (
                "gb18030",
                "姓名,手机,邮箱,公司\n王小明,1,x@example.com,蓝天科技有限公司\n",
            ),
            (
                "shift_jis",
                "氏名,会社名,住所\n山田太郎,株式会社サンプル,東京都千代田区\n",
            ),
            (
                "macintosh",
                "Prénom,Société\nOcéane,Ateliers Noël\nFrançois,Crédit Général\n",
            ),
        ] {
            let (bytes, _, _) = Encoding::for_label(label.as_bytes()).unwrap().encode(text);
            let guess = detect(&bytes.to_vec()).unwrap().charset.0;
            assert_eq!(guess.decode(&bytes).0, text, "{label}: {}", guess.name());
        }
    }

    #[test]
    fn characters_cut_between_reads_are_whole() {
        let text = "ü".repeat(300 * 1024);
        let f = detect(&format!("a{text}").into_bytes()).unwrap();
        assert_eq!(f.evidence, "valid UTF-8 throughout");
    }
}
