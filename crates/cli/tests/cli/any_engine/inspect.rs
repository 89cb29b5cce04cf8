//! `crystalqore inspect`: its output. It neither needs nor creates a data folder.

use crate::scratch::{Scratch, counts_of, files_below};
use serde_json::json;

const FILE: &str = "\
First Name,E-mail Address,Mobile,Strange
Ann,ann@example.com,(415) 555-0132,x
Bob,bob@example,,
Anna,ANN@example.com,,
";

fn with_file() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("people.csv", FILE);
    scratch
}

#[test]
fn the_document_has_the_form_of_the_design() {
    let scratch = with_file();
    let document = scratch
        .run(&["inspect", "people.csv", "--json", "--region", "US"])
        .expect(0)
        .json();
    assert_eq!(document["encoding"], "utf-8");
    assert_eq!(document["bom"], false);
    assert_eq!(document["delimiter"], ",");
    assert_eq!(document["header_row"], 0);
    assert!(document.get("layout").is_some());
    let columns = document["columns"].as_array().unwrap();
    let fields: Vec<_> = columns.iter().map(|c| c["field"].clone()).collect();
    assert_eq!(
        fields,
        [json!("first_name"), json!("email"), json!("phone:mobile"), json!(null)]
    );
    for column in columns {
        assert!(column["header"].is_string() && !column["reason"].as_str().unwrap().is_empty());
        assert!((0.0..=1.0).contains(&column["confidence"].as_f64().unwrap()));
    }
    assert_eq!(counts_of(&document), "rows 3, new 1, duplicate 1, invalid 1");
    let rows = document["rows"].as_array().unwrap();
    let lines: Vec<_> = rows.iter().map(|r| (r["line"].clone(), r["status"].clone())).collect();
    assert_eq!(
        lines,
        [
            (json!(2), json!("valid")),
            (json!(3), json!("invalid")),
            (json!(4), json!("duplicate"))
        ]
    );
    assert_eq!(
        rows[0],
        json!({"line": 2, "status": "valid", "reasons": [], "contact": {
            "first_name": "Ann",
            "emails": [{"value": "ann@example.com"}],
            "phones": [{"label": "mobile", "value": "+14155550132", "raw": "(415) 555-0132"}],
        }})
    );
    let reason = &rows[1]["reasons"][0];
    assert_eq!(reason["code"], "email");
    assert_eq!(reason["column"], "E-mail Address");
    assert_eq!(reason["value"], "bob@example");
    assert!(reason["message"].is_string() && reason["advice"].is_string());
}

#[test]
fn the_format_of_the_file_is_reported() {
    let scratch = Scratch::new();
    let text = "Team list\n\nVorname;E-Mail\nZoë;zoe@example.com\n";
    let utf_16: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    scratch.write("list.csv", utf_16);
    let document = scratch.run(&["inspect", "list.csv", "--json"]).expect(0).json();
    assert_eq!(document["encoding"], "utf-16le");
    assert_eq!(document["bom"], true);
    assert_eq!(document["delimiter"], ";");
    assert!(document["header_row"].as_u64().unwrap() > 0);
    assert_eq!(document["rows"][0]["contact"]["first_name"], "Zoë");
    scratch.write("bare.csv", "Ann,Ivers,ann@example.com\nBob,Oduya,bob@example.com\n");
    let document = scratch.run(&["inspect", "bare.csv", "--json"]).expect(0).json();
    assert_eq!(document["header_row"], json!(null));
    assert_eq!(counts_of(&document), "rows 2, new 2");
}

#[test]
fn raw_records_come_as_they_are_read() {
    let scratch = with_file();
    let document = scratch
        .run(&["inspect", "people.csv", "--raw", "--json"])
        .expect(0)
        .json();
    assert_eq!(
        document,
        json!({
            "header": ["First Name", "E-mail Address", "Mobile", "Strange"],
            "rows": [
                ["Ann", "ann@example.com", "(415) 555-0132", "x"],
                ["Bob", "bob@example", "", ""],
                ["Anna", "ANN@example.com", "", ""],
            ],
        })
    );
    scratch.write("bare.csv", "Ann,ann@example.com\nBob,bob@example.com\n");
    let document = scratch
        .run(&["inspect", "bare.csv", "--raw", "--json"])
        .expect(0)
        .json();
    assert_eq!(document["header"], json!(null));
    assert_eq!(document["rows"].as_array().unwrap().len(), 2);
    scratch
        .run(&["inspect", "people.csv", "--raw"])
        .expect(0)
        .says(&["First Name | E-mail Address", "Bob | bob@example"]);
}

