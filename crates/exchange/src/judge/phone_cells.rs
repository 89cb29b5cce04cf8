//! Reads the telephone numbers of one cell.
//!
//! Decides where one number ends and the next begins: a slash may be within a number (`030/23125-123`), between two, or
//! before another ending of the same line (`-125/126`). The given reader decides whether a text is a number.

use super::parts::{
    Part, label_beside, listed, split_at_words, without_leading_word, without_remark, without_trailing_word,
};
use model::{Label, Phone, PhoneProblem};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;

/// A number of a cell with the label beside it, or a text that is not a number, with the problem.
pub type Found = Result<(Option<Label>, Phone), (String, PhoneProblem)>;

/// Reads one number.
pub type Reader<'r> = dyn FnMut(&str) -> Result<Phone, PhoneProblem> + 'r;

/// Returns the numbers of a cell, in its order.
pub fn phones_in(cell: &str, read: &mut Reader<'_>) -> SmallVec<[Found; 1]> {
    if is_one_number(cell) {
        return smallvec![
            read(cell)
                .map(|phone| (None, phone))
                .map_err(|problem| (cell.to_owned(), problem)),
        ];
    }
    if let Some(members) = listed(cell) {
        return members.iter().flat_map(|member| labelled(member, read)).collect();
    }
    let segments = segments(cell);
    let found: SmallVec<[Found; 1]> = segments
        .iter()
        .flat_map(|segment| segment_numbers(segment, read))
        .collect();
    if found.iter().all(Result::is_ok) || segments.len() > 1 && found.iter().any(Result::is_ok) {
        return found;
    }
    match read(cell) {
        Ok(phone) => smallvec![Ok((None, phone))],
        Err(_) if found.len() == 1 => found,
        Err(problem) => smallvec![Err((cell.to_owned(), problem))],
    }
}

/// Adds the missing plus to an international number; `None` if the number may be a national one.
pub fn with_plus(text: &str) -> Option<String> {
    const LEAST: usize = 11;
    let is_long = (LEAST..=15).contains(&text.len()) && !text.starts_with('0');
    let meant = (is_long && text.bytes().all(|b| b.is_ascii_digit())).then(|| format!("+{text}"))?;
    Phone::parse(&meant, None).is_ok().then_some(meant)
}

/// Whether the cell contains neither separators nor words.
fn is_one_number(cell: &str) -> bool {
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'(' | b')' | b'.');
    let rest = cell.strip_prefix('+').unwrap_or(cell);
    rest.bytes().all(plain)
}

fn labelled(member: &Part<'_>, read: &mut Reader<'_>) -> SmallVec<[Found; 1]> {
    let mut found = phones_in(&member.text, read);
    if member.label.is_some() {
        for (label, _) in found.iter_mut().flatten() {
            label.clone_from(&member.label);
        }
    }
    found
}

/// Splits a cell at separators. A comma or semicolon before a few digits is a pause, not a separator.
fn segments(cell: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    let mut from = 0;
    let mut digits_before = 0;
    for (at, c) in cell.char_indices() {
        digits_before += usize::from(c.is_numeric());
        if at < from {
            continue;
        }
        let next = match c {
            '\n' | '|' | '\u{3001}' | '\u{ff0c}' | '\u{ff1b}' => at + c.len_utf8(),
            ',' | ';' if digits_before >= 5 && digits(segment_behind(&cell[at + 1..])) >= 5 => at + 1,
            ':' if cell[at..].starts_with(":::") => at + 3,
            // A second international number begins.
            '+' if digits_before >= 7
                && cell[..at].ends_with([' ', '/', '-'])
                && cell[at + 1..].starts_with(|c: char| c.is_numeric() || c == '(') =>
            {
                at
            }
            _ => continue,
        };
        segments.push(&cell[from..at]);
        from = next;
        digits_before = 0;
    }
    segments.push(&cell[from..]);
    let is_value = |text: &str| digits(text) >= 5;
    segments
        .into_iter()
        .flat_map(|segment| split_at_words(segment, is_value))
        .map(|segment| segment.trim_matches([' ', '/', ',', ';', '-', ':']))
        .filter(|segment| !segment.is_empty())
        .collect()
}

