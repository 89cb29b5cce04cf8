//! Values from files that real people could not import elsewhere, read as whole files.

use super::*;
use crate::mapping::{BoundMapping, propose};
use crate::open::{Batch, Overrides, Records, Source, decoded, open};
use crate::reason::Code;
use model::{ContactRules, Region};

/// Reads a whole file in a workspace of a country, or with a chosen country for its numbers.
fn read_with(text: &str, chosen: &str, workspace: &str) -> Vec<Judged> {
    let source = text.as_bytes().to_vec();
    let opened = open(&source, &Overrides::default()).unwrap();
    let (layout, columns) = propose(&opened.header, opened.header_row.is_some(), &opened.sample);
    let mapping = BoundMapping::bind(&columns, &[]).unwrap();
    let records = || {
        let input = decoded(&source as &dyn Source, &opened.encoding).unwrap();
        Records::new(input, opened.dialect.clone())
    };
    let known = Regions {
        chosen: Region::from_code(chosen),
        fallback: Region::from_code(workspace),
        ..Regions::default()
    };
    let found = survey(records(), opened.header_row, &mapping, &ContactRules::default(), known).unwrap();
    let judge = Judge::new(mapping, layout.map(str::to_owned))
        .with_regions(Regions {
            suggested: found.region,
            rows_disagree: found.rows_disagree,
            ..known
        })
        .with_column_dates(found.dates);
    let (mut all, mut batch, mut rows) = (records(), Batch::default(), Vec::new());
    while all.fill(&mut batch, 10).unwrap() {
        let below = batch
            .records()
            .filter(|r| opened.header_row.is_none_or(|at| r.index() > at));
        rows.extend(below.filter_map(|record| judge.judge(record)));
    }
    rows
}

fn read(text: &str) -> Vec<Judged> {
    read_with(text, "US", "")
}

fn codes(row: &Judged) -> Vec<Code> {
    row.reasons.iter().map(|reason| reason.code).collect()
}

fn phones(row: &Judged) -> Vec<&str> {
    row.contact.phones.iter().map(|phone| phone.phone.as_str()).collect()
}

fn emails(row: &Judged) -> Vec<&str> {
    row.contact.emails.iter().map(|email| email.value.as_str()).collect()
}

fn birthday(row: &Judged) -> String {
    row.contact.birthday.map(|day| day.to_string()).unwrap_or_default()
}

fn name(row: &Judged) -> [&str; 4] {
    let contact = &row.contact;
    [
        &contact.prefix,
        &contact.first_name,
        &contact.middle_name,
        &contact.last_name,
    ]
    .map(model::Text::as_str)
}

fn tags(row: &Judged) -> Vec<&str> {
    row.contact.tags.iter().map(model::Text::as_str).collect()
}

#[test]
fn a_number_is_read_by_the_country_of_its_row_before_that_of_the_import() {
    let rows = read(
        "Name,Phone,Country,Email\n\
         Bo Lin,020 7946 0172,United Kingdom,bo@example.com\n\
         Cem Kaya,030 23125173,Germany,cem@example.com\n\
         Ana Marsh,(415) 555-0171,USA,ana@example.com\n\
         Zoe D,01 99 00 12 34,France,zoe@example.com\n\
         Bo Lin,2079460172,UK,bo2@example.com\n\
         Cem Kaya,3023125173,Deutschland,cem2@example.com\n\
         Pia Rossi,0212345678,Italia,pia@example.com\n\
         Dee Ray,(02) 5550 0156,AUS,dee@example.com\n\
         Mia Sol,91 123 45 67,724,mia@example.com\n\
         Jo Ito,03-1234-5678,日本,jo@example.com\n\
         Al Ray,415 555 0172,,al@example.com\n",
    );
    let read: Vec<&str> = rows.iter().flat_map(phones).collect();
    assert_eq!(
        read,
        [
            "+442079460172",
            "+493023125173",
            "+14155550171",
            "+33199001234",
            "+442079460172",
            "+493023125173",
            "+390212345678",
            "+61255500156",
            "+34911234567",
            "+81312345678",
            "+14155550172",
        ]
    );
    assert!(rows.iter().all(|row| row.reasons.is_empty()));
}

#[test]
fn a_number_that_does_not_fit_the_country_of_its_row_is_said() {
    let rows = read("Name,Phone,Country\nAnn,(415) 555-0171,Norway\n");
    assert_eq!(phones(&rows[0]), ["+14155550171"]);
    assert_eq!(codes(&rows[0]), [Code::PhoneCountry]);
    assert!(!rows[0].is_invalid());
}

