use super::*;

/// The rows of a table with their lines.
type Table = Vec<(u64, Vec<String>)>;

fn table_of(bytes: &[u8]) -> Result<(Table, VcardReport), OpenError> {
    let mut rows = Vec::new();
    let report = write_table(&bytes.to_vec(), &mut |line, cells| {
        rows.push((line, cells.to_vec()));
        Ok(())
    })?;
    Ok((rows, report))
}

/// Returns the filled cells of a row as `header=value`.
fn filled(rows: &Table, at: usize) -> Vec<String> {
    let cells = rows[0].1.iter().zip(&rows[at].1);
    cells
        .filter(|(_, value)| !value.is_empty())
        .map(|(header, value)| format!("{header}={value}"))
        .collect()
}

#[test]
fn every_card_is_a_row_with_its_line() {
    let file = "BEGIN:VCARD\nVERSION:3.0\nN:Hale;Ann;;;\nEMAIL;TYPE=HOME:a@x.org\nEMAIL;TYPE=HOME:b@x.org\nEND:VCARD\n\
        BEGIN:VCARD\nN:Oduya;Bob;;;\nTEL;TYPE=X-Boat:1\nX-FOO:1\nIMPP:x\nPHOTO;ENCODING=b:";
    let file = format!("{file}{}\nEND:VCARD\n", "A".repeat(50_000));
    let (rows, report) = table_of(file.as_bytes()).unwrap();
    assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 1, 7]);
    assert_eq!(
        filled(&rows, 1),
        [
            "First Name=Ann",
            "Last Name=Hale",
            "Email (Home)=a@x.org",
            "Email (Home) 2=b@x.org"
        ]
    );
    let second = filled(&rows, 2);
    assert_eq!(
        second[..4],
        [
            "First Name=Bob",
            "Last Name=Oduya",
            "Phone (Boat)=1",
            "vCard Lines=X-FOO:1\nIMPP:x"
        ]
    );
    assert!(
        second[4].starts_with("vCard Remarks=[{\"property\":\"PHOTO\""),
        "{second:?}"
    );
    assert_eq!(report.cards, 2);
}

#[test]
fn a_table_has_the_columns_of_names_in_any_case() {
    let (rows, _) = table_of(b"BEGIN:VCARD\nN:;Ann Marie;;;\nEND:VCARD\n").unwrap();
    assert!(
        rows[0]
            .1
            .starts_with(&["First Name".to_owned(), "Last Name".to_owned()]),
        "{:?}",
        rows[0]
    );
    assert_eq!(filled(&rows, 1), ["First Name=Ann Marie"]);
}

#[test]
fn members_of_groups_get_tags() {
    let file = "BEGIN:VCARD\nUID:urn:uuid:1\nN:a\nCATEGORIES:x,Club\nEND:VCARD\nBEGIN:VCARD\nUID:2\nN:b\nEND:VCARD\n\
        BEGIN:VCARD\nKIND:group\nFN:Club\nMEMBER:1\nMEMBER:urn:uuid:2\nMEMBER:3\nEND:VCARD\n";
    let (rows, report) = table_of(file.as_bytes()).unwrap();
    let tags = rows[0].1.iter().position(|header| header == "Tag").unwrap();
    assert_eq!([&rows[1].1[tags], &rows[2].1[tags]], ["x, Club", "Club"]);
    let want = VcardReport {
        cards: 2,
        groups: 1,
        missing_members: 1,
        lines_outside: 0,
    };
    assert_eq!(report, want);
}

#[test]
fn files_are_read_in_their_encoding() {
    let text = "BEGIN:VCARD\r\nN:M\u{fc}ller;J\u{f6}rg\r\nNOTE:Gr\u{fc}\u{df}e aus K\u{f6}ln\r\nEND:VCARD\r\n";
    let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(bytes)
            .collect()
    };
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    // A fold between the two bytes of the u umlaut.
    let torn = text.replace("M\u{fc}ller", "M\u{1}ller").into_bytes();
    let torn: Vec<u8> = torn
        .into_iter()
        .flat_map(|b| if b == 1 { b"\xc3\r\n \xbc".to_vec() } else { vec![b] })
        .collect();
    for bytes in [
        text.as_bytes().to_vec(),
        latin,
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        torn,
    ] {
        let (rows, _) = table_of(&bytes).unwrap();
        assert_eq!(
            filled(&rows, 1),
            [
                "First Name=J\u{f6}rg",
                "Last Name=M\u{fc}ller",
                "Notes=Gr\u{fc}\u{df}e aus K\u{f6}ln"
            ]
        );
    }
}

#[test]
fn columns_are_few_whatever_is_in_a_file() {
    let labels: String = (0..5_000)
        .map(|n| format!("BEGIN:VCARD\nN:a\nTEL;TYPE=X-L{n}:+1 202 555 {n:04}\nURL;TYPE=X-L{n}:u{n}\nEND:VCARD\n"))
        .collect();
    let many = format!("BEGIN:VCARD\n{}END:VCARD\n", "EMAIL:a@x.org\n".repeat(5_000));
    let (rows, report) = table_of(format!("{labels}{many}").as_bytes()).unwrap();
    assert_eq!(report.cards, 5_001);
    assert!(rows[0].1.len() <= 1_001, "{}", rows[0].1.len());
    assert_eq!(
        filled(&rows, 5_000),
        [
            "Last Name=a",
            "Phone (Other)=+1 202 555 4999",
            "vCard Lines=X-CRYSTALQORE-VALUE:website:L4999;u4999"
        ]
    );
    let emails: usize = filled(&rows, 5_001)
        .iter()
        .map(|cell| cell.matches("a@x.org").count())
        .sum();
    assert_eq!(emails, 5_000);
}

#[test]
fn a_file_without_cards_is_refused() {
    for bytes in [&b""[..], b"hello\n", b"MECARD:N:a;;"] {
        assert!(matches!(table_of(bytes), Err(OpenError::Refused(_))));
    }
}
