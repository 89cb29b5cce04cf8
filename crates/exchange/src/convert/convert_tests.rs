use super::test_files::{Part, converted, refusal, rows, workbook, zip};
use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;

const CSV: &str = "Name;Email\r\nÄnne Böhm;anne@example.org\r\n";
const LINKEDIN: &str = "Notes:\n\"When exporting your connection data\"\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\nAna,Marsh,https://www.linkedin.com/in/ana,,Acme,Boss,03 Jan 2024\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn refused_as(bytes: &[u8]) -> &'static str {
    refusal(bytes).code()
}

#[test]
fn text_is_left_alone() {
    for text in [CSV, "", "PK,Name\n", "Name\n=1\n"] {
        let (source, table) = converted(text.as_bytes(), None).unwrap();
        assert_eq!((source, table.len()), (None, 0));
    }
}

#[test]
fn text_in_gzip_comes_out_as_it_is() {
    let latin1: Vec<u8> = CSV.chars().map(|c| c as u8).collect();
    let (source, table) = converted(&gzip(&latin1), None).unwrap();
    let source = source.unwrap();
    assert_eq!(table, latin1);
    assert_eq!(
        (source.format, source.archive, source.is_converted()),
        (SourceFormat::Csv, Some(Archive::Gzip), false)
    );
    let long = "Name,Email\n".repeat(100_000);
    assert_eq!(converted(&gzip(long.as_bytes()), None).unwrap().1, long.as_bytes());
    let mut joined = gzip(b"Name\n");
    joined.extend(gzip(b"Ana\n"));
    assert_eq!(converted(&joined, None).unwrap().1, b"Name\nAna\n");
}

#[test]
fn a_workbook_may_be_packed_once_more() {
    let book = workbook(&[("People", "", "<row><c><v>7</v></c></row>")], "", &[]);
    for (packed, archive) in [
        (gzip(&book), Archive::Gzip),
        (zip(&[("book.xlsx", Part::Bytes(&book))]), Archive::Zip),
    ] {
        let (source, table) = converted(&packed, None).unwrap();
        let source = source.unwrap();
        assert_eq!((source.format, source.archive), (SourceFormat::Xlsx, Some(archive)));
        assert_eq!(source.sheet.as_deref(), Some("People"));
        assert_eq!(table, b"1,7\n");
    }
}

#[test]
fn the_only_table_of_an_archive_is_read() {
    let archive = zip(&[
        ("Export/", Part::Text("")),
        (
            "Export/readme.txt",
            Part::Text("Thank you for using our service.\nHave a nice day.\n"),
        ),
        ("Export/photo.jpg", Part::Bytes(b"\xFF\xD8\xFF\xE0photo")),
        ("__MACOSX/Export/._contacts.csv", Part::Text(CSV)),
        ("Export/contacts.csv", Part::Text(CSV)),
    ]);
    let (source, table) = converted(&archive, None).unwrap();
    let source = source.unwrap();
    assert_eq!(source.entry.as_deref(), Some("Export/contacts.csv"));
    assert_eq!(table, CSV.as_bytes());
}

#[test]
fn the_contacts_of_an_archive_are_known_by_their_layout() {
    let other = "Name,Date,Amount\nA,2024-01-01,5\nB,2024-01-02,6\n";
    let archive = zip(&[
        ("Positions.csv", Part::Text(other)),
        ("Connections.csv", Part::Text(LINKEDIN)),
        ("messages.csv", Part::Text(other)),
    ]);
    let (source, table) = converted(&archive, None).unwrap();
    assert_eq!(source.unwrap().entry.as_deref(), Some("Connections.csv"));
    assert_eq!(table, LINKEDIN.as_bytes());
    let groups = zip(&[
        ("Takeout/Contacts/Friends/Friends.csv", Part::Text(LINKEDIN)),
        ("Takeout/Contacts/All Contacts/All Contacts.csv", Part::Text(LINKEDIN)),
    ]);
    let (source, _) = converted(&groups, None).unwrap();
    assert_eq!(
        source.unwrap().entry.as_deref(),
        Some("Takeout/Contacts/All Contacts/All Contacts.csv")
    );
}

#[test]
fn several_tables_are_named() {
    let archive = zip(&[
        ("a.csv", Part::Text(CSV)),
        ("b.csv", Part::Text(CSV)),
        ("c.json", Part::Text("{\"a\": 1}")),
    ]);
    let error = refusal(&archive);
    assert_eq!(error.code(), "several_tables");
    assert!(error.to_string().contains("(a.csv, b.csv)"), "{error}");
}

#[test]
fn archives_without_a_table_are_refused() {
    assert_eq!(
        refused_as(&zip(&[("a.jpg", Part::Bytes(b"\xFF\xD8\xFF\xE0"))])),
        "not_csv:zip"
    );
    assert_eq!(refused_as(&zip(&[])), "not_csv:zip");
    let inner = zip(&[("a.csv", Part::Text(CSV))]);
    assert_eq!(refused_as(&zip(&[("a.zip", Part::Bytes(&inner))])), "nested_archive");
    assert_eq!(
        refused_as(&zip(&[("a.gz", Part::Bytes(&gzip(b"x")))])),
        "nested_archive"
    );
    assert_eq!(refused_as(&gzip(&inner)), "nested_archive");
    assert_eq!(refused_as(&gzip(&gzip(CSV.as_bytes()))), "nested_archive");
}

