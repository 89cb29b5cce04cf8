use super::*;
use crate::mapping::BoundMapping;
use crate::mapping::propose;
use crate::open::{Overrides, Source, open};
use crate::reason::Code;
use model::{ContactRules, CustomField, DateOrder, FieldKind, Region};

/// Judges a whole small file like an import into an empty workspace.
fn judged_with(text: &str, configure: impl Fn(Judge) -> Judge) -> Vec<Judged> {
    judged_as(text, &[], configure)
}

/// Judges a file with the given choices of columns.
fn judged_as(text: &str, choices: &[(&str, &str)], configure: impl Fn(Judge) -> Judge) -> Vec<Judged> {
    let owned = |(column, slot): &(&str, &str)| ((*column).to_owned(), (*slot).to_owned());
    let choices: Vec<(String, String)> = choices.iter().map(owned).collect();
    let source = text.as_bytes().to_vec();
    let opened = open(&source, &Overrides::default()).unwrap();
    let (layout, columns) = propose(&opened.header, opened.header_row.is_some(), &opened.sample);
    let mapping = BoundMapping::bind(&columns, &choices).unwrap();
    let judge = Judge::new(mapping, layout.map(str::to_owned)).with_regions(Regions {
        chosen: Region::from_code("US"),
        ..Regions::default()
    });
    let judge = configure(judge);
    let input = crate::open::decoded(&source as &dyn Source, &opened.encoding).unwrap();
    let mut records = crate::open::Records::new(input, opened.dialect);
    let mut batch = crate::open::Batch::default();
    let mut out = Vec::new();
    while records.fill(&mut batch, 10).unwrap() {
        let rows = batch
            .records()
            .filter(|r| opened.header_row.is_none_or(|at| r.index() > at));
        out.extend(rows.filter_map(|r| judge.judge(r)));
    }
    out
}

fn judged(text: &str) -> Vec<Judged> {
    judged_with(text, |j| j)
}

fn codes(row: &Judged) -> Vec<Code> {
    row.reasons.iter().map(|r| r.code).collect()
}

#[test]
fn every_reason_is_reported_at_once_with_its_place() {
    let rows = judged("First Name,Email,Phone\nAnn,ann@gmail.con,12345\n");
    assert_eq!(codes(&rows[0]), [Code::Email, Code::Phone]);
    let reason = &rows[0].reasons[0];
    assert_eq!(
        (reason.line, reason.column.as_str(), reason.value.as_str()),
        (2, "Email", "ann@gmail.con")
    );
    assert_eq!(reason.advice, "did you mean ann@gmail.com?");
    assert!(rows[0].is_invalid());
}

#[test]
fn several_columns_of_one_field_are_joined_in_their_order() {
    let text = "Name,Town,Lead score,Notes,Hobby\nAnn,Ivers,7,likes tea,chess\nBob,,,,chess; go\n";
    let choices = [("Town", "full_name"), ("Lead score", "notes"), ("Hobby", "tags")];
    let rows = judged_as(text, &choices, |j| j);
    let (ann, bob) = (&rows[0].contact, &rows[1].contact);
    assert_eq!(
        (ann.display_name(), ann.notes.as_str()),
        ("Ann Ivers".to_owned(), "7\nlikes tea")
    );
    assert_eq!((bob.display_name(), bob.notes.as_str()), ("Bob".to_owned(), ""));
    let tags: Vec<&str> = bob.tags.iter().map(|tag| tag.as_str()).collect();
    assert_eq!(tags, ["chess", "go"]);
    let both = judged_as(
        "Name,A,B\nAnn,\"vip; friend\",golf\n",
        &[("A", "tags"), ("B", "tags")],
        |j| j,
    );
    let tags: Vec<&str> = both[0].contact.tags.iter().map(|tag| tag.as_str()).collect();
    assert_eq!(tags, ["vip", "friend", "golf"]);
}

#[test]
fn bad_values_can_be_left_out() {
    let rows = judged_with("First Name,Email\nAnn,nonsense\n,nonsense\n", |j| {
        j.with_bad_values(BadValues::LeaveOut)
    });
    assert!(!rows[0].is_invalid());
    assert_eq!(rows[0].contact.emails.len(), 0);
    assert_eq!(codes(&rows[1]), [Code::Email, Code::NoIdentity]);
    assert!(rows[1].is_invalid());
}