#[test]
fn a_phone_is_read_by_the_country_of_the_address_of_its_label() {
    let rows = read(
        "First Name,Home Phone,Home City,Home Country,Work Phone,Work City,Work Country\n\
         Ann,030 23125173,Berlin,Germany,020 7946 0172,London,UK\n",
    );
    assert_eq!(phones(&rows[0]), ["+442079460172", "+493023125173"]);
}

#[test]
fn a_few_international_numbers_do_not_decide_the_country_of_the_others() {
    let text = "Name,Phone\nAnn,+44 20 7946 0172\nBob,+44 20 7946 0173\nCem,(415) 555-0171\nDee,415 555 0172\nEli,212 555 0103\n";
    let rows = read_with(text, "", "US");
    let read: Vec<&str> = rows.iter().flat_map(phones).collect();
    assert_eq!(read[2..], ["+14155550171", "+14155550172", "+12125550103"]);
}

#[test]
fn the_country_of_bare_numbers_is_that_in_which_most_are_valid() {
    let german = "Vorname,Nachname,Telefon\nAnn,A,030 23125101\nBob,B,089 99998102\nCem,C,0171 3920081\n";
    let rows = read_with(german, "", "US");
    assert_eq!(phones(&rows[0]), ["+493023125101"]);
    // The header is no evidence, and the workspace's country does not fit.
    let french = "Name,Phone\nAnn,01 42 34 56 78\nBob,06 12 34 56 78\nCem,02 40 12 34 56\nDee,07 56 78 12 34\n";
    let rows = read_with(french, "", "US");
    assert_eq!(phones(&rows[0]), ["+33142345678"]);
}

#[test]
fn several_phones_in_a_cell_are_several_phones() {
    let rows = read_with(
        "Name;Telefon;E-Mail\n\
         Anna;030/23125-123;anna@example.com\n\
         Bernd;030/23125124 / 0176/04069001;bernd@example.com\n\
         Carla;(089) 99998-125/126;carla@example.com\n\
         Dirk;030 23125127 oder 0176 04069002;dirk@example.com\n\
         Eva;030/23125128 (priv.), 0176 04069003 (mobil);eva@example.com\n\
         Fritz;030 23125129 / 130;fritz@example.com\n",
        "DE",
        "",
    );
    let read: Vec<Vec<&str>> = rows.iter().map(phones).collect();
    assert_eq!(
        read,
        [
            vec!["+493023125123"],
            vec!["+493023125124", "+4917604069001"],
            vec!["+498999998125", "+498999998126"],
            vec!["+493023125127", "+4917604069002"],
            vec!["+493023125128", "+4917604069003"],
            vec!["+493023125129", "+493023125130"],
        ]
    );
    let labels: Vec<&str> = rows[4]
        .contact
        .phones
        .iter()
        .map(|phone| phone.label.as_str())
        .collect();
    assert_eq!(labels, ["home", "mobile"]);
    assert_eq!(rows[4].contact.phones[0].phone.raw(), "030/23125128");
}

#[test]
fn birthdays_without_a_year_follow_the_order_of_their_column() {
    let american = "Name,Birthday\nRuth,3/14/1962\nDan,7/22\nIvy,12/1/1988\nLeo,2/29\nUma,11/30\nMay,1/2\n";
    let rows = read(american);
    let days: Vec<String> = rows.iter().map(birthday).collect();
    assert_eq!(
        days,
        ["1962-03-14", "--07-22", "1988-12-01", "--02-29", "--11-30", "--01-02"]
    );
    assert!(rows.iter().all(|row| row.reasons.is_empty()));
    let german = "Vorname;Nachname;Geburtstag\nRuth;O;14.03.1962\nDan;W;22.07.\nIvy;S;1. Dezember\nMax;S;1.2.\n";
    let days: Vec<String> = read_with(german, "", "DE").iter().map(birthday).collect();
    assert_eq!(days, ["1962-03-14", "--07-22", "--12-01", "--02-01"]);
}

#[test]
fn a_day_without_a_year_needs_another_date_in_its_column() {
    let rows = read("Name,Birthday\nPim,04/30\nQuentin,\n");
    assert_eq!(
        (birthday(&rows[0]), codes(&rows[0])),
        (String::new(), vec![Code::Birthday])
    );
    assert_eq!(rows[0].contact.custom["Birthday"].as_str(), "04/30");
    let rows = read("Name,Birthday\nPim,04/30\nQuentin,05/31\n");
    assert_eq!(birthday(&rows[0]), "--04-30");
}

