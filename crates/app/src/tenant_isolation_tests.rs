//! Actors of another workspace, and actors who are not members, find nothing and change nothing, even if their numbers
//! equal those of members of this workspace. Only this crate can create such actors.

use super::*;
use crate::access::Actor;
use model::{Contact, ContactId};
use store::members::accounts::NewAccount;
use store::workspace::workspaces;
use store::{Workspace, members};

/// A `System` that counts up.
#[derive(Default)]
pub(crate) struct Counting(pub(crate) std::sync::atomic::AtomicU32);

impl System for Counting {
    fn now(&self) -> i64 {
        1_700_000_000_000_000 + i64::from(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }

    fn contact_id(&self) -> ContactId {
        let number = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        ContactId::from_u128(u128::from(number) << 80 | 7 << 76 | 2 << 62)
    }

    fn unique_name(&self) -> String {
        format!("n{}", self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

fn zoe() -> Contact {
    let mut contact = Contact {
        first_name: "Zoe".into(),
        emails: vec![model::LabeledEmail {
            label: model::Label::NONE,
            value: model::Email::parse("zoe@x.org").unwrap(),
        }],
        ..Contact::default()
    };
    contact.normalise();
    contact
}

/// Tries every operation on a contact and a directory, as an actor who has no right to any of them. An actor who is not
/// an active member cannot change anything at all.
fn finds_nothing(app: &App, stranger: Actor, id: ContactId) {
    let is_not_there = |error: Error| assert_eq!(error.code(), "no_such_contact");
    let is_active = app.is_active(stranger).unwrap();
    let is_refused = |error: Error, of_members| {
        let code = if is_active { of_members } else { "forbidden" };
        assert_eq!(error.code(), code);
    };
    is_not_there(app.contact(stranger, id).unwrap_err());
    is_not_there(app.contact_history(stranger, id).unwrap_err());
    is_not_there(app.shares_of(stranger, id).unwrap_err());
    is_refused(app.edit_contact(stranger, id, 1, zoe()).unwrap_err(), "no_such_contact");
    is_refused(app.delete_contact(stranger, id).unwrap_err(), "no_such_contact");
    is_not_there(app.to_be_merged(stranger, &[id, id]).unwrap_err());
    match app.delete_contacts(stranger, &[id]) {
        Ok((deleted, _)) => assert!(is_active && deleted == 0),
        Err(error) => assert!(!is_active && error.code() == "forbidden"),
    }
    is_refused(app.restore_contact(stranger, id).unwrap_err(), "not_in_trash");
    assert!(app.trash(stranger, None, 10).unwrap().is_empty());
    assert!(app.namesakes(stranger, &zoe(), None).unwrap().is_empty());
    assert!(app.imports(stranger).unwrap().is_empty());
    let reports = [
        app.share(stranger, &[id], &[Grantee::Everyone], Access::Edit),
        app.unshare(stranger, &[id], None),
        app.tag_contacts(stranger, &[id], "seen"),
        app.untag_contacts(stranger, &[id], "vip"),
    ];
    for report in reports {
        match report {
            Ok(report) => assert!(is_active && report == ActionReport::default()),
            Err(error) => assert!(!is_active && error.code() == "forbidden"),
        }
    }
    for scope in [Scope::Mine, Scope::Shared, Scope::All] {
        let request = ListRequest {
            scope,
            size: 10,
            ..ListRequest::default()
        };
        let page = app.list(stranger, &request).unwrap();
        assert!(page.contacts.is_empty() && page.total == Some(0));
        let all = Filter::default();
        assert_eq!(app.count_contacts(stranger, scope, &all).unwrap(), Some(0));
        assert_eq!(app.matching_contacts(stranger, scope, &all).unwrap(), Some(Vec::new()));
        for (order, selection) in [
            (Order::Created, None),
            (Order::Name, None),
            (Order::Created, Some(vec![id])),
        ] {
            let request = ExportRequest {
                scope,
                selection,
                filter: Filter::default(),
                format: ExportFormat::Jsonl,
                order,
                columns: Vec::new(),
                delimiter: b',',
                bom: false,
            };
            assert_eq!(app.export(stranger, &request, &mut Vec::new()).unwrap().contacts, 0);
        }
    }
}

#[test]
fn strangers_find_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        data: folder.path(),
        objects: None,
        database: None,
    };
    let app = App::open(&place, Arc::new(Counting::default())).unwrap();
    let owner = app.local_actor().unwrap();
    let bob = NewAccount {
        name: "Bob",
        email: "bob@x.org",
        password_hash: "none",
    };
    let bob = app
        .store
        .write(|tx| members::add(tx, owner.workspace, &bob, Role::Member, 1))
        .unwrap();
    let hidden = app.create_contact(owner, zoe()).unwrap();
    let shared = app.create_contact(owner, zoe()).unwrap();
    app.share(owner, &[shared], &[Grantee::Everyone], Access::Edit).unwrap();
    app.share(owner, &[shared], &[Grantee::Member(bob)], Access::Edit)
        .unwrap();

    let actor = |workspace, member| Actor { workspace, member };
    let elsewhere = [owner.member, bob, Member(0)].map(|member| actor(Workspace(2), member));
    for stranger in elsewhere.into_iter().chain([Actor::OUTSIDER]) {
        finds_nothing(&app, stranger, hidden);
        finds_nothing(&app, stranger, shared);
    }
    // Without the share, another member finds no more than a stranger does.
    app.unshare(owner, &[shared], None).unwrap();
    finds_nothing(&app, actor(owner.workspace, bob), hidden);
    finds_nothing(&app, actor(owner.workspace, bob), shared);
    assert_eq!(app.contact(owner, hidden).unwrap().contact, zoe());
    assert_eq!(app.contact(owner, shared).unwrap().contact, zoe());
    assert!(app.store.read(workspaces::local).unwrap().is_some());
}
