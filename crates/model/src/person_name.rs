//! Whole names and their parts. A name that cannot be split safely stays whole.

use crate::legal_forms::{JOINED_FORMS, is_legal_form};

/// The parts of a name. A name that stays whole stands in `first` alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonName {
    /// Form of address and titles: `Dr.`, `Frau`.
    pub prefix: String,
    /// Given name, or the whole name.
    pub first: String,
    /// Names between the first and the last.
    pub middle: String,
    /// Family name with its particles: `van der Berg`.
    pub last: String,
    /// What follows a name: `Jr.`, `PhD`.
    pub suffix: String,
}

const PREFIXES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "lady",
    "lord",
    "rev",
    "reverend",
    "hon",
    "capt",
    "captain",
    "col",
    "gen",
    "lt",
    "maj",
    "sgt",
    "herr",
    "frau",
    "hr",
    "fru",
    "dipl-ing",
    "dr-ing",
    "mag",
    "ing",
    "m",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "sr",
    "sra",
    "señor",
    "señora",
    "signor",
    "signora",
    "srta",
    "don",
    "doña",
    "dott",
    "dottssa",
    "sig",
    "sigra",
    "dhr",
    "mevr",
    "mw",
    "drs",
    "ir",
    "pan",
    "pani",
    "mgr",
    "bc",
    "г-н",
    "г-жа",
];

const SUFFIXES: &[&str] = &[
    "jr", "sr", "jnr", "snr", "ii", "iii", "iv", "phd", "md", "dds", "esq", "cpa", "mba", "msc", "bsc", "ma", "ba",
    "obe", "mbe", "cbe", "kbe", "rn", "jd", "llm", "frcs", "qc", "kc", "dphil", "edd", "dvm",
];

const PARTICLES: &[&str] = &[
    "van", "von", "vom", "der", "den", "de", "da", "di", "do", "del", "della", "dello", "dei", "dos", "das", "du",
    "des", "la", "le", "el", "al", "bin", "ibn", "ben", "bint", "ter", "ten", "te", "zu", "zum", "zur", "af", "av",
    "op", "'t", "st", "saint", "san", "santa", "mac", "o'", "d'", "y",
];

/// Words beside the legal forms by which a company is known.
const COMPANY_WORDS: &[&str] = &[
    "companies",
    "group",
    "holding",
    "holdings",
    "foundation",
    "university",
    "institute",
    "association",
    "society",
    "bank",
    "hotel",
    "restaurant",
    "library",
    "verein",
    "stiftung",
    "universität",
    "公司",
];

/// Whether a name is rather that of a company: it holds a legal form, or joins names with `&`.
pub fn looks_like_company(name: &str) -> bool {
    let words: Vec<String> = name.split_whitespace().map(bare).collect();
    let has_word = |w: &String| is_legal_form(w) || COMPANY_WORDS.contains(&w.as_str());
    words.len() > 1 && (words.iter().skip(1).any(has_word) || name.contains(" & "))
        || JOINED_FORMS.iter().any(|form| name.contains(form))
}

/// What stands before a name, and the name: `Dr. Ann` is `Dr.` and `Ann`.
pub(crate) fn titles_and_name(name: &str) -> (String, String) {
    let words: Vec<&str> = name.split_whitespace().collect();
    let (titles, rest) = take_prefix(&words);
    (titles.join(" "), rest.join(" "))
}

/// Splits a whole name. Blanks separate its words; `Family, Given` is understood; titles and suffixes are set apart.
/// More than three words without a particle, signs that no name holds, and names written without blanks stay whole.
pub fn split_person_name(name: &str) -> PersonName {
    let name = name.trim();
    if name.contains(|c: char| c.is_ascii_digit() || matches!(c, '&' | '@' | '/' | '"' | '(' | ')' | '[' | ']' | ';')) {
        return whole(name);
    }
    match name.split_once(',') {
        Some((last, rest)) if !rest.contains(',') => split_at_comma(name, last.trim(), rest.trim()),
        Some(_) => whole(name),
        None => split_words(name),
    }
}

fn whole(name: &str) -> PersonName {
    PersonName {
        first: name.to_owned(),
        ..PersonName::default()
    }
}

fn split_at_comma(name: &str, before: &str, after: &str) -> PersonName {
    if before.is_empty() || after.is_empty() {
        return whole(name);
    }
    if after.split_whitespace().all(is_suffix) {
        let mut split = split_words(before);
        split.suffix = [split.suffix.as_str(), after].join(" ").trim().to_owned();
        return split;
    }
    let words: Vec<&str> = after.split_whitespace().collect();
    let (prefix, rest) = take_prefix(&words);
    let (rest, suffix) = take_suffix(rest);
    let Some((first, middle)) = rest.split_first() else {
        return whole(name);
    };
    PersonName {
        prefix: prefix.join(" "),
        first: (*first).to_owned(),
        middle: middle.join(" "),
        last: before.to_owned(),
        suffix: suffix.join(" "),
    }
}

