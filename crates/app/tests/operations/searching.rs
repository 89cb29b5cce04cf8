//! Searching by search texts, and when search texts are trusted.

use crate::installation::{Engine, Installation};
use crate::operation::{Import, Operation, Stop};
use app::{BadValues, Duplicates, ImportId, ImportOptions, Match, Order};
use model::{Contact, ContactId};
use store::Workspace;
use store::contacts::ContactRow;
use store::contacts::search_texts::{self, SearchText};
use store::workspace::workspaces;

const WORKSPACE: Workspace = Workspace(1);

impl Installation {
    fn add(&self, first: &str) -> ContactId {
        let contact = Contact {
            first_name: first.into(),
            ..Contact::default()
        };
        self.app.create_contact(self.actor, contact).unwrap()
    }

    fn count(&self, filter: &str) -> usize {
        self.found(filter, Order::Created).lines().count()
    }

    /// Replaces the search text by the word `lie`, so that a test can tell how a contact was found.
    fn falsify(&self, id: ContactId) {
        let version = self.app.contact(self.actor, id).unwrap().version;
        let lie = SearchText {
            contact: id,
            version,
            text: "lie".to_owned(),
        };
        self.database()
            .write(|tx| search_texts::set_many(tx, WORKSPACE, &[lie]))
            .unwrap();
    }

    fn texts_are_complete(&self) -> bool {
        let (changes, texts_at) = self.database().read(|tx| workspaces::changes(tx, WORKSPACE)).unwrap();
        changes == texts_at
    }

    fn index(&self, limit: u64) -> (u64, bool) {
        let indexed = self.app.index_texts(self.actor, limit).unwrap();
        (indexed.contacts, indexed.complete)
    }
}

