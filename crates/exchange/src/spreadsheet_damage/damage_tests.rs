//! What spreadsheets do to values, compared with edits by people.

use super::*;
use model::{Address, LabeledEmail, LabeledPhone, Region};

#[test]
fn numbers_are_written_as_spreadsheets_write_them() {
    for (stored, given) in [
        ("01234", "1234"),
        ("0012345678", "12345678"),
        ("000", "0"),
        ("007", "7"),
        ("+49", "49"),
        ("+12025550101", "12025550101"),
        ("+12025550101", "1.20256E+10"),
        ("+12025550101", "1,20256E+10"),
        ("12025550101", "1.20E+10"),
        ("1E5", "1.00E+05"),
        ("1E5", "1,00E+05"),
        ("1e5", "100000"),
        ("12E3", "12000"),
        ("100000", "1.00E+05"),
        ("1.50", "1.5"),
        ("1.0", "1"),
        ("1,0", "1"),
        (".5", "0.5"),
        ("0.10", "0.1"),
        ("1,234", "1234"),
        ("1.234", "1234"),
        ("1'234'567", "1234567"),
        ("1234567890123456", "1.23457E+15"),
        ("1234567890123456", "1234567890123450"),
        ("1234567890123456", "1234567890123460"),
        ("9999999999999999", "1E+16"),
        ("0.0000012", "1.2E-06"),
        ("3.14159265358979", "3.141592654"),
        ("-05", "-5"),
    ] {
        assert!(is_spreadsheet_damage(stored, given), "{stored} -> {given}");
    }
}

#[test]
fn other_numbers_are_edits() {
    for (stored, given) in [
        ("1234", "01234"),
        ("1234", "1235"),
        ("1234", "12340"),
        ("01234", "12340"),
        ("01234", "1235"),
        ("49", "+49"),
        ("1.5", "1.50"),
        ("1.5", "1.6"),
        ("1.5", "15"),
        ("1.54", "1.5"),
        ("12025550101", "1.20257E+10"),
        ("12025550101", "1.20256E+11"),
        ("12025550101", "1202555010"),
        ("-5", "5"),
        ("5", "-5"),
        ("100000", "1000000"),
        ("1234567890123456", "1234567890123000"),
        ("12a", "12"),
        ("12,34", "1234"),
        ("0", "1"),
        ("", "0"),
        ("0", ""),
    ] {
        assert!(!is_spreadsheet_damage(stored, given), "{stored} -> {given}");
    }
}

#[test]
fn texts_become_dates() {
    for (stored, given) in [
        ("1-2", "2-Jan"),
        ("1-2", "02-Jan"),
        ("1-2", "1-Feb"),
        ("1/2", "2-Jan"),
        ("2.1", "02. Jan"),
        ("2.1.", "2. Jan."),
        ("1-2", "01. Feb"),
        ("12-25", "25-Dec"),
        ("MAR1", "1-Mar"),
        ("SEPT2", "2-Sep"),
        ("DEC-1", "1-Dec"),
        ("1 May", "1-May"),
        ("3/2024", "Mar-24"),
        ("3-24", "Mar-24"),
        ("1-32", "Jan-32"),
        ("3-4", "4. Mrz"),
        ("3-4", "4-mars"),
        ("2024-01-05", "1/5/2024"),
        ("2024-01-05", "05.01.2024"),
        ("2024-01-05", "5-Jan-24"),
        ("05/01/2024", "5/1/2024"),
        ("1/2", "1/2/2025"),
        ("2024-01-05", "45296"),
        ("1-2-2003", "2-Jan-03"),
    ] {
        assert!(is_spreadsheet_damage(stored, given), "{stored} -> {given}");
    }
}

#[test]
fn other_dates_are_edits() {
    for (stored, given) in [
        ("1-2", "3-Jan"),
        ("1-2", "1-3"),
        ("1-2", "2-1"),
        ("1-2", "2-Mar"),
        ("2024-01-05", "2024-05-01"),
        ("2024-01-05", "2024-01-06"),
        ("2024-01-05", "1/6/2024"),
        ("2024-01-05", "1/5/2023"),
        ("05/01/2024", "01/05/2024"),
        ("2024-01-05", "45297"),
        ("Main St 2", "2-Jan"),
        ("May", "1-May"),
        ("12", "12-Jan"),
        ("1-2-3-4", "2-Jan"),
    ] {
        assert!(!is_spreadsheet_damage(stored, given), "{stored} -> {given}");
    }
}

#[test]
fn letters_are_misread_or_lost() {
    for (stored, given) in [
        ("Müller", "MÃ¼ller"),
        ("Müller", "M√ºller"),
        ("Müller", "MÃƒÂ¼ller"),
        ("Ágnes", "Ãgnes"),
        ("Łukasz", "Å\u{81}ukasz"),
        ("José", "JosГ©"),
        ("José", "JosĂ©"),
        ("à", "Ã"),
        ("“Ann”", "â€œAnnâ€\u{9d}"),
        ("Łukasz", "?ukasz"),
        ("Łukasz", "\u{FFFD}ukasz"),
        ("王小明", "???"),
        ("Ann 🎉", "Ann ??"),
        ("Ann 🎉", "Ann ?"),
    ] {
        let read = Text::new(given);
        assert!(is_spreadsheet_damage(stored, read.as_str()), "{stored} -> {given}");
    }
}

