//! `crystalqore import`: emails, phones, tags and addresses of rows that match contacts.

use crate::scratch::Scratch;
use serde_json::{Value, json};

const UPDATE: [&str; 2] = ["--duplicates", "update"];

/// A multi-valued field of the first contact.
fn list(scratch: &Scratch, field: &str) -> Vec<String> {
    let contacts = scratch.contacts();
    let shown = |value: &Value| match value["value"].as_str() {
        None => value.as_str().unwrap().to_owned(),
        Some(text) => format!("{}:{text}", value["label"].as_str().unwrap_or_default()),
    };
    contacts[0][field].as_array().into_iter().flatten().map(shown).collect()
}

fn known(file: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("known.csv", file);
    scratch.import("known.csv", &["--region", "US"]);
    scratch
}

#[test]
fn a_row_adds_to_lists_whatever_the_file_lacks() {
    for duplicates in ["update", "fill"] {
        let scratch = known(
            "First Name,Last Name,Email,Mobile Phone,City,Tags,Birthday\n\
             Ana,Marsh,ana@example.com,415 555 0101,Salem,\"vip,press\",1985-03-04\n",
        );
        let before = scratch.export(&[]);
        scratch.write(
            "more.csv",
            "Email,Mobile Phone,Work Phone,Tags,Last Name\nANA@example.com,,415 555 0109,event-2026,\n",
        );
        let options = ["--region", "US", "--duplicates", duplicates];
        assert_eq!(scratch.import("more.csv", &options), "rows 1, update 1");
        assert_eq!(list(&scratch, "tags"), ["vip", "press", "event-2026"]);
        assert_eq!(list(&scratch, "phones"), ["work:+14155550109", "mobile:+14155550101"]);
        assert_eq!(scratch.contacts()[0]["last_name"], "Marsh");
        assert_eq!(scratch.import("more.csv", &options), "rows 1, unchanged 1");
        scratch.run(&["undo", "2"]).expect(0);
        assert_eq!(scratch.export(&[]), before);
    }
}

#[test]
fn a_row_for_each_tag_ends_as_one_contact() {
    for duplicates in ["update", "fill"] {
        let scratch = Scratch::new();
        scratch.write(
            "groups.csv",
            "first_name,last_name,email,group\n\
             John,Smith,john@example.com,Supper Volunteers\n\
             John,Smith,,Music Volunteers\n\
             John,Smith,john@example.com,Gardening Volunteers\n",
        );
        assert_eq!(
            scratch.import("groups.csv", &["--duplicates", duplicates]),
            "rows 3, new 2, update 1"
        );
        assert_eq!(list(&scratch, "tags"), ["Supper Volunteers", "Gardening Volunteers"]);
    }
}

#[test]
fn a_row_for_each_phone_ends_as_one_contact() {
    for duplicates in ["update", "fill"] {
        let options = ["--region", "US", "--duplicates", duplicates];
        let scratch = Scratch::new();
        scratch.write(
            "phones.csv",
            "First Name,Last Name,Email,Phone\n\
             Ana,Marsh,ana@example.com,415 555 0101\n\
             Ana,Marsh,ana@example.com,415 555 0102\n",
        );
        assert_eq!(scratch.import("phones.csv", &options), "rows 2, new 1, update 1");
        assert_eq!(list(&scratch, "phones"), ["work:+14155550101", "work:+14155550102"]);
        assert_eq!(scratch.import("phones.csv", &options), "rows 2, unchanged 2");
        let scratch = Scratch::new();
        scratch.write(
            "types.csv",
            "Customer ID,First Name,Last Name,Email,Phone Type,Phone\n\
             C1,Ana,Marsh,ana@example.com,Mobile,415 555 0101\n\
             C1,Ana,Marsh,ana@example.com,Work,415 555 0102\n\
             C1,Ana,Marsh,ana@example.com,Home,415 555 0103\n\
             C2,Bo,Lin,bo@example.com,Mobile,415 555 0104\n",
        );
        assert_eq!(scratch.import("types.csv", &options), "rows 4, new 2, update 2");
        assert_eq!(
            list(&scratch, "phones"),
            ["work:+14155550102", "home:+14155550103", "mobile:+14155550101"]
        );
    }
}

