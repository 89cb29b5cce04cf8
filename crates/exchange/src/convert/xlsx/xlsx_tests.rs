use crate::convert::test_files::{Part, converted, first_row, refusal, rows, workbook};
use crate::open::{OpenError, Overrides, Refusal, open};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

/// A workbook with one sheet that has these rows.
fn one_sheet(rows: &str) -> Vec<u8> {
    workbook(&[("Sheet1", "", rows)], "", &[])
}

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

#[test]
fn a_workbook_of_another_program_is_read_as_people_see_it() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Contacts").unwrap();
    let zip = Format::new().set_num_format("00000");
    let day = Format::new().set_num_format("dd/mm/yyyy");
    for (column, name) in ["Name", "Zip", "Phone", "Birthday", "Active", "Score", "Note"]
        .iter()
        .enumerate()
    {
        sheet.write(0, column as u16, *name).unwrap();
    }
    sheet.write(1, 0, "Ana \"A\" Marsh, Ltd").unwrap();
    sheet.write_with_format(1, 1, 2116, &zip).unwrap();
    sheet.write(1, 2, 441_234_567_890_f64).unwrap();
    let date = ExcelDateTime::from_ymd(1980, 4, 3).unwrap();
    sheet.write_with_format(1, 3, &date, &day).unwrap();
    sheet.write(1, 4, true).unwrap();
    sheet.write_formula(1, 5, Formula::new("=1+1").set_result("2")).unwrap();
    sheet.write(1, 6, "=SUM(A1)").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let (source, _) = converted(&bytes, None).unwrap();
    assert_eq!(source.unwrap().sheet.as_deref(), Some("Contacts"));
    let read = rows(&bytes, None);
    assert_eq!(read[1].0, 2);
    assert_eq!(
        read[1].1,
        texts(&[
            "Ana \"A\" Marsh, Ltd",
            "02116",
            "441234567890",
            "1980-04-03",
            "TRUE",
            "2",
            "=SUM(A1)"
        ])
    );
}

#[test]
fn every_kind_of_cell_has_its_text() {
    let cells = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r></is></c>\
                 <c r=\"B1\" t=\"str\"><f>A1&amp;\"x\"</f><v>inlinex</v></c><c r=\"C1\" t=\"b\"><v>0</v></c>\
                 <c r=\"D1\" t=\"e\"><v>#N/A</v></c><c r=\"E1\" t=\"d\"><v>2024-05-06T00:00:00Z</v></c>\
                 <c r=\"F1\"><v>1.5E3</v></c><c r=\"G1\" t=\"s\"><v>7</v></c><c r=\"H1\" t=\"s\"><v>0</v></c></row>";
    let shared = (
        "xl/sharedStrings.xml",
        Part::Text("<sst uniqueCount=\"1\"><si><t>shared</t></si></sst>"),
    );
    let bytes = workbook(&[("S", "", cells)], "", &[shared]);
    assert_eq!(
        first_row(&bytes),
        ["inline", "inlinex", "FALSE", "", "2024-05-06", "1500", "", "shared"]
    );
}

#[test]
fn places_may_be_left_out_and_prefixes_used() {
    let rows_xml = "<x:sheetData><x:row><x:c t=\"str\"><x:v>a</x:v></x:c><x:c/><x:c t=\"str\"><x:v>c</x:v></x:c></x:row>\
                    <x:row r=\"4\"><x:c r=\"B4\" t=\"str\"><x:v>b</x:v></x:c></x:row><x:row><x:c><x:v>5</x:v></x:c></x:row></x:sheetData>";
    let bytes = workbook(&[("S", "", &rows_xml.replace("x:", ""))], "", &[]);
    let plain = rows(&bytes, None);
    assert_eq!(plain[0], (1, texts(&["a", "", "c"])));
    assert_eq!(plain[1], (4, texts(&["", "b", ""])));
    assert_eq!(plain[2], (5, texts(&["5", "", ""])));
    let prefixed = format!("<x:worksheet>{rows_xml}</x:worksheet>");
    let bytes = workbook(
        &[("S", "", "")],
        "",
        &[("xl/worksheets/sheet0.xml", Part::Text(&prefixed))],
    );
    assert_eq!(rows(&bytes, None), plain);
}