#[test]
fn other_letters_are_edits() {
    for (stored, given) in [
        ("Müller", "Mueller"),
        ("Müller", "Muller"),
        ("Müller", "Möller"),
        ("MÃ¼ller", "Müller"),
        ("Ann", "?nn"),
        ("Łukasz", "?ukas"),
        ("Łukasz", "?ukasz?"),
        ("王", "王?"),
        ("Ann", "Anna"),
    ] {
        assert!(!is_spreadsheet_damage(stored, given), "{stored} -> {given}");
    }
}

#[test]
fn truth_is_written_in_capitals() {
    assert!(is_spreadsheet_damage("true", "TRUE"));
    assert!(is_spreadsheet_damage("False", "FALSE"));
    assert!(!is_spreadsheet_damage("true", "True"));
    assert!(!is_spreadsheet_damage("FALSE", "TRUE"));
}

#[test]
fn no_text_hangs_or_panics() {
    let long = "1".repeat(100_000);
    let texts = [
        "",
        "E",
        "+",
        "-",
        ".",
        "1E999",
        "1E-999",
        "0E0",
        "9.9",
        "é",
        "-.",
        "1-",
        "Jan",
        "ſ1",
        long.as_str(),
    ];
    for stored in texts {
        for given in texts {
            let _ = is_spreadsheet_damage(stored, given);
        }
    }
}

fn ann() -> Contact {
    let phone = |label: &str, raw: &str, region: &str| LabeledPhone {
        label: Label::new(label),
        phone: Phone::parse(raw, Region::from_code(region)).unwrap(),
    };
    Contact {
        last_name: "Müller".into(),
        emails: vec![LabeledEmail {
            label: Label::NONE,
            value: Email::parse("ann@example.com").unwrap(),
        }],
        phones: vec![
            phone("work", "030 23125101", "DE"),
            phone("mobile", "+12025550101", "US"),
        ],
        addresses: vec![Address {
            label: Label::new("home"),
            zip_code: "01234".into(),
            ..Address::default()
        }],
        tags: vec!["1-2".into(), "Café".into()],
        custom: [("Code".to_owned(), Text::new("1E5"))].into(),
        ..Contact::default()
    }
}

#[test]
fn damaged_values_of_a_row_become_those_of_the_contact() {
    let patch = Patch {
        texts: vec![
            (TextField::LastName, "MÃ¼ller".into()),
            (TextField::Company, "Acme".into()),
        ],
        addresses: vec![(Label::new("home"), AddressPart::ZipCode, "1234".into())],
        tags: Some(vec!["2-Jan".into(), "new".into(), "CafÃ©".into()]),
        custom: vec![("Code".to_owned(), "1.00E+05".into())],
        ..Patch::default()
    };
    let undamaged = Undamaged::new(Some(&patch), &[], &ann());
    let slots: Vec<String> = undamaged.damage.iter().map(|d| d.slot.to_string()).collect();
    assert_eq!(slots, ["last_name", "custom:Code", "zip_code:home", "tags", "tags"]);
    let repaired = undamaged.patch.unwrap().into_owned();
    assert_eq!(repaired.texts[0].1.as_str(), "Müller");
    assert_eq!(repaired.texts[1].1.as_str(), "Acme");
    assert_eq!(repaired.addresses[0].2.as_str(), "01234");
    assert_eq!(repaired.tags, Some(["1-2", "new", "Café"].map(Text::new).to_vec()));
    assert_eq!(repaired.custom[0].1.as_str(), "1E5");
}

#[test]
fn what_is_not_damaged_is_not_copied() {
    let patch = Patch {
        texts: vec![(TextField::LastName, "Meier".into())],
        ..Patch::default()
    };
    let undamaged = Undamaged::new(Some(&patch), &[], &ann());
    assert!(matches!(undamaged.patch, Some(Cow::Borrowed(_))) && undamaged.damage.is_empty());
    assert!(undamaged.excuses_unread);
}

#[test]
fn a_number_that_lost_its_zero_is_that_of_the_contact() {
    // Without its zero it is a number of another country.
    let given = Phone::parse("3023125101", Region::from_code("US"));
    let patch = Patch {
        phones: vec![(Label::new("work"), 0, given.ok())],
        ..Patch::default()
    };
    let undamaged = Undamaged::new(Some(&patch), &[], &ann());
    let phone = undamaged.patch.unwrap().phones[0].2.clone();
    assert_eq!(phone.as_ref().map(Phone::as_str), Some("+493023125101"));
    assert_eq!(undamaged.damage.len(), 1);
}

#[test]
fn values_that_cannot_be_read_are_excused_by_what_the_contact_has() {
    let unread = |slot: Slot, given: &str| Unread {
        slot,
        given: given.to_owned(),
    };
    let phone = |given: &str| unread(Slot::Phone(Label::new("mobile")), given);
    let excuses = |unread: &[Unread]| Undamaged::new(None, unread, &ann()).excuses_unread;
    assert!(excuses(&[
        phone("1.20256E+10"),
        phone("4.93023E+11"),
        phone("3.02313E+09")
    ]));
    assert!(excuses(&[unread(Slot::Custom("Code".to_owned()), "100000")]));
    assert!(!excuses(&[phone("1.20257E+10")]));
    assert!(!excuses(&[phone("1.20256E+10"), phone("1.20257E+10")]));
    assert!(!excuses(&[unread(Slot::Custom("Other".to_owned()), "100000")]));
}
