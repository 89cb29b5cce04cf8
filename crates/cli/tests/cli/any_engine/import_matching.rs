//! `crystalqore import`: rows that match contacts, and rejected rows.

use crate::scratch::Scratch;
use serde_json::{Value, json};

const ANN: &str = "First Name,Last Name,Email,Company,Title\nAnn,Ivers,ann@example.com,Harbour Tiles,\n";
const ANN_MOVED: &str = "First Name,Last Name,Email,Company,Title\nAnn,Ivers,ANN@example.com,Fen Trust,Buyer\n";

/// A directory with Ann, and a file in which she has a new company.
fn ann_has_moved() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("ann.csv", ANN);
    scratch.write("moved.csv", ANN_MOVED);
    assert_eq!(scratch.import("ann.csv", &[]), "rows 1, new 1");
    scratch
}

fn values(scratch: &Scratch, field: &str) -> Vec<Value> {
    scratch.contacts().iter().map(|c| c[field].clone()).collect()
}

#[test]
fn importing_a_file_again_creates_nothing() {
    let scratch = Scratch::new();
    // Dee and Eve have nothing but a name. Dee is listed twice: equal rows within one file stay two contacts.
    scratch.write(
        "people.csv",
        "First Name,Last Name,Email,Phone\n\
         Ann,Ivers,ann@example.com,\n\
         Bob,Oduya,,+1 202 555 0101\n\
         Cy,Ram,,+1 202 555 0101\n\
         Dee,,,\n\
         Dee,,,\n\
         Eve,Lund,,\n",
    );
    for rule in ["email-or-phone-and-name", "email", "phone"] {
        let scratch_of_rule = Scratch::new();
        scratch_of_rule.write("people.csv", scratch.read("people.csv"));
        let options = ["--match", rule];
        let first = scratch_of_rule.import("people.csv", &options);
        let before = scratch_of_rule.contacts();
        assert_eq!(before.len(), if rule == "phone" { 5 } else { 6 }, "{rule}: {first}");
        assert_eq!(
            scratch_of_rule.import("people.csv", &options),
            "rows 6, duplicate 6",
            "{rule}"
        );
        assert_eq!(scratch_of_rule.contacts(), before);
    }
    assert_eq!(scratch.import("people.csv", &[]), "rows 6, new 5, duplicate 1");
    assert_eq!(scratch.import("people.csv", &[]), "rows 6, duplicate 6");
    assert_eq!(scratch.contacts().len(), 5);
}

#[test]
fn a_duplicate_is_skipped() {
    let scratch = ann_has_moved();
    assert_eq!(scratch.import("moved.csv", &[]), "rows 1, duplicate 1");
    assert_eq!(values(&scratch, "company"), ["Harbour Tiles"]);
    scratch
        .run(&["import", "moved.csv"])
        .expect(0)
        .says(&["1  skipped: the contact is there already"]);
}

#[test]
fn a_duplicate_updates_its_contact() {
    let scratch = ann_has_moved();
    let options = ["--duplicates", "update"];
    assert_eq!(scratch.import("moved.csv", &options), "rows 1, update 1");
    assert_eq!(values(&scratch, "company"), ["Fen Trust"]);
    assert_eq!(values(&scratch, "title"), ["Buyer"]);
    assert_eq!(scratch.import("moved.csv", &options), "rows 1, unchanged 1");
}

#[test]
fn a_duplicate_fills_blanks() {
    let scratch = ann_has_moved();
    let options = ["--duplicates", "fill"];
    assert_eq!(scratch.import("moved.csv", &options), "rows 1, update 1");
    assert_eq!(values(&scratch, "company"), ["Harbour Tiles"]);
    assert_eq!(values(&scratch, "title"), ["Buyer"]);
    assert_eq!(scratch.import("moved.csv", &options), "rows 1, unchanged 1");
}

#[test]
fn a_duplicate_becomes_another_contact() {
    let scratch = ann_has_moved();
    assert_eq!(
        scratch.import("moved.csv", &["--duplicates", "create"]),
        "rows 1, new 1"
    );
    assert_eq!(values(&scratch, "company"), ["Harbour Tiles", "Fen Trust"]);
}

#[test]
fn later_rows_of_a_file_meet_earlier_ones() {
    let scratch = ann_has_moved();
    let twice =
        format!("{ANN_MOVED}Ann,Ivers,ann@example.com,Third Co,\nBob,Oduya,b@example.com,,\nBob,O.,b@example.com,,\n");
    scratch.write("twice.csv", twice);
    assert_eq!(
        scratch.import("twice.csv", &["--duplicates", "update"]),
        "rows 4, new 1, update 3"
    );
    assert_eq!(values(&scratch, "company"), [json!("Third Co"), Value::Null]);
    assert_eq!(values(&scratch, "last_name"), ["Ivers", "O."]);
}