#[test]
fn the_limit_is_one_of_rows_printed_not_of_rows_counted() {
    let scratch = with_file();
    for limit in ["0", "1", "2"] {
        let run = scratch.run(&["inspect", "people.csv", "--json", "--limit", limit]);
        let document = run.expect(0).json();
        assert_eq!(document["rows"].as_array().unwrap().len().to_string(), limit);
        assert_eq!(document["counts"]["rows"], 3);
        let raw = scratch.run(&["inspect", "people.csv", "--json", "--raw", "--limit", limit]);
        assert_eq!(
            raw.expect(0).json()["rows"].as_array().unwrap().len().to_string(),
            limit
        );
    }
}

#[test]
fn the_last_row_within_the_limit_is_compared_behind_blank_lines_too() {
    let scratch = Scratch::new();
    let rows = "First Name,Last Name,Company\n\n\n\nWilliam,Ivers,Acme\n\nBill,Ivers,Acme\nWill,Ivers,Acme\n";
    scratch.write("people.csv", rows);
    let codes = |limit: &str| {
        let run = scratch.run(&["inspect", "people.csv", "--json", "--limit", limit]);
        let rows = run.expect(0).json()["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["reasons"][0]["code"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(codes("2"), [json!(null), json!("possible_duplicate")]);
    assert_eq!(codes("3")[2], json!("possible_duplicate"));
}

#[test]
fn people_read_a_table() {
    let scratch = with_file();
    scratch
        .run(&["inspect", "people.csv", "--region", "US"])
        .expect(0)
        .says(&[
            "people.csv",
            "utf-8",
            "comma",
            "in the first record",
            "E-mail Address",
            "phone:mobile",
            "3 rows: 1 valid, 1 duplicate, 1 invalid",
            "line 3, E-mail Address",
        ]);
}

#[test]
fn choices_are_shown_and_wrong_ones_refused() {
    let scratch = with_file();
    let document = scratch
        .run(&[
            "inspect",
            "people.csv",
            "--json",
            "--map",
            "Strange=custom:Strange",
            "--map",
            "Mobile=",
        ])
        .expect(0)
        .json();
    let fields: Vec<_> = document["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["field"].clone())
        .collect();
    assert_eq!(
        fields,
        [
            json!("first_name"),
            json!("email"),
            json!(null),
            json!("custom:Strange")
        ]
    );
    scratch.write("mapping.json", r#"{"Strange": "notes"}"#);
    let document = scratch
        .run(&["inspect", "people.csv", "--json", "--mapping", "mapping.json"])
        .expect(0)
        .json();
    assert_eq!(document["rows"][0]["contact"]["notes"], "x");
    let run = scratch.run(&["inspect", "people.csv", "--json", "--map", "Nope=email"]);
    assert_eq!(run.expect(2).error_code(), "mapping");
}

#[test]
fn what_is_no_table_is_refused() {
    let scratch = Scratch::new();
    scratch.write("empty.csv", "");
    scratch.run(&["inspect", "empty.csv"]).expect(3).says(&["empty"]);
    for options in [&["--json"][..], &["--json", "--raw"]] {
        let run = scratch.run(&[&["inspect", "empty.csv"], options].concat());
        assert_eq!(run.expect(3).error_code(), "empty_file");
    }
    scratch.run(&["inspect", "."]).expect(3).says(&["folder"]);
    scratch
        .run(&["inspect", "missing.csv"])
        .expect(3)
        .says(&["missing.csv"]);
}

#[test]
fn standard_input_can_be_inspected() {
    let scratch = Scratch::new();
    let run = scratch.run_with_input(&["inspect", "-", "--json"], FILE);
    assert_eq!(run.expect(0).json()["counts"]["rows"], 3);
}

#[test]
fn nothing_is_made() {
    let scratch = with_file();
    let before = files_below(&scratch.path(""));
    scratch.run(&["inspect", "people.csv"]).expect(0);
    scratch.run(&["inspect", "people.csv", "--json"]).expect(0);
    scratch.run(&["inspect", "people.csv", "--raw"]).expect(0);
    assert_eq!(files_below(&scratch.path("")), before);
}
