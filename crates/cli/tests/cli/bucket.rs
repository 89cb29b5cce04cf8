//! `--objects s3://...`: another machine continues with the files in a bucket.

use crate::resume::{
    End, OPTIONS, go_on, interrupt, kill, many_rows, prepared, prepared_in, start, wait_until, wait_until_listed,
};
use crate::scratch::Scratch;
use server::{BUCKET, BucketServer, KEY, SECRET};
use std::thread::sleep;
use std::time::Duration;

#[path = "../../../app/tests/bucket/server.rs"]
mod server;

/// The settings of a machine that uses the server's bucket as object store.
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
    // Stopped, so that there is a checkpoint in the middle of the file; then resumed and killed.
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
    // With a database server it takes some seconds until a silent process is considered dead.
    wait_until("nobody runs it", || other.imports()[0]["state"] != "running");
    let unfinished = other.imports()[0]["state"] == "interrupted";
    assert_eq!(uploads, usize::from(unfinished), "{:?}", server.objects());

    // The file of rejected rows that the user requested is lost with the first machine.
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
