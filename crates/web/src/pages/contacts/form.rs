//! The form of a contact: what was entered, how it becomes a contact, and what is wrong with it.
//!
//! Owns the names of its fields and the words about mistakes. Leaves out where the form is sent (`edit`).

use super::show::title;
use crate::layout::field;
use maud::{Markup, html};
use model::{
    Address, AddressPart, Birthday, Contact, DateOrder, Email, Label, LabeledEmail, LabeledPhone, Phone, Region, Text,
    TextField, Website,
};

/// A value with its label, as entered.
type Pair = (String, String);

/// What was entered.
#[derive(Clone, Debug, Default)]
pub struct Entered {
    texts: Vec<String>,
    emails: Vec<Pair>,
    phones: Vec<Pair>,
    websites: Vec<Pair>,
    /// Label and parts.
    addresses: Vec<(String, Vec<String>)>,
    birthday: String,
    tags: Vec<String>,
    custom: Vec<Pair>,
}

/// A mistake: the id of the field, and what is wrong with it.
pub type Mistake = (String, String);

const NOTES: TextField = TextField::Notes;

fn pair(label: &Label, value: &str) -> Pair {
    (label.as_str().to_owned(), value.to_owned())
}

impl Entered {
    /// The values of a contact.
    pub fn of(contact: &Contact) -> Self {
        let address = |address: &Address| {
            let parts = AddressPart::ALL.map(|part| address.part(part).to_string());
            (address.label.as_str().to_owned(), parts.to_vec())
        };
        Self {
            texts: TextField::ALL.map(|field| contact.text(field).to_string()).to_vec(),
            emails: contact
                .emails
                .iter()
                .map(|e| pair(&e.label, e.value.as_str()))
                .collect(),
            phones: contact.phones.iter().map(|p| pair(&p.label, p.phone.raw())).collect(),
            websites: contact
                .websites
                .iter()
                .map(|w| pair(&w.label, w.value.as_str()))
                .collect(),
            addresses: contact.addresses.iter().map(address).collect(),
            birthday: contact.birthday.map(|day| day.to_string()).unwrap_or_default(),
            tags: contact.tags.iter().map(Text::to_string).collect(),
            custom: contact
                .custom
                .iter()
                .map(|(name, value)| (name.clone(), value.to_string()))
                .collect(),
        }
    }

    /// The fields of a sent form. Those of a list stand in order, each as often as the list is long.
    pub fn read(fields: &[(String, String)]) -> Self {
        let all = |wanted: &str| -> Vec<String> {
            let named = fields.iter().filter(|(name, _)| name == wanted);
            named.map(|(_, value)| value.clone()).collect()
        };
        let one = |wanted: &str| all(wanted).into_iter().next().unwrap_or_default();
        let pairs = |first: &str, second: &str| all(first).into_iter().zip(all(second)).collect();
        let parts: Vec<Vec<String>> = AddressPart::ALL.iter().map(|part| all(part.name())).collect();
        let part = |part: &Vec<String>, at: usize| part.get(at).cloned().unwrap_or_default();
        Self {
            texts: TextField::ALL.iter().map(|field| one(field.name())).collect(),
            emails: pairs("email_label", "email"),
            phones: pairs("phone_label", "phone"),
            websites: pairs("website_label", "website"),
            addresses: all("address_label")
                .into_iter()
                .enumerate()
                .map(|(at, label)| (label, parts.iter().map(|list| part(list, at)).collect()))
                .collect(),
            birthday: one("birthday"),
            tags: all("tag"),
            custom: pairs("custom_name", "custom_value"),
        }
    }

    /// One more empty row in a list.
    pub fn add(&mut self, list: &str) {
        match list {
            "email" => self.emails.push(Pair::default()),
            "phone" => self.phones.push(Pair::default()),
            "website" => self.websites.push(Pair::default()),
            "address" => self
                .addresses
                .push((String::new(), vec![String::new(); AddressPart::ALL.len()])),
            "tag" => self.tags.push(String::new()),
            "custom" => self.custom.push(Pair::default()),
            _ => {}
        }
    }

    /// At least one row in each list.
    pub fn with_rows(mut self) -> Self {
        let empty = [
            ("email", self.emails.is_empty()),
            ("phone", self.phones.is_empty()),
            ("website", self.websites.is_empty()),
            ("address", self.addresses.is_empty()),
            ("tag", self.tags.is_empty()),
            ("custom", self.custom.is_empty()),
        ];
        self.texts.resize(TextField::ALL.len(), String::new());
        empty
            .into_iter()
            .filter(|(_, empty)| *empty)
            .for_each(|(list, _)| self.add(list));
        self
    }

