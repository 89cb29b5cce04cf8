//! Firms, mailboxes and addresses, brought to the form in which they are compared.
//!
//! Owns what does not count in a company's name, a street or an email. Leaves out names of people.

use crate::contact::Address;
use crate::email::Email;
use crate::legal_forms::{JOINED_FORMS, is_legal_form};
use crate::text::fold;
use std::borrow::Cow;

/// Words that join the parts of a company's name, or stand before it.
const JOINING: &[&str] = &["and", "e", "en", "et", "och", "og", "the", "und", "y"];

/// Words of companies' names and how they are shortened, folded.
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

/// Words before the `@` that stand for a place or a group of people and not for one person.
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
    "bureau",
    "buero",
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
    "familia",
    "famiglia",
    "famille",
    "familie",
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
    "kanzlei",
    "kantoor",
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
    "presse",
    "press",
    "privacy",
    "procurement",
    "purchasing",
    "rechnung",
    "reception",
    "recepcion",
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

/// Words of streets and how they are shortened, folded.
const SHORT_WORDS: &[(&str, &str)] = &[
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("street", "st"),
    ("str", "st"),
    ("strasse", "st"),
    ("straße", "st"),
    ("road", "rd"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("avenida", "ave"),
    ("boulevard", "blvd"),
    ("bd", "blvd"),
    ("lane", "ln"),
    ("drive", "dr"),
    ("court", "ct"),
    ("place", "pl"),
    ("platz", "pl"),
    ("square", "sq"),
    ("terrace", "ter"),
    ("parkway", "pkwy"),
    ("highway", "hwy"),
    ("circle", "cir"),
    ("crescent", "cres"),
    ("close", "cl"),
    ("gardens", "gdns"),
    ("grove", "gr"),
    ("mount", "mt"),
    ("saint", "st"),
    ("sankt", "st"),
    ("apartment", "apt"),
    ("suite", "ste"),
    ("floor", "fl"),
    ("building", "bldg"),
    ("number", "no"),
    ("nr", "no"),
    ("rue", "r"),
    ("calle", "c"),
    ("via", "v"),
    ("weg", "w"),
    ("alley", "aly"),
    ("trail", "trl"),
    ("way", "wy"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("fifth", "5th"),
];

/// A company's name without its legal form, in one piece, its words shortened.
pub(super) fn company(name: &str) -> String {
    let mut folded = fold(name);
    if !folded.is_ascii() {
        for form in JOINED_FORMS {
            folded = folded.replace(form, "");
        }
    }
    let joined = letters_joined(&folded);
    let mut out = String::with_capacity(joined.len());
    for word in joined.split(' ') {
        if JOINING.contains(&word) || is_legal_form(word) {
            continue;
        }
        let short = SHORT_FIRMS.iter().find(|(long, _)| *long == word);
        out.push_str(short.map_or(word, |(_, short)| short));
    }
    if out.is_empty() { folded.replace(' ', "") } else { out }
}

/// A folded name in which letters that stand by themselves after its first word are one word, because dots and strokes have
/// been folded away: `S.A.`, `A/S`, `Sp. z o.o.`.
fn letters_joined(folded: &str) -> Cow<'_, str> {
    let is_letter = |word: &str| word.chars().nth(1).is_none();
    if !folded.split(' ').skip(1).any(is_letter) {
        return Cow::Borrowed(folded);
    }
    let mut out = String::with_capacity(folded.len());
    let mut before = "";
    for (at, word) in folded.split(' ').enumerate() {
        let joins = at > 1 && is_letter(word) && (is_letter(before) || before == "sp");
        if at > 0 && !joins {
            out.push(' ');
        }
        out.push_str(word);
        before = word;
    }
    Cow::Owned(out)
}

/// A street with its number, in one piece, its words shortened.
pub(super) fn street(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::new();
    for word in folded.split(' ') {
        let stem = word.strip_suffix("strasse").or_else(|| word.strip_suffix("str"));
        match (SHORT_WORDS.iter().find(|(long, _)| *long == word), stem) {
            (Some((_, short)), _) => out.push_str(short),
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
    /// In the form of [`street`].
    pub street: String,
    /// Folded; none if the address has none.
    pub city: Option<String>,
    /// Folded; none if the address has none.
    pub zip: Option<String>,
}

impl Place {
    pub fn new(address: &Address) -> Self {
        let folded = |text: &str| (!text.is_empty()).then(|| fold(text));
        Self {
            street: street(address.address.as_str()),
            city: folded(address.city.as_str()),
            zip: folded(address.zip_code.as_str()),
        }
    }

    /// Whether two addresses are one place: the street, and where both have it the city or the zip code.
    pub fn is_same(&self, other: &Self) -> bool {
        if self.street.is_empty() || self.street != other.street {
            return false;
        }
        let city = equal_if_given(self.city.as_deref(), other.city.as_deref());
        let zip = equal_if_given(self.zip.as_deref(), other.zip.as_deref());
        city == Some(true) || zip == Some(true) || city.is_none() && zip.is_none()
    }
}

/// Whether two folded texts are equal; none if one is missing.
pub(super) fn equal_if_given(a: Option<&str>, b: Option<&str>) -> Option<bool> {
    Some(a? == b?)
}

/// The part before the `@`, in small letters.
pub(super) fn local(address: &str) -> String {
    address
        .rsplit_once('@')
        .map_or(address, |(local, _)| local)
        .to_lowercase()
}

/// The part behind the `@`.
fn domain(address: &str) -> String {
    address.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase()
}

/// The part before the `@` without its dots, dashes and what follows a `+`.
pub(super) fn bare_local(address: &str) -> String {
    let local = local(address);
    let head = local.split('+').next().unwrap_or_default();
    head.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether an address belongs to a place or a group and not to one person: `info@`, `sales-berlin@`, `family.ivers@`, or
/// the firm's name at its own domain.
pub(super) fn is_shared(address: &str) -> bool {
    let local = local(address);
    let mut words = local
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    let first_word = words.next().unwrap_or_default();
    let bare = bare_local(address);
    SHARED.contains(&first_word)
        || SHARED.contains(&bare.as_str())
        || words.any(|word| matches!(word, "family" | "familie" | "office" | "team" | "info"))
        || !bare.is_empty()
            && domain(address)
                .split('.')
                .next()
                .is_some_and(|name| name.replace('-', "") == bare)
}

/// An email with the forms in which it is compared.
pub(super) struct Mailbox {
    pub email: Email,
    pub key: String,
    local: String,
    bare: String,
    domain: String,
    is_shared: bool,
}

impl Mailbox {
    pub fn new(email: &Email) -> Self {
        let text = email.as_str();
        Self {
            key: email.key(),
            local: local(text),
            bare: bare_local(text),
            domain: domain(text),
            is_shared: is_shared(text),
            email: email.clone(),
        }
    }

    /// Whether two different addresses look like one mailbox.
    pub fn is_like(&self, other: &Self) -> bool {
        if self.is_shared || other.is_shared {
            return false;
        }
        if self.domain == other.domain {
            return self.bare == other.bare;
        }
        self.local == other.local
            && self.domain.len() > 6
            && super::names::letters_apart(&self.domain, &other.domain) <= 1
    }
}

/// Whether an address is one that the firm gave: its domain carries the firm's name.
pub(super) fn of_firm(email: &Email, company: &str) -> bool {
    let domain = domain(email.as_str());
    let name = domain.split('.').next().unwrap_or_default();
    let folded = fold(company);
    let first = folded.split(' ').find(|word| word.len() > 2).unwrap_or_default();
    name.len() > 2
        && (fold(name).replace(' ', "").contains(first) && !first.is_empty() || self::company(company).contains(name))
}
