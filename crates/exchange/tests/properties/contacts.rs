//! Generates random contacts: valid, because the model's own constructors create them, and as unusual as these allow.

use model::{
    Address, AddressPart, Birthday, Contact, ContactId, Email, Label, LabeledEmail, LabeledPhone, Phone, Text,
    TextField, VcardLine, Version, Website,
};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;

const PHONES: &[&str] = &[
    "+12025550101",
    "+12025550101;ext=45",
    "+1 202 555 0102 x7",
    "+442079460102",
    "+447700900123",
    "+493023125101",
    "+4917139200123",
    "+33199001236",
    "+33612345678",
    "+390612345678",
    "+393123456789",
    "+61491570156",
    "+81312345678",
    "+819012345678",
    "+8613812345678",
    "+862112345678",
    "+919876543210",
    "+5491123456789",
    "+541123456789",
    "+5511987654321",
    "+525512345678",
    "+74951234567",
    "+380441234567",
    "+48123456789",
    "+420212345678",
    "+36112345678",
    "+903121234567",
    "+972501234567",
    "+966501234567",
    "+971501234567",
    "+201001234567",
    "+2348021234567",
    "+27821234567",
    "+254712345678",
    "+6591234567",
    "+622112345678",
    "+639171234567",
    "+6421234567",
    "+3545812345",
    "+37256123456",
    "+358412345678",
    "+46701234567",
    "+4712345678",
    "+4532123456",
    "+3531234567",
    "+352621123456",
    "+41446681800",
    "+43512345678",
    "+496912345;ext=0",
    "+80012345678",
    "+390236618300",
    "+22501234567",
    "+3725123456",
];

const DOMAINS: &[&str] = &[
    "example.com",
    "gmail.com",
    "a.b.c.example.org",
    "bücher.example",
    "xn--bcher-kva.example",
    "例え.jp",
    "X.Example.NET",
];

/// Texts that look like formulas, lists, quotes or guards.
const ODD: &[&str] = &[
    "=1+1",
    "=\"07\"",
    "+",
    "-",
    "--",
    "@home",
    "'",
    "''",
    "'=x",
    "'a'",
    "\"",
    "\"\"",
    "\"a\"",
    "\\",
    "\\\"",
    ",",
    ";",
    "|",
    "\t",
    "\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "\u{a0}",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "\u{200b}",
    "\u{200d}",
    "\u{301}",
    "e\u{301}",
    "\u{338}",
    "\u{202e}",
    "نص",
    "שלום",
    "漢字",
    "👩\u{200d}👧",
    "\0",
    "\u{7}",
    "\u{fffd}",
    ":::",
    " ::: ",
    "* ",
    "#N/A",
    "#REF!",
    "#",
    "0",
    "007",
    "12345.0",
    "'0123",
    "1.2E+10",
    "Total",
    "work",
    "Name",
    "Email",
    "(",
    ")",
    " (",
    ") 2",
    " 2",
    "2",
    ":",
    "Custom: ",
    "sep=;",
    "CrystalQore ID",
    "Birthday",
    "Phone Type",
    "First Name",
    "a@b.example",
    "https://example.com/?a=1,2;3|4",
    "x",
    "Ann",
    "Mary Ann Lee",
    "Acme, Inc.",
    "123456789",
    "ß",
    "İ",
    "ﬁ",
];

pub fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        3 => select(ODD).prop_map(Text::new),
        4 => prop::collection::vec(select(ODD), 1..5).prop_map(|parts| Text::new(&parts.concat())),
        2 => any::<String>().prop_map(|s| Text::new(&s)),
        2 => "[A-Z][a-z]{1,8}".prop_map(|s| Text::new(&s)),
    ]
}

fn filled_text() -> impl Strategy<Value = Text> {
    text().prop_filter("some text", |t| !t.is_empty())
}

fn email() -> impl Strategy<Value = Email> {
    let local = prop_oneof![
        6 => "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,8}(\\.[a-z0-9]{1,4})?",
        1 => "[=+@'-]{1,2}[a-z]{1,3}",
        1 => select(&["\"a b\"", "\"a,b\"", "\"a;b@c\"", "\"<a>\"", "müller", "用户"][..]).prop_map(str::to_owned),
    ];
    (local, select(DOMAINS)).prop_filter_map("a valid address", |(local, domain)| {
        Email::parse(&format!("{local}@{domain}")).ok()
    })
}

fn phone() -> impl Strategy<Value = Phone> {
    select(PHONES).prop_filter_map("a valid number", |raw| Phone::parse(raw, None).ok())
}

pub fn label() -> impl Strategy<Value = Label> {
    prop_oneof![
        3 => Just(Label::NONE),
        5 => select(&["work", "home", "mobile", "other", "fax"][..]).prop_map(Label::exact),
        2 => select(&["Büro", "2", "x) 2", "a (b)", "* Main", "Work Fax", "1234567890", "a@b.example"][..]).prop_map(Label::exact),
        2 => text().prop_map(|word| Label::exact(word.as_str())),
    ]
}

