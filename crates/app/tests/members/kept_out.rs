//! Deactivation takes effect at once: also for actions under way, imports that resume by themselves, and undo.

use crate::leaving::import;
use crate::site::{Team, named};
use app::{
    Access, Actor, App, Error, ExportFormat, ExportRequest, Filter, Grantee, ImportId, ImportState, ImportSummary,
    MergeRequest, Order, Role, Scope, Stopped, ViewContent, Watch, Worker, WorkerObserver,
};
use model::{ContactId, MergeChoices};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn forbidden<T: std::fmt::Debug>(done: Result<T, Error>) {
    assert!(matches!(done, Err(Error::Forbidden(_))), "{done:?}");
}

#[test]
fn what_was_under_way_changes_nothing_any_more() {
    let team = Team::new();
    let (app, bob) = (&team.app, team.join("bob", Role::Member));
    let [one, two, gone, shared] = ["Zoe", "Yan", "Xi", "Wu"].map(|name| team.contact(bob, name));
    app.delete_contact(bob, gone).unwrap();
    let version = app.contact(bob, one).unwrap().version;
    let tagged = app.tag_contacts(bob, &[one], "vip").unwrap().action.unwrap();
    let given = app
        .hand_over(bob, &[shared], team.ada.member(), None)
        .unwrap()
        .action
        .unwrap();
    app.deactivate(team.ada, bob.member()).unwrap();

    forbidden(app.create_contact(bob, named("New")));
    forbidden(app.edit_contact(bob, one, version, named("Other")));
    forbidden(app.delete_contact(bob, one));
    forbidden(app.delete_contacts(bob, &[one, two]));
    forbidden(app.restore_contact(bob, gone));
    forbidden(app.tag_contacts(bob, &[one], "x"));
    forbidden(app.share(bob, &[one], &[Grantee::Everyone], Access::Edit));
    forbidden(app.unshare(bob, &[one], None));
    forbidden(app.hand_over(bob, &[one], team.ada.member(), None));
    let request = MergeRequest {
        kept: one,
        gone: vec![two],
        seen: HashMap::new(),
        choices: MergeChoices::default(),
    };
    forbidden(app.merge(bob, &request));
    forbidden(app.undo_action(bob, tagged));
    forbidden(app.undo_action(bob, given));

    // Nor can a removed member regain contacts by undoing an action.
    app.remove_member(team.ada, bob.member(), team.ada.member()).unwrap();
    forbidden(app.undo_action(bob, given));
    for id in [one, two, shared] {
        assert_eq!(app.contact(team.ada, id).unwrap().right, app::Right::Own);
    }
}

/// Starts an import and stops it before its first row.
fn begun(team: &Team, actor: Actor) -> ImportId {
    let summary = import(team, actor, "First name,Email\nAnn,ann@example.org\n", true);
    assert_eq!(summary.stopped, Stopped::OnRequest);
    summary.import.unwrap()
}

fn resume(team: &Team, actor: Actor, import: ImportId) -> Result<ImportSummary, Error> {
    let watch = Watch {
        progress: &mut |_| {},
        stop: &AtomicBool::new(false),
    };
    team.app.resume(actor, import, watch)
}

/// The events that a background worker reports.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl WorkerObserver for Heard {
    fn ended(&mut self, summary: &ImportSummary, _: &str) {
        self.0.lock().unwrap().push(format!("{:?}", summary.import));
    }

    fn failed(&mut self, import: Option<ImportId>, error: &Error) {
        self.0.lock().unwrap().push(format!("{import:?}: {error}"));
    }
}