fn split_words(name: &str) -> PersonName {
    let words: Vec<&str> = name.split_whitespace().collect();
    if let [family, given] = words[..]
        && is_east_asian(name)
    {
        return PersonName {
            first: given.to_owned(),
            last: family.to_owned(),
            ..PersonName::default()
        };
    }
    let (prefix, rest) = take_prefix(&words);
    let (rest, suffix) = take_suffix(rest);
    let split = match rest {
        [] => return whole(name),
        [only] if prefix.is_empty() => whole(only),
        // A title with one name: `Frau Weber`, `Dr. Ohm`.
        [only] => PersonName {
            last: (*only).to_owned(),
            ..PersonName::default()
        },
        [first, rest @ ..] => match family_name_begins(rest) {
            Some(at) => PersonName {
                first: (*first).to_owned(),
                middle: rest[..at].join(" "),
                last: rest[at..].join(" "),
                ..PersonName::default()
            },
            None => return whole(name),
        },
    };
    PersonName {
        prefix: prefix.join(" "),
        suffix: suffix.join(" "),
        ..split
    }
}

/// Where in the words after the first name the family name begins; none if that cannot be told.
fn family_name_begins(rest: &[&str]) -> Option<usize> {
    if let Some(at) = rest.iter().position(|w| is_particle(w))
        && at + 1 < rest.len()
    {
        let joins = matches!(rest[at].to_lowercase().as_str(), "y");
        return (at <= 2).then(|| if joins { at.saturating_sub(1) } else { at });
    }
    match rest.len() {
        1 => Some(0),
        2 => Some(1),
        _ => None,
    }
}

fn take_prefix<'a, 'b>(words: &'b [&'a str]) -> (&'b [&'a str], &'b [&'a str]) {
    let mut n = 0;
    while n + 1 < words.len() && is_prefix(words[n]) {
        n += 1;
    }
    words.split_at(n)
}

fn take_suffix<'a, 'b>(words: &'b [&'a str]) -> (&'b [&'a str], &'b [&'a str]) {
    let mut n = words.len();
    while n > 1 && is_suffix(words[n - 1]) {
        n -= 1;
    }
    words.split_at(n)
}

fn is_prefix(word: &str) -> bool {
    // Of two letters, dot or not: an initial is likelier than `M.`, the French title, and `Ng` and `Li` are names.
    PREFIXES.contains(&bare(word).as_str()) && (word.chars().count() > 2 || matches!(word, "Dr" | "Mr" | "Ms" | "Mx"))
}

fn is_suffix(word: &str) -> bool {
    let bare = bare(word);
    SUFFIXES.contains(&bare.as_str())
        && (word.ends_with('.') || word.chars().skip(1).any(char::is_uppercase) || bare == "jr" || bare == "sr")
}

fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word.trim_end_matches('.').to_lowercase().as_str())
}

/// A word in lower case without dots and commas, for looking it up.
fn bare(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '.' | ','))
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_east_asian(name: &str) -> bool {
    name.chars().filter(|c| !c.is_whitespace()).all(|c| {
        matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '々')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(name: &str) -> [String; 5] {
        let n = split_person_name(name);
        [n.prefix, n.first, n.middle, n.last, n.suffix]
    }

    #[test]
    fn splits_what_can_be_split() {
        for (name, want) in [
            ("Ann Ivers", ["", "Ann", "", "Ivers", ""]),
            ("Ilse Maria Nowak", ["", "Ilse", "Maria", "Nowak", ""]),
            ("Ruiz, Abelardo", ["", "Abelardo", "", "Ruiz", ""]),
            ("Mx. Sasha van der Berg", ["Mx.", "Sasha", "", "van der Berg", ""]),
            ("Ana-Lucía de Souza", ["", "Ana-Lucía", "", "de Souza", ""]),
            (
                "Prof. Sir Edmund Halloway-Pike OBE",
                ["Prof. Sir", "Edmund", "", "Halloway-Pike", "OBE"],
            ),
            ("John Smith, Jr.", ["", "John", "", "Smith", "Jr."]),
            ("Frau Weber", ["Frau", "", "", "Weber", ""]),
            ("Dr Ann Ivers", ["Dr", "Ann", "", "Ivers", ""]),
            ("José Ortega y Gasset", ["", "José", "", "Ortega y Gasset", ""]),
            ("山田 太郎", ["", "太郎", "", "山田", ""]),
        ] {
            assert_eq!(split(name), want.map(str::to_owned), "{name}");
        }
    }

    #[test]
    fn keeps_whole_what_cannot() {
        for name in [
            "Fen",
            "王小明",
            "Ann & Bob Smith",
            "Juan Carlos Pérez García",
            "Team 3",
            "a, b, c",
        ] {
            assert_eq!(split(name), ["", name, "", "", ""].map(str::to_owned), "{name}");
        }
    }

    #[test]
    fn companies_are_recognised() {
        assert!(looks_like_company("Kalkwerk Ost GmbH"));
        assert!(looks_like_company("Harrow & Co"));
        assert!(!looks_like_company("Ann Ivers"));
        assert!(!looks_like_company("Co"));
    }
}
