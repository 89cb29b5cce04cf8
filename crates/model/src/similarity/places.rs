//! Companies, mailboxes, phones and addresses in the form in which they are compared.
//!
//! Defines what is ignored in a company's name, a street or an email. Names of people are compared elsewhere.

use super::letters::letters_apart;
use super::spelling::words;
use super::texts::{Span, Texts};
use crate::contact::{Address, LabeledPhone};
use crate::email::Email;
use crate::legal_forms::{JOINED_FORMS, is_legal_form};
use crate::text::fold;
use std::borrow::Cow;
use std::cell::OnceCell;
use xxhash_rust::xxh3::xxh3_64;

/// Words that join the parts of a company's name or precede it; none is longer than three letters.
const JOINING: &[&str] = &["and", "e", "en", "et", "och", "og", "the", "und", "y"];

/// Words of company names and their abbreviations, folded and sorted.
const SHORT_FIRMS: &[(&str, &str)] = &[
    ("associates", "assoc"),
    ("association", "assn"),
    ("brothers", "bros"),
    ("department", "dept"),
    ("engineering", "eng"),
    ("gebruder", "gebr"),
    ("international", "intl"),
    ("laboratories", "labs"),
    ("management", "mgmt"),
    ("manufacturing", "mfg"),
    ("national", "natl"),
    ("services", "svcs"),
    ("university", "univ"),
];

/// Words before the `@` that denote a place or a group of people rather than one person, sorted.
const SHARED: &[&str] = &[
    "abuse",
    "accounting",
    "accounts",
    "accueil",
    "admin",
    "administracion",
    "administration",
    "administrator",
    "amministrazione",
    "anfrage",
    "anfragen",
    "bewerbung",
    "billing",
    "biuro",
    "booking",
    "bookings",
    "buero",
    "bureau",
    "buro",
    "career",
    "careers",
    "club",
    "commercial",
    "commerciale",
    "company",
    "comptabilite",
    "contact",
    "contacto",
    "contacts",
    "contactus",
    "contato",
    "customercare",
    "customerservice",
    "desk",
    "dev",
    "direction",
    "director",
    "einkauf",
    "empfang",
    "enquiries",
    "enquiry",
    "events",
    "export",
    "fakturering",
    "famiglia",
    "familia",
    "familie",
    "famille",
    "family",
    "feedback",
    "finance",
    "firma",
    "frontdesk",
    "general",
    "hallo",
    "hello",
    "help",
    "helpdesk",
    "hi",
    "hola",
    "home",
    "hostmaster",
    "hotel",
    "household",
    "hr",
    "info",
    "information",
    "infos",
    "inquiries",
    "inquiry",
    "invoice",
    "invoices",
    "it",
    "jobs",
    "kantoor",
    "kanzlei",
    "kontakt",
    "kontor",
    "kundendienst",
    "kundenservice",
    "kundeservice",
    "legal",
    "mail",
    "mailbox",
    "main",
    "management",
    "marketing",
    "media",
    "news",
    "newsletter",
    "noreply",
    "office",
    "operations",
    "ops",
    "order",
    "orders",
    "our",
    "pedidos",
    "personal",
    "post",
    "postmaster",
    "praxis",
    "press",
    "presse",
    "privacy",
    "procurement",
    "purchasing",
    "recepcion",
    "reception",
    "rechnung",
    "redaktion",
    "registration",
    "rental",
    "rentals",
    "reservation",
    "reservations",
    "sales",
    "schule",
    "secretariat",
    "secretary",
    "security",
    "sekretariat",
    "sekretariatet",
    "service",
    "services",
    "shop",
    "staff",
    "store",
    "studio",
    "support",
    "team",
    "ufficio",
    "us",
    "vendas",
    "ventas",
    "verkauf",
    "vertrieb",
    "verwaltung",
    "webmaster",
    "welcome",
    "zentrale",
];

