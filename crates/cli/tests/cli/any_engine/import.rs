//! `crystalqore import`: its output, its exit codes, and how a file is opened and mapped.

use crate::scratch::{Run, Scratch, counts_of};
use serde_json::{Value, json};

const PEOPLE: &str = "\
First Name,Last Name,Email,Phone (Work),Company
Ann,Ivers,ann@example.com,+1 202 555 0101,Harbour Tiles
Bob,Oduya,bob@example.org,,Fen Trust
Cy,Ram,,+44 20 7946 0103,
";

/// One row of each outcome that is possible in an empty directory: new, invalid, duplicate.
const MIXED: &str = "\
First Name,Last Name,Email
Ann,Ivers,ann@example.com
Bob,Oduya,bob@example
Anna,Ivers,ANN@example.com
";

#[test]
fn people_read_what_was_done_and_how_to_undo_it() {
    let scratch = Scratch::new();
    scratch.write("people.csv", PEOPLE);
    let run = scratch.run(&["import", "people.csv"]);
    run.expect(0).says(&[
        "Imported people.csv (import 1)",
        "3  rows",
        "3  created",
        "crystalqore undo 1",
    ]);
    assert_eq!(run.err, "", "no progress bar in a pipe");
    assert_eq!(scratch.contacts().len(), 3);
}

#[test]
fn a_dry_run_speaks_of_what_would_be() {
    let scratch = Scratch::new();
    scratch.write("mixed.csv", MIXED);
    let run = scratch.run(&["import", "mixed.csv", "--dry-run", "--rejected", "rejected.csv"]);
    run.expect(0).says(&[
        "nothing was changed",
        "3  rows",
        "1  would be created",
        "1  rejected",
        "line 3",
    ]);
    assert!(!run.out.contains("undo"));
    assert!(!scratch.path("rejected.csv").exists());
    assert_eq!(scratch.contacts().len() + scratch.imports().len(), 0);
}

#[test]
fn json_counts_every_row_once() {
    let scratch = Scratch::new();
    scratch.write("mixed.csv", MIXED);
    let run = scratch.run(&["import", "mixed.csv", "--json"]);
    let document = run.expect(4).json();
    assert_eq!(document["import"], "1");
    let names: Vec<&String> = document["counts"].as_object().unwrap().keys().collect();
    for name in [
        "rows",
        "new",
        "update",
        "unchanged",
        "duplicate",
        "ambiguous",
        "conflict",
        "invalid",
    ] {
        assert!(names.iter().any(|n| *n == name), "{name} is counted");
    }
    assert_eq!(counts_of(&document), "rows 3, new 1, duplicate 1, invalid 1");
    assert_eq!(document["look_at"][0]["line"], 3);
}

#[test]
fn rejected_rows_are_reported_with_line_column_and_advice() {
    let scratch = Scratch::new();
    scratch.write("mixed.csv", MIXED);
    scratch.run(&["import", "mixed.csv"]).expect(4).says(&[
        "1  rejected",
        "line 3, Email",
        "bob@example",
        "Write it as",
        "crystalqore rejected 1 -o FILE",
    ]);
}

#[test]
fn what_is_no_table_is_named() {
    let scratch = Scratch::new();
    let refused: [(&str, &[u8], &str, &str); 5] = [
        ("empty.csv", b"", "empty_file", "empty"),
        (
            "book.csv",
            b"PK\x03\x04......[Content_Types].xml",
            "not_csv:xlsx",
            "Excel workbook",
        ),
        ("page.csv", b"<!DOCTYPE html><html></html>", "not_csv:html", "HTML page"),
        (
            "cards.csv",
            b"MECARD:N:Marsh,Ana;EMAIL:ana@example.org;;\n",
            "not_csv:vcard",
            "vCard",
        ),
        ("paper.csv", b"%PDF-1.7", "not_csv:pdf", "PDF"),
    ];
    for (name, bytes, code, word) in refused {
        scratch.write(name, bytes);
        scratch.run(&["import", name]).expect(3).says(&[word]);
        assert_eq!(scratch.run(&["import", name, "--json"]).expect(3).error_code(), code);
        assert_eq!(
            scratch
                .run(&["import", name, "--json", "--dry-run"])
                .expect(3)
                .error_code(),
            code
        );
    }
    scratch.run(&["import", "missing.csv"]).expect(3).says(&["missing.csv"]);
    scratch.write("columns.csv", "qqq,zzz\n1,2\n");
    scratch
        .run(&["import", "columns.csv"])
        .expect(3)
        .says(&["--map", "qqq, zzz"]);
    assert_eq!(scratch.imports(), [] as [serde_json::Value; 0]);
}