#[test]
fn day_numbers_of_spreadsheets_become_birthdays_and_are_said() {
    let rows = read("Name,Birthday\nRuth,22719\nDan,31250.0\nIvy,9998\nLeo,1988-12-01\nUma,1985\n");
    let days: Vec<String> = rows.iter().map(birthday).collect();
    assert_eq!(days, ["1962-03-14", "1985-07-22", "1927-05-16", "1988-12-01", ""]);
    assert_eq!(codes(&rows[0]), [Code::SerialDate]);
    assert!(rows[0].reasons[0].message.contains("1962-03-14"));
    assert_eq!(codes(&rows[4]), [Code::Birthday]);
}

#[test]
fn dates_that_stand_for_none_are_no_birthdays() {
    let rows = read(
        "Name,Birthday\nA,0/0/00\nB,1/1/4501\nC,0000-00-00\nD,0001-01-01T00:00:00\nE,12/30/1899\nF,1900-01-00\nG,1604-05-17\nH,9999-12-31\n",
    );
    let days: Vec<String> = rows.iter().map(birthday).collect();
    assert_eq!(days, ["", "", "", "", "", "", "--05-17", ""]);
    assert!(
        rows.iter()
            .all(|row| row.contact.custom.is_empty() && row.reasons.is_empty())
    );
}

#[test]
fn an_assumed_order_of_dates_is_said_for_every_date_that_it_decides() {
    let text = "Name,Birthday\nA,03/04/1985\nB,05/06/1990\nC,1990-05-06\nD,07/07/1977\n";
    for (country, first) in [("US", "1985-03-04"), ("GB", "1985-04-03")] {
        let rows = read_with(text, "", country);
        assert_eq!(birthday(&rows[0]), first);
        let codes: Vec<_> = rows.iter().map(codes).collect();
        assert_eq!(codes, [vec![Code::DateOrder], vec![Code::DateOrder], vec![], vec![]]);
        assert!(
            rows[0].reasons[0].message.contains("assumed"),
            "{}",
            rows[0].reasons[0].message
        );
    }
    // One date that fits only one order decides the column.
    let rows = read_with(&format!("{text}E,25/12/1980\n"), "", "US");
    assert_eq!((birthday(&rows[0]), codes(&rows[0])), ("1985-04-03".to_owned(), vec![]));
}

#[test]
fn dates_in_both_orders_are_flagged() {
    let rows = read("Name,Birthday\nA,13/02/1985\nB,02/14/1985\nC,03/04/1985\n");
    let days: Vec<String> = rows.iter().map(birthday).collect();
    assert_eq!(days, ["1985-02-13", "1985-02-14", "1985-03-04"]);
    assert_eq!((codes(&rows[0]), codes(&rows[2])), (vec![], vec![Code::DateOrder]));
    assert!(
        rows[2].reasons[0].message.contains("both orders"),
        "{}",
        rows[2].reasons[0].message
    );
}

#[test]
fn what_a_script_wrote_for_empty_cells_is_empty() {
    let rows = read(
        "full_name,email,phone,zip,birthday\n\
         Ana Marsh,ana@example.com,4155550151.0,2134.0,1985-03-04 00:00:00\n\
         Bo Lin,nan,nan,nan,NaT\n\
         Cem Kaya,cem@example.com,14155550152.0,94105.0,\n\
         None,none@example.com,<NA>,,nan\n\
         Nan Goldberg,nan.g@example.com,,10001.0,\n\
         Eva Null,NULL,\\N,N/A,null\n",
    );
    assert!(rows.iter().all(|row| !row.is_invalid()));
    assert_eq!(
        (phones(&rows[0]), birthday(&rows[0]).as_str()),
        (vec!["+14155550151"], "1985-03-04")
    );
    assert_eq!(name(&rows[1]), ["", "Bo", "", "Lin"]);
    assert!(
        rows[1].contact.emails.is_empty() && rows[1].contact.phones.is_empty() && rows[1].contact.custom.is_empty()
    );
    assert!(rows[1].contact.addresses.is_empty());
    assert_eq!(name(&rows[3]), ["", "", "", ""]);
    assert_eq!(name(&rows[4]), ["", "Nan", "", "Goldberg"]);
    assert_eq!(name(&rows[5]), ["", "Eva", "", "Null"]);
    assert!(rows[5].contact.emails.is_empty() && rows[5].contact.birthday.is_none());
}

