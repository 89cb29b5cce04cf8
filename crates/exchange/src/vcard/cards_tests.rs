use super::*;
use std::io::{Cursor, Read};

fn cards(input: Box<dyn Read + Send>) -> (Vec<CardLines>, u64) {
    let mut reader = Cards::new(FileLines::new(input));
    let mut cards = Vec::new();
    while let Some(card) = reader.next().unwrap() {
        cards.push(card);
    }
    (cards, reader.outside)
}

fn cards_in(text: &str) -> Vec<CardLines> {
    cards(Box::new(Cursor::new(text.as_bytes().to_vec()))).0
}

fn lines_of(card: &CardLines) -> Vec<String> {
    let text = |line: &CardLine| String::from_utf8(line.bytes.clone()).unwrap();
    card.lines.iter().map(text).collect()
}

#[test]
fn a_file_is_cut_at_every_begin() {
    let text = "junk\nbegin:vcard\nN:a\nend:vcard\n\nBEGIN:VCARD \r\nN:b\r\nBEGIN:VCARD\nN:c\nEND:VCARD";
    let (cards, outside) = cards(Box::new(Cursor::new(text.as_bytes().to_vec())));
    let read: Vec<_> = cards
        .iter()
        .map(|card| (card.line, lines_of(card), card.oddities.clone()))
        .collect();
    let line = |text: &str| vec![text.to_owned()];
    assert_eq!(
        read,
        [
            (2, line("N:a"), vec![]),
            (6, line("N:b"), vec![CardDefect::NoEnd]),
            (8, line("N:c"), vec![]),
        ]
    );
    assert_eq!(outside, 1);
}

#[test]
fn folds_soft_breaks_and_pictures_without_indent_are_joined() {
    let card = &cards_in(
        "BEGIN:VCARD\nNOTE;LANGUAGE=e\n n:on\n e\n\ttwo\nFN;ENCODING=QUOTED-PRINTABLE:a=\n=20b=\n c\nPHOTO;BASE64:AAAA\nBBBB\n\nTEL:1\nEND:VCARD\n",
    )[0];
    assert_eq!(
        lines_of(card),
        [
            "NOTE;LANGUAGE=en:onetwo",
            "FN;ENCODING=QUOTED-PRINTABLE:a=20b c",
            "PHOTO;BASE64:AAAABBBB",
            "TEL:1"
        ]
    );
    assert_eq!(card.lines.iter().map(|l| l.number).collect::<Vec<_>>(), [2, 6, 9, 12]);
}

#[test]
fn a_line_without_colon_joins_the_one_before() {
    let card = &cards_in("BEGIN:VCARD\nNOTE:one\ntwo\nthree\nEND:VCARD\n")[0];
    assert_eq!(lines_of(card), ["NOTE:one\\ntwo\\nthree"]);
    assert_eq!(card.oddities, [CardDefect::NoProperty(3)]);
    let card = &cards_in("BEGIN:VCARD\nnothing\nN:a\nPHOTO;BASE64:AA\nB B\nEND:VCARD\n")[0];
    assert_eq!(lines_of(card), ["NOTE:nothing", "N:a", "PHOTO;BASE64:AA\\nB B"]);
}

#[test]
fn a_card_within_a_card_is_its_value() {
    let text = "BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nN:a,b\nEND:VCARD\nN:c\nEND:VCARD\nBEGIN:VCARD\nAGENT:BEGIN:VCARD\nN:d\nEND:VCARD\nN:e\nEND:VCARD\n";
    let cards = cards_in(text);
    assert_eq!(
        lines_of(&cards[0]),
        ["AGENT:BEGIN:VCARD\\nN:a\\,b\\nEND:VCARD\\n", "N:c"]
    );
    assert_eq!(lines_of(&cards[1]), ["AGENT:BEGIN:VCARD\\nN:d\\nEND:VCARD\\n", "N:e"]);
}

#[test]
fn agents_within_agents_end() {
    let text = "BEGIN:VCARD\nAGENT:\n".repeat(5_000);
    let cards = cards_in(&text);
    assert!(cards.iter().all(|card| card.lines.len() <= 1), "{}", cards.len());
}

/// Returns a text, followed by `bytes` repetitions of a byte, followed by a text.
fn long(begin: &str, filler: u8, bytes: u64, end: &str) -> Box<dyn Read + Send> {
    let begin = Cursor::new(begin.as_bytes().to_vec());
    Box::new(
        begin
            .chain(io::repeat(filler).take(bytes))
            .chain(Cursor::new(end.as_bytes().to_vec())),
    )
}

#[test]
fn a_picture_of_100_mb_is_left_out_and_measured() {
    let (read, _) = cards(long(
        "BEGIN:VCARD\nN:a\nPHOTO;ENCODING=b;TYPE=JPEG:",
        b'A',
        100_000_000,
        "\nTEL:1\nEND:VCARD\n",
    ));
    assert_eq!(lines_of(&read[0]), ["N:a", "PHOTO;ENCODING=b;TYPE=JPEG:", "TEL:1"]);
    assert_eq!(read[0].lines[1].left_out, 100_000_000);
    assert_eq!(read[0].oddities, []);
    let folded = "\n AAAAAAAAAA".repeat(4_000);
    let text = format!("BEGIN:VCARD\nPHOTO:data:image/png;base64,{folded}\nTEL:1\nEND:VCARD\n");
    let card = &cards_in(&text)[0];
    assert_eq!(card.lines[0].left_out, 40_000 + "data:image/png;base64,".len());
    assert_eq!(lines_of(card)[1], "TEL:1");
    let folded = "\n AAAAAAAAAA".repeat(2_900);
    let text = format!("BEGIN:VCARD\nitem1.photo;ENCODING=b:{folded}\nLOGO;ENCODING=b:{folded}\nEND:VCARD\n");
    let lines = &cards_in(&text)[0].lines;
    assert_eq!((lines[0].bytes.len(), lines[0].left_out), (29_023, 0));
    assert_eq!(lines[1].left_out, 29_000);
}

#[test]
fn long_texts_of_many_lines_are_read_in_a_moment() {
    let folded = format!("BEGIN:VCARD\nNOTE:{}\nEND:VCARD\n", "x\n ".repeat(1_000_000));
    assert_eq!(cards_in(&folded)[0].lines[0].bytes.len(), 5 + 1_000_000);
    // A quotation mark that is never closed hides the colon.
    let open = format!(
        "BEGIN:VCARD\nNOTE;X=\"{}:a\n{}END:VCARD\n",
        "y".repeat(10_000),
        "x\n".repeat(1_000_000)
    );
    let card = &cards_in(&open)[0];
    assert_eq!(
        (card.lines.len(), &card.oddities),
        (1, &vec![CardDefect::NoProperty(3)])
    );
}

#[test]
fn a_text_that_is_too_long_is_cut_and_reported() {
    let (read, _) = cards(long(
        "BEGIN:VCARD\nN:a\nNOTE:",
        b'x',
        40_000_000,
        "\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nN:b\nEND:VCARD\n",
    ));
    assert_eq!(read[0].oddities, [CardDefect::TooLarge]);
    assert!(read[0].size < LARGEST);
    assert_eq!(lines_of(&read[1]), ["N:b"]);
    let (read, _) = cards(Box::new(Cursor::new(
        [b"BEGIN:VCARD\n".to_vec(), b"NOTE:xxxxxxxxx\n".repeat(3_000_000)].concat(),
    )));
    assert_eq!(read[0].oddities, [CardDefect::TooLarge, CardDefect::NoEnd]);
}