#[test]
fn formulas_without_a_value_and_cut_numbers_are_counted() {
    let bytes = one_sheet(
        "<row><c><f>1+1</f></c><c><f>A1</f><v></v></c><c t=\"str\"><f>\"\"</f><v></v></c><c><v>4.41234567890123E+17</v></c></row>",
    );
    let (source, _) = converted(&bytes, None).unwrap();
    let source = source.unwrap();
    assert_eq!((source.formulas_without_value, source.cut_numbers), (2, 1));
}

#[test]
fn days_of_1904_are_four_years_later() {
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"170\" formatCode=\"d\\.m\\.yyyy\"/></numFmts>\
                  <cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs><cellXfs><xf/><xf numFmtId=\"170\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    let cells = "<row><c s=\"1\"><v>43538</v></c><c s=\"2\"><v>43538</v></c><c s=\"9\"><v>43538</v></c></row>";
    let part = || ("xl/styles.xml", Part::Text(styles));
    let of_1904 = workbook(&[("S", "", cells)], "<workbookPr date1904=\"1\"/>", &[part()]);
    assert_eq!(first_row(&of_1904), ["2023-03-15", "2023-03-15", "43538"]);
    let of_1900 = workbook(&[("S", "", cells)], "<workbookPr/>", &[part()]);
    assert_eq!(first_row(&of_1900)[0], "2019-03-14");
}

#[test]
fn the_first_visible_sheet_with_values_is_read_and_others_on_request() {
    let filled = |text: &str| format!("<row><c t=\"str\"><v>{text}</v></c></row>");
    let (hidden, first, second) = (filled("hidden"), filled("first"), filled("second"));
    let sheets = [
        ("Secret", "state=\"hidden\"", hidden.as_str()),
        ("Cover", "", "<row><c s=\"1\"/></row>"),
        ("People &amp; more", "", first.as_str()),
        ("Old", "", second.as_str()),
    ];
    let bytes = workbook(&sheets, "", &[]);
    let (source, _) = converted(&bytes, None).unwrap();
    let source = source.unwrap();
    assert_eq!(source.sheet.as_deref(), Some("People & more"));
    assert_eq!(source.other_sheets().collect::<Vec<_>>(), ["Secret", "Cover", "Old"]);
    assert_eq!(rows(&bytes, Some("old"))[0].1, ["second"]);
    assert_eq!(rows(&bytes, Some("Secret"))[0].1, ["hidden"]);
    let error = converted(&bytes, Some("Nobody")).unwrap_err();
    assert_eq!(error.code(), "no_such_sheet");
    assert!(
        error.to_string().contains("Secret, Cover, People & more, Old"),
        "{error}"
    );
    let error = converted(&bytes, Some("Cover")).unwrap_err();
    assert!(matches!(error, OpenError::Refused(Refusal::EmptyWorkbook)), "{error}");
    let only_hidden = workbook(&sheets[..1], "", &[]);
    assert_eq!(first_row(&only_hidden), ["hidden"]);
}

#[test]
fn a_header_of_two_lines_with_merged_names_is_one() {
    let cell = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"str\"><v>{text}</v></c>");
    let xml = format!(
        "<sheetData><row r=\"1\">{}</row><row r=\"2\">{}{}<c r=\"C2\"/>{}</row><row r=\"3\"><c r=\"A3\"/>{}{}{}</row><row r=\"4\">{}{}{}</row>\
         <row r=\"5\">{}{}{}</row></sheetData><mergeCells><mergeCell ref=\"A1:D1\"/><mergeCell ref=\"A2:A3\"/><mergeCell ref=\"B2:C2\"/><mergeCell ref=\"D2:D3\"/>\
         <mergeCell ref=\"D4:D5\"/></mergeCells>",
        cell("A1", "Members of the club"),
        cell("A2", "Name"),
        cell("B2", "Contact"),
        cell("D2", "City"),
        cell("B3", "Email"),
        cell("C3", "Phone"),
        "",
        cell("A4", "Ana Marsh"),
        cell("B4", "ana@example.org"),
        cell("D4", "Bern"),
        cell("A5", "Bo Lund"),
        cell("B5", "bo@example.org"),
        ""
    );
    let bytes = one_sheet(&xml);
    let (_, table) = converted(&bytes, None).unwrap();
    let opened = open(
        &table,
        &Overrides {
            converted: true,
            ..Overrides::default()
        },
    )
    .unwrap();
    assert_eq!(opened.header, ["Name", "Email", "Phone", "City"]);
    assert_eq!(opened.header_row, Some(2));
    let all = rows(&bytes, None);
    assert_eq!(all[3], (4, texts(&["Ana Marsh", "ana@example.org", "", "Bern"])));
    assert_eq!(
        all[4],
        (5, texts(&["Bo Lund", "bo@example.org", "", ""])),
        "rows of contacts stay as they are"
    );
}