#[test]
fn a_first_name_that_looks_like_a_placeholder_stays() {
    let rows = read(
        "First Name,Last Name,Email\nNan,Goldberg,nan@example.com\nKim,Na,na@example.com\nJo,Null,null@example.com\n",
    );
    assert_eq!(name(&rows[0]), ["", "Nan", "", "Goldberg"]);
    assert_eq!(name(&rows[1]), ["", "Kim", "", "Na"]);
    assert_eq!(name(&rows[2]), ["", "Jo", "", "Null"]);
}

#[test]
fn html_entities_in_values_are_undone() {
    let rows = read(
        "First Name,Last Name,Company,Email,Notes\n\
         Zo&eacute;,O&#039;Brien,Dupr&eacute; &amp; Fils,zoe@example.com,Dit &quot;bonjour&quot;\n\
         Luc,D&rsquo;Arcy,Caf&eacute; Lut&egrave;ce,luc@example.com,AT&T; B\n",
    );
    assert_eq!(name(&rows[0]), ["", "Zoé", "", "O'Brien"]);
    assert_eq!(rows[0].contact.company.as_str(), "Dupré & Fils");
    assert_eq!(rows[0].contact.notes.as_str(), "Dit \"bonjour\"");
    assert_eq!(
        (name(&rows[1])[3], rows[1].contact.company.as_str()),
        ("D’Arcy", "Café Lutèce")
    );
    assert_eq!(rows[1].contact.notes.as_str(), "AT&T; B");
}

#[test]
fn several_emails_in_a_cell_are_several_emails() {
    let rows = read(
        "Organisation,Email\n\
         Harbour Council,\"foi@example.com\nrecords@example.org\"\n\
         Hill Board,a.board@example.com b.board@example.com\n\
         River Trust,\"Marquez, Ana <ana@example.com>; Bo Lin <bo@example.com>;\"\n\
         Lake Office,\"<lake@example.com>,\"\n\
         Pier Club,pier@example.com or club@example.org\n\
         Dock Union,dock@example.com (office); boss@example.com (private)\n\
         Quay Ltd,mailto:quay@example.com?subject=Hi\n",
    );
    let read: Vec<Vec<&str>> = rows.iter().map(emails).collect();
    assert_eq!(
        read,
        [
            vec!["foi@example.com", "records@example.org"],
            vec!["a.board@example.com", "b.board@example.com"],
            vec!["ana@example.com", "bo@example.com"],
            vec!["lake@example.com"],
            vec!["pier@example.com", "club@example.org"],
            vec!["dock@example.com", "boss@example.com"],
            vec!["quay@example.com"],
        ]
    );
    let labels: Vec<&str> = rows[5]
        .contact
        .emails
        .iter()
        .map(|email| email.label.as_str())
        .collect();
    assert_eq!(labels, ["work", "home"]);
}

#[test]
fn a_bad_email_among_good_ones_is_named_alone() {
    let rows = read("Name,Email\nAnn,a@example.com; nonsense\n");
    assert_eq!(codes(&rows[0]), [Code::Email]);
    assert_eq!(rows[0].reasons[0].value, "nonsense");
    assert_eq!(emails(&rows[0]), ["a@example.com"]);
}

#[test]
fn several_addresses_in_the_cells_of_one_become_addresses_of_their_own() {
    let rows = read(
        "Name,Given Name,Family Name,Address 1 - Type,Address 1 - Street,Address 1 - City,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country\n\
         Ada Pine,Ada,Pine,Home,12 Elm St ::: 80 Bay Ave,Springfield ::: Salem,IL ::: OR,62704 ::: 97301,US ::: US\n",
    );
    let addresses: Vec<String> = rows[0]
        .contact
        .addresses
        .iter()
        .map(|a| {
            format!(
                "{}: {}, {} {} {}, {}",
                a.label, a.address, a.city, a.state, a.zip_code, a.country
            )
        })
        .collect();
    assert_eq!(
        addresses,
        [
            "home: 12 Elm St, Springfield IL 62704, US",
            "home 2: 80 Bay Ave, Salem OR 97301, US"
        ]
    );
}