fn with_many_contacts(count: u64) -> Installation {
    let installation = Installation::open(Engine::Sqlite);
    let rows: Vec<ContactRow> = (1..=count)
        .map(|n| ContactRow {
            id: ContactId::from_u128(n.into()),
            owner: store::Member(1),
            version: 1,
            created_at: 1,
            created_by: None,
            made_by: None,
            written_by: None,
            edited_by: None,
            body: format!(r#"{{"first_name":"name{n}"}}"#),
        })
        .collect();
    let written = installation.database().write(|tx| {
        workspaces::begin_change(tx, WORKSPACE)?;
        store::contacts::insert_many(tx, WORKSPACE, &rows)
    });
    written.unwrap();
    installation
}

#[test]
fn texts_are_used_once_they_are_complete() {
    let installation = Installation::open(Engine::Sqlite);
    let id = installation.add("Ann");
    installation.falsify(id);
    assert!(!installation.texts_are_complete());
    assert_eq!((installation.count("ann"), installation.count("lie")), (1, 0));
    // Search texts that claim to be current are not written again.
    assert_eq!(installation.index(10), (0, true));
    assert!(installation.texts_are_complete());
    // Candidates are found by search text; the filter then checks the contact itself.
    assert_eq!((installation.count("ann"), installation.count("lie")), (0, 0));
    // A search in the order of names, or without words, reads every contact.
    assert_eq!(installation.found("ann", Order::Name).lines().count(), 1);
    for filter in ["", "has:email no:email", "---", "no:email"] {
        let expected = usize::from(!filter.contains("has"));
        assert_eq!(installation.count(filter), expected, "{filter}");
    }
}

#[test]
fn single_changes_keep_texts_complete() {
    let installation = Installation::open(Engine::Sqlite);
    let (app, actor) = (&installation.app, installation.actor);
    assert_eq!(installation.index(10), (0, true));
    let id = installation.add("Ann");
    assert!(installation.texts_are_complete());
    let contact = |first: &str| Contact {
        first_name: first.into(),
        ..Contact::default()
    };
    let version = app.contact(actor, id).unwrap().version;
    let version = app.edit_contact(actor, id, version, contact("Bob")).unwrap();
    assert!(installation.texts_are_complete());
    assert_eq!((installation.count("ann"), installation.count("bob")), (0, 1));
    app.edit_contact(actor, id, version, contact("Bob")).unwrap();
    app.delete_contact(actor, id).unwrap();
    assert!(installation.texts_are_complete());
    assert_eq!(installation.count("bob"), 0);
    app.restore_contact(actor, id).unwrap();
    assert!(installation.texts_are_complete());
    assert_eq!(installation.count("bob"), 1);
    // A failed change does not invalidate the search texts.
    app.restore_contact(actor, id).unwrap_err();
    assert!(installation.texts_are_complete());
}

#[test]
fn a_single_change_does_not_make_incomplete_texts_complete() {
    let installation = with_many_contacts(3);
    installation.add("Ann");
    assert!(!installation.texts_are_complete());
    assert_eq!((installation.count("ann"), installation.count("name2")), (1, 1));
    assert_eq!(installation.index(10), (3, true));
    assert_eq!((installation.count("ann"), installation.count("name2")), (1, 1));
}

#[test]
fn many_texts_are_written_in_steps() {
    let installation = with_many_contacts(10_000);
    assert_eq!(installation.index(0), (0, false));
    assert_eq!(installation.index(1), (5_000, false));
    assert!(!installation.texts_are_complete());
    assert_eq!(installation.count("name10000"), 1);
    assert_eq!(installation.index(1_000_000), (5_000, true));
    assert_eq!(
        (installation.count("name10000"), installation.count("name999")),
        (1, 11)
    );
    assert_eq!(installation.index(1_000_000), (0, true));
}

#[test]
fn large_imports_leave_the_texts_to_the_background() {
    let installation = with_many_contacts(2);
    installation.app.index_texts_after(installation.actor, 20_001).unwrap();
    assert!(!installation.texts_are_complete());
    installation.app.index_texts_after(installation.actor, 20_000).unwrap();
    assert!(installation.texts_are_complete());
}

#[test]
fn words_of_any_length_and_number_are_found() {
    let installation = Installation::open(Engine::Sqlite);
    let long = "wörd".repeat(20_000);
    installation.add(&long);
    installation.add("Ann");
    assert_eq!(installation.index(10), (0, true));
    assert_eq!(installation.count(&long), 1);
    assert_eq!(installation.count(&"ann ".repeat(5_000)), 1);
    assert_eq!(installation.count(&format!("{}nobody", "ann ".repeat(5_000))), 0);
}

#[test]
fn a_version_given_back_and_given_again_is_not_mistaken() {
    let installation = Installation::open(Engine::Sqlite);
    // An export from a machine whose clock was far ahead: each later version is one more than the one before.
    let row = |first: &str| Import {
        csv: format!("CrystalQore ID,CrystalQore Version,First Name,Email\r\n,,{first},a@x.org\r\n"),
        options: ImportOptions {
            duplicates: Duplicates::Update,
            matching: Match::Email,
            ..ImportOptions::default()
        },
        bad_values: BadValues::Reject,
        stop: Stop::Never,
        rejected: false,
    };
    let first = Import {
        csv: row("Ann")
            .csv
            .replace(",,Ann", "01900000-0048-7000-8000-000000000000,vzzzzzzzzzz,Ann"),
        ..row("Ann")
    };
    installation.answer(&Operation::Import(first), 0);
    installation.answer(&Operation::Import(row("Bob")), 0);
    installation.index(10);
    assert_eq!((installation.count("ann"), installation.count("bob")), (0, 1));
    installation.answer(&Operation::Undo(ImportId(2)), 0);
    installation.answer(&Operation::Import(row("Zoë")), 0);
    installation.index(10);
    assert_eq!((installation.count("bob"), installation.count("zoe")), (0, 1));
}

#[test]
fn texts_that_nobody_else_may_see_stay_unseen() {
    let installation = with_many_contacts(1);
    let theirs = ContactRow {
        id: ContactId::from_u128(2),
        owner: store::Member(2),
        version: 1,
        created_at: 1,
        created_by: None,
        made_by: None,
        written_by: None,
        edited_by: None,
        body: r#"{"first_name":"name2"}"#.to_owned(),
    };
    let written = installation
        .database()
        .write(|tx| store::contacts::insert_many(tx, WORKSPACE, std::slice::from_ref(&theirs)));
    written.unwrap();
    assert_eq!(installation.index(10), (2, true));
    assert_eq!(installation.count("name"), 1);
    let (app, actor) = (&installation.app, installation.actor);
    let contact = Contact::from_json(&theirs.body).unwrap();
    assert_eq!(app.contact(actor, theirs.id).unwrap_err().code(), "no_such_contact");
    assert_eq!(
        app.edit_contact(actor, theirs.id, 1, contact).unwrap_err().code(),
        "no_such_contact"
    );
    assert_eq!(
        app.delete_contact(actor, theirs.id).unwrap_err().code(),
        "no_such_contact"
    );
}
