//! Email addresses: parsing, checking, and suggestions for wrong ones.

use crate::text::clean;
use compact_str::CompactString;
use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A well-formed address: the part before the `@` as written, the domain in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(CompactString);

/// Why a value is not an email address, worded for users, with the address that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailProblem {
    /// The problem, as the end of a sentence that begins with the value.
    pub what: &'static str,
    /// The address that was probably meant.
    pub suggestion: Option<String>,
}

/// Misspelled top-level domains that do not exist, and the ones that were meant.
const TYPED_ENDINGS: &[(&str, &str)] = &[
    ("con", "com"),
    ("cmo", "com"),
    ("ocm", "com"),
    ("comm", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("cim", "com"),
    ("conm", "com"),
    ("coml", "com"),
    ("ccom", "com"),
    ("c0m", "com"),
    ("comn", "com"),
    ("nett", "net"),
    ("ner", "net"),
    ("nte", "net"),
    ("orgg", "org"),
    ("ogr", "org"),
    ("rog", "org"),
];

/// Misspelled domains of large providers. The addresses may exist, so they get a warning and are not refused.
const TYPED_DOMAINS: &[(&str, &str)] = &[
    ("gmial.com", "gmail.com"),
    ("gamil.com", "gmail.com"),
    ("gmai.com", "gmail.com"),
    ("gmal.com", "gmail.com"),
    ("gnail.com", "gmail.com"),
    ("gmail.co", "gmail.com"),
    ("gmail.cm", "gmail.com"),
    ("gmaill.com", "gmail.com"),
    ("hotmial.com", "hotmail.com"),
    ("hotmal.com", "hotmail.com"),
    ("hotmai.com", "hotmail.com"),
    ("hotmail.co", "hotmail.com"),
    ("yaho.com", "yahoo.com"),
    ("yahooo.com", "yahoo.com"),
    ("yhaoo.com", "yahoo.com"),
    ("yahoo.co", "yahoo.com"),
    ("outlok.com", "outlook.com"),
    ("outloook.com", "outlook.com"),
    ("iclod.com", "icloud.com"),
    ("icoud.com", "icloud.com"),
];

/// Domains whose addresses ignore dots before the `@` (documented by the provider: "Dots don't matter in Gmail
/// addresses").
const DOTLESS_DOMAINS: &[&str] = &["gmail.com", "googlemail.com"];

impl Email {
    /// Creates an address from its stored text.
    pub(crate) fn from_stored(address: CompactString) -> Self {
        Self(address)
    }

    /// Parses an address: blanks and `mailto:` are removed, and `Ann <ann@example.com>` is reduced to the address.
    ///
    /// # Errors
    /// The problem and, if it can be guessed, the address that was meant.
    pub fn parse(raw: &str) -> Result<Self, EmailProblem> {
        let text = clean(raw);
        let text = if text.is_ascii() {
            text
        } else {
            Cow::Owned(visible(&text))
        };
        let address = bare_address(&text);
        check(address).map(Self).map_err(|what| EmailProblem {
            what,
            suggestion: suggest(address),
        })
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the address in the form in which it is compared: lower case, domain in ASCII form (IDNA), and without
    /// dots that the domain ignores.
    pub fn key(&self) -> String {
        self.key_text().into_owned()
    }

    /// [`Self::key`], borrowed if it equals the address.
    pub(crate) fn key_text(&self) -> Cow<'_, str> {
        let is_lower = self.0.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
        let lower = if is_lower {
            Cow::Borrowed(self.0.as_str())
        } else {
            Cow::Owned(self.as_str().to_lowercase())
        };
        let Some((local, domain)) = lower.rsplit_once('@') else {
            return lower;
        };
        if domain.is_ascii() && !DOTLESS_DOMAINS.contains(&domain) {
            return lower;
        }
        let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
        Cow::Owned(if DOTLESS_DOMAINS.contains(&domain.as_str()) {
            format!("{}@{domain}", local.replace('.', ""))
        } else {
            format!("{local}@{domain}")
        })
    }

    /// Returns the address that was probably meant if the domain is a misspelling of a large provider's.
    pub fn likely_meant(&self) -> Option<String> {
        let (local, domain) = self.0.rsplit_once('@')?;
        let (_, meant) = TYPED_DOMAINS.iter().find(|(typed, _)| *typed == domain)?;
        Some(format!("{local}@{meant}"))
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns the text without invisible characters, which no address contains, and with an ASCII `@`.
fn visible(text: &str) -> String {
    let unseen = |c: &char| matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
    text.chars()
        .filter(|c| !unseen(c))
        .map(|c| if c == '\u{FF20}' { '@' } else { c })
        .collect()
}

fn bare_address(text: &str) -> &str {
    let text = match text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        Some(inner) => inner.trim(),
        None => text,
    };
    let inner = match text.strip_suffix('>') {
        Some(rest) => rest.rfind('<').map_or(text, |open| &rest[open + 1..]),
        None => text,
    };
    let inner = inner.trim().trim_end_matches([';', ',']).trim_end();
    match inner.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &inner[7..],
        _ => inner,
    }
}

fn check(address: &str) -> Result<CompactString, &'static str> {
    let (local, domain) = address.rsplit_once('@').ok_or("has no @")?;
    if local.is_empty() {
        return Err("has nothing before the @");
    }
    if domain.is_empty() {
        return Err("has nothing after the @");
    }
    if address.contains(char::is_whitespace) && !local.starts_with('"') {
        return Err("holds a blank");
    }
    let email = with_lower_domain(address, local.len() + 1);
    check_domain(&email[local.len() + 1..])?;
    if is_plain(local, &email[local.len() + 1..]) {
        return Ok(email);
    }
    match EmailAddress::parse_with_options(&email, options()) {
        Ok(_) => Ok(email),
        Err(email_address::Error::LocalPartTooLong) => Err("has more than 64 characters before the @"),
        Err(email_address::Error::DomainTooLong) => Err("has a domain that is too long"),
        Err(_) if local.contains('@') => Err("has more than one @"),
        Err(_) if local.contains("..") || local.starts_with('.') || local.ends_with('.') => {
            Err("has a dot where none may stand")
        }
        Err(_) => Err("is not an email address"),
    }
}

