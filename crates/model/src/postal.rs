//! Lines that hold a postcode, a city and perhaps a state: `Springfield, IL 62704`, `10115 Berlin`.
//!
//! Owns where in such a line each part stands, by the shapes that postcodes have around the world. Leaves out streets:
//! a line that holds more than these parts is not taken apart.

use crate::country::region_of_country;
use crate::text::clean;

/// The parts of a line; those that it does not hold are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostalLine {
    /// The postcode, without the country before it (`D-`).
    pub zip_code: String,
    /// The city.
    pub city: String,
    /// The state or province.
    pub state: String,
    /// The country, where the line ends with its name.
    pub country: String,
}

/// Signs that may stand between the parts.
const SEPARATORS: &[char] = &[' ', ',', ';', '/', '-', '\u{2013}', '\n', '\t', '\u{b7}', '|'];

/// Takes a line of postcode, city and state apart. None if it holds something else, such as a street.
pub fn split_postal_line(line: &str) -> Option<PostalLine> {
    let line = clean(line).replace(['\n', '\t', '\u{3000}', '\u{a0}'], " ");
    let line = line.trim_matches(SEPARATORS);
    if line.is_empty() {
        return None;
    }
    let (line, country) = without_country(line);
    let (zip_code, rest) = match zip_at_start(line) {
        Some((zip, rest)) => (zip, rest),
        None => zip_at_end(line).map_or((String::new(), line), |(rest, zip)| (zip, rest)),
    };
    let rest = rest.trim_matches(SEPARATORS);
    let (city, state) = city_and_state(rest)?;
    Some(PostalLine {
        zip_code,
        city,
        state,
        country,
    })
}

/// The line without a country's name at its end. Codes of two letters are states far more often.
fn without_country(line: &str) -> (&str, String) {
    match line.rsplit_once(',') {
        Some((before, last))
            if last.trim().chars().count() > 2
                && last.contains(char::is_alphabetic)
                && region_of_country(last).is_some() =>
        {
            // `Mexico, Mexico` and `Luxembourg, Luxembourg` are a city in its state.
            if before.contains(',') || before.contains(|c: char| c.is_ascii_digit()) {
                (before.trim_matches(SEPARATORS), last.trim().to_owned())
            } else {
                (line, String::new())
            }
        }
        _ => (line, String::new()),
    }
}

/// A postcode at the start, without a country before it, and what follows.
fn zip_at_start(line: &str) -> Option<(String, &str)> {
    let line = line.strip_prefix('\u{3012}').unwrap_or(line).trim_start();
    let body = without_country_code(line);
    let end = body.find([' ', ',', '/', ';', '|']).unwrap_or(body.len());
    let (first, rest) = (&body[..end], &body[end..]);
    let first = first.trim_end_matches('-');
    let next = rest.trim_start();
    let second_end = next.find([' ', ',', '/', ';', '|']).unwrap_or(next.len());
    let (second, after_second) = (&next[..second_end], &next[second_end..]);
    // Two groups: `1012 AB Amsterdam`, `111 22 Stockholm`.
    let parted = rest.starts_with(' ') && !after_second.is_empty();
    let joined = format!("{first}{second}");
    let grouped = matches!(
        (shape(first).as_str(), shape(second).as_str()),
        ("9999", "AA") | ("999", "99")
    ) || is_british(&joined) && shape(second) == "9AA"
        || is_canadian(&joined) && shape(second) == "9A9";
    if parted && grouped {
        return Some((format!("{first} {second}"), after_second));
    }
    // `100-0001東京都`: no blank before the city.
    if !line.is_ascii()
        && let Some((zip, city)) = zip_before_ideographs(body)
    {
        return Some((zip, city));
    }
    let is_zip = matches!(
        shape(first).as_str(),
        "999"
            | "9999"
            | "99999"
            | "999999"
            | "9999999"
            | "99999-9999"
            | "99999-999"
            | "9999-999"
            | "99-999"
            | "999-9999"
            | "9999AA"
            | "99999999"
    );
    is_zip.then(|| (first.to_owned(), rest))
}

fn zip_before_ideographs(body: &str) -> Option<(String, &str)> {
    let end = body.find(|c: char| !c.is_ascii_digit() && c != '-')?;
    let is_zip = matches!(
        shape(&body[..end]).as_str(),
        "999-9999" | "9999999" | "999999" | "99999" | "999"
    );
    let ideographs = body[end..]
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() && !c.is_ascii());
    (is_zip && ideographs).then(|| (body[..end].to_owned(), &body[end..]))
}

/// `D-80331` is `80331`: the sign of the country stands for the mail, not in the postcode. Latvia, Lithuania and
/// Moldova write theirs with it.
fn without_country_code(line: &str) -> &str {
    let Some((code, rest)) = line.split_once('-') else {
        return line;
    };
    let is_code = (1..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase());
    if is_code && rest.starts_with(|c: char| c.is_ascii_digit()) {
        rest
    } else {
        line
    }
}

