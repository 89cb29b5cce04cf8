//! The audit log.

use crate::{ELSEWHERE, HERE, on_every_engine};
use model::ContactId;
use store::Member;
use store::audit::{self, AuditEntry};

pub fn entry(number: u128) -> AuditEntry {
    AuditEntry {
        id: ContactId::from_u128(number),
        at: 10,
        member: Member(1),
        action: "shared".to_owned(),
        contacts: 3,
        about: "Ann é".to_owned(),
    }
}

#[test]
fn deeds_are_read_from_the_latest_on() {
    on_every_engine(|store, _| {
        store
            .write(|tx| {
                for number in 1..=3 {
                    audit::add(tx, HERE, &entry(number))?;
                }
                audit::add(tx, ELSEWHERE, &entry(4))
            })
            .unwrap();
        let page = |before| store.read(|tx| audit::page(tx, HERE, before, 2)).unwrap();
        assert_eq!(page(None), [entry(3), entry(2)]);
        assert_eq!(page(Some(entry(2).id)), [entry(1)]);
        store.write(|tx| audit::count_on(tx, HERE, entry(1).id, 4)).unwrap();
        let counted = AuditEntry {
            contacts: 7,
            ..entry(1)
        };
        assert_eq!(page(Some(entry(2).id)), [counted]);
    });
}
