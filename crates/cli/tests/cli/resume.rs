//! `crystalqore resume`: after a kill or Ctrl-C at any moment, the result is that of an uninterrupted run.

use crate::scratch::{Run, Scratch};
use serde_json::Value;
use std::fmt::Write;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Rows of the interrupted file: enough for a run to take a good part of a second.
pub const ROWS: u32 = 30_000;
pub const OPTIONS: [&str; 6] = [
    "import",
    "many.csv",
    "--duplicates",
    "update",
    "--rejected",
    "rejected.csv",
];

/// The results in which an interrupted and an uninterrupted run must agree.
#[derive(PartialEq)]
pub struct End {
    contacts: Vec<String>,
    counts: Value,
    rejected: String,
}

impl End {
    pub fn read(scratch: &Scratch) -> Self {
        let imports = scratch.imports();
        assert_eq!(imports.len(), 2);
        assert_eq!(imports[0]["state"], "done");
        let rejected = scratch.read("rejected.csv");
        let kept = scratch.run(&["rejected", "2"]).expect(0).out.clone();
        assert!(kept == rejected, "the file of rejected rows is not what was kept");
        Self {
            contacts: contacts(scratch),
            counts: imports[0]["counts"].clone(),
            rejected,
        }
    }

    /// Compares without printing thirty thousand contacts.
    pub fn assert_equal(&self, other: &Self, when: &str) {
        assert_eq!(self.counts, other.counts, "{when}");
        let differs = self.contacts.iter().zip(&other.contacts).find(|(a, b)| a != b);
        assert_eq!(differs, None, "{when}");
        assert_eq!(self.contacts.len(), other.contacts.len(), "{when}");
        assert!(self.rejected == other.rejected, "{when}: the rejected rows differ");
    }
}

/// The contacts as lines of JSON, without id and version, which differ from run to run. They are cut off as text,
/// because parsing that many takes longer than importing them.
fn contacts(scratch: &Scratch) -> Vec<String> {
    let lines = scratch.export(&["--format", "jsonl"]);
    let values = |line: &str| {
        let (_, behind) = line.split_once("\"version\":\"").unwrap();
        behind.split_once("\",").unwrap().1.to_owned()
    };
    lines.lines().map(values).collect()
}

/// One of thirteen rows is invalid, and one of seventeen repeats an earlier one; the others are new or match the
/// first import.
pub fn many_rows() -> String {
    rows(ROWS)
}

/// A file like that of `many_rows` with `count` rows.
pub fn rows(count: u32) -> String {
    let mut csv = String::from("First Name,Last Name,Email,Phone,Tag\n");
    for i in 0..count {
        let (of, company) = match i % 17 {
            16 => (i / 2, "Again"),
            _ => (i, "First"),
        };
        let ending = if i % 13 == 12 { "" } else { ".com" };
        let (exchange, line) = (230 + i / 10_000, i % 10_000);
        writeln!(
            csv,
            "{company}{i},Row,row{of}@example{ending},+1 202 {exchange} {line:04},a"
        )
        .unwrap();
    }
    csv
}

/// A folder with a few contacts that the big file will change.
pub fn prepared(many: &str) -> Scratch {
    prepared_in(Scratch::new(), many)
}

/// Prepares an existing folder in the same way.
pub fn prepared_in(scratch: Scratch, many: &str) -> Scratch {
    scratch.write("many.csv", many);
    let mut few = String::from("Company,Email\n");
    (0..ROWS)
        .step_by(100)
        .for_each(|i| writeln!(few, "Acme {i},row{i}@example.com").unwrap());
    scratch.write("few.csv", few);
    scratch.run(&["import", "few.csv"]).expect(0);
    scratch
}

pub fn start(scratch: &Scratch) -> Child {
    scratch.command(&OPTIONS).spawn().unwrap()
}

/// Waits with a time limit, so that a test fails instead of hanging.
pub fn wait_until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..6_000 {
        if holds() {
            return;
        }
        sleep(Duration::from_millis(5));
    }
    unreachable!("in vain waited until {what}");
}

/// Waits until the import is listed; before that, a signal would keep it from starting at all.
pub fn wait_until_listed(scratch: &Scratch, imports: usize) {
    wait_until("the import is listed", || scratch.imports().len() == imports);
}

/// `kill -9`.
pub fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Sends `kill -INT`, as Ctrl-C does.
pub fn interrupt(child: Child) -> Run {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    Run::new(&OPTIONS, &child.wait_with_output().unwrap())
}

/// Resumes until nothing is left to do. An import that was killed before it was listed is started again.
pub fn go_on(scratch: &Scratch) {
    let begun = scratch.imports().len() == 2;
    let run = if begun {
        scratch.run(&["resume"])
    } else {
        scratch.run(&OPTIONS)
    };
    assert!(matches!(run.code, Some(0 | 4)), "{}{}", run.out, run.err);
    says_nothing_to_do(scratch);
}

fn says_nothing_to_do(scratch: &Scratch) {
    scratch.run(&["resume"]).expect(0).says(&["Nothing was interrupted"]);
}

