//! The name of a card: its parts, or what can be derived from the formatted name if it has none.

use super::property::Property;
use super::text::{split, unescaped};
use model::{TextField, looks_like_company, split_person_name};

/// The parts of `N`, in the order of the property.
const PARTS: [TextField; 5] = [
    TextField::LastName,
    TextField::FirstName,
    TextField::MiddleName,
    TextField::Prefix,
    TextField::Suffix,
];

/// The parts of a structured name.
pub fn parts_of_name(name: &Property) -> Vec<(TextField, String)> {
    let parts = PARTS.into_iter().zip(split(&name.value, b';'));
    parts
        .map(|(field, part)| {
            let separator = if field == TextField::Suffix { ", " } else { " " };
            let words: Vec<String> = split(part, b',')
                .into_iter()
                .map(|word| unescaped(word).trim().to_owned())
                .collect();
            let words: Vec<&str> = words
                .iter()
                .map(String::as_str)
                .filter(|word| !word.is_empty())
                .collect();
            (field, words.join(separator))
        })
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// Splits a formatted name, for a card without the parts of a name. `company` is the company of the card.
pub fn parts_of_formatted_name(formatted: &str, company: &str, is_company: bool) -> Vec<(TextField, String)> {
    let name = formatted.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name == company {
        return Vec::new();
    }
    if company.is_empty() && (is_company || looks_like_company(&name)) {
        return vec![(TextField::Company, name)];
    }
    let parts = split_person_name(&name);
    let parts = [
        (TextField::Prefix, parts.prefix),
        (TextField::FirstName, parts.first),
        (TextField::MiddleName, parts.middle),
        (TextField::LastName, parts.last),
        (TextField::Suffix, parts.suffix),
        (TextField::Nickname, parts.nickname),
    ];
    parts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}
