//! External ids: the ids of contacts in other systems.

use crate::{ELSEWHERE, HERE, id, on_every_engine};
use store::contacts::external_ids;
use store::{Member, Store};

const ADA: Member = Member(1);
const BOB: Member = Member(2);

fn found(store: &Store, member: Member, external: &str) -> Option<u128> {
    let found = store.read(|tx| external_ids::find(tx, HERE, member, external));
    found.unwrap().map(|contact| contact.as_u128())
}

#[test]
fn a_name_is_that_of_one_contact_of_a_member() {
    on_every_engine(|store, _| {
        store
            .write(|tx| {
                external_ids::put(tx, HERE, ADA, "shop:1", id(1))?;
                external_ids::put(tx, HERE, ADA, "shop:2", id(1))?;
                external_ids::put(tx, HERE, BOB, "shop:1", id(2))?;
                external_ids::put(tx, ELSEWHERE, ADA, "shop:1", id(1))?;
                external_ids::put(tx, HERE, ADA, "shop:1", id(3))
            })
            .unwrap();
        let of = |n| Some(id(n).as_u128());
        assert_eq!(found(store, ADA, "shop:1"), of(3));
        assert_eq!(found(store, ADA, "shop:2"), of(1));
        assert_eq!(found(store, ADA, "Shop:1"), None);
        store
            .write(|tx| {
                external_ids::pass_on(tx, HERE, id(1), id(4))?;
                external_ids::remove_all(tx, HERE, BOB)
            })
            .unwrap();
        assert_eq!(found(store, ADA, "shop:2"), of(4));
        assert_eq!(found(store, BOB, "shop:1"), None);
        let elsewhere = store.read(|tx| external_ids::find(tx, ELSEWHERE, ADA, "shop:1"));
        assert_eq!(elsewhere.unwrap(), Some(id(1)));
    });
}
