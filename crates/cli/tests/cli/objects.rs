//! `--objects`: what an import needs lies where another machine can reach it.

use crate::resume::{
    End, OPTIONS, go_on, interrupt, kill, many_rows, prepared, prepared_in, start, wait_until, wait_until_listed,
};
use crate::scratch::{Scratch, files_below};
use server::{BUCKET, BucketServer, KEY, SECRET};
use std::thread::sleep;
use std::time::Duration;

#[path = "../../../app/tests/bucket/server.rs"]
mod server;

/// The settings of a machine that keeps its objects in the server's bucket.
fn settings(server: &BucketServer) -> Vec<(&'static str, String)> {
    vec![
        ("CRYSTALQORE_OBJECTS", format!("s3://{BUCKET}/team")),
        ("AWS_ENDPOINT", server.endpoint.clone()),
        ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
        ("NO_PROXY", "127.0.0.1".to_owned()),
    ]
}

#[test]
fn another_machine_goes_on_with_what_lies_in_a_bucket() {
    let many = many_rows();
    let unbroken = prepared(&many);
    unbroken.run(&OPTIONS).expect(4);
    let expected = End::read(&unbroken);

    let server = BucketServer::start();
    let settings = settings(&server);
    let one = prepared_in(Scratch::with_settings(&settings), &many);
    let child = start(&one);
    wait_until_listed(&one, 2);
    // Stopped, so that there is a checkpoint in the middle of the file; then gone on with and killed.
    interrupt(child);
    let resumed = one.command(&["resume"]).spawn().unwrap();
    sleep(Duration::from_millis(300));
    kill(resumed);
    assert!(!one.path("data/uploads").exists() && !one.path("data/rejected").exists());
    let uploads = server
        .objects()
        .iter()
        .filter(|o| o.starts_with("team/uploads/"))
        .count();
    let other = one.another_machine();
    // On a server it takes some seconds until a silent process counts as dead.
    wait_until("nobody runs it", || other.imports()[0]["state"] != "running");
    let unfinished = other.imports()[0]["state"] == "interrupted";
    assert_eq!(uploads, usize::from(unfinished), "{:?}", server.objects());

    // With the first machine goes the file that its user had asked for.
    drop(one);
    if unfinished {
        other
            .run(&["resume", "2"])
            .expect(4)
            .says(&["could not be written to", "crystalqore rejected 2 -o FILE"]);
    }
    go_on(&other);
    other.run(&["rejected", "2", "-o", "rejected.csv"]).expect(0);
    End::read(&other).assert_equal(&expected, "begun on one machine, ended on another");
    let left = server.objects();
    assert!(left.iter().all(|o| o.starts_with("team/rejected/1-2/")), "{left:?}");
    other.run(&["undo", "2"]).expect(0);
    assert_eq!(server.objects(), [""; 0]);
}

#[test]
fn a_machine_that_looks_elsewhere_is_told() {
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
    for place in ["ftp://files/x", "", "s3://", "s3://key:hunter2@contacts"] {
        let run = scratch.run(&["imports", "--objects", place]);
        run.expect(2).says(&["--objects", "s3://BUCKET/PREFIX"]);
        assert!(!run.err.contains("hunter2"), "{}", run.err);
    }
    let half = Scratch::with_settings(&[("AWS_ACCESS_KEY_ID", KEY.to_owned())]);
    let run = half.run(&["imports", "--objects", "s3://contacts"]);
    run.expect(2).says(&["s3://contacts", "AWS_"]);
    // Nor does the help show what is set.
    let set = Scratch::with_settings(&[("CRYSTALQORE_OBJECTS", "hunter2".to_owned())]);
    assert!(!set.run(&["import", "--help"]).expect(0).out.contains("hunter2"));
}