#[test]
fn formatted_rows_without_values_are_passed_over() {
    let row = "<row r=\"2\"><c r=\"A2\" t=\"str\"><v>Ana</v></c></row>";
    let begin = format!("<worksheet><sheetData>{row}");
    let last = "<row r=\"1048576\"><c r=\"A1048576\" t=\"str\"><v>last</v></c><c r=\"XFD1048576\" s=\"1\"/></row></sheetData></worksheet>";
    let empty = Part::Repeated(&begin, "<row><c s=\"1\"/><c s=\"1\"/></row>", 200_000, last);
    let bytes = workbook(&[("S", "", "")], "", &[("xl/worksheets/sheet0.xml", empty)]);
    let (_, table) = converted(&bytes, None).unwrap();
    assert!(table.len() < 400, "{}", table.len());
    assert_eq!(
        rows(&bytes, None),
        [(2, texts(&["Ana"])), (1_048_576, texts(&["last"]))]
    );
}

#[test]
fn names_of_parts_may_be_written_in_other_ways() {
    let root = "<Relationships><Relationship Id=\"r\" Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument\" Target=\"/XL\\Workbook.xml\"/></Relationships>";
    let bytes = workbook(
        &[("S", "", "<row><c><v>1</v></c></row>")],
        "",
        &[("_rels/.rels", Part::Text(root))],
    );
    assert_eq!(first_row(&bytes), ["1"]);
}

fn is(error: &OpenError, refusal: Refusal) -> bool {
    matches!(error, OpenError::Refused(found) if *found == refusal)
}

#[test]
fn what_is_damaged_is_refused() {
    let whole = one_sheet("<row><c><v>1</v></c></row>");
    assert!(is(&refusal(&whole[..whole.len() / 2]), Refusal::Workbook));
    let mut cut = whole.clone();
    let at = memchr::memmem::find(&cut, b"xl/worksheets/sheet0.xml").unwrap();
    cut[at + 40] ^= 0x55;
    assert!(is(&refusal(&cut), Refusal::Workbook));
    for (part, text) in [
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"S"),
        ("xl/_rels/workbook.xml.rels", "not XML at all <<<"),
        ("xl/worksheets/sheet0.xml", "<worksheet><sheetData><row><c><v>1<"),
    ] {
        let bytes = workbook(&[("S", "", "")], "", &[(part, Part::Text(text))]);
        let error = refusal(&bytes);
        assert!(
            is(&error, Refusal::Workbook) || is(&error, Refusal::EmptyWorkbook),
            "{part}: {error}"
        );
    }
    assert!(is(&refusal(&one_sheet("")), Refusal::EmptyWorkbook));
}

#[test]
fn false_counts_are_not_believed() {
    let shared = "<sst count=\"18446744073709551615\" uniqueCount=\"4294967295\"><si><t>a</t></si></sst>";
    let styles =
        "<styleSheet><numFmts count=\"4294967295\"/><cellXfs count=\"4294967295\"><xf/></cellXfs></styleSheet>";
    let sheet = "<worksheet><dimension ref=\"A1:XFD1048576\"/><cols><col min=\"1\" max=\"4294967295\"/></cols><sheetData>\
                 <row r=\"18446744073709551615\" spans=\"1:16384\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"ZZZZZZZZZZ1\" t=\"s\"><v>0</v></c>\
                 <c s=\"4294967296\"><v>1</v></c></row><row><c><v>2</v></c></row></sheetData><mergeCells count=\"4294967295\"><mergeCell ref=\"A1:A18446744073709551615\"/></mergeCells></worksheet>";
    let bytes = workbook(
        &[("S", "", "")],
        "",
        &[
            ("xl/sharedStrings.xml", Part::Text(shared)),
            ("xl/styles.xml", Part::Text(styles)),
            ("xl/worksheets/sheet0.xml", Part::Text(sheet)),
        ],
    );
    assert_eq!(first_row(&bytes)[0], "a");
}

