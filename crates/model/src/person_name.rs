//! Splits whole names into their parts. A name that cannot be split safely stays whole.

use crate::legal_forms::{JOINED_FORMS, is_legal_form};
use crate::text::fold;
use std::collections::HashSet;
use std::sync::LazyLock;

/// The parts of a name. A name that stays whole is in `first` alone.
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
    /// Words that follow a name: `Jr.`, `PhD`.
    pub suffix: String,
    /// A name in brackets or quotation marks: `Robert (Bob) Hale`.
    pub nickname: String,
}

/// Titles and forms of address before a name, without dots. Many of them are ordinary words elsewhere (`doc`,
/// `family`, `col`), so they count only if a name follows. Whether a whole column holds forms of address is decided
/// with another list, `FORMS_OF_ADDRESS` of `exchange`.
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
    "dra",
    "profa",
    "docteur",
    "dottore",
    "dottoressa",
    "avv",
    "geom",
    "rag",
    "lic",
    "dña",
    "mudr",
    "judr",
    "phdr",
    "rndr",
    "paeddr",
    "mvdr",
    "doc",
    "inż",
    "hab",
    "paní",
    "fröken",
    "frøken",
    "rouva",
    "herra",
    "özv",
    "ifj",
    "bay",
    "bayan",
    "sayın",
    "maga",
    "drin",
    "univ-prof",
    "priv-doz",
    "pd",
    "familie",
    "fam",
    "family",
    "famille",
    "familia",
    "família",
    "famiglia",
    "familien",
    "familjen",
    "eheleute",
    "rabbi",
    "pastor",
    "pfarrer",
    "sheikh",
    "cllr",
    "brig",
    "cpt",
    "cpl",
];

/// Forms of address that may be followed by the family name alone. A single name after a title such as `Dr.` in
/// another column is more likely a given name.
const SALUTATIONS: &[&str] = &[
    "mr", "mrs", "ms", "miss", "mx", "herr", "frau", "hr", "fru", "m", "mme", "mlle", "monsieur", "madame", "sr",
    "sra", "señor", "señora", "srta", "signor", "signora", "sig", "sigra", "dhr", "mevr", "mw", "pan", "pani", "paní",
    "г-н", "г-жа", "familie", "fam", "family", "famille", "familia", "família", "famiglia", "familien", "familjen",
    "eheleute",
];

/// Words of degrees between a title and the name: `Dr. med. dent.`, `Prof. h. c.`.
const DEGREE_WORDS: &[&str] = &[
    "med", "dent", "vet", "phil", "jur", "iur", "rer", "nat", "pol", "oec", "habil", "hab", "hc", "h", "c", "theol",
    "mult", "agr", "sc", "soc", "techn", "tech", "univ", "ing", "mont", "mus", "paed", "päd", "forest", "e", "eh",
    "em", "psych", "biol", "hum", "publ", "inż", "fh", "ba", "th", "tu",
];

/// Words that join two names or forms of address.
const JOINING: &[&str] = &["&", "+", "and", "und", "et", "y", "e", "en", "og", "och", "i"];

/// Well-known given names; both names of a couple must be among them.
static GIVEN_NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../data/nicknames.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

const SUFFIXES: &[&str] = &[
    "jr", "sr", "jnr", "snr", "ii", "iii", "iv", "phd", "md", "dds", "esq", "cpa", "mba", "msc", "bsc", "ma", "ba",
    "obe", "mbe", "cbe", "kbe", "rn", "jd", "llm", "frcs", "qc", "kc", "dphil", "edd", "dvm", "cfa", "pmp", "frsa",
    "llb", "csc", "drsc", "pharmd", "dmd", "faia", "mphil", "mfa",
];

const PARTICLES: &[&str] = &[
    "van", "von", "vom", "der", "den", "de", "da", "di", "do", "del", "della", "dello", "dei", "dos", "das", "du",
    "des", "la", "le", "el", "al", "bin", "ibn", "ben", "bint", "ter", "ten", "te", "zu", "zum", "zur", "af", "av",
    "op", "'t", "st", "saint", "san", "santa", "mac", "o'", "d'", "y",
];

/// Words other than legal forms that indicate a company.
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
    "bros",
    "partners",
    "associates",
    "services",
    "solutions",
    "enterprises",
    "industries",
    "consulting",
    "technologies",
    "logistics",
    "ventures",
    "properties",
    "council",
    "committee",
    "ministry",
    "clinic",
    "hospital",
    "pharmacy",
    "bakery",
];