/// Words of streets and their abbreviations, folded and sorted.
const SHORT_WORDS: &[(&str, &str)] = &[
    ("alley", "aly"),
    ("apartment", "apt"),
    ("av", "ave"),
    ("avenida", "ave"),
    ("avenue", "ave"),
    ("bd", "blvd"),
    ("boulevard", "blvd"),
    ("building", "bldg"),
    ("calle", "c"),
    ("circle", "cir"),
    ("close", "cl"),
    ("court", "ct"),
    ("crescent", "cres"),
    ("drive", "dr"),
    ("east", "e"),
    ("fifth", "5th"),
    ("first", "1st"),
    ("floor", "fl"),
    ("fourth", "4th"),
    ("gardens", "gdns"),
    ("grove", "gr"),
    ("highway", "hwy"),
    ("lane", "ln"),
    ("mount", "mt"),
    ("north", "n"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("nr", "no"),
    ("number", "no"),
    ("parkway", "pkwy"),
    ("place", "pl"),
    ("platz", "pl"),
    ("road", "rd"),
    ("rue", "r"),
    ("saint", "st"),
    ("sankt", "st"),
    ("second", "2nd"),
    ("south", "s"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("square", "sq"),
    ("str", "st"),
    ("strasse", "st"),
    ("street", "st"),
    ("suite", "ste"),
    ("terrace", "ter"),
    ("third", "3rd"),
    ("trail", "trl"),
    ("via", "v"),
    ("way", "wy"),
    ("weg", "w"),
    ("west", "w"),
];

/// A company's name, prepared for comparisons. Its forms are computed on first use, because contacts with a common
/// match key rarely need them.
pub(super) struct Company {
    /// As written.
    name: Box<str>,
    forms: OnceCell<CompanyForms>,
}

struct CompanyForms {
    /// The name without legal form and blanks, its words abbreviated.
    plain: String,
    /// A hash of `plain`; 0 if nothing is left of the name.
    hash: u64,
    /// The first word of more than two letters, folded.
    first_word: Box<str>,
}

impl CompanyForms {
    fn new(name: &str) -> Self {
        let folded = fold(name);
        let first_word = words(&folded).find(|word| word.len() > 2).unwrap_or_default().into();
        let plain = plain_company(folded);
        Self {
            hash: if plain.is_empty() { 0 } else { xxh3_64(plain.as_bytes()) },
            plain,
            first_word,
        }
    }
}

impl Company {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            forms: OnceCell::new(),
        }
    }

    /// The name as written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether there is a company.
    pub fn is_given(&self) -> bool {
        !self.name.is_empty()
    }

    /// A hash of the name in the form in which it is compared; 0 if nothing is left of it.
    pub fn hash(&self) -> u64 {
        if self.is_given() { self.forms().hash } else { 0 }
    }

    /// Whether both are given and are the same company.
    pub fn is_same(&self, other: &Self) -> bool {
        self.are_given(other) && self.has_form(other)
    }

    /// Whether both are given and are different companies.
    pub fn differs(&self, other: &Self) -> bool {
        self.are_given(other) && !self.has_form(other)
    }

    fn are_given(&self, other: &Self) -> bool {
        self.is_given() && other.is_given()
    }

    fn has_form(&self, other: &Self) -> bool {
        self.forms().hash == other.forms().hash && self.forms().plain == other.forms().plain
    }

    fn forms(&self) -> &CompanyForms {
        self.forms.get_or_init(|| CompanyForms::new(&self.name))
    }
}

/// Returns the folded name of a company without legal form and blanks, its words abbreviated.
fn plain_company(mut folded: String) -> String {
    if !folded.is_ascii() {
        for form in JOINED_FORMS {
            folded = folded.replace(form, "");
        }
    }
    let joined = letters_joined(&folded);
    let mut out = String::with_capacity(joined.len());
    for word in words(&joined) {
        if word.len() <= 3 && JOINING.contains(&word) || is_legal_form(word) {
            continue;
        }
        out.push_str(shortened(word, SHORT_FIRMS).unwrap_or(word));
    }
    if out.is_empty() { folded.replace(' ', "") } else { out }
}

