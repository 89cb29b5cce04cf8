//! Detects the encoding of a file: byte order mark, zero bytes of UTF-16, valid UTF-8, otherwise a guess.
//!
//! A file with some lines in UTF-8 and others in another encoding is treated as UTF-8 with a second encoding for the
//! other values.

use super::charset::{Charset, Kind};
use super::guess::{Guess, guess, is_latin};
use super::refusal::OpenError;
use super::source::Source;
use super::utf8::Places;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use memchr::memrchr2;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};

/// An encoding, and how it was detected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The encoding.
    pub charset: Charset,
    /// Whether the file begins with a byte order mark.
    pub bom: bool,
    /// How it was detected, in words.
    pub evidence: String,
    /// In a UTF-8 file, the encoding of the values that are not UTF-8.
    #[serde(default)]
    pub other: Option<Charset>,
}

/// How many bytes of lines that are not UTF-8 are kept for the guess.
const GUESSED_FROM: usize = 4 * 1024 * 1024;
/// How many bytes are read at once.
const BLOCK: usize = 256 * 1024;
/// Longer lines are examined in pieces of this length.
const LONGEST_LINE: usize = 1024 * 1024;

/// Returns the encoding chosen by the user.
pub fn chosen(charset: Charset, source: &dyn Source) -> io::Result<Found> {
    let head = head_of(source)?;
    let bom = Encoding::for_bom(&head).is_some_and(|(encoding, _)| charset.0 == Kind::Standard(encoding));
    Ok(found(charset, bom, "chosen"))
}

/// Detects the encoding. Reads the whole file unless its first bytes are conclusive.
pub fn detect(source: &dyn Source) -> Result<Found, OpenError> {
    let head = head_of(source)?;
    let mark = Encoding::for_bom(&head).map(|(encoding, _)| Charset::standard(encoding));
    if let Some(charset) = mark.filter(|charset| *charset != Charset::UTF_8) {
        return Ok(found(charset, true, "byte order mark"));
    }
    if let Some(encoding) = utf16_by_zeros(&head) {
        return Ok(found(Charset::standard(encoding), false, "every other byte is zero"));
    }
    let survey = Survey::read(&mut *source.open()?)?;
    Ok(survey.conclusion(mark.is_some()))
}

/// The encoding of a converted table.
pub fn of_converted() -> Found {
    found(
        Charset::UTF_8,
        false,
        "the program has read the file and written its table so",
    )
}

fn found(charset: Charset, bom: bool, evidence: &str) -> Found {
    Found {
        charset,
        bom,
        evidence: evidence.to_owned(),
        other: None,
    }
}

fn head_of(source: &dyn Source) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    source.open()?.take(4096).read_to_end(&mut head)?;
    Ok(head)
}

/// Detects UTF-16 without byte order mark: many bytes at even or at odd offsets are zero.
fn utf16_by_zeros(head: &[u8]) -> Option<&'static Encoding> {
    if head.len() < 4 {
        return None;
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    // Delimiters, digits and line ends are ASCII in every script, so a tenth is a low threshold; text in other
    // encodings contains no zero bytes.
    if odd * 10 > half && even * 20 < odd {
        Some(UTF_16LE)
    } else if even * 10 > half && odd * 20 < even {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The result of reading the whole file.
#[derive(Default)]
struct Survey {
    /// Counts for the lines that are UTF-8, or were before they were damaged.
    utf8: Places,
    /// The number of lines in another encoding.
    other_lines: u64,
    /// The first of these lines.
    others: Vec<u8>,
}

impl Survey {
    fn read(input: &mut dyn Read) -> io::Result<Self> {
        let mut survey = Self::default();
        let mut buffer = Vec::with_capacity(2 * BLOCK);
        loop {
            let before = buffer.len();
            let got = (&mut *input).take(BLOCK as u64).read_to_end(&mut buffer)?;
            let last = got < BLOCK;
            let whole_lines = match memrchr2(b'\n', b'\r', &buffer[before..]) {
                _ if last => buffer.len(),
                Some(end) => before + end + 1,
                None if buffer.len() >= LONGEST_LINE => buffer.len(),
                None => continue,
            };
            survey.add(&buffer[..whole_lines]);
            if last {
                return Ok(survey);
            }
            buffer.drain(..whole_lines);
        }
    }

    fn add(&mut self, lines: &[u8]) {
        let places = Places::count(lines);
        if places.invalid == 0 {
            self.utf8.add(&places);
            return;
        }
        for line in lines
            .split_inclusive(|b| matches!(b, b'\n' | b'\r'))
            .filter(|line| !line.is_ascii())
        {
            let places = Places::count(line);
            if places.are_utf8() {
                self.utf8.add(&places);
                continue;
            }
            self.other_lines += 1;
            if self.others.len() < GUESSED_FROM {
                self.others.extend_from_slice(line);
            }
        }
    }

    fn conclusion(&self, bom: bool) -> Found {
        if self.other_lines == 0 {
            let evidence = match (&self.utf8, bom) {
                (Places { invalid: 1.., .. }, _) => {
                    format!("UTF-8 with {} damaged place(s)", self.utf8.invalid)
                }
                (_, true) => "byte order mark".to_owned(),
                (Places { valid: 0, .. }, _) => "plain ASCII".to_owned(),
                _ => "valid UTF-8 throughout".to_owned(),
            };
            return found(Charset::UTF_8, bom, &evidence);
        }
        let guess = guess(&self.others);
        if bom || self.is_mixed(&guess) {
            let lines = self.other_lines;
            let name = guess.charset.name();
            return Found {
                other: Some(guess.charset),
                ..found(
                    Charset::UTF_8,
                    bom,
                    &format!(
                        "UTF-8, but {lines} line(s) are not; they are read as {name} ({})",
                        guess.evidence
                    ),
                )
            };
        }
        found(guess.charset, false, &format!("not valid UTF-8; {}", guess.evidence))
    }

    /// Whether some lines are really UTF-8 and not by chance: single-byte Latin text never looks like it, other text
    /// occasionally does.
    fn is_mixed(&self, guess: &Guess) -> bool {
        let certain = match () {
            () if is_latin(guess.charset) => return self.utf8.valid > 0,
            () if guess.charset.is_single_byte() => self.utf8.valid,
            () => self.utf8.wide,
        };
        certain * 20 > self.other_lines
    }
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
    fn old_encodings_are_detected_by_their_letters() {
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
            let guess = detect(&bytes.to_vec()).unwrap().charset;
            assert_eq!(guess.decode(&bytes), text, "{label}: {}", guess.name());
        }
    }

    #[test]
    fn characters_cut_between_reads_are_whole() {
        let text = "ü".repeat(300 * 1024);
        let f = detect(&format!("a{text}").into_bytes()).unwrap();
        assert_eq!(f.evidence, "valid UTF-8 throughout");
    }
}