#[test]
fn rows_that_are_no_contacts_are_reported() {
    let rows = judged(
        "first_name,last_name,email\nAnn,Ivers,a@x.org\nfirst_name,last_name,email\nTotal,2,\n,,,\n\n\nCopyright\nAll rights reserved\n",
    );
    let all: Vec<_> = rows.iter().flat_map(codes).collect();
    assert_eq!(all, [Code::RepeatedHeader, Code::Footer, Code::Footer, Code::Footer]);
}

#[test]
fn the_country_of_the_row_reads_its_numbers() {
    let text = "Name,Phone,Country\nAnn,030 23125101,Germany\nBob,020 7946 0102,UK\n";
    let rows = judged_with(text, |j| j.with_regions(Regions::default()));
    let phones: Vec<_> = rows.iter().map(|r| r.contact.phones[0].phone.as_str()).collect();
    assert_eq!(phones, ["+493023125101", "+442079460102"]);
}

#[test]
fn one_cell_may_hold_several_values() {
    let rows = judged("Name,Email,Phone\nAnn,a@x.org; b@x.org,(202) 555-0101 / (202) 555-0102\n");
    assert_eq!((rows[0].contact.emails.len(), rows[0].contact.phones.len()), (2, 2));
}

#[test]
fn the_values_of_a_cell_have_places_of_their_own() {
    let rows = judged_with("Name,Email,Email 2\nAnn,nonsense,a@x.org; b@x.org\n", |j| {
        j.with_bad_values(BadValues::LeaveOut).keeping_patches(true)
    });
    let patch = rows[0].patch.as_ref().unwrap();
    let places: Vec<usize> = patch.emails.iter().map(|(_, place, _)| *place).collect();
    assert_eq!(places, [1, 2]);
}

#[test]
fn a_cell_may_hold_a_hundred_thousand_values() {
    let emails: String = (0..100_000).map(|n| format!("a{n}@x.org;")).collect();
    let rows = judged(&format!("Name,Email\nAnn,\"{emails}\"\n"));
    assert_eq!(rows[0].contact.emails.len(), 100_000);
}

#[test]
fn label_columns_label_the_value_beside_them() {
    let rows = judged(
        "First Name,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\nAnn,* Work,a@x.org,Work Fax,(202) 555-0101\n",
    );
    assert_eq!(rows[0].contact.emails[0].label.as_str(), "work");
    assert_eq!(rows[0].contact.phones[0].label.as_str(), "fax");
}

#[test]
fn spreadsheet_damage_is_reported() {
    let rows = judged("Name,Phone,Company,Zip\nAnn,1.20256E+10,#N/A,2134\n");
    assert_eq!(
        codes(&rows[0]),
        [Code::SpreadsheetDamage, Code::SpreadsheetError, Code::LostZero]
    );
}

#[test]
fn an_unreadable_birthday_costs_nobody_a_contact() {
    let rows = judged("Name,Birthday\nAnn,sometime in May\nBob,0/0/00\n");
    assert!(!rows[0].is_invalid());
    assert_eq!(rows[0].contact.custom["Birthday"].as_str(), "sometime in May");
    assert!(rows[1].reasons.is_empty() && rows[1].contact.custom.is_empty());
}

#[test]
fn our_own_export_is_taken_by_its_word() {
    let rows = judged(
        "CrystalQore ID,CrystalQore Version,First Name,Zip Code,Notes\n\
         00000000-0000-0000-0000-000000000001,v1,'#N/A,12345.0,'#REF!\n",
    );
    let contact = &rows[0].contact;
    assert_eq!((contact.first_name.as_str(), contact.notes.as_str()), ("#N/A", "#REF!"));
    assert_eq!(contact.addresses[0].zip_code.as_str(), "12345.0");
    assert!(rows[0].reasons.is_empty(), "{:?}", rows[0].reasons);
}

/// Rules with a field of each kind, and a company required.
fn rules() -> ContactRules {
    let field = |name: &str, kind| CustomField {
        kind,
        ..CustomField::of_text(name)
    };
    let level = CustomField {
        choices: vec!["Gold".to_owned(), "Silver".to_owned()],
        former_choices: vec!["Bronze".to_owned()],
        ..field("Level", FieldKind::Choice)
    };
    ContactRules {
        fields: vec![field("Size", FieldKind::Number), field("Since", FieldKind::Date), level],
        required: vec![model::Slot::Text(model::TextField::Company)],
    }
}