#[test]
fn lists_of_programs_are_lists() {
    let rows = read(
        "name,emails,phones,tags\n\
         Ana Marsh,\"['ana@example.com', 'ana.m@example.org']\",\"[{\"\"number\"\":\"\"4155550101\"\",\"\"callingCode\"\":\"\"+1\"\"}]\",\"['vip', 'lead']\"\n\
         Bo Lin,\"[\"\"bo@example.com\"\"]\",\"[\"\"+1 415 555 0102\"\", \"\"+1 415 555 0103\"\"]\",[]\n\
         Cem Kaya,[],[],\n\
         Di Fox,\"{di@example.com,fox@example.org}\",\"{4155550104}\",\"{vip,lead}\"\n",
    );
    assert!(rows.iter().all(|row| !row.is_invalid()), "{rows:?}");
    assert_eq!(emails(&rows[0]), ["ana@example.com", "ana.m@example.org"]);
    assert_eq!(
        (phones(&rows[0]), tags(&rows[0])),
        (vec!["+14155550101"], vec!["vip", "lead"])
    );
    assert_eq!(
        (phones(&rows[1]), tags(&rows[1])),
        (vec!["+14155550102", "+14155550103"], vec![])
    );
    assert!(rows[2].contact.emails.is_empty() && rows[2].contact.phones.is_empty());
    assert_eq!(
        (emails(&rows[3]), tags(&rows[3])),
        (vec!["di@example.com", "fox@example.org"], vec!["vip", "lead"])
    );
}

#[test]
fn a_salutation_and_the_titles_in_a_name_are_joined() {
    let rows = read(
        "Salutation,Name,Email\n\
         Herr,Dr. med. Jan van der Berg,jan@example.com\n\
         Frau,Prof. Dr. Eva Muster-Beispiel,eva@example.com\n\
         Familie,Klein,klein@example.com\n\
         Ms,Dr. Jane Doe,jane@example.com\n\
         Mr,Prof. Sam Poe,sam@example.com\n\
         ,Prof. Dr.-Ing. Uwe Klein,uwe@example.com\n\
         Herr,Weber,weber@example.com\n\
         Dr.,Dr. Ada Lang,ada@example.com\n\
         Mme,Curie,curie@example.com\n\
         Firma,Kalkwerk Ost,ost@example.com\n",
    );
    let names: Vec<[&str; 4]> = rows.iter().map(name).collect();
    assert_eq!(
        names,
        [
            ["Herr Dr. med.", "Jan", "", "van der Berg"],
            ["Frau Prof. Dr.", "Eva", "", "Muster-Beispiel"],
            ["Familie", "", "", "Klein"],
            ["Ms Dr.", "Jane", "", "Doe"],
            ["Mr Prof.", "Sam", "", "Poe"],
            ["Prof. Dr.-Ing.", "Uwe", "", "Klein"],
            ["Herr", "", "", "Weber"],
            ["Dr.", "Ada", "", "Lang"],
            ["Mme", "", "", "Curie"],
            ["", "", "", ""],
        ]
    );
    assert_eq!(rows[9].contact.company.as_str(), "Kalkwerk Ost");
}

#[test]
fn an_address_within_exchange_costs_nobody_a_contact() {
    let rows = read(
        "First Name,Last Name,E-mail Address\n\
         Ana,Marsh,/O=EXAMPLE/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=AMARSH\n\
         Bo,Lin,SMTP:bo@example.com\n",
    );
    assert!(!rows[0].is_invalid() && rows[0].contact.emails.is_empty());
    assert_eq!(codes(&rows[0]), [Code::Email]);
    assert_eq!(emails(&rows[1]), ["bo@example.com"]);
}

#[test]
fn labels_of_apple_are_read() {
    let rows = read(
        "First name,Last name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,E-mail 1 - Label,E-mail 1 - Value\n\
         Ana,Marsh,_$!<Mobile>!$_,415 555 0101,_$!<Home>!$_,415 555 0102,_$!<Work>!$_,ana@example.com\n\
         Bo,Lin,iPhone,415 555 0103,Boat,415 555 0104,_$!<Other>!$_,bo@example.com\n",
    );
    let labels = |row: &Judged| -> Vec<String> {
        let phones = row.contact.phones.iter().map(|phone| phone.label.to_string());
        phones
            .chain(row.contact.emails.iter().map(|email| email.label.to_string()))
            .collect()
    };
    assert_eq!(labels(&rows[0]), ["home", "mobile", "work"]);
    assert_eq!(labels(&rows[1]), ["mobile", "Boat", "other"]);
}

