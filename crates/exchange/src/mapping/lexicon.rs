//! The words of headers, in many languages, and the roles that each of them can play. The words themselves are data:
//! `data/lexicon.toml`.

use super::header_words::normalized;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// The field that a word means, or that it means none of our fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    FirstName,
    MiddleName,
    LastName,
    /// "van der": the words before the family name.
    LastNamePrefix,
    FullName,
    /// A whole name that begins with the family name.
    FullNameLastFirst,
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
    CallingCode,
    AreaCode,
    Extension,
    Company,
    Title,
    /// A job title, used only if no better column has one.
    Occupation,
    Department,
    Address,
    HouseNumber,
    Unit,
    City,
    State,
    ZipCode,
    Country,
    /// City and zip code, or city, state and zip code, in one cell.
    Place,
    Tags,
    Notes,
    Birthday,
    BirthDay,
    BirthMonth,
    BirthYear,
    Website,
    /// A column that is common in contact files and has no field.
    None,
}

impl Field {
    /// Whether it is a part of an address, the street included.
    pub fn is_of_address(self) -> bool {
        matches!(
            self,
            Self::Address
                | Self::HouseNumber
                | Self::Unit
                | Self::City
                | Self::State
                | Self::ZipCode
                | Self::Country
                | Self::Place
        )
    }

    /// Whether it is a telephone number or a piece of one.
    pub fn is_of_phone(self) -> bool {
        matches!(
            self,
            Self::Phone
                | Self::PhoneWork
                | Self::PhoneMobile
                | Self::PhoneHome
                | Self::PhoneFax
                | Self::PhoneOther
                | Self::CallingCode
                | Self::AreaCode
                | Self::Extension
        )
    }

    /// Whether it is a name of a person or a part of one.
    pub fn is_of_name(self) -> bool {
        matches!(
            self,
            Self::FirstName
                | Self::MiddleName
                | Self::LastName
                | Self::LastNamePrefix
                | Self::FullName
                | Self::FullNameLastFirst
                | Self::Prefix
                | Self::Suffix
                | Self::Nickname
        )
    }
}

/// The person whose value a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The person taking part: attendee, guest, holder of a ticket. This is the contact if another person paid.
    Attendee,
    /// The person who ordered or paid.
    Buyer,
    /// The person who receives the parcel.
    Recipient,
    Spouse,
    Parent,
    Child,
    Assistant,
    Manager,
    EmergencyContact,
    Owner,
    Referrer,
    /// Another person: doctor, teacher, beneficiary.
    OtherPerson,
}

impl Party {
    /// Whether the contact may be this person.
    pub fn may_be_contact(self) -> bool {
        matches!(self, Self::Attendee | Self::Buyer | Self::Recipient)
    }

    /// Words for a sentence: "belongs to ...".
    pub fn words(self) -> &'static str {
        match self {
            Self::Attendee => "the attendee",
            Self::Buyer => "the buyer",
            Self::Recipient => "the recipient",
            Self::Spouse => "the spouse",
            Self::Parent => "a parent or guardian",
            Self::Child => "a child",
            Self::Assistant => "the assistant",
            Self::Manager => "the manager",
            Self::EmergencyContact => "the emergency contact",
            Self::Owner => "the user who looks after the contact",
            Self::Referrer => "the person who referred the contact",
            Self::OtherPerson => "another person",
        }
    }
}

/// Distinguishes several values of the same field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Work,
    Home,
    Mobile,
    Fax,
    Other,
    Billing,
    Shipping,
    Mailing,
}

/// The function of a word in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// It names a field.
    Field(Field),
    /// It distinguishes several values of the same field.
    Kind(Kind),
    /// It names the person whose value it is.
    Party(Party),
    /// The first or main one.
    Primary,
    /// The second one.
    Second,
    /// A number or code of something: meaningful only for phones, zip codes and the like.
    Number,
    /// It describes a value and is not one itself: status, count, date of.
    Meta,
    /// The column holds the label of other columns.
    Label,
    /// It has no meaning here.
    Filler,
}

/// One language of the data file.
#[derive(Deserialize)]
struct Language {
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    persons: BTreeMap<Party, Vec<String>>,
    #[serde(flatten)]
    fields: BTreeMap<Field, Vec<String>>,
}

