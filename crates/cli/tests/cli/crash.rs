//! A large import that is killed or stopped at any moment, and then resumed or taken over, ends like an uninterrupted
//! run.
//!
//! Ignored by default because it takes an hour; CONTRIBUTING.md describes how to run it. `CRYSTALQORE_CRASH_ROUNDS`
//! and `CRYSTALQORE_CRASH_ROWS` change its size.

use crate::resume::{End, OPTIONS, go_on, kill, prepared, prepared_in, rows, start, wait_until};
use crate::scratch::Scratch;
use crate::watch::{end, signal};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long the database server needs to end the work of a client that died.
const SERVER_NOTICES: Duration = Duration::from_millis(200);

/// Long enough for another machine to take over the import.
const STOPPED: Duration = Duration::from_secs(20);

#[expect(clippy::disallowed_methods, reason = "the size is chosen by who runs the test")]
fn size(name: &str, default: u32) -> u32 {
    let set = std::env::var(format!("CRYSTALQORE_CRASH_{name}"));
    set.map_or(default, |number| number.parse().unwrap())
}

/// The uninterrupted run that all others are compared with, and its duration.
#[expect(clippy::disallowed_methods, reason = "crashes are spread over the time of a run")]
fn unbroken(many: &str) -> (End, Duration) {
    let scratch = prepared(many);
    let began = Instant::now();
    scratch.run(&OPTIONS).expect(4);
    let took = began.elapsed();
    (End::read(&scratch), took)
}

/// The moments of the crashes. Multiples of the golden ratio are evenly spread for any number of rounds.
fn moments(rounds: u32, took: Duration) -> impl Iterator<Item = (u32, Duration)> {
    (1..=rounds).map(move |round| (round, took.mul_f64((f64::from(round) * 0.618_033_988_75).fract())))
}

/// Whether the import is listed and not yet done: from then on another machine may take it over.
fn is_under_way(scratch: &Scratch) -> bool {
    let imports = scratch.imports();
    imports.len() == 2 && imports[0]["state"] != "done"
}

#[test]
#[ignore = "it takes half an hour"]
fn killed_imports_end_as_an_unbroken_one_when_resumed() {
    let many = rows(size("ROWS", 200_000));
    let (expected, took) = unbroken(&many);
    for (round, moment) in moments(size("ROUNDS", 100), took) {
        let scratch = prepared(&many);
        let child = start(&scratch);
        sleep(moment);
        kill(child);
        let when = format!("round {round}, killed after {moment:?} of {took:?}");
        println!("{when}, under way: {}", is_under_way(&scratch));
        go_on(&scratch);
        End::read(&scratch).assert_equal(&expected, &when);
    }
}

#[test]
#[ignore = "it takes half an hour"]
fn killed_and_stopped_imports_end_as_an_unbroken_one_when_taken_over_on_a_server() {
    let many = rows(size("ROWS", 100_000));
    let (expected, took) = unbroken(&many);
    for (round, moment) in moments(size("ROUNDS", 50), took) {
        let mut scratch = Scratch::on_server().expect("start the test with `cargo xtask postgres -- cargo test ...`");
        let shared = scratch.path("shared").display().to_string();
        scratch.set("CRYSTALQORE_OBJECTS", shared);
        let scratch = prepared_in(scratch, &many);
        let other = scratch.another_machine();
        let watcher = other.command(&["resume", "--watch", "--json"]).spawn().unwrap();
        let mut child = start(&scratch);
        sleep(moment);
        let stops = round % 3 == 0;
        signal(&child, if stops { "-STOP" } else { "-KILL" });
        sleep(SERVER_NOTICES);
        let under_way = is_under_way(&other);
        let when = format!("round {round}, stopped: {stops}, after {moment:?} of {took:?}");
        println!("{when}, under way: {under_way}");
        if stops {
            assert_eq!(continued(&mut child), Some(if under_way { 1 } else { 4 }), "{when}");
        } else {
            child.wait().unwrap();
            if other.imports().len() < 2 {
                scratch.run(&OPTIONS).expect(4);
            }
        }
        wait_until("the import is done", || other.imports()[0]["state"] == "done");
        end(watcher);
        End::read(&scratch).assert_equal(&expected, &when);
    }
}

/// The exit code of an import that continues after it was stopped long enough for another machine to take it over. It
/// must then give up; if there was nothing to take over, it ends normally.
fn continued(child: &mut Child) -> Option<i32> {
    sleep(STOPPED);
    signal(child, "-CONT");
    child.wait().unwrap().code()
}
