//! `crystalqore resume --watch`: takes over the interrupted imports of other processes; no two processes run the same
//! import.

use crate::resume::{End, OPTIONS, kill, many_rows, prepared, prepared_in, start, wait_until, wait_until_listed};
use crate::scratch::Scratch;
use std::process::{Child, Command};

pub fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
}

/// Terminates a watcher as an administrator would; its exit code must be 0.
pub fn end(mut watcher: Child) {
    signal(&watcher, "-TERM");
    assert!(watcher.wait().unwrap().success());
}

fn wait_until_done(scratch: &Scratch) {
    wait_until("the import is done", || scratch.imports()[0]["state"] == "done");
}

#[test]
fn what_is_killed_is_taken_over() {
    let many = many_rows();
    let unbroken = prepared(&many);
    unbroken.run(&OPTIONS).expect(4);
    let expected = End::read(&unbroken);
    let scratch = prepared(&many);
    let watcher = scratch.command(&["resume", "--watch"]).spawn().unwrap();
    let child = start(&scratch);
    wait_until_listed(&scratch, 2);
    kill(child);
    wait_until_done(&scratch);
    end(watcher);
    End::read(&scratch).assert_equal(&expected, "killed, and taken over");
}

#[test]
fn on_a_server_another_machine_takes_over_also_from_one_that_was_only_stopped() {
    let Some(mut scratch) = Scratch::on_server() else {
        return;
    };
    let many = many_rows();
    let unbroken = prepared(&many);
    unbroken.run(&OPTIONS).expect(4);
    let expected = End::read(&unbroken);
    let shared = scratch.path("shared").display().to_string();
    scratch.set("CRYSTALQORE_OBJECTS", shared);
    let scratch = prepared_in(scratch, &many);
    let other = scratch.another_machine();
    let watcher = other.command(&["resume", "--watch", "--json"]).spawn().unwrap();
    let mut child = start(&scratch);
    wait_until_listed(&scratch, 2);
    signal(&child, "-STOP");
    if scratch.imports()[0]["state"] != "done" {
        wait_until_done(&other);
        signal(&child, "-CONT");
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(1), "who lost its import says so");
    } else {
        signal(&child, "-CONT");
        child.wait().unwrap();
    }
    end(watcher);
    End::read(&scratch).assert_equal(&expected, "stopped, taken over, and continued");
}