/// Returns the abbreviation of a word in a sorted list.
fn shortened(word: &str, list: &[(&str, &'static str)]) -> Option<&'static str> {
    let at = list.binary_search_by_key(&word, |(long, _)| long).ok()?;
    list.get(at).map(|(_, short)| *short)
}

/// Joins single letters after the first word of a folded name into one word, because folding has removed dots and
/// slashes: `S.A.`, `A/S`, `Sp. z o.o.`.
fn letters_joined(folded: &str) -> Cow<'_, str> {
    let is_letter = |word: &str| word.chars().nth(1).is_none();
    if !words(folded).skip(1).any(is_letter) {
        return Cow::Borrowed(folded);
    }
    let mut out = String::with_capacity(folded.len());
    let mut before = "";
    for (at, word) in words(folded).enumerate() {
        let joins = at > 1 && is_letter(word) && (is_letter(before) || before == "sp");
        if at > 0 && !joins {
            out.push(' ');
        }
        out.push_str(word);
        before = word;
    }
    Cow::Owned(out)
}

/// Returns a street with its number, without blanks, its words abbreviated.
pub(super) fn street(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len());
    for word in words(&folded) {
        let stem = word.strip_suffix("strasse").or_else(|| word.strip_suffix("str"));
        match (shortened(word, SHORT_WORDS), stem) {
            (Some(short), _) => out.push_str(short),
            (None, Some(stem)) if !stem.is_empty() => {
                out.push_str(stem);
                out.push_str("st");
            }
            _ => out.push_str(word),
        }
    }
    out
}

/// An address in the form in which it is compared.
pub(super) struct Place {
    /// The form that [`street`] returns.
    pub street: String,
    /// Folded. `None` if the address has none.
    pub city: Option<String>,
    /// Folded. `None` if the address has none.
    pub zip: Option<String>,
    /// The parts as written.
    pub shown_street: Span,
    pub shown_city: Span,
}

impl Place {
    pub fn new(address: &Address, texts: &mut Texts) -> Self {
        let folded = |text: &str| (!text.is_empty()).then(|| fold(text));
        Self {
            street: street(address.address.as_str()),
            city: folded(address.city.as_str()),
            zip: folded(address.zip_code.as_str()),
            shown_street: texts.add(address.address.as_str()),
            shown_city: texts.add(address.city.as_str()),
        }
    }

    /// Whether two addresses are the same place: they agree in the street, and in the city or the zip code, unless
    /// neither can be compared.
    pub fn is_same(&self, other: &Self) -> bool {
        if self.street.is_empty() || self.street != other.street {
            return false;
        }
        let city = equal_if_given(self.city.as_deref(), other.city.as_deref());
        let zip = equal_if_given(self.zip.as_deref(), other.zip.as_deref());
        city == Some(true) || zip == Some(true) || city.is_none() && zip.is_none()
    }
}

/// Whether two folded texts are equal. `None` if one is missing.
pub(super) fn equal_if_given(a: Option<&str>, b: Option<&str>) -> Option<bool> {
    Some(a? == b?)
}

/// The parts of an email address, in lower case.
struct Pieces<'a> {
    /// The part before the `@`.
    local: Cow<'a, str>,
    /// The local part without dots, dashes and a `+` suffix.
    bare: String,
    domain: Cow<'a, str>,
}

impl<'a> Pieces<'a> {
    fn new(address: &'a str) -> Self {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let local = small(local);
        let head = local.split('+').next().unwrap_or_default();
        Self {
            bare: head.chars().filter(|c| c.is_alphanumeric()).collect(),
            local,
            domain: small(domain),
        }
    }

