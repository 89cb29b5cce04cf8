//! What is done to many contacts at once, and an import, over HTTP: how long they take, and what others notice in the meantime.

use crate::http::Browser;
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
const BEHIND: &str = "Many contacts have just changed";
/// What others do in the meantime.
const MEANWHILE: [&str; 3] = ["the list", "search for a name", "share a contact"];

/// Prints all of it. Says how many rows were imported, which are those behind so many.
pub fn measure(address: &str, people: &[Person], contacts: usize) -> usize {
    let at_work = Browser::new(address);
    let (first, importer, others) = (&people[0], &people[1], &people[2..]);
    let bulk = |fields: &[(&str, &str)]| {
        let form = form_of(&[fields, &HALF].concat());
        at_work.post(&first.cookie, "/contacts/bulk", &form).location
    };
    let beside = |what: &str, work: &(dyn Fn() -> String + Sync)| beside(address, others, what, work);
    // A member who is nobody of those who ask in the meantime.
    let to = "199";
    let shared = beside("sharing", &|| {
        bulk(&[("do", "share"), ("member", to), ("access", "edit")])
    });
    println!("that were {} contacts", number_in(&shared, "n"));
    beside("taking the shares back", &|| bulk(&[("do", "unshare"), ("to", to)]));
    let handed = beside("handing over", &|| {
        bulk(&[("do", "hand-over"), ("member", to), ("keep", "edit")])
    });
    let undo = format!("/actions/{}/undo", number_in(&handed, "action"));
    beside("taking that back", &|| at_work.post(&first.cookie, &undo, "").location);
    let tagged = beside("tagging", &|| bulk(&[("do", "tag"), ("bulk_tag", "one of many")]));
    let undo = format!("/actions/{}/undo", number_in(&tagged, "action"));
    beside("taking that back", &|| at_work.post(&first.cookie, &undo, "").location);
    let deleted = beside("deleting", &|| bulk(&[("do", "delete")]));
    let at = form_of(&[("at", number_in(&deleted, "deleted_at"))]);
    beside("restoring", &|| {
        at_work.post(&first.cookie, "/contacts/undelete", &at).location
    });
    let rows = ROWS.min(contacts);
    let file = workspace::csv(contacts..contacts + rows);
    let what = format!("importing {rows} rows");
    let end = beside(&what, &|| import(&at_work, &importer.cookie, &file));
    println!("it ended at {end}");
    rows
}

/// What a place to go on to says.
fn number_in<'a>(place: &'a str, name: &str) -> &'a str {
    let (_, query) = place.split_once('?').unwrap_or((place, ""));
    let mut fields = query.split('&').filter_map(|field| field.split_once('='));
    fields
        .find(|(field, _)| *field == name)
        .map_or("no", |(_, value)| value)
}

/// Sends a file, has it imported and waits for the end.
fn import(browser: &Browser, cookie: &str, file: &str) -> String {
    let at = browser.upload(cookie, "/import", file).location;
    let import = at.trim_end_matches("/map");
    browser.post(cookie, &format!("{import}/start"), "");
    let result = format!("{import}/result");
    while browser.read(cookie, &result).status != 200 {
        thread::sleep(Duration::from_millis(100));
    }
    result
}

/// Does some work while somebody else goes on with theirs, and waits until the list has followed.
fn beside(address: &str, others: &[Person], what: &str, work: &(dyn Fn() -> String + Sync)) -> String {
    let (done, begun) = (AtomicBool::new(false), Instant::now());
    let mut taken = [const { Vec::new() }; MEANWHILE.len()];
    let (told, took) = thread::scope(|scope| {
        let working = scope.spawn(|| {
            let told = work();
            done.store(true, Ordering::Relaxed);
            (told, begun.elapsed())
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
    println!("{:44}{HEAD}", "milliseconds, for others meanwhile");
    for (what, taken) in MEANWHILE.into_iter().zip(taken) {
        println!("{what:44}{}  ({} times)", figures(taken.clone()), taken.len());
    }
    told
}
