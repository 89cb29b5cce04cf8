//! What is done to many contacts at once, and an import, over HTTP: how long they take, and what others notice at the same time.

use crate::http::{Answer, Browser};
use crate::random::Random;
use crate::server::{HEAD, Person, a_list, a_name, figures, form_of};
use crate::workspace;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Rows that are imported.
const ROWS: usize = 100_000;
/// About half of the contacts of the first member: a tenth of all.
const HALF: [(&str, &str); 3] = [("scope", "mine"), ("q", "@wick."), ("all", "yes")];
/// What the list says while it follows.
const BEHIND: &str = "Updating the list…";
/// What others do at the same time.
const BESIDE: [&str; 3] = ["the list", "search for a name", "share a contact"];

/// Prints all of it. Says how many rows were imported, which are those behind so many.
pub fn measure(address: &str, people: &[Person], contacts: usize) -> usize {
    let at_work = Browser::new(address);
    let (first, importer, others) = (&people[0], &people[1], &people[2..]);
    let bulk = |fields: &[(&str, &str)]| {
        let form = form_of(&[fields, &HALF].concat());
        at_work.post(&first.cookie, "/contacts/bulk", &form)
    };
    let beside = |what: &str, work: &(dyn Fn() -> Answer + Sync)| beside(address, others, what, work);
    // A member who is nobody of those who ask at the same time.
    let to = "199";
    let shared = beside("sharing", &|| {
        bulk(&[("do", "share"), ("member", to), ("access", "edit")])
    });
    // The message about what was done is on the next page, with what it can be undone by. A cookie carries it there.
    let message = |done: &Answer| {
        let cookies = format!("{}; {}", first.cookie, done.cookie);
        at_work.read(&cookies, &done.location).body
    };
    println!(
        "that were {} contacts",
        between(&message(&shared), "data-done><span>", " ")
    );
    beside("taking the shares back", &|| bulk(&[("do", "unshare"), ("to", to)]));
    let undo = |what: &str, done: &Answer| {
        let action = between(&message(done), "\"/actions/", "/undo\"").to_owned();
        let path = format!("/actions/{action}/undo");
        beside(what, &|| at_work.post(&first.cookie, &path, ""))
    };
    let handed = beside("transferring", &|| {
        bulk(&[("do", "hand-over"), ("member", to), ("keep", "edit")])
    });
    undo("undoing that", &handed);
    let tagged = beside("tagging", &|| bulk(&[("do", "tag"), ("bulk_tag", "one of many")]));
    undo("undoing that", &tagged);
    let deleted = beside("deleting", &|| bulk(&[("do", "delete")]));
    let at = form_of(&[("at", between(&message(&deleted), "name=\"at\" value=\"", "\""))]);
    beside("restoring", &|| at_work.post(&first.cookie, "/contacts/undelete", &at));
    let rows = ROWS.min(contacts);
    let file = workspace::csv(contacts..contacts + rows);
    let what = format!("importing {rows} rows");
    beside(&what, &|| import(&at_work, &importer.cookie, &file));
    rows
}

/// The text between two others on a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let found = page
        .split_once(before)
        .and_then(|(_, rest)| Some(rest.split_once(after)?.0));
    assert!(found.is_some(), "no {before} on the page");
    found.unwrap_or_default()
}

/// Sends a file, has it imported and waits for the end.
fn import(browser: &Browser, cookie: &str, file: &str) -> Answer {
    let at = browser.upload(cookie, "/import", file).location;
    let import = at.trim_end_matches("/map");
    browser.post(cookie, &format!("{import}/start"), "");
    let result = format!("{import}/result");
    loop {
        let answer = browser.read(cookie, &result);
        if answer.status == 200 {
            return answer;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Does some work while somebody else goes on with theirs, and waits until the list has followed.
fn beside(address: &str, others: &[Person], what: &str, work: &(dyn Fn() -> Answer + Sync)) -> Answer {
    let (done, begun) = (AtomicBool::new(false), Instant::now());
    let mut taken = [const { Vec::new() }; BESIDE.len()];
    let (answer, took) = thread::scope(|scope| {
        let working = scope.spawn(|| {
            let answer = work();
            done.store(true, Ordering::Relaxed);
            (answer, begun.elapsed())
        });
        let (browser, mut random) = (Browser::new(address), Random::new(9));
        while !done.load(Ordering::Relaxed) && !working.is_finished() {
            let person = &others[random.below(others.len())];
            let contact = person.contact(&mut random);
            let form = form_of(&[("member", "1"), ("access", random.pick(&["view", "edit"]))]);
            taken[0].push(browser.get(&person.cookie, &a_list(&mut random)).took);
            taken[1].push(browser.get(&person.cookie, &a_name(&mut random)).took);
            taken[2].push(browser.post(&person.cookie, &format!("{contact}/share"), &form).took);
        }
        working.join().unwrap()
    });
    let followed = Instant::now();
    let (browser, somebody) = (Browser::new(address), &others[0].cookie);
    while browser.read(somebody, "/contacts").body.contains(BEHIND) {
        thread::sleep(Duration::from_millis(20));
    }
    let (took, followed) = (took.as_secs_f64(), followed.elapsed().as_secs_f64());
    println!("\n{what}: {took:.2} s, and the list had followed {followed:.2} s later");
    println!("{:44}{HEAD}", "milliseconds, for others beside it");
    for (what, taken) in BESIDE.into_iter().zip(taken) {
        println!("{what:44}{}  ({} times)", figures(taken.clone()), taken.len());
    }
    answer
}
