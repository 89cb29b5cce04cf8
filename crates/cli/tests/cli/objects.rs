//! `--objects`: the files that an import needs are stored where another machine can reach them.

use crate::resume::{go_on, interrupt, many_rows, prepared, prepared_in, start, wait_until_listed};
use crate::scratch::{Scratch, files_below};

#[test]
fn a_machine_that_looks_elsewhere_is_reported() {
    let scratch = prepared_in(
        Scratch::with_settings(&[("CRYSTALQORE_OBJECTS", "shared".to_owned())]),
        &many_rows(),
    );
    let child = start(&scratch);
    wait_until_listed(&scratch, 2);
    if !interrupt(child).out.contains("Stopped importing") {
        // On a fast machine the run has finished before the signal came.
        return;
    }
    let uploads = files_below(&scratch.path("shared/uploads"));
    assert_eq!(uploads.len(), 1, "{uploads:?}");
    let elsewhere = ["resume", "2", "--objects", "elsewhere"];
    scratch.run(&elsewhere).expect(1).says(&[
        "the file of import 2 is not in",
        "elsewhere",
        "--objects",
        "crystalqore undo 2",
    ]);
    let code = scratch
        .run(&[&elsewhere[..], &["--json"]].concat())
        .expect(1)
        .error_code();
    assert_eq!(code, "upload_missing");
    assert_eq!(scratch.imports()[0]["state"], "interrupted");
    go_on(&scratch);
    assert!(files_below(&scratch.path("shared/uploads")).is_empty());
}

#[test]
fn a_lost_file_does_not_keep_an_import_from_being_undone() {
    let scratch = prepared(&many_rows());
    let before = scratch.export(&[]);
    let child = start(&scratch);
    wait_until_listed(&scratch, 2);
    interrupt(child);
    std::fs::remove_dir_all(scratch.path("data/uploads")).unwrap();
    scratch.run(&["undo", "2"]).expect(0);
    assert!(scratch.export(&[]) == before);
}

#[test]
fn a_place_that_is_none_is_a_mistake_of_usage() {
    let scratch = Scratch::new();
    let bucket = if cfg!(feature = "s3") {
        "s3://BUCKET/PREFIX"
    } else {
        "--features s3"
    };
    for (place, expected) in [
        ("ftp://files/x", "s3://BUCKET/PREFIX"),
        ("", "s3://BUCKET/PREFIX"),
        ("s3://", bucket),
        ("s3://key:hunter2@contacts", bucket),
    ] {
        let run = scratch.run(&["imports", "--objects", place]);
        run.expect(2).says(&["--objects", expected]);
        assert!(!run.err.contains("hunter2"), "{}", run.err);
    }
    let half = Scratch::with_settings(&[("AWS_ACCESS_KEY_ID", "half-a-setting".to_owned())]);
    let run = half.run(&["imports", "--objects", "s3://contacts"]);
    run.expect(2).says(if cfg!(feature = "s3") {
        &["s3://contacts", "AWS_"]
    } else {
        &["without S3"]
    });
    // The help does not show the values of environment variables either.
    let set = Scratch::with_settings(&[("CRYSTALQORE_OBJECTS", "hunter2".to_owned())]);
    assert!(!set.run(&["import", "--help"]).expect(0).out.contains("hunter2"));
}
