//! For any bytes, the file is refused or read to its end, nothing panics, and no row is lost.

use crate::{look_at, rows_of, tried};
use exchange::convert::convert;
use exchange::open::Source;
use model::{Blanks, Contact, Fill, Lists};
use proptest::prelude::*;
use proptest::sample::select;
use std::io::{self, Read, Write};

const HEADER: &[u8] = b"first_name,last_name,email,phone\n";

/// Pieces that are difficult for table readers, or examined when rows are judged.
const PIECES: &[&str] = &[
    ",",
    ",",
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\r\r\n",
    "\"",
    "\"\"",
    "\",\"",
    "\"\n",
    "'",
    "\\",
    "\\\"",
    " ",
    "  ",
    "\0",
    "\u{feff}",
    "\u{85}",
    "\u{a0}",
    "\u{200f}",
    "a",
    "ü",
    "e\u{301}",
    "漢",
    "👩\u{200d}👧",
    "=1+1",
    "@",
    "+",
    "-",
    "sep=;",
    "Name",
    "Email",
    "Phone",
    "Birthday",
    "Tag",
    "Country",
    "Zip Code",
    "Type",
    "Ann Ivers",
    "Total",
    "ann@example.com",
    "ann@gmail.con",
    "a@x.org; b@x.org",
    "+1 202 555 0101",
    "030 23125101",
    "Germany",
    "1.2E+10",
    "#N/A",
    "=\"07030\"",
    "--04-05",
    "03/04/1980",
    "31.12.80",
    "12345",
    " ::: ",
    "* myContacts",
    "2134",
];

/// Bytes of incomplete characters.
const BROKEN: &[&[u8]] = &[b"\xE9", b"\xC3", b"\xE2\x82", b"\xFF", b"\x80", b"\xED\xA0\x80"];

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        30 => select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => select(BROKEN).prop_map(<[u8]>::to_vec),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A table as people write it, quoted where necessary.
fn table() -> impl Strategy<Value = Vec<u8>> {
    let cell = select(PIECES).prop_map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
    let row = prop::collection::vec(cell, 4).prop_map(|cells| cells.join(",") + "\r\n");
    prop::collection::vec(row, 0..8).prop_map(|rows| rows.concat().into_bytes())
}

/// A table in which bytes were changed, removed and added.
fn damaged_table() -> impl Strategy<Value = Vec<u8>> {
    let damage = (
        any::<prop::sample::Index>(),
        0..3_u8,
        select(b"\",\n\r;\\ \0'\xFF".as_slice()),
    );
    (table(), prop::collection::vec(damage, 0..6)).prop_map(|(mut bytes, damages)| {
        for (at, kind, byte) in damages {
            let at = at.index(bytes.len() + 1);
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.insert(at, byte),
            }
        }
        bytes
    })
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Any file; half of them begin with a known header row.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..300),
        4 => pieces(),
        4 => damaged_table(),
        1 => pieces().prop_map(|bytes| utf16(&String::from_utf8_lossy(&bytes))),
    ];
    (any::<bool>(), bytes).prop_map(|(with_header, bytes)| {
        let header = if with_header { HEADER } else { b"" };
        [header, &bytes].concat()
    })
}

/// A file that arrives in small pieces, as from a slow disk or a pipe.
struct Dribbling {
    bytes: Vec<u8>,
    at_once: usize,
}

struct Dribble {
    rest: io::Cursor<Vec<u8>>,
    at_once: usize,
}

impl Source for Dribbling {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Dribble {
            rest: io::Cursor::new(self.bytes.clone()),
            at_once: self.at_once,
        }))
    }
}

impl Read for Dribble {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = buf.len().min(self.at_once);
        self.rest.read(&mut buf[..most])
    }
}

/// A workbook of Excel 97, written by a library of another language.
const OLD_WORKBOOK: &[u8] = include_bytes!("files/members.xls");

/// Returns the table that a file is converted to; `None` if it is refused.
fn converted(bytes: &[u8]) -> Option<String> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let mut table = Vec::new();
    convert(file, None, &mut table).ok()?;
    Some(String::from_utf8(table).unwrap())
}

#[test]
fn an_old_workbook_is_read_as_people_see_it() {
    let table = converted(OLD_WORKBOOK).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(
        lines[2..],
        [
            "3,Name,Email,Mobile Phone,Zip Code,Birthday",
            "4,Ana M\u{e1}rquez,ana@example.org,12025550101,02116,1980-04-03",
            "5,\u{411}\u{43e} \u{674e},bo@example.org,12025550102,02117,1975-12-31",
        ]
    );
}

proptest! {
    #![proptest_config(tried(500))]

    #[test]
    fn a_damaged_workbook_is_read_or_refused(
        damages in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), Just(0xFF)]), 1..8),
        end in any::<prop::sample::Index>(),
        is_cut in prop::bool::weighted(0.1),
    ) {
        let mut bytes = OLD_WORKBOOK.to_vec();
        for (at, byte) in damages {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(end.index(bytes.len()));
        }
        converted(&bytes);
    }

    #[test]
    fn every_record_is_accounted_for(bytes in file()) {
        let Some(looked) = look_at(&bytes) else { return Ok(()) };
        let mut before = 0;
        for row in rows_of(&bytes, &looked, 1000) {
            prop_assert!(row.line > before || looked.opened.dialect.cr_ends_record, "rows are in the file's order");
            before = row.line;
            let Some(judged) = row.judged else {
                prop_assert!(row.cells.iter().all(|c| c.trim().is_empty()), "lost: {:?}", row.cells);
                continue;
            };
            prop_assert_eq!(judged.line, row.line);
            prop_assert!(judged.reasons.iter().all(|r| r.line == row.line && !r.message.is_empty()));
            prop_assert!(judged.is_invalid() || judged.contact.has_identity());
            let mut again = judged.contact.clone();
            again.normalise();
            prop_assert_eq!(&again, &judged.contact, "normalising twice is not once");
            let stored = Contact::from_json(&judged.contact.to_json()).unwrap();
            prop_assert_eq!(&stored, &judged.contact, "what is stored is not what was read");
            for fill in [Fill::Update(Blanks::Keep, Lists::Add), Fill::Blanks] {
                let mut same = judged.contact.clone();
                if let Some(patch) = &judged.patch {
                    patch.apply(&mut same, fill);
                }
                prop_assert_eq!(&same, &judged.contact, "a row changes the contact that it made: {:?}", fill);
            }
        }
    }

    #[test]
    fn pieces_give_what_the_whole_gives(bytes in file(), read_at_once in 1..40_usize, rows_at_once in 1..5_usize) {
        let pieces = Dribbling { bytes: bytes.clone(), at_once: read_at_once };
        let (whole, in_pieces) = (look_at(&bytes), look_at(&pieces));
        let (Some(whole), Some(in_pieces)) = (&whole, &in_pieces) else {
            prop_assert_eq!(whole.is_some(), in_pieces.is_some());
            return Ok(());
        };
        prop_assert_eq!(format!("{:?}", whole.opened), format!("{:?}", in_pieces.opened));
        prop_assert_eq!(whole.judge.mapping(), in_pieces.judge.mapping());
        // The file is read twice, so this also checks that judging is a function of the row.
        let rows = rows_of(&bytes, whole, 1000);
        prop_assert_eq!(format!("{:?}", rows), format!("{:?}", rows_of(&pieces, in_pieces, rows_at_once)));
    }
}
