//! Match keys, the name order, and when two names are clearly different.

use crate::contact::Contact;
use crate::email::Email;
use crate::phone::Phone;
use crate::text::{Text, fold};
use xxhash_rust::xxh3::xxh3_128;

/// A value by which two records are held to be the same contact. Its first letter tells the kind: `e` an email, `p` a
/// phone, `c` the whole content of a contact that has neither.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchKey(String);

impl MatchKey {
    /// The key of an address.
    pub fn email(email: &Email) -> Self {
        Self(format!("e{}", email.key()))
    }

    /// The key of a number: E.164 with its extension, if it has one.
    pub fn phone(phone: &Phone) -> Self {
        Self(format!("p{}", phone.as_str()))
    }

    /// The key of a contact that has neither email nor phone: a hash of all its values.
    pub fn content(contact: &Contact) -> Self {
        Self(format!("c{:032x}", content_hash(&contact.to_json())))
    }

    /// The keys of a contact: every email, every phone that is no fax; without any, its content.
    pub fn of(contact: &Contact) -> Vec<Self> {
        let emails = contact.emails.iter().map(|e| Self::email(&e.value));
        let phones = contact
            .phones
            .iter()
            .filter(|p| !p.label.is_fax())
            .map(|p| Self::phone(&p.phone));
        let mut keys: Vec<Self> = emails.chain(phones).collect();
        if keys.is_empty() {
            keys.push(Self::content(contact));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// A key as the store gives it back.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the key of an email address.
    pub fn is_email(&self) -> bool {
        self.0.starts_with('e')
    }

    /// Whether this is the key of a phone.
    pub fn is_phone(&self) -> bool {
        self.0.starts_with('p')
    }

    /// Whether this is the content of a contact without email and phone.
    pub fn is_content(&self) -> bool {
        self.0.starts_with('c')
    }
}

/// A hash of all values of a contact, of its JSON as [`Contact::to_json`] writes it.
pub fn content_hash(json: &str) -> u128 {
    xxh3_128(json.as_bytes())
}

/// Where a contact stands in a list by name: family name, given name; else company, nickname, email or phone. Folded,
/// at most 64 characters.
pub fn name_order(contact: &Contact) -> String {
    let order = fold(&format!(
        "{} {} {}",
        contact.last_name, contact.first_name, contact.middle_name
    ));
    let order = if order.is_empty() {
        let first_value = [contact.company.as_str(), contact.nickname.as_str()]
            .into_iter()
            .chain(contact.emails.iter().map(|e| e.value.as_str()))
            .chain(contact.phones.iter().map(|p| p.phone.as_str()))
            .find(|t| !t.is_empty());
        fold(first_value.unwrap_or_default())
    } else {
        order
    };
    match order.char_indices().nth(64) {
        Some((end, _)) => order[..end].to_owned(),
        None => order,
    }
}

/// Whether both contacts have a name and the names have nothing in common but, perhaps, the family name: colleagues
/// behind one switchboard, twins in one house. Order, initials, marks and small slips do not make a difference.
pub fn names_clearly_differ(a: &Contact, b: &Contact) -> bool {
    let (a, b) = (Name::of(a), Name::of(b));
    if a.given.is_empty() && a.family.is_empty() || b.given.is_empty() && b.family.is_empty() {
        return false;
    }
    let swapped = alike(&a.given, &b.family) && alike(&a.family, &b.given);
    let given_agree = a.given.is_empty() || b.given.is_empty() || alike(&a.given, &b.given);
    let family_agree = a.family.is_empty() || b.family.is_empty() || alike(&a.family, &b.family);
    let one_part_alone =
        a.family.is_empty() && alike(&a.given, &b.family) || b.family.is_empty() && alike(&b.given, &a.family);
    !(swapped || one_part_alone || (given_agree && family_agree))
}

struct Name {
    given: String,
    family: String,
}

impl Name {
    fn of(contact: &Contact) -> Self {
        let squeezed = |text: &Text| fold(text.as_str()).replace(' ', "");
        Self {
            given: squeezed(&contact.first_name),
            family: squeezed(&contact.last_name),
        }
    }
}

/// Equal, an initial of the other, or at most two letters apart in a longer word.
fn alike(a: &str, b: &str) -> bool {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    !short.is_empty()
        && (long.starts_with(short) || letters_apart(long, short) <= if long.chars().count() > 5 { 2 } else { 1 })
}

/// Edit distance with swapped neighbours as one step, cut off at 3.
fn letters_apart(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(32).collect(), b.chars().take(32).collect());
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::{LabeledEmail, LabeledPhone};
    use crate::label::Label;

    fn named(first: &str, last: &str) -> Contact {
        Contact {
            first_name: first.into(),
            last_name: last.into(),
            ..Contact::default()
        }
    }

    #[test]
    fn every_email_and_phone_is_a_key_but_no_fax() {
        let mut contact = named("Ann", "Ivers");
        assert!(MatchKey::of(&contact)[0].is_content());
        contact.emails.push(LabeledEmail {
            label: Label::NONE,
            value: Email::parse("Ann@Example.com").unwrap(),
        });
        let phone = |label: &str, raw: &str| LabeledPhone {
            label: Label::new(label),
            phone: Phone::parse(raw, None).unwrap(),
        };
        contact.phones.push(phone("work", "+1 202 555 0101 ext. 5"));
        contact.phones.push(phone("fax", "+1 202 555 0102"));
        let keys: Vec<_> = MatchKey::of(&contact).iter().map(|k| k.as_str().to_owned()).collect();
        assert_eq!(keys, ["eann@example.com", "p+12025550101;ext=5"]);
    }

    #[test]
    fn the_name_order_is_family_name_first() {
        assert_eq!(name_order(&named("Zoë", "Ångström")), "angstrom zoe");
        assert_eq!(
            name_order(&Contact {
                company: "Acme, Inc.".into(),
                ..Contact::default()
            }),
            "acme inc"
        );
    }

    #[test]
    fn colleagues_differ_and_slips_do_not() {
        let differ = |a: (&str, &str), b: (&str, &str)| names_clearly_differ(&named(a.0, a.1), &named(b.0, b.1));
        assert!(differ(("Hester", "Zimmerhof"), ("Kester", "Ellery")));
        assert!(differ(("Alma", "Eskildsen"), ("Bastian", "Eskildsen")));
        assert!(!differ(("Juno", "Dashwood"), ("Juno", "Dahswood")));
        assert!(!differ(("Dorian", "Cholmeley"), ("Cholmeley", "Dorian")));
        assert!(!differ(("L.", "Fairbairn"), ("Linnea", "Fairbairn")));
        assert!(!differ(("Anna-Lena", "Vanterpool"), ("Anna Lena", "Vanterpool")));
        assert!(!differ(("", ""), ("Ann", "Ivers")));
    }
}
