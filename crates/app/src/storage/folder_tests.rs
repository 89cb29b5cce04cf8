use super::*;
use crate::storage::listed::UNFINISHED;
use std::fs;
use tempfile::TempDir;

fn with_folder() -> (TempDir, Objects) {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(&folder.path().join("objects"), None).unwrap();
    (folder, objects)
}

/// Puts an object, and checks that it is complete.
pub(super) fn put(objects: &Objects, name: &str, bytes: &[u8]) {
    let mut draft = objects.draft().unwrap();
    draft.write_all(bytes).unwrap();
    let put = objects.put(name, draft).unwrap();
    assert_eq!(put.size, bytes.len() as u64);
    assert!(fs::read(&put.path).unwrap() == bytes, "{name}, as it was put");
    assert!(read(objects, name) == bytes, "{name}, as it is read");
}

pub(super) fn read(objects: &Objects, name: &str) -> Vec<u8> {
    let fetched = objects.fetch(name).unwrap();
    let bytes = fs::read(&fetched.path).unwrap();
    assert_eq!(fetched.size, bytes.len() as u64);
    bytes
}

/// Checks what every object store must do.
pub(super) fn keeps_its_promises(objects: &Objects) {
    objects.probe("0190-a").unwrap();
    assert_eq!(objects.list("probes/").unwrap(), [], "a probe leaves nothing");
    assert_eq!(objects.list("rejected/1-2/").unwrap(), [], "what never was is empty");

    put(objects, "rejected/1-2/00.csv", b"first");
    put(objects, "rejected/1-2/10.csv", b"");
    put(objects, "rejected/1-2/10.csv", b"replaced");
    put(objects, "rejected/1-22/00.csv", b"of another import");
    let listed = objects.list("rejected/1-2/").unwrap();
    let names: Vec<_> = listed.iter().map(|o| (o.name.as_str(), o.size)).collect();
    assert_eq!(names, [("rejected/1-2/00.csv", 5), ("rejected/1-2/10.csv", 8)]);
    let (newest, oldest) = (listed[1].modified, listed[0].modified);
    assert!(newest >= oldest && oldest > 1_700_000_000_000_000, "{oldest} {newest}");

    objects.delete("rejected/1-2/00.csv").unwrap();
    objects.delete("rejected/1-2/00.csv").unwrap();
    let missing = objects.fetch("rejected/1-2/00.csv").err().unwrap();
    assert!(matches!(missing, ObjectsError::Missing { .. }), "{missing:?}");
    let said = missing.to_string();
    assert!(
        said.contains("rejected/1-2/00.csv") && said.contains(objects.location()),
        "{said}"
    );

    objects.delete_all("rejected/1-2/").unwrap();
    assert_eq!(objects.list("rejected/1-2/").unwrap(), []);
    assert_eq!(read(objects, "rejected/1-22/00.csv"), b"of another import");
}

#[test]
fn a_folder_keeps_its_promises() {
    let (folder, objects) = with_folder();
    keeps_its_promises(&objects);
    let fetched = objects.fetch("rejected/1-22/00.csv").unwrap();
    assert_eq!(fetched.path, folder.path().join("objects/rejected/1-22/00.csv"));
    assert!(!folder.path().join("objects/rejected/1-2").exists());
}

#[test]
fn a_draft_is_no_object_and_leaves_nothing() {
    let (_folder, objects) = with_folder();
    let mut draft = objects.draft().unwrap();
    draft.write_all(b"half").unwrap();
    assert_eq!(objects.list("uploads/").unwrap(), []);
    // Files left by a process that died can be found there.
    assert_eq!(objects.list(UNFINISHED).unwrap().len(), 1);
    drop(draft);
    assert_eq!(objects.list(UNFINISHED).unwrap(), []);
}

#[test]
fn names_lead_nowhere_else() {
    let (folder, objects) = with_folder();
    fs::write(folder.path().join("secret"), "s").unwrap();
    let wrong = [
        "../secret",
        "uploads/../../secret",
        "/etc/hostname",
        "uploads//a",
        "uploads/",
        "",
        ".hidden",
        "uploads/a b",
        "uploads\\a",
        "uploads/ä",
        "C:a",
    ];
    for name in wrong {
        let refused = [
            objects.fetch(name).err(),
            objects.delete(name).err(),
            objects.put(name, objects.draft().unwrap()).err(),
        ];
        for error in refused {
            assert!(matches!(error, Some(ObjectsError::Name(_))), "{name:?}: {error:?}");
        }
    }
    assert!(matches!(objects.list("../"), Err(ObjectsError::Name(_))));
    assert!(folder.path().join("secret").exists());
}

#[test]
fn foreign_files_are_no_objects() {
    let (folder, objects) = with_folder();
    put(&objects, "uploads/a.csv", b"a");
    fs::write(folder.path().join("objects/uploads/.DS_Store"), "").unwrap();
    fs::create_dir(folder.path().join("objects/uploads/folder")).unwrap();
    assert_eq!(objects.list("uploads/").unwrap().len(), 1);
}

#[test]
fn a_place_that_is_no_folder_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let objects = Objects::open(folder.path(), file.to_str()).unwrap();
    let said = objects.draft().err().unwrap().to_string();
    assert!(
        said.contains(file.to_str().unwrap()) && said.contains("is it a folder"),
        "{said}"
    );
}

#[test]
fn a_location_that_is_none_is_refused_and_not_repeated() {
    let [anywhere, bucket] = if cfg!(feature = "s3") {
        ["s3://BUCKET/PREFIX"; 2]
    } else {
        ["s3://BUCKET/PREFIX", "built without S3"]
    };
    for (location, expected) in [
        ("", anywhere),
        ("https://key:hunter2@host/bucket", anywhere),
        ("s3://", bucket),
        ("s3://key:hunter2@bucket", bucket),
        ("s3://bucket/../x", bucket),
    ] {
        let error = Objects::open(Path::new("data"), Some(location)).err().unwrap();
        let said = format!("{error} {error:?}");
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