fn birthday() -> impl Strategy<Value = Birthday> {
    let year = prop_oneof![2 => Just(None), 4 => (1900..2030_u16).prop_map(Some), 1 => (1..=9999_u16).prop_map(Some), 1 => Just(Some(1604))];
    (year, 1..=12_u8, 1..=31_u8).prop_filter_map("a real day", |(year, month, day)| Birthday::new(year, month, day))
}

fn address() -> impl Strategy<Value = Vec<(AddressPart, Text)>> {
    prop::collection::vec((select(&AddressPart::ALL[..]), text()), 1..5)
}

/// Empty in two of five cases, otherwise one to three values, so that a list of contacts does not get too many columns.
fn labelled<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<(Label, T)>> {
    let count = prop_oneof![2 => Just(0), 3 => 1..4_usize];
    (count, prop::collection::vec((label(), value), 3)).prop_map(|(count, mut values)| {
        values.truncate(count);
        values
    })
}

/// A contact in its normal form, with something that identifies it.
pub fn contact() -> impl Strategy<Value = Contact> {
    let texts = prop::collection::vec((select(&TextField::ALL[..]), text()), 0..6);
    let tags = prop::collection::vec(text(), 0..4);
    let custom = prop::collection::btree_map(filled_text().prop_map(|name| name.to_string()), text(), 0..3);
    let lists = (
        labelled(email()),
        labelled(phone()),
        labelled(text()),
        labelled(address()),
    );
    (
        texts,
        lists,
        prop::option::of(birthday()),
        tags,
        (custom, vcard_lines()),
    )
        .prop_map(
            |(texts, (emails, phones, websites, addresses), birthday, tags, (custom, vcard_lines))| {
                let mut contact = Contact {
                    birthday,
                    tags,
                    custom,
                    vcard_lines,
                    ..Contact::default()
                };
                for (field, text) in texts {
                    *contact.text_mut(field) = text;
                }
                let emails = emails.into_iter().map(|(label, value)| LabeledEmail { label, value });
                contact.emails = emails.collect();
                let phones = phones.into_iter().map(|(label, phone)| LabeledPhone { label, phone });
                contact.phones = phones.collect();
                let websites = websites.into_iter().map(|(label, value)| Website { label, value });
                contact.websites = websites.collect();
                // One address per label.
                let addresses: BTreeMap<Label, Vec<(AddressPart, Text)>> = addresses.into_iter().collect();
                contact.addresses = addresses.into_iter().map(address_with).collect();
                contact.normalise();
                if !contact.has_identity() {
                    contact.company = "Acme".into();
                }
                contact
            },
        )
}

/// Lines that contacts have without a field, and a picture.
const KNOWN_LINES: &[&str] = &[
    "X-ABDATE;X-ABLABEL=\"_$!<Anniversary>!$_\":2010-06-01",
    "X-ABRELATEDNAMES;X-ABLABEL=\"Spouse\":Bob\\, the other",
    "IMPP;X-SERVICE-TYPE=\"Skype\";X-ABLABEL=\"Home\":ann",
    "X-SOCIALPROFILE;TYPE=twitter:https://example.com/ann",
    "ORG:Second Company;Department",
    "TITLE:Second title",
    "X-CRYSTALQORE-PO-BOX;X-ABLABEL=\"home\":12",
    "X-CRYSTALQORE-SOURCE-UID:abc",
    "PHOTO;VALUE=uri:https://example.com/ann.jpg",
    "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ",
    "PHOTO;ENCODING=b;TYPE=TIFF:SUkqAA==",
];

/// Lines without a field of a contact: known ones, and ones whose names have no special meaning in any program.
fn vcard_lines() -> impl Strategy<Value = Vec<VcardLine>> {
    let known = select(KNOWN_LINES).prop_map(|line| VcardLine::parse(line).unwrap());
    let name = select(&["X-FOO", "IMPP", "ANNIVERSARY", "item7.X-BAR", "RELATED"][..]);
    let parameters = select(&["", ";TYPE=home", ";X-A=\"b:c;d\"", ";LANGUAGE=de"][..]);
    let line = (name, parameters, text()).prop_filter_map("one line", |(name, parameters, value)| {
        VcardLine::parse(&format!("{name}{parameters}:{}", value.as_str().replace('\n', "\\n")))
    });
    let line = prop_oneof![line, known];
    prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(line, 1..3)]
}

fn address_with((label, parts): (Label, Vec<(AddressPart, Text)>)) -> Address {
    let mut address = Address {
        label,
        ..Address::default()
    };
    for (part, text) in parts {
        *address.part_mut(part) = text;
    }
    address
}

pub fn id() -> impl Strategy<Value = ContactId> {
    any::<u128>().prop_map(ContactId::from_u128)
}

/// A time that a clock can show, from 1970 to 9999.
pub fn version() -> impl Strategy<Value = Version> {
    prop_oneof![9 => 0..253_402_300_800_000_000_i64, 1 => 0..40_i64]
}
