//! `crystalqore backup`, `restore` and `copy`.

use crate::scratch::Scratch;

const CSV: &str = "First Name,Email\nZoë,zoe@example.com\nBo,bo@example.com\nAl,al@@example.com\n";

fn filled(scratch: Scratch) -> Scratch {
    scratch.write("some.csv", CSV);
    scratch.run(&["import", "some.csv"]).expect(4);
    scratch
}

#[test]
fn going_back_to_a_backup_and_back_again() {
    let scratch = filled(Scratch::new());
    if scratch.url().is_some() {
        for command in ["backup", "restore"] {
            scratch.run(&[command, "some.db"]).expect(1).says(&["pg_dump"]);
        }
        return;
    }
    let before = scratch.state();
    scratch
        .run(&["backup", "some.db"])
        .expect(0)
        .says(&["crystalqore restore some.db"]);
    scratch.write("more.csv", "Email\nmore@example.com\n");
    scratch.run(&["import", "more.csv"]).expect(0);
    let after = scratch.state();
    assert_ne!(before, after);
    scratch
        .run(&["backup", "some.db"])
        .expect(2)
        .says(&["some.db exists already", "--force"]);
    scratch.run(&["backup", "later.db"]).expect(0);
    scratch.run(&["backup", "later.db", "--force"]).expect(0);
    let restored = scratch.run(&["restore", "some.db"]);
    restored.expect(0);
    assert_eq!(scratch.state(), before);
    let (_, kept) = restored.out.rsplit_once("crystalqore restore ").unwrap();
    scratch.run(&["restore", kept.trim()]).expect(0);
    assert_eq!(scratch.state(), after);
    // The change log is restored too, so that the import can be undone.
    scratch.run(&["undo", "2"]).expect(0);
    assert_eq!(scratch.state().0, before.0);
    scratch
        .run(&["restore", "some.csv"])
        .expect(1)
        .says(&["is not a database"]);
    scratch.run(&["backup", "some.csv"]).expect(1).says(&["is no backup"]);
    assert_eq!(scratch.read("some.csv"), CSV);
}

#[test]
fn a_copy_is_the_same_installation() {
    let scratch = filled(Scratch::new());
    let from = match scratch.url() {
        Some(url) => url.to_owned(),
        None => "data".to_owned(),
    };
    scratch
        .run(&["copy", "--from", &from, "--to", "elsewhere"])
        .expect(0)
        .says(&["contacts", "checksum"]);
    let copied = |arguments: &[&str]| {
        let mut command = scratch.command(&[&["--data", "elsewhere"], arguments].concat());
        command.env_remove("CRYSTALQORE_DATABASE");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert_eq!(copied(&["export"]), scratch.export(&[]));
    assert_eq!(copied(&["imports", "--json"]), scratch.state().1);
    scratch
        .run(&["copy", "--from", &from, "--to", "elsewhere"])
        .expect(1)
        .says(&["not empty"]);
    scratch
        .run(&["copy", "--from", &from, "--to", &from])
        .expect(1)
        .says(&["name another"]);
    scratch
        .run(&["copy", "--from", "nowhere", "--to", "there"])
        .expect(1)
        .says(&["no database"]);
    assert!(!scratch.path("there").exists());
}

#[test]
fn to_a_server_and_home_again() {
    let Some(server) = Scratch::on_server() else { return };
    let scratch = filled(Scratch::new());
    let from = scratch.url().unwrap_or("data").to_owned();
    let url = server.url().unwrap().to_owned();
    let run = scratch.run(&["copy", "--from", &from, "--to", &url, "--json"]);
    let there = run.expect(0).json();
    let home = scratch
        .run(&["copy", "--from", &url, "--to", "home/copy.db", "--json"])
        .expect(0)
        .json();
    assert_eq!(home, there, "the same rows, the same checksums");
    // Last, because reading the state is an export, which is recorded in the audit log.
    assert_eq!(server.state(), scratch.state());
    // The password in a database URL is never shown.
    let secret = "postgres://ann:secret@127.0.0.1:1/crm";
    let failed = scratch.run(&["copy", "--from", secret, "--to", "other"]);
    failed.expect(1).says(&["127.0.0.1:1/crm"]);
    assert!(!format!("{}{}", failed.out, failed.err).contains("secret"));
    let help = scratch
        .command(&["--help"])
        .env("CRYSTALQORE_DATABASE", secret)
        .output()
        .unwrap();
    assert!(!String::from_utf8(help.stdout).unwrap().contains("secret"));
    let wrong = scratch.run(&["imports", "--database", "mysql://ann:secret@db/crm"]);
    wrong.expect(2).says(&["write postgres://"]);
}