/// A postcode at the end, and what stands before it.
fn zip_at_end(line: &str) -> Option<(&str, String)> {
    let bare = line.strip_suffix(')').unwrap_or(line);
    let cut = |text: &'_ str| {
        text.rfind([' ', ',', '/', '(', ';', '\u{3012}']).map(|at| {
            let wide = text[at..].chars().next().map_or(1, char::len_utf8);
            (at, at + wide)
        })
    };
    let (before, last) = match cut(bare) {
        Some((at, next)) => (&bare[..at], without_country_code(&bare[next..])),
        None => ("", without_country_code(bare)),
    };
    if matches!(
        shape(last).as_str(),
        "9999"
            | "99999"
            | "999999"
            | "9999999"
            | "99999-9999"
            | "99999-999"
            | "9999-999"
            | "99-999"
            | "999-9999"
            | "9999AA"
    ) || is_british(last)
        || is_canadian(last)
    {
        return Some((before.trim_end_matches(['(', ' ']), last.to_owned()));
    }
    let (before_two, second) = match cut(before) {
        Some((at, next)) => (&before[..at], &before[next..]),
        None => ("", before),
    };
    let two = format!("{second} {last}");
    let joined = format!("{second}{last}");
    let grouped = matches!(
        (shape(second).as_str(), shape(last).as_str()),
        ("9999", "AA") | ("999", "99") | ("AAA", "9999")
    ) || is_british(&joined) && shape(last) == "9AA"
        || is_canadian(&joined) && shape(last) == "9A9"
        || is_irish(second, last);
    grouped.then(|| (before_two.trim_end_matches(['(', ' ']), two))
}

/// The figures and capital letters of a text as `9` and `A`.
fn shape(text: &str) -> String {
    text.chars()
        .take(12)
        .map(|c| match c {
            '0'..='9' => '9',
            'A'..='Z' => 'A',
            c => c,
        })
        .collect()
}

/// A British postcode without its blank: `SW1A1AA`, `M11AE`.
fn is_british(text: &str) -> bool {
    matches!(
        shape(text).as_str(),
        "A99AA" | "A999AA" | "AA99AA" | "AA999AA" | "A9A9AA" | "AA9A9AA"
    )
}

fn is_canadian(text: &str) -> bool {
    shape(text) == "A9A9A9"
}

/// An Eircode: `D02 X285`.
fn is_irish(routing: &str, own: &str) -> bool {
    matches!(shape(routing).as_str(), "A99" | "A9A")
        && own.len() == 4
        && own.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && own.bytes().any(|b| b.is_ascii_digit())
}

/// A city, and the state behind it. None if there is more than that.
fn city_and_state(rest: &str) -> Option<(String, String)> {
    if rest.contains(['\u{3012}', '@', ':', '"']) {
        return None;
    }
    let parts: Vec<&str> = rest
        .split(',')
        .map(|p| p.trim_matches(SEPARATORS))
        .filter(|p| !p.is_empty())
        .collect();
    let (city, state) = match *parts.as_slice() {
        [] => ("", ""),
        [one] => one_part(one),
        [city, state] => (city, state),
        _ => return None,
    };
    let holds_a_number = |text: &str| {
        text.split_whitespace()
            .any(|w| w.bytes().filter(u8::is_ascii_digit).count() > 2)
    };
    if city.starts_with(|c: char| c.is_ascii_digit())
        || holds_a_number(city)
        || state.contains(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    Some((city.to_owned(), state.to_owned()))
}

/// `Springfield IL`, `Roma (RM)`, `São Paulo - SP`, `Campinas/SP`.
fn one_part(text: &str) -> (&str, &str) {
    if let Some((city, state)) = text.strip_suffix(')').and_then(|t| t.rsplit_once('(')) {
        return (city.trim(), state.trim());
    }
    let capitals = |s: &str| (2..=3).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_uppercase());
    let by_sign = text
        .rsplit_once(" - ")
        .or_else(|| text.rsplit_once('/'))
        .or_else(|| text.rsplit_once('-'));
    if let Some((city, state)) = by_sign
        && capitals(state.trim())
    {
        return (city.trim(), state.trim());
    }
    match text.rsplit_once(' ') {
        // A city in capitals throughout tells nothing by them.
        Some((city, state)) if capitals(state) && city.chars().any(char::is_lowercase) => (city.trim_end(), state),
        Some((city, state)) if capitals(state) && STATES.contains(&state) => (city.trim_end(), state),
        _ => (text, ""),
    }
}