    /// The contact that was entered, or all that is wrong with it. A phone that `known` has in the same words stays what
    /// it is; others are numbers of `region` unless they say otherwise.
    pub fn contact(&self, known: Option<&Contact>, region: Option<Region>) -> Result<Contact, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut contact = Contact::default();
        for (field, text) in TextField::ALL.into_iter().zip(&self.texts) {
            *contact.text_mut(field) = Text::new(text);
        }
        for (at, (label, value)) in filled(&self.emails) {
            match Email::parse(value) {
                Ok(value) => contact.emails.push(LabeledEmail {
                    label: Label::new(label),
                    value,
                }),
                Err(problem) => {
                    let meant = problem
                        .suggestion
                        .map(|meant| format!("; perhaps {meant}?"))
                        .unwrap_or_default();
                    mistakes.push((
                        format!("email-{at}"),
                        format!("“{}” {}{meant}", value.trim(), problem.what),
                    ));
                }
            }
        }
        for (at, (label, value)) in filled(&self.phones) {
            let same = known.and_then(|known| known.phones.iter().find(|phone| phone.phone.raw() == value.trim()));
            match same.map_or_else(|| Phone::parse(value, region), |same| Ok(same.phone.clone())) {
                Ok(phone) => contact.phones.push(LabeledPhone {
                    label: Label::new(label),
                    phone,
                }),
                Err(problem) => mistakes.push((
                    format!("phone-{at}"),
                    format!(
                        "“{}” {}. Write it with its country code, as in +1 202 555 0101.",
                        value.trim(),
                        problem.what()
                    ),
                )),
            }
        }
        contact
            .websites
            .extend(filled(&self.websites).map(|(_, (label, value))| Website {
                label: Label::new(label),
                value: Text::new(value),
            }));
        for (label, parts) in &self.addresses {
            let mut address = Address {
                label: Label::new(label),
                ..Address::default()
            };
            for (part, text) in AddressPart::ALL.into_iter().zip(parts) {
                *address.part_mut(part) = Text::new(text);
            }
            contact.addresses.push(address);
        }
        if !self.birthday.trim().is_empty() {
            contact.birthday = Birthday::parse(self.birthday.trim(), DateOrder::default());
            if contact.birthday.is_none() {
                let what = format!(
                    "“{}” is no date; write it as 1984-03-09, or --03-09 without a year",
                    self.birthday.trim()
                );
                mistakes.push(("birthday".to_owned(), what));
            }
        }
        contact.tags.extend(self.tags.iter().map(|tag| Text::new(tag)));
        for (at, (name, value)) in filled(&self.custom) {
            let name = Text::new(name).to_string();
            if name.is_empty() {
                mistakes.push((format!("custom-{at}"), "this value needs a name".to_owned()));
            } else if contact.custom.insert(name.clone(), Text::new(value)).is_some() {
                mistakes.push((
                    format!("custom-{at}"),
                    format!("there are two values with the name “{name}”"),
                ));
            }
        }
        contact.normalise();
        if mistakes.is_empty() && !contact.has_identity() {
            let what = "a contact needs a name, a company, an email or a phone; fill one of them";
            mistakes.push(("first_name".to_owned(), what.to_owned()));
        }
        if mistakes.is_empty() {
            Ok(contact)
        } else {
            Err(mistakes)
        }
    }
}

/// The rows of a list with a value, each with its place.
fn filled(pairs: &[Pair]) -> impl Iterator<Item = (usize, &Pair)> {
    pairs
        .iter()
        .enumerate()
        .filter(|(_, (_, value))| !value.trim().is_empty())
}

