//! Custom fields with identifying numbers: of a customer, a member, a passport.

use crate::contact::Contact;
use crate::text::fold;

/// Returns the custom fields with identifying numbers: names and values, the latter without blanks.
pub(super) fn numbers_of(contact: &Contact) -> Vec<(String, String)> {
    let named = contact.custom.iter().filter(|(name, _)| is_number(name));
    let with_values = named.map(|(name, value)| (name.clone(), fold(value.as_str()).replace(' ', "")));
    with_values.filter(|(_, value)| tells_apart(value)).collect()
}

/// Whether the name of a field denotes a number or an id.
fn is_number(field: &str) -> bool {
    const WORDS: [&str; 14] = [
        "id", "no", "nr", "num", "number", "nummer", "numero", "numer", "ssn", "vat", "passport", "iban", "nif",
        "pesel",
    ];
    fold(field).split(' ').any(|word| WORDS.contains(&word))
}

/// Whether a value is long enough to identify a contact.
fn tells_apart(value: &str) -> bool {
    value.len() >= 5 && value.bytes().filter(u8::is_ascii_digit).count() >= 4
}
