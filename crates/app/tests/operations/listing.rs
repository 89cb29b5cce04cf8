//! The in-memory list compared with the database, after changes by this process or another.

use crate::installation::{Engine, Installation};
use crate::operation::{Import, Operation, Stop};
use app::{App, BadValues, Filter, ImportOptions, ListRequest, Order, Place, Scope, Sort};
use model::{Contact, ContactId};
use std::collections::HashSet;
use std::fmt::Write;
use std::time::{Duration, Instant};
use store::Workspace;
use store::contacts::change_feed::{self, Touched};
use store::workspace::workspaces;

impl Installation {
    /// The ids in the list, after it has caught up.
    fn listed(&self, filter: &str) -> Vec<ContactId> {
        let request = ListRequest {
            scope: Scope::All,
            filter: filter.parse().unwrap(),
            sort: Sort::Name,
            from: 0,
            size: 1_000_000,
        };
        #[expect(clippy::disallowed_methods, reason = "a test may time out")]
        let start = Instant::now();
        loop {
            let page = self.app.list(self.actor, &request).unwrap();
            if !page.catching_up {
                assert_eq!(page.total, Some(page.contacts.len() as u64));
                return page.contacts.iter().map(|listed| listed.id).collect();
            }
            assert!(start.elapsed() < Duration::from_secs(60), "the list never catches up");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asserts that the list equals an export ordered by name.
    pub fn list_agrees(&self, filter: &str) {
        let found = self.found(filter, Order::Name);
        let exported: Vec<ContactId> = found
            .lines()
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                line["id"].as_str().unwrap().parse().unwrap()
            })
            .collect();
        assert_eq!(self.listed(filter), exported, "{filter}");
    }

    fn imports(&self, csv: String) {
        let import = Import {
            csv,
            options: ImportOptions::default(),
            bad_values: BadValues::default(),
            rejected: false,
            stop: Stop::Never,
        };
        let answer = self.answer(&Operation::Import(import), 0);
        assert!(!answer.contains("error"), "{answer}");
    }
}

fn people(from: usize, to: usize) -> String {
    let mut csv = "First Name,Last Name,Email\n".to_owned();
    for n in from..to {
        writeln!(csv, "Ann{},Ivers{n},a{n}@example.com", n % 7).unwrap();
    }
    csv
}

fn named(name: &str) -> Contact {
    Contact {
        first_name: name.into(),
        ..Contact::default()
    }
}

#[test]
fn the_list_follows_whatever_is_done() {
    let here = Installation::open(Engine::Sqlite);
    let (app, actor) = (&here.app, here.actor);
    here.list_agrees("");
    let id = app.create_contact(actor, named("Zoe")).unwrap();
    here.list_agrees("");
    here.list_agrees("zoe");
    // Large enough that the list is updated on a separate thread.
    here.imports(people(0, 1_500));
    here.list_agrees("");
    here.list_agrees("ivers12");
    let version = app.contact(actor, id).unwrap().version;
    app.edit_contact(actor, id, version, named("Bob")).unwrap();
    assert_eq!(here.listed("bob"), [id]);
    assert!(here.listed("zoe").is_empty());
    let some = here.listed("ann3");
    assert!(some.len() > 200);
    let (count, at) = app.delete_contacts(actor, &some).unwrap();
    assert_eq!(count, some.len() as u64);
    here.list_agrees("");
    assert!(here.listed("ann3").is_empty());
    // One of the contacts has already been restored.
    app.restore_contact(actor, some[0]).unwrap();
    assert_eq!(app.restore_deleted_at(actor, at).unwrap(), count - 1);
    assert_eq!(here.listed("ann3"), some);
    here.imports(people(1_400, 1_600));
    here.list_agrees("import:2");
    app.undo(actor, app::ImportId(1), false).unwrap();
    here.list_agrees("");
    assert_eq!(here.listed("ivers1501").len(), 1);
}

#[test]
fn the_list_follows_other_processes() {
    let here = Installation::open(Engine::Sqlite);
    here.imports(people(0, 50));
    here.list_agrees("");
    let place = Place {
        data: here.folder.path(),
        objects: None,
        database: None,
    };
    let installation = Installation::open(Engine::Sqlite);
    // Advances the counter, because two processes never generate the same ids.
    for _ in 0..1_000 {
        app::System::contact_id(&*installation.system());
    }
    let other = App::open(&place, installation.system()).unwrap();
    let id = other
        .create_contact(other.local_actor().unwrap(), named("Zoe"))
        .unwrap();
    assert_eq!(here.listed("zoe"), [id]);
    here.list_agrees("");
}

#[test]
fn a_change_that_was_not_noted_and_a_backup_are_seen() {
    let here = Installation::open(Engine::Sqlite);
    here.imports(people(0, 20));
    here.list_agrees("");
    let (store, file) = (here.database(), here.folder.path().join("backup.db"));
    store.backup(&file, store::ExistingBackup::Replace).unwrap();
    let workspace = Workspace(1);
    let id = here.listed("")[0];
    let forgotten = store.write(|tx| {
        workspaces::begin_change(tx, workspace)?;
        store::contacts::delete_many(tx, workspace, &[id])
    });
    assert_eq!(forgotten.unwrap(), 1);
    assert!(!here.listed("").contains(&id));
    store
        .write(|tx| {
            workspaces::begin_change(tx, workspace)?;
            change_feed::note(tx, workspace, &[Touched::Everything])
        })
        .unwrap();
    assert_eq!(here.listed("").len(), 19);
    here.app.create_contact(here.actor, named("Zoe")).unwrap();
    assert_eq!(here.listed("").len(), 20);
    store.restore(&file).unwrap();
    here.list_agrees("");
    assert_eq!((here.listed("").len(), here.listed("zoe").len()), (20, 0));
}

#[test]
fn a_selection_is_exported_and_nothing_else() {
    let here = Installation::open(Engine::Sqlite);
    here.imports(people(0, 30));
    let some: Vec<ContactId> = here.listed("").into_iter().skip(3).take(4).collect();
    for order in [Order::Created, Order::Name] {
        let request = app::ExportRequest {
            scope: app::Scope::All,
            selection: Some(some.iter().copied().chain([ContactId::max(), some[0]]).collect()),
            filter: Filter::default(),
            format: app::ExportFormat::Jsonl,
            order,
            columns: Vec::new(),
            delimiter: b',',
            bom: false,
        };
        let mut out = Vec::new();
        let report = here.app.export(here.actor, &request, &mut out).unwrap();
        assert_eq!(report.contacts, 4);
        let text = String::from_utf8(out).unwrap();
        let found: HashSet<&ContactId> = some.iter().filter(|id| text.contains(&id.to_string())).collect();
        assert_eq!(found.len(), 4);
    }
}

#[test]
fn namesakes_and_history_are_listed() {
    let here = Installation::open(Engine::Sqlite);
    here.imports(people(0, 3));
    let id = here.listed("ivers1")[0];
    let stored = here.app.contact(here.actor, id).unwrap();
    let namesakes = here.app.namesakes(here.actor, &stored.contact, None).unwrap();
    assert_eq!((namesakes.len(), namesakes[0].id, namesakes[0].by_email), (1, id, true));
    assert_eq!(here.app.namesakes(here.actor, &stored.contact, Some(id)).unwrap(), []);
    let history = here.app.contact_history(here.actor, id).unwrap();
    assert_eq!(history.created_from.as_deref(), Some("file.csv"));
    assert!(history.changed_by.is_none());
}