/// Whether a name is more likely that of a company: it contains a legal form, or joins names with `&`.
pub fn looks_like_company(name: &str) -> bool {
    let words: Vec<String> = name.split_whitespace().map(bare).collect();
    let has_word = |w: &String| is_legal_form(w) || COMPANY_WORDS.contains(&w.as_str());
    let joins_names = || name.contains(" & ") && !is_couple(name) && titles_and_name(name).1.contains(" & ");
    words.len() > 1 && (words.iter().skip(1).any(has_word) || joins_names())
        || JOINED_FORMS.iter().any(|form| name.contains(form))
}

/// Whether a form of address precedes the name of a company: `Firma`.
pub fn is_company_salutation(prefix: &str) -> bool {
    matches!(
        bare(prefix.trim()).as_str(),
        "firma"
            | "fa"
            | "company"
            | "société"
            | "empresa"
            | "ditta"
            | "bedrijf"
            | "företag"
            | "firmy"
            | "spett"
            | "messrs"
    )
}

/// Whether a form of address may be followed by a family name alone: `Frau`, `Mr.`, `Familie`.
pub fn is_salutation(prefix: &str) -> bool {
    SALUTATIONS.contains(&bare(prefix.trim()).as_str())
}

/// Joins two texts of titles; words at the start of the second that are in the first are not repeated.
pub fn join_titles(first: &str, second: &str) -> String {
    let known: Vec<String> = first.split_whitespace().map(bare).collect();
    let mut new = second
        .split_whitespace()
        .skip_while(|word| known.contains(&bare(word)))
        .peekable();
    match (first.is_empty(), new.peek().is_some()) {
        (true, _) => second.to_owned(),
        (_, false) => first.to_owned(),
        _ => format!("{first} {}", new.collect::<Vec<_>>().join(" ")),
    }
}

/// Splits a name into its titles and the rest: `Dr. Ann` becomes `Dr.` and `Ann`.
pub(crate) fn titles_and_name(name: &str) -> (String, String) {
    let words: Vec<&str> = name.split_whitespace().collect();
    let (titles, rest) = take_prefix(&words);
    (titles.join(" "), rest.join(" "))
}

/// Splits a whole name at blanks; `Family, Given` is understood, and titles and suffixes are separated. Names with
/// more than three words and no particle, with characters that no name contains, or without blanks stay whole.
pub fn split_person_name(name: &str) -> PersonName {
    let name = name.trim();
    if let Some((rest, nickname)) = without_nickname(name) {
        return PersonName {
            nickname,
            ..split_plain(&rest)
        };
    }
    split_plain(name)
}

/// Second given names in Spanish, folded; any other second word of three is the first of two family names.
const SECOND_GIVEN_NAMES: &[&str] = &[
    "jose",
    "maria",
    "luis",
    "carlos",
    "juan",
    "ana",
    "miguel",
    "angel",
    "jesus",
    "antonio",
    "manuel",
    "francisco",
    "javier",
    "alberto",
    "fernando",
    "eduardo",
    "enrique",
    "ignacio",
    "pablo",
    "pedro",
    "ramon",
    "andres",
    "alejandro",
    "teresa",
    "isabel",
    "carmen",
    "pilar",
    "elena",
    "luisa",
    "belen",
    "cristina",
    "mercedes",
    "angeles",
    "rosa",
];

/// Splits a whole Spanish name with two family names: `Nuria Soler Gil`, `Juan Carlos Soler Gil`.
pub fn split_spanish_name(name: &str) -> PersonName {
    let split = split_person_name(name);
    let is_given = |word: &str| SECOND_GIVEN_NAMES.contains(&fold(word).as_str());
    let is_one_word = |text: &str| !text.is_empty() && !text.contains(' ');
    if is_one_word(&split.middle) && is_one_word(&split.last) && !is_given(&split.middle) {
        return PersonName {
            last: format!("{} {}", split.middle, split.last),
            middle: String::new(),
            ..split
        };
    }
    let words: Vec<&str> = split.first.split(' ').collect();
    let is_plain = |word: &&str| word.chars().all(|c| c.is_alphabetic() || c == '-') && !is_particle(word);
    match words[..] {
        [one, other, .., first, last] if words.len() == 4 && split.last.is_empty() && words.iter().all(is_plain) => {
            PersonName {
                first: format!("{one} {other}"),
                last: format!("{first} {last}"),
                ..split
            }
        }
        _ => split,
    }
}