#[test]
fn lists_are_replaced_where_it_is_asked_for() {
    let file = "First Name,Email,Email 2,Tags\nAnn,ann@example.com,a@example.net,\"a,b\"\n";
    let row = "Email,Email 2,Tags\nann@example.com,new@example.com,c\n";
    for (options, emails, tags) in [
        (
            &UPDATE[..],
            &[":ann@example.com", ":a@example.net", ":new@example.com"][..],
            &["a", "b", "c"][..],
        ),
        (
            &["--duplicates", "update", "--replace-lists"],
            &[":ann@example.com", ":new@example.com"],
            &["c"],
        ),
    ] {
        let scratch = known(file);
        scratch.write("row.csv", row);
        assert_eq!(scratch.import("row.csv", options), "rows 1, update 1");
        assert_eq!(list(&scratch, "emails"), emails);
        assert_eq!(list(&scratch, "tags"), tags);
    }
}

#[test]
fn an_edited_export_says_all_that_lists_hold() {
    let scratch = known(
        "First Name,Email,Email 2,Work Phone,Mobile Phone,Company,Tags\n\
         Ann,ann@example.com,a@example.net,+1 202 555 0101,+1 202 555 0102,Acme,\"a,b\"\n",
    );
    let export = scratch.export(&[]);
    for (from, to) in [
        ("+1 202 555 0101", ""),
        ("a@example.net", "new@example.com"),
        ("\"a, b\"", "b"),
        (",Acme,", ",,"),
    ] {
        assert!(export.contains(from), "{export}");
        scratch.write("edited.csv", export.replace(from, to));
        let counts = scratch.import("edited.csv", &UPDATE);
        let imports = scratch.imports().len().to_string();
        match from {
            ",Acme," => {
                assert_eq!(
                    counts, "rows 1, unchanged 1",
                    "an empty cell of a single value keeps it"
                );
                continue;
            }
            _ => assert_eq!(counts, "rows 1, update 1"),
        }
        match to {
            "" => assert_eq!(list(&scratch, "phones"), ["mobile:+12025550102"]),
            "b" => assert_eq!(list(&scratch, "tags"), ["b"]),
            _ => assert_eq!(list(&scratch, "emails"), [":ann@example.com", ":new@example.com"]),
        }
        scratch.run(&["undo", &imports]).expect(0);
        assert_eq!(scratch.export(&[]), export);
    }
}

#[test]
fn an_old_export_takes_no_newer_values_away() {
    let scratch = known("First Name,Email,Work Phone\nAnn,ann@example.com,\n");
    scratch.write("old.csv", scratch.export(&[]));
    scratch.write("phone.csv", "Email,Work Phone\nann@example.com,+1 202 555 0101\n");
    scratch.import("phone.csv", &UPDATE);
    let overwrite = ["--duplicates", "update", "--conflicts", "overwrite"];
    assert_eq!(scratch.import("old.csv", &overwrite), "rows 1, unchanged 1");
    assert_eq!(list(&scratch, "phones"), ["work:+12025550101"]);
}

#[test]
fn a_second_address_stands_beside_the_first() {
    let scratch = known("First Name,Email,Address,City,Zip Code\nAnn,ann@example.com,Main St 1,Salem,97301\n");
    scratch.write(
        "moved.csv",
        "Email,Address,City,State\nann@example.com,\"Main St. 1\",Salem,OR\nann@example.com,Elm St 2,Salem,OR\n",
    );
    assert_eq!(scratch.import("moved.csv", &UPDATE), "rows 2, update 2");
    assert_eq!(
        scratch.contacts()[0]["addresses"],
        json!([
            {"address": "Main St 1", "city": "Salem", "state": "OR", "zip_code": "97301"},
            {"label": "other", "address": "Elm St 2", "city": "Salem", "state": "OR"},
        ])
    );
    assert_eq!(scratch.import("moved.csv", &UPDATE), "rows 2, unchanged 2");
}