#[test]
fn cards_become_a_table_with_the_lines_of_their_file() {
    let cards = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Marsh\r\nN:Marsh;Ana;;;\r\nEMAIL;TYPE=WORK:ana@example.org\r\nEND:VCARD\r\n\r\n\
                 begin:vcard\r\nVERSION:3.0\r\nFN:Bo Lund\r\nN:Lund;Bo;;;\r\nEND:VCARD\r\n";
    let utf16: Vec<u8> = format!("\u{feff}{cards}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let archive = zip(&[
        ("Takeout/Contacts/All Contacts.vcf", Part::Text(cards)),
        ("a.html", Part::Text("<html></html>")),
    ]);
    for (bytes, packed) in [
        (cards.as_bytes().to_vec(), None),
        (utf16, None),
        (gzip(cards.as_bytes()), Some(Archive::Gzip)),
        (archive, Some(Archive::Zip)),
    ] {
        let (source, _) = converted(&bytes, None).unwrap();
        let source = source.unwrap();
        assert_eq!(
            (source.format, source.archive, source.is_converted()),
            (SourceFormat::Vcard, packed, true)
        );
        let rows = rows(&bytes, None);
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 1, 8]);
        assert!(rows[0].1.contains(&"Email (Work)".to_owned()), "{:?}", rows[0]);
        assert!(rows[1].1.contains(&"ana@example.org".to_owned()), "{:?}", rows[1]);
        assert!(rows[2].1.contains(&"Lund".to_owned()), "{:?}", rows[2]);
    }
}

#[test]
fn damaged_archives_are_refused() {
    let archive = zip(&[("a.csv", Part::Text(CSV))]);
    assert_eq!(refused_as(&archive[..archive.len() - 30]), "damaged_zip");
    let packed = gzip(CSV.as_bytes());
    assert_eq!(refused_as(&packed[..packed.len() - 9]), "not_csv:gzip");
    assert_eq!(refused_as(b"\x1F\x8B\x08nothing of the kind"), "not_csv:gzip");
    assert_eq!(refused_as(b"PK\x03\x04nothing"), "damaged_zip");
    assert_eq!(refused_as(b"PK\x05\x06"), "damaged_zip");
}

#[test]
fn archives_that_unpack_without_end_are_refused() {
    let bomb = zip(&[(
        "a.csv",
        Part::Repeated("Name,Email\n", "Ana Marsh,ana@example.org\n", 12_000_000, ""),
    )]);
    assert!(bomb.len() < 4_000_000, "{}", bomb.len());
    assert_eq!(refused_as(&bomb), "too_large_unpacked");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let block = vec![b'a'; 1 << 20];
    (0..300).for_each(|_| encoder.write_all(&block).unwrap());
    assert_eq!(refused_as(&encoder.finish().unwrap()), "too_large_unpacked");
}

#[test]
fn other_documents_say_what_they_are() {
    let document = |main: &str| {
        let root = format!(
            "<Relationships><Relationship Id=\"r\" Type=\"x/officeDocument\" Target=\"{main}\"/></Relationships>"
        );
        zip(&[
            ("[Content_Types].xml", Part::Text("<Types/>")),
            ("_rels/.rels", Part::Text(&root)),
        ])
    };
    assert_eq!(refused_as(&document("word/document.xml")), "not_csv:document");
    assert_eq!(refused_as(&document("xl/workbook.bin")), "not_csv:xlsb");
    let ods = zip(&[("mimetype", Part::Text("application/vnd.oasis.opendocument.spreadsheet"))]);
    assert_eq!(refused_as(&ods), "not_csv:ods");
    assert_eq!(
        refused_as(&zip(&[("Index/Document.iwa", Part::Text("x"))])),
        "not_csv:numbers"
    );
}

/// A compound file whose directory contains this name.
fn compound(name: &str) -> Vec<u8> {
    let mut file = vec![0; 512];
    file[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    file[30] = 9;
    file[48] = 1;
    file.extend(vec![0; 512]);
    file.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    file.resize(2048, 0);
    file
}

#[test]
fn compound_files_are_distinguished() {
    assert_eq!(refused_as(&compound("EncryptedPackage")), "encrypted_workbook");
    assert_eq!(refused_as(&compound("Workbook")), "not_csv:xls", "a damaged one");
    assert_eq!(refused_as(&compound("WordDocument")), "not_csv:document");
    assert_eq!(refused_as(b"\xD0\xCF\x11\xE0"), "not_csv:xls");
    assert_eq!(refused_as(&gzip(&compound("EncryptedPackage"))), "encrypted_workbook");
}

#[test]
fn a_sheet_is_asked_for_in_workbooks_only() {
    let error = converted(&gzip(CSV.as_bytes()), Some("People")).unwrap_err();
    assert_eq!(error.code(), "no_such_sheet");
    let error = converted(CSV.as_bytes(), Some("People")).unwrap_err();
    assert!(error.to_string().contains("no sheets"), "{error}");
}
