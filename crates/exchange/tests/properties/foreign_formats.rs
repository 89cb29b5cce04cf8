//! Google CSV and Outlook CSV, read back: the same contacts, except for the losses of each format listed in
//! `docs/formats.md`.

use crate::{look_at, rows_of, tried};
use exchange::export::{google, outlook};
use model::{Address, Birthday, Contact, Email, Label, LabeledEmail, LabeledPhone, Phone, Text, VcardLine, Website};
use proptest::prelude::*;
use proptest::sample::select;

/// A word that is not in any list of names, titles or placeholders.
fn word() -> impl Strategy<Value = String> {
    "Q[b-dj-m][aeiou][lmn][aeiou]x"
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![2 => Just(Text::default()), 3 => word().prop_map(|word| Text::new(&word))]
}

fn label(words: &'static [&'static str]) -> impl Strategy<Value = Label> {
    prop_oneof![3 => select(words).prop_map(Label::exact), 1 => word().prop_map(|word| Label::exact(&word))]
}

const KINDS: &[&str] = &["", "work", "home", "mobile", "other", "fax"];

/// A label in Google's words.
fn google_words(label: &Label) -> String {
    match label.as_str() {
        "work" => "Work".to_owned(),
        "home" => "Home".to_owned(),
        "mobile" => "Mobile".to_owned(),
        "other" => "Other".to_owned(),
        own => own.to_owned(),
    }
}

fn lists() -> impl Strategy<Value = Contact> {
    let email = (label(&KINDS[..5]), word()).prop_map(|(label, word)| LabeledEmail {
        label,
        value: Email::parse(&format!("{word}@example.com")).unwrap(),
    });
    let phone = (label(KINDS), 100..200_u32).prop_map(|(label, number)| LabeledPhone {
        label,
        phone: Phone::parse(&format!("+1 202 555 0{number}"), None).unwrap(),
    });
    let address = (label(&KINDS[..5]), word(), text(), text()).prop_map(|(label, street, city, state)| Address {
        label,
        address: Text::new(&format!("{street} 5\nFloor 2")),
        city,
        state,
        zip_code: "EC1A 1BB".into(),
        country: "United Kingdom".into(),
    });
    let website = (label(&KINDS[..3]), word()).prop_map(|(label, word)| Website {
        label,
        value: Text::new(&format!("https://{word}.example")),
    });
    let day =
        (prop::option::of(1930..2020_u16), 1..=12_u8, 13..=28_u8).prop_map(|(y, m, d)| Birthday::new(y, m, d).unwrap());
    let lines = select(
        &[
            "X-ABDATE;X-ABLABEL=\"Anniversary\":2010-06-01",
            "X-ABRELATEDNAMES;X-ABLABEL=\"Spouse\":Qbob",
            "X-CRYSTALQORE-CUSTOM;X-ABLABEL=\"Qshoe\":42",
            "X-PHONETIC-FIRST-NAME:Qann",
            // Lines for which Google has no column.
            "IMPP;X-SERVICE-TYPE=\"Skype\":qann",
            "ORG:Qsecond",
            "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ",
        ][..],
    )
    .prop_map(|line| VcardLine::parse(line).unwrap());
    (
        prop::collection::vec(email, 0..5),
        prop::collection::vec(phone, 0..5),
        prop::collection::vec(address, 0..4),
        prop::collection::vec(website, 0..3),
        prop::option::of(day),
        prop::collection::vec(word().prop_map(|word| Text::new(&word)), 0..3),
        prop::collection::vec(lines, 0..3),
    )
        .prop_map(
            |(emails, phones, mut addresses, websites, birthday, tags, mut vcard_lines)| {
                let mut seen = Vec::new();
                addresses.retain(|address| {
                    let is_new = !seen.contains(&address.label);
                    seen.push(address.label.clone());
                    is_new
                });
                // A post box belongs to an address.
                if let Some(address) = addresses.first().filter(|address| !address.label.is_none()) {
                    let line = format!("X-CRYSTALQORE-PO-BOX;X-ABLABEL=\"{}\":12", google_words(&address.label));
                    vcard_lines.extend(VcardLine::parse(&line));
                }
                Contact {
                    emails,
                    phones,
                    addresses,
                    websites,
                    birthday,
                    tags,
                    vcard_lines,
                    ..Contact::default()
                }
            },
        )
}

fn contact() -> impl Strategy<Value = Contact> {
    let names = (word(), text(), text(), text(), text(), text(), text(), text());
    (names, lists()).prop_map(
        |((last, first, middle, nickname, company, department, title, notes), lists)| {
            let mut contact = Contact {
                last_name: Text::new(&last),
                first_name: first,
                middle_name: middle,
                nickname,
                company,
                department,
                title,
                notes,
                ..lists
            };
            contact.normalise();
            contact
        },
    )
}

