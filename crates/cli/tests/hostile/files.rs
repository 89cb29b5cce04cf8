//! A member who uploads files that claim, contain or decompress to more than the server has memory for. Each is read
//! or rejected with a reason, and none makes the server use more than 256 MiB.

use crate::http::Session;
use crate::server::{MALLORY, Server};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::Write;

/// The most memory that the server may use at its peak, in MiB.
const MOST: u64 = 256;

/// The content of a file: pieces, each with the number of its repetitions.
type Pieces<'a> = [(&'a str, usize)];

fn write_pieces(out: &mut impl Write, pieces: &Pieces<'_>) {
    for (piece, times) in pieces {
        let at_once = (64 * 1024 / piece.len().max(1)).clamp(1, *times);
        let block = piece.repeat(at_once);
        (0..times / at_once).for_each(|_| out.write_all(block.as_bytes()).unwrap());
        out.write_all(piece.repeat(times % at_once).as_bytes()).unwrap();
    }
}

fn gzip(pieces: &Pieces<'_>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    write_pieces(&mut encoder, pieces);
    encoder.finish().unwrap()
}

fn zip<N: AsRef<str>>(files: &[(N, &Pieces<'_>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, pieces) in files {
        let file = archive
            .new_file(name.as_ref())
            .compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        write_pieces(&mut writer, pieces);
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// A workbook with `sheets` sheets. `last` is the content of the last sheet, `texts` that of the shared strings.
fn workbook(sheets: usize, last: &Pieces<'_>, texts: &Pieces<'_>) -> Vec<u8> {
    let list: String = (0..sheets)
        .map(|at| format!("<sheet name=\"S{at}\" sheetId=\"{at}\" r:id=\"s{at}\"/>"))
        .collect();
    let book = format!("<workbook><sheets>{list}</sheets></workbook>");
    let reference = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"x/{kind}\" Target=\"{target}\"/>")
    };
    let mut references = reference("t", "sharedStrings", "texts.xml");
    for at in 0..sheets {
        references.push_str(&reference(&format!("s{at}"), "worksheet", &format!("s{at}.xml")));
    }
    let references = format!("<Relationships>{references}</Relationships>");
    let root = format!(
        "<Relationships>{}</Relationships>",
        reference("r", "officeDocument", "xl/book.xml")
    );
    let (book, references, root) = ([(book.as_str(), 1)], [(references.as_str(), 1)], [(root.as_str(), 1)]);
    let empty: &Pieces<'_> = &[("<worksheet><sheetData/></worksheet>", 1)];
    let mut files: Vec<(String, &Pieces<'_>)> = vec![
        ("[Content_Types].xml".to_owned(), &[("<Types/>", 1)]),
        ("_rels/.rels".to_owned(), &root),
        ("xl/book.xml".to_owned(), &book),
        ("xl/_rels/book.xml.rels".to_owned(), &references),
        ("xl/texts.xml".to_owned(), texts),
    ];
    files.extend((0..sheets).map(|at| (format!("xl/s{at}.xml"), if at + 1 == sheets { last } else { empty })));
    zip(&files)
}

const CELLS: &Pieces<'_> = &[(
    "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData><row><c t=\"s\"><v>0</v></c><c t=\"str\"><v>Email</v></c></row>\
     <row><c t=\"str\"><v>Ann</v></c><c t=\"str\"><v>ann@example.org</v></c></row></sheetData></worksheet>",
    1,
)];
const TEXTS: &Pieces<'_> = &[(
    "<sst count=\"18446744073709551615\" uniqueCount=\"4294967295\"><si><t>Name</t></si></sst>",
    1,
)];
const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Marsh\r\nEMAIL:ann@example.org\r\n";

/// A workbook in the old format (XLS) with `texts` shared strings, all empty.
fn old_workbook(texts: usize) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat();
    let mut stream = record(0x809, &[0, 6, 5, 0]);
    stream.extend(record(0xFC, &[0xFF; 8]));
    let piece = record(0x3C, &[0; 3 * 2_700]);
    (0..texts / 2_700).for_each(|_| stream.extend_from_slice(&piece));
    stream.extend(record(0x0A, &[]));
    let mut compound = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    compound.create_stream("Workbook").unwrap().write_all(&stream).unwrap();
    compound.flush().unwrap();
    compound.into_inner().into_inner()
}

/// Uploads a file, which must be rejected with these words.
fn is_refused(mallory: &Session, name: &str, bytes: &[u8], words: &str) {
    let text = mallory.upload(name, bytes).expect(422).text();
    assert!(
        text.contains(words),
        "{name} is not refused because of “{words}”: {text}"
    );
}

#[test]
fn no_file_takes_more_memory_than_a_server_has() {
    let server = Server::start();
    let mallory = server.sign_in(MALLORY);
    let within = |what: &str| {
        let peak = server.peak_memory();
        assert!(peak < MOST, "{what}: {peak} MiB");
    };
    let too_large = "more than 256 MiB";
    mallory.draft("counts.xlsx", &workbook(1, CELLS, TEXTS));
    within("false counts");
    let one_text = [("<sst><si><t>", 1), ("0123456789", 40_000_000), ("</t></si></sst>", 1)];
    is_refused(
        &mallory,
        "text.xlsx",
        &workbook(1, CELLS, &one_text),
        "is damaged or not whole",
    );
    within("one text of 400 MB");
    let text = format!("<si><t>{}</t></si>", "0123456789".repeat(100_000));
    let texts = [("<sst>", 1), (text.as_str(), 400), ("</sst>", 1)];
    is_refused(&mallory, "texts.xlsx", &workbook(1, CELLS, &texts), too_large);
    within("texts of 400 MB");
    mallory.draft("sheets.xlsx", &workbook(10_000, CELLS, TEXTS));
    within("10,000 sheets");
    let table: &Pieces<'_> = &[("Name,Email\n", 1), ("Ann,ann@example.org\n", 14_000_000)];
    let bomb = zip(&[("contacts.csv", table)]);
    is_refused(&mallory, "bomb.zip", &bomb, too_large);
    within("a ZIP bomb");
    is_refused(&mallory, "bomb.csv.gz", &gzip(table), too_large);
    within("a gzip bomb");
    let mut nested = GzEncoder::new(Vec::new(), Compression::fast());
    nested.write_all(&bomb).unwrap();
    is_refused(
        &mallory,
        "nested.gz",
        &nested.finish().unwrap(),
        "holds another archive",
    );
    within("a ZIP bomb in gzip");
    mallory.draft("endless.vcf", &gzip(&[(CARD, 20_000)]));
    within("cards without an end");
    let agents = [(CARD, 1), ("AGENT:\r\nBEGIN:VCARD\r\nFN:Bo\r\n", 100_000)];
    mallory.draft("agents.vcf", &gzip(&agents));
    within("cards within cards");
    let photo = [
        (CARD, 1),
        ("PHOTO;ENCODING=b:", 1),
        ("QUFB", 25_000_000),
        ("\r\nEND:VCARD\r\n", 1),
    ];
    let draft = mallory.draft("photo.vcf", &gzip(&photo));
    let page = mallory.get(&format!("{draft}/preview")).expect(200).text();
    assert!(page.contains("1 row") && page.contains("Ann Marsh"), "{page}");
    within("a photo of 100 MB");
    is_refused(
        &mallory,
        "old.xls",
        &old_workbook(2_000_000),
        "no sheet of this workbook",
    );
    within("an old workbook of 2,000,000 texts");
}
