//! Reads an address that a program wrote into one cell as JSON:
//! `{"street": "1 N St", "city": "Salem", "zip": "01970"}`.

use model::{AddressPart, fold};
use serde_json::{Map, Value};

/// The parts of an address, in the order of the cell.
pub type Parts = Vec<(AddressPart, String)>;

/// Returns the addresses of a cell that is a JSON object or a list of them; `None` for any other cell. Empty addresses
/// have no parts.
pub fn addresses_in(cell: &str) -> Option<Vec<Parts>> {
    if !(cell.starts_with('{') && cell.ends_with('}') || cell.starts_with('[') && cell.ends_with(']')) {
        return None;
    }
    let addresses = match serde_json::from_str::<Value>(cell).ok()? {
        Value::Object(fields) => vec![parts(&fields)?],
        Value::Array(list) => list
            .iter()
            .map(|member| parts(member.as_object()?))
            .collect::<Option<_>>()?,
        _ => return None,
    };
    Some(addresses)
}

/// Returns the parts of one address; `None` if a text has a name that is not a part, because it would be lost.
fn parts(fields: &Map<String, Value>) -> Option<Parts> {
    let mut parts = Parts::new();
    for (name, field) in fields {
        let text = match field {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) => continue,
            Value::Array(_) | Value::Object(_) => return None,
        };
        let name = fold(name).replace([' ', '_', '-'], "");
        match part_named(&name) {
            _ if text.is_empty() => {}
            Some(part) => parts.push((part, text)),
            None if ["id", "type", "label", "lat", "lng", "latitude", "longitude"].contains(&name.as_str()) => {}
            None => return None,
        }
    }
    Some(parts)
}

/// Returns the part for the name of a JSON field, which may begin with other words: `addressCity`.
fn part_named(name: &str) -> Option<AddressPart> {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let line = name.trim_end_matches(|c: char| c.is_ascii_digit());
    Some(match () {
        () if ends(&["zip", "zipcode", "postalcode", "postcode", "plz"]) => AddressPart::ZipCode,
        () if ends(&["city", "town", "locality"]) => AddressPart::City,
        () if ends(&["state", "province", "region", "statecode", "provincecode"]) => AddressPart::State,
        () if ends(&["country", "countryname", "countrycode"]) => AddressPart::Country,
        () if ["street", "line", "address", "streetaddress", "addr"]
            .iter()
            .any(|ending| line.ends_with(ending)) =>
        {
            AddressPart::Street
        }
        () => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_taken_apart() {
        let address = |cell| addresses_in(cell).unwrap().remove(0);
        let text = |text: &str| text.to_owned();
        let cell = r#"{"line1": "1 N St", "line2": null, "city": "Salem", "state": "MA", "postal_code": "01970", "country": "US"}"#;
        assert_eq!(
            address(cell),
            [
                (AddressPart::City, text("Salem")),
                (AddressPart::Country, text("US")),
                (AddressPart::Street, text("1 N St")),
                (AddressPart::ZipCode, text("01970")),
                (AddressPart::State, text("MA")),
            ]
        );
        assert_eq!(
            address(r#"{"addressStreet1": "1 N St", "addressCity": ""}"#),
            [(AddressPart::Street, text("1 N St"))]
        );
        assert_eq!(address("{}"), []);
        assert_eq!(
            addresses_in(r#"[{"zip": 94704}, {"city": "Salem"}]"#).map(|all| all.len()),
            Some(2)
        );
    }

    #[test]
    fn what_would_lose_a_text_is_left_as_it_is() {
        for cell in [
            "12 Oak St",
            "{Oak} 12",
            r#"{"note": "ring twice", "city": "Salem"}"#,
            "[1]",
            "\"Oak\"",
        ] {
            assert_eq!(addresses_in(cell), None, "{cell}");
        }
    }
}