/// The options by which the library accepts an address.
fn options() -> Options {
    Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal()
}

/// Returns the address with its domain, which begins at `domain`, in lower case.
fn with_lower_domain(address: &str, domain: usize) -> CompactString {
    if address.is_ascii() {
        let mut email = CompactString::new(address);
        email.as_mut_str()[domain..].make_ascii_lowercase();
        return email;
    }
    let mut email = CompactString::new(&address[..domain]);
    email.push_str(&address[domain..].to_lowercase());
    email
}

/// Whether the part before the `@` and a checked domain have the form of nearly all addresses: letters, digits and a
/// few other characters, separated by single dots. The library accepts all of these, and more.
fn is_plain(local: &str, domain: &str) -> bool {
    let is_label = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let is_atom = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+');
    (1..=64).contains(&local.len())
        && (4..=200).contains(&domain.len())
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom))
        && domain.contains('.')
        && domain.bytes().all(|b| is_label(b) || b == b'.')
        && domain.split('.').all(|label| !label.ends_with('-'))
}

fn check_domain(domain: &str) -> Result<(), &'static str> {
    if !domain.is_ascii() && idna::domain_to_ascii_strict(domain).is_err() {
        return Err("has a domain that cannot exist");
    }
    if domain.split('.').any(str::is_empty) {
        return Err("has a dot too many in its domain");
    }
    let ascii_label_ok = |label: &str| {
        !label.is_ascii()
            || (label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
    };
    if !domain.split('.').all(ascii_label_ok) {
        return Err("has a character that no domain may hold");
    }
    let Some((_, last)) = domain.rsplit_once('.') else {
        return Err("has a domain without an ending such as .com");
    };
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Err("has a domain without an ending such as .com");
    }
    if TYPED_ENDINGS.iter().any(|(typed, _)| *typed == last) {
        return Err("has a domain ending that does not exist");
    }
    Ok(())
}

