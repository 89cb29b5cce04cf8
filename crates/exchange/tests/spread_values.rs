//! Values that a file spreads over several columns, columns that hold several fields, and rows with several people.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests too")]

use exchange::judge::{Judge, Judged, Regions};
use exchange::mapping::{BoundMapping, propose};
use exchange::open::{Batch, Overrides, Records, Source, decoded, open};
use model::{Contact, Label, Region};

fn rows(text: &str, region: &str) -> Vec<Judged> {
    let source = text.as_bytes().to_vec();
    let opened = open(&source, &Overrides::default()).unwrap();
    let (layout, columns) = propose(&opened.header, opened.header_row.is_some(), &opened.sample);
    let mapping = BoundMapping::bind(&columns, &[]).unwrap();
    let judge = Judge::new(mapping, layout.map(str::to_owned)).with_regions(Regions {
        chosen: Region::from_code(region),
        ..Regions::default()
    });
    let input = decoded(&source as &dyn Source, &opened.encoding).unwrap();
    let mut records = Records::new(input, opened.dialect);
    let mut batch = Batch::default();
    let mut judged = Vec::new();
    while records.fill(&mut batch, 100).unwrap() {
        let data = batch
            .records()
            .filter(|record| opened.header_row.is_none_or(|at| record.index() > at));
        judged.extend(data.filter_map(|record| judge.judge(record)));
    }
    judged
}

fn contacts(text: &str, region: &str) -> Vec<Contact> {
    rows(text, region).into_iter().map(|row| row.contact).collect()
}

fn phones(contact: &Contact) -> Vec<&str> {
    contact.phones.iter().map(|phone| phone.phone.as_str()).collect()
}

fn emails(contact: &Contact) -> Vec<&str> {
    contact.emails.iter().map(|email| email.value.as_str()).collect()
}

fn name(contact: &Contact) -> String {
    format!("{}|{}|{}", contact.prefix, contact.first_name, contact.last_name)
}

fn street(contact: &Contact, at: usize) -> String {
    let address = &contact.addresses[at];
    format!(
        "{}|{}|{}|{}|{}",
        address.address, address.zip_code, address.city, address.state, address.country
    )
}

#[test]
fn calling_code_and_number_make_one_phone_and_no_country() {
    let contacts = contacts(
        "Name,Country Code,Phone,Email\nAna Marsh,+1,4155550171,ana@example.com\nBo Lin,44,7400123456,bo@example.com\n\
         Cem Kaya,+49,3023125173,cem@example.com\nDee Ray,61,0491570156,dee@example.com\n",
        "US",
    );
    let found: Vec<Vec<&str>> = contacts.iter().map(phones).collect();
    assert_eq!(
        found,
        [["+14155550171"], ["+447400123456"], ["+493023125173"], ["+61491570156"]]
    );
    assert!(contacts.iter().all(|contact| contact.addresses.is_empty()));
}

#[test]
fn country_codes_of_letters_are_countries() {
    let contacts = contacts("Name,City,Country Code,Phone\nAna Marsh,Salem,US,4155550171\n", "US");
    assert_eq!(street(&contacts[0], 0), "||Salem||US");
}

#[test]
fn area_code_number_and_extension_make_one_phone() {
    let contacts = contacts(
        "Vorname;Nachname;Vorwahl;Telefon;Nebenstelle\nAnna;Muster;030;23125101;12\nBernd;Probe;089;99998102;\n",
        "DE",
    );
    assert_eq!(phones(&contacts[0]), ["+493023125101;ext=12"]);
    assert_eq!(phones(&contacts[1]), ["+498999998102"]);
}

#[test]
fn day_month_and_year_make_one_birthday() {
    let contacts = contacts(
        "First Name,Last Name,Birth Day,Birth Month,Birth Year\nAna,Marsh,4,3,1985\nBo,Lin,29,February,\nCem,Kaya,,,\n",
        "US",
    );
    let days: Vec<Option<String>> = contacts
        .iter()
        .map(|contact| contact.birthday.map(|day| day.to_string()))
        .collect();
    assert_eq!(days, [Some("1985-03-04".to_owned()), Some("--02-29".to_owned()), None]);
}

#[test]
fn street_house_number_and_addition_make_one_address_and_the_prefix_belongs_to_the_last_name() {
    let contacts = contacts(
        "Voornaam,Tussenvoegsel,Achternaam,Straat,Huisnummer,Toevoeging,Postcode,Woonplaats,Land,E-mail\n\
         Loes,de,Vries,Dorpsstraat,12,A,8011 AA,Zwolle,NL,loes@example.com\n\
         Jan,van der,Berg,Kerkweg,3,,7411 AB,Deventer,NL,jan@example.com\n",
        "NL",
    );
    assert_eq!(name(&contacts[0]), "|Loes|de Vries");
    assert_eq!(name(&contacts[1]), "|Jan|van der Berg");
    assert_eq!(contacts[0].addresses.len(), 1);
    assert_eq!(street(&contacts[0], 0), "Dorpsstraat 12 A|8011 AA|Zwolle||NL");
    assert_eq!(street(&contacts[1], 0), "Kerkweg 3|7411 AB|Deventer||NL");
}

