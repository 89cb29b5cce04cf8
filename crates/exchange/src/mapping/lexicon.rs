//! The names of fields in many languages. The names themselves are data: `data/synonyms.toml`.

use super::header_words::{is_number, squeezed, words};
use model::fold;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// What a name means: a field of ours in the data file's words, or nothing of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    FirstName,
    MiddleName,
    LastName,
    FullName,
    Prefix,
    Suffix,
    Nickname,
    Email,
    Phone,
    PhoneWork,
    PhoneMobile,
    PhoneHome,
    PhoneFax,
    PhoneOther,
    Company,
    Title,
    Department,
    Address,
    City,
    State,
    ZipCode,
    Country,
    Tags,
    Notes,
    Birthday,
    Website,
    /// A column that contact files have and we have no field for.
    None,
}

/// A word that says of which kind a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qualifier {
    Work,
    Home,
    Mobile,
    Fax,
    Other,
    Primary,
    Second,
    /// A word that means nothing here.
    Filler,
}

/// One language of the data file.
#[derive(Deserialize)]
struct Language {
    #[serde(default)]
    words: HashMap<String, Vec<String>>,
    #[serde(flatten)]
    names: HashMap<String, Vec<String>>,
}

/// A language, by its place in the data file.
pub type LanguageNo = usize;

/// All names of all languages.
#[derive(Default)]
pub struct Lexicon {
    names: HashMap<String, Vec<(LanguageNo, Field)>>,
    qualifiers: HashMap<String, Vec<Qualifier>>,
    /// Qualifiers that may be glued to a name: long ones, and those of scripts without blanks.
    glued: Vec<(String, Qualifier)>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    // A test reads the file; a broken one would leave no names, not end the program.
    Lexicon::read(include_str!("../../data/synonyms.toml")).unwrap_or_default()
});

/// The lexicon of the data file.
pub fn lexicon() -> &'static Lexicon {
    &LEXICON
}

/// Whether a cell is the name of a column that contact files have.
pub fn is_known_name(cell: &str) -> bool {
    let cell = cell.trim();
    if cell.is_empty() || cell.len() > 80 {
        return false;
    }
    let lexicon = lexicon();
    lexicon.whole(cell).is_some() || {
        let words = words(cell);
        words.len() > 1 && words.len() <= 6 && lexicon.taken_apart(&words).is_some()
    }
}

/// A name that was found by taking a header apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenApart {
    /// What is left when the qualifiers are taken away.
    pub meanings: Vec<(LanguageNo, Field)>,
    /// The qualifiers.
    pub qualifiers: Vec<Qualifier>,
}

impl Lexicon {
    fn read(text: &str) -> Result<Self, String> {
        let file: BTreeMap<String, Language> = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut lexicon = Self { ..Self::default() };
        // English first, so that it decides where nothing else does.
        let (english, others): (Vec<_>, Vec<_>) = file.iter().partition(|(code, _)| *code == "en");
        for (number, (code, language)) in english.into_iter().chain(others).enumerate() {
            lexicon.add(number, language).map_err(|e| format!("[{code}]: {e}"))?;
        }
        Ok(lexicon)
    }

    fn add(&mut self, number: LanguageNo, language: &Language) -> Result<(), String> {
        for (field, names) in &language.names {
            let field = field_by_name(field).ok_or_else(|| format!("{field} is no field"))?;
            for name in names {
                let meanings = self.names.entry(squeezed(name)).or_default();
                if !meanings.contains(&(number, field)) {
                    meanings.push((number, field));
                }
            }
        }
        for (kind, words) in &language.words {
            let qualifier = qualifier_by_name(kind).ok_or_else(|| format!("words.{kind} is unknown"))?;
            for word in words.iter().map(|w| fold(w).replace(' ', "")) {
                if word.chars().count() >= 4 || !word.is_ascii() {
                    self.glued.push((word.clone(), qualifier));
                }
                let known = self.qualifiers.entry(word).or_default();
                if !known.contains(&qualifier) {
                    known.push(qualifier);
                }
            }
        }
        self.glued
            .sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        self.glued.dedup();
        Ok(())
    }

    /// The meanings of a whole name. A number behind it does not count.
    pub fn whole(&self, header: &str) -> Option<&[(LanguageNo, Field)]> {
        let words = words(header);
        if let Some(found) = self.names.get(&words.concat()) {
            return Some(found);
        }
        let end = words.iter().rposition(|w| !is_number(w)).map_or(0, |i| i + 1);
        if end == 0 || end == words.len() {
            return None;
        }
        self.names.get(&words[..end].concat()).map(Vec::as_slice)
    }

    /// All names, for likeness.
    pub fn names(&self) -> impl Iterator<Item = (&str, &[(LanguageNo, Field)])> {
        self.names
            .iter()
            .map(|(name, meanings)| (name.as_str(), meanings.as_slice()))
    }