/// States of the United States, Canada and Australia, which stand behind cities in capitals too.
const STATES: &[&str] = &[
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME",
    "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA",
    "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "DC", "PR", "AB", "BC", "MB", "NB", "NL",
    "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT", "NSW", "VIC", "QLD", "TAS", "ACT",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Option<[String; 4]> {
        split_postal_line(line).map(|l| [l.zip_code, l.city, l.state, l.country])
    }

    #[test]
    fn lines_are_split_as_countries_write_them() {
        for (line, parts) in [
            ("Springfield, IL 62704", ["62704", "Springfield", "IL", ""]),
            ("Portland, OR 97201-1234", ["97201-1234", "Portland", "OR", ""]),
            ("Springfield IL 62704", ["62704", "Springfield", "IL", ""]),
            ("NEW YORK NY 10001", ["10001", "NEW YORK", "NY", ""]),
            ("Springfield, Illinois, 62704", ["62704", "Springfield", "Illinois", ""]),
            (
                "Springfield, IL, 62704, United States",
                ["62704", "Springfield", "IL", "United States"],
            ),
            ("St. Louis, MO", ["", "St. Louis", "MO", ""]),
            ("10115 Berlin", ["10115", "Berlin", "", ""]),
            ("10115/Berlin", ["10115", "Berlin", "", ""]),
            ("10115, Berlin", ["10115", "Berlin", "", ""]),
            ("D-80331 München", ["80331", "München", "", ""]),
            ("CH-8001 Zürich", ["8001", "Zürich", "", ""]),
            ("A-1010 Wien", ["1010", "Wien", "", ""]),
            ("60311 Frankfurt am Main", ["60311", "Frankfurt am Main", "", ""]),
            ("75008 Paris", ["75008", "Paris", "", ""]),
            ("75008 PARIS CEDEX 08", ["75008", "PARIS CEDEX 08", "", ""]),
            ("1012 AB Amsterdam", ["1012 AB", "Amsterdam", "", ""]),
            ("1012AB Amsterdam", ["1012AB", "Amsterdam", "", ""]),
            ("London SW1A 1AA", ["SW1A 1AA", "London", "", ""]),
            ("SW1A 1AA London", ["SW1A 1AA", "London", "", ""]),
            ("Manchester, M1 1AE", ["M1 1AE", "Manchester", "", ""]),
            ("Toronto ON M5V 2T6", ["M5V 2T6", "Toronto", "ON", ""]),
            ("Montréal, QC H2X 1Y4", ["H2X 1Y4", "Montréal", "QC", ""]),
            ("Dublin D02 X285", ["D02 X285", "Dublin", "", ""]),
            ("Sydney NSW 2000", ["2000", "Sydney", "NSW", ""]),
            ("111 22 Stockholm", ["111 22", "Stockholm", "", ""]),
            ("SE-111 22 Stockholm", ["111 22", "Stockholm", "", ""]),
            ("110 00 Praha 1", ["110 00", "Praha 1", "", ""]),
            ("00-950 Warszawa", ["00-950", "Warszawa", "", ""]),
            ("1000-001 Lisboa", ["1000-001", "Lisboa", "", ""]),
            ("00118 Roma (RM)", ["00118", "Roma", "RM", ""]),
            ("20121 Milano MI", ["20121", "Milano", "MI", ""]),
            ("28013 Madrid", ["28013", "Madrid", "", ""]),
            ("Madrid (28013)", ["28013", "Madrid", "", ""]),
            ("São Paulo - SP, 01310-100", ["01310-100", "São Paulo", "SP", ""]),
            ("Campinas/SP 13010-000", ["13010-000", "Campinas", "SP", ""]),
            ("101000 Москва", ["101000", "Москва", "", ""]),
            ("Москва, 101000", ["101000", "Москва", "", ""]),
            ("〒100-0001 東京都千代田区", ["100-0001", "東京都千代田区", "", ""]),
            ("100-0001東京都", ["100-0001", "東京都", "", ""]),
            ("Mumbai, Maharashtra 400001", ["400001", "Mumbai", "Maharashtra", ""]),
            ("Singapore 238823", ["238823", "Singapore", "", ""]),
            ("101 Reykjavík", ["101", "Reykjavík", "", ""]),
            ("8011 AA Zwolle, Niederlande", ["8011 AA", "Zwolle", "", "Niederlande"]),
            ("Springfield", ["", "Springfield", "", ""]),
            ("62704", ["62704", "", "", ""]),
        ] {
            assert_eq!(split(line), Some(parts.map(str::to_owned)), "{line}");
        }
    }

    #[test]
    fn a_line_with_a_street_is_not_split() {
        for line in [
            "",
            "12 Elm St, Springfield, IL 62704",
            "Hauptstr. 1, 10115 Berlin",
            "12 Elm St",
            "a, b, c, d",
        ] {
            assert_eq!(split(line), None, "{line}");
        }
    }
}
