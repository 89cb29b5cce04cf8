//! Members: their list, roles and states, and the transfer of a removed member's contacts.

use crate::{HERE, SMALL_IMPORT, id, on_every_engine, typed};
use store::contacts::ContactRow;
use store::contacts::trash::{self, Trashed};
use store::imports::mappings;
use store::imports::{self, ImportState, NewImport};
use store::members::accounts::{self, NewAccount, Role};
use store::members::{self, Belongings, MemberState};
use store::workspace::workspaces;
use store::{Error, Member, Store, contacts};

const ADA: Member = Member(1);
const BOB: Member = Member(2);

fn account(email: &str) -> NewAccount<'_> {
    NewAccount {
        name: "Bob",
        email,
        password_hash: "$argon2id$1",
    }
}

fn two(store: &Store) {
    store
        .write(|tx| {
            workspaces::ensure_local(tx, 5)?;
            let bob = members::add(tx, HERE, &account("bob@example.org"), Role::Member, 7)?;
            assert_eq!(bob, BOB);
            Ok::<_, Error>(())
        })
        .unwrap();
}

#[test]
fn members_are_listed_and_change() {
    on_every_engine(|store, _| {
        two(store);
        let get = |member| store.read(|tx| members::get(tx, HERE, member)).unwrap();
        let bob = get(BOB).unwrap();
        assert_eq!(
            (bob.name.as_str(), bob.email.as_deref()),
            ("Bob", Some("bob@example.org"))
        );
        assert_eq!(
            (bob.role, bob.state, bob.created_at, bob.seen_at),
            (Role::Member, MemberState::Active, 7, None)
        );
        let all = store.read(|tx| members::list(tx, HERE)).unwrap();
        assert_eq!(all.iter().map(|one| one.member).collect::<Vec<_>>(), [ADA, BOB]);
        let found = store.read(|tx| members::by_email(tx, HERE, "bob@example.org")).unwrap();
        assert_eq!(found.as_ref(), Some(&bob));
        assert_eq!(get(Member(3)), None);
        store
            .write(|tx| {
                members::set_role(tx, HERE, BOB, Role::Owner)?;
                members::seen(tx, HERE, BOB, 9)
            })
            .unwrap();
        let bob = get(BOB).unwrap();
        assert_eq!((bob.role, bob.seen_at), (Role::Owner, Some(9)));
    });
}

#[test]
fn an_email_is_that_of_one_member() {
    on_every_engine(|store, _| {
        two(store);
        let again = store.write(|tx| members::add(tx, HERE, &account("bob@example.org"), Role::Member, 8));
        assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
        // A removed member has no email any more.
        let state = |state| store.write(|tx| members::set_state(tx, HERE, BOB, state)).unwrap();
        state(MemberState::Removed);
        let again = store.write(|tx| members::add(tx, HERE, &account("bob@example.org"), Role::Member, 8));
        assert_eq!(again.unwrap(), Member(3));
        let gone = store.read(|tx| members::get(tx, HERE, BOB)).unwrap().unwrap();
        assert_eq!((gone.email, gone.name.as_str()), (None, "Bob"));
    });
}

#[test]
fn who_is_not_active_has_no_account_and_no_role() {
    on_every_engine(|store, _| {
        two(store);
        let set = |member, state| store.write(|tx| members::set_state(tx, HERE, member, state)).unwrap();
        let role = || store.read(|tx| accounts::role(tx, HERE, BOB)).unwrap();
        let account = || store.read(|tx| accounts::get(tx, HERE, BOB)).unwrap().is_some();
        assert_eq!((role(), account()), (Some(Role::Member), true));
        set(BOB, MemberState::Deactivated);
        assert_eq!((role(), account()), (None, false));
        set(BOB, MemberState::Active);
        assert_eq!((role(), account()), (Some(Role::Member), true));
        let owners = || store.read(|tx| members::active_owners(tx, HERE)).unwrap();
        assert_eq!(owners(), 1);
        store.write(|tx| members::set_role(tx, HERE, BOB, Role::Owner)).unwrap();
        assert_eq!(owners(), 2);
        // The member of the person at this machine is the first active owner.
        set(ADA, MemberState::Deactivated);
        assert_eq!(owners(), 1);
        assert_eq!(store.read(workspaces::local).unwrap(), Some((HERE, BOB)));
    });
}

fn contact_of(owner: Member, n: u64) -> ContactRow {
    ContactRow { owner, ..typed(n) }
}

#[test]
fn what_belongs_to_a_member_goes_to_another() {
    on_every_engine(|store, _| {
        two(store);
        let rows: Vec<ContactRow> = (1..=10)
            .map(|n| contact_of(if n % 3 == 0 { ADA } else { BOB }, n))
            .collect();
        store
            .write(|tx| {
                contacts::insert_many(tx, HERE, &rows)?;
                let trashed = Trashed {
                    contact: contact_of(BOB, 50),
                    at: 5,
                    by: BOB,
                    shares: String::new(),
                };
                trash::put_many(tx, HERE, std::slice::from_ref(&trashed))?;
                for state in [ImportState::Done, ImportState::Draft] {
                    let import = NewImport {
                        owner: BOB,
                        state,
                        ..SMALL_IMPORT
                    };
                    imports::create(tx, HERE, &import, 5)?;
                }
                mappings::put(tx, HERE, BOB, 1, "{}", 5)
            })
            .unwrap();
        let has = |member| store.read(|tx| members::belongings(tx, HERE, member)).unwrap();
        let bobs = Belongings {
            contacts: 7,
            trashed: 1,
            imports: 1,
        };
        assert_eq!(has(BOB), bobs);
        assert_eq!(store.read(|tx| members::owned(tx, HERE)).unwrap(), [(ADA, 3), (BOB, 7)]);
        let step = |after| {
            store
                .write(|tx| members::hand_over_contacts(tx, HERE, (BOB, ADA), after, 5))
                .unwrap()
        };
        assert_eq!(step(None), [1, 2, 4, 5, 7].map(id));
        assert_eq!(step(Some(id(7))), [8, 10].map(id));
        store.write(|tx| members::hand_over_rest(tx, HERE, BOB, ADA)).unwrap();
        assert_eq!(has(BOB), Belongings::default());
        let adas = has(ADA);
        assert_eq!((adas.contacts, adas.trashed, adas.imports), (10, 1, 1));
        let row = store.read(|tx| contacts::get(tx, HERE, id(1))).unwrap().unwrap();
        assert_eq!(row, contact_of(ADA, 1), "nothing but the owner is another");
        let left = store.read(|tx| imports::list(tx, HERE)).unwrap();
        assert_eq!(left.len(), 1, "the draft is gone");
        let mapping = store.read(|tx| mappings::get(tx, HERE, BOB, 1)).unwrap();
        assert_eq!(mapping, None);
    });
}
