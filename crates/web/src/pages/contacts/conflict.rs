//! Edit conflicts: two members have changed a contact. Shows what differs and applies the choice between the two
//! values, field by field.

use crate::ui::contact_text::{lines, title};
use crate::ui::form_data::Pairs;
use crate::ui::layout::table_frame;
use crate::ui::truncate::brief;
use crate::ui::words::birthday_text;
use maud::{Markup, html};
use model::{Contact, Label, TextField};

/// The prefix of the name of a choice.
const PICK: &str = "pick:";

/// A part of a contact that is chosen as a whole: its key, title and values.
struct Part {
    key: String,
    title: String,
    values: String,
}

fn part(key: &str, title: &str, values: Vec<String>) -> Part {
    Part {
        key: key.to_owned(),
        title: title.to_owned(),
        values: values.join(", "),
    }
}

/// The parts of a contact that have values.
fn parts(contact: &Contact) -> Vec<Part> {
    let labelled = |value: String, label: &Label| match label.is_none() {
        true => value,
        false => format!("{value} ({})", label.as_str()),
    };
    let mut parts: Vec<Part> = TextField::ALL
        .into_iter()
        .map(|field| {
            part(
                field.name(),
                &title(field.name()),
                vec![contact.text(field).to_string()],
            )
        })
        .collect();
    let emails = contact.emails.iter();
    let phones = contact.phones.iter();
    let addresses = contact.addresses.iter();
    let websites = contact.websites.iter();
    parts.extend([
        part(
            "emails",
            "Email",
            emails
                .map(|e| labelled(e.value.as_str().to_owned(), &e.label))
                .collect(),
        ),
        part(
            "phones",
            "Phone",
            phones.map(|p| labelled(p.phone.international(), &p.label)).collect(),
        ),
        part(
            "addresses",
            "Address",
            addresses
                .map(|a| labelled(lines(a).replace('\n', ", "), &a.label))
                .collect(),
        ),
        part(
            "websites",
            "Website",
            websites.map(|w| labelled(w.value.to_string(), &w.label)).collect(),
        ),
        part(
            "birthday",
            "Birthday",
            contact.birthday.iter().map(ToString::to_string).collect(),
        ),
        part("tags", "Tags", contact.tags.iter().map(ToString::to_string).collect()),
    ]);
    let custom = contact.custom.iter();
    parts.extend(custom.map(|(name, value)| part(&format!("custom:{name}"), name, vec![value.to_string()])));
    parts
}

/// The differences as a table of choices; the values that this member entered are preselected.
pub fn choices(theirs: &Contact, mine: &Contact) -> Markup {
    let (theirs, mine) = (parts(theirs), parts(mine));
    let find = |parts: &[Part], key: &str| {
        let found = parts.iter().find(|part| part.key == key);
        found.map(|part| part.values.clone()).unwrap_or_default()
    };
    let mut known: Vec<(&str, &str)> = Vec::new();
    for part in mine.iter().chain(&theirs) {
        if !known.iter().any(|(key, _)| *key == part.key) {
            known.push((&part.key, &part.title));
        }
    }
    let differing: Vec<_> = known
        .into_iter()
        .map(|(key, title)| (key, title, find(&theirs, key), find(&mine, key)))
        .filter(|(_, _, theirs, mine)| theirs != mine)
        .collect();
    if differing.is_empty() {
        return html! {};
    }
    let choice = |key: &str, whose: &str, of: &str, value: &str, chosen: bool| {
        html! {
            label.choice {
                input type="radio" name={(PICK) (key)} value=(whose) checked[chosen];
                span {
                    span.visually-hidden { (of) ": " }
                    @if value.is_empty() { span.visually-hidden { "empty" } span aria-hidden="true" { "—" } }
                    @else if key == "birthday" { (birthday_text(value)) }
                    @else { (brief(value)) }
                }
            }
        }
    };
    table_frame(
        "Differences",
        false,
        html! {
            table.table.differences {
                caption.visually-hidden { "Differences" }
                thead { tr { th scope="col" { "Field" } th scope="col" { "Saved by the other member" } th scope="col" { "Yours" } } }
                tbody { @for (key, title, theirs, mine) in &differing {
                    tr {
                        th scope="row" { (brief(title)) }
                        td.wrap { (choice(key, "theirs", "Saved by the other member", theirs, false)) }
                        td.wrap { (choice(key, "mine", "Yours", mine, true)) }
                    }
                } }
            }
        },
    )
}

/// Copies the other member's values into `mine` where they were chosen.
pub fn take_chosen(mine: &mut Contact, theirs: &Contact, fields: &Pairs) {
    for (key, whose) in fields.with_prefix(PICK) {
        if whose == "theirs" {
            take(mine, theirs, key);
        }
    }
}

fn take(mine: &mut Contact, theirs: &Contact, key: &str) {
    if let Some(field) = TextField::ALL.into_iter().find(|field| field.name() == key) {
        *mine.text_mut(field) = theirs.text(field).clone();
        return;
    }
    match key {
        "emails" => mine.emails.clone_from(&theirs.emails),
        "phones" => mine.phones.clone_from(&theirs.phones),
        "addresses" => mine.addresses.clone_from(&theirs.addresses),
        "websites" => mine.websites.clone_from(&theirs.websites),
        "birthday" => mine.birthday = theirs.birthday,
        "tags" => mine.tags.clone_from(&theirs.tags),
        _ => {
            let Some(name) = key.strip_prefix("custom:") else {
                return;
            };
            match theirs.custom.get(name) {
                Some(value) => drop(mine.custom.insert(name.to_owned(), value.clone())),
                None => drop(mine.custom.remove(name)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Text;

    fn contact(first: &str, shoe: Option<&str>) -> Contact {
        let mut contact = Contact::default();
        *contact.text_mut(TextField::FirstName) = Text::new(first);
        if let Some(shoe) = shoe {
            contact.custom.insert("Shoe".to_owned(), Text::new(shoe));
        }
        contact
    }

    #[test]
    fn only_what_differs_is_asked_for() {
        let shown = choices(&contact("Anna", Some("42")), &contact("Anne", Some("42"))).into_string();
        assert!(shown.contains(">Anna<") && shown.contains(">Anne<"), "{shown}");
        assert!(!shown.contains("Shoe"));
        assert!(
            choices(&contact("Ann", None), &contact("Ann", None))
                .into_string()
                .is_empty()
        );
    }

    #[test]
    fn the_chosen_values_of_the_other_member_are_taken() {
        let (theirs, mut mine) = (contact("Anna", None), contact("Anne", Some("43")));
        take(&mut mine, &theirs, "custom:Shoe");
        assert!(mine.custom.is_empty());
        take(&mut mine, &theirs, "first_name");
        assert_eq!(mine, theirs);
    }
}
