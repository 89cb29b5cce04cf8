//! The inputs of the workspace's custom fields in the contact form.
//!
//! Defines which HTML input each kind of field uses.

use crate::pages::contacts::form::{FormInput, OWN, REQUIRED};
use crate::ui::forms::field;
use maud::{Markup, html};
use model::{ContactRules, CustomField, FieldKind, Notation, Slot};

/// An input for each custom field that is offered, in order.
pub fn custom_field_inputs<'a>(
    entered: &FormInput,
    rules: &ContactRules,
    wrong: &dyn Fn(&str) -> Option<&'a str>,
) -> Markup {
    let input = |(at, own): (usize, &CustomField)| {
        let id = format!("field-{at}");
        let error = wrong(&id);
        let value = entered.own(&own.name).unwrap_or_default();
        let needed = rules.required.contains(&Slot::Custom(own.name.clone()));
        let hint = hint(own, needed);
        field(&id, &own.name, hint.as_deref(), error, |about| {
            control(own, &id, value, about, error.is_some())
        })
    };
    html! {
        @if rules.offered().next().is_some() {
            fieldset.form-section {
                legend.visually-hidden { "Custom fields" }
                div.grid-2 { @for own in rules.offered().enumerate() { (input(own)) } }
            }
        }
    }
}

fn hint(own: &CustomField, needed: bool) -> Option<String> {
    let kind = (own.kind == FieldKind::Number).then_some("A number");
    let words: Vec<&str> = kind.into_iter().chain(needed.then_some(REQUIRED)).collect();
    (!words.is_empty()).then(|| words.join(" · "))
}

fn control(own: &CustomField, id: &str, value: &str, about: Option<String>, is_wrong: bool) -> Markup {
    let name = format!("{OWN}{}", own.name);
    let invalid = is_wrong.then_some("true");
    // A date input cannot show other values and would drop them, so those get a text input.
    let is_date = value.is_empty()
        || own
            .read(value, Notation::default())
            .is_ok_and(|day| day.as_str() == value);
    html! {
        @match own.kind {
            FieldKind::Choice => {
                select id=(id) name=(name) aria-describedby=[about] aria-invalid=[invalid] {
                    option value="" selected[value.is_empty()] { "" }
                    @if !value.is_empty() && !own.choices.iter().any(|choice| choice == value) {
                        option value=(value) selected { (value) " (archived)" }
                    }
                    @for choice in &own.choices { option value=(choice) selected[choice == value] { (choice) } }
                }
            }
            FieldKind::Date if is_date => input id=(id) name=(name) type="date" value=(value) aria-describedby=[about] aria-invalid=[invalid];,
            FieldKind::Number => input id=(id) name=(name) inputmode="decimal" value=(value) aria-describedby=[about] aria-invalid=[invalid] autocomplete="off";,
            FieldKind::Text if value.contains('\n') => textarea id=(id) name=(name) rows="3" aria-describedby=[about] aria-invalid=[invalid] { "\n" (value) },
            FieldKind::Text | FieldKind::Date => input id=(id) name=(name) value=(value) aria-describedby=[about] aria-invalid=[invalid] autocomplete="off";,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Contact;

    fn shown(own: CustomField, value: &str) -> String {
        let contact = Contact {
            custom: [(own.name.clone(), value.into())].into(),
            ..Contact::default()
        };
        let rules = ContactRules {
            fields: vec![own],
            required: Vec::new(),
        };
        custom_field_inputs(&FormInput::from_contact(&contact), &rules, &|_| None).into_string()
    }

    #[test]
    fn every_kind_has_an_input_that_loses_no_value() {
        let of = |kind| CustomField {
            kind,
            choices: vec!["Gold".to_owned()],
            ..CustomField::of_text("F")
        };
        for (kind, value, has) in [
            (FieldKind::Text, "a\nb", "<textarea"),
            (FieldKind::Number, "5", "inputmode=\"decimal\""),
            (FieldKind::Date, "2026-12-31", "type=\"date\""),
            (FieldKind::Date, "spring", "value=\"spring\""),
            (FieldKind::Choice, "Gold", "<option value=\"Gold\" selected>"),
            (FieldKind::Choice, "Bronze", "<option value=\"Bronze\" selected>"),
        ] {
            let html = shown(of(kind), value);
            assert!(html.contains(has), "{html}");
        }
        assert!(!shown(of(FieldKind::Date), "spring").contains("type=\"date\""));
    }
}