/// Returns the first small correction that results in a well-formed address.
fn suggest(address: &str) -> Option<String> {
    let mended_ending = address
        .rsplit_once('.')
        .and_then(|(rest, last)| {
            let last = last.to_lowercase();
            TYPED_ENDINGS
                .iter()
                .find(|(typed, _)| *typed == last)
                .map(|(_, meant)| format!("{rest}.{meant}"))
        })
        .unwrap_or_default();
    let lower = address.to_lowercase();
    [
        mended_ending,
        address.replace("@@", "@"),
        lower.replace(" at ", "@").replace(" dot ", "."),
        lower.replace("(at)", "@").replace("[at]", "@").replace(' ', ""),
        address.replace("..", "."),
        address.replace(',', "."),
        address.split_whitespace().collect(),
        address
            .trim_matches(['.', ',', ';', ':', '<', '>', '(', ')', '"', '\''])
            .to_owned(),
    ]
    .into_iter()
    .find_map(|candidate| (candidate != address).then(|| check(&candidate).ok()).flatten())
    .map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ok(raw: &str) -> String {
        Email::parse(raw).unwrap().to_string()
    }

    #[test]
    fn reads_what_people_write() {
        assert_eq!(ok("  Ann.Ivers@Example.COM\u{a0}"), "Ann.Ivers@example.com");
        assert_eq!(ok("Ann Ivers <ann@example.com>"), "ann@example.com");
        assert_eq!(ok("mailto:ann@example.com"), "ann@example.com");
        assert_eq!(ok("'ann@example.com'"), "ann@example.com");
        assert_eq!(ok("ann\u{200b}@example\u{ad}.com"), "ann@example.com");
        assert_eq!(ok("ann@bücher.example"), "ann@bücher.example");
    }

    #[test]
    fn refuses_with_a_reason_and_a_suggestion() {
        for (raw, suggestion) in [
            ("ann@gmail.con", Some("ann@gmail.com")),
            ("ann@@example.com", Some("ann@example.com")),
            ("ann at example.com", Some("ann@example.com")),
            ("ann@example..com", Some("ann@example.com")),
            ("annexample.com", None),
            ("ann@", None),
            ("@example.com", None),
            ("ann@localhost", None),
        ] {
            let problem = Email::parse(raw).unwrap_err();
            assert_eq!(problem.suggestion.as_deref(), suggestion, "{raw}: {}", problem.what);
        }
    }

    #[test]
    fn length_limits_are_those_of_rfc_5321() {
        assert!(Email::parse(&format!("{}@example.com", "a".repeat(64))).is_ok());
        assert!(Email::parse(&format!("{}@example.com", "a".repeat(65))).is_err());
    }

    #[test]
    fn keys_ignore_case_and_spelling_of_the_domain() {
        let key = |raw: &str| Email::parse(raw).unwrap().key();
        assert_eq!(key("RAUL@Ginkgo.Example"), "raul@ginkgo.example");
        assert_eq!(key("ann@bücher.example"), key("ann@xn--bcher-kva.example"));
        assert_eq!(key("a.b@gmail.com"), key("ab@gmail.com"));
        assert_ne!(key("a.b@example.com"), key("ab@example.com"));
        assert_ne!(key("pay@example.com"), key("pаy@example.com"));
    }

    proptest! {
        #[test]
        fn what_is_taken_at_a_glance_is_an_address_for_the_library(
            local in "[A-Za-z0-9_+-]{1,33}([.][a-z0-9]{0,40})?",
            domain in "[a-z0-9-]{1,63}([.][a-z0-9-]{0,63}){0,3}[.][a-z]{0,9}"
        ) {
            if is_plain(&local, &domain) {
                let address = format!("{local}@{domain}");
                let is_address = EmailAddress::parse_with_options(&address, options()).is_ok();
                prop_assert!(is_address || check_domain(&domain).is_err(), "{address}");
            }
        }

        #[test]
        fn keys_are_lower_case_with_a_domain_in_ascii(local in "[A-Za-z.]{1,9}", domain in "(gmail|Bücher|Acme)[.](com|de)") {
            let Ok(email) = Email::parse(&format!("{local}@{domain}")) else { return Ok(()) };
            let local = local.to_lowercase();
            let expected = match domain.as_str() {
                "gmail.com" => format!("{}@gmail.com", local.replace('.', "")),
                "Bücher.com" | "Bücher.de" => format!("{local}@{}", domain.replace("Bücher", "xn--bcher-kva")),
                _ => format!("{local}@{}", domain.to_lowercase()),
            };
            prop_assert_eq!(email.key(), expected);
        }
    }
}