#[test]
fn names_keep_their_nicknames_and_couples_their_names() {
    let rows = read(
        "Full Name,Email\n\
         \"Smith, John\",a1@example.com\n\
         \"Smith, John Jr.\",a2@example.com\n\
         \"van der Berg, Jan\",a3@example.com\n\
         \"Dr. Jane Doe, PhD\",a4@example.com\n\
         John & Mary Smith,a5@example.com\n\
         \"Acme, Inc.\",a6@example.com\n\
         Mr. and Mrs. Robert Hale,a7@example.com\n\
         \"Garcia Lopez, Maria del Carmen\",a9@example.com\n\
         (Bob) Robert Hale,a11@example.com\n\
         \"Hale, Robert (Bob)\",a12@example.com\n",
    );
    let names: Vec<[&str; 4]> = rows.iter().map(name).collect();
    assert_eq!(
        names,
        [
            ["", "John", "", "Smith"],
            ["", "John", "", "Smith"],
            ["", "Jan", "", "van der Berg"],
            ["Dr.", "Jane", "", "Doe"],
            ["", "John & Mary", "", "Smith"],
            ["", "", "", ""],
            ["Mr. and Mrs.", "Robert", "", "Hale"],
            ["", "Maria", "del Carmen", "Garcia Lopez"],
            ["", "Robert", "", "Hale"],
            ["", "Robert", "", "Hale"],
        ]
    );
    assert_eq!(rows[5].contact.company.as_str(), "Acme, Inc.");
    assert_eq!(rows[9].contact.nickname.as_str(), "Bob");
}

#[test]
fn texts_that_spreadsheets_were_made_to_keep_are_read() {
    let rows = read(
        "Name,Email,Zip,Phone\n\
         Ana Marsh,ana@example.com,\"=\"\"02134\"\"\",\"=\"\"+14155550101\"\"\"\n\
         Bo Lin,bo@example.com,=\"02135\",=\"4155550102\"\n\
         Cem Kaya,cem@example.com,'02136,'+14155550103\n\
         Dee Ray,dee@example.com,\"\t02137\",\"\t+14155550104\"\n",
    );
    let read: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row.contact.addresses[0].zip_code.as_str(), phones(row)[0]))
        .collect();
    assert_eq!(
        read,
        [
            ("02134", "+14155550101"),
            ("02135", "+14155550102"),
            ("02136", "+14155550103"),
            ("02137", "+14155550104"),
        ]
    );
}

#[test]
fn years_of_two_digits_are_years_of_living_people() {
    let rows = read_with(
        "Name,Date of Birth\nA,25/11/58\nB,03/02/67\nC,30/06/04\nD,14/09/31\n",
        "GB",
        "",
    );
    let days: Vec<String> = rows.iter().map(birthday).collect();
    assert_eq!(days, ["1958-11-25", "1967-02-03", "2004-06-30", "1931-09-14"]);
}

#[test]
fn international_numbers_without_plus_are_read_in_their_country_only() {
    let rows = read_with(
        "Name,Mobile\nAna,61491570156\nBo,61491570157\nCem,0491 570 158\n",
        "AU",
        "",
    );
    let read: Vec<&str> = rows.iter().flat_map(phones).collect();
    assert_eq!(read, ["+61491570156", "+61491570157", "+61491570158"]);
    let rows = read_with("Nom,GSM\nZoe,33639981234\nLuc,0470123456\n", "BE", "");
    assert_eq!(
        (codes(&rows[0]), phones(&rows[1])),
        (vec![Code::Phone], vec!["+32470123456"])
    );
}

#[test]
fn countries_of_rows_that_do_not_fit_their_numbers_are_not_used() {
    // American numbers of people who live elsewhere; as many of them are valid there by chance.
    let mut file = "Name,Phone,Country\n".to_owned();
    for n in 0..40 {
        let country = ["India", "Italy", "Germany", "Japan"][n % 4];
        file += &format!("Ann {n},(415) 555-{:04},{country}\n", 2671 + n);
    }
    file += "Bo,3179687870,Italy\n";
    let rows = read(&file);
    assert!(rows.iter().all(|row| codes(row).is_empty()));
    assert_eq!(phones(&rows[40]), ["+13179687870"]);
    let few = read("Name,Phone,Country\nBo,2079460172,United Kingdom\nCy,3023125173,Germany\n");
    assert_eq!(
        (phones(&few[0]), phones(&few[1])),
        (vec!["+442079460172"], vec!["+493023125173"])
    );
}

