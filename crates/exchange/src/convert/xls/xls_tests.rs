use crate::convert::SourceFormat;
use crate::convert::test_files::{converted, first_row, refusal, rows};
use crate::convert::xls::records::kind;
use cfb::CompoundFile;
use std::io::{Cursor, Write};

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

/// The first record of a part of a workbook, as Excel 97 or Excel 95 writes it.
fn begin(version: u16) -> Vec<u8> {
    record(kind::BEGIN, &[version.to_le_bytes(), [0x05, 0]].concat())
}

fn end() -> Vec<u8> {
    record(kind::END, &[])
}

/// A compound file that contains these records as the given stream.
fn compound(stream: &str, records: &[u8]) -> Vec<u8> {
    let mut compound = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    compound.create_stream(stream).unwrap().write_all(records).unwrap();
    compound.flush().unwrap();
    compound.into_inner().into_inner()
}

/// A workbook of Excel 97 or later: the records before the sheets, and the name, state and cells of each sheet.
fn workbook(globals: &[u8], sheets: &[(&str, u8, Vec<u8>)]) -> Vec<u8> {
    let list = |offsets: &[u32]| {
        let of_list = sheets.iter().zip(offsets).map(|((name, state, _), offset)| {
            let head = [*state, 0, name.len() as u8, 0];
            record(
                kind::SHEET,
                &[&offset.to_le_bytes(), &head[..], name.as_bytes()].concat(),
            )
        });
        [
            begin(0x0600),
            globals.to_vec(),
            of_list.collect::<Vec<_>>().concat(),
            end(),
        ]
        .concat()
    };
    let mut place = list(&vec![0; sheets.len()]).len() as u32;
    let mut offsets = Vec::new();
    let mut parts = Vec::new();
    for (_, _, cells) in sheets {
        offsets.push(place);
        let part = [begin(0x0600), cells.clone(), end()].concat();
        place += part.len() as u32;
        parts.extend(part);
    }
    compound("Workbook", &[list(&offsets), parts].concat())
}

fn one_sheet(globals: &[u8], cells: Vec<u8>) -> Vec<u8> {
    workbook(globals, &[("Sheet1", 0, cells)])
}

fn cell(kind: u16, (row, column, style): (u16, u16, u16), value: &[u8]) -> Vec<u8> {
    record(
        kind,
        &[&row.to_le_bytes(), &column.to_le_bytes(), &style.to_le_bytes(), value].concat(),
    )
}

/// A text with one byte for each character.
fn narrow(text: &str) -> Vec<u8> {
    let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
    [&(bytes.len() as u16).to_le_bytes(), &[0][..], &bytes].concat()
}

/// A text with two bytes for each character.
fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [&(units.len() as u16 / 2).to_le_bytes(), &[1][..], &units].concat()
}

fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    cell(kind::LABEL, (row, column, 0), &wide(text))
}

/// Shared texts; each piece becomes a record.
fn shared(pieces: &[Vec<u8>]) -> Vec<u8> {
    let counts = [0xFF; 8];
    let begin = [&counts[..], &pieces[0]].concat();
    let more = pieces[1..].iter().map(|piece| record(kind::CONTINUE, piece));
    [record(kind::SHARED_TEXTS, &begin), more.collect::<Vec<_>>().concat()].concat()
}

#[test]
fn every_kind_of_cell_has_its_text() {
    let number = |value: f64| value.to_le_bytes();
    let formula = |result: [u8; 8]| [&result[..], &[0; 6]].concat();
    let cells = [
        cell(kind::SHARED_LABEL, (0, 0, 0), &1_u32.to_le_bytes()),
        cell(kind::NUMBER, (0, 1, 0), &number(441_234_567_890.0)),
        cell(kind::SHORT_NUMBER, (0, 2, 0), &((2116_u32 << 2) | 2).to_le_bytes()),
        record(
            kind::NUMBERS,
            &[
                &[0, 0, 3, 0, 0, 0][..],
                &((150_u32 << 2) | 3).to_le_bytes(),
                &[0, 0],
                &(((-7_i32) << 2) | 2).to_le_bytes(),
                &[4, 0],
            ]
            .concat(),
        ),
        cell(kind::BOOLEAN_OR_ERROR, (0, 5, 0), &[1, 0]),
        cell(kind::BOOLEAN_OR_ERROR, (0, 6, 0), &[0x2A, 1]),
        cell(kind::FORMULA, (0, 7, 0), &formula(number(2.5))),
        cell(kind::FORMULA, (0, 8, 0), &formula([0, 0, 0, 0, 0, 0, 0xFF, 0xFF])),
        record(kind::TEXT_OF_FORMULA, &wide("東京")),
        cell(kind::FORMULA, (0, 9, 0), &formula([1, 0, 0, 0, 0, 0, 0xFF, 0xFF])),
        cell(kind::FORMULA, (0, 10, 0), &formula([2, 0, 0x2A, 0, 0, 0, 0xFF, 0xFF])),
        cell(kind::RICH_LABEL, (0, 11, 0), &[&narrow("rich")[..], &[0; 4]].concat()),
        cell(kind::LABEL, (0, 300, 0), &narrow("behind the last column")),
    ];
    let bytes = one_sheet(&shared(&[narrow("first"), narrow("=SUM(é)")]), cells.concat());
    assert_eq!(
        first_row(&bytes),
        [
            "=SUM(é)",
            "441234567890",
            "2116",
            "1.5",
            "-7",
            "TRUE",
            "",
            "2.5",
            "東京",
            "FALSE",
            "",
            "rich"
        ]
    );
    let (source, _) = converted(&bytes, None).unwrap();
    assert_eq!(source.unwrap().format, SourceFormat::Xls);
}

