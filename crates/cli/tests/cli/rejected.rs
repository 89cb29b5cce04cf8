//! `crystalqore rejected`: the rejected rows of an import are kept until the import is undone.

use crate::resume::{OPTIONS, interrupt, many_rows, prepared, start, wait_until_listed};
use crate::scratch::{Scratch, files_below};

const MIXED: &str = "Name;Email\nAnn;ann@example.com\nBob;bob@example\nCy;cy@@example.com\n";

#[test]
fn they_are_kept_whether_a_file_was_asked_for_or_not() {
    let scratch = Scratch::new();
    scratch.write("mixed.csv", MIXED);
    scratch.import("mixed.csv", &["--rejected", "asked.csv"]);
    scratch.import("mixed.csv", &[]);
    let asked = scratch.read("asked.csv");
    assert_eq!(asked.lines().count(), 3, "{asked}");
    for import in ["1", "2"] {
        assert_eq!(scratch.run(&["rejected", import]).expect(0).out, asked);
    }
    scratch
        .run(&["rejected", "2", "-o", "later.csv"])
        .expect(0)
        .says(&["Wrote 2 rows to later.csv"]);
    assert_eq!(scratch.read("later.csv"), asked);
    scratch.write("corrected.csv", asked.replace("bob@example", "bob@example.com"));
    assert_eq!(scratch.import("corrected.csv", &[]), "rows 2, new 1, invalid 1");
}

#[test]
fn an_import_that_took_all_has_a_header_only() {
    let scratch = Scratch::new();
    scratch.write("ann.csv", "First Name\nAnn\n");
    scratch.import("ann.csv", &["--rejected", "asked.csv"]);
    let header = "\u{feff}CrystalQore Line,CrystalQore Problem,First Name\r\n";
    assert_eq!(scratch.run(&["rejected", "1"]).expect(0).out, header);
    assert_eq!(scratch.read("asked.csv"), header);
    let kept = files_below(&scratch.path("data"));
    assert!(!kept.iter().any(|p| p.ends_with("rejected")), "{kept:?}");
}

#[test]
fn they_go_with_their_import() {
    let scratch = Scratch::new();
    scratch.write("mixed.csv", MIXED);
    scratch.import("mixed.csv", &[]);
    scratch.import("mixed.csv", &[]);
    scratch.run(&["undo", "1", "--dry-run"]).expect(0);
    scratch.run(&["rejected", "1"]).expect(0);
    scratch.run(&["undo", "1"]).expect(0);
    scratch.run(&["rejected", "1"]).expect(1).says(&["import 1 was undone"]);
    assert!(!scratch.path("data/rejected/1-1").exists());
    scratch.run(&["rejected", "2"]).expect(0).says(&["bob@example"]);
    scratch
        .run(&["rejected", "7"])
        .expect(1)
        .says(&["no import 7", "crystalqore imports"]);
}

#[test]
fn lost_rejected_files_are_reported() {
    let scratch = Scratch::new();
    scratch.write("mixed.csv", MIXED);
    scratch.import("mixed.csv", &[]);
    std::fs::remove_dir_all(scratch.path("data/rejected")).unwrap();
    scratch.write("out.csv", "mine");
    let run = scratch.run(&["rejected", "1", "-o", "out.csv"]);
    run.expect(1).says(&["import 1", "0 of", "--objects"]);
    assert_eq!(scratch.read("out.csv"), "mine", "what was there before stays");
}

#[test]
fn an_unwritable_path_is_reported_before_anything_is_imported() {
    let scratch = Scratch::new();
    scratch.write("mixed.csv", MIXED);
    let run = scratch.run(&["import", "mixed.csv", "--rejected", "nowhere/rejected.csv"]);
    run.expect(1).says(&["nowhere/rejected.csv"]);
    assert_eq!(scratch.imports().len(), 0);
    assert_eq!(scratch.export(&["--format", "jsonl"]), "");
}

#[test]
fn a_resumed_import_leaves_another_file_of_that_name_alone() {
    let scratch = prepared(&many_rows());
    let child = start(&scratch);
    wait_until_listed(&scratch, 2);
    let run = interrupt(child);
    if !run.out.contains("Stopped importing") {
        // On a fast machine the run has finished before the signal came.
        return;
    }
    // The rows rejected so far are available.
    let so_far = scratch.read("rejected.csv");
    assert_eq!(scratch.run(&["rejected", "2"]).expect(0).out, so_far);
    scratch.write("rejected.csv", "another\n");
    let resumed = scratch.run(&["resume", "2"]);
    resumed
        .expect(4)
        .says(&["another file", "crystalqore rejected 2 -o FILE"]);
    assert_eq!(scratch.read("rejected.csv"), "another\n");
    let whole = scratch.run(&["rejected", "2"]).expect(0).out.clone();
    assert!(whole.starts_with(&so_far) && whole.len() > so_far.len(), "{OPTIONS:?}");
}
