//! Guesses the encoding of text that is not UTF-8: a detector for all scripts, and a comparison of letters for Latin
//! ones.

use super::charset::Charset;
use super::letters::{self, Places};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

/// Guesses the encoding of the non-ASCII bytes, with the evidence.
pub fn guess(bytes: &[u8]) -> Guess {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let detected = Charset::standard(detector.guess(None, Utf8Detection::Deny));
    let places = Places::count(bytes);
    if !is_latin(detected) && !mixes_scripts(&detected.decode(bytes)) {
        return Guess {
            charset: detected,
            evidence: "its letters tell".to_owned(),
        };
    }
    let candidates = candidates(detected);
    let fits = letters::compare(&places, &candidates);
    let Some(best) = fits.first() else {
        return Guess {
            charset: detected,
            evidence: "its letters tell".to_owned(),
        };
    };
    let other = fits
        .iter()
        .find(|fit| !letters::read_alike(&places, fit.charset, best.charset))
        .filter(|fit| fit.cost - best.cost < DOUBTFUL);
    let evidence = match other {
        Some(other) => format!(
            "assumed: its letters fit {} best, and {} nearly as well; choose the encoding if names look wrong",
            best.language,
            other.charset.name()
        ),
        None => format!("its letters are those of {}", best.language),
    };
    Guess {
        charset: best.charset,
        evidence,
    }
}

/// An encoding that was guessed.
pub struct Guess {
    pub charset: Charset,
    /// How it was detected.
    pub evidence: String,
}

/// If the costs of two encodings differ by less than this, the guess is doubtful.
const DOUBTFUL: f64 = 0.75;

/// The encodings whose letters are compared, each with its handicap: the detector knows letter pairs, so its own result
/// has none, and files from Windows are more frequent than files from DOS and Mac OS.
fn candidates(detected: Charset) -> Vec<(Charset, f64)> {
    let known = [
        ("windows-1252", 0.5),
        ("windows-1250", 0.5),
        ("iso-8859-2", 1.0),
        ("macintosh", 2.0),
        ("cp850", 2.0),
        ("cp852", 2.0),
        ("cp437", 2.5),
        ("mac-centeuro", 2.5),
    ];
    let others = known
        .into_iter()
        .filter_map(|(label, handicap)| Some((Charset::from_label(label)?, handicap)))
        .filter(|(charset, _)| *charset != detected);
    let first = is_latin(detected).then_some((detected, 0.0));
    first.into_iter().chain(others).collect()
}

/// Whether an encoding is a single-byte encoding for Latin letters.
pub fn is_latin(charset: Charset) -> bool {
    let letters = (0x80..=0xFF)
        .map(|byte| charset.char_of(byte))
        .filter(|c| c.is_alphabetic());
    charset.is_single_byte() && letters.clone().filter(|c| *c < '\u{250}').count() * 2 > letters.count()
}

/// Whether most words with non-ASCII letters also contain ASCII letters, which words of other scripts do not.
fn mixes_scripts(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != char::REPLACEMENT_CHARACTER);
    let (mut mixed, mut pure) = (0_u64, 0_u64);
    for word in words.filter(|word| !word.is_ascii()) {
        match word.chars().any(|c| c.is_ascii_alphabetic()) {
            true => mixed += 1,
            false => pure += 1,
        }
    }
    mixed > pure
}

#[cfg(test)]
#[path = "guess_tests.rs"]
mod tests;