#[test]
fn empty_cells_keep_or_clear() {
    let scratch = ann_has_moved();
    scratch.write("blank.csv", "Email,Company\nann@example.com,\n");
    let update = ["--duplicates", "update"];
    assert_eq!(scratch.import("blank.csv", &update), "rows 1, unchanged 1");
    assert_eq!(
        scratch.import("blank.csv", &[&update[..], &["--empty-cells", "clear"]].concat()),
        "rows 1, update 1"
    );
    assert_eq!(values(&scratch, "company"), [Value::Null]);
    assert_eq!(values(&scratch, "first_name"), ["Ann"], "only mapped columns clear");
}

#[test]
fn what_counts_as_a_match_can_be_said() {
    // Two colleagues with the same number; a person with a new number; one with a new email and another spelling.
    let file = "\
First Name,Last Name,Email,Phone
Ann,Ivers,ann@example.com,+1 202 555 0101
Bob,Oduya,bob@example.com,+1 202 555 0101
Ann,Ivers,ann@example.com,+1 202 555 0102
Ann,Ivres,ann@example.net,+1 202 555 0101
";
    let by_rule = [
        ("email", "rows 4, new 3, duplicate 1"),
        ("phone", "rows 4, new 2, duplicate 2"),
        ("email-or-phone", "rows 4, new 1, duplicate 3"),
        ("email-or-phone-and-name", "rows 4, new 2, duplicate 2"),
    ];
    for (rule, counts) in by_rule {
        let scratch = Scratch::new();
        scratch.write("office.csv", file);
        assert_eq!(scratch.import("office.csv", &["--match", rule]), counts, "{rule}");
    }
}

#[test]
fn a_shared_number_is_a_possible_duplicate_and_imported_with_one_choice() {
    let scratch = Scratch::new();
    scratch.write(
        "office.csv",
        "First Name,Last Name,Phone\nAnn,Ivers,+1 202 555 0101\nBob,Oduya,+1 202 555 0101\n",
    );
    let run = scratch.run(&["import", "office.csv"]);
    run.expect(0).says(&[
        "1 of them share a phone or an email but have another name",
        "line 3",
        "Ann Ivers (line 2 of this file)",
    ]);
    let run = scratch.run(&["import", "office.csv", "--json", "--dry-run"]);
    assert_eq!(
        run.expect(0).json()["look_at"][0]["reasons"][0]["code"],
        "possible_duplicate"
    );
    assert_eq!(
        scratch.import("office.csv", &["--match", "email-or-phone-and-name"]),
        "rows 2, new 1, duplicate 1"
    );
    assert_eq!(values(&scratch, "first_name"), ["Ann", "Bob"]);
}

#[test]
fn a_row_that_matches_two_contacts_is_left_alone() {
    let scratch = Scratch::new();
    scratch.write(
        "two.csv",
        "First Name,Email,Phone\nAnn,ann@example.com,\nBob,,+1 202 555 0101\n",
    );
    scratch.import("two.csv", &[]);
    scratch.write(
        "both.csv",
        "First Name,Email,Phone\nAnn,ann@example.com,+1 202 555 0101\n",
    );
    let before = scratch.contacts();
    for duplicates in ["skip", "update", "fill"] {
        assert_eq!(
            scratch.import("both.csv", &["--duplicates", duplicates]),
            "rows 1, ambiguous 1"
        );
    }
    assert_eq!(scratch.contacts(), before);
    scratch
        .run(&["import", "both.csv", "--rejected", "left.csv"])
        .expect(0)
        .says(&[
            "two contacts match",
            "line 2",
            "Ann (in the directory)",
            "Bob (in the directory)",
            "left.csv",
        ]);
    assert!(scratch.read("left.csv").contains("Ann,ann@example.com,+1 202 555 0101"));
    assert_eq!(
        scratch.import("both.csv", &["--match", "email", "--duplicates", "update"]),
        "rows 1, update 1"
    );
    assert_eq!(
        scratch.import("both.csv", &["--duplicates", "create"]),
        "rows 1, new 1",
        "a new contact needs no choice"
    );
}

#[test]
fn an_old_export_does_not_undo_newer_changes_in_silence() {
    let scratch = ann_has_moved();
    let old = scratch.export(&[]);
    scratch.import("moved.csv", &["--duplicates", "update"]);
    scratch.write("old.csv", &old);
    let update = ["--duplicates", "update"];
    assert_eq!(scratch.import("old.csv", &update), "rows 1, conflict 1");
    assert_eq!(values(&scratch, "company"), ["Fen Trust"]);
    scratch
        .run(&["import", "old.csv", "--duplicates", "update", "--rejected", "left.csv"])
        .expect(0)
        .says(&[
            "1  skipped: changed here since",
            "line 2",
            "--conflicts overwrite",
            "left.csv",
        ]);
    assert!(scratch.read("left.csv").contains("ann@example.com"));
    let overwrite = [&update[..], &["--conflicts", "overwrite"]].concat();
    assert_eq!(scratch.import("old.csv", &overwrite), "rows 1, update 1");
    assert_eq!(values(&scratch, "company"), ["Harbour Tiles"]);
}

#[test]
fn an_id_wins_over_keys() {
    let scratch = ann_has_moved();
    let export = scratch.export(&[]);
    scratch.write(
        "new-address.csv",
        export.replace("ann@example.com", "ivers@example.net"),
    );
    assert_eq!(
        scratch.import("new-address.csv", &["--duplicates", "update"]),
        "rows 1, update 1"
    );
    assert_eq!(values(&scratch, "emails"), [json!([{"value": "ivers@example.net"}])]);
}

