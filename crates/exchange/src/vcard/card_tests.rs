use super::super::cards::Cards;
use super::super::lines::FileLines;
use super::*;
use crate::open::Charset;
use std::io::Cursor;

fn read_text(lines: &str) -> Card {
    let text = format!("BEGIN:VCARD\n{}\nEND:VCARD\n", lines.trim());
    let mut cards = Cards::new(FileLines::new(Box::new(Cursor::new(text.into_bytes()))));
    let other = Charset::WINDOWS_1252;
    read(&cards.next().unwrap().unwrap(), Encodings { other })
}

fn contact(lines: &str) -> CardContact {
    match read_text(lines) {
        Card::Contact(contact) => *contact,
        Card::Group(name, _) => panic!("{name} is a group"),
    }
}

/// Returns the values of a contact as `slot=value`.
fn values(lines: &str) -> Vec<String> {
    let values = contact(lines).values;
    values.iter().map(|(slot, value)| format!("{slot}={value}")).collect()
}

fn kept_lines(lines: &str) -> Vec<String> {
    contact(lines).kept.iter().map(ToString::to_string).collect()
}

#[test]
fn a_card_of_a_phone_fills_the_fields() {
    let card = "VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=96zt=C3=BCrk;S=C3=BCleyman;;Dr.;
FN:x
TEL;CELL;PREF:+49 171 3920012
TEL;WORK;FAX:+49 89 1
EMAIL;X-Verein:s@example.net
ADR;HOME:;;Am B=FChl 12;Chemnitz;;09111;Germany
ORG:Fen Trust;Sales;North
TITLE:Clerk
BDAY:19840309
NOTE;QUOTED-PRINTABLE:one=0D=0Atwo
X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Sulo;1;;;;;;;;;;;;;";
    assert_eq!(
        values(card),
        [
            "last_name=\u{d6}zt\u{fc}rk",
            "first_name=S\u{fc}leyman",
            "prefix=Dr.",
            "phone:mobile=+49 171 3920012",
            "phone:fax=+49 89 1",
            "email:Verein=s@example.net",
            "address:home=Am B=FChl 12",
            "city:home=Chemnitz",
            "zip_code:home=09111",
            "country:home=Germany",
            "company=Fen Trust",
            "department=Sales, North",
            "title=Clerk",
            "birthday=1984-03-09",
            "notes=one\ntwo",
            "nickname=Sulo",
        ]
    );
}

#[test]
fn labels_of_apple_stand_beside_their_values() {
    let card = "N:Hale;Ann;;;
item1.EMAIL;type=INTERNET:a@x.org
item1.X-ABLabel:_$!<Other>!$_
item2.X-ABDATE;type=pref:2010-06-01
item2.X-ABLabel:_$!<Anniversary>!$_
item3.ADR;type=HOME:12;Floor 2;Quay 5;London;;;UK
item3.X-ABADR:gb
item4.URL:https://x.org
item4.X-ABLabel:Blog";
    assert_eq!(
        values(card)[2..],
        [
            "email:other=a@x.org",
            "address:home=PO Box 12\nQuay 5\nFloor 2",
            "city:home=London",
            "country:home=UK",
            "website:Blog=https://x.org",
        ]
    );
    assert_eq!(
        kept_lines(card),
        ["X-ABDATE;type=pref;X-ABLABEL=\"_$!<Anniversary>!$_\":2010-06-01"]
    );
}

#[test]
fn lines_without_a_field_are_kept() {
    let card = "N:Hale;Ann
UID:abc@phone
IMPP;TYPE=home:xmpp:ann@x.org
ORG:One
ORG:Two;Sales
X-FOO;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BC
PHOTO;VALUE=uri:https://x.org/a.jpg
BDAY;VALUE=text:spring 1980
a.X-ONE:1
a.X-TWO:2
X-EMPTY:";
    assert_eq!(
        kept_lines(card),
        [
            "X-CRYSTALQORE-SOURCE-UID:abc@phone",
            "IMPP;TYPE=home:xmpp:ann@x.org",
            "ORG:Two;Sales",
            "X-FOO:J\u{fc}",
            "PHOTO;VALUE=uri:https://x.org/a.jpg",
            "BDAY;VALUE=text:spring 1980",
            "a.X-ONE:1",
            "a.X-TWO:2",
        ]
    );
}