#[test]
fn a_house_number_before_the_street_stays_before_it() {
    let contacts = contacts("Name,House Number,Street,Town\nAna Marsh,12,High Street,Leeds\n", "GB");
    assert_eq!(street(&contacts[0], 0), "12 High Street||Leeds||");
}

#[test]
fn city_state_and_zip_in_one_column_are_taken_apart() {
    let american = contacts(
        "Name,Address,\"City, State, Zip\"\nAda Pine,12 Elm St,\"Springfield, IL 62704\"\nBea Oak,9 Ash Rd,\"Portland, OR 97201-1234\"\n",
        "US",
    );
    assert_eq!(street(&american[0], 0), "12 Elm St|62704|Springfield|IL|");
    assert_eq!(street(&american[1], 0), "9 Ash Rd|97201-1234|Portland|OR|");
    let german = contacts(
        "Name, Vorname;Straße;PLZ/Ort;Telefon\nMuster, Anna;Hauptstr. 1;10115 Berlin;030 23125101\n\
         Probe, Bernd;Am Markt 2;D-80331 München;089 99998102\n",
        "DE",
    );
    assert_eq!(street(&german[0], 0), "Hauptstr. 1|10115|Berlin||");
    assert_eq!(street(&german[1], 0), "Am Markt 2|80331|München||");
    assert_eq!(name(&german[0]), "|Anna|Muster");
}

#[test]
fn the_header_tells_that_names_begin_with_the_family_name() {
    for (text, expected) in [
        ("ФИО,Email\nИванов Иван,i@example.com\n", "|Иван|Иванов"),
        ("Cognome e Nome,Email\nRossi Maria,m@example.com\n", "|Maria|Rossi"),
        ("Név,E-mail\nKovács Anna,a@example.com\n", "|Anna|Kovács"),
        ("Nachname Vorname;E-Mail\nvon Berg Eva;e@example.com\n", "|Eva|von Berg"),
        (
            "Nombre y apellidos;Correo electrónico\nAna Marsh;a@example.com\n",
            "|Ana|Marsh",
        ),
    ] {
        assert_eq!(name(&contacts(text, "US")[0]), expected, "{text}");
    }
}

#[test]
fn two_columns_before_the_name_are_joined() {
    let contacts = contacts(
        "Anrede;Titel;Vorname;Nachname\nFrau;Prof. Dr.;Eva;Berg\nHerr;;Jan;Ohm\n",
        "DE",
    );
    assert_eq!(name(&contacts[0]), "Frau Prof. Dr.|Eva|Berg");
    assert_eq!(name(&contacts[1]), "Herr|Jan|Ohm");
}

#[test]
fn two_columns_of_notes_are_both_kept() {
    let contacts = contacts("Name,Notes,Comments\nAna Marsh,Met at the fair,Likes tea\n", "US");
    assert_eq!(contacts[0].notes.as_str(), "Met at the fair\nLikes tea");
}

#[test]
fn both_family_names_are_kept() {
    let contacts = contacts(
        "Nombre;Apellido paterno;Apellido materno;Correo\nAna;García;López;a@example.com\n",
        "MX",
    );
    assert_eq!(name(&contacts[0]), "|Ana|García López");
}

#[test]
fn the_attendee_is_the_contact_and_not_the_buyer() {
    let attendees = contacts(
        "Order ID,Buyer First Name,Buyer Last Name,Buyer Email,Attendee First Name,Attendee Last Name,Attendee Email,Ticket\n\
         1,Ana,Marsh,ana@example.com,Kit,Marsh,kit@example.com,Child\n1,Ana,Marsh,ana@example.com,Leo,Marsh,leo@example.com,Adult\n",
        "US",
    );
    assert_eq!(emails(&attendees[0]), ["kit@example.com"]);
    assert_eq!(name(&attendees[1]), "|Leo|Marsh");
    let tickets = contacts(
        "Number,Ticket Full Name,Ticket First Name,Ticket Last Name,Ticket Email,Order Name,Order First Name,Order Last Name,Order Email,Ticket Company Name,Ticket Phone Number\n\
         1,Kit Marsh,Kit,Marsh,kit@example.com,Ana Marsh,Ana,Marsh,ana@example.com,Acme,+14155550101\n",
        "US",
    );
    assert_eq!(emails(&tickets[0]), ["kit@example.com"]);
    assert_eq!(name(&tickets[0]), "|Kit|Marsh");
    assert_eq!(tickets[0].company.as_str(), "Acme");
}

