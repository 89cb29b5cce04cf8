//! Profiles the values of a column, independent of its name.

use crate::open::is_data_like_cell;
use model::{Birthday, DateOrder, Email, Label, Phone, fold, looks_like_company};

/// Counts what the sample values of a column look like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Profile {
    /// How many values are not empty.
    pub filled: usize,
    emails: usize,
    holding_at: usize,
    phones: usize,
    with_digits: usize,
    web_pages: usize,
    words: [usize; 3],
    plain_numbers: usize,
    small_numbers: usize,
    house_numbers: usize,
    calling_codes: usize,
    labels: usize,
    /// Values that Outlook writes beside an email: how it is delivered.
    mail_protocols: usize,
    forms_of_address: usize,
    companies: usize,
    /// Answers to a yes-or-no question.
    yes_or_no: usize,
    letterless: usize,
    dates: usize,
}

/// How many values of a column are examined.
const LOOKED_AT: usize = 200;

impl Profile {
    /// Profiles the values of a column.
    pub fn new<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut profile = Self::default();
        for value in values.map(str::trim).filter(|v| !v.is_empty()).take(LOOKED_AT) {
            profile.add(value);
        }
        profile
    }

    fn add(&mut self, value: &str) {
        self.filled += 1;
        self.holding_at += usize::from(value.contains('@'));
        self.emails += usize::from(holds_emails(value));
        self.phones += usize::from(is_written_as_phone(value));
        self.with_digits += usize::from(value.chars().filter(char::is_ascii_digit).count() >= 4);
        self.web_pages +=
            usize::from(value.starts_with("http://") || value.starts_with("https://") || value.starts_with("www."));
        self.plain_numbers += usize::from(is_plain_number(value));
        self.small_numbers += usize::from(value.len() <= 2 && value.bytes().all(|b| b.is_ascii_digit()));
        self.house_numbers += usize::from(is_house_number(value));
        self.calling_codes += usize::from(is_calling_code(value));
        self.labels += usize::from(["work", "home", "mobile", "fax", "other"].contains(&Label::new(value).as_str()));
        self.mail_protocols += usize::from(matches!(value, "SMTP" | "EX" | "X400" | "MAPIPDL"));
        let folded = fold(value);
        self.yes_or_no += usize::from(YES_OR_NO.contains(&folded.as_str()));
        self.letterless += usize::from(!value.chars().any(char::is_alphabetic));
        self.dates += usize::from(is_whole_date(value));
        self.forms_of_address += usize::from(folded.split(' ').all(|word| FORMS_OF_ADDRESS.contains(&word)));
        self.companies += usize::from(looks_like_company(value));
        let name_like = !is_data_like_cell(value)
            && value
                .chars()
                .all(|c| c.is_alphabetic() || matches!(c, ' ' | '\'' | '’' | '-' | '.'));
        if name_like
            && value
                .chars()
                .next()
                .is_some_and(|c| c.is_uppercase() || !c.is_lowercase())
        {
            let words = value.split_whitespace().count();
            self.words[words.clamp(1, 3) - 1] += 1;
        }
    }

    fn most(self, count: usize) -> bool {
        self.filled > 0 && count * 10 >= self.filled * 8
    }

    /// Whether most values are email addresses.
    pub fn is_email(self) -> bool {
        self.most(self.emails)
    }

    /// Whether most values are written like telephone numbers.
    pub fn is_phone(self) -> bool {
        self.most(self.phones)
    }

    /// Whether most values are web addresses.
    pub fn is_website(self) -> bool {
        self.most(self.web_pages)
    }

    /// Whether most values are one word, like a given or a family name.
    pub fn is_one_name(self) -> bool {
        self.most(self.words[0])
    }

    /// Whether most values are names of two or more words.
    pub fn is_full_name(self) -> bool {
        self.filled > 0 && (self.words[1] + self.words[2]) * 10 >= self.filled * 6 && self.most(self.words.iter().sum())
    }

    /// Whether most values could be telephone numbers, plain digits included.
    pub fn may_be_phone(self) -> bool {
        self.most(self.phones.max(self.plain_numbers))
            || (self.filled > 0 && (self.phones + self.plain_numbers) * 10 >= self.filled * 5 && self.plain_numbers > 0)
    }

    /// Whether most values are numbers of one or two digits.
    pub fn is_small_number(self) -> bool {
        self.most(self.small_numbers)
    }

    /// Whether most values are short, begin with a digit, and could be house numbers.
    pub fn is_house_number(self) -> bool {
        self.most(self.house_numbers)
    }

    /// Whether most values are calling codes of countries: `+49`, `1`.
    pub fn is_calling_code(self) -> bool {
        self.most(self.calling_codes)
    }

    /// Whether most values are labels: Mobile, Work, Home.
    pub fn is_label(self) -> bool {
        self.most(self.labels)
    }

    /// Whether the values may be labels of emails; false for an empty column.
    pub fn may_be_email_label(self) -> bool {
        self.filled > 0 && !self.most(self.mail_protocols)
    }

    /// Whether most values are forms of address: Mr, Dr., Frau.
    pub fn is_form_of_address(self) -> bool {
        self.most(self.forms_of_address)
    }

    /// Whether many values have the legal form of a company, more than in a list of people.
    pub fn has_companies(self) -> bool {
        self.filled > 0 && self.companies * 3 >= self.filled
    }

    /// Whether all values are answers to a yes-or-no question.
    pub fn is_yes_or_no(self) -> bool {
        self.filled > 0 && self.yes_or_no == self.filled
    }

    /// Whether no value contains a letter, as with numbers of orders and customers.
    pub fn excludes_name(self) -> bool {
        self.filled > 0 && self.letterless == self.filled
    }

    /// Whether most values are dates with day, month and year.
    pub fn is_date(self) -> bool {
        self.most(self.dates)
    }

    /// Whether there are several values and none could be an email address.
    pub fn excludes_email(self) -> bool {
        self.filled >= 3 && self.holding_at == 0 && self.with_digits < self.filled
    }

    /// Whether there are several values and none could be a telephone number.
    pub fn excludes_phone(self) -> bool {
        self.filled >= 3 && self.with_digits == 0
    }
}

