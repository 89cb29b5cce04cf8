use crate::convert::SourceFormat;
use crate::convert::test_files::{Part, converted, refusal, rows, zip};
use crate::open::{OpenError, Refusal};

const STYLES: &str = "<office:automatic-styles><style:style style:name=\"ta1\" style:family=\"table\"><style:table-properties table:display=\"true\"/></style:style>\
                      <style:style style:name=\"ta2\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style></office:automatic-styles>";

/// A spreadsheet with these sheets, given in XML.
fn spreadsheet(sheets: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content>{STYLES}<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    );
    zip(&[
        ("mimetype", Part::Text("application/vnd.oasis.opendocument.spreadsheet")),
        ("content.xml", Part::Text(&content)),
    ])
}

fn cell(text: &str) -> String {
    format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
}

fn sheet(name: &str, style: &str, rows: &str) -> String {
    format!("<table:table table:name=\"{name}\" table:style-name=\"{style}\"><table:table-column/>{rows}</table:table>")
}

#[test]
fn values_are_read_as_people_see_them() {
    let row = format!(
        "<table:table-row>{}<table:table-cell office:value-type=\"float\" office:value=\"2116\"><text:p>02116</text:p></table:table-cell>\
         <table:table-cell office:value-type=\"float\" office:value=\"441234567890\"><text:p>4,41E+11</text:p></table:table-cell>\
         <table:table-cell office:value-type=\"date\" office:date-value=\"1980-04-03\"><text:p>3.4.80</text:p></table:table-cell>\
         <table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"><text:p>WAHR</text:p></table:table-cell>\
         <table:table-cell table:formula=\"of:=NA()\" office:value-type=\"string\" calcext:value-type=\"error\"><text:p>#N/A</text:p></table:table-cell>\
         <table:table-cell table:number-columns-repeated=\"16378\"/></table:table-row>",
        cell(
            "two <text:span>w</text:span>ords<text:s text:c=\"2\"/>&amp;</text:p><office:annotation><text:p>a note</text:p></office:annotation><text:p>second line"
        )
    );
    let bytes = spreadsheet(&sheet("S", "ta1", &row));
    assert_eq!(
        rows(&bytes, None)[0].1,
        [
            "two words  &\nsecond line",
            "02116",
            "441234567890",
            "1980-04-03",
            "TRUE"
        ]
    );
}

#[test]
fn repeated_rows_and_cells_are_counted() {
    let rows_xml = format!(
        "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"3\"/></table:table-row>\
         <table:table-row><table:table-cell/><table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"string\"><text:p>x</text:p></table:table-cell></table:table-row>\
         <table:table-row table:number-rows-repeated=\"2\">{}</table:table-row>\
         <table:table-row table:number-rows-repeated=\"1048571\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>",
        cell("twice")
    );
    let bytes = spreadsheet(&sheet("S", "ta1", &rows_xml));
    let read: Vec<(u64, String)> = rows(&bytes, None)
        .into_iter()
        .map(|(line, cells)| (line, cells.join("|")))
        .collect();
    let expected = [(3, "|x|x"), (4, "twice||"), (5, "twice||")].map(|(line, cells)| (line, cells.to_owned()));
    assert_eq!(read, expected);
}

#[test]
fn the_first_visible_sheet_with_values_is_read_and_others_on_request() {
    let row = |text: &str| format!("<table:table-row>{}</table:table-row>", cell(text));
    let sheets = [
        sheet("Secret", "ta2", &row("hidden")),
        sheet("Cover", "ta1", "<table:table-row><table:table-cell/></table:table-row>"),
        sheet("People", "ta1", &row("first")),
        sheet("Old", "ta1", &row("second")),
    ]
    .concat();
    let bytes = spreadsheet(&sheets);
    let (source, _) = converted(&bytes, None).unwrap();
    let source = source.unwrap();
    assert_eq!(
        (source.format, source.sheet.as_deref()),
        (SourceFormat::Ods, Some("People"))
    );
    assert_eq!(source.sheets, ["Secret", "Cover", "People", "Old"]);
    assert_eq!(rows(&bytes, None)[0].1, ["first"]);
    assert_eq!(rows(&bytes, Some("old"))[0].1, ["second"]);
    assert_eq!(rows(&bytes, Some("Secret"))[0].1, ["hidden"]);
    assert_eq!(converted(&bytes, Some("Nobody")).unwrap_err().code(), "no_such_sheet");
    assert_eq!(converted(&bytes, Some("Cover")).unwrap_err().code(), "empty_workbook");
    let hidden = spreadsheet(&sheet("Secret", "ta2", &row("hidden")));
    assert_eq!(rows(&hidden, None)[0].1, ["hidden"]);
}

#[test]
fn what_is_damaged_encrypted_or_without_end_is_refused() {
    let is = |error: &OpenError, refusal: Refusal| matches!(error, OpenError::Refused(found) if *found == refusal);
    let kind = ("mimetype", Part::Text("application/vnd.oasis.opendocument.spreadsheet"));
    let encrypted = zip(&[
        ("mimetype", Part::Text("application/vnd.oasis.opendocument.spreadsheet")),
        ("META-INF/manifest.xml", Part::Text("<manifest:encryption-data/>")),
        ("content.xml", Part::Bytes(b"\x01\x02")),
    ]);
    assert!(is(&refusal(&encrypted), Refusal::EncryptedWorkbook));
    assert!(is(&refusal(&zip(&[kind])), Refusal::OpenDocument));
    let long = format!("{}<text:s text:c=\"18446744073709551615\"/>", "x".repeat(10));
    let error = refusal(&spreadsheet(&sheet(
        "S",
        "ta1",
        &format!("<table:table-row>{}</table:table-row>", cell(&long)),
    )));
    assert!(matches!(error, OpenError::Refused(Refusal::LongText { .. })), "{error}");
    let wide = cell(&"long ".repeat(2_000)).replace(
        "table-cell office",
        "table-cell table:number-columns-repeated=\"18446744073709551615\" office",
    );
    let row = format!("<table:table-row table:number-rows-repeated=\"18446744073709551615\">{wide}</table:table-row>");
    let error = refusal(&spreadsheet(&sheet("S", "ta1", &row)));
    assert!(matches!(error, OpenError::Refused(Refusal::LongText { .. })), "{error}");
    let row = row.replace("number-columns-repeated", "other");
    let error = refusal(&spreadsheet(&sheet("S", "ta1", &row)));
    assert!(
        matches!(error, OpenError::Refused(Refusal::TooLargeUnpacked { .. })),
        "{error}"
    );
}
