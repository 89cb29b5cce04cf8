//! Cells with several parts of an address, with text around a part, or with a whole name in reverse order.

use model::titles_in_front;

/// The parts of a place: `10115 Berlin`, `Springfield, IL 62704`, `São Paulo/SP`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The city.
    pub city: String,
    /// State or province.
    pub state: String,
    /// The zip code.
    pub zip_code: String,
}

/// Splits a place into its parts. Text that is not understood is kept in the city.
pub fn place(cell: &str) -> Place {
    let parts: Vec<&str> = cell
        .split([',', '/', ';', '\n'])
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect();
    let mut place = Place::default();
    let mut rest: Vec<String> = Vec::new();
    for part in &parts {
        let mut words: Vec<&str> = part.split_whitespace().collect();
        if place.zip_code.is_empty()
            && let Some(zip) = take_zip(&mut words)
        {
            place.zip_code = zip;
        }
        if !words.is_empty() {
            rest.push(words.join(" "));
        }
    }
    // `Springfield IL` without a comma.
    if let [only] = &rest[..]
        && let Some((city, state)) = only.rsplit_once(' ')
        && is_state_code(state)
        && !place.zip_code.is_empty()
    {
        rest = vec![city.to_owned(), state.to_owned()];
    }
    let mut rest = rest.into_iter();
    place.city = rest.next().unwrap_or_default();
    place.state = rest.next().unwrap_or_default();
    for more in rest {
        place.state.push_str(", ");
        place.state.push_str(&more);
    }
    place
}

fn is_state_code(word: &str) -> bool {
    (2..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// Removes and returns the zip code at the beginning or the end: `D-80331`, `8011 AA`, `SW1A 1AA`, `97201-1234`,
/// `110 00`.
fn take_zip(words: &mut Vec<&str>) -> Option<String> {
    for length in [2, 1] {
        if words.len() < length {
            continue;
        }
        let end = words.len() - length;
        for from in [0, end] {
            let candidate = words[from..from + length].join(" ");
            let fits = if length == 2 {
                is_two_part_zip(&candidate)
            } else {
                is_zip(&candidate)
            };
            if fits {
                words.drain(from..from + length);
                let bare = candidate
                    .split_once('-')
                    .filter(|(country, _)| country.len() <= 2 && country.bytes().all(|b| b.is_ascii_uppercase()));
                return Some(bare.map_or(candidate.clone(), |(_, zip)| zip.to_owned()));
            }
        }
    }
    None
}

fn is_zip(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let plain = word
        .bytes()
        .all(|b| b.is_ascii_digit() || b == b'-' || b.is_ascii_uppercase());
    plain && digits >= 3 && word.len() <= 10 && word.bytes().filter(u8::is_ascii_uppercase).count() <= 2
}

/// Whether two words are a zip code: Dutch `8011 AA`, British `SW1A 1AA`, Canadian `K1A 0B1`, Czech and Swedish
/// `110 00`. Polish codes are one word.
fn is_two_part_zip(words: &str) -> bool {
    let Some((first, second)) = words.split_once(' ') else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let upper = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase());
    let mixed = |text: &str| {
        text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) && text.bytes().any(|b| b.is_ascii_digit())
    };
    let is_dutch = first.len() == 4 && digits(first) && second.len() == 2 && upper(second);
    let is_spaced = first.len() == 3 && digits(first) && second.len() == 2 && digits(second);
    let begins_with_letter = first.starts_with(|c: char| c.is_ascii_uppercase());
    let is_british =
        begins_with_letter && (2..=4).contains(&first.len()) && mixed(first) && second.len() == 3 && mixed(second);
    is_dutch || is_spaced || is_british
}

/// Words that belong to the following family name.
const PARTICLES: &[&str] = &[
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "do", "dos", "das", "du", "des", "la", "le", "los",
    "las", "ten", "ter", "zu", "zum", "zur", "el", "al", "bin", "ben", "d'", "dell'", "mac", "mc", "st.", "san",
    "santa",
];

/// Adds the comma after the family name to a whole name that begins with it.
pub fn with_comma(name: &str) -> String {
    if name.contains(',') {
        return name.to_owned();
    }
    let all: Vec<&str> = name.split_whitespace().collect();
    let titles = titles_in_front(&all);
    let words = &all[titles..];
    if words.len() < 2 {
        return name.to_owned();
    }
    let is_upper = |word: &str| {
        word.chars().count() > 1 && word.chars().all(|c| !c.is_lowercase()) && word.chars().any(char::is_uppercase)
    };
    let uppers = words.iter().take_while(|word| is_upper(word)).count();
    let particles = words
        .iter()
        .take_while(|word| PARTICLES.contains(&word.to_lowercase().as_str()))
        .count();
    let family = if uppers > 0 && uppers < words.len() {
        uppers
    } else {
        particles + 1
    };
    if family >= words.len() {
        return name.to_owned();
    }
    let family = titles + family;
    format!("{}, {}", all[..family].join(" "), all[family..].join(" "))
}

/// Whether a street already contains the line, with or without its house number: `14 Oak Rd, Box 2` contains `Oak Rd`.
pub fn has_line(street: &str, line: &str) -> bool {
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let has = |known: &str| {
        let before = known.split_once(' ').filter(|(word, _)| is_number(word));
        let behind = known.rsplit_once(' ').filter(|(_, word)| is_number(word));
        known == line || before.is_some_and(|(_, name)| name == line) || behind.is_some_and(|(name, _)| name == line)
    };
    !line.is_empty() && (has(street) || street.split([',', '\n']).map(str::trim).any(has))
}

/// Removes the traces of a spreadsheet from a zip code.
pub fn zip_code(cell: &str) -> &str {
    let cell = match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => cell,
    };
    match cell.strip_suffix(".0") {
        Some(digits) if digits.len() >= 3 && digits.bytes().all(|b| b.is_ascii_digit()) => digits,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_taken_apart() {
        for (cell, city, state, zip) in [
            ("10115 Berlin", "Berlin", "", "10115"),
            ("D-80331 München", "München", "", "80331"),
            ("Springfield, IL 62704", "Springfield", "IL", "62704"),
            ("Portland, OR 97201-1234", "Portland", "OR", "97201-1234"),
            ("Portland OR 97201", "Portland", "OR", "97201"),
            ("75001 Paris", "Paris", "", "75001"),
            ("8011 AA Zwolle", "Zwolle", "", "8011 AA"),
            ("London SW1A 1AA", "London", "", "SW1A 1AA"),
            ("00-950 Warszawa", "Warszawa", "", "00-950"),
            ("110 00 Praha 1", "Praha 1", "", "110 00"),
            ("São Paulo/SP", "São Paulo", "SP", ""),
            ("Frankfurt am Main", "Frankfurt am Main", "", ""),
            ("", "", "", ""),
        ] {
            let read = place(cell);
            assert_eq!(
                (read.city.as_str(), read.state.as_str(), read.zip_code.as_str()),
                (city, state, zip),
                "{cell}"
            );
        }
    }

    #[test]
    fn names_that_begin_with_the_family_name_get_their_comma() {
        for (name, expected) in [
            ("Иванов Иван Иванович", "Иванов, Иван Иванович"),
            ("DUPONT MARTIN Jean", "DUPONT MARTIN, Jean"),
            ("van der Berg Jan", "van der Berg, Jan"),
            ("De Luca Maria Grazia", "De Luca, Maria Grazia"),
            ("Kovács Anna", "Kovács, Anna"),
            ("Smith, John", "Smith, John"),
            ("Kovács", "Kovács"),
        ] {
            assert_eq!(with_comma(name), expected, "{name}");
        }
    }
}