#[test]
fn rejected_rows_are_corrected_and_imported_as_they_are() {
    let scratch = Scratch::new();
    scratch.write(
        "people.csv",
        "First Name;Last Name;Email;Notes;Boss\r\n\
         Ann;Ivers;ann@example.com;;\r\n\
         Bob;Oduya;bob@example;\"said \"\"hi; bye\"\"\nand left\";x\r\n\
         Cy;Ram;cy@@example.com;;\r\n",
    );
    assert_eq!(
        scratch.import("people.csv", &["--rejected", "rejected.csv"]),
        "rows 3, new 1, invalid 2"
    );
    let rejected = scratch.read("rejected.csv");
    let lines: Vec<&str> = rejected.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{feff}CrystalQore Line;CrystalQore Problem;First Name;Last Name;Email;Notes;Boss"
    );
    assert!(
        lines[1].starts_with("3;") && lines[1].contains("bob@example"),
        "{rejected}"
    );
    assert!(
        lines[1].ends_with(";Bob;Oduya;bob@example;\"said \"\"hi; bye\"\"\nand left\";x"),
        "{rejected}"
    );
    assert!(
        lines[2].starts_with("5;"),
        "the record before has two lines: {rejected}"
    );
    let corrected = rejected
        .replace("Oduya;bob@example;", "Oduya;bob@example.com;")
        .replace("Ram;cy@@example.com;", "Ram;cy@example.com;");
    scratch.write("corrected.csv", corrected);
    assert_eq!(scratch.import("corrected.csv", &[]), "rows 2, new 2");
    assert_eq!(values(&scratch, "notes")[1], "said \"hi; bye\"\nand left");
    // Rows that are still invalid are written to a file of the same form.
    let half = rejected.replace("Oduya;bob@example;", "Oduya;bob@example.com;");
    scratch.write("half.csv", half);
    assert_eq!(
        scratch.import("half.csv", &["--rejected", "again.csv"]),
        "rows 2, duplicate 1, invalid 1"
    );
    assert!(scratch.read("again.csv").starts_with(lines[0]));
}

#[test]
fn rejected_rows_are_not_written_over_their_file() {
    let scratch = Scratch::new();
    scratch.write("people.csv", "Email\nann@\n");
    let arguments = ["import", "people.csv", "--rejected", "./people.csv"];
    scratch.run(&arguments).expect(2).says(&["people.csv", "another"]);
    assert_eq!(scratch.read("people.csv"), "Email\nann@\n");
    assert_eq!(scratch.imports().len(), 0);
}

/// More contacts with one number than are compared one by one.
const COLLEAGUES: u32 = 150;

/// A random word, unlike all others.
fn word(number: u32) -> String {
    let mut state = u64::from(number + 1);
    let letter = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + u8::try_from((state >> 33) % 26).unwrap())
    };
    (0..9).map(letter).collect()
}

fn colleagues(title: &str) -> String {
    let mut csv = String::from("First Name,Last Name,Company,Phone,Title\n");
    for i in 0..COLLEAGUES {
        let (first, last) = (word(2 * i), word(2 * i + 1));
        csv.push_str(&format!("{first},{last},Acme,+1 202 555 0101,{title}\n"));
    }
    csv
}

#[test]
fn colleagues_behind_one_number_are_distinguished_by_names() {
    let scratch = Scratch::new();
    scratch.write("all.csv", colleagues(""));
    scratch.write("titles.csv", colleagues("Engineer"));
    let by_name = ["--match", "email-or-phone-and-name"];
    assert_eq!(scratch.import("all.csv", &by_name), "rows 150, new 150");
    assert_eq!(scratch.import("all.csv", &by_name), "rows 150, duplicate 150");
    let before = scratch.export(&[]);
    let update = [&by_name[..], &["--duplicates", "update"]].concat();
    assert_eq!(scratch.import("titles.csv", &update), "rows 150, update 150");
    assert_eq!(scratch.import("titles.csv", &update), "rows 150, unchanged 150");
    scratch.run(&["undo", "3"]).expect(0);
    assert_eq!(scratch.export(&[]), before);
    // An unknown person is new by name; by the number alone the match is ambiguous.
    scratch.write("new.csv", "First Name,Last Name,Phone\nZoe,Newcomer,+1 202 555 0101\n");
    assert_eq!(scratch.import("new.csv", &[]), "rows 1, ambiguous 1");
    let preview = scratch.run(&["import", "new.csv", "--dry-run"]);
    preview.expect(0).says(&["matches more than 64 contacts"]);
    assert_eq!(scratch.import("new.csv", &by_name), "rows 1, new 1");
    // An identical contact is found under every rule.
    assert_eq!(
        scratch.import("all.csv", &["--match", "email"]),
        "rows 150, duplicate 150"
    );
    assert_eq!(
        scratch.import("all.csv", &["--duplicates", "create"]),
        "rows 150, new 150"
    );
}
