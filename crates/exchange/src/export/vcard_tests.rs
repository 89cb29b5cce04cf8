use super::*;
use model::ContactId;

fn exported() -> Exported {
    let json = r#"{"prefix":"Dr.","first_name":"Süleyman","last_name":"Öztürk","company":"Fen, Trust","department":"Sales",
        "emails":[{"label":"work","value":"s@example.net"},{"label":"Verein","value":"v@example.net"}],
        "phones":[{"label":"mobile","value":"+491713920012"}],
        "addresses":[{"label":"home","address":"Am Bühl 12\nHinterhaus","city":"Chemnitz","zip_code":"09111","country":"Germany"}],
        "birthday":"--03-09","tags":["vip","a,b"],"notes":"One\nTwo; three","custom":{"Shoe size":"42"},
        "vcard_lines":["IMPP:xmpp:s@example.net","X-ABDATE;X-ABLABEL=\"_$!<Anniversary>!$_\":2010-06-01","item1.X-FOO:1"]}"#;
    Exported {
        id: ContactId::from_u128(1),
        version: 1_774_000_000_123_456,
        contact: Contact::from_json(json).unwrap(),
    }
}

#[test]
fn a_card_of_version_3_is_what_apple_and_android_write() {
    let want = "BEGIN:VCARD
VERSION:3.0
PRODID:-//CrystalQore//CrystalQore//EN
UID:00000000-0000-0000-0000-000000000001
REV:2026-03-20T09:46:40Z
X-CRYSTALQORE-VERSION:vhgtwckr134
FN:Süleyman Öztürk
N:Öztürk;Süleyman;;Dr.;
ORG:Fen\\, Trust;Sales
EMAIL;TYPE=INTERNET;TYPE=WORK:s@example.net
item2.EMAIL;TYPE=INTERNET:v@example.net
item2.X-ABLabel:Verein
TEL;TYPE=CELL:+49 171 3920012
ADR;TYPE=HOME:;;Am Bühl 12\\nHinterhaus;Chemnitz;;09111;Germany
BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-09
CATEGORIES:vip,a\\,b
NOTE:One\\nTwo\\; three
X-CRYSTALQORE-FIELD:Shoe size;42
IMPP:xmpp:s@example.net
item3.X-ABDATE:2010-06-01
item3.X-ABLabel:_$!<Anniversary>!$_
item1.X-FOO:1
END:VCARD
";
    assert_eq!(card_of(&exported(), VcardVersion::V3).replace("\r\n", "\n"), want);
}

#[test]
fn version_4_has_dates_without_a_year_and_uris() {
    let card = card_of(&exported(), VcardVersion::V4);
    for line in [
        "VERSION:4.0",
        "UID:urn:uuid:00000000-0000-0000-0000-000000000001",
        "REV:20260320T094640Z",
        "EMAIL;TYPE=work:s@example.net",
        "TEL;TYPE=cell:+49 171 3920012",
        "BDAY:--0309",
    ] {
        assert!(card.contains(&format!("{line}\r\n")), "{line} in {card}");
    }
}

#[test]
fn moments_are_dates_of_the_calendar() {
    for (version, want) in [
        (0, "19700101T000000Z"),
        (951_782_400_000_000, "20000229T000000Z"),
        (1_709_251_199_999_999, "20240229T235959Z"),
        (253_402_300_799_999_999, "99991231T235959Z"),
    ] {
        assert_eq!(moment(version, VcardVersion::V4), want);
    }
}

#[test]
fn a_small_card_has_what_a_phone_shows() {
    let card = small_card_of(&exported().contact);
    assert!(card.contains("TEL;TYPE=CELL:+49 171 3920012"));
    assert!(!card.contains("CRYSTALQORE") && !card.contains("NOTE"), "{card}");
}
