//! Operations on single contacts, by example.

use crate::installation::{Engine, Installation};
use app::{Error, Order, StoredContact};
use model::{Contact, ContactId, Email, Label, LabeledEmail, Version};

fn installation() -> Installation {
    Installation::open(Engine::Sqlite)
}

fn ann(email: &str) -> Contact {
    Contact {
        first_name: "Ann".into(),
        emails: vec![LabeledEmail {
            label: Label::NONE,
            value: Email::parse(email).unwrap(),
        }],
        ..Contact::default()
    }
}

fn named(first: &str) -> Contact {
    Contact {
        first_name: first.into(),
        ..Contact::default()
    }
}

impl Installation {
    fn create(&self, contact: Contact) -> ContactId {
        self.app.create_contact(self.actor, contact).unwrap()
    }

    fn look(&self, id: ContactId) -> StoredContact {
        self.app.contact(self.actor, id).unwrap()
    }

    fn edit(&self, id: ContactId, version: Version, contact: Contact) -> Result<Version, Error> {
        self.app.edit_contact(self.actor, id, version, contact)
    }

    /// The number of contacts that a file with only this email would create. This makes match keys observable.
    fn would_create(&self, email: &str) -> u64 {
        let path = self.put(&format!("Email\r\n{email}\r\n"));
        let request = app::ImportRequest {
            path: &path,
            file_name: "file.csv",
            opening: app::Opening::default(),
            options: app::ImportOptions::default(),
            rejected: None,
        };
        let watch = app::Watch {
            progress: &mut |_| {},
            stop: &std::sync::atomic::AtomicBool::new(false),
        };
        self.app.preview(self.actor, &request, watch).unwrap().counts.new
    }

    fn names(&self) -> Vec<String> {
        let lines = self.found("", Order::Name);
        let name = |line: &str| serde_json::from_str::<Contact>(line).unwrap().display_name();
        lines.lines().map(name).collect()
    }
}

#[test]
fn a_contact_is_created_in_order() {
    let installation = installation();
    let mut contact = ann("a@x.org");
    contact.emails.push(contact.emails[0].clone());
    let id = installation.create(contact);
    let stored = installation.look(id);
    assert_eq!(stored.contact, ann("a@x.org"));
    assert_eq!(stored.version, stored.created_at);
    assert_eq!(
        (
            installation.would_create("a@x.org"),
            installation.would_create("b@x.org")
        ),
        (0, 1)
    );
}

#[test]
fn a_contact_needs_something_to_be_known_by() {
    let installation = installation();
    let nobody = || Contact {
        notes: "who?".into(),
        ..Contact::default()
    };
    let refused = installation.app.create_contact(installation.actor, nobody());
    assert_eq!(refused.unwrap_err().code(), "no_identity");
    let id = installation.create(named("Ann"));
    let version = installation.look(id).version;
    assert_eq!(
        installation.edit(id, version, nobody()).unwrap_err().code(),
        "no_identity"
    );
    assert_eq!(installation.look(id).contact, named("Ann"));
}

#[test]
fn an_edit_moves_keys_and_name() {
    let installation = installation();
    let id = installation.create(ann("a@x.org"));
    installation.create(named("Bob"));
    let before = installation.look(id);
    let mut contact = ann("b@x.org");
    contact.first_name = "Zoë".into();
    let version = installation.edit(id, before.version, contact.clone()).unwrap();
    assert!(version > before.version);
    assert_eq!(
        installation.look(id),
        StoredContact {
            version,
            contact,
            ..before
        }
    );
    assert_eq!(installation.names(), ["Bob", "Zoë"]);
    assert_eq!(
        (
            installation.would_create("a@x.org"),
            installation.would_create("b@x.org")
        ),
        (1, 0)
    );
}

#[test]
fn an_edit_of_what_was_changed_since_is_refused() {
    let installation = installation();
    let id = installation.create(named("Ann"));
    let seen = installation.look(id).version;
    // The version increases even if the clock goes backwards.
    installation.set_time(seen - 1_000_000);
    let version = installation.edit(id, seen, named("Bob")).unwrap();
    assert_eq!(version, seen + 1);
    let refused = installation.edit(id, seen, named("Zoë")).unwrap_err();
    assert_eq!(refused.code(), "changed_meanwhile");
    assert!(matches!(refused, Error::VersionConflict { version: now, .. } if now == version));
    assert_eq!(installation.look(id).contact, named("Bob"));
}