#[test]
fn a_second_person_by_repeated_headers_stays_out() {
    let contacts = contacts(
        "Name,Phone,Email,Name,Phone,Email\nAna Marsh,415 555 0101,ana@example.com,Leo Marsh,415 555 0102,leo@example.com\n",
        "US",
    );
    assert_eq!(name(&contacts[0]), "|Ana|Marsh");
    assert_eq!(emails(&contacts[0]), ["ana@example.com"]);
    assert_eq!(phones(&contacts[0]), ["+14155550101"]);
}

#[test]
fn values_of_other_people_are_neither_values_nor_match_keys() {
    let contacts = contacts(
        "Name,Email,Spouse Email,Assistant Phone,Emergency Contact Phone\n\
         Ana Marsh,ana@example.com,leo@example.com,415 555 0102,415 555 0103\n",
        "US",
    );
    assert_eq!(emails(&contacts[0]), ["ana@example.com"]);
    assert!(contacts[0].phones.is_empty());
}

#[test]
fn a_column_named_number_is_a_phone_if_its_values_are() {
    let contacts = contacts(
        "Name,Number,Type\nAna Marsh,4155550101,Mobile\nBo Lin,4155550102,Work\nCem Kaya,+1 415 555 0103,Mobile\n",
        "US",
    );
    let labels: Vec<&Label> = contacts.iter().map(|contact| &contact.phones[0].label).collect();
    assert_eq!(
        labels,
        [&Label::exact("mobile"), &Label::exact("work"), &Label::exact("mobile")]
    );
    assert_eq!(phones(&contacts[1]), ["+14155550102"]);
}

#[test]
fn member_numbers_and_points_are_no_phones() {
    let contacts = contacts(
        "Ref,Name,Member No,Points,Tel\n4155550101,Ana Marsh,2025550143,4155550199,+1 415 555 0101\n",
        "US",
    );
    assert_eq!(phones(&contacts[0]), ["+14155550101"]);
}

#[test]
fn paths_of_a_flattened_record_are_read_with_their_labels() {
    let contacts = contacts(
        "id,names.0.givenName,names.0.familyName,emails.0.value,emails.0.type,emails.1.value,phoneNumbers[0].value,phoneNumbers[0].type,addresses/0/city,organizations.0.name\n\
         1,Ana,Marsh,ana@example.com,home,,415 555 0101,mobile,Salem,Acme\n\
         2,Bo,Lin,bo@example.com,work,ana.m@example.org,415 555 0102,work,Bend,Birch\n",
        "US",
    );
    assert_eq!(name(&contacts[0]), "|Ana|Marsh");
    assert_eq!(contacts[0].emails[0].label, Label::exact("home"));
    assert_eq!(contacts[0].phones[0].label, Label::exact("mobile"));
    assert_eq!(contacts[1].emails.len(), 2);
    assert_eq!(contacts[1].company.as_str(), "Birch");
    assert_eq!(street(&contacts[1], 0), "||Bend||");
}

#[test]
fn a_second_group_of_address_columns_is_a_second_address() {
    let contacts = contacts(
        "Name,Street,City,ZIP,Street,City,ZIP\nAna Marsh,12 Elm St,Salem,97301,9 Ash Rd,Bend,97701\n",
        "US",
    );
    assert_eq!(street(&contacts[0], 0), "12 Elm St|97301|Salem||");
    assert_eq!(street(&contacts[0], 1), "9 Ash Rd|97701|Bend||");
}

#[test]
fn four_street_lines_are_one_street() {
    let contacts = contacts(
        "Name,Address 1,Address 2,Address 3,Address 4,City\nAna Marsh,The Mill,Unit 3,Low Lane,Upper End,Leeds\n",
        "GB",
    );
    assert_eq!(
        street(&contacts[0], 0),
        "The Mill, Unit 3, Low Lane, Upper End||Leeds||"
    );
}

#[test]
fn decorated_headers_are_read() {
    let contacts = contacts(
        "First Name *,Last Name (required),E-mail Address:,📱 Mobile,Phone No. (Home),Company ▲,\"Tags, comma separated\",<b>City</b>\n\
         Ana,Marsh,ana@example.com,415 555 0101,415 555 0102,Acme,\"a,b\",Salem\n",
        "US",
    );
    assert_eq!(name(&contacts[0]), "|Ana|Marsh");
    assert_eq!(contacts[0].tags.len(), 2);
    assert_eq!(street(&contacts[0], 0), "||Salem||");
    assert_eq!(phones(&contacts[0]), ["+14155550102", "+14155550101"]);
}
