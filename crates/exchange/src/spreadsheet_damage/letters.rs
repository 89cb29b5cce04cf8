//! Letters that a spreadsheet read in another encoding, or could not write in the encoding of the saved file.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, IBM866, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};
use model::clean;

/// Encodings in which spreadsheets read a file that is not marked as UTF-8.
static READ_AS: [&Encoding; 17] = [
    WINDOWS_1252,
    MACINTOSH,
    WINDOWS_1250,
    WINDOWS_1251,
    WINDOWS_1253,
    WINDOWS_1254,
    WINDOWS_1255,
    WINDOWS_1256,
    WINDOWS_1257,
    WINDOWS_1258,
    WINDOWS_874,
    X_MAC_CYRILLIC,
    IBM866,
    KOI8_R,
    SHIFT_JIS,
    GBK,
    EUC_KR,
];

/// Longer texts are not decoded.
const LONGEST: usize = 100_000;

/// Whether `given` is the UTF-8 of `stored`, read in another encoding, once or twice: `MÃ¼ller` for `Müller`.
pub fn is_misread(stored: &str, given: &str) -> bool {
    if stored.is_ascii() || given.is_ascii() || stored.len() > LONGEST {
        return false;
    }
    READ_AS.iter().chain([&BIG5]).any(|encoding| {
        let once = misread(stored, encoding);
        clean(&once) == given || once.len() > stored.len() && clean(&misread(&once, encoding)) == given
    })
}

fn misread(text: &str, encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

/// Whether `given` has question marks in place of letters of `stored` that the file's encoding lacks: `?ukasz`.
pub fn is_question_marks(stored: &str, given: &str) -> bool {
    let mut rest = given.chars().peekable();
    let mut lost = false;
    for c in stored.chars() {
        match rest.next() {
            Some(same) if same == c => {}
            Some(mark @ ('?' | '\u{FFFD}')) if !c.is_ascii() => {
                lost = true;
                // A character of two UTF-16 units may have become two marks.
                if c.len_utf16() == 2 {
                    rest.next_if_eq(&mark);
                }
            }
            _ => return false,
        }
    }
    lost && rest.next().is_none()
}