#[test]
fn unknown_columns_and_slots_list_what_there_is() {
    let scratch = Scratch::new();
    scratch.write("people.csv", PEOPLE);
    let run = |options: &[&str]| scratch.run(&[&["import", "people.csv"], options].concat());
    let columns = "First Name, Last Name, Email, Phone (Work), Company";
    run(&["--map", "Mail=email"]).expect(2).says(&["\"Mail\"", columns]);
    run(&["--map", "#6=email"]).expect(2).says(&["\"#6\"", columns]);
    let slots = &["first_name", "email", "phone", "zip_code", "custom:NAME"];
    run(&["--map", "Email=mail"]).expect(2).says(&["\"mail\""]).says(slots);
    run(&["--map", "Email"]).expect(2).says(&["COLUMN=FIELD"]);
    run(&["--map", "Email=title", "--map", "Company=title"])
        .expect(2)
        .says(&["\"Email\"", "\"Company\"", "title"]);
    scratch.write("column.json", r#"{"Mail": "email"}"#);
    run(&["--mapping", "column.json"])
        .expect(2)
        .says(&["\"Mail\"", columns]);
    scratch.write("slot.json", r#"{"Email": "mail"}"#);
    run(&["--mapping", "slot.json"]).expect(2).says(slots);
    assert_eq!(
        run(&["--mapping", "slot.json", "--json"]).expect(2).error_code(),
        "mapping"
    );
    scratch.write("broken.json", "{");
    run(&["--mapping", "broken.json"]).expect(2).says(&["broken.json"]);
    run(&["--mapping", "missing.json"]).expect(2).says(&["missing.json"]);
    assert_eq!(scratch.imports().len(), 0);
}

#[test]
fn unknown_options_and_values_are_usage_errors() {
    let scratch = Scratch::new();
    scratch.write("people.csv", PEOPLE);
    for options in [
        ["--duplicates", "merge"],
        ["--match", "name"],
        ["--region", "XX"],
        ["--encoding", "utf-99"],
        ["--delimiter", "x"],
        ["--nope", "1"],
    ] {
        scratch
            .run(&["import", "people.csv", options[0], options[1]])
            .expect(2)
            .says(&[options[0]]);
    }
    scratch.run(&["import"]).expect(2).says(&["<FILE>"]);
    scratch.run(&["imprt"]).expect(2);
}

#[test]
fn the_mapping_can_be_said() {
    let scratch = Scratch::new();
    scratch.write("odd.csv", "Who,Where,Boss\nAnn,ann@example.com,Bob\n");
    assert_eq!(
        scratch.import(
            "odd.csv",
            &["--map", "Who=first_name", "--map", "#2=email:home", "--map", "Boss="]
        ),
        "rows 1, new 1"
    );
    assert_eq!(
        scratch.contacts(),
        [json!({"first_name": "Ann", "emails": [{"label": "home", "value": "ann@example.com"}]})]
    );
}

#[test]
fn a_mapping_file_is_taken_and_the_command_line_wins() {
    let scratch = Scratch::new();
    scratch.write("odd.csv", "Who,Where,Boss\nAnn,ann@example.com,Bob\n");
    scratch.write(
        "mapping.json",
        r#"{"Who": "last_name", "Boss": "custom:Boss", "Where": null}"#,
    );
    assert_eq!(
        scratch.import("odd.csv", &["--mapping", "mapping.json", "--map", "Who=first_name"]),
        "rows 1, new 1"
    );
    assert_eq!(
        scratch.contacts(),
        [json!({"first_name": "Ann", "custom": {"Boss": "Bob"}})]
    );
}

#[test]
fn what_inspect_found_is_a_mapping() {
    let scratch = Scratch::new();
    scratch.write(
        "labels.csv",
        "Name,E-mail 1 - Label,E-mail 1 - Value,Boss\nAnn Ivers,Work,ann@example.com,Bob\n",
    );
    scratch.import("labels.csv", &[]);
    let expected = scratch.contacts();
    let inspected = scratch.run(&["inspect", "labels.csv", "--json"]);
    let again = Scratch::new();
    again.write("labels.csv", scratch.read("labels.csv"));
    again.write("mapping.json", &inspected.expect(0).out);
    again.import("labels.csv", &["--mapping", "mapping.json"]);
    assert_eq!(again.contacts(), expected);
}

#[test]
fn unknown_columns_can_be_kept() {
    let scratch = Scratch::new();
    scratch.write("more.csv", "Email,Shoe size\nann@example.com,38\n");
    scratch
        .run(&["import", "more.csv", "--dry-run"])
        .expect(0)
        .says(&["Columns left out: Shoe size", "--unmapped custom"]);
    scratch.import("more.csv", &["--unmapped", "custom"]);
    assert_eq!(scratch.contacts()[0]["custom"], json!({"Shoe size": "38"}));
}

#[test]
fn a_bad_value_can_be_left_out() {
    let scratch = Scratch::new();
    scratch.write("bad.csv", "First Name,Email\nAnn,ann@\n,bob@\n");
    assert_eq!(scratch.import("bad.csv", &[]), "rows 2, invalid 2");
    // Without its bad value the second row is empty and stays invalid.
    assert_eq!(
        scratch.import("bad.csv", &["--bad-values", "leave-out"]),
        "rows 2, new 1, invalid 1"
    );
    assert_eq!(scratch.contacts(), [json!({"first_name": "Ann"})]);
}

#[test]
fn standard_input_is_a_file_like_any() {
    let scratch = Scratch::new();
    let dry = scratch.run_with_input(&["import", "-", "--dry-run", "--json"], PEOPLE);
    assert_eq!(counts_of(&dry.expect(0).json()), "rows 3, new 3");
    let run = scratch.run_with_input(&["import", "-"], PEOPLE);
    run.expect(0).says(&["(standard input)", "3  created"]);
    assert_eq!(scratch.contacts().len(), 3);
    scratch.run_with_input(&["import", "-"], "").expect(3).says(&["empty"]);
}

#[test]
fn the_country_of_numbers_can_be_said() {
    let scratch = Scratch::new();
    scratch.write("berlin.csv", "First Name,Phone\nAnn,030 901820\n");
    scratch.import("berlin.csv", &["--region", "DE"]);
    assert_eq!(scratch.contacts()[0]["phones"][0]["value"], "+4930901820");
}

#[test]
fn an_assumed_country_is_reported() {
    let scratch = Scratch::new();
    scratch.write("vienna.csv", "First Name,Phone\nAnn,01 58858\n");
    let import = |locale| {
        let arguments = ["import", "vienna.csv", "--dry-run"];
        let output = scratch.command(&arguments).env("LC_ALL", locale).output().unwrap();
        Run::new(&arguments, &output)
    };
    let words = "Numbers without country code were read as those of";
    let austrian = import("de_AT.UTF-8");
    austrian.expect(0).says(&["1  would be created"]);
    assert!(!austrian.out.contains(words), "the numbers are valid there");
    import("C")
        .expect(0)
        .says(&["1  rejected", &format!("{words} US"), "--region"]);
    let chosen = scratch.run(&["import", "vienna.csv", "--dry-run", "--region", "AT"]);
    assert!(!chosen.expect(0).out.contains(words));
}

#[test]
fn no_country_is_assumed_where_no_number_needs_one() {
    let scratch = Scratch::new();
    let words = "Numbers without country code were read as those of";
    for numbers in ["", "+43 1 58858", "0043 1 58858"] {
        scratch.write("own.csv", format!("First Name,Phone\nAnn,{numbers}\n"));
        let run = scratch.run(&["import", "own.csv", "--dry-run"]);
        assert!(!run.expect(0).out.contains(words), "{numbers}");
    }
}

#[test]
fn encoding_and_delimiter_can_be_said() {
    let scratch = Scratch::new();
    // These bytes are Russian in Windows-1251, but not in the Western encoding that a detector may guess.
    scratch.write("russian.csv", b"First Name;Company\n\xC0\xED\xED\xE0;A,B,C\n");
    scratch.import("russian.csv", &["--encoding", "windows-1251", "--delimiter", ";"]);
    assert_eq!(scratch.contacts(), [json!({"first_name": "Анна", "company": "A,B,C"})]);
    scratch.write("bars.csv", "First Name|Company\nBob|Fen, Trust\n");
    scratch.import("bars.csv", &["--delimiter", "|"]);
    scratch.write("tabs.csv", "First Name\tCompany\nCy\tOne; two\n");
    scratch.import("tabs.csv", &["--delimiter", "tab"]);
    let companies: Vec<_> = scratch.contacts().iter().map(|c| c["company"].clone()).collect();
    assert_eq!(companies, ["A,B,C", "Fen, Trust", "One; two"]);
}

#[test]
fn settings_are_taken_from_the_environment() {
    let scratch = Scratch::new();
    scratch.write("people.csv", PEOPLE);
    scratch.import("people.csv", &[]);
    let mut command = scratch.command(&["import", "people.csv", "--json"]);
    let output = command.env("CRYSTALQORE_DUPLICATES", "create").output().unwrap();
    let run = Run::new(&["import"], &output);
    assert_eq!(counts_of(&run.expect(0).json()), "rows 3, new 3");
}

#[test]
fn imports_are_listed_newest_first() {
    let scratch = Scratch::new();
    scratch.run(&["imports"]).expect(0).says(&["No imports yet"]);
    scratch.write("people.csv", PEOPLE);
    scratch.write("mixed.csv", MIXED);
    scratch.import("people.csv", &[]);
    scratch.import("mixed.csv", &[]);
    scratch
        .run(&["imports"])
        .expect(0)
        .says(&["people.csv", "mixed.csv", "done", "created", "rejected"]);
    let imports = scratch.imports();
    let files: Vec<_> = imports.iter().map(|i| i["file"].clone()).collect();
    assert_eq!(files, ["mixed.csv", "people.csv"]);
    assert_eq!(counts_of(&imports[0]), "rows 3, duplicate 2, invalid 1");
    assert_eq!(imports[1]["state"], "done");
}

#[test]
fn generated_files_count_what_they_were_made_to_count() {
    let scratch = Scratch::new();
    let parts = [
        generator::Request {
            rows: 3_000,
            seed: 1,
            ..generator::Request::default()
        },
        generator::Request {
            rows: 2_000,
            seed: 1,
            start: 2_000,
            existing: 3_000,
        },
    ];
    for request in parts {
        let mut file = Vec::new();
        let expected = generator::write(&mut file, &request).unwrap();
        scratch.write("generated.csv", file);
        assert_eq!(
            scratch.import("generated.csv", &["--region", "US"]),
            format!(
                "rows {}, new {}, duplicate {}, invalid {}",
                request.rows,
                expected.new,
                expected.duplicates(),
                expected.invalid()
            )
        );
    }
}

#[test]
fn warnings_of_imported_rows_are_reported_everywhere() {
    let scratch = Scratch::new();
    let mut file = "Name,Email\nJürgen Groß,j@example.com\nZoë,zoe@gmial.com\n"
        .as_bytes()
        .to_vec();
    file.extend_from_slice(b"Andr\xE9 B.,a@example.com\n");
    scratch.write("odd.csv", file);
    let places = |document: &Value| -> Vec<String> {
        let kinds = document["warnings"].as_array().unwrap();
        let place = |kind: &Value| {
            format!(
                "{} {} line {}",
                kind["count"],
                kind["code"].as_str().unwrap(),
                kind["first"][0]["line"]
            )
        };
        kinds.iter().map(place).collect()
    };
    let want = ["1 email_typo line 3", "1 encoding line 4"];
    let inspected = scratch.run(&["inspect", "odd.csv", "--json"]).expect(0).json();
    assert_eq!(places(&inspected), want);
    let previewed = scratch
        .run(&["import", "odd.csv", "--dry-run", "--json"])
        .expect(0)
        .json();
    assert_eq!(places(&previewed), want);
    assert!(
        previewed["warnings"][1]["first"][0]["message"]
            .as_str()
            .unwrap()
            .contains("windows-1252")
    );
    for command in [
        &["inspect", "odd.csv"][..],
        &["import", "odd.csv", "--dry-run"],
        &["import", "odd.csv"],
    ] {
        scratch
            .run(command)
            .expect(0)
            .says(&["Warnings", "1 email typo", "line 3, Email", "1 encoding", "line 4"]);
    }
    let again = scratch.run(&["import", "odd.csv", "--json"]).expect(0).json();
    assert_eq!(places(&again), want, "also of rows whose contact is there");
}
