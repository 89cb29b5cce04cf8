//! Any vCard file is refused or read to its end, nothing panics, and no text of a card is lost.

use crate::tried;
use exchange::open::OpenError;
use exchange::vcard::{VcardReport, write_table};
use proptest::prelude::*;
use proptest::sample::select;

/// Rows with their line numbers, the header row first.
type Table = Vec<(u64, Vec<String>)>;

fn table_of(bytes: &Vec<u8>) -> Option<(Table, VcardReport)> {
    let mut rows = Vec::new();
    let written = write_table(bytes, &mut |line, cells| {
        rows.push((line, cells.to_vec()));
        Ok(())
    });
    match written {
        Ok(report) => Some((rows, report)),
        Err(OpenError::Refused(_)) => None,
        Err(error) => panic!("memory could not be read: {error}"),
    }
}

/// Pieces that are difficult for vCard readers.
const PIECES: &[&[u8]] = &[
    b"BEGIN:VCARD\r\n",
    b"BEGIN:VCARD\n",
    b"END:VCARD\r\n",
    b"END:VCARD\n",
    b"begin:vcard\r",
    b"VERSION:2.1\n",
    b"VERSION:4.0\n",
    b"N:",
    b"FN:",
    b"TEL;",
    b"EMAIL:",
    b"ADR;LABEL=\"",
    b"ORG:",
    b"NOTE",
    b"BDAY:",
    b"PHOTO;",
    b"AGENT:",
    b"AGENT:BEGIN:VCARD\n",
    b"KIND:group\n",
    b"MEMBER:urn:uuid:",
    b"UID:",
    b"CATEGORIES:",
    b"X-CRYSTALQORE-VERSION:v1\n",
    b"X-CRYSTALQORE-FIELD:",
    b"X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;",
    b"item1.",
    b"X-ABLabel:",
    b";ENCODING=QUOTED-PRINTABLE",
    b";BASE64",
    b";CHARSET=UTF-8",
    b";CHARSET=SHIFT_JIS",
    b";X-APPLE-OMIT-YEAR=1604",
    b";TYPE=",
    b"\"",
    b"^n",
    b":",
    b";",
    b",",
    b"=",
    b"=3D",
    b"=\r\n",
    b"=C3",
    b"\\",
    b"\\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n ",
    b"\r\n\t",
    b" ",
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xC3",
    b"\xBC",
    b"\xFF\xFE",
    b"a",
    b"1604-02-30",
    b"--0230",
    b"19840309",
    b"urn:uuid:1",
    b"tel:+1;ext=5",
    b"data:image/png;base64,AAAA",
    b"AAAA",
];

fn any_file() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..200),
        9 => prop::collection::vec(select(PIECES), 0..60).prop_map(|pieces| pieces.concat()),
    ]
}

/// Properties whose text must never be lost; `@` is the place of the text.
const PROPERTIES: &[&str] = &[
    "N:@;;;;",
    "N:;@;;;",
    "N:;;@;Dr.;",
    "NICKNAME:@",
    "ORG:@",
    "ORG:@;Sales",
    "TITLE:@",
    "ROLE:@",
    "NOTE:@",
    "NOTE;LANGUAGE=de:a\\, @",
    "EMAIL:@",
    "EMAIL;TYPE=home:@",
    "TEL;CELL:@",
    "TEL;TYPE=\"work,voice\":@",
    "ADR:;;@;;;;",
    "ADR;HOME:@;;;;;;",
    "ADR;WORK:;@;;;;;",
    "ADR;TYPE=home:;;;@;;;",
    "LABEL:@",
    "URL:@",
    "URL;TYPE=work:@",
    "BDAY:@",
    "BDAY;VALUE=text:@",
    "CATEGORIES:@,x",
    "UID:@",
    "IMPP:@",
    "X-FOO;TYPE=\"a:b\":@",
    "RELATED;VALUE=text:@",
    "ANNIVERSARY:@",
    "GEO:@",
    "X-SOCIALPROFILE;type=x:@",
    "LOGO;VALUE=uri:@",
    "TZ:@",
    "X-ANDROID-CUSTOM:vnd.android.cursor.item/relation;@;1",
    "X_odd name:@",
    "AGENT:@",
];