fn segment_behind(text: &str) -> &str {
    let end = text.find([',', ';', '\n', '|']).unwrap_or(text.len());
    &text[..end]
}

fn digits(text: &str) -> usize {
    text.chars().filter(|c| c.is_numeric()).count()
}

/// With more pieces than this between slashes, a text is not a list of numbers.
const MOST_PIECES: usize = 20;

/// Returns the numbers of a part that contains no separators but slashes.
fn segment_numbers(segment: &str, read: &mut Reader<'_>) -> Vec<Found> {
    if !segment.contains('/') {
        let (label, text) = plain_number(segment);
        return vec![number(&text, segment, label, read)];
    }
    let pieces: Vec<(Option<Label>, Cow<'_, str>)> = segment.split('/').map(plain_number).collect();
    if pieces.len() > MOST_PIECES {
        return vec![number(segment, segment, None, read)];
    }
    let mut found: Vec<Found> = Vec::new();
    let mut base: Option<String> = None;
    let mut at = 0;
    while at < pieces.len() {
        let (label, piece) = &pieces[at];
        let (text, own_label, next) = first_number(&pieces, at, read);
        // `0176/04069001` after a number is another number, not the ending `0176`.
        let begins_anew = piece.starts_with('0') && next > at + 1 && read(&text).is_ok();
        let ended = base
            .as_deref()
            .filter(|_| !begins_anew)
            .and_then(|base| other_ending(base, piece));
        if let Some(ended) = ended {
            found.push(number(&ended, &ended, label.clone(), read));
            at += 1;
            continue;
        }
        found.push(number(&text, &text, own_label, read));
        base = Some(text);
        at = next;
    }
    found
}

/// Returns the shortest text of pieces from `from` on that is a number, or all pieces if none is.
fn first_number(
    pieces: &[(Option<Label>, Cow<'_, str>)],
    from: usize,
    read: &mut Reader<'_>,
) -> (String, Option<Label>, usize) {
    let mut text = String::new();
    let mut label = None;
    for (at, (own, piece)) in pieces.iter().enumerate().skip(from) {
        if !text.is_empty() {
            text.push('/');
        }
        text.push_str(piece);
        label = label.or_else(|| own.clone());
        // A shorter text may be an area code and the beginning of a number.
        if digits(&text) >= 8 && read(&text).is_ok() {
            return (text, label, at + 1);
        }
    }
    (text, label, pieces.len())
}

/// Returns the number of the same line with another ending; `None` if the piece begins a number of its own.
fn other_ending(base: &str, piece: &str) -> Option<String> {
    let own = piece.trim_start_matches(['-', ' ', '.']);
    let count = digits(own);
    let is_digits = !own.is_empty() && own.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.'));
    let begins_anew = own.starts_with('0') && count > 4 || count >= digits(base);
    let with_code = base.starts_with(['+', '0']) || base.starts_with("(0");
    let most = if with_code { 8 } else { 7 };
    if !is_digits || begins_anew || count > most {
        return None;
    }
    let last = base
        .char_indices()
        .rev()
        .filter(|(_, c)| c.is_ascii_digit())
        .nth(count - 1)?;
    Some(format!("{}{own}", &base[..last.0]))
}

/// Returns the number in a text without the words and remarks beside it, and the label that they mean.
fn plain_number(text: &str) -> (Option<Label>, Cow<'_, str>) {
    let text = text.trim();
    if !text.contains(char::is_alphabetic) {
        return (None, Cow::Borrowed(text));
    }
    let is_remark = |inner: &str| inner.contains(char::is_alphabetic) && digits(inner) < 3 && !inner.contains("ext");
    if let Some((plain, remark)) = without_remark(text, is_remark) {
        let (leading, rest) = without_leading_word(&plain);
        let own = || (remark.chars().count() <= 20).then(|| Label::exact(&remark));
        return (
            label_beside(&remark).or(leading).or_else(own),
            Cow::Owned(rest.to_owned()),
        );
    }
    let (leading, rest) = without_leading_word(text);
    let (trailing, rest) = without_trailing_word(rest);
    (leading.or(trailing), Cow::Borrowed(rest))
}

fn number(text: &str, written: &str, label: Option<Label>, read: &mut Reader<'_>) -> Found {
    match read(text) {
        Ok(phone) => Ok((label, phone.written_as(written))),
        Err(problem) => Err((written.to_owned(), problem)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Region;

    fn read(cell: &str, region: &str) -> Vec<(String, String)> {
        let region = Region::from_code(region);
        phones_in(cell, &mut |text| Phone::parse(text, region))
            .into_iter()
            .map(|found| match found {
                Ok((label, phone)) => (phone.to_string(), label.map(|l| l.to_string()).unwrap_or_default()),
                Err((text, _)) => (format!("? {text}"), String::new()),
            })
            .collect()
    }

    fn numbers(cell: &str, region: &str) -> Vec<String> {
        read(cell, region).into_iter().map(|(number, _)| number).collect()
    }

    #[test]
    fn a_slash_stands_within_or_between_numbers_or_before_an_ending() {
        for (cell, region, expected) in [
            ("030/23125-123", "DE", vec!["+493023125123"]),
            (
                "030/23125124 / 0176/04069001",
                "DE",
                vec!["+493023125124", "+4917604069001"],
            ),
            ("(089) 99998-125/126", "DE", vec!["+498999998125", "+498999998126"]),
            ("(089) 99998-125/-126", "DE", vec!["+498999998125", "+498999998126"]),
            (
                "089 99998-125/126/127",
                "DE",
                vec!["+498999998125", "+498999998126", "+498999998127"],
            ),
            ("030 23125129 / 130", "DE", vec!["+493023125129", "+493023125130"]),
            ("+49 89 99998-125/26", "DE", vec!["+498999998125", "+498999998126"]),
            ("030 23125129/23125130", "DE", vec!["+493023125129", "+493023125130"]),
            ("01/5131234", "AT", vec!["+4315131234"]),
            ("0664/123 45 67", "AT", vec!["+436641234567"]),
            ("02/512.34.56", "BE", vec!["+3225123456"]),
            ("02/512.34.56/68", "BE", vec!["+3225123456", "+3225123468"]),
            ("01/99/00/12/34", "FR", vec!["+33199001234"]),
            (
                "01 99 00 12 34 / 06 12 34 56 78",
                "FR",
                vec!["+33199001234", "+33612345678"],
            ),
            ("(202) 555-0101/0102", "US", vec!["+12025550101", "+12025550102"]),
            ("202-555-0101/555-0102", "US", vec!["+12025550101", "+12025550102"]),
            ("202-555-0101/202-555-0102", "US", vec!["+12025550101", "+12025550102"]),
            ("202/555-0101", "US", vec!["+12025550101"]),
            ("020 7946 0172/0173", "GB", vec!["+442079460172", "+442079460173"]),
            ("(11) 3456-7890/7891", "BR", vec!["+551134567890", "+551134567891"]),
            ("+41 (0)44/668 18 00", "CH", vec!["+41446681800"]),
        ] {
            assert_eq!(numbers(cell, region), expected, "{cell}");
        }
    }

    #[test]
    fn numbers_are_parted_by_signs_and_words() {
        for (cell, region, expected) in [
            (
                "030 23125127 oder 0176 04069002",
                "DE",
                vec!["+493023125127", "+4917604069002"],
            ),
            (
                "030 23125127 bzw. 0176 04069002",
                "DE",
                vec!["+493023125127", "+4917604069002"],
            ),
            (
                "415 555 0101 or 415 555 0102",
                "US",
                vec!["+14155550101", "+14155550102"],
            ),
            (
                "415 555 0101 and 415 555 0102",
                "US",
                vec!["+14155550101", "+14155550102"],
            ),
            (
                "01 99 00 12 34 ou 06 12 34 56 78",
                "FR",
                vec!["+33199001234", "+33612345678"],
            ),
            ("91 123 45 67 o 612 345 678", "ES", vec!["+34911234567", "+34612345678"]),
            (
                "495 123-45-67 или 495 123-45-68",
                "RU",
                vec!["+74951234567", "+74951234568"],
            ),
            ("415 555 0101, 415 555 0102", "US", vec!["+14155550101", "+14155550102"]),
            (
                "415 555 0101; 415 555 0102;",
                "US",
                vec!["+14155550101", "+14155550102"],
            ),
            (
                "415 555 0101 | 415 555 0102",
                "US",
                vec!["+14155550101", "+14155550102"],
            ),
            (
                "415 555 0101 ::: 415 555 0102",
                "US",
                vec!["+14155550101", "+14155550102"],
            ),
            (
                "+1 415 555 0111\n+1 415 555 0112",
                "US",
                vec!["+14155550111", "+14155550112"],
            ),
            (
                "+1 415 555 0111 +1 415 555 0112",
                "US",
                vec!["+14155550111", "+14155550112"],
            ),
            (
                "+1 415 555 0111/+44 20 7946 0172",
                "US",
                vec!["+14155550111", "+442079460172"],
            ),
            (
                "[\"+1 415 555 0102\", \"+1 415 555 0103\"]",
                "US",
                vec!["+14155550102", "+14155550103"],
            ),
            (
                "[{\"number\":\"4155550101\",\"callingCode\":\"+1\"}]",
                "GB",
                vec!["+14155550101"],
            ),
            ("['415 555 0101']", "US", vec!["+14155550101"]),
            ("{4155550101,4155550102}", "US", vec!["+14155550101", "+14155550102"]),
            ("[]", "US", vec![]),
            ("+14155550123,,456#", "US", vec!["+14155550123;ext=456"]),
            ("415-555-0124;ext=77", "US", vec!["+14155550124;ext=77"]),
            ("tel:+1-415-555-0125", "US", vec!["+14155550125"]),
            ("1-800-FLOWERS", "US", vec!["+18003569377"]),
            ("+1 415 555 0125 x5", "US", vec!["+14155550125;ext=5"]),
            (
                "+1 415 555 0125 ext. 5 / +1 415 555 0126",
                "US",
                vec!["+14155550125;ext=5", "+14155550126"],
            ),
        ] {
            assert_eq!(numbers(cell, region), expected, "{cell}");
        }
    }

    #[test]
    fn short_words_and_signs_join_numbers() {
        for joining in ["u.", "od.", "&", "+", "and", "ou"] {
            let cell = format!("030 23125127 {joining} 0176 04069002");
            assert_eq!(numbers(&cell, "DE"), ["+493023125127", "+4917604069002"], "{cell}");
        }
    }

    #[test]
    fn words_beside_a_number_are_its_label() {
        for (cell, region, expected) in [
            (
                "030/23125128 (priv.), 0176 04069003 (mobil)",
                "DE",
                vec![("+493023125128", "home"), ("+4917604069003", "mobile")],
            ),
            (
                "415 555 0101 (h), 415 555 0102 (w)",
                "US",
                vec![("+14155550101", "home"), ("+14155550102", "work")],
            ),
            ("(c) 415 555 0101", "US", vec![("+14155550101", "mobile")]),
            ("Tel.: 030 23125128", "DE", vec![("+493023125128", "")]),
            ("Mobil: 0176 04069003", "DE", vec![("+4917604069003", "mobile")]),
            ("M: +1 415 555 0101", "US", vec![("+14155550101", "mobile")]),
            ("Tel. privat: 030 23125128", "DE", vec![("+493023125128", "home")]),
            (
                "Tel: 030 23125128 / Fax: 030 23125129",
                "DE",
                vec![("+493023125128", ""), ("+493023125129", "fax")],
            ),
            (
                "Office 415 555 0101; Cell 415 555 0102",
                "US",
                vec![("+14155550101", "work"), ("+14155550102", "mobile")],
            ),
            ("0176 04069003 mobil", "DE", vec![("+4917604069003", "mobile")]),
            ("06 12 34 56 78 (portable)", "FR", vec![("+33612345678", "mobile")]),
            ("415 555 0101 (Anna)", "US", vec![("+14155550101", "Anna")]),
            ("{\"home\": \"415 555 0101\"}", "US", vec![("+14155550101", "home")]),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(n, l)| (n.to_owned(), l.to_owned()))
                .collect();
            assert_eq!(read(cell, region), expected, "{cell}");
        }
    }

    #[test]
    fn what_is_no_number_is_named_and_the_others_stay() {
        assert_eq!(numbers("unknown", "US"), ["? unknown"]);
        assert_eq!(numbers("12345", "US"), ["? 12345"]);
        assert_eq!(numbers("415 555 0101, 12345678", "US"), ["+14155550101", "? 12345678"]);
    }
}