#[test]
fn rows_without_country_are_read_by_that_of_the_others() {
    let rows = read_with(
        "Name,Phone,Country\nBo,(503) 555-0131,United States\nCy,(503) 555-0133,\n",
        "",
        "",
    );
    assert_eq!(phones(&rows[1]), ["+15035550133"]);
    assert!(codes(&rows[1]).is_empty());
}

#[test]
fn answers_of_yes_and_no_are_no_values_whatever_the_header_says() {
    let rows = read("Name,Email,Emailing,Direct Mail Email\nAnn Ivers,ann@example.com,No,No\nBob Oduya,,No,Yes\n");
    assert_eq!(emails(&rows[0]), ["ann@example.com"]);
    assert!(rows.iter().all(|row| codes(row).is_empty()));
}

#[test]
fn numbers_of_orders_are_no_names() {
    let rows = read("Name,Billing Name,Email\n#1001,Ella Stone,ella@example.com\n#1002,Ray Hill,ray@example.com\n");
    assert_eq!(name(&rows[0]), ["", "Ella", "", "Stone"]);
}

#[test]
fn a_line_that_the_street_has_already_is_not_repeated() {
    let rows = read(
        "Name,Street Address,Street Number,Street Name,Address 2,City,Zip\n\
         Ivy Hale,14 Oak Rd NW,14,Oak Rd NW,Box 2,Akron,44301\n",
    );
    assert_eq!(rows[0].contact.addresses[0].address.as_str(), "14 Oak Rd NW, Box 2");
}

#[test]
fn a_company_among_the_forms_of_address_is_no_title() {
    let rows = read(
        "Anrede;Firma;Nachname;Ansprechpartner;E-Mail\n\
         Firma;Holz AG;;Herr Klaus Span;info@example.com\n\
         Firma;;Stahl GmbH;;stahl@example.com\n\
         Frau;;Weber;;weber@example.com\n",
    );
    assert_eq!(name(&rows[0]), ["Herr", "Klaus", "", "Span"]);
    assert_eq!(name(&rows[1]), ["", "", "", ""]);
    assert_eq!(rows[1].contact.company.as_str(), "Stahl GmbH");
    assert_eq!(name(&rows[2]), ["Frau", "", "", "Weber"]);
}

#[test]
fn a_whole_name_completes_a_family_name() {
    let rows = read(
        "Display Name,First Name,Last Name,Email\n\
         Ann Ivers,,Ivers,ann@example.com\nAnn Ivers,Ann,,b@example.com\nThe Ivers,,Oduya,c@example.com\n",
    );
    assert_eq!(name(&rows[0]), ["", "Ann", "", "Ivers"]);
    assert_eq!(name(&rows[1]), ["", "Ann", "", "Ivers"]);
    assert_eq!(name(&rows[2]), ["", "", "", "Oduya"]);
}

#[test]
fn the_company_before_a_name_is_no_part_of_it() {
    let rows = read("Display Name,Company,Email\n\"Dubois SA, Jean Petit\",Dubois SA,jean@example.com\n");
    assert_eq!(name(&rows[0]), ["", "Jean", "", "Petit"]);
}

#[test]
fn titles_stand_before_names_that_begin_with_the_family_name() {
    let rows =
        read("Név;E-mail cím;Település\nDr. Kovács Éva;eva@example.com;Budapest\nSzabó Péter;p@example.com;Pécs\n");
    assert_eq!(name(&rows[0]), ["Dr.", "Éva", "", "Kovács"]);
    assert_eq!(name(&rows[1]), ["", "Péter", "", "Szabó"]);
}

#[test]
fn a_birthday_without_year_is_read_as_cards_write_it() {
    let rows = read("fn,bday\nEva Zahn,--0709\nRolf Zahn,19650708\n");
    assert_eq!(birthday(&rows[0]), "--07-09");
    assert!(codes(&rows[0]).is_empty());
}

#[test]
fn the_day_of_birth_of_whole_dates_is_the_birthday() {
    let rows = read("Naam,Geboortedag,Woonplaats\nAnna Smit,1964-03-12,Utrecht\n");
    assert_eq!(birthday(&rows[0]), "1964-03-12");
}

#[test]
fn a_company_that_was_not_provided_is_none() {
    let rows = read("Name,Company\nKen Ohm,[not provided]\n");
    assert_eq!(rows[0].contact.company.as_str(), "");
}

