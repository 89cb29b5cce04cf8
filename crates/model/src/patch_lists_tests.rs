//! Tests of how a row changes the lists of a contact, in both ways.

use super::*;
use crate::contact::Contact;
use crate::email::Email;
use crate::patch::{Fill, Patch};
use crate::phone::Phone;

const ADD: Fill = Fill::Update(Blanks::Keep, Lists::Add);
const REPLACE: Fill = Fill::Update(Blanks::Keep, Lists::Replace(Blanks::Keep));

type Cells<'a> = &'a [(&'a str, usize, &'a str)];

/// A patch with the emails of cells: label, position, and address or nothing.
fn emails(cells: Cells<'_>) -> Patch {
    let cell = |(label, place, value): &(&str, usize, &str)| (Label::new(label), *place, Email::parse(value).ok());
    Patch {
        emails: cells.iter().map(cell).collect(),
        ..Patch::default()
    }
}

fn phones(cells: Cells<'_>) -> Patch {
    let cell =
        |(label, place, value): &(&str, usize, &str)| (Label::new(label), *place, Phone::parse(value, None).ok());
    Patch {
        phones: cells.iter().map(cell).collect(),
        ..Patch::default()
    }
}

fn address(label: &str, parts: &[(AddressPart, &str)]) -> Vec<(Label, AddressPart, Text)> {
    let cell = |(part, text): &(AddressPart, &str)| (Label::new(label), *part, Text::new(text));
    parts.iter().map(cell).collect()
}

fn addresses(cells: Vec<(Label, AddressPart, Text)>) -> Patch {
    Patch {
        addresses: cells,
        ..Patch::default()
    }
}

fn tags(tags: &[&str]) -> Patch {
    Patch {
        tags: Some(tags.iter().map(|tag| Text::new(tag)).collect()),
        ..Patch::default()
    }
}

/// Applies `row` to the contact of `known`; applying it again must change nothing.
fn after(known: Patch, row: &Patch, fill: Fill) -> Contact {
    let mut contact = known.into_contact();
    row.apply(&mut contact, fill);
    let once = contact.clone();
    row.apply(&mut contact, fill);
    assert_eq!(contact, once, "once more changes more");
    contact
}

fn emails_of(contact: &Contact) -> Vec<String> {
    let shown = |e: &crate::LabeledEmail| format!("{}:{}", e.label, e.value);
    contact.emails.iter().map(shown).collect()
}

fn addresses_of(contact: &Contact) -> Vec<String> {
    let parts = |a: &Address| AddressPart::ALL.map(|part| a.part(part).to_string()).join("|");
    let shown = |a: &Address| format!("{}:{}", a.label, parts(a));
    contact.addresses.iter().map(shown).collect()
}

#[test]
fn a_new_value_is_added_beside_those_of_its_label() {
    let known: Cells<'_> = &[("", 0, "a@example.com"), ("work", 0, "w@example.com")];
    let row = emails(&[("", 0, "b@example.com"), ("work", 0, "W@example.com")]);
    for fill in [ADD, Fill::Blanks] {
        let contact = after(emails(known), &row, fill);
        assert_eq!(
            emails_of(&contact),
            [":a@example.com", ":b@example.com", "work:w@example.com"]
        );
    }
    let contact = after(emails(known), &row, REPLACE);
    assert_eq!(emails_of(&contact), [":b@example.com", "work:w@example.com"]);
}

#[test]
fn a_value_that_is_there_is_not_added_under_another_label() {
    let contact = after(
        emails(&[("home", 0, "a@example.com")]),
        &emails(&[("work", 0, "A@example.com")]),
        ADD,
    );
    assert_eq!(emails_of(&contact), ["home:a@example.com"]);
}

#[test]
fn a_value_without_a_label_gets_that_of_the_row() {
    let known = || emails(&[("", 0, "a@example.com")]);
    let row = emails(&[("work", 0, "A@example.com")]);
    assert_eq!(emails_of(&after(known(), &row, ADD)), ["work:a@example.com"]);
    assert_eq!(emails_of(&after(known(), &row, REPLACE)), [":a@example.com"]);
}

#[test]
fn no_number_becomes_a_fax() {
    let number = "+12025550101";
    let contact = after(phones(&[("", 0, number)]), &phones(&[("fax", 0, number)]), ADD);
    assert!(contact.phones[0].label.is_none());
    let contact = after(phones(&[("fax", 0, number)]), &phones(&[("work", 0, number)]), ADD);
    assert!(contact.phones[0].label.is_fax() && contact.phones.len() == 1);
}

#[test]
fn numbers_are_compared_as_they_are_dialled() {
    let us = |raw: &str| Phone::parse(raw, crate::Region::from_code("US")).ok();
    let row = Patch {
        phones: vec![(Label::NONE, 0, us("(202) 555-0101"))],
        ..Patch::default()
    };
    let contact = after(phones(&[("mobile", 0, "+1 202 555 0101")]), &row, ADD);
    assert_eq!(contact.phones.len(), 1);
}

#[test]
fn an_empty_cell_clears_only_where_it_is_asked_to() {
    let known: Cells<'_> = &[("", 0, "a@example.com"), ("", 1, "b@example.com")];
    let row = emails(&[("", 0, "c@example.com"), ("", 1, "")]);
    let clear = Fill::Update(Blanks::Clear, Lists::Add);
    assert_eq!(
        emails_of(&after(emails(known), &row, ADD)),
        [":a@example.com", ":b@example.com", ":c@example.com"]
    );
    assert_eq!(
        emails_of(&after(emails(known), &row, clear)),
        [":a@example.com", ":c@example.com"]
    );
    let exact = Fill::Update(Blanks::Keep, Lists::Replace(Blanks::Clear));
    assert_eq!(emails_of(&after(emails(known), &row, exact)), [":c@example.com"]);
}