/// A language, by its position in the data file; English is 0.
pub type LanguageNo = usize;

/// A role in a language.
pub type Meaning = (LanguageNo, Role);

/// All words of all languages.
#[derive(Default)]
pub struct Lexicon {
    entries: HashMap<String, Vec<Meaning>>,
    /// Bytes of the longest entry.
    longest: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    // A test reads the file; a broken one would leave no words rather than end the program.
    Lexicon::read(include_str!("../../data/lexicon.toml")).unwrap_or_default()
});

pub fn lexicon() -> &'static Lexicon {
    &LEXICON
}

impl Lexicon {
    fn read(text: &str) -> Result<Self, String> {
        let file: BTreeMap<String, Language> = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut lexicon = Self::default();
        // English first, so that it decides ties.
        let (english, others): (Vec<_>, Vec<_>) = file.iter().partition(|(code, _)| *code == "en");
        for (number, (code, language)) in english.into_iter().chain(others).enumerate() {
            lexicon.add(number, language).map_err(|e| format!("[{code}]: {e}"))?;
        }
        Ok(lexicon)
    }

    fn add(&mut self, number: LanguageNo, language: &Language) -> Result<(), String> {
        for (field, words) in &language.fields {
            self.add_words(number, Role::Field(*field), words);
        }
        for (party, words) in &language.persons {
            self.add_words(number, Role::Party(*party), words);
        }
        for (role, words) in &language.words {
            let role = role_by_name(role).ok_or_else(|| format!("words.{role} is unknown"))?;
            self.add_words(number, role, words);
        }
        Ok(())
    }

    fn add_words(&mut self, number: LanguageNo, role: Role, words: &[String]) {
        for word in words
            .iter()
            .map(|word| normalized(word))
            .filter(|word| !word.is_empty())
        {
            self.longest = self.longest.max(word.len());
            let meanings = self.entries.entry(word).or_default();
            if !meanings.contains(&(number, role)) {
                meanings.push((number, role));
            }
        }
    }

    /// Returns the possible meanings of a normalized word or phrase.
    pub fn get(&self, word: &str) -> Option<&[Meaning]> {
        self.entries.get(word).map(Vec::as_slice)
    }

    /// Bytes of the longest word or phrase.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Returns the names of fields, for comparing by similarity.
    pub fn fields(&self) -> impl Iterator<Item = (&str, Field)> {
        self.entries.iter().filter_map(|(word, meanings)| {
            let field = meanings.iter().find_map(|(_, role)| match role {
                Role::Field(field) => Some(*field),
                _ => None,
            });
            field.map(|field| (word.as_str(), field))
        })
    }
}

fn role_by_name(name: &str) -> Option<Role> {
    Some(match name {
        "work" => Role::Kind(Kind::Work),
        "home" => Role::Kind(Kind::Home),
        "mobile" => Role::Kind(Kind::Mobile),
        "fax" => Role::Kind(Kind::Fax),
        "other" => Role::Kind(Kind::Other),
        "billing" => Role::Kind(Kind::Billing),
        "shipping" => Role::Kind(Kind::Shipping),
        "mailing" => Role::Kind(Kind::Mailing),
        "primary" => Role::Primary,
        "second" => Role::Second,
        "number" => Role::Number,
        "meta" => Role::Meta,
        "label" => Role::Label,
        "filler" => Role::Filler,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_is_readable_and_has_many_languages() {
        let text = include_str!("../../data/lexicon.toml");
        Lexicon::read(text).unwrap();
        let languages = toml::from_str::<BTreeMap<String, Language>>(text).unwrap().len();
        assert!(languages >= 25, "{languages} languages");
    }

    #[test]
    fn a_word_has_its_roles() {
        let roles = |word| -> Vec<Role> {
            let meanings = lexicon().get(word).unwrap_or_default();
            meanings.iter().filter(|m| m.0 == 0).map(|m| m.1).collect()
        };
        assert!(roles("surname").contains(&Role::Field(Field::LastName)));
        assert!(roles("spouse").contains(&Role::Party(Party::Spouse)));
        assert!(roles("office").contains(&Role::Kind(Kind::Work)));
    }
}