/// Words of a column that contains only forms of address, folded. They differ from the words that `model` removes from
/// the front of a name: `doc` or `family` followed by no name is not a form of address, and `RA` or `様` is one only in
/// a column of its own.
const FORMS_OF_ADDRESS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "madam",
    "rev",
    "herr",
    "frau",
    "fraulein",
    "dipl",
    "ing",
    "m",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "sr",
    "sra",
    "srta",
    "senor",
    "senora",
    "don",
    "dona",
    "dott",
    "dottssa",
    "sig",
    "signor",
    "signora",
    "ra",
    "dhr",
    "mevr",
    "mevrouw",
    "meneer",
    "pan",
    "pani",
    "fru",
    "froken",
    "hr",
    "rouva",
    "herra",
    "bay",
    "bayan",
    "mag",
    "mgr",
    "inz",
    "ssa",
    "dra",
    "drs",
    "ir",
    "mw",
    "г",
    "господин",
    "госпожа",
    "様",
    "先生",
    "女士",
];

/// Yes and no as programs write them, folded.
const YES_OR_NO: &[&str] = &[
    "yes",
    "no",
    "y",
    "n",
    "true",
    "false",
    "ja",
    "nein",
    "nee",
    "oui",
    "non",
    "si",
    "sim",
    "nao",
    "tak",
    "nie",
    "да",
    "нет",
    "はい",
    "いいえ",
    "是",
    "否",
];

fn is_whole_date(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() <= 30
        && (5..=14).contains(&digits)
        && [DateOrder::DayFirst, DateOrder::MonthFirst]
            .into_iter()
            .any(|order| Birthday::parse(value, order).is_some_and(|day| day.year().is_some()))
}

fn is_plain_number(value: &str) -> bool {
    (7..=15).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit())
}

fn is_house_number(value: &str) -> bool {
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    value.len() <= 8 && letters <= 3 && value.starts_with(|c: char| c.is_ascii_digit()) && !value.contains('@')
}

fn is_calling_code(value: &str) -> bool {
    let digits = value
        .strip_prefix('+')
        .or_else(|| value.strip_prefix("00"))
        .unwrap_or(value);
    (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a value is written like a telephone number for people, with a country code, brackets or gaps; plain digits
/// may be anything.
fn is_written_as_phone(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let written = value.starts_with('+') || value.starts_with('(') || value.contains(['-', ' ', '.', '/']);
    let plausible = value
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '-' | ' ' | '.' | '/' | '\u{a0}'));
    let is_date = value.len() <= 10 && value.matches(['-', '.', '/']).count() == 2 && digits <= 8;
    (7..=15).contains(&digits)
        && written
        && plausible
        && !is_date
        && (!value.starts_with('+') || Phone::parse(value, None).is_ok())
}

/// The most words beside an email in a cell of emails: a name, or the purpose of the address.
const WORDS_BESIDE_EMAIL: usize = 4;

/// Whether a value is one or more email addresses, perhaps with names or remarks beside them.
fn holds_emails(value: &str) -> bool {
    if !value.contains('@') {
        return false;
    }
    let is_separator = |c: char| c.is_whitespace() || ",;|<>()[]{}\"'".contains(c);
    let words = value.split(is_separator).filter(|word| !word.is_empty());
    let (emails, others): (Vec<&str>, Vec<&str>) =
        words.partition(|word| Email::parse(word.trim_start_matches("mailto:")).is_ok());
    !emails.is_empty() && others.len() <= WORDS_BESIDE_EMAIL * emails.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_several_emails_hold_emails_and_sentences_do_not() {
        for value in [
            "ann@example.com",
            "ann@example.com\nbo@example.org",
            "Ivers, Ann <ann@example.com>; Bo Lin <bo@example.com>;",
            "<ann@example.com>,",
            "ann@example.com (office); bo@example.com (private)",
            "mailto:ann@example.com",
        ] {
            assert!(holds_emails(value), "{value}");
        }
        for value in [
            "@ann",
            "ann@",
            "please ask ann@example.com whether she comes on Monday",
            "",
        ] {
            assert!(!holds_emails(value), "{value}");
        }
    }

    fn profile(values: &[&str]) -> Profile {
        Profile::new(values.iter().copied())
    }

    #[test]
    fn values_tell_what_a_column_holds() {
        assert!(profile(&["a@x.org", "b@x.org", ""]).is_email());
        assert!(profile(&["(404) 555-0133", "404-555-0134", "+1 404 555 0135"]).is_phone());
        assert!(!profile(&["90120017", "90120018"]).is_phone());
        assert!(!profile(&["2024-01-02", "01.02.2024"]).is_phone());
        assert!(profile(&["Ann Ivers", "Bob van Oduya"]).is_full_name());
        assert!(profile(&["Ann", "Bob"]).is_one_name());
        assert!(profile(&["yes", "no", "yes"]).excludes_phone());
    }
}
