//! `crystalqore undo`: restores the directory, including ids and versions.

use crate::scratch::Scratch;
use serde_json::json;

const ANN: &str = "First Name,Last Name,Email,Company\nAnn,Ivers,ann@example.com,Harbour Tiles\n";
/// Ann changes companies twice in one file, and Bob is new.
const MOVED: &str = "\
First Name,Last Name,Email,Company,Tag
Ann,Ivers,ann@example.com,Fen Trust,vip
Bob,Oduya,bob@example.com,,
Ann,Ivers,ann@example.com,Third Co,
";
const UPDATE: [&str; 2] = ["--duplicates", "update"];

fn with_ann() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("ann.csv", ANN);
    scratch.write("moved.csv", MOVED);
    scratch.import("ann.csv", &[]);
    scratch
}

/// Undoes an import after a dry run, which must report the same and change nothing. Returns removed, restored, kept.
fn undo(scratch: &Scratch, import: &str) -> (u64, u64, u64) {
    let before = scratch.state();
    let dry = scratch.run(&["undo", import, "--dry-run", "--json"]).expect(0).json();
    assert_eq!(scratch.state(), before, "a dry run changes nothing");
    let done = scratch.run(&["undo", import, "--json"]).expect(0).json();
    for part in ["removed", "restored", "kept", "kept_names"] {
        assert_eq!(dry[part], done[part], "{part}: dry run and undo");
    }
    let state = |i: &serde_json::Value| i["import"] == import && i["state"] == "undone";
    assert!(scratch.imports().iter().any(state));
    let count = |part: &str| done[part].as_u64().unwrap();
    (count("removed"), count("restored"), count("kept"))
}

#[test]
fn what_was_created_goes() {
    let scratch = with_ann();
    let before = scratch.export(&[]);
    scratch.write(
        "more.csv",
        "First Name,Email,Phone\nBob,bob@example.com,\nCy,,+1 202 555 0101\nDee,,\n",
    );
    assert_eq!(scratch.import("more.csv", &[]), "rows 3, new 3");
    let by_name = scratch.export(&["--order", "name"]);
    assert_eq!(by_name.lines().count(), 5);
    assert_eq!(undo(&scratch, "2"), (3, 0, 0));
    assert_eq!(scratch.export(&[]), before);
    assert_eq!(scratch.export(&["--order", "name"]), before);
    // The match keys are gone too.
    assert_eq!(scratch.import("more.csv", &[]), "rows 3, new 3");
}

#[test]
fn what_was_changed_gets_its_old_values() {
    let scratch = with_ann();
    let before = scratch.export(&[]);
    assert_eq!(scratch.import("moved.csv", &UPDATE), "rows 3, new 1, update 2");
    assert_eq!(scratch.contacts()[0]["company"], "Third Co");
    assert_eq!(undo(&scratch, "2"), (1, 1, 0));
    assert_eq!(scratch.export(&[]), before);
}

#[test]
fn old_keys_and_names_are_found_again() {
    let scratch = with_ann();
    let before = scratch.export(&[]);
    let changed = before
        .replace("ann@example.com", "ivers@example.net")
        .replace("Ivers", "Zuse");
    scratch.write("changed.csv", changed);
    assert_eq!(scratch.import("changed.csv", &UPDATE), "rows 1, update 1");
    assert_eq!(undo(&scratch, "2"), (0, 1, 0));
    assert_eq!(scratch.export(&["--order", "name"]), before);
    scratch.write(
        "address.csv",
        "First Name,Email\nZoe,ivers@example.net\nAnn,ann@example.com\n",
    );
    assert_eq!(scratch.import("address.csv", &[]), "rows 2, new 1, duplicate 1");
}

#[test]
fn contacts_of_an_export_go_as_well() {
    let scratch = with_ann();
    scratch.write("export.csv", scratch.export(&[]));
    let other = Scratch::new();
    other.write("export.csv", scratch.read("export.csv"));
    let before = other.export(&[]);
    assert_eq!(other.import("export.csv", &[]), "rows 1, new 1");
    assert_eq!(undo(&other, "1"), (1, 0, 0));
    assert_eq!(other.export(&[]), before);
}

#[test]
fn what_was_changed_since_is_kept_and_named() {
    let scratch = with_ann();
    scratch.import("moved.csv", &UPDATE);
    scratch.write("later.csv", "First Name,Email,Title\nBob,bob@example.com,Clerk\n");
    assert_eq!(scratch.import("later.csv", &UPDATE), "rows 1, update 1");
    assert_eq!(undo(&scratch, "2"), (0, 1, 1));
    assert_eq!(
        scratch.contacts(),
        [
            json!({"first_name": "Ann", "last_name": "Ivers", "company": "Harbour Tiles",
                "emails": [{"value": "ann@example.com"}]}),
            json!({"first_name": "Bob", "last_name": "Oduya", "title": "Clerk",
                "emails": [{"value": "bob@example.com"}]}),
        ]
    );
    scratch
        .run(&["undo", "1", "--dry-run"])
        .expect(0)
        .says(&["would", "1 contact be removed"]);
    assert_eq!(undo(&scratch, "1"), (1, 0, 0), "Ann is as her import left her");
}

#[test]
fn people_read_what_was_kept() {
    let scratch = with_ann();
    scratch.import("moved.csv", &UPDATE);
    scratch.run(&["undo", "1", "--dry-run"]).expect(0).says(&[
        "nothing was changed",
        "0 contacts be removed",
        "1 contact kept",
        "Ann Ivers",
    ]);
    scratch
        .run(&["undo", "1"])
        .expect(0)
        .says(&["Import 1 was undone", "1 contact kept, because", "Ann Ivers"]);
    assert_eq!(scratch.contacts().len(), 2);
}

#[test]
fn the_last_import_first_gives_everything_back() {
    let scratch = Scratch::new();
    let empty = scratch.export(&[]);
    scratch.write("ann.csv", ANN);
    scratch.write("moved.csv", MOVED);
    scratch.import("ann.csv", &[]);
    let ann = scratch.export(&[]);
    scratch.import("moved.csv", &UPDATE);
    undo(&scratch, "2");
    assert_eq!(scratch.export(&[]), ann);
    undo(&scratch, "1");
    assert_eq!(scratch.export(&[]), empty);
}

#[test]
fn what_cannot_be_undone_is_an_error() {
    let scratch = with_ann();
    scratch.run(&["undo", "1"]).expect(0);
    let state = scratch.state();
    for options in [&[][..], &["--dry-run"]] {
        scratch
            .run(&[&["undo", "1"], options].concat())
            .expect(1)
            .says(&["import 1 was undone already"]);
        scratch
            .run(&[&["undo", "7"], options].concat())
            .expect(1)
            .says(&["no import 7", "crystalqore imports"]);
    }
    assert_eq!(
        scratch.run(&["undo", "1", "--json"]).expect(1).error_code(),
        "already_undone"
    );
    assert_eq!(
        scratch.run(&["undo", "7", "--json"]).expect(1).error_code(),
        "no_such_import"
    );
    scratch
        .run(&["undo", "latest"])
        .expect(2)
        .says(&["number of an import"]);
    scratch.run(&["undo"]).expect(2);
    assert_eq!(scratch.state(), state);
}