#[test]
fn texts_go_on_in_further_records_with_other_widths() {
    // Four characters in one byte each, the rest in two; then fonts and pronunciation, which are skipped.
    let begin = [
        &7_u16.to_le_bytes()[..],
        &[0b1100],
        &1_u16.to_le_bytes(),
        &5_u32.to_le_bytes(),
        b"Anna",
    ]
    .concat();
    let rest = [&[1][..], &[0x71, 0x67, 0xAC, 0x4E, b'!', 0], &[9; 4], &[8; 3]].concat();
    let texts = shared(&[
        begin,
        rest,
        [&[8; 2][..], &narrow("next")].concat(),
        Vec::new(),
        narrow("last"),
    ]);
    let cells = (0..4_u32).map(|at| cell(kind::SHARED_LABEL, (0, at as u16, 0), &at.to_le_bytes()));
    let bytes = one_sheet(&texts, cells.collect::<Vec<_>>().concat());
    assert_eq!(first_row(&bytes), ["Anna東京!", "next", "last"]);
}

#[test]
fn formats_tell_days_and_zeros() {
    let format = |id: u16, code: &str| record(kind::FORMAT, &[&id.to_le_bytes(), &narrow(code)[..]].concat());
    let style = |id: u16| record(kind::STYLE, &[&[0, 0], &id.to_le_bytes()[..], &[0; 16]].concat());
    let globals = |epoch: u16| {
        [
            record(kind::EPOCH, &epoch.to_le_bytes()),
            format(170, "00000"),
            format(171, "d\\.m\\.yyyy"),
            style(0),
            style(170),
            style(171),
            style(14),
        ]
        .concat()
    };
    let number = |column: u16, style: u16, value: f64| cell(kind::NUMBER, (0, column, style), &value.to_le_bytes());
    let cells = [
        number(0, 1, 2116.0),
        number(1, 2, 43538.0),
        number(2, 3, 43538.0),
        number(3, 9, 43538.0),
    ]
    .concat();
    assert_eq!(
        first_row(&one_sheet(&globals(0), cells.clone())),
        ["02116", "2019-03-14", "2019-03-14", "43538"]
    );
    assert_eq!(first_row(&one_sheet(&globals(1), cells))[1], "2023-03-15");
}

#[test]
fn the_first_visible_sheet_with_values_is_read_and_others_on_request() {
    let chart = [begin(0x0600), label(0, 0, "of a chart"), end()].concat();
    let sheets = [
        ("Secret", 1, label(0, 0, "hidden")),
        ("Cover", 0, chart.clone()),
        (
            "People",
            0,
            [chart, label(2, 1, "first"), label(4, 0, "second")].concat(),
        ),
        ("Old", 0, label(0, 0, "old")),
    ];
    let bytes = workbook(&[], &sheets);
    let (source, _) = converted(&bytes, None).unwrap();
    let source = source.unwrap();
    assert_eq!(source.sheet.as_deref(), Some("People"));
    assert_eq!(source.sheets, ["Secret", "Cover", "People", "Old"]);
    let read = rows(&bytes, None);
    assert_eq!(read[0], (3, vec![String::new(), "first".to_owned()]));
    assert_eq!(read[1], (5, vec!["second".to_owned(), String::new()]));
    assert_eq!(rows(&bytes, Some("secret"))[0].1, ["hidden"]);
    assert_eq!(converted(&bytes, Some("Nobody")).unwrap_err().code(), "no_such_sheet");
    assert_eq!(converted(&bytes, Some("Cover")).unwrap_err().code(), "empty_workbook");
}

