//! What lists, searches, contacts and shares take over HTTP, from the real program, for one browser and for four at
//! once.
//!
//! The members who ask are signed in with their password.

use crate::http::Browser;
use crate::installation::Installation;
use crate::random::Random;
use crate::{beside, memory, of_hundred, told, workspace};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often each thing is asked for, by all browsers together.
const ASKED: usize = 2_000;
const SHARED: usize = 600;
/// Browsers that ask at the same time.
const TOGETHER: usize = 4;
/// Members who are signed in; the first owns a fifth of all contacts, which the second sees.
const SIGNED_IN: i64 = 40;
/// What the list says while it is made.
const NOT_YET: &str = "Search is getting ready";

/// Somebody who is signed in.
pub struct Person {
    pub member: i64,
    pub cookie: String,
    /// Some contacts of their own.
    pub own: Vec<String>,
}

impl Person {
    /// The address of some contact of their own.
    pub fn contact(&self, random: &mut Random) -> String {
        format!("/contacts/{}", self.own[random.below(self.own.len())])
    }
}

/// The program, while it runs.
struct Server {
    child: Child,
    address: String,
}

/// One line of the table: what is asked by one browser, which picks who asks.
struct Asked<'a> {
    /// The names of what each asking measures.
    what: &'a [&'a str],
    times: usize,
    ask: &'a (dyn Fn(&Browser, &mut Random) -> Vec<Duration> + Sync),
}

/// Prints all of it for each of the programs, which find the same workspace one after the other.
pub fn measure(contacts: usize, programs: &[String]) {
    let here = Installation::new();
    fill(&here, contacts);
    let mut imported = contacts;
    for program in programs {
        println!("\n{program}");
        let server = started(&here, Path::new(program));
        let browser = Browser::new(&server.address);
        let people: Vec<Person> = (1..=SIGNED_IN).map(|member| signed_in(&browser, member)).collect();
        in_turn(&server, &people);
        said_of(&server);
        imported += beside::measure(&server.address, &people, imported);
        said_of(&server);
    }
}

/// What one browser asks for, and four at once.
fn in_turn(server: &Server, people: &[Person]) {
    println!("\n{:44}{:>24}{:>24}", "", "one browser", "four at once");
    println!("{:44}{HEAD}{HEAD}", "milliseconds");
    let mut table = |asked: &Asked| {
        let one = all_of(&server.address, asked, 1);
        let four = all_of(&server.address, asked, TOGETHER);
        for ((what, one), four) in asked.what.iter().zip(one).zip(four) {
            println!("{what:44}{}{}", figures(one), figures(four));
        }
    };
    pages(people, &mut table);
    sharing(people, &mut table);
}

pub const HEAD: &str = "    half  99 of 100 longest";

pub fn figures(taken: Vec<Duration>) -> String {
    let [median, most, longest] = of_hundred(taken);
    format!("{median:8.1}{most:8.1}{longest:8.1}")
}

/// The workspace with the search texts that the program would else write in the background first.
fn fill(here: &Installation, contacts: usize) {
    let app = here.app();
    let start = Instant::now();
    workspace::make(&app, here, contacts);
    workspace::share(here, contacts);
    told("the workspace was written", start.elapsed());
    let start = Instant::now();
    app.index_texts(app.local_actor().unwrap(), u64::MAX).unwrap();
    told("its search texts were written", start.elapsed());
}

/// Starts the program and waits for its list.
fn started(here: &Installation, program: &Path) -> Server {
    let start = Instant::now();
    let mut command = Command::new(program);
    command
        .arg("--data")
        .arg(here.folder())
        .args(["serve", "--listen", "127.0.0.1:0"]);
    match here.url() {
        Some(url) => command.env("CRYSTALQORE_DATABASE", url),
        None => command.env_remove("CRYSTALQORE_DATABASE"),
    };
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut greeting = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut greeting)
        .unwrap();
    let (_, rest) = greeting.split_once("open ").expect("it says where it listens");
    let (address, _) = rest.split_once("/ in a browser").expect("it says where it listens");
    let server = Server {
        child,
        address: address.to_owned(),
    };
    told("it listened after", start.elapsed());
    let browser = Browser::new(&server.address);
    let cookie = cookie(&browser, 1);
    let first = browser.read(&cookie, "/contacts");
    told("its first list was there after", start.elapsed());
    let mut body = first.body;
    while body.contains(NOT_YET) {
        thread::sleep(Duration::from_millis(20));
        body = browser.read(&cookie, "/contacts").body;
    }
    told("the whole list could be searched after", start.elapsed());
    said_of(&server);
    server
}

