//! The inputs of the contact form, each with its mistake.

use crate::pages::contacts::custom_field_inputs::custom_field_inputs;
use crate::pages::contacts::form::{FormInput, Mistake, NOTES, Pair, REQUIRED};
use crate::ui::contact_text::title;
use crate::ui::forms::field;
use maud::{Markup, html};
use model::{AddressPart, ContactRules, Label, Slot, TextField};
use std::collections::HashMap;

/// Fields that are always shown; the others are behind *More fields*.
const FIRST: [TextField; 4] = [
    TextField::FirstName,
    TextField::LastName,
    TextField::Company,
    TextField::Title,
];

/// All inputs of the form.
pub fn fields(entered: &FormInput, mistakes: &[Mistake], rules: &ContactRules) -> Markup {
    // A map, because each of possibly thousands of inputs looks up its mistake. Of several mistakes of one input the
    // first is shown.
    let by_id: HashMap<&str, &str> = mistakes
        .iter()
        .rev()
        .map(|(of, what)| (of.as_str(), what.as_str()))
        .collect();
    let wrong = |id: &str| by_id.get(id).copied();
    let needs = |slot: &Slot| rules.required.contains(slot).then_some(REQUIRED);
    let notes = entered.texts.last().map(String::as_str).unwrap_or_default();
    html! {
        datalist id="kinds" { @for kind in ["work", "home", "mobile", "fax", "other"] { option value=(kind) {} } }
        fieldset.form-section { legend.visually-hidden { "Name" } (texts(entered, &FIRST, rules, &wrong)) }
        (pairs("email", "Email", "email", &entered.emails, needs(&Slot::Email(Label::NONE)), &wrong))
        (pairs("phone", "Phone", "tel", &entered.phones, needs(&Slot::Phone(Label::NONE)), &wrong))
        (tags(entered))
        (custom_field_inputs(entered, rules, &wrong))
        div.form-section { (field("notes", "Notes", None, None, |_| html! { textarea id="notes" name="notes" rows="4" { "\n" (notes) } })) }
        details.form-section.more-fields open[has_more(entered, rules) || !mistakes.is_empty()] {
            summary { "More fields" }
            (more(entered, rules, &wrong))
        }
    }
}

/// Whether *More fields* must be open: one of its fields has a value or is required.
fn has_more(entered: &FormInput, rules: &ContactRules) -> bool {
    let is_more = |slot: &Slot| match slot {
        Slot::Text(kind) => !FIRST.contains(kind) && *kind != NOTES,
        Slot::Address(..) | Slot::Website(_) | Slot::Birthday => true,
        _ => false,
    };
    let text = |(at, kind): (usize, TextField)| is_more(&Slot::Text(kind)) && !entered.texts[at].is_empty();
    TextField::ALL.into_iter().enumerate().any(text)
        || entered
            .addresses
            .iter()
            .any(|(_, parts)| parts.iter().any(|part| !part.is_empty()))
        || entered.websites.iter().any(|(_, value)| !value.is_empty())
        || !entered.birthday.is_empty()
        || rules.required.iter().any(is_more)
}

fn more<'a>(entered: &FormInput, rules: &ContactRules, wrong: &dyn Fn(&str) -> Option<&'a str>) -> Markup {
    let others: Vec<TextField> = TextField::ALL
        .into_iter()
        .filter(|kind| !FIRST.contains(kind) && *kind != NOTES)
        .collect();
    let birthday = wrong("birthday");
    html! {
        (texts(entered, &others, rules, wrong))
        fieldset.form-section id="list-address" {
            legend.visually-hidden { "Addresses" }
            div.stack {
                @for (at, (label, parts)) in entered.addresses.iter().enumerate() { (address(at, label, parts, rules, wrong)) }
                (another("address", "Add another address"))
            }
        }
        (pairs("website", "Website", "text", &entered.websites, None, wrong))
        div.form-section.grid-2 {
            (field("birthday", "Birthday", Some("YYYY-MM-DD, or --MM-DD without a year."), birthday, |about| {
                html! { input id="birthday" name="birthday" value=(entered.birthday) aria-describedby=[about] aria-invalid=[birthday.map(|_| "true")] autocomplete="off"; }
            }))
        }
    }
}