/// How a property is written.
#[derive(Clone, Copy, Debug)]
enum Written {
    Plain,
    /// Folded after this many characters.
    Folded(usize),
    Printable,
    /// In a group with a label, which is a text as well.
    Labelled,
    /// Followed by a line that is not a property.
    Broken,
}

fn written() -> impl Strategy<Value = Written> {
    prop_oneof![
        3 => Just(Written::Plain),
        1 => (1..12_usize).prop_map(Written::Folded),
        1 => Just(Written::Printable),
        1 => Just(Written::Labelled),
        1 => Just(Written::Broken),
    ]
}

type Line = (&'static str, Written);

/// Files of cards, some of them without end.
fn cards() -> impl Strategy<Value = Vec<(Vec<Line>, bool)>> {
    let lines = prop::collection::vec((select(PROPERTIES), written()), 1..12);
    prop::collection::vec((lines, prop::bool::weighted(0.8)), 1..6)
}

/// The text of a file and, for each card, the texts that must be in its row.
fn file_of(cards: &[(Vec<Line>, bool)]) -> (String, Vec<Vec<String>>) {
    let mut file = String::new();
    let mut texts = Vec::new();
    let mut number = 0;
    for (lines, has_end) in cards {
        file.push_str("BEGIN:VCARD\r\n");
        let mut of_card = Vec::new();
        let mut text = || {
            number += 1;
            let text = format!("Q{number}ux");
            of_card.push(text.clone());
            text
        };
        for (at, (property, written)) in lines.iter().enumerate() {
            let line = property.replace('@', &text());
            let (head, value) = line.rsplit_once(':').unwrap();
            match written {
                Written::Plain => file.push_str(&line),
                Written::Folded(from) => {
                    let from = (from * 2).min(line.len());
                    file.push_str(&format!("{}\r\n {}", &line[..from], &line[from..]));
                }
                Written::Printable => {
                    let value: String = value.bytes().map(|b| format!("={b:02X}")).collect();
                    file.push_str(&format!(
                        "{head};ENCODING=QUOTED-PRINTABLE:{}=\r\n{}",
                        &value[..6],
                        &value[6..]
                    ));
                }
                Written::Labelled => file.push_str(&format!("item{at}.{line}\r\nitem{at}.X-ABLabel:{}", text())),
                Written::Broken => file.push_str(&format!("{line}\r\n{}", text())),
            }
            file.push_str("\r\n");
        }
        if *has_end {
            file.push_str("END:VCARD\r\n");
        }
        texts.push(of_card);
    }
    (file, texts)
}

/// Whether the label may be lost: labels matter only for fields of which a contact has several.
fn may_lose_label(property: &str) -> bool {
    let labelled = ["EMAIL", "TEL", "ADR", "URL", "LABEL"];
    !labelled.iter().any(|name| property.starts_with(name))
}

proptest! {
    #![proptest_config(tried(400))]

    #[test]
    fn any_bytes_are_refused_or_read(bytes in any_file()) {
        let Some((rows, report)) = table_of(&bytes) else { return Ok(()) };
        prop_assert_eq!(rows.len() as u64, report.cards + 1);
        prop_assert!(rows.iter().all(|(_, cells)| cells.len() == rows[0].1.len()));
        prop_assert!(rows[1..].iter().all(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())), "a card became a blank row");
        prop_assert!(rows[1..].windows(2).all(|pair| pair[0].0 <= pair[1].0), "rows are in the file's order");
    }

    #[test]
    fn no_text_of_a_card_is_lost(cards in cards()) {
        let mut cards = cards;
        // Labels that may be lost are not written, because their texts would be checked, too.
        for (lines, _) in &mut cards {
            for (property, written) in lines.iter_mut() {
                if matches!(written, Written::Labelled) && may_lose_label(property) {
                    *written = Written::Plain;
                }
            }
        }
        let (file, texts) = file_of(&cards);
        let (rows, _) = table_of(&file.clone().into_bytes()).unwrap();
        prop_assert_eq!(rows.len(), cards.len() + 1);
        for ((_, cells), texts) in rows[1..].iter().zip(texts) {
            let filled = rows[0].1.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
            let row: String = filled.map(|(header, cell)| format!("{header}={cell}\n")).collect();
            for text in texts {
                prop_assert!(row.contains(&text), "{} is not in {}\nof {}", text, row, file);
            }
        }
    }
}