/// Splits a name without a nickname. Brackets are accepted only in a degree: `Dipl.-Ing. (FH)`.
fn split_plain(name: &str) -> PersonName {
    let is_foreign = |c: char| c.is_ascii_digit() || matches!(c, '@' | '/' | '"' | '[' | ']' | ';');
    let bracketed = |word: &str| word.starts_with('(') && !DEGREE_WORDS.contains(&bare(word).as_str());
    if name.contains(is_foreign) || name.contains(['(', ')']) && name.split_whitespace().any(bracketed) {
        return whole(name);
    }
    let mut commas = name.split(',').map(str::trim);
    let before = commas.next().unwrap_or_default();
    let after: Vec<&str> = commas.collect();
    match after.as_slice() {
        [] => split_words(name),
        all if all
            .iter()
            .all(|part| !part.is_empty() && part.split_whitespace().all(is_suffix)) =>
        {
            with_suffix(split_words(before), &all.join(", "))
        }
        [rest] => split_at_comma(name, before, rest),
        [rest, suffixes @ ..]
            if suffixes
                .iter()
                .all(|part| !part.is_empty() && part.split_whitespace().all(is_suffix)) =>
        {
            with_suffix(
                split_at_comma(&format!("{before}, {rest}"), before, rest),
                &suffixes.join(", "),
            )
        }
        _ => whole(name),
    }
}

fn with_suffix(mut split: PersonName, suffix: &str) -> PersonName {
    split.suffix = match split.suffix.is_empty() {
        true => suffix.to_owned(),
        false => format!("{}, {suffix}", split.suffix),
    };
    split
}

/// Separates the nickname in brackets or quotation marks from a name. Returns the rest and the nickname.
fn without_nickname(name: &str) -> Option<(String, String)> {
    const MARKS: [(char, char); 5] = [
        ('(', ')'),
        ('"', '"'),
        ('\u{201c}', '\u{201d}'),
        ('\u{201e}', '\u{201c}'),
        ('\u{ab}', '\u{bb}'),
    ];
    let (open, close) = MARKS.into_iter().find(|(open, _)| name.contains(*open))?;
    let (before, rest) = name.split_once(open)?;
    let (inner, after) = rest.split_once(close)?;
    let (before, inner, after) = (before.trim(), inner.trim(), after.trim_start());
    let words = inner.split_whitespace().count();
    let is_name = (1..=2).contains(&words)
        && inner
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '\u{2019}'))
        && inner.chars().next().is_some_and(char::is_uppercase)
        && inner.chars().any(char::is_lowercase)
        && !DEGREE_WORDS.contains(&bare(inner).as_str());
    let others = [before, after].iter().any(|part| part.contains(char::is_alphabetic));
    // `Geb. Klein` and `Née Klein` are not nicknames, and neither is a bracket after a company.
    let birth_name =
        inner.contains('.') && words == 2 || BIRTH_NAMES.contains(&bare(inner.split_whitespace().next()?).as_str());
    if !is_name || !others || birth_name {
        return None;
    }
    let comma = if after.starts_with(',') { "" } else { " " };
    Some((format!("{before}{comma}{after}").trim().to_owned(), inner.to_owned()))
}

