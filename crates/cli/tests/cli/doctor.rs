//! `crystalqore doctor`: the findings and the advice for each.

use crate::scratch::{Scratch, files_below};
use serde_json::Value;

fn health(document: &Value, about: &str) -> String {
    let findings = document["findings"].as_array().unwrap();
    let finding = findings.iter().find(|f| f["about"] == about);
    finding.unwrap()["health"].as_str().unwrap().to_owned()
}

#[test]
fn a_healthy_installation_is_healthy_before_and_after_its_first_use() {
    let scratch = Scratch::untouched();
    let look = || scratch.run(&["doctor", "--json"]).expect(0).json();
    for about in ["data folder", "database", "files"] {
        assert_ne!(health(&look(), about), "bad");
    }
    let made: Vec<_> = files_below(&scratch.path("data"))
        .into_iter()
        .filter(|p| p.is_file())
        .collect();
    assert!(made.is_empty(), "looking leaves nothing behind: {made:?}");
    scratch.write("ann.csv", "First Name\nAnn\n");
    scratch.import("ann.csv", &[]);
    assert_eq!(health(&look(), "schema"), "good");
    scratch.run(&["doctor"]).expect(0).says(&["good", "version"]);
}

#[test]
fn problems_are_reported_with_advice() {
    let scratch = Scratch::new();
    let nobody = "postgres://ann:secret@127.0.0.1:1/crm";
    let run = scratch.run(&["doctor", "--database", nobody]);
    run.expect(1).says(&[
        "bad",
        "cannot connect to the database at 127.0.0.1:1/crm",
        "what to do",
        "listen_addresses",
    ]);
    assert!(!format!("{}{}", run.out, run.err).contains("secret"));
    std::fs::create_dir_all(scratch.path("data")).unwrap();
    scratch.write("data/crystalqore.db", "First Name\n".repeat(2000));
    let mut command = scratch.command(&["doctor"]);
    let output = command.env_remove("CRYSTALQORE_DATABASE").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("is not a database"));
    let run = scratch.run(&["doctor", "--objects", "s3://bucket/team"]);
    run.says(&["files", if cfg!(feature = "s3") { "AWS_" } else { "without S3" }]);
}

#[cfg(unix)]
#[test]
fn a_data_folder_that_others_may_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    scratch.run(&["imports"]).expect(0);
    let permissions = || health(&scratch.run(&["doctor", "--json"]).json(), "permissions");
    assert_eq!(permissions(), "good");
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(scratch.path("data"), open).unwrap();
    assert_eq!(permissions(), "warning");
    scratch.run(&["doctor"]).says(&["(0755)", "chmod -R go="]);
}

#[test]
fn a_database_that_has_become_empty_is_no_new_installation() {
    let scratch = Scratch::new();
    scratch.write("ann.csv", "First Name\nAnn\n");
    scratch.import("ann.csv", &[]);
    if scratch.url().is_some() {
        return;
    }
    scratch.write("data/crystalqore.db", "");
    scratch
        .run(&["imports"])
        .expect(1)
        .says(&["is empty (0 bytes)", "put it back from a backup"]);
    scratch
        .run(&["doctor"])
        .expect(1)
        .says(&["is empty (0 bytes)", "crystalqore restore"]);
    assert_eq!(scratch.read("data/crystalqore.db"), "");
}
