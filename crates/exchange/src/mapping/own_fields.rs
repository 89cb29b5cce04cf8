//! Matches columns with the custom fields of the workspace by their names.
//!
//! Creating new fields, and who may do so, is decided in `app`.

use super::column::Column;
use super::layouts::layout_name;
use model::{ContactRules, Slot};
use std::collections::HashSet;

/// Assigns columns to the custom fields with the same name, which takes precedence over generally known names, and
/// leaves out columns that would create a new field if `may_make` is false. `layout` is the layout of the file.
pub fn find_fields(columns: &mut [Column], layout: Option<&str>, rules: &ContactRules, may_make: bool) {
    let of_program = layout.and_then(layout_name).is_some();
    let mut taken: HashSet<String> = HashSet::new();
    for column in columns.iter_mut() {
        if let Some(Slot::Custom(name)) = &mut column.slot {
            // A column of our own export: values of archived fields are kept.
            if let Some(known) = known_name(name, rules) {
                taken.insert(known.to_owned());
                known.clone_into(name);
            } else if !may_make {
                column.reason = format!("“{name}” is not a field here; an admin can add it");
                column.slot = None;
                column.confidence = 0.0;
            }
        }
    }
    for column in columns.iter_mut().filter(|column| column.label_for.is_empty()) {
        // A column of a known program keeps its meaning there, and one with the exact name of a built-in field is that
        // field.
        let is_settled = matches!(column.slot, Some(Slot::Custom(_)))
            || (of_program && column.slot.is_some())
            || column.slot.as_ref().is_some_and(|slot| is_title(slot, &column.header));
        let field = rules
            .field(&column.header)
            .filter(|field| !field.archived && !is_settled);
        if let Some(field) = field.filter(|field| !taken.contains(&field.name)) {
            taken.insert(field.name.clone());
            column.slot = Some(Slot::Custom(field.name.clone()));
            column.proposal = None;
            column.confidence = 1.0;
            column.reason = "a custom field of this name".to_owned();
        }
    }
}

fn is_title(slot: &Slot, header: &str) -> bool {
    slot.title().eq_ignore_ascii_case(header.trim())
}

/// Returns the stored name of the custom field with this name, if there is one.
pub fn known_name<'a>(name: &str, rules: &'a ContactRules) -> Option<&'a str> {
    rules.field(name).map(|field| field.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::propose;
    use super::*;
    use model::CustomField;

    fn found(headers: &[&str], may_make: bool) -> Vec<String> {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        let (layout, mut columns) = propose(&headers, true, &[]);
        let rules = ContactRules {
            fields: vec![
                CustomField::of_text("Shoe size"),
                CustomField::of_text("Anrede"),
                CustomField::of_text("City"),
                CustomField {
                    archived: true,
                    ..CustomField::of_text("Old")
                },
            ],
            required: Vec::new(),
        };
        find_fields(&mut columns, layout, &rules, may_make);
        columns
            .iter()
            .map(|c| c.slot.as_ref().map(Slot::to_string).unwrap_or_default())
            .collect()
    }

    #[test]
    fn a_column_with_the_name_of_a_field_fills_it() {
        assert_eq!(
            found(&["Email", "SHOE SIZE", "Anrede", "Old", "Shoe size"], true),
            ["email", "custom:Shoe size", "custom:Anrede", "", ""]
        );
    }

    #[test]
    fn a_built_in_field_keeps_its_column_where_a_custom_one_has_its_name() {
        assert_eq!(
            found(&["Email", "city", "Anrede"], true),
            ["email", "city", "custom:Anrede"]
        );
    }

    #[test]
    fn an_export_of_ours_keeps_what_is_archived_and_makes_new_fields_where_that_is_allowed() {
        let header = [
            "CrystalQore ID",
            "CrystalQore Version",
            "Custom: Old",
            "Custom: New",
            "Custom: shoe size",
        ];
        let known = |may_make| found(&header, may_make)[2..].to_vec();
        assert_eq!(known(true), ["custom:Old", "custom:New", "custom:Shoe size"]);
        assert_eq!(known(false), ["custom:Old", "", "custom:Shoe size"]);
    }
}
