//! How long things take in the workspace of a large team: 200 members, 1,000,000 contacts and 5,000,000 shares.
//!
//! `cargo xtask bench team [CONTACTS]` runs it. It makes the database (`workspace`) and prints figures; nothing passes or
//! fails, because machines are noisy.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement that cannot go on ends, and speaks to the developer"
)]

mod random;
mod workspace;

use app::{
    Access, Actor, App, Duplicates, Grantee, ImportOptions, ImportRequest, ListPage, ListRequest, Member, Opening,
    Place, Scope, Sort, Watch,
};
use model::{ContactId, Region};
use random::Random;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use workspace::{MEMBERS, Machine};

/// How often lists and searches are asked for, and contacts shared.
const ASKED: usize = 2_000;
const SHARED: usize = 300;
/// Contacts that are shared at once, and rows that are imported.
const MANY: usize = 100_000;
const ROUNDS: usize = 5;

fn main() {
    let contacts = std::env::args().nth(1).map_or(1_000_000, |count| {
        count.parse().expect("the number of contacts is a whole number")
    });
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        data: folder.path(),
        objects: None,
        database: None,
    };
    let app = App::open(&place, Arc::new(Machine::default())).unwrap();
    app.local_actor().unwrap();
    let start = Instant::now();
    workspace::make(folder.path(), contacts);
    told("the contacts were written", start.elapsed());
    let actors: Vec<Actor> = (1..=MEMBERS)
        .map(|n| app.actor_of(&workspace::email(n)).unwrap())
        .collect();

    let many = MANY.min(contacts / 5);
    let apart = tempfile::tempdir().unwrap();
    workspace::copy(folder.path(), apart.path());
    let start = Instant::now();
    workspace::share(folder.path(), contacts);
    told("the shares were written", start.elapsed());
    imports(&app, &actors, apart.path(), many);

    let empty = memory();
    let start = Instant::now();
    let page = settled(
        &app,
        actors[0],
        &ListRequest {
            size: 50,
            ..ListRequest::default()
        },
    );
    println!("\nlist of {} for the first member", page.total.unwrap_or_default());
    told("  built in", start.elapsed());
    println!("  memory {} MiB, of which the list {} MiB", memory(), memory() - empty);

    let mut random = Random::new(1);
    lists(&app, &actors, &mut random);
    single(&app, &actors, &mut random);
    bulk(&app, &actors, many);
}

/// Imports of what is there already: in turn where nothing is shared, by the owner, and by one who sees it by shares.
fn imports(app: &App, actors: &[Actor], apart: &Path, rows: usize) {
    let place = Place {
        data: apart,
        objects: None,
        database: None,
    };
    let unshared = App::open(&place, Arc::new(Machine::default())).unwrap();
    let file = apart.join("again.csv");
    std::fs::write(&file, workspace::csv(rows)).unwrap();
    import(&unshared, actors[0], &file);
    let mut taken = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        let runs = [(&unshared, actors[0]), (app, actors[0]), (app, actors[1])];
        for ((app, actor), taken) in runs.into_iter().zip(&mut taken) {
            taken.push(import(app, actor, &file));
        }
    }
    println!("\nimport of {rows} rows that are all there already, median of {ROUNDS}");
    let mut first = None;
    let who = [
        "by their owner, without shares",
        "by their owner",
        "by one with whom they are shared",
    ];
    for (who, mut taken) in who.into_iter().zip(taken) {
        taken.sort_unstable();
        let seconds = taken[ROUNDS / 2].as_secs_f64();
        println!(
            "  {who}: {seconds:.2} s, {:.2} of the first",
            seconds / *first.get_or_insert(seconds)
        );
    }
}

fn lists(app: &App, actors: &[Actor], random: &mut Random) {
    println!("\nfor random members, {ASKED} each");
    let ask = |random: &mut Random, filter: String| ListRequest {
        scope: random.pick(&[Scope::All, Scope::All, Scope::Mine, Scope::Shared]),
        filter: filter.parse().unwrap(),
        sort: random.pick(&[Sort::Name, Sort::NameDown, Sort::Newest, Sort::Changed]),
        from: 50 * random.below(20) as u64,
        size: 50,
    };
    let measure = |what: &str, random: &mut Random, filter: &dyn Fn(&mut Random) -> String| {
        let mut taken = Vec::new();
        for _ in 0..ASKED {
            let (actor, filter) = (random.pick(actors), filter(random));
            let request = ask(random, filter);
            let start = Instant::now();
            let page = app.list(actor, &request).unwrap();
            taken.push(start.elapsed());
            assert!(page.total.is_some());
        }
        percentiles(what, taken);
    };
    measure("list", random, &|_| String::new());
    measure("search for a name", random, &|random| workspace::word(random));
    measure("search for one to three letters", random, &|random| {
        workspace::word(random).chars().take(1 + random.below(3)).collect()
    });
    measure("search for an address", random, &|random| {
        format!("p{}@", random.below(1_000_000))
    });
}

