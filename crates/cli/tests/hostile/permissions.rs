//! Another user of the machine who tries to read the data folder.

use crate::scratch::files_below;
use crate::server::{MALLORY, Server};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn only_the_servers_user_may_read_contacts_passwords_and_uploaded_files() {
    let server = Server::start();
    let mallory = server.sign_in(MALLORY);
    mallory.draft(
        "people.csv",
        b"First Name,Email\nAnn,ann@example.com\nBo,bo@@example.com\n",
    );
    let data = server.scratch.path("data");
    let all = files_below(&data);
    assert!(
        all.iter()
            .any(|path| path.extension().is_some_and(|ending| ending == "csv")),
        "the upload: {all:?}"
    );
    for path in all.iter().chain([&data]) {
        // The folder's mode already protects everything below it; the files are private as well, in case they are
        // moved.
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        let is_lock = path.parent().is_some_and(|folder| folder.ends_with("locks"));
        assert!(
            is_lock || mode(path) == expected,
            "{} has mode {:04o}",
            path.display(),
            mode(path)
        );
    }
}