#[test]
fn a_value_that_the_row_names_is_not_cleared() {
    let known: Cells<'_> = &[("", 0, "a@example.com"), ("", 1, "b@example.com")];
    let row = emails(&[("", 0, "b@example.com"), ("", 1, "")]);
    let contact = after(emails(known), &row, Fill::Update(Blanks::Clear, Lists::Add));
    assert_eq!(emails_of(&contact), [":a@example.com", ":b@example.com"]);
}

#[test]
fn replacing_puts_a_new_value_into_its_place() {
    let known: Cells<'_> = &[("", 0, "a@example.com"), ("", 1, "b@example.com")];
    let row = emails(&[("", 0, ""), ("", 1, "c@example.com")]);
    assert_eq!(
        emails_of(&after(emails(known), &row, REPLACE)),
        [":a@example.com", ":c@example.com"]
    );
}

#[test]
fn a_new_value_never_drives_out_another_one_of_its_row() {
    let known: Cells<'_> = &[("", 0, "a@example.com"), ("", 1, "b@example.com")];
    let row = emails(&[("", 0, "b@example.com"), ("", 1, "c@example.com")]);
    for fill in [ADD, REPLACE] {
        assert_eq!(
            emails_of(&after(emails(known), &row, fill)),
            [":a@example.com", ":b@example.com", ":c@example.com"]
        );
    }
}

#[test]
fn tags_are_added_in_whatever_letters() {
    let known = || tags(&["VIP", "press"]);
    let row = tags(&["vip", "event-2026", "★"]);
    for fill in [ADD, Fill::Blanks] {
        let contact = after(known(), &row, fill);
        assert_eq!(contact.tags, ["VIP", "press", "event-2026", "★"].map(Text::new));
    }
    assert_eq!(
        after(known(), &row, REPLACE).tags,
        ["vip", "event-2026", "★"].map(Text::new)
    );
    assert_eq!(after(known(), &tags(&[]), ADD).tags.len(), 2);
    let clear = Fill::Update(Blanks::Clear, Lists::Add);
    assert_eq!(after(known(), &tags(&[]), clear).tags.len(), 0);
}

#[test]
fn an_address_that_agrees_completes_the_one_that_is_there() {
    use AddressPart as P;
    let known = || addresses(address("home", &[(P::Street, "Main St 1"), (P::Country, "USA")]));
    for (label, parts) in [
        ("home", vec![(P::City, "Salem"), (P::Country, "United States")]),
        ("work", vec![(P::Street, "main st. 1"), (P::City, "Salem")]),
    ] {
        for fill in [ADD, Fill::Blanks] {
            let contact = after(known(), &addresses(address(label, &parts)), fill);
            assert_eq!(addresses_of(&contact), ["home:Main St 1|Salem|||USA"], "{label}");
        }
    }
}

#[test]
fn another_address_stands_beside_the_one_that_is_there() {
    use AddressPart as P;
    let known = || {
        addresses(address(
            "",
            &[(P::Street, "Main St 1"), (P::City, "Salem"), (P::ZipCode, "97301")],
        ))
    };
    let row = addresses(address("", &[(P::Street, "Elm St 2"), (P::City, "Salem")]));
    for fill in [ADD, Fill::Blanks] {
        let contact = after(known(), &row, fill);
        assert_eq!(
            addresses_of(&contact),
            [":Main St 1|Salem||97301|", "other:Elm St 2|Salem|||"]
        );
    }
    assert_eq!(
        addresses_of(&after(known(), &row, REPLACE)),
        [":Elm St 2|Salem||97301|"]
    );
    let home = || addresses(address("home", &[(P::City, "Bonn")]));
    let contact = after(home(), &addresses(address("home", &[(P::City, "Köln")])), ADD);
    assert_eq!(addresses_of(&contact), ["home:|Bonn|||", "home 2:|Köln|||"]);
    let contact = after(known(), &addresses(address("home", &[(P::City, "SALEM")])), ADD);
    assert_eq!(contact.addresses.len(), 1, "its city is known");
}

#[test]
fn empty_cells_of_an_address_clear_its_own_only() {
    use AddressPart as P;
    let clear = Fill::Update(Blanks::Clear, Lists::Add);
    let known = || addresses(address("", &[(P::Street, "Main St 1"), (P::City, "Salem")]));
    let row = addresses(address("", &[(P::Street, "Main St 1"), (P::City, "")]));
    assert_eq!(addresses_of(&after(known(), &row, clear)), [":Main St 1||||"]);
    let row = addresses(address("", &[(P::Street, "Elm St 2"), (P::City, "")]));
    assert_eq!(
        addresses_of(&after(known(), &row, clear)),
        [":Main St 1|Salem|||", "other:Elm St 2||||"]
    );
    let row = addresses(address("", &[(P::Street, ""), (P::City, "")]));
    assert_eq!(after(known(), &row, clear).addresses, []);
}

#[test]
fn long_lists_are_merged_in_a_moment() {
    let patch = |from: usize| {
        let email = |n: usize| Email::parse(&format!("a{n}@example.com")).ok();
        Patch {
            emails: (0..20_000).map(|n| (Label::NONE, n, email(from + n))).collect(),
            ..Patch::default()
        }
    };
    for fill in [ADD, REPLACE] {
        let mut contact = patch(0).into_contact();
        patch(10_000).apply(&mut contact, fill);
        assert_eq!(contact.emails.len(), 30_000);
    }
}