#[test]
fn ten_thousand_sheets_are_looked_through() {
    let names: Vec<String> = (0..10_000).map(|at| format!("S{at}")).collect();
    let mut sheets: Vec<(&str, &str, &str)> = names.iter().map(|name| (name.as_str(), "", "")).collect();
    sheets[9_999].2 = "<row><c><v>1</v></c></row>";
    let bytes = workbook(&sheets, "", &[]);
    let (source, _) = converted(&bytes, None).unwrap();
    let source = source.unwrap();
    assert_eq!(source.sheet.as_deref(), Some("S9999"));
    assert_eq!(source.sheets.len(), 200);
}

#[test]
fn texts_of_400_mb_are_refused() {
    let long = Part::Repeated("<sst><si><t>", "0123456789", 40_000_000, "</t></si></sst>");
    let bytes = workbook(
        &[("S", "", "<row><c><v>1</v></c></row>")],
        "",
        &[("xl/sharedStrings.xml", long)],
    );
    let error = refusal(&bytes);
    assert!(is(&error, Refusal::Workbook), "one text: {error}");
    let text = format!("<si><t>{}</t></si>", "0123456789".repeat(100));
    let many = Part::Repeated("<sst>", &text, 400_000, "</sst>");
    let bytes = workbook(
        &[("S", "", "<row><c><v>1</v></c></row>")],
        "",
        &[("xl/sharedStrings.xml", many)],
    );
    let error = refusal(&bytes);
    assert!(
        matches!(error, OpenError::Refused(Refusal::TooLargeUnpacked { .. })),
        "many texts: {error}"
    );
}

#[test]
fn a_sheet_that_unpacks_without_end_is_refused() {
    let row = format!("<row>{}</row>", " ".repeat(2_000));
    let cells = Part::Repeated("<worksheet><sheetData>", &row, 200_000, "</sheetData></worksheet>");
    let bytes = workbook(&[("S", "", "")], "", &[("xl/worksheets/sheet0.xml", cells)]);
    assert!(bytes.len() < 4_000_000, "{}", bytes.len());
    let error = refusal(&bytes);
    assert!(
        matches!(error, OpenError::Refused(Refusal::TooLargeUnpacked { .. })),
        "{error}"
    );
}

#[test]
fn one_long_text_in_every_cell_is_refused() {
    let text = format!("<sst><si><t>{}</t></si></sst>", "long ".repeat(20_000));
    let in_a_row = Part::Repeated(
        "<worksheet><sheetData><row>",
        "<c t=\"s\"><v>0</v></c>",
        16_384,
        "</row></sheetData></worksheet>",
    );
    let shared = || ("xl/sharedStrings.xml", Part::Text(&text));
    let bytes = workbook(
        &[("S", "", "")],
        "",
        &[shared(), ("xl/worksheets/sheet0.xml", in_a_row)],
    );
    let error = refusal(&bytes);
    assert!(matches!(error, OpenError::Refused(Refusal::LongText { .. })), "{error}");
    let in_rows = Part::Repeated(
        "<worksheet><sheetData>",
        "<row><c t=\"s\"><v>0</v></c></row>",
        4_000,
        "</sheetData></worksheet>",
    );
    let bytes = workbook(&[("S", "", "")], "", &[shared(), ("xl/worksheets/sheet0.xml", in_rows)]);
    let error = refusal(&bytes);
    assert!(
        matches!(error, OpenError::Refused(Refusal::TooLargeUnpacked { .. })),
        "{error}"
    );
}

#[test]
fn xml_without_end_of_nesting_is_refused() {
    let deep = Part::Repeated("<worksheet><sheetData>", "<x>", 1_000_000, "");
    let bytes = workbook(&[("S", "", "")], "", &[("xl/worksheets/sheet0.xml", deep)]);
    assert!(is(&refusal(&bytes), Refusal::Workbook));
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><worksheet><sheetData><row><c t=\"str\"><v>&b;</v></c></row></sheetData></worksheet>";
    let bytes = workbook(
        &[("S", "", "")],
        "",
        &[("xl/worksheets/sheet0.xml", Part::Text(entities))],
    );
    assert_eq!(first_row(&bytes), ["&b;"], "entities are not expanded");
}