/// The fields of the form.
pub fn fields(entered: &Entered, mistakes: &[Mistake]) -> Markup {
    let wrong = |id: &str| mistakes.iter().find(|(of, _)| of == id).map(|(_, what)| what.as_str());
    let text = |at: usize, kind: TextField| {
        let id = kind.name();
        let error = wrong(id);
        field(id, &title(id), None, error, |about| {
            html! { input id=(id) name=(id) value=(entered.texts[at]) aria-describedby=[about] aria-invalid=[error.map(|_| "true")] autocomplete="off"; }
        })
    };
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
        (pairs("email", "Email", "email", &entered.emails, &wrong))
        (pairs("phone", "Phone", "tel", &entered.phones, &wrong))
        fieldset.card id="list-address" {
            legend.visually-hidden { "Addresses" }
            div.stack {
                @for (at, (label, parts)) in entered.addresses.iter().enumerate() { (address(at, label, parts)) }
                (another("address", "Add another address"))
            }
        }
        (pairs("website", "Website", "text", &entered.websites, &wrong))
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
        (custom(entered, &wrong))
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

fn pairs<'a>(name: &str, one: &str, kind: &str, pairs: &[Pair], wrong: &dyn Fn(&str) -> Option<&'a str>) -> Markup {
    html! {
        fieldset.card id={"list-" (name)} {
            legend.visually-hidden { (one) }
            div.stack {
                @for (at, (label, value)) in pairs.iter().enumerate() {
                    @let id = format!("{name}-{at}");
                    @let error = wrong(&id);
                    div.pair {
                        (field(&id, &format!("{one} {}", at + 1), None, error, |about| html! {
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

fn address(at: usize, label: &str, parts: &[String]) -> Markup {
    html! {
        div.grid-2 {
            @for (part, value) in AddressPart::ALL.into_iter().zip(parts) {
                @let id = format!("{}-{at}", part.name());
                div.field {
                    label for=(id) { (if part == AddressPart::Street { "Street".to_owned() } else { title(part.name()) }) " " (at + 1) }
                    @if part == AddressPart::Street { textarea.short id=(id) name=(part.name()) rows="2" { "\n" (value) } }
                    @else { input id=(id) name=(part.name()) value=(value) autocomplete="off"; }
                }
            }
            div.field {
                label for={"address-kind-" (at)} { "Kind of address " (at + 1) }
                input id={"address-kind-" (at)} name="address_label" value=(label) list="kinds" autocomplete="off";
            }
        }
    }
}

fn custom<'a>(entered: &Entered, wrong: &dyn Fn(&str) -> Option<&'a str>) -> Markup {
    html! {
        fieldset.card id="list-custom" {
            legend.visually-hidden { "Own fields" }
            div.stack {
                @for (at, (name, value)) in entered.custom.iter().enumerate() {
                    @let id = format!("custom-{at}");
                    div.pair {
                        (field(&id, &format!("Own field {}: value", at + 1), None, wrong(&id), |about| html! {
                            input id=(id) name="custom_value" value=(value) aria-describedby=[about] autocomplete="off";
                        }))
                        div.field {
                            label for={(id) "-name"} { "Own field " (at + 1) ": name" }
                            input id={(id) "-name"} name="custom_name" value=(name) autocomplete="off";
                        }
                    }
                }
                (another("custom", "Add another own field"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(fields: &[(&str, &str)]) -> Entered {
        let fields: Vec<(String, String)> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Entered::read(&fields)
    }

    #[test]
    fn what_a_contact_has_reads_back_as_it_was() {
        let mut contact = entered(&[
            ("first_name", "Ann"),
            ("email_label", "work"),
            ("email", "ann@acme.com"),
            ("phone_label", "mobile"),
            ("phone", "(415) 555-0132"),
            ("address_label", ""),
            ("address", "1 Elm St"),
            ("city", "Reno"),
            ("tag", "vip"),
            ("tag", ""),
            ("custom_name", "Shoe"),
            ("custom_value", "44"),
            ("birthday", "--03-09"),
        ])
        .contact(None, Region::from_code("US"))
        .unwrap();
        assert_eq!(contact.addresses.first().unwrap().city.as_str(), "Reno");
        // Without a region the number can only stay because it is the same.
        let again = Entered::of(&contact).with_rows().contact(Some(&contact), None).unwrap();
        contact.normalise();
        assert_eq!(again, contact);
    }

    #[test]
    fn mistakes_stand_beside_their_fields() {
        let entered = entered(&[
            ("email_label", ""),
            ("email", ""),
            ("email_label", ""),
            ("email", "ann@"),
            ("phone_label", ""),
            ("phone", "12"),
            ("birthday", "soon"),
            ("custom_name", ""),
            ("custom_value", "44"),
        ]);
        let mistakes = entered.contact(None, None).unwrap_err();
        let places: Vec<&str> = mistakes.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["email-1", "phone-0", "birthday", "custom-0"]);
        let nobody = Entered::default().with_rows().contact(None, None).unwrap_err();
        assert_eq!(nobody[0].0, "first_name");
    }
}
