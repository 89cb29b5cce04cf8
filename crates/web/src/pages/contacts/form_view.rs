//! The inputs of the form of a contact, with what is wrong beside each.

use crate::pages::contacts::custom_field_inputs::custom_field_inputs;
use crate::pages::contacts::form::{Entered, Mistake, NOTES, Pair, REQUIRED};
use crate::ui::contact_text::title;
use crate::ui::forms::field;
use maud::{Markup, html};
use model::{AddressPart, ContactRules, Label, Slot, TextField};
use std::collections::HashMap;

/// The fields of the form.
pub fn fields(entered: &Entered, mistakes: &[Mistake], rules: &ContactRules) -> Markup {
    // By their ids, because each of thousands of values asks; of two the first.
    let by_id: HashMap<&str, &str> = mistakes
        .iter()
        .rev()
        .map(|(of, what)| (of.as_str(), what.as_str()))
        .collect();
    let wrong = |id: &str| by_id.get(id).copied();
    let text = |at: usize, kind: TextField| {
        let id = kind.name();
        let error = wrong(id);
        let needed = rules.required.contains(&Slot::Text(kind));
        field(id, &title(id), needed.then_some(REQUIRED), error, |about| {
            html! { input id=(id) name=(id) value=(entered.texts[at]) aria-describedby=[about] aria-invalid=[error.map(|_| "true")] autocomplete="off"; }
        })
    };
    let needs = |slot: &Slot| rules.required.contains(slot).then_some(REQUIRED);
    let texts = || {
        TextField::ALL
            .into_iter()
            .enumerate()
            .filter(|(_, kind)| *kind != NOTES)
    };
    let notes = entered.texts.last().map(String::as_str).unwrap_or_default();
    html! {
        datalist id="kinds" { @for kind in ["work", "home", "mobile", "fax", "other"] { option value=(kind) {} } }
        fieldset.card { legend.visually-hidden { "Name" } div.grid-2 { @for (at, kind) in texts() { (text(at, kind)) } } }
        (pairs("email", "Email", "email", &entered.emails, needs(&Slot::Email(Label::NONE)), &wrong))
        (pairs("phone", "Phone", "tel", &entered.phones, needs(&Slot::Phone(Label::NONE)), &wrong))
        fieldset.card id="list-address" {
            legend.visually-hidden { "Addresses" }
            div.stack {
                @for (at, (label, parts)) in entered.addresses.iter().enumerate() { (address(at, label, parts, rules, &wrong)) }
                (another("address", "Add another address"))
            }
        }
        (pairs("website", "Website", "text", &entered.websites, None, &wrong))
        fieldset.card id="list-tag" {
            legend.visually-hidden { "Tags" }
            div.stack {
                div.grid-2 {
                    @for (at, tag) in entered.tags.iter().enumerate() {
                        div.field {
                            label for={"tag-" (at)} { "Tag " (at + 1) }
                            input id={"tag-" (at)} name="tag" value=(tag) autocomplete="off";
                        }
                    }
                }
                (another("tag", "Add another tag"))
            }
        }
        (custom_field_inputs(entered, rules, &wrong))
        div.card.stack {
            (field("birthday", "Birthday", Some("As 1984-03-09, or --03-09 without a year."), wrong("birthday"), |about| {
                html! { input id="birthday" name="birthday" value=(entered.birthday) aria-describedby=[about] aria-invalid=[wrong("birthday").map(|_| "true")] autocomplete="off"; }
            }))
            (field("notes", "Notes", None, None, |_| html! { textarea id="notes" name="notes" rows="5" { "\n" (notes) } }))
        }
    }
}

/// The button that brings one more row, with a script at once, without one by the way of the server.
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
        fieldset.card id={"list-" (name)} {
            legend.visually-hidden { (one) }
            div.stack {
                @for (at, (label, value)) in pairs.iter().enumerate() {
                    @let id = format!("{name}-{at}");
                    @let error = wrong(&id);
                    div.pair {
                        (field(&id, &format!("{one} {}", at + 1), hint.filter(|_| at == 0), error, |about| html! {
                            input id=(id) name=(name) inputmode=(kind) value=(value) aria-describedby=[about] aria-invalid=[error.map(|_| "true")] autocomplete="off";
                        }))
                        div.field {
                            label for={(id) "-kind"} { "Kind of " (one.to_lowercase()) " " (at + 1) }
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
                @let name = if part == AddressPart::Street { "Street".to_owned() } else { title(part.name()) };
                (field(&id, &format!("{name} {}", at + 1), needed(part).then_some(REQUIRED), wrong(&id), |about| html! {
                    @if part == AddressPart::Street { textarea.short id=(id) name=(part.name()) rows="2" aria-describedby=[about] { "\n" (value) } }
                    @else { input id=(id) name=(part.name()) value=(value) aria-describedby=[about] autocomplete="off"; }
                }))
            }
            div.field {
                label for={"address-kind-" (at)} { "Kind of address " (at + 1) }
                input id={"address-kind-" (at)} name="address_label" value=(label) list="kinds" autocomplete="off";
            }
        }
    }
}