#[test]
fn an_edit_that_changes_nothing_gives_no_version() {
    let installation = installation();
    let id = installation.create(named("Ann"));
    let seen = installation.look(id);
    assert_eq!(installation.edit(id, seen.version, named("Ann")).unwrap(), seen.version);
    assert_eq!(installation.look(id), seen);
}

#[test]
fn what_is_deleted_comes_back_as_it_was() {
    let installation = installation();
    let (app, actor) = (&installation.app, installation.actor);
    let id = installation.create(ann("a@x.org"));
    installation.create(named("Bob"));
    let (seen, everything) = (installation.look(id), installation.found("", Order::Name));
    app.delete_contact(actor, id).unwrap();
    assert_eq!(app.contact(actor, id).unwrap_err().code(), "no_such_contact");
    assert_eq!(
        installation.edit(id, seen.version, named("Ann")).unwrap_err().code(),
        "no_such_contact"
    );
    assert_eq!(app.delete_contact(actor, id).unwrap_err().code(), "no_such_contact");
    assert_eq!(
        (installation.names(), installation.would_create("a@x.org")),
        (vec!["Bob".to_owned()], 1)
    );
    let trash = app.trash(actor, None, 10).unwrap();
    assert_eq!(
        trash.iter().map(|t| (t.id, &t.contact)).collect::<Vec<_>>(),
        [(id, &seen.contact)]
    );
    assert!(app.trash(actor, Some(id), 10).unwrap().is_empty());

    app.restore_contact(actor, id).unwrap();
    assert_eq!(
        (installation.look(id), installation.found("", Order::Name)),
        (seen, everything)
    );
    assert_eq!(installation.would_create("a@x.org"), 0);
    assert!(app.trash(actor, None, 10).unwrap().is_empty());
    assert_eq!(app.restore_contact(actor, id).unwrap_err().code(), "not_in_trash");
}

#[test]
fn what_an_import_brought_back_is_not_restored_over_it() {
    let installation = installation();
    let (app, actor) = (&installation.app, installation.actor);
    let id = installation.create(named("Ann"));
    app.delete_contact(actor, id).unwrap();
    let import = crate::operation::Import {
        csv: format!("CrystalQore ID,CrystalQore Version,First Name\r\n{id},v1,Anna\r\n"),
        options: app::ImportOptions::default(),
        bad_values: app::BadValues::Reject,
        stop: crate::operation::Stop::Never,
        rejected: false,
    };
    installation.answer(&crate::operation::Operation::Import(import), 0);
    assert_eq!(installation.look(id).contact, named("Anna"));
    assert_eq!(app.restore_contact(actor, id).unwrap_err().code(), "id_taken");
    // The deleted contact can be restored once the imported one with the same id is in the trash.
    assert_eq!(app.trash(actor, None, 10).unwrap()[0].contact, named("Ann"));
    app.delete_contact(actor, id).unwrap();
    app.restore_contact(actor, id).unwrap();
    assert_eq!(installation.look(id).contact, named("Anna"));
}

#[test]
fn the_trash_is_kept_for_thirty_days() {
    let installation = installation();
    let (app, actor) = (&installation.app, installation.actor);
    let day = 24 * 60 * 60 * 1_000_000;
    let now = crate::installation::BEGINNING;
    for name in ["Ann", "Bob"] {
        let id = installation.create(named(name));
        installation.set_time(if name == "Ann" { now } else { now + 2 * day });
        app.delete_contact(actor, id).unwrap();
    }
    installation.set_time(now + 31 * day);
    assert_eq!(app.forget_old_trash(actor).unwrap(), 1);
    let left = app.trash(actor, None, 10).unwrap();
    assert_eq!(
        left.iter().map(|t| t.contact.display_name()).collect::<Vec<_>>(),
        ["Bob"]
    );
}