#[test]
fn an_import_waits_for_its_member_to_be_let_in_again() {
    let team = Team::new();
    let (bob, cy) = (team.join("bob", Role::Member), team.join("cy", Role::Member));
    let (of_bob, of_cy) = (begun(&team, bob), begun(&team, cy));
    team.app.deactivate(team.ada, bob.member()).unwrap();
    forbidden(resume(&team, bob, of_bob));

    let heard = Heard::default();
    let runner = Worker::start(Arc::clone(&team.app), heard.clone());
    let state = |actor, import| team.app.import_report(actor, import).unwrap().state;
    let until_done = |actor, import| {
        for _ in 0..3_000 {
            if state(actor, import) == ImportState::Done {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        unreachable!("{:?}", heard.0.lock().unwrap());
    };
    // Bob's import was first in the queue; it does not block Cy's.
    until_done(cy, of_cy);
    assert_eq!(state(bob, of_bob), ImportState::Running);
    team.app.activate(team.ada, bob.member()).unwrap();
    until_done(bob, of_bob);
    runner.stop();
    assert_eq!(team.app.import_report(bob, of_bob).unwrap().counts.new, 1);
    assert_eq!(heard.0.lock().unwrap().len(), 2, "{:?}", heard.0.lock().unwrap());
}

#[test]
fn a_view_has_no_control_characters() {
    let team = Team::new();
    let mut view = ViewContent {
        name: "Ann".to_owned(),
        query: "q=ann".to_owned(),
        shared: false,
    };
    let id = team.app.save_view(team.ada, &view).unwrap();
    view.query.push('\0');
    assert!(matches!(team.app.save_view(team.ada, &view), Err(Error::BadView(_))));
    assert!(matches!(
        team.app.change_view(team.ada, id, &view),
        Err(Error::BadView(_))
    ));
}

#[test]
fn views_of_others_keep_nobody_from_saving_one() {
    let team = Team::new();
    let bob = team.join("bob", Role::Member);
    let view = |number: usize| ViewContent {
        name: format!("View {number}"),
        query: "q=ann".to_owned(),
        shared: true,
    };
    for number in 0..200 {
        team.app.save_view(bob, &view(number)).unwrap();
    }
    assert!(matches!(team.app.save_view(bob, &view(200)), Err(Error::BadView(_))));
    team.app.save_view(team.ada, &view(0)).unwrap();
    assert_eq!(team.app.views(team.ada).unwrap().len(), 201);
}

/// The number of contacts that a member sees, according to the database.
fn seen(app: &App, actor: Actor) -> u64 {
    let request = ExportRequest {
        scope: Scope::All,
        selection: None,
        filter: Filter::default(),
        format: ExportFormat::Jsonl,
        order: Order::Created,
        columns: Vec::new(),
        delimiter: b',',
        bom: false,
    };
    app.export(actor, &request, &mut Vec::new()).unwrap().contacts
}

/// Tries every action on contacts once. Each must succeed or fail with one of the expected errors.
fn try_every_action(app: &App, (actor, to): (Actor, Actor), stays: bool, ids: &[ContactId], round: usize) {
    let expected = |code: &str| {
        [
            "forbidden",
            "no_such_contact",
            "not_in_trash",
            "id_taken",
            "action_undone",
        ]
        .contains(&code)
    };
    fn code<T>(done: Result<T, Error>) -> &'static str {
        done.map_or_else(|error| error.code(), |_| "forbidden")
    }
    let some = &ids[round % ids.len()..];
    let (one, other) = (some[0], ids[(round + 1) % ids.len()]);
    let merge = MergeRequest {
        kept: one,
        gone: vec![other],
        seen: HashMap::new(),
        choices: MergeChoices::default(),
    };
    let undone = |done: Result<app::ActionReport, Error>| match done.map(|report| report.action) {
        Ok(Some(action)) => code(app.undo_action(actor, action)),
        Ok(None) => "forbidden",
        Err(error) => error.code(),
    };
    let codes = [
        code(app.share(actor, some, &[Grantee::Member(to.member())], Access::Edit)),
        undone(app.hand_over(actor, some, to.member(), Some(Access::Edit))),
        code(app.tag_contacts(actor, some, "vip")),
        code(app.delete_contact(actor, one)),
        code(app.restore_contact(actor, one)),
        // The member who is removed during the test does not merge: a removal between merge and undo would leave
        // contacts merged.
        if stays {
            undone(app.merge(actor, &merge))
        } else {
            "forbidden"
        },
        code(app.unshare(actor, some, None)),
        code(app.create_contact(actor, named("New"))),
        code(app.hand_over(actor, &[other], to.member(), None)),
    ];
    assert!(codes.iter().all(|code| expected(code)), "{codes:?}");
}

#[test]
fn whatever_happens_at_once_everything_belongs_to_somebody() {
    let team = Team::new();
    let (bob, cy, dan) = (
        team.join("bob", Role::Member),
        team.join("cy", Role::Member),
        team.join("dan", Role::Member),
    );
    let ids: Vec<ContactId> = [bob, cy, dan]
        .into_iter()
        .flat_map(|owner| (0..4).map(move |n| (owner, n)))
        .map(|(owner, n)| team.contact(owner, &format!("Zoe{n}")))
        .collect();
    let (app, ids, over) = (&team.app, &ids, &AtomicBool::new(false));
    std::thread::scope(|scope| {
        for (who, to) in [(bob, cy), (cy, bob), (dan, bob)] {
            scope.spawn(move || {
                let mut round = 0;
                while !over.load(Ordering::Relaxed) {
                    try_every_action(app, (who, to), who.member() != bob.member(), ids, round);
                    round += 1;
                }
            });
        }
        std::thread::sleep(Duration::from_millis(300));
        let removed = app.remove_member(team.ada, bob.member(), cy.member());
        std::thread::sleep(Duration::from_millis(100));
        over.store(true, Ordering::Relaxed);
        removed.unwrap();
    });
    assert_eq!(seen(app, bob), 0);
    assert!(app.trash(bob, None, 1_000).unwrap().is_empty());
    let trashed: Vec<ContactId> = [cy, dan]
        .into_iter()
        .flat_map(|owner| app.trash(owner, None, 1_000).unwrap())
        .map(|trashed| trashed.id)
        .collect();
    for id in ids {
        let owned = [cy, dan].into_iter().any(|owner| app.contact(owner, *id).is_ok());
        assert!(owned || trashed.contains(id), "{id} is lost");
    }
}