#[test]
fn names_that_are_merged_over_rows_name_their_columns() {
    let merged: Vec<u8> = [1_u16, 0, 1, 0, 0].into_iter().flat_map(u16::to_le_bytes).collect();
    let cells = [
        label(0, 0, "Name"),
        label(0, 1, "Contact"),
        label(1, 1, "Email"),
        label(2, 0, "Ana"),
        label(2, 1, "ana@example.org"),
        record(kind::MERGED, &merged),
    ];
    assert_eq!(rows(&one_sheet(&[], cells.concat()), None)[1].1, ["Name", "Email"]);
}

#[test]
fn workbooks_of_excel_95_are_read_in_their_code_page() {
    let text = |text: &[u8]| [&(text.len() as u16).to_le_bytes()[..], text].concat();
    let cells = [
        begin(0x0500),
        cell(kind::LABEL, (0, 0, 0), &text(b"Dvo\xF8\xE1k")),
        cell(kind::NUMBER, (0, 1, 0), &2116_f64.to_le_bytes()),
        end(),
    ]
    .concat();
    let globals = |offset: u32| {
        let format = [&170_u16.to_le_bytes()[..], &[5], b"00000"].concat();
        let sheet = [&offset.to_le_bytes()[..], &[0, 0, 5], b"L\xE9k\xE1r"].concat();
        [
            begin(0x0500),
            record(kind::CODE_PAGE, &1250_u16.to_le_bytes()),
            record(kind::FORMAT, &format),
            record(kind::STYLE, &[0, 0, 170, 0]),
            record(kind::SHEET, &sheet),
            end(),
        ]
        .concat()
    };
    let bytes = compound("Book", &[globals(globals(0).len() as u32), cells].concat());
    assert_eq!(first_row(&bytes), ["Dvořák", "02116"]);
    assert_eq!(
        converted(&bytes, None).unwrap().0.unwrap().sheet.as_deref(),
        Some("Lékár")
    );
}

#[test]
fn what_cannot_be_read_is_refused() {
    let code = |bytes: &[u8]| refusal(bytes).code();
    assert_eq!(code(&compound("Other", &[0; 5000])), "not_csv:xls");
    assert_eq!(code(&compound("Workbook", &[])), "not_csv:xls");
    assert_eq!(
        code(&compound("Workbook", &[begin(0x0200), end()].concat())),
        "not_csv:xls"
    );
    let locked = one_sheet(&record(kind::PASSWORD, &[0; 6]), label(0, 0, "a"));
    assert_eq!(code(&locked), "encrypted_workbook");
    let back = one_sheet(&[], [label(5, 0, "a"), label(3, 0, "b")].concat());
    assert_eq!(code(&back), "not_csv:xls");
    let cut = [begin(0x0600), record(kind::SHEET, &[0; 100])[..50].to_vec()].concat();
    assert_eq!(code(&compound("Workbook", &cut)), "not_csv:xls");
    assert_eq!(code(&one_sheet(&[], Vec::new())), "empty_workbook");
}

#[test]
fn false_counts_are_not_believed() {
    let long = [&u16::MAX.to_le_bytes()[..], &[0b1101], &[0xFF; 6], b"a\0b\0"].concat();
    let cells = [
        cell(kind::SHARED_LABEL, (0, 0, u16::MAX), &0_u32.to_le_bytes()),
        cell(kind::SHARED_LABEL, (0, 1, 0), &u32::MAX.to_le_bytes()),
        cell(kind::LABEL, (0, 2, 0), &long),
        cell(kind::LABEL, (u16::MAX, 255, 0), &narrow("at the end")),
        record(kind::MERGED, &[0xFF; 12]),
    ];
    let bytes = one_sheet(&shared(std::slice::from_ref(&long)), cells.concat());
    let read = rows(&bytes, None);
    assert_eq!(read[0].1[..3], ["ab", "", "ab"]);
    assert_eq!((read[1].0, read[1].1[255].as_str()), (65_536, "at the end"));
    // Sheets whose offset is outside of the file, or inside another sheet, are empty.
    let outside = record(
        kind::SHEET,
        &[&u32::MAX.to_le_bytes()[..], &[0, 0, 1, 0, b'S']].concat(),
    );
    let bytes = compound("Workbook", &[begin(0x0600), outside, end()].concat());
    assert_eq!(refusal(&bytes).code(), "empty_workbook");
}