fn single(app: &App, actors: &[Actor], random: &mut Random) {
    let (mut shares, mut unshares, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SHARED {
        let (actor, to) = (random.pick(actors), random.pick(actors));
        let request = ListRequest {
            scope: Scope::Mine,
            sort: Sort::Newest,
            from: random.below(1_000) as u64,
            size: 1,
            ..ListRequest::default()
        };
        let page = app.list(actor, &request).unwrap();
        let (Some(listed), false) = (page.contacts.first(), actor.member() == to.member()) else {
            continue;
        };
        let to_member = Grantee::Member(to.member());
        let (id, start) = (listed.id, Instant::now());
        app.share(actor, &[id], &[to_member], random.pick(&[Access::View, Access::Edit]))
            .unwrap();
        shares.push(start.elapsed());
        let start = Instant::now();
        app.list(
            to,
            &ListRequest {
                size: 50,
                scope: Scope::Shared,
                ..ListRequest::default()
            },
        )
        .unwrap();
        seen.push(start.elapsed());
        let start = Instant::now();
        app.unshare(actor, &[id], Some(to_member)).unwrap();
        unshares.push(start.elapsed());
    }
    percentiles("share a contact", shares);
    percentiles("the next list of whom it is shared with", seen);
    percentiles("take it back", unshares);
}

fn bulk(app: &App, actors: &[Actor], many: usize) {
    let mine = || ids(app, actors[0], many);
    let to = Member(MEMBERS);
    println!("\n{many} contacts at once");
    let ids = mine();
    let timed = |what: &str, work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        told(what, start.elapsed());
        let start = Instant::now();
        settled(
            app,
            actors[1],
            &ListRequest {
                size: 50,
                ..ListRequest::default()
            },
        );
        told("    the list has followed after", start.elapsed());
    };
    timed("  share", &mut || {
        app.share(actors[0], &ids, &[Grantee::Member(to)], Access::Edit)
            .unwrap();
    });
    timed("  take back", &mut || {
        app.unshare(actors[0], &ids, Some(Grantee::Member(to))).unwrap();
    });
    let mut action = None;
    timed("  hand over", &mut || {
        action = app.hand_over(actors[0], &ids, to, Some(Access::View)).unwrap().action;
    });
    timed("  take that back", &mut || {
        app.undo_action(actors[0], action.unwrap()).unwrap();
    });
    let mut at = 0;
    timed("  delete", &mut || {
        at = app.delete_contacts(actors[0], &ids).unwrap().1;
    });
    timed("  restore", &mut || {
        assert_eq!(app.restore_deleted_at(actors[0], at).unwrap(), ids.len() as u64);
    });
    println!("  memory {} MiB", memory());
}

/// So many of the contacts that a member owns.
fn ids(app: &App, actor: Actor, many: usize) -> Vec<ContactId> {
    let mut ids = app
        .matching_contacts(actor, Scope::Mine, &app::Filter::default())
        .unwrap()
        .unwrap();
    ids.truncate(many);
    ids
}

/// A page, once the list is there and has followed.
fn settled(app: &App, actor: Actor, request: &ListRequest) -> ListPage {
    loop {
        let page = app.list(actor, request).unwrap();
        if page.total.is_some() && !page.catching_up {
            return page;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn import(app: &App, actor: Actor, file: &Path) -> Duration {
    let request = ImportRequest {
        path: file,
        file_name: "again.csv",
        opening: Opening {
            region: Some(Region::US),
            ..Opening::default()
        },
        options: ImportOptions {
            duplicates: Duplicates::Skip,
            ..ImportOptions::default()
        },
        rejected: None,
    };
    let watch = Watch {
        progress: &mut |_| {},
        stop: &AtomicBool::new(false),
    };
    let start = Instant::now();
    let counts = app.import(actor, &request, watch).unwrap().counts;
    assert_eq!(counts.new, 0, "{counts:?}");
    start.elapsed()
}

fn percentiles(what: &str, mut taken: Vec<Duration>) {
    taken.sort_unstable();
    let at = |percent: usize| taken[(taken.len() * percent / 100).min(taken.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "  {what}: median {:.1} ms, 99th percentile {:.1} ms, longest {:.1} ms",
        at(50),
        at(99),
        at(100)
    );
}

fn told(what: &str, took: Duration) {
    println!("{what}: {:.2} s", took.as_secs_f64());
}

/// The memory of this process, in MiB, where the system tells.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
    kibibytes.unwrap_or_default() / 1024
}