    /// Takes qualifiers away until a known name is left: `Telefon geschäftlich`, `Home ZipCode`, `办公电话`.
    pub fn taken_apart(&self, words: &[String]) -> Option<TakenApart> {
        let core_words: Vec<&String> = words.iter().filter(|w| !is_number(w)).collect();
        let of = |i: usize| {
            self.qualifiers
                .get(core_words[i])
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        let means_address = |i: usize| {
            let meanings = self.names.get(core_words[i].as_str());
            meanings.is_some_and(|m| m.iter().any(|(_, field)| *field == Field::Address))
        };
        // Keep a run of words as the name, everything around it must qualify; the longest run wins, and of equals the
        // last: `Company Address` is an address, `Address Company` a company. Before its parts `address` says nothing.
        for length in (1..=core_words.len()).rev() {
            for from in (0..=core_words.len() - length).rev() {
                let outside = (0..core_words.len()).filter(|i| !(from..from + length).contains(i));
                if outside
                    .clone()
                    .any(|i| of(i).is_empty() && !(i < from && means_address(i)))
                {
                    continue;
                }
                let mut qualifiers: Vec<Qualifier> = outside.flat_map(|i| of(i).iter().copied()).collect();
                let name: String = core_words[from..from + length].iter().map(|w| w.as_str()).collect();
                if let Some(meanings) = self.names.get(&name) {
                    return Some(TakenApart {
                        meanings: meanings.clone(),
                        qualifiers,
                    });
                }
                if length == 1
                    && let Some((meanings, glued)) = self.unglued(&name)
                {
                    qualifiers.push(glued);
                    return Some(TakenApart {
                        meanings: meanings.to_vec(),
                        qualifiers,
                    });
                }
            }
        }
        None
    }

    /// The qualifiers in a name that is listed whole: its words, or the front of a word.
    pub fn qualifiers_in(&self, words: &[String]) -> Vec<Qualifier> {
        let mut found = Vec::new();
        for word in words.iter().filter(|w| w.len() > 2) {
            match self.qualifiers.get(word) {
                Some(known) => found.extend(known.iter().copied()),
                None => found.extend(
                    self.glued
                        .iter()
                        .find(|(q, _)| word.starts_with(q.as_str()))
                        .map(|(_, kind)| *kind),
                ),
            }
        }
        // A street and a city cannot be a fax or a mobile, whatever the words say.
        found.retain(|q| !matches!(q, Qualifier::Fax | Qualifier::Mobile));
        found
    }

    /// A qualifier glued to a known name, as in `Geschäftstelefon` or `公司电话`.
    fn unglued(&self, word: &str) -> Option<(&[(LanguageNo, Field)], Qualifier)> {
        let known = |rest: &str| (rest.chars().count() >= 2).then(|| self.names.get(rest)).flatten();
        self.glued
            .iter()
            .filter(|(_, q)| *q != Qualifier::Filler)
            .find_map(|(qualifier, kind)| {
                let behind = word.strip_prefix(qualifier.as_str()).and_then(|rest| {
                    known(rest).or_else(|| {
                        ["s", "e", "n", "en"]
                            .iter()
                            .find_map(|link| rest.strip_prefix(link).and_then(known))
                    })
                });
                let before = if word.is_ascii() {
                    None
                } else {
                    word.strip_suffix(qualifier.as_str()).and_then(known)
                };
                behind.or(before).map(|meanings| (meanings.as_slice(), *kind))
            })
    }
}

fn field_by_name(name: &str) -> Option<Field> {
    Some(match name {
        "first_name" => Field::FirstName,
        "middle_name" => Field::MiddleName,
        "last_name" => Field::LastName,
        "full_name" => Field::FullName,
        "prefix" => Field::Prefix,
        "suffix" => Field::Suffix,
        "nickname" => Field::Nickname,
        "email" => Field::Email,
        "phone" => Field::Phone,
        "phone_work" => Field::PhoneWork,
        "phone_mobile" => Field::PhoneMobile,
        "phone_home" => Field::PhoneHome,
        "phone_fax" => Field::PhoneFax,
        "phone_other" => Field::PhoneOther,
        "company" => Field::Company,
        "title" => Field::Title,
        "department" => Field::Department,
        "address" => Field::Address,
        "city" => Field::City,
        "state" => Field::State,
        "zip_code" => Field::ZipCode,
        "country" => Field::Country,
        "tags" => Field::Tags,
        "notes" => Field::Notes,
        "birthday" => Field::Birthday,
        "website" => Field::Website,
        "none" => Field::None,
        _ => return None,
    })
}

fn qualifier_by_name(name: &str) -> Option<Qualifier> {
    Some(match name {
        "work" => Qualifier::Work,
        "home" => Qualifier::Home,
        "mobile" => Qualifier::Mobile,
        "fax" => Qualifier::Fax,
        "other" => Qualifier::Other,
        "primary" => Qualifier::Primary,
        "second" => Qualifier::Second,
        "filler" => Qualifier::Filler,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_is_sound() {
        let text = include_str!("../../data/synonyms.toml");
        Lexicon::read(text).unwrap();
        let languages = toml::from_str::<BTreeMap<String, Language>>(text).unwrap().len();
        assert!(languages >= 25, "{languages} languages");
    }

    #[test]
    fn names_are_known_in_many_languages() {
        for name in [
            "First Name",
            "E-MAIL",
            "Straße",
            "Код города почтовый индекс",
            "姓名",
            "Work Phone 2",
        ] {
            let known = is_known_name(name);
            assert_eq!(known, name != "Код города почтовый индекс", "{name}");
        }
    }
}