fn said_of(server: &Server) {
    let memory = memory(server.child.id());
    println!("memory of the program: {} MiB, at most {} MiB", memory.now, memory.most);
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cookie(browser: &Browser, member: i64) -> String {
    let form = form_of(&[("email", &workspace::email(member)), ("password", workspace::PASSWORD)]);
    browser.post("", "/sign-in", &form).cookie
}

fn signed_in(browser: &Browser, member: i64) -> Person {
    let cookie = cookie(browser, member);
    let own = (0..4).flat_map(|page| {
        let list = browser
            .read(&cookie, &format!("/contacts?scope=mine&sort=newest&page={page}"))
            .body;
        contacts_in(&list)
    });
    Person {
        member,
        own: own.collect(),
        cookie,
    }
}

/// The contacts that a page leads to.
fn contacts_in(page: &str) -> Vec<String> {
    let links = page.split("href=\"/contacts/").skip(1);
    let ids = links.filter_map(|rest| rest.split(['"', '?', '/']).next());
    ids.filter(|id| id.len() == 36).map(str::to_owned).collect()
}

pub fn form_of(fields: &[(&str, &str)]) -> String {
    let percent = |text: &str| {
        text.replace('%', "%25")
            .replace('@', "%40")
            .replace(' ', "+")
            .replace('&', "%26")
    };
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", percent(value)))
        .collect();
    fields.join("&")
}

/// What each asking took, for so many browsers at once.
fn all_of(address: &str, asked: &Asked, browsers: usize) -> Vec<Vec<Duration>> {
    let of_one = |number: usize| {
        let (browser, mut random) = (Browser::new(address), Random::new(number as u64 + 1));
        let times = asked.times / browsers;
        (0..times)
            .map(|_| (asked.ask)(&browser, &mut random))
            .collect::<Vec<_>>()
    };
    let taken: Vec<Vec<Duration>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..browsers)
            .map(|number| scope.spawn(move || of_one(number)))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let of = |place: usize| taken.iter().filter_map(|taken| taken.get(place).copied()).collect();
    (0..asked.what.len()).map(of).collect()
}

fn order(random: &mut Random) -> &'static str {
    random.pick(&["", "name-down", "newest", "changed"])
}

/// The address of a search.
fn search(random: &mut Random, words: &str) -> String {
    let list = random.pick(&["/contacts", "/contacts", "/shared"]);
    format!("{list}?{}", form_of(&[("q", words), ("sort", order(random))]))
}

pub fn a_name(random: &mut Random) -> String {
    let name = workspace::word(random);
    search(random, &name)
}

fn some_letters(random: &mut Random) -> String {
    let name = workspace::word(random);
    let letters: String = name.chars().take(1 + random.below(3)).collect();
    search(random, &letters)
}

fn an_address(random: &mut Random) -> String {
    let address = format!("p{}@", random.below(1_000_000));
    search(random, &address)
}

pub fn a_list(random: &mut Random) -> String {
    format!("/contacts?page={}&sort={}", random.below(20), order(random))
}

fn pages(people: &[Person], table: &mut dyn FnMut(&Asked)) {
    let mut page = |what: &str, path: &(dyn Fn(&mut Random, &Person) -> String + Sync)| {
        table(&Asked {
            what: &[what],
            times: ASKED,
            ask: &|browser, random| {
                let person = &people[random.below(people.len())];
                vec![browser.get(&person.cookie, &path(random, person)).took]
            },
        });
    };
    page("the list, its first page", &|random, _| {
        format!("/contacts?sort={}", order(random))
    });
    page("the list, a later page", &|random, _| a_list(random));
    page("Shared with me", &|random, _| {
        format!("/shared?page={}&sort={}", random.below(5), order(random))
    });
    page("search for a name", &|random, _| a_name(random));
    page("search for one to three letters", &|random, _| some_letters(random));
    page("search for an address", &|random, _| an_address(random));
    page("a contact", &|random, person| person.contact(random));
}

fn sharing(people: &[Person], table: &mut dyn FnMut(&Asked)) {
    table(&Asked {
        what: &[
            "share a contact",
            "the next list of the member it is shared with",
            "who sees a contact",
            "revoke the share",
        ],
        times: SHARED,
        ask: &|browser, random| {
            let owner = &people[random.below(people.len())];
            let other = &people[random.below(people.len())];
            if owner.member == other.member {
                return Vec::new();
            }
            let contact = owner.contact(random);
            let to = other.member.to_string();
            let form = form_of(&[("member", &to), ("access", random.pick(&["view", "edit"]))]);
            let share = browser.post(&owner.cookie, &format!("{contact}/share"), &form);
            let list = browser.get(&other.cookie, "/shared");
            let who = browser.get(&owner.cookie, &share.location);
            let back = browser.post(&owner.cookie, &format!("{contact}/unshare"), &form_of(&[("to", &to)]));
            vec![share.took, list.took, who.took, back.took]
        },
    });
}
