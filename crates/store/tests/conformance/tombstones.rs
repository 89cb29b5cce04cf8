//! Tombstones of contacts.

use crate::{ELSEWHERE, HERE, id, on_every_engine};
use store::Member;
use store::contacts::shares::Grantee;
use store::contacts::tombstones;

const ADA: Member = Member(1);
const BOB: Member = Member(2);

#[test]
fn a_member_reads_what_was_taken_from_them_and_from_everyone() {
    on_every_engine(|store, _| {
        store
            .write(|tx| {
                let lost = [
                    (id(3), Grantee::Member(ADA)),
                    (id(1), Grantee::Member(ADA)),
                    (id(1), Grantee::Member(ADA)),
                    (id(1), Grantee::Member(BOB)),
                ];
                tombstones::put_many(tx, HERE, 5, &lost)?;
                tombstones::put_many(tx, HERE, 7, &[(id(2), Grantee::Everyone)])?;
                tombstones::put_many(tx, HERE, 7, &[])?;
                tombstones::put_many(tx, ELSEWHERE, 6, &[(id(9), Grantee::Everyone)])
            })
            .unwrap();
        let of = |member, range| {
            let read = store.read(|tx| tombstones::of_member(tx, HERE, member, range));
            read.unwrap()
        };
        assert_eq!(of(ADA, (0, 99)), [(5, id(1)), (5, id(3)), (7, id(2))]);
        assert_eq!(of(BOB, (0, 99)), [(5, id(1)), (7, id(2))]);
        assert_eq!(of(ADA, (6, 99)), [(7, id(2))]);
        assert_eq!(of(ADA, (0, 6)), [(5, id(1)), (5, id(3))]);
    });
}