#[test]
fn an_address_in_json_is_taken_apart() {
    let rows = read(
        "email,name,address\n\
         p@example.com,Pia Dorn,\"{\"\"street\"\":\"\"1 N St\"\",\"\"city\"\":\"\"Salem\"\",\"\"zip\"\":\"\"01970\"\"}\"\n\
         r@example.com,Ron Eck,{}\n",
    );
    let address = &rows[0].contact.addresses[0];
    let parts = [&address.address, &address.city, &address.zip_code].map(model::Text::as_str);
    assert_eq!(parts, ["1 N St", "Salem", "01970"]);
    assert!(rows[1].contact.addresses.is_empty());
}

#[test]
fn a_value_in_the_column_of_another_kind_is_kept_and_said() {
    let rows = read(
        "Name,Phone,Email\n\
         Ann Ivers,ann@example.com,\n\
         Bo Lin,,415 555 0101\n\
         Cem Kaya,415 555 0102 / cem@example.com,nobody\n",
    );
    assert_eq!(
        (emails(&rows[0]), codes(&rows[0])),
        (vec!["ann@example.com"], vec![Code::OtherColumn])
    );
    assert_eq!(
        (phones(&rows[1]), codes(&rows[1])),
        (vec!["+14155550101"], vec![Code::OtherColumn])
    );
    assert!(!rows[0].is_invalid() && !rows[1].is_invalid());
    assert_eq!(
        (phones(&rows[2]), emails(&rows[2])),
        (vec!["+14155550102"], vec!["cem@example.com"])
    );
    assert_eq!(codes(&rows[2]), [Code::OtherColumn, Code::Email]);
}

#[test]
fn an_international_number_without_plus_is_suggested_with_it() {
    let rows = read("Name,Phone\nAnn Ivers,493023125163\nBo Lin,3023125163\n");
    assert_eq!(rows[0].reasons[0].suggestion.as_deref(), Some("+493023125163"));
    assert!(rows[0].is_invalid());
}

#[test]
fn a_number_is_international_beside_its_whatsapp_id() {
    let rows = read(
        "Chat ID,Name,Phone\n493023125163@c.us,Ann Ivers,493023125163\n33199001234@s.whatsapp.net,Bo \
         Lin,33199001234\n493023125164@c.us,Cem Kaya,493023125163\n",
    );
    assert_eq!(phones(&rows[0]), ["+493023125163"]);
    assert_eq!(phones(&rows[1]), ["+33199001234"]);
    assert!(rows[2].is_invalid());
}

#[test]
fn a_whole_name_is_split_beside_a_column_of_middle_names() {
    let rows = read("Full Name,Middle Name,Email\nAnn Ivers,Lee,ann@example.com\n");
    assert_eq!(name(&rows[0]), ["", "Ann", "Lee", "Ivers"]);
}

#[test]
fn a_second_whole_name_is_taken_where_the_first_is_empty() {
    let rows = read("Saved Name,Public Name,Email\nAnn Ivers,Annie,a@example.com\n,Bo Lin,b@example.com\n");
    assert_eq!(name(&rows[0]), ["", "Ann", "", "Ivers"]);
    assert_eq!(name(&rows[1]), ["", "Bo", "", "Lin"]);
}

#[test]
fn notes_in_html_become_plain_text() {
    let rows = read("Name,Email,Notes\nAnn Ivers,a@example.com,<p>Likes <b>tea</b> &amp; cakes</p><p>Call</p>\n");
    assert_eq!(rows[0].contact.notes.as_str(), "Likes tea & cakes\nCall");
}

#[test]
fn whole_names_under_a_spanish_header_have_two_family_names() {
    let rows = read("Nombre,Correo electrónico\nNuria Soler Gil,n@example.com\n");
    assert_eq!(name(&rows[0]), ["", "Nuria", "", "Soler Gil"]);
}

#[test]
fn a_name_that_people_go_by_is_the_nickname_and_an_addition_is_part_of_the_street() {
    let rows = read("First Name,Goes By,Last Name,Email\nRobert,Bob,Hale,bob@example.com\nAnn,,Ivers,a@example.com\n");
    assert_eq!(rows[0].contact.nickname.as_str(), "Bob");
    let rows = read("Name,Vorname,Straße,Zusatz,PLZ,Ort\nMuster,Eva,Lindenstr. 12,Hinterhaus,50667,Köln\n");
    assert_eq!(
        rows[0].contact.addresses[0].address.as_str(),
        "Lindenstr. 12, Hinterhaus"
    );
}
