//! Prepares a value for reading as a telephone number, by removing what spreadsheets, typesetting and address books
//! have added.

use crate::text::ascii_digits;
use std::borrow::Cow;

/// Returns the value without a spreadsheet's guard and trailing `.0`, with ASCII digits, blanks and hyphens, without
/// invisible characters, and with its extension in one form.
pub(super) fn readable(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\'').unwrap_or(text);
    let text = match text.strip_suffix(".0") {
        Some(digits) if digits.len() > 6 && digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => text,
    };
    let is_plain = |b: u8| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'(' | b')' | b'.' | b'/');
    if text
        .bytes()
        .enumerate()
        .all(|(at, b)| is_plain(b) || at == 0 && b == b'+')
        && !text.starts_with("+0")
    {
        return Cow::Borrowed(text);
    }
    let text = if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(visible(text))
    };
    let text = match text.strip_prefix("+00").or_else(|| text.strip_prefix("++")) {
        Some(rest) => Cow::Owned(format!("+{rest}")),
        None => text,
    };
    match with_plain_extension(&text) {
        Some(plain) => Cow::Owned(plain),
        None => text,
    }
}

/// Returns the text without invisible characters, with ASCII digits, blanks and hyphens.
fn visible(text: &str) -> String {
    let unseen = |c: &char| {
        matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{20E3}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFFC}' | '\u{E0000}'..='\u{E007F}')
    };
    let plain = |c: char| match c {
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{2043}'
        | '\u{30FC}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{FF0D}'
        | '\u{FF70}' => '-',
        '\u{B7}' | '\u{2022}' | '\u{2027}' | '\u{22C5}' | '\u{30FB}' | '\u{FF65}' | '\u{FF0E}' | '\u{2024}' => '.',
        '\u{FF0B}' | '\u{FE62}' => '+',
        '\u{FF08}' => '(',
        '\u{FF09}' => ')',
        '\u{FF0F}' | '\u{2215}' | '\u{2044}' => '/',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    // Symbols before the number, such as a telephone or a flag, are removed.
    let visible: String = ascii_digits(text).chars().filter(|c| !unseen(c)).map(plain).collect();
    visible
        .trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '(' | '*' | '#'))
        .to_owned()
}

/// Words and characters before an extension: words of several languages, and the pause characters of a dialling
/// memory.
const EXTENSION_WORDS: &[&str] = &[
    "x",
    "ext",
    "extn",
    "extension",
    "xtn",
    "p",
    "w",
    "pause",
    "wait",
    "durchwahl",
    "dw",
    "nst",
    "nebenstelle",
    "apparat",
    "app",
    "poste",
    "anexo",
    "ramal",
    "interno",
    "int",
    "interne",
    "toestel",
    "tst",
    "wew",
    "wewn",
    "kl",
    "klapka",
    "linka",
    "ankn",
    "anknytning",
    "lokal",
    "mellék",
    "mellek",
    "доб",
    "вн",
    "внутр",
    "dahili",
    "內線",
    "内線",
    "内线",
    "分机",
    "내선",
];

/// Returns a number with its extension as `;ext=`. `None` if no word or pause precedes the last digits.
fn with_plain_extension(text: &str) -> Option<String> {
    let bare = text.trim_end_matches([' ', ';', ',', '#', '.', ')']);
    let before = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let extension = &bare[before.len()..];
    if extension.is_empty() {
        return (bare.len() < text.len() && bare.ends_with(char::is_alphanumeric)).then(|| bare.to_owned());
    }
    let word_end = before.trim_end_matches([' ', '.', ':', '=', '-']);
    let number = word_end.trim_end_matches(char::is_alphabetic);
    let word = word_end[number.len()..].to_lowercase();
    let number = number.trim_end_matches([' ', '.', ',', ';', '(', '-']);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits >= 6 && !number.contains(char::is_alphabetic);
    if extension.len() <= 7 && is_number && EXTENSION_WORDS.contains(&word.as_str()) {
        return Some(format!("{number};ext={extension}"));
    }
    (bare.len() < text.len() && !text.ends_with(['#', ')'])).then(|| bare.to_owned())
}

/// A number that a spreadsheet wrote in scientific notation.
pub(super) enum PowerOfTen {
    /// All its digits: `4.155550103E9`.
    Whole(String),
    /// Only its first digits are left.
    Rounded,
}

pub(super) fn power_of_ten(text: &str) -> Option<PowerOfTen> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(exponent) || exponent.len() > 3 || !mantissa.split(['.', ',']).all(digits) {
        return None;
    }
    let fraction = mantissa.split_once(['.', ',']).map_or("", |(_, fraction)| fraction);
    // Spreadsheets show any number with six or fewer digits after the point.
    match exponent.parse::<usize>() {
        Ok(exponent) if fraction.len() == exponent && exponent > 6 => {
            Some(PowerOfTen::Whole(mantissa.replace(['.', ','], "")))
        }
        _ => Some(PowerOfTen::Rounded),
    }
}
