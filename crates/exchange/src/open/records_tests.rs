use super::*;
use crate::open::batch::Record;
use proptest::prelude::*;

fn read_with(input: &[u8], dialect: Dialect) -> Vec<(u64, Vec<String>)> {
    let mut reader = Records::new(input, dialect);
    let mut batch = Batch::default();
    let mut out = Vec::new();
    while reader.fill(&mut batch, 3).unwrap() {
        out.extend(
            batch
                .records()
                .map(|r| (r.line(), r.cells().map(str::to_owned).collect())),
        );
    }
    out
}

fn read(input: &str) -> Vec<Vec<String>> {
    read_with(input.as_bytes(), Dialect::default())
        .into_iter()
        .map(|(_, cells)| cells)
        .collect()
}

fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter()
        .map(|r| r.iter().map(|c| (*c).to_owned()).collect())
        .collect()
}

#[test]
fn quotes_hold_delimiters_and_line_breaks() {
    assert_eq!(
        read("a,\"b,\n\"\"c\"\"\",d\r\ne,f,g"),
        rows(&[&["a", "b,\n\"c\"", "d"], &["e", "f", "g"]])
    );
}

#[test]
fn lines_are_counted_where_records_begin() {
    let lines: Vec<u64> = read_with(b"a\n\n\"b\nc\"\nd\n", Dialect::default())
        .iter()
        .map(|r| r.0)
        .collect();
    assert_eq!(lines, [1, 3, 5]);
}

#[test]
fn stray_quotes_are_plain_characters() {
    assert_eq!(
        read("Ann \"Annie\",5\" screen"),
        rows(&[&["Ann \"Annie\"", "5\" screen"]])
    );
    assert_eq!(read("\"said \"hi\" there\",x"), rows(&[&["said \"hi\" there", "x"]]));
}

#[test]
fn blanks_around_quotes_are_no_part_of_the_value() {
    assert_eq!(read("Ann, \"Ivers, Jr.\" , x"), rows(&[&["Ann", "Ivers, Jr.", " x"]]));
}

#[test]
fn a_quote_that_never_closes_harms_its_record_only() {
    let want = rows(&[&["Bob", "\"Oduya", "x"], &["Cy", "Dahl", "y"]]);
    assert_eq!(read("Bob,\"Oduya,x\nCy,Dahl,y\n"), want);
    assert_eq!(read("Bob,\"Oduya,x\nCy,\"Dahl\",y\n"), want);
}

#[test]
fn every_kind_of_line_end_ends_a_record() {
    let want = rows(&[&["a", "b"], &["c", "d"]]);
    for input in [
        "a,b\nc,d\n",
        "a,b\r\nc,d\r\n",
        "a,b\r\r\nc,d\r\r\n",
        "a,b\nc,d",
        "\n\na,b\n  \nc,d\n\n",
    ] {
        assert_eq!(read(input), want, "{input:?}");
    }
    let cr = Dialect {
        cr_ends_record: true,
        ..Dialect::default()
    };
    let got: Vec<_> = read_with(b"a,b\rc,d\r", cr).into_iter().map(|r| r.1).collect();
    assert_eq!(got, want);
}

#[test]
fn backslashes_escape_when_the_dialect_says_so() {
    let dialect = Dialect {
        escape: Some(b'\\'),
        ..Dialect::default()
    };
    let got = read_with(b"\"said \\\"hi\\\", x\",\"C:\\\\temp\",\"a\\nb\"\n", dialect);
    assert_eq!(got[0].1, ["said \"hi\", x", "C:\\temp", "a\\nb"]);
}

#[test]
fn bytes_that_are_no_text_mark_their_record() {
    let mut reader = Records::new(&b"a,b\nc\xE9,d\ne,f\n"[..], Dialect::default());
    let mut batch = Batch::default();
    reader.fill(&mut batch, 10).unwrap();
    let odd: Vec<_> = batch.records().map(Record::anomaly).collect();
    assert_eq!(odd, [None, Some(Anomaly::BadBytes), None]);
    assert_eq!(batch.records().nth(1).unwrap().get(0), Some("c\u{fffd}"));
    assert_eq!(batch.records().nth(2).unwrap().get(1), Some("f"));
}

#[test]
fn a_record_without_end_is_cut() {
    let mut input = vec![b'x'; MAX_RECORD + 1_000_000];
    input.extend_from_slice(b"\nnext,row\n");
    let mut reader = Records::new(&input[..], Dialect::default());
    let mut batch = Batch::default();
    let mut odd = Vec::new();
    while reader.fill(&mut batch, 10).unwrap() {
        odd.extend(batch.records().map(|r| (r.anomaly(), r.len())));
    }
    assert_eq!(odd, [(Some(Anomaly::TooLong), 1), (None, 2)]);
}

/// Quotes that never close, each of which could close anywhere below. Searching anew from each of them took hours for a
/// file of a few megabytes; now the search takes no longer than reading.
#[test]
fn quotes_that_never_close_do_not_hang() {
    for piece in [" \"a\n", "\"a,", "Ann, \"x y,z\n", "\"\"a,\"", ",\"a\\\"b\n"] {
        for escape in [None, Some(b'\\')] {
            let dialect = Dialect {
                escape,
                ..Dialect::default()
            };
            let input = piece.repeat(300_000);
            assert!(!read_with(input.as_bytes(), dialect).is_empty());
        }
    }
}

proptest! {
    #[test]
    fn pieces_do_not_matter(input in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b' '), any::<u8>()], 0..200), piece in 1usize..9) {
        let whole = read_with(&input, Dialect::default());
        let mut reader = Records::new(&input[..], Dialect::default());
        reader.read_bytes = piece;
        let mut batch = Batch::default();
        let mut dripped = Vec::new();
        while reader.fill(&mut batch, 1).unwrap() {
            dripped.extend(batch.records().map(|r| (r.line(), r.cells().map(str::to_owned).collect::<Vec<_>>())));
        }
        prop_assert_eq!(whole, dripped);
    }

    #[test]
    fn what_is_quoted_by_the_rules_comes_back(cells in proptest::collection::vec(proptest::collection::vec("[a-z\",\n ]{0,8}", 2..5), 1..6)) {
        let text: String = cells.iter().map(|row| {
            row.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect::<Vec<_>>().join(",") + "\r\n"
        }).collect();
        prop_assert_eq!(read(&text), cells);
    }
}

proptest::proptest! {
    /// A record read from its position equals the record read in sequence, whatever surrounds it.
    #[test]
    fn every_record_can_be_read_from_its_mark(text in r#"([ab,"\r\n]|\n\n|note\n){0,60}"#) {
        let dialect = Dialect::default();
        let mut all = Batch::default();
        let mut records = Records::new(text.as_bytes(), dialect.clone());
        if records.fill(&mut all, 1000).unwrap() {
            for record in all.records() {
                let rest = &text.as_bytes()[record.mark().offset as usize..];
                let mut again = Batch::default();
                proptest::prop_assert!(Records::from_mark(rest, dialect.clone(), record.mark()).fill(&mut again, 1).unwrap());
                let same = again.records().next().unwrap();
                let seen = |r: Record<'_>| (r.mark(), r.anomaly(), r.is_lone(), r.cells().map(str::to_owned).collect::<Vec<_>>());
                proptest::prop_assert_eq!(seen(same), seen(record));
            }
        }
    }
}
