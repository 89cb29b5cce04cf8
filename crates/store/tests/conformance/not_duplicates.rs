//! Pairs of contacts marked as not duplicates.

use crate::{ELSEWHERE, HERE, on_every_engine};
use model::ContactId;
use store::Member;
use store::contacts::not_duplicates::{self, Pair};

#[test]
fn a_dismissed_pair_is_stored_once_and_in_its_workspace() {
    on_every_engine(|store, _| {
        let id = ContactId::from_u128;
        let pairs = [Pair::new(id(2), id(1)), Pair::new(id(2), id(3))];
        let put = |at| store.write(|tx| not_duplicates::put_many(tx, HERE, Member(1), at, &pairs));
        put(5).unwrap();
        put(6).unwrap();
        let of = |workspace, ids: &[ContactId]| store.read(|tx| not_duplicates::of_many(tx, workspace, ids)).unwrap();
        assert_eq!(of(HERE, &[id(1), id(2), id(3)]), pairs);
        assert_eq!(of(HERE, &[id(2)]), [Pair::new(id(3), id(2))]);
        assert_eq!(of(ELSEWHERE, &[id(1), id(2)]), []);
    });
}
