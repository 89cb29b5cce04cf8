//! Builds files for the tests (ZIP files and workbooks from raw XML), and converts them.

use super::{TableSource, convert};
use crate::formula_guard::unguarded;
use crate::open::{Batch, Dialect, OpenError, Records};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::{Seek, SeekFrom, Write};

/// The content of a part of a ZIP file.
pub enum Part<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    /// A beginning, a piece, the number of times that the piece is repeated, and an end.
    Repeated(&'a str, &'a str, usize, &'a str),
}

/// Builds a ZIP file from the parts.
pub fn zip(parts: &[(&str, Part<'_>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, part) in parts {
        let file = archive.new_file(*name).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().unwrap();
        let level = match part {
            Part::Repeated(..) => Compression::default(),
            Part::Text(_) | Part::Bytes(_) => Compression::fast(),
        };
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, level));
        match part {
            Part::Text(text) => writer.write_all(text.as_bytes()).unwrap(),
            Part::Bytes(bytes) => writer.write_all(bytes).unwrap(),
            Part::Repeated(begin, piece, times, end) => {
                writer.write_all(begin.as_bytes()).unwrap();
                let at_once = (64 * 1024 / piece.len()).clamp(1, *times);
                let block = piece.repeat(at_once);
                (0..times / at_once).for_each(|_| writer.write_all(block.as_bytes()).unwrap());
                writer.write_all(piece.repeat(times % at_once).as_bytes()).unwrap();
                writer.write_all(end.as_bytes()).unwrap();
            }
        }
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

const ROOT_RELS: &str =
    "<Relationships><Relationship Id=\"r\" Type=\"x/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

/// The list of sheets and the references of a workbook.
pub fn frame(sheets: &[(&str, &str)], properties: &str) -> (String, String) {
    let mut list = String::new();
    let mut references = String::new();
    for (at, (name, attributes)) in sheets.iter().enumerate() {
        list.push_str(&format!(
            "<sheet name=\"{name}\" sheetId=\"{at}\" {attributes} r:id=\"s{at}\"/>"
        ));
        references.push_str(&format!(
            "<Relationship Id=\"s{at}\" Type=\"x/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"
        ));
    }
    references.push_str("<Relationship Id=\"t\" Type=\"x/sharedStrings\" Target=\"sharedStrings.xml\"/>");
    references.push_str("<Relationship Id=\"f\" Type=\"x/styles\" Target=\"styles.xml\"/>");
    (
        format!("<workbook>{properties}<sheets>{list}</sheets></workbook>"),
        format!("<Relationships>{references}</Relationships>"),
    )
}

/// Builds a workbook from sheets: name, further attributes in the list of sheets, and rows in XML.
pub fn workbook(sheets: &[(&str, &str, &str)], properties: &str, others: &[(&str, Part<'_>)]) -> Vec<u8> {
    let list: Vec<(&str, &str)> = sheets
        .iter()
        .map(|(name, attributes, _)| (*name, *attributes))
        .collect();
    let (book, references) = frame(&list, properties);
    let names: Vec<String> = (0..sheets.len())
        .map(|at| format!("xl/worksheets/sheet{at}.xml"))
        .collect();
    let rows: Vec<String> = sheets
        .iter()
        .map(|(_, _, rows)| match rows.contains("<sheetData") {
            true => format!("<worksheet>{rows}</worksheet>"),
            false => format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
        })
        .collect();
    let mut parts = vec![
        ("[Content_Types].xml", Part::Text("<Types/>")),
        ("_rels/.rels", Part::Text(ROOT_RELS)),
        ("xl/workbook.xml", Part::Text(&book)),
        ("xl/_rels/workbook.xml.rels", Part::Text(&references)),
    ];
    parts.extend(
        names
            .iter()
            .zip(&rows)
            .map(|(name, rows)| (name.as_str(), Part::Text(rows.as_str()))),
    );
    for (name, part) in others {
        parts.retain(|(known, _)| known != name);
        parts.push((
            name,
            match part {
                Part::Text(text) => Part::Text(text),
                Part::Bytes(bytes) => Part::Bytes(bytes),
                Part::Repeated(begin, piece, times, end) => Part::Repeated(begin, piece, *times, end),
            },
        ));
    }
    zip(&parts)
}

/// Converts a file.
pub fn converted(bytes: &[u8], sheet: Option<&str>) -> Result<(Option<TableSource>, Vec<u8>), OpenError> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let mut table = Vec::new();
    let source = convert(file, sheet, &mut table)?;
    Ok((source, table))
}

/// The rows of the converted table, with their line numbers.
pub fn rows(bytes: &[u8], sheet: Option<&str>) -> Vec<(u64, Vec<String>)> {
    let (_, table) = converted(bytes, sheet).unwrap();
    let mut records = Records::new(table.as_slice(), Dialect::of_converted());
    let mut batch = Batch::default();
    let mut rows = Vec::new();
    while records.fill(&mut batch, 1000).unwrap() {
        rows.extend(
            batch
                .records()
                .map(|r| (r.line(), r.cells().map(|cell| unguarded(cell).to_owned()).collect())),
        );
    }
    rows
}

/// The cells of the first row.
pub fn first_row(bytes: &[u8]) -> Vec<String> {
    rows(bytes, None)
        .into_iter()
        .next()
        .map(|(_, cells)| cells)
        .unwrap_or_default()
}

/// Converts a file that must be refused, and returns the error.
pub fn refusal(bytes: &[u8]) -> OpenError {
    match converted(bytes, None) {
        Ok((source, _)) => panic!("it was read: {source:?}"),
        Err(error) => error,
    }
}
