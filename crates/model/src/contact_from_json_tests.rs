use super::*;
use proptest::prelude::*;

/// Returns what serde reads, if it accepts the text.
fn by_serde(json: &str) -> Option<Contact> {
    serde_json::from_str(json).ok()
}

#[test]
fn what_is_written_is_read_without_serde() {
    for json in [
        "{}",
        r#"{"first_name":"Zoë","last_name":"O\"Brien","title":"a\\b","notes":"one\ntwo\r\tthree"}"#,
        r#"{"emails":[{"label":"work","value":"a@example.com"},{"value":"b@example.com"}]}"#,
        r#"{"phones":[{"label":"mobile","value":"+14155550132","raw":"(415) 555-0132"},{"value":"+14155550133"}]}"#,
        r#"{"addresses":[{"address":"1 Main St","city":"Bonn"},{"label":"Boat","zip_code":"53111"}]}"#,
        r#"{"website":[{"label":"home","value":"example.com"}],"birthday":"1984-03-09","tags":["a","b"]}"#,
        r#"{"birthday":"--03-09","custom":{"Shoe size":"42","":"x"},"vcard_lines":["X-A:1"]}"#,
        r#"{"emails":[],"custom":{}}"#,
    ] {
        let contact = read(json).unwrap_or_else(|| panic!("{json}"));
        assert_eq!(Some(contact), by_serde(json), "{json}");
    }
}

#[test]
fn what_is_not_written_is_left_to_serde() {
    for json in [
        "",
        "{",
        "{} ",
        r#"{ "first_name":"Ann"}"#,
        r#"{"first_name":"A\u006en"}"#,
        r#"{"first_name":"Ann","first_name":"Bo"}"#,
        r#"{"first_name":7}"#,
        r#"{"unknown":"Ann"}"#,
        r#"{"emails":[{"label":"work"}]}"#,
        r#"{"emails":[{"value":"a","value":"b"}]}"#,
        r#"{"birthday":"yesterday"}"#,
        r#"{"vcard_lines":["no line"]}"#,
        "{\"first_name\":\"A\nnn\"}",
        r#"{"first_name":"Ann}"#,
        r#"{"first_name":"Ann"},"#,
        r#"{"tags":["a",]}"#,
    ] {
        assert_eq!(read(json), None, "{json}");
    }
}

/// Pieces of contact JSON, so that most generated texts are nearly valid.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(
        &[
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\n",
            "\\u0041",
            " ",
            "null",
            "7",
            "é",
            "\"first_name\":",
            "\"Ann\"",
            "\"emails\":[",
            "{\"value\":\"a@b.example\"}",
            "\"label\":\"Work\"",
            "\"custom\":{",
            "\"x\":\"y\"",
            "\"birthday\":\"1984-03-09\"",
            "\"tags\":[\"a\"]",
            "\"phones\":[{\"value\":\"+1\",\"raw\":\"1\"}]",
        ][..],
    );
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_is_read_is_what_serde_reads(inside in pieces(), is_whole in any::<bool>()) {
        let json = if is_whole { format!("{{{inside}}}") } else { inside };
        if let Some(contact) = read(&json) {
            prop_assert_eq!(Some(contact), by_serde(&json), "{}", json);
        }
    }
}