#[test]
fn a_name_is_found_where_there_are_no_parts_of_it() {
    for (card, want) in [
        (
            "FN:Ann Marie Hale",
            vec!["first_name=Ann", "middle_name=Marie", "last_name=Hale"],
        ),
        ("N:;;;;\nFN:Acme GmbH", vec!["company=Acme GmbH"]),
        ("FN:Fen\nORG:Fen", vec!["company=Fen"]),
        ("FN:Quay\nKIND:org", vec!["company=Quay"]),
        ("FN:a@x.org\nEMAIL:a@x.org", vec!["email=a@x.org"]),
        ("FN:+1 202\nTEL:+1 202", vec!["phone=+1 202"]),
        (
            "N:Hale;Ann;Lee,May;;Jr.,M.D.\nFN:x",
            vec![
                "last_name=Hale",
                "first_name=Ann",
                "middle_name=Lee May",
                "suffix=Jr., M.D.",
            ],
        ),
    ] {
        assert_eq!(values(card), want, "{card}");
    }
}

#[test]
fn birthdays_are_read_with_and_without_a_year() {
    for (line, want) in [
        ("BDAY:--0309", "--03-09"),
        ("BDAY:--03-09", "--03-09"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-09", "--03-09"),
        ("BDAY;X-APPLE-OMIT-YEAR=1700:1700-03-09", "--03-09"),
        ("BDAY:1984-03-09T00:00:00Z", "1984-03-09"),
    ] {
        assert_eq!(values(line), [format!("birthday={want}")], "{line}");
    }
    for line in ["BDAY:1984", "BDAY:---09", "BDAY:1984-13-09", "BDAY:\u{e4}\u{e4}\u{e4}"] {
        assert_eq!(kept_lines(line), [line]);
    }
}

#[test]
fn numbers_that_are_uris_are_numbers() {
    assert_eq!(
        values("TEL;VALUE=uri;TYPE=\"voice,home\":tel:+1-202-555-0101;ext=12"),
        ["phone:home=+1-202-555-0101 ext. 12"]
    );
    assert_eq!(values("EMAIL:MAILTO:a@x.org"), ["email=a@x.org"]);
}

#[test]
fn a_group_names_its_members() {
    for card in [
        "KIND:group\nFN:Club\nMEMBER:urn:uuid:a\nMEMBER:b",
        "X-ADDRESSBOOKSERVER-KIND:group\nN:Club;;;;\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a\nX-ADDRESSBOOKSERVER-MEMBER:b",
    ] {
        let Card::Group(name, members) = read_text(card) else {
            panic!("{card} is no group");
        };
        assert_eq!(
            (name.as_str(), members),
            ("Club", vec!["urn:uuid:a".to_owned(), "b".to_owned()])
        );
    }
}

#[test]
fn what_is_left_out_or_broken_is_told() {
    let messages = |card: &str| -> Vec<(String, bool)> {
        let remarks = contact(card).remarks;
        remarks
            .into_iter()
            .map(|remark| (remark.message, remark.is_bad))
            .collect()
    };
    let photo = format!("N:a\nPHOTO;ENCODING=b:{}", "A".repeat(50_000));
    assert_eq!(
        messages(&photo),
        [("PHOTO of this card (49 KB) is left out.".to_owned(), false)]
    );
    assert_eq!(messages("N:;;;;"), [("This card is empty.".to_owned(), true)]);
    let joined = "Line 3 of the file is no property; its text is joined to the line before.";
    assert_eq!(messages("NOTE:a\nb"), [(joined.to_owned(), false)]);
    assert_eq!(values("NOTE:a\nb"), ["notes=a\nb"]);
}
