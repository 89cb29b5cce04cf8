//! Shares of contacts.

use crate::{ELSEWHERE, HERE, on_every_engine};
use model::ContactId;
use store::contacts::shares::{self, Access, Grantee, Share};
use store::members::accounts::Role;
use store::{Member, Store};

fn share(contact: u128, to: i64, access: Access) -> Share {
    Share {
        contact: ContactId::from_u128(contact),
        to: if to == 0 {
            Grantee::Everyone
        } else {
            Grantee::Member(Member(to))
        },
        access,
        by: Member(1),
        at: 7,
    }
}

fn some(store: &Store) -> Vec<Share> {
    let here = vec![
        share(1, 0, Access::View),
        share(1, 2, Access::Edit),
        share(1, 3, Access::View),
        share(2, 3, Access::View),
        share(4, 2, Access::View),
    ];
    store
        .write(|tx| {
            shares::put_many(tx, HERE, &here)?;
            shares::put_many(tx, ELSEWHERE, &[share(2, 2, Access::Edit)])
        })
        .unwrap();
    here
}

#[test]
fn everyone_is_no_member() {
    let members = [Grantee::Everyone, Grantee::Member(Member(3))].map(|to| to.member());
    assert_eq!(members, [None, Some(Member(3))]);
}

fn ids(numbers: &[u128]) -> Vec<ContactId> {
    numbers.iter().copied().map(ContactId::from_u128).collect()
}

#[test]
fn shares_are_found_by_their_contacts() {
    on_every_engine(|store, _| {
        let here = some(store);
        let of = |wanted: &[u128]| store.read(|tx| shares::of_many(tx, HERE, &ids(wanted))).unwrap();
        assert_eq!(of(&[1, 2, 3]), here[..4]);
        let (first, last) = (ContactId::from_u128(2), ContactId::from_u128(4));
        let between = store.read(|tx| shares::between(tx, HERE, first, last)).unwrap();
        assert_eq!(between, here[3..]);
    });
}

#[test]
fn a_member_has_the_most_that_any_share_allows() {
    on_every_engine(|store, _| {
        some(store);
        let granted = |member: i64| {
            let found = store.read(|tx| shares::granted(tx, HERE, Member(member), &ids(&[1, 2, 3, 4])));
            let found = found.unwrap().into_iter();
            found.map(|(id, access)| (id.as_u128(), access)).collect::<Vec<_>>()
        };
        assert_eq!(granted(2), [(1, Access::Edit), (4, Access::View)]);
        assert_eq!(granted(3), [(1, Access::View), (2, Access::View)]);
        assert_eq!(granted(9), [(1, Access::View)]);
    });
}

#[test]
fn shares_are_replaced_and_revoked() {
    on_every_engine(|store, _| {
        some(store);
        let left = || store.read(|tx| shares::of_many(tx, HERE, &ids(&[1, 2, 4]))).unwrap();
        let gone = store
            .write(|tx| {
                shares::put_many(tx, HERE, &[share(2, 3, Access::Edit)])?;
                let one = (ContactId::from_u128(1), Grantee::Member(Member(3)));
                shares::remove_many(tx, HERE, &[one, one])
            })
            .unwrap();
        assert_eq!((gone, left().len()), (1, 4));
        assert_eq!(left()[2], share(2, 3, Access::Edit));
        let gone = store.write(|tx| shares::remove_of(tx, HERE, &ids(&[1, 3]))).unwrap();
        assert_eq!((gone, left().len()), (2, 2));
        let gone = store.write(|tx| shares::remove_member(tx, HERE, Member(2))).unwrap();
        assert_eq!((gone, left()), (1, vec![share(2, 3, Access::Edit)]));
        let elsewhere = store.read(|tx| shares::of_many(tx, ELSEWHERE, &ids(&[2]))).unwrap();
        assert_eq!(elsewhere.len(), 1);
    });
}

#[test]
fn contacts_get_shares_in_place_of_all_that_they_had() {
    on_every_engine(|store, _| {
        let here = some(store);
        let given = [share(1, 4, Access::Edit), share(3, 2, Access::View)];
        store
            .write(|tx| shares::replace_all(tx, HERE, &ids(&[1, 2, 3]), &given))
            .unwrap();
        let all = store.read(|tx| shares::of_many(tx, HERE, &ids(&[1, 2, 3, 4]))).unwrap();
        assert_eq!(all, [given[0], given[1], here[4]]);
        let elsewhere = store.read(|tx| shares::of_many(tx, ELSEWHERE, &ids(&[2]))).unwrap();
        assert_eq!(elsewhere.len(), 1);
    });
}

#[test]
fn names_of_rights_and_roles_read_back() {
    for access in [Access::View, Access::Edit] {
        assert_eq!(Access::named(access.as_str()), Some(access));
    }
    assert_eq!((Access::named("own"), Role::named("boss")), (None, None));
    for role in Role::ALL {
        assert_eq!(Role::named(role.as_str()), Some(role));
    }
}
