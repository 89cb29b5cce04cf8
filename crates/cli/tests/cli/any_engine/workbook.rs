//! Excel workbooks, vCards and compressed files on the command line: they are recognised by content, and all options
//! of an import work for their rows as for those of a CSV file.

use crate::resume::{self, End, go_on, kill, many_rows, prepared, start};
use crate::scratch::{Scratch, counts_of};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::io::Write;
use std::time::Duration;

/// A workbook of one sheet with the cells of `csv`, all as text.
fn workbook_of(csv: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in csv.lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write_string(row as u32, column as u16, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// A realistic workbook: a cover sheet, a title above the header row, and formatted dates and numbers.
fn members() -> Vec<u8> {
    let mut book = Workbook::new();
    let cover = book.add_worksheet().set_name("Cover").unwrap();
    cover.set_column_width(0, 40).unwrap();
    let sheet = book.add_worksheet().set_name("Members 2024").unwrap();
    let (zip, day) = (
        Format::new().set_num_format("00000"),
        Format::new().set_num_format("d.m.yyyy"),
    );
    sheet.write(0, 0, "Members of the club").unwrap();
    for (column, name) in ["Name", "Email", "Mobile Phone", "Zip Code", "Birthday"]
        .iter()
        .enumerate()
    {
        sheet.write(2, column as u16, *name).unwrap();
    }
    let people = [
        ("Ana Marsh", "ana@example.org", 12_025_550_101_f64, 2116, (1980, 4, 3)),
        ("Bo Lund", "bo(at)example.org", 12_025_550_102.0, 2117, (1975, 12, 31)),
        ("Cy Young", "cy@example.org", 12_025_550_103.0, 2118, (1990, 1, 2)),
    ];
    for (row, (name, email, phone, code, (y, m, d))) in (3_u32..).zip(people) {
        sheet.write(row, 0, name).unwrap();
        sheet.write(row, 1, email).unwrap();
        sheet.write(row, 2, phone).unwrap();
        sheet.write_with_format(row, 3, code, &zip).unwrap();
        let date = ExcelDateTime::from_ymd(y, m, d).unwrap();
        sheet.write_with_format(row, 4, &date, &day).unwrap();
    }
    let old = book.add_worksheet().set_name("Former").unwrap();
    old.write(0, 0, "Name").unwrap();
    old.write(0, 1, "Email").unwrap();
    old.write(1, 0, "Old Member").unwrap();
    old.write(1, 1, "old@example.org").unwrap();
    book.save_to_buffer().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_workbook_is_imported_whatever_its_name_says() {
    let scratch = Scratch::new();
    scratch.write("members.csv", members());
    let region = ["--region", "US", "--rejected", "rejected.csv"];
    assert_eq!(scratch.import("members.csv", &region), "rows 3, new 2, invalid 1");
    let contacts = scratch.contacts();
    assert_eq!(contacts[0]["birthday"], "1980-04-03");
    assert_eq!(contacts[0]["addresses"][0]["zip_code"], "02116");
    assert_eq!(contacts[0]["phones"][0]["value"], "+12025550101");
    let rejected = scratch.read("rejected.csv");
    let row = rejected.lines().nth(1).unwrap();
    assert!(row.starts_with("5,"), "the row of the sheet: {row}");
    scratch.write("rejected.csv", rejected.replace("(at)", "@"));
    assert_eq!(scratch.import("rejected.csv", &["--region", "US"]), "rows 1, new 1");
    let bo = &scratch.contacts()[2];
    assert_eq!(
        (&bo["birthday"], &bo["addresses"][0]["zip_code"]),
        (&"1975-12-31".into(), &"02117".into())
    );
}

#[test]
fn inspect_says_which_sheet_was_read_and_the_others_can_be() {
    let scratch = Scratch::new();
    scratch.write("members.xlsx", members());
    scratch.run(&["inspect", "members.xlsx"]).expect(0).says(&[
        "Excel workbook, sheet “Members 2024”",
        "--sheet reads another one: Cover, Former",
        "line 5",
    ]);
    let document = scratch.run(&["inspect", "members.xlsx", "--json"]).expect(0).json();
    let source = &document["source"];
    assert_eq!(
        (&source["format"], &source["sheet"]),
        (&"xlsx".into(), &"Members 2024".into())
    );
    assert_eq!(source["sheets"].as_array().unwrap().len(), 3);
    assert_eq!(document["header_row"], 2);
    assert_eq!(document["rows"][0]["line"], 4);
    let raw = scratch.run(&["inspect", "members.xlsx", "--raw", "--sheet", "Former"]);
    assert_eq!(raw.expect(0).out, "Name | Email\nOld Member | old@example.org\n");
    assert_eq!(scratch.import("members.xlsx", &["--sheet", "former"]), "rows 1, new 1");
    let missing = scratch.run(&["import", "members.xlsx", "--sheet", "2023", "--json"]);
    assert_eq!(missing.expect(3).error_code(), "no_such_sheet");
    scratch
        .run(&["import", "members.xlsx", "--sheet", "2023"])
        .expect(3)
        .says(&["Members 2024, Former"]);
    scratch.write("people.csv", "Name,Email\nAna,ana@example.org\n");
    let missing = scratch.run(&["import", "people.csv", "--sheet", "x", "--json"]);
    assert_eq!(missing.expect(3).error_code(), "no_such_sheet");
}

#[test]
fn a_workbook_updates_contacts_and_is_undone() {
    let scratch = Scratch::new();
    scratch.write("people.csv", "Name,Email,Job Title\nAna Marsh,ana@example.org,Clerk\n");
    assert_eq!(scratch.import("people.csv", &[]), "rows 1, new 1");
    let before = scratch.contacts();
    scratch.write(
        "book.xlsx",
        workbook_of("Name,Email,Job Title\nAna Marsh,ana@example.org,Head\nBo Lund,bo@example.org,Clerk\n"),
    );
    assert_eq!(
        scratch.import("book.xlsx", &["--duplicates", "update"]),
        "rows 2, new 1, update 1"
    );
    assert_eq!(scratch.contacts()[0]["title"], "Head");
    scratch.run(&["undo", "2"]).expect(0);
    assert_eq!(scratch.contacts(), before);
}

#[test]
fn a_workbook_that_was_interrupted_ends_as_its_table_would() {
    let many = many_rows();
    let unbroken = prepared(&many);
    unbroken.run(&resume::OPTIONS).expect(4);
    let expected = End::read(&unbroken);
    let scratch = prepared(&many);
    scratch.write("many.csv", workbook_of(&many));
    let child = start(&scratch);
    std::thread::sleep(Duration::from_millis(1500));
    kill(child);
    // The resumed import reads the table that was converted when the import began, not the workbook.
    scratch.write(
        "many.csv",
        if scratch.imports().len() == 2 {
            Vec::new()
        } else {
            workbook_of(&many)
        },
    );
    go_on(&scratch);
    End::read(&scratch).assert_equal(&expected, "a workbook that was killed");
}

#[test]
fn contacts_go_into_a_workbook_and_back_exactly() {
    let scratch = Scratch::new();
    scratch.write(
        "full.csv",
        "First Name,Last Name,Email,Mobile Phone,Zip Code,Birthday,Notes,Tags,Shoe size\n\
         =Ann,Ivers,ann@example.com,+1 202 555 0101,02116,1980-02-29,\"two\nlines\",\"a;b\",007\n\
         '=x,O'Duya,bob@example.com,,,,#N/A,,1E5\nSüleyman,Öztürk,,+49 171 3920012,,--04-01,\" \"\"x\"\", y\",vip,\n",
    );
    assert_eq!(scratch.import("full.csv", &["--unmapped", "custom"]), "rows 3, new 3");
    let export = ["export", "--format", "xlsx", "-o", "book.xlsx"];
    scratch.run(&export).expect(0).says(&["Exported 3 contacts"]);
    assert_eq!(
        scratch.import("book.xlsx", &["--duplicates", "update"]),
        "rows 3, unchanged 3"
    );
    let other = Scratch::new();
    other.write("book.xlsx", std::fs::read(scratch.path("book.xlsx")).unwrap());
    assert_eq!(other.import("book.xlsx", &[]), "rows 3, new 3");
    assert_eq!(other.contacts(), scratch.contacts());
    scratch
        .run(&[&export[..], &["--no-bom"]].concat())
        .expect(2)
        .says(&["--no-bom for CSV"]);
    let some = ["export", "--format", "xlsx", "--columns", "email", "-o", "some.xlsx"];
    scratch.run(&some).expect(0);
    let raw = scratch.run(&["inspect", "--raw", "some.xlsx"]);
    assert!(
        raw.expect(0)
            .out
            .starts_with("CrystalQore ID | CrystalQore Version | Email\n"),
        "{}",
        raw.out
    );
}

#[test]
fn an_old_workbook_is_imported_like_a_newer_one() {
    let scratch = Scratch::new();
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../exchange/tests/properties/files/members.xls"
    );
    let bytes = std::fs::read(file).unwrap();
    scratch.write("members.csv", &bytes);
    let region = ["--region", "US"];
    let inspected = scratch.run(&["inspect", "members.csv", "--json", "--region", "US"]);
    let document = inspected.expect(0).json();
    let source = &document["source"];
    assert_eq!(
        (&source["format"], &source["sheet"]),
        (&"xls".into(), &"Members".into())
    );
    assert_eq!(scratch.import("members.csv", &region), "rows 2, new 2");
    let ana = &scratch.contacts()[0];
    assert_eq!(
        (&ana["birthday"], &ana["addresses"][0]["zip_code"]),
        (&"1980-04-03".into(), &"02116".into())
    );
    assert_eq!(ana["phones"][0]["value"], "+12025550101");
    scratch.write("packed.gz", gzip(&bytes));
    assert_eq!(scratch.import("packed.gz", &region), "rows 2, duplicate 2");
}

#[test]
fn packed_tables_are_read() {
    let scratch = Scratch::new();
    let csv = "Name;E-Mail\r\nÄnne Böhm;anne@example.org\r\n";
    let latin1: Vec<u8> = csv.chars().map(|c| c as u8).collect();
    scratch.write("people.csv.gz", gzip(&latin1));
    let document = scratch.run(&["inspect", "people.csv.gz", "--json"]).expect(0).json();
    assert_eq!(document["encoding"], "windows-1252");
    assert_eq!(
        (&document["source"]["archive"], &document["source"]["format"]),
        (&"gzip".into(), &"csv".into())
    );
    assert_eq!(scratch.import("people.csv.gz", &[]), "rows 1, new 1");
    assert_eq!(scratch.contacts()[0]["last_name"], "Böhm");
    scratch.write("book.gz", gzip(&members()));
    let run = scratch.run(&["import", "book.gz", "--dry-run", "--json", "--region", "US"]);
    let document = run.expect(0).json();
    assert_eq!(counts_of(&document), "rows 3, new 2, invalid 1");
    assert_eq!(document["source"]["sheet"], "Members 2024");
    // A truncated file is rejected and leaves no files behind.
    let packed = gzip(csv.as_bytes());
    scratch.write("cut.gz", &packed[..packed.len() - 6]);
    assert_eq!(
        scratch.run(&["import", "cut.gz", "--json"]).expect(3).error_code(),
        "not_csv:gzip"
    );
    let uploads = scratch.path("data").join("uploads");
    assert!(crate::scratch::files_below(&uploads).is_empty());
}

const CARDS: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Marsh\r\nN:Marsh;Ana;;;\r\nTEL;TYPE=CELL:+1 202 555 0101\r\n\
                     EMAIL;TYPE=HOME:ana@example.org\r\nX-SHOE-SIZE:38\r\nEND:VCARD\r\n\
                     BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bo Lund\r\nN:Lund;Bo;;;\r\nEMAIL:bo(at)example.org\r\nEND:VCARD\r\n";

#[test]
fn cards_are_imported_without_a_mapping() {
    let scratch = Scratch::new();
    scratch.write("cards.csv", CARDS);
    assert_eq!(
        scratch.import("cards.csv", &["--rejected", "rejected.csv"]),
        "rows 2, new 1, invalid 1"
    );
    let ana = &scratch.contacts()[0];
    assert_eq!(
        (&ana["first_name"], &ana["last_name"]),
        (&"Ana".into(), &"Marsh".into())
    );
    assert_eq!(ana["phones"][0]["label"], "mobile");
    assert_eq!(ana["emails"][0]["label"], "home");
    let rejected = scratch.read("rejected.csv");
    assert!(
        rejected.lines().nth(1).unwrap().starts_with("9,"),
        "the line of the card: {rejected}"
    );
    scratch.write("rejected.csv", rejected.replace("(at)", "@"));
    assert_eq!(scratch.import("rejected.csv", &[]), "rows 1, new 1");
    let document = scratch.run(&["inspect", "cards.csv", "--json"]).expect(0).json();
    assert_eq!(document["source"]["format"], "vcard");
    scratch
        .run(&["inspect", "cards.csv"])
        .expect(0)
        .says(&["Format", "vCard"]);
    let changed = CARDS.replace("+1 202 555 0101", "+1 202 555 0102").replace("(at)", "@");
    scratch.write("cards.vcf", gzip(changed.as_bytes()));
    assert_eq!(
        scratch.import("cards.vcf", &["--duplicates", "update"]),
        "rows 2, update 1, unchanged 1"
    );
    scratch.run(&["undo", "3"]).expect(0);
    assert_eq!(&scratch.contacts()[0], ana);
}