/// Inputs for these fields, in their order.
fn texts<'a>(
    entered: &FormInput,
    kinds: &[TextField],
    rules: &ContactRules,
    wrong: &dyn Fn(&str) -> Option<&'a str>,
) -> Markup {
    let text = |kind: TextField| {
        let id = kind.name();
        let error = wrong(id);
        let needed = rules.required.contains(&Slot::Text(kind));
        let at = TextField::ALL.iter().position(|one| *one == kind);
        let value = at.and_then(|at| entered.texts.get(at)).map_or("", String::as_str);
        field(id, &title(id), needed.then_some(REQUIRED), error, |about| {
            html! { input id=(id) name=(id) value=(value) aria-describedby=[about] aria-invalid=[error.map(|_| "true")] autocomplete="off"; }
        })
    };
    html! { div.grid-2 { @for kind in kinds { (text(*kind)) } } }
}

fn tags(entered: &FormInput) -> Markup {
    html! {
        fieldset.form-section id="list-tag" {
            legend.visually-hidden { "Tags" }
            div.stack {
                div.grid-2 {
                    @for (at, tag) in entered.tags.iter().enumerate() {
                        div.field {
                            label for={"tag-" (at)} { (numbered("Tag", at)) }
                            input id={"tag-" (at)} name="tag" value=(tag) autocomplete="off";
                        }
                    }
                }
                (another("tag", "Add another tag"))
            }
        }
    }
}

/// The name of the n-th field of a list: the first one has no number.
fn numbered(name: &str, at: usize) -> String {
    if at == 0 {
        name.to_owned()
    } else {
        format!("{name} {}", at + 1)
    }
}

/// The button that adds a row to a list: with a script in place, without one by submitting the form.
fn another(list: &str, title: &str) -> Markup {
    html! { div { button.button-small name="add" value=(list) formnovalidate data-swap={"list-" (list)} { (title) } } }
}

pub(crate) fn pairs<'a>(
    name: &str,
    one: &str,
    kind: &str,
    pairs: &[Pair],
    hint: Option<&str>,
    wrong: &dyn Fn(&str) -> Option<&'a str>,
) -> Markup {
    html! {
        fieldset.form-section id={"list-" (name)} {
            legend.visually-hidden { (one) }
            div.stack {
                @for (at, (label, value)) in pairs.iter().enumerate() {
                    @let id = format!("{name}-{at}");
                    @let error = wrong(&id);
                    div.pair {
                        (field(&id, &numbered(one, at), hint.filter(|_| at == 0), error, |about| html! {
                            input id=(id) name=(name) inputmode=(kind) value=(value) aria-describedby=[about] aria-invalid=[error.map(|_| "true")] autocomplete="off";
                        }))
                        div.field {
                            label for={(id) "-kind"} { (numbered(&format!("Type of {}", one.to_lowercase()), at)) }
                            input id={(id) "-kind"} name={(name) "_label"} value=(label) list="kinds" autocomplete="off";
                        }
                    }
                }
                (another(name, &format!("Add another {}", one.to_lowercase())))
            }
        }
    }
}

pub(crate) fn address<'a>(
    at: usize,
    label: &str,
    parts: &[String],
    rules: &ContactRules,
    wrong: &dyn Fn(&str) -> Option<&'a str>,
) -> Markup {
    let needed = |part| at == 0 && rules.required.contains(&Slot::Address(Label::NONE, part));
    html! {
        div.grid-2 {
            @for (part, value) in AddressPart::ALL.into_iter().zip(parts) {
                @let id = format!("{}-{at}", part.name());
                (field(&id, &numbered(&title(part.name()), at), needed(part).then_some(REQUIRED), wrong(&id), |about| html! {
                    @if part == AddressPart::Street { textarea.short id=(id) name=(part.name()) rows="2" aria-describedby=[about] { "\n" (value) } }
                    @else { input id=(id) name=(part.name()) value=(value) aria-describedby=[about] autocomplete="off"; }
                }))
            }
            div.field {
                label for={"address-kind-" (at)} { (numbered("Type of address", at)) }
                input id={"address-kind-" (at)} name="address_label" value=(label) list="kinds" autocomplete="off";
            }
        }
    }
}
