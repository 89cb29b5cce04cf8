//! The names of a contact's fields, and the select with which a field is chosen for a column.
//!
//! Defines what a slot is called on the pages, and the groups in which the slots are offered.

use crate::ui::truncate::brief;
use maud::{Markup, html};
use model::{AddressPart, Label, Slot, TextField};

/// Labels that are offered; a file may contain any other.
const LABELS: [&str; 4] = ["", "work", "home", "other"];

/// The option that keeps a column as the labels of another column.
pub const LABEL_COLUMN: &str = "=";

/// The name of a slot.
pub fn words(slot: &Slot) -> String {
    match slot {
        Slot::Custom(name) => format!("Custom field “{name}”"),
        built_in => built_in.title(),
    }
}

/// The name of a slot given as text; text that is not a slot is returned as is.
pub fn words_of(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |slot: Slot| words(&slot))
}

/// The slots that are offered, by group.
fn groups() -> Vec<(&'static str, Vec<Slot>)> {
    use TextField as T;
    let texts = |fields: &[T]| fields.iter().map(|field| Slot::Text(*field)).collect::<Vec<_>>();
    let labels = |words: &[&str]| words.iter().map(|word| Label::exact(word)).collect::<Vec<_>>();
    let mut name = vec![Slot::FullName];
    name.extend(texts(&[
        T::FirstName,
        T::LastName,
        T::MiddleName,
        T::Prefix,
        T::Suffix,
        T::Nickname,
    ]));
    let phones = labels(&["", "work", "home", "mobile", "other", "fax"]);
    // A page repeats these options for each column, so slots that hardly any file needs are left out.
    let addresses = LABELS[..3]
        .iter()
        .flat_map(|label| AddressPart::ALL.map(|part| Slot::Address(Label::exact(label), part)));
    let websites = labels(&["", "work", "home"]);
    let mut other = vec![Slot::Birthday, Slot::Tags, Slot::Text(T::Notes)];
    other.extend(websites.into_iter().map(Slot::Website));
    other.extend([Slot::VcardLines, Slot::Id, Slot::Version]);
    vec![
        ("Name", name),
        ("Work", texts(&[T::Company, T::Title, T::Department])),
        ("Email", labels(&LABELS).into_iter().map(Slot::Email).collect()),
        ("Phone", phones.into_iter().map(Slot::Phone).collect()),
        ("Address", addresses.collect()),
        ("Other", other),
    ]
}

/// The fields that a column can be given: the value of a choice is the slot as text, or empty for none.
pub struct Choice {
    groups: Vec<(&'static str, Vec<(String, String)>)>,
    /// Whether a column can become a new custom field.
    may_make: bool,
}

impl Choice {
    /// All fields, built once for all columns of a page. `own` are the workspace's custom fields.
    pub fn new(own: &[String], may_make: bool) -> Self {
        let shown = |slots: Vec<Slot>| slots.iter().map(|slot| (slot.to_string(), words(slot))).collect();
        let mut groups: Vec<_> = groups().into_iter().map(|(name, slots)| (name, shown(slots))).collect();
        if !own.is_empty() {
            let slot = |name: &String| (Slot::Custom(name.clone()).to_string(), name.clone());
            groups.insert(0, ("Custom fields", own.iter().map(slot).collect()));
        }
        Self { groups, may_make }
    }

    fn offers(&self, text: &str) -> bool {
        let mut offered = self.groups.iter().flat_map(|(_, slots)| slots);
        offered.any(|(slot, _)| slot == text)
    }

    /// The options for one column. `labels` names the columns whose labels it contains, if any.
    pub fn options(&self, header: &str, chosen: &str, labels: Option<&str>) -> Markup {
        // A header that equals the name of a custom field, ignoring case, means that field.
        let same = |(slot, _): &&(String, String)| slot.to_lowercase() == format!("custom:{header}").to_lowercase();
        let is_field = self.groups.iter().flat_map(|(_, slots)| slots).find(same).is_some();
        let own = match self.may_make && !is_field && !header.trim().is_empty() {
            true => format!("custom:{header}"),
            false => String::new(),
        };
        let foreign = !chosen.is_empty() && chosen != LABEL_COLUMN && chosen != own && !self.offers(chosen);
        html! {
            @if let Some(labels) = labels {
                option value=(LABEL_COLUMN) selected[chosen == LABEL_COLUMN] { "Label of " (labels) }
            }
            option value="" selected[chosen.is_empty()] { "Do not import" }
            @if foreign { option value=(chosen) selected { (brief(&words_of(chosen))) } }
            @if !own.is_empty() {
                option value=(own) selected[chosen == own] { "New custom field “" (brief(header)) "”" }
            }
            @for (name, slots) in &self.groups {
                optgroup label=(name) {
                    @for (slot, words) in slots {
                        option value=(slot) selected[slot == chosen] { (words) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_offered_field_is_a_slot_with_words_of_its_own() {
        let slots: Vec<Slot> = groups().into_iter().flat_map(|(_, slots)| slots).collect();
        let words: HashSet<String> = slots.iter().map(words).collect();
        assert_eq!(words.len(), slots.len());
        for slot in &slots {
            assert_eq!(slot.to_string().parse::<Slot>().as_ref(), Ok(slot));
        }
    }

    #[test]
    fn exactly_what_is_chosen_is_selected() {
        let choice = Choice::new(&["Other".to_owned()], true);
        for chosen in ["", "email:work", "custom:Shoe size", "phone:boat", "=", "custom:Other"] {
            let options = choice.options("Shoe size", chosen, Some("Phone")).into_string();
            assert_eq!(options.matches(" selected").count(), 1, "{chosen}");
        }
    }

    #[test]
    fn new_fields_are_offered_to_those_who_may_make_them() {
        let offered = |own: &[&str], may_make| {
            let own: Vec<String> = own.iter().map(|name| (*name).to_owned()).collect();
            Choice::new(&own, may_make).options("Shoe size", "", None).into_string()
        };
        assert!(offered(&[], true).contains("New custom field"));
        assert!(!offered(&[], false).contains("New custom field"));
        let known = offered(&["SHOE SIZE"], true);
        assert!(known.contains("custom:SHOE SIZE") && !known.contains("New custom field"));
    }
}