/// Returns the contacts of a file, opened like any other file.
fn read_back(bytes: &Vec<u8>, layout: &str) -> Result<Vec<Contact>, TestCaseError> {
    let looked = look_at(bytes).ok_or_else(|| TestCaseError::fail("the file is refused"))?;
    prop_assert_eq!(looked.layout, Some(layout));
    let mut contacts = Vec::new();
    for row in rows_of(bytes, &looked, 1000) {
        let judged = row
            .judged
            .ok_or_else(|| TestCaseError::fail("a contact became a blank row"))?;
        prop_assert!(
            judged.reasons.iter().all(|r| r.warning),
            "{:?} of {:?}",
            judged.reasons,
            row.cells
        );
        contacts.push(judged.contact);
    }
    Ok(contacts)
}

/// The contact as Google keeps it: only the lines for which Google has columns.
fn kept_by_google(contact: &Contact) -> Contact {
    let mut kept = contact.clone();
    let is_lost = |line: &VcardLine| matches!(line.name(), "IMPP" | "ORG" | "PHOTO");
    kept.vcard_lines.retain(|line| !is_lost(line));
    sorted(kept)
}

/// The contact as Outlook keeps it: one value per column, under the label of the column.
fn kept_by_outlook(contact: &Contact) -> Contact {
    let mut kept = contact.clone();
    kept.nickname = Text::default();
    kept.vcard_lines.clear();
    kept.birthday = kept.birthday.filter(|day| day.year().is_some());
    kept.websites.truncate(1);
    kept.websites.iter_mut().for_each(|website| website.label = Label::NONE);
    kept.emails.truncate(3);
    kept.emails.iter_mut().for_each(|email| email.label = Label::NONE);
    let of_column = |label: &Label, kinds: &[&str]| match kinds.contains(&label.as_str()) {
        true => label.clone(),
        false => Label::exact("other"),
    };
    let mut room = [("work", 2), ("home", 2), ("mobile", 1), ("fax", 3), ("other", 3)];
    kept.phones.retain_mut(|phone| {
        phone.label = of_column(&phone.label, &KINDS[1..]);
        let of_label = room.iter_mut().find(|(label, _)| *label == phone.label.as_str());
        let has_room = of_label.as_ref().is_some_and(|(_, left)| *left > 0);
        of_label.into_iter().for_each(|(_, left)| *left -= i32::from(has_room));
        has_room
    });
    let mut taken = Vec::new();
    kept.addresses.retain_mut(|address| {
        address.label = of_column(&address.label, &["work", "home"]);
        let is_free = !taken.contains(&address.label);
        taken.push(address.label.clone());
        is_free
    });
    kept.normalise();
    sorted(kept)
}

/// Sorts the lists, so that their order does not depend on the columns.
fn sorted(mut contact: Contact) -> Contact {
    contact
        .phones
        .sort_by_key(|phone| (phone.label.clone(), phone.phone.as_str().to_owned()));
    contact
        .emails
        .sort_by_key(|email| (email.label.clone(), email.value.key()));
    contact.vcard_lines.sort();
    contact
}

proptest! {
    #![proptest_config(tried(100))]

    #[test]
    fn google_then_read_is_the_identity(contacts in prop::collection::vec(contact(), 3..10)) {
        let mut needs = google::Needs::default();
        contacts.iter().for_each(|contact| needs.add(contact));
        let mut bytes = Vec::new();
        let mut writer = google::Writer::new(&mut bytes, needs).unwrap();
        contacts.iter().for_each(|contact| writer.write(contact).unwrap());
        writer.finish().unwrap();
        let again = read_back(&bytes, "google-2024")?;
        prop_assert_eq!(again.len(), contacts.len());
        for (was, is) in contacts.iter().zip(again) {
            prop_assert_eq!(sorted(is), kept_by_google(was), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn outlook_then_read_is_what_outlook_keeps(contacts in prop::collection::vec(contact(), 3..10)) {
        let mut bytes = Vec::new();
        let mut writer = outlook::Writer::new(&mut bytes).unwrap();
        contacts.iter().for_each(|contact| writer.write(contact).unwrap());
        writer.finish().unwrap();
        let again = read_back(&bytes, "outlook")?;
        prop_assert_eq!(again.len(), contacts.len());
        for (was, is) in contacts.iter().zip(again) {
            prop_assert_eq!(sorted(is), kept_by_outlook(was), "{}", String::from_utf8_lossy(&bytes));
        }
    }
}
