//! Files in which not all rows are contacts, judged like an import.

use crate::judge::Judge;
use crate::mapping::{BoundMapping, propose};
use crate::open::{Batch, Overrides, Records, decoded, open};

/// Returns for each row the reason why it is not a contact, otherwise its first cell.
fn rows(file: &[u8]) -> Vec<String> {
    let source = file.to_vec();
    let opened = open(&source, &Overrides::default()).unwrap();
    let (layout, columns) = propose(&opened.header, opened.header_row.is_some(), &opened.sample);
    let judge = Judge::new(BoundMapping::bind(&columns, &[]).unwrap(), layout.map(str::to_owned));
    let header: Vec<&str> = opened.header.iter().map(String::as_str).collect();
    let first = opened.header_row.map_or(0, |at| at + 1);
    let text = decoded(&source, &opened.encoding).unwrap();
    let mut records = Records::new(text, opened.dialect).of_table(&header, first.saturating_sub(1));
    let mut batch = Batch::default();
    let mut all = Vec::new();
    while records.fill(&mut batch, 5).unwrap() {
        for record in batch.records().filter(|r| r.index() >= first) {
            if let Some(judged) = judge.judge(record) {
                let wrong = judged.reasons.iter().find(|r| !r.warning);
                all.push(match wrong {
                    Some(reason) => reason.code.as_str().to_owned(),
                    None => record.get(0).unwrap_or_default().to_owned(),
                });
            }
        }
    }
    all
}

#[test]
fn lines_of_a_printed_list_are_no_contacts() {
    assert_eq!(
        rows(
            b"Name,Email,Phone\nA,,\nAda Pine,ada@example.com,\nB,,\nBea Oak,bea@example.com,\n,,\n\"Total contacts: 3\",,\n\
              \"Exported on 28 Nov 2026 by admin\",,\n\"Page 1 of 1\",,\n"
        ),
        ["footer", "Ada Pine", "footer", "Bea Oak", "footer", "footer", "footer"]
    );
    assert_eq!(
        rows(b"Name;Email\nAna;a@example.com\n-----;-----\nSeite 1 von 2;\nBo;b@example.com\nSumme: 2;\n"),
        ["Ana", "footer", "footer", "Bo", "footer"]
    );
}

#[test]
fn titles_of_groups_and_their_header_rows_are_no_contacts() {
    assert_eq!(
        rows(
            b"Contacts board,,,,\n\"Everyone we sell to\",,,,\n,,,,\nLeads,,,,\nName,Subitems,Email,Phone,Company\n\
              Ana Marsh,,ana@example.com,,Acme\n,,,,\n,,,,\nCustomers,,,,\nName,Subitems,Email,Phone,Company\n\
              Cem Kaya,,cem@example.com,,Cedar\n,,,,\n"
        ),
        ["Ana Marsh", "footer", "repeated_header", "Cem Kaya"]
    );
    assert_eq!(
        rows(b"Name,Email,City\nCustomers,,\nAna,a@example.com,Bern\nSuppliers (2),,\nBo,b@example.com,Bonn\nCher,,\n"),
        ["footer", "Ana", "footer", "Bo", "Cher"]
    );
}

#[test]
fn blank_lines_between_all_rows_make_no_notes_of_them() {
    assert_eq!(
        rows(
            b"Name,Email,City\n\nAna,a@example.com,\n\nBo,b@example.com,\n\nCher,,\n\nCem,c@example.com,\n\nDee,d@example.com,\n"
        ),
        ["Ana", "Bo", "Cher", "Cem", "Dee"]
    );
}

#[test]
fn header_rows_repeat_in_joined_files() {
    let joined =
        "\u{feff}First Name,Last Name,Company\nAna,Marsh,Acme\n\u{feff}First Name,Last Name,Company\nBo,Lin,Birch\n";
    assert_eq!(rows(joined.as_bytes()), ["Ana", "repeated_header", "Bo"]);
    assert_eq!(
        rows(
            b"First Name,Last Name,Email\nAna,Marsh,a@example.com\nFIRST NAME,LAST NAME,EMAIL\nBo,Lin,b@example.com\n"
        ),
        ["Ana", "repeated_header", "Bo"]
    );
}

#[test]
fn rows_of_a_second_table_are_no_contacts() {
    assert_eq!(
        rows(b"Name,Email,Phone\nAna,a@example.com,\n\nCompany,Address,City\nAcme,12 Elm St,Boston\nBirch,3 Oak St,Salem\n"),
        ["Ana", "second_table", "second_table", "second_table"]
    );
    let other_order =
        "First Name,Last Name,Company\nAna,Marsh,Acme\n\u{feff}Last Name,First Name,Company\nKaya,Cem,Cedar\n";
    assert_eq!(rows(other_order.as_bytes()), ["Ana", "second_table", "second_table"]);
}

#[test]
fn a_row_in_another_encoding_is_a_contact_with_a_warning() {
    let mut file = "Name,Email\nJürgen Groß,j@example.com\n".as_bytes().to_vec();
    file.extend_from_slice(b"Andr\xE9,a@example.com\n");
    assert_eq!(rows(&file), ["Jürgen Groß", "André"]);
}