/// Words before a birth name.
const BIRTH_NAMES: &[&str] = &[
    "geb",
    "geborene",
    "née",
    "nee",
    "né",
    "born",
    "roz",
    "született",
    "nata",
    "nacida",
    "f",
];

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
    let words: Vec<&str> = after.split_whitespace().collect();
    let (prefix, rest) = take_prefix(&words);
    let (rest, suffix) = take_suffix(rest);
    let Some((first, middle)) = rest.split_first() else {
        return whole(name);
    };
    // `Ivers, Ann & Bob` are two people, and both names are needed.
    let (first, middle) = match rest.iter().any(|word| is_joining(word)) {
        true => (rest.join(" "), String::new()),
        false => ((*first).to_owned(), middle.join(" ")),
    };
    let family: Vec<&str> = before.split_whitespace().collect();
    let (titles, family) = take_prefix(&family);
    PersonName {
        prefix: [titles, prefix].concat().join(" "),
        first,
        middle,
        last: family.join(" "),
        suffix: suffix.join(" "),
        nickname: String::new(),
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
        // A title with a single name: `Frau Weber`, `Dr. Ohm`.
        [only] => PersonName {
            last: (*only).to_owned(),
            ..PersonName::default()
        },
        names if names.iter().any(|word| matches!(*word, "&" | "+")) || is_couple(&names.join(" ")) => {
            match split_couple(names) {
                Some(couple) => couple,
                None => return whole(name),
            }
        }
        // `van Dijk`: no given name begins like this.
        [first, ..] if is_particle(first) && first.starts_with(char::is_lowercase) => PersonName {
            last: rest.join(" "),
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

/// Whether a name is that of two people with one family name: `John & Mary Smith`.
fn is_couple(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let (_, words) = take_prefix(&words);
    let known = |word: &&str| GIVEN_NAMES.contains(fold(word).as_str());
    // The family name follows both given names, or precedes a comma: `Smith, John & Mary`.
    let comma = words.iter().position(|word| word.ends_with(','));
    let (given, family_told) = match comma {
        Some(at) => (&words[at + 1..], true),
        None => (words, false),
    };
    matches!(given, [one, joining, other, rest @ ..] if is_joining(joining) && known(one) && known(other)
        && rest.is_empty() == family_told)
}

/// Splits the name of a couple: the two given names are kept together, and the rest is their family name.
fn split_couple(names: &[&str]) -> Option<PersonName> {
    let joining = names.iter().position(|word| is_joining(word))?;
    let last = names.get(joining + 2..).filter(|rest| !rest.is_empty())?;
    if !is_couple(&names.join(" ")) {
        return None;
    }
    Some(PersonName {
        first: names[..joining + 2].join(" "),
        last: last.join(" "),
        ..PersonName::default()
    })
}

/// Returns the index of the family name in the words after the first name; `None` if it is unknown.
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

/// Counts the titles before a name: two in `Prof. Dr. Kovács Éva`.
pub fn titles_in_front(words: &[&str]) -> usize {
    take_prefix(words).0.len()
}

/// Splits off the titles at the start: forms of address, titles with the words of their degrees, and two of them
/// joined by `and`.
fn take_prefix<'a, 'b>(words: &'b [&'a str]) -> (&'b [&'a str], &'b [&'a str]) {
    let mut n = 0;
    while n + 1 < words.len() {
        let joined = n > 0 && n + 2 < words.len() && is_joining(words[n]) && is_prefix(words[n + 1]);
        if joined {
            n += 2;
        } else if is_prefix(words[n]) || n > 0 && is_degree(words[n]) {
            n += 1;
        } else {
            break;
        }
    }
    words.split_at(n)
}

/// Whether a word after a title belongs to it: `med.`, `h.`, `(FH)`. Initials and names do not.
fn is_degree(word: &str) -> bool {
    let bare = bare(word);
    DEGREE_WORDS.contains(&bare.as_str())
        && (word.starts_with('(') || word.starts_with(char::is_lowercase) || bare.len() > 2 && word.ends_with('.'))
}

fn is_joining(word: &str) -> bool {
    JOINING.contains(&word.to_lowercase().as_str())
}

fn take_suffix<'a, 'b>(words: &'b [&'a str]) -> (&'b [&'a str], &'b [&'a str]) {
    let mut n = words.len();
    while n > 1 && is_suffix(words[n - 1]) {
        n -= 1;
    }
    words.split_at(n)
}

fn is_prefix(word: &str) -> bool {
    // Words of two letters, with or without dot: an initial is more likely than `M.`, the French title, and `Ng` and
    // `Li` are names.
    PREFIXES.contains(&bare(word).as_str())
        && (word.chars().count() > 2
            || matches!(word, "Dr" | "Mr" | "Ms" | "Mx" | "DR" | "MR" | "PD")
            || word.eq_ignore_ascii_case("dr"))
        || DIPLOMAS.iter().any(|diploma| bare(word).starts_with(diploma))
}

/// Degrees that begin with one of these precede the name: `Dipl.-Kfm.`.
const DIPLOMAS: &[&str] = &["dipl-", "dipling"];

fn is_suffix(word: &str) -> bool {
    let bare = bare(word);
    SUFFIXES.contains(&bare.as_str())
        && (word.ends_with('.') || word.chars().skip(1).any(char::is_uppercase) || bare == "jr" || bare == "sr")
}

fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word.trim_end_matches('.').to_lowercase().as_str())
}

/// Returns a word in lower case without dots, commas and parentheses, for lookups.
fn bare(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '.' | ',' | '(' | ')'))
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_east_asian(name: &str) -> bool {
    name.chars().filter(|c| !c.is_whitespace()).all(|c| {
        matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '々')
    })
}

#[cfg(test)]
#[path = "person_name_tests.rs"]
mod tests;