#[test]
fn nothing_to_do_is_no_error() {
    let scratch = Scratch::new();
    says_nothing_to_do(&scratch);
    assert_eq!(
        scratch.run(&["resume", "--json"]).expect(0).json(),
        serde_json::json!({"resumed": []})
    );
    scratch.write("ann.csv", "First Name\nAnn\n");
    scratch.import("ann.csv", &[]);
    says_nothing_to_do(&scratch);
    scratch.run(&["resume", "7"]).expect(1).says(&["no import 7"]);
    assert_eq!(
        scratch.run(&["resume", "7", "--json"]).expect(1).error_code(),
        "no_such_import"
    );
    scratch
        .run(&["resume", "last"])
        .expect(2)
        .says(&["number of an import"]);
    assert_eq!(scratch.imports().len(), 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long a run takes says when to kill one")]
fn a_run_that_was_broken_ends_as_an_unbroken_one() {
    let many = many_rows();
    let unbroken = prepared(&many);
    let before = contacts(&unbroken);
    let began = Instant::now();
    unbroken.run(&OPTIONS).expect(4);
    let took = began.elapsed();
    let expected = End::read(&unbroken);
    for class in ["new", "update", "invalid"] {
        assert!(expected.counts[class].as_u64().unwrap() > 100, "{}", expected.counts);
    }

    // Killed at moments spread over the run, the first perhaps before the import is in the list.
    for percent in [3, 60] {
        let scratch = prepared(&many);
        let child = start(&scratch);
        sleep(took * percent / 100);
        kill(child);
        go_on(&scratch);
        End::read(&scratch).assert_equal(&expected, &format!("killed after {percent} % of {took:?}"));
    }

    // Stopped by Ctrl-C, so that there is a checkpoint in the middle of the file; then the resumed run is killed too.
    let scratch = prepared(&many);
    let child = start(&scratch);
    wait_until_listed(&scratch, 2);
    interrupt(child);
    let resumed = scratch.command(&["resume"]).spawn().unwrap();
    sleep(took * 30 / 100);
    kill(resumed);
    go_on(&scratch);
    End::read(&scratch).assert_equal(&expected, "stopped, resumed, killed, resumed");
    // The change log must be complete as well.
    scratch.run(&["undo", "2"]).expect(0);
    assert!(contacts(&scratch) == before, "the undo of a broken run");
}

#[test]
fn ctrl_c_finishes_what_is_in_hand_and_says_how_to_go_on() {
    let many = many_rows();
    let unbroken = prepared(&many);
    unbroken.run(&OPTIONS).expect(4);

    let scratch = prepared(&many);
    let child = start(&scratch);
    wait_until_listed(&scratch, 2);
    // While it runs, no other process may touch the import.
    let running = scratch.imports()[0]["state"] == "running";
    let (resume, undo) = (scratch.run(&["resume", "2"]), scratch.run(&["undo", "2"]));
    let run = interrupt(child);
    // On a fast machine the run may end before the signal arrives; the result must be the same.
    if run.out.contains("Stopped importing") {
        run.expect(1)
            .says(&["What is done so far stays", "crystalqore resume 2"]);
        assert!(running);
        resume.expect(1).says(&["run by another process"]);
        undo.expect(1).says(&["run by another process"]);
        let import = scratch.imports()[0].clone();
        assert_eq!(import["state"], "interrupted");
        let done = import["counts"]["rows"].as_u64().unwrap();
        assert!(done < u64::from(ROWS));
        scratch.run(&["imports"]).expect(0).says(&["interrupted"]);
        scratch.run(&["resume", "2"]).expect(4).says(&[
            "Imported many.csv (import 2)",
            "30,000  rows",
            "crystalqore undo 2",
        ]);
    } else {
        run.expect(4);
    }
    says_nothing_to_do(&scratch);
    End::read(&scratch).assert_equal(&End::read(&unbroken), "stopped by Ctrl-C");
}

#[test]
fn several_interrupted_imports_are_resumed_in_turn() {
    let many = many_rows();
    let scratch = prepared(&many);
    for imports in [2, 3] {
        let child = start(&scratch);
        wait_until_listed(&scratch, imports);
        kill(child);
    }
    let interrupted = |scratch: &Scratch| -> Vec<String> {
        let open = scratch.imports().into_iter().filter(|i| i["state"] == "interrupted");
        open.map(|i| i["import"].as_str().unwrap().to_owned()).collect()
    };
    // Ctrl-C during the first import stops it and does not start the next one. On a fast machine the imports may have
    // ended before they were killed.
    let before = interrupted(&scratch);
    if before.len() == 2 {
        let child = scratch.command(&["resume", "--json"]).spawn().unwrap();
        wait_until("an import is resumed", || interrupted(&scratch) != before);
        let run = interrupt(child);
        let resumed = run.json()["resumed"].as_array().unwrap().clone();
        if resumed[0]["finished"] == false {
            run.expect(1);
            assert_eq!(resumed.len(), 1);
            assert_eq!(interrupted(&scratch), before);
        }
    }
    // The output is one document, even if nothing is left to do.
    let left = interrupted(&scratch).len();
    let run = scratch.run(&["resume", "--json"]);
    assert!(matches!(run.code, Some(0 | 4)), "{}{}", run.out, run.err);
    let resumed = run.json()["resumed"].as_array().unwrap().clone();
    assert_eq!(resumed.len(), left);
    assert!(resumed.iter().all(|i| i["finished"] == true));
    says_nothing_to_do(&scratch);
}

#[test]
fn an_interrupted_import_can_be_undone_instead() {
    let many = many_rows();
    let scratch = prepared(&many);
    let before = scratch.export(&[]);
    let child = start(&scratch);
    wait_until_listed(&scratch, 2);
    // Ctrl-C instead of a kill, so that some rows are committed and there is something to undo.
    interrupt(child);
    let dry = scratch.run(&["undo", "2", "--dry-run", "--json"]).expect(0).json();
    let done = scratch.run(&["undo", "2", "--json"]).expect(0).json();
    for part in ["removed", "restored", "kept"] {
        assert_eq!(dry[part], done[part], "{part}");
    }
    assert_eq!(done["kept"], 0);
    assert!(scratch.export(&[]) == before);
    says_nothing_to_do(&scratch);
    scratch.run(&["resume", "2"]).expect(0).says(&["undone"]);
}