/// The number of warnings about spreadsheet damage.
fn damage(scratch: &Scratch, file: &str, options: &[&str]) -> Option<u64> {
    let arguments = [&["import", file, "--json", "--dry-run"], options].concat();
    let document = scratch.run(&arguments).json();
    let kinds = document["warnings"].as_array().cloned().unwrap_or_default();
    let kind = kinds.iter().find(|kind| kind["code"] == "spreadsheet_damage")?;
    kind["count"].as_u64()
}

#[test]
fn what_a_spreadsheet_damages_is_no_edit() {
    let scratch = known(
        "First Name,Last Name,Email,Mobile Phone,Zip Code,Tags,Notes\n\
         Ann,Müller,ann@example.com,+1 202 555 0101,01234,\"1-2,vip\",1E5\n",
    );
    let export = scratch.export(&[]);
    let mut all = export.clone();
    for (stored, given) in [
        ("Müller", "MÃ¼ller"),
        ("+1 202 555 0101", "1.20256E+10"),
        ("01234", "1234"),
        ("\"1-2, vip\"", "\"2-Jan, vip\""),
        ("1E5", "1.00E+05"),
    ] {
        assert!(export.contains(stored), "{stored}: {export}");
        all = all.replace(stored, given);
        scratch.write("damaged.csv", export.replace(stored, given));
        assert_eq!(damage(&scratch, "damaged.csv", &UPDATE), Some(1), "{given}");
        assert_eq!(scratch.import("damaged.csv", &UPDATE), "rows 1, unchanged 1", "{given}");
    }
    scratch.write("damaged.csv", &all);
    assert_eq!(damage(&scratch, "damaged.csv", &UPDATE), Some(5));
    let replace = ["--duplicates", "update", "--replace-lists", "--empty-cells", "clear"];
    for options in [&UPDATE[..], &["--duplicates", "fill"], &replace] {
        assert_eq!(
            scratch.import("damaged.csv", options),
            "rows 1, unchanged 1",
            "{options:?}"
        );
    }
    assert_eq!(scratch.import("damaged.csv", &[]), "rows 1, duplicate 1");
    assert_eq!(scratch.export(&[]), export);
    // A real change in a damaged row is still applied.
    scratch.write("damaged.csv", all.replace("vip", "press"));
    assert_eq!(scratch.import("damaged.csv", &UPDATE), "rows 1, update 1");
    assert_eq!(list(&scratch, "tags"), ["1-2", "press"]);
    assert_eq!(scratch.contacts()[0]["addresses"][0]["zip_code"], "01234");
    scratch
        .run(&[
            "import",
            "damaged.csv",
            "--duplicates",
            "update",
            "--dry-run",
            "--conflicts",
            "overwrite",
        ])
        .expect(0)
        .says(&[
            "5 spreadsheet damage",
            "line 2, Last Name: \"MÃ¼ller\" is what a spreadsheet makes of \"Müller\"",
        ]);
}

#[test]
fn damage_is_recognised_by_keys_too_and_only_where_the_contact_shows_it() {
    let scratch = known("First Name,Email,Mobile Phone,Zip Code\nAnn,ann@example.com,+1 202 555 0101,01234\n");
    let header = "First Name,Email,Mobile Phone,Zip Code\n";
    scratch.write(
        "rows.csv",
        format!(
            "{header}Ann,ann@example.com,1.20256E+10,1234\n\
             Ann,ann@example.com,1.20257E+10,1234\n\
             Bob,bob@example.com,1.20256E+10,1234\n"
        ),
    );
    for duplicates in ["update", "fill"] {
        let options = ["--duplicates", duplicates];
        assert_eq!(scratch.import("rows.csv", &options), "rows 3, unchanged 1, invalid 2");
    }
    assert_eq!(scratch.import("rows.csv", &[]), "rows 3, duplicate 1, invalid 2");
    let create = ["--duplicates", "create"];
    assert_eq!(scratch.import("rows.csv", &create), "rows 3, invalid 3");
    let left_out = ["--duplicates", "update", "--bad-values", "leave-out"];
    assert_eq!(scratch.import("rows.csv", &left_out), "rows 3, new 1, unchanged 2");
    scratch
        .run(&["import", "rows.csv", "--duplicates", "update", "--dry-run"])
        .expect(0)
        .says(&["line 3, Mobile Phone", "power of ten"]);
}
