use super::*;

fn contact(json: &str) -> Contact {
    Contact::from_json(json).unwrap()
}

/// Exports a contact and returns its filled cells as `column=value`.
fn filled(contact: &Contact) -> Vec<String> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes).unwrap();
    writer.write(contact).unwrap();
    writer.finish().unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let cells = header.iter().zip(row.iter()).filter(|(_, value)| !value.is_empty());
    cells.map(|(column, value)| format!("{column}={value}")).collect()
}

#[test]
fn every_value_finds_its_column() {
    let ann = contact(
        r#"{"prefix":"Dr.","first_name":"Ann","last_name":"Hale","company":"Fen Trust","title":"Clerk",
        "emails":[{"label":"work","value":"a@x.org"},{"value":"b@x.org"}],
        "phones":[{"label":"work","value":"+12025550101"},{"label":"work","value":"+12025550102"},{"label":"fax","value":"+12025550103"},{"value":"+12025550104"}],
        "addresses":[{"label":"home","address":"Quay 5\nFloor 2","city":"London","zip_code":"EC1A 1BB","country":"UK"}],
        "website":[{"value":"https://x.org"}],"birthday":"1984-03-09","tags":["vip","a;b"],"notes":"=1"}"#,
    );
    assert_eq!(
        filled(&ann),
        [
            "Title=Dr.",
            "First Name=Ann",
            "Last Name=Hale",
            "Company=Fen Trust",
            "Job Title=Clerk",
            "Home Street=Quay 5\nFloor 2",
            "Home City=London",
            "Home Postal Code=EC1A 1BB",
            "Home Country/Region=UK",
            "Business Fax=+1 202 555 0103",
            "Business Phone=+1 202 555 0101",
            "Business Phone 2=+1 202 555 0102",
            "Primary Phone=+1 202 555 0104",
            "Birthday=3/9/1984",
            "Categories=vip;a b",
            "E-mail Address=a@x.org",
            "E-mail Type=SMTP",
            "E-mail 2 Address=b@x.org",
            "E-mail 2 Type=SMTP",
            "Notes='=1",
            "Web Page=https://x.org",
        ]
    );
    assert_eq!(losses(&ann), [(Loss::EmailLabels, 1)]);
}

#[test]
fn what_finds_no_column_is_counted() {
    let phones = r#"{"label":"mobile","value":"+12025550101"},{"label":"mobile","value":"+12025550102"},{"label":"Boat","value":"+12025550103"}"#;
    let emails = r#"{"value":"a@x.org"},{"value":"b@x.org"},{"value":"c@x.org"},{"value":"d@x.org"}"#;
    let lost = losses(&contact(&format!(
        r#"{{"nickname":"Annie","birthday":"--03-09","phones":[{phones}],"emails":[{emails}],
        "addresses":[{{"city":"Bonn"}},{{"label":"other","city":"Köln"}},{{"label":"Boat","city":"Kiel"}}],
        "website":[{{"value":"x"}},{{"value":"y"}}],"custom":{{"Shoe size":"42"}},"vcard_lines":["X-FOO:1"]}}"#
    )));
    assert_eq!(
        lost,
        [
            (Loss::Emails, 1),
            (Loss::Phones, 1),
            (Loss::PhoneLabels, 1),
            (Loss::Addresses, 2),
            (Loss::Websites, 1),
            (Loss::YearlessBirthdays, 1),
            (Loss::Nicknames, 1),
            (Loss::CustomFields, 1),
            (Loss::VcardLines, 1),
        ]
    );
}
