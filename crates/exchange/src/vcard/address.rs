//! Splits the address of a card into the parts that a contact has.

use super::property::Property;
use super::text::{list, split, unescaped};
use model::AddressPart;

/// Returns the parts of `ADR`. Post box and extended address are added to the street, on lines of their own.
pub fn parts_of_address(address: &Property) -> Vec<(AddressPart, String)> {
    let components: Vec<String> = split(&address.value, b';').into_iter().map(component).collect();
    let at = |place: usize| components.get(place).map_or("", String::as_str);
    let post_box = match at(0) {
        number if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => format!("PO Box {number}"),
        text => text.to_owned(),
    };
    let lines = [post_box.as_str(), at(2), at(1)];
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let mut parts = vec![(AddressPart::Street, lines.join("\n"))];
    for (place, part) in [
        (3, AddressPart::City),
        (4, AddressPart::State),
        (5, AddressPart::ZipCode),
        (6, AddressPart::Country),
    ] {
        parts.push((part, at(place).to_owned()));
    }
    parts.retain(|(_, text)| !text.is_empty());
    if parts.is_empty()
        && let Some(label) = address.parameter("LABEL")
    {
        parts.push((AddressPart::Street, unescaped(label.trim())));
    }
    parts
}

/// Returns the text of a component, which is a list: many programs do not escape its commas.
fn component(raw: &str) -> String {
    list(raw).collect::<Vec<_>>().join(", ")
}