    fn is_shared(&self) -> bool {
        let is_listed = |word: &str| SHARED.binary_search(&word).is_ok();
        let mut words = self
            .local
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty());
        is_listed(words.next().unwrap_or_default())
            || is_listed(&self.bare)
            || words.any(|word| matches!(word, "family" | "familie" | "office" | "team" | "info"))
            || !self.bare.is_empty()
                && first_label(&self.domain)
                    .chars()
                    .filter(|c| *c != '-')
                    .eq(self.bare.chars())
    }
}

fn small(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

fn first_label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or_default()
}

/// Returns the part before the `@` without dots, dashes and a `+` suffix.
pub(super) fn bare_local(address: &str) -> String {
    Pieces::new(address).bare
}

/// Whether an address belongs to a place or a group rather than to one person: `info@`, `sales-berlin@`,
/// `family.ivers@`, or a company's name at its own domain.
pub(super) fn is_shared(address: &str) -> bool {
    Pieces::new(address).is_shared()
}

/// An email, prepared for comparisons.
pub(super) struct Mailbox {
    /// The address as written.
    pub shown: Span,
    /// A hash of [`Email::key`].
    pub key: u64,
    /// A hash of the part before the `@` without dots, dashes and a `+` suffix; 0 if nothing is left.
    pub bare: u64,
    /// Whether the address belongs to a place or a group.
    pub is_shared: bool,
    /// A hash of the part before the `@`.
    local: u64,
    domain: Box<str>,
    /// The first label of the domain, folded, if that differs.
    folded_label: Option<Box<str>>,
}

impl Mailbox {
    pub fn new(email: &Email, texts: &mut Texts) -> Self {
        let pieces = Pieces::new(email.as_str());
        let label = first_label(&pieces.domain);
        let is_folded = label.bytes().all(|b| b.is_ascii_alphanumeric());
        Self {
            shown: texts.add(email.as_str()),
            key: xxh3_64(email.key_text().as_bytes()),
            bare: if pieces.bare.is_empty() {
                0
            } else {
                xxh3_64(pieces.bare.as_bytes())
            },
            is_shared: pieces.is_shared(),
            local: xxh3_64(pieces.local.as_bytes()),
            folded_label: (!is_folded).then(|| fold(label).replace(' ', "").into_boxed_str()),
            domain: pieces.domain.into(),
        }
    }

    /// Whether two different addresses look like the same mailbox.
    pub fn is_like(&self, other: &Self) -> bool {
        if self.is_shared || other.is_shared {
            return false;
        }
        if self.bare == other.bare && self.domain == other.domain {
            return true;
        }
        self.local == other.local
            && self.domain != other.domain
            && self.domain.len() > 6
            && letters_apart(self.domain.chars(), other.domain.chars()) <= 1
    }

    /// Whether the company assigned the address: its domain contains the company's name.
    pub fn is_of(&self, firm: &Company) -> bool {
        let firm = firm.forms();
        let label = first_label(&self.domain);
        let folded = self.folded_label.as_deref().unwrap_or(label);
        label.len() > 2
            && (!firm.first_word.is_empty() && folded.contains(&*firm.first_word) || firm.plain.contains(label))
    }
}

/// A phone, prepared for comparisons.
pub(super) struct Number {
    /// A hash of the number.
    pub whole: u64,
    /// A hash of the number without its extension.
    pub without_extension: u64,
}

impl Number {
    pub fn new(phone: &LabeledPhone) -> Self {
        let text = phone.phone.as_str();
        let whole = xxh3_64(text.as_bytes());
        Self {
            whole,
            without_extension: match text.split_once(';') {
                Some((number, _)) => xxh3_64(number.as_bytes()),
                None => whole,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_searched_are_sorted() {
        assert!(SHARED.is_sorted() && JOINING.iter().all(|word| word.len() <= 3));
        for list in [SHORT_FIRMS, SHORT_WORDS] {
            assert!(list.is_sorted_by_key(|(long, _)| long));
        }
    }
}