fn judged_by_rules(text: &str, configure: impl Fn(Judge) -> Judge) -> Vec<Judged> {
    judged_with(text, |judge| {
        let columns: Vec<crate::mapping::Column> = {
            let headers: Vec<String> = judge.mapping().columns().iter().map(|c| c.header.clone()).collect();
            let (layout, mut columns) = propose(&headers, true, &[]);
            crate::mapping::find_fields(&mut columns, layout, &rules(), true);
            columns
        };
        let mapping = BoundMapping::bind(&columns, &[]).unwrap();
        let judge = Judge { mapping, ..judge };
        configure(judge.with_rules(rules()))
    })
}

fn custom(row: &Judged) -> Vec<(&str, &str)> {
    row.contact
        .custom
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[test]
fn values_of_custom_fields_are_read_by_their_kinds() {
    let text = "First Name,Company,Size,Since,Level\nAnn,Acme,\"1,234.50\",03/04/2026,gold\nBob,Acme,,,\n";
    let rows = judged_by_rules(text, |j| j.with_date_order(DateOrder::MonthFirst));
    let kept = [("Level", "Gold"), ("Since", "2026-03-04"), ("Size", "1234.5")];
    assert_eq!(custom(&rows[0]), kept);
    assert!(rows.iter().all(|row| !row.is_invalid() && row.lacking.is_empty()));
    assert_eq!(custom(&rows[1]), []);
}

#[test]
fn an_invalid_value_is_reported_with_its_place() {
    let text = "First Name,Company,Size,Since,Level\nAnn,Acme,12 kg,soon,Bronze\n";
    let rows = judged_by_rules(text, |j| j);
    assert_eq!(codes(&rows[0]), [Code::Number, Code::Date, Code::Choice]);
    let level = &rows[0].reasons[2];
    assert_eq!(
        (level.line, level.column.as_str(), level.value.as_str()),
        (2, "Level", "Bronze")
    );
    assert_eq!(level.message, "\"Bronze\" is not a choice of Level.");
    assert!(level.advice.contains("Gold, Silver"), "{}", level.advice);
    assert!(rows[0].is_invalid());
    let rows = judged_by_rules(text, |j| j.with_bad_values(BadValues::LeaveOut));
    assert!(!rows[0].is_invalid());
    assert_eq!(custom(&rows[0]), []);
}

#[test]
fn what_our_own_export_says_of_former_choices_is_taken() {
    let text = "CrystalQore ID,CrystalQore Version,First Name,Company,Custom: Level\n,,Ann,Acme,Bronze\n";
    let rows = judged_by_rules(text, |j| j);
    assert_eq!(
        (rows[0].is_invalid(), custom(&rows[0])),
        (false, vec![("Level", "Bronze")])
    );
}

#[test]
fn missing_required_fields_are_reported_apart() {
    let rows = judged_by_rules("First Name,Company\nAnn,\n", |j| j);
    assert!(!rows[0].is_invalid());
    let (_, lacking) = &rows[0].lacking[0];
    assert_eq!(
        (lacking.message.as_str(), lacking.column.as_str()),
        ("Company is required here.", "Company")
    );
    let rows = judged_by_rules("First Name\nAnn\n", |j| j);
    assert_eq!(rows[0].lacking[0].1.column, "");
}

#[test]
fn the_file_tells_how_its_numbers_and_dates_are_written() {
    let source = "Size,Since\n1.234,25/12/2026\n\"2,5\",\n\"3,5\",\n".as_bytes().to_vec();
    let opened = open(&source, &Overrides::default()).unwrap();
    let (_, mut columns) = propose(&opened.header, true, &opened.sample);
    crate::mapping::find_fields(&mut columns, None, &rules(), true);
    let mapping = BoundMapping::bind(&columns, &[]).unwrap();
    let input = crate::open::decoded(&source as &dyn Source, &opened.encoding).unwrap();
    let records = crate::open::Records::new(input, opened.dialect);
    let known = Regions {
        chosen: Region::from_code("US"),
        ..Regions::default()
    };
    let found = survey(records, Some(0), &mapping, &rules(), known).unwrap();
    assert_eq!(found.decimals, model::DecimalSign::Comma);
    assert_eq!(found.dates.len(), 1);
    assert_eq!(
        (found.dates[0].order(), found.dates[0].doubt),
        (DateOrder::DayFirst, None)
    );
}
