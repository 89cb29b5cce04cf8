//! Columns of Google Contacts that have no built-in field: events, relations, custom fields and the like.

use crate::google_lines::{Group, line_of};
use model::{ContactRules, Notation, Text, VcardLine};

/// A value of such a column.
#[derive(Debug, PartialEq, Eq)]
pub enum GoogleValue {
    /// A value of a custom field of the workspace, by the field's name.
    Custom(String, Text),
    /// A value that is kept as a vCard line.
    Line(VcardLine),
}

/// Returns the values of a cell, in which Google writes several values in sequence. `label` is the label of their
/// group, and `service` the service of messengers.
pub fn google_values(
    rules: &ContactRules,
    header: &str,
    (label, service): (&str, &str),
    cell: &str,
) -> Vec<GoogleValue> {
    let label = label.trim_start_matches('*').trim();
    let is_custom = Group::of_header(header) == Some(Group::CustomField);
    let field = rules.field(label).filter(|_| is_custom);
    let mut services = service.split(":::").map(str::trim);
    let mut service = "";
    let values = cell.split(":::").map(str::trim).filter(|value| !value.is_empty());
    values
        .filter_map(|value| {
            // If all values have one service, it is written once.
            service = services.next().unwrap_or(service);
            let read = field.and_then(|field| Some((field, field.read(value, Notation::default()).ok()?)));
            match read {
                Some((field, value)) => Some(GoogleValue::Custom(field.name.clone(), value)),
                None => line_of(header, label, service, value).map(GoogleValue::Line),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{CustomField, FieldKind};

    #[test]
    fn a_custom_field_of_the_name_is_filled_and_others_are_kept() {
        let rules = ContactRules {
            fields: vec![
                CustomField::of_text("Shoe size"),
                CustomField {
                    kind: FieldKind::Number,
                    ..CustomField::of_text("Age")
                },
            ],
            required: Vec::new(),
        };
        let read = |label: &str, cell: &str| google_values(&rules, "Custom Field 1 - Value", (label, ""), cell);
        let line = |line: &str| GoogleValue::Line(VcardLine::parse(line).unwrap());
        let custom = |name: &str, value: &str| GoogleValue::Custom(name.to_owned(), value.into());
        assert_eq!(read("shoe size", "42"), [custom("Shoe size", "42")]);
        assert_eq!(read("Age", "old"), [line("X-CRYSTALQORE-CUSTOM;X-ABLABEL=\"Age\":old")]);
        assert_eq!(
            read("* Boat", "Elsa ::: Moth"),
            [
                line("X-CRYSTALQORE-CUSTOM;X-ABLABEL=\"Boat\":Elsa"),
                line("X-CRYSTALQORE-CUSTOM;X-ABLABEL=\"Boat\":Moth")
            ]
        );
        assert_eq!(google_values(&rules, "Event 1 - Value", ("Age", ""), ""), []);
        let messengers = |service: &str| google_values(&rules, "IM 1 - Value", ("* Home", service), "ann ::: bo");
        let of_service =
            |service: &str, value: &str| line(&format!("IMPP;X-SERVICE-TYPE=\"{service}\";X-ABLABEL=\"Home\":{value}"));
        assert_eq!(
            messengers("Skype"),
            [of_service("Skype", "ann"), of_service("Skype", "bo")]
        );
        assert_eq!(
            messengers("AIM ::: ICQ"),
            [of_service("AIM", "ann"), of_service("ICQ", "bo")]
        );
    }
}
