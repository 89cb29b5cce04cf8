use super::*;
use crate::import::analysis::{Opening, look};
use exchange::open::Batch;

const IMPORT: ImportId = ImportId(7);
const WORKSPACE: Workspace = Workspace(1);
/// A header and the records 1 to 4.
const FILE: &str = "Name;Email\nann;a@\nbob;b@\ncy;c@\ndee;d@\n";

/// Rejects records of the file, as one batch that ends before `next_record`.
fn batch(rows: &mut RejectedRows<'_>, reading: &Reading, rejected: &[u64], next_record: u64) -> Kept {
    let mut records = reading.records(&FILE.as_bytes().to_vec()).unwrap();
    let mut batch = Batch::default();
    assert!(records.fill(&mut batch, 100).unwrap());
    for record in batch.records().filter(|r| rejected.contains(&r.index())) {
        rows.write(record, std::iter::empty()).unwrap();
    }
    rows.complete(next_record).unwrap()
}

fn reading() -> Reading {
    look(
        &FILE.as_bytes().to_vec(),
        &Opening::default(),
        &crate::workspace::custom_fields::WorkspaceRules::default(),
    )
    .unwrap()
    .reading
}

fn names(objects: &Objects) -> Vec<String> {
    let listed = objects.list(&prefix_of(WORKSPACE, IMPORT)).unwrap();
    listed.into_iter().map(|object| object.name).collect()
}

fn with_objects() -> (tempfile::TempDir, Objects) {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path(), None).unwrap();
    (folder, objects)
}

#[test]
fn each_batch_with_rejected_rows_leaves_a_segment() {
    let (_folder, objects) = with_objects();
    let reading = reading();
    let mut rows = RejectedRows::begin(&objects, WORKSPACE, IMPORT, &reading).unwrap();
    batch(&mut rows, &reading, &[1], 2);
    batch(&mut rows, &reading, &[], 4);
    let kept = batch(&mut rows, &reading, &[4], 5);
    assert_eq!(
        names(&objects),
        [
            "rejected/1-7/00000000000000000000.csv",
            "rejected/1-7/00000000000000000004.csv"
        ]
    );
    assert_eq!(kept.next_record, 5);
    assert_eq!(kept.bytes, "2;;ann;a@\r\n5;;dee;d@\r\n".len() as u64);
}

#[test]
fn a_batch_done_again_replaces_its_segment_or_removes_it() {
    let (_folder, objects) = with_objects();
    let reading = reading();
    let mut first = RejectedRows::begin(&objects, WORKSPACE, IMPORT, &reading).unwrap();
    let committed = batch(&mut first, &reading, &[1], 2);
    batch(&mut first, &reading, &[2, 3], 4);
    // The process was killed before the second batch was committed.
    let mut again = RejectedRows::go_on(&objects, WORKSPACE, IMPORT, &reading, committed);
    let kept = batch(&mut again, &reading, &[3], 4);
    assert_eq!(names(&objects).len(), 2);
    assert_eq!(kept.bytes, "2;;ann;a@\r\n4;;cy;c@\r\n".len() as u64);
    let mut again = RejectedRows::go_on(&objects, WORKSPACE, IMPORT, &reading, committed);
    let kept = batch(&mut again, &reading, &[], 4);
    assert_eq!(names(&objects), ["rejected/1-7/00000000000000000000.csv"]);
    assert_eq!(kept.bytes, committed.bytes);
}

#[test]
fn nothing_is_left_of_an_import_that_had_the_number_before() {
    let (_folder, objects) = with_objects();
    let reading = reading();
    let mut earlier = RejectedRows::begin(&objects, WORKSPACE, IMPORT, &reading).unwrap();
    batch(&mut earlier, &reading, &[], 2);
    batch(&mut earlier, &reading, &[2], 3);
    RejectedRows::begin(&objects, WORKSPACE, IMPORT, &reading).unwrap();
    assert_eq!(names(&objects), [""; 0]);
}

#[test]
fn only_a_file_of_rejected_rows_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejected.csv");
    assert!(is_ours(&path), "there is none");
    for (text, ours) in [
        ("", true),
        ("\u{feff}CrystalQore Line,x", true),
        ("\u{feff}Name", false),
        ("Name", false),
    ] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(is_ours(&path), ours, "{text}");
    }
}
