//! The audit log.

use crate::{ELSEWHERE, HERE, on_every_engine};
use model::ContactId;
use store::Member;
use store::workspace::audit::{self, AuditEntry, AuditFilter};

pub fn entry(number: u128) -> AuditEntry {
    AuditEntry {
        id: ContactId::from_u128(number),
        at: 10,
        member: Some(Member(1)),
        action: "shared".to_owned(),
        contacts: 3,
        about: "Ann é".to_owned(),
    }
}

#[test]
fn audit_entries_are_read_from_the_latest_on() {
    on_every_engine(|store, _| {
        store
            .write(|tx| {
                for number in 1..=3 {
                    audit::add(tx, HERE, &entry(number))?;
                }
                audit::add(tx, ELSEWHERE, &entry(4))
            })
            .unwrap();
        let page = |before| {
            store
                .read(|tx| audit::page(tx, HERE, &AuditFilter::default(), before, 2))
                .unwrap()
        };
        assert_eq!(page(None), [entry(3), entry(2)]);
        assert_eq!(page(Some(entry(2).id)), [entry(1)]);
        store.write(|tx| audit::count_on(tx, HERE, entry(1).id, 4)).unwrap();
        let counted = AuditEntry {
            contacts: 7,
            ..entry(1)
        };
        assert_eq!(page(Some(entry(2).id)), [counted]);
        store
            .write(|tx| audit::amend(tx, HERE, entry(1).id, "how it ended", 9))
            .unwrap();
        let amended = AuditEntry {
            contacts: 9,
            about: "how it ended".to_owned(),
            ..entry(1)
        };
        assert_eq!(page(Some(entry(2).id)), [amended]);
    });
}

#[test]
fn an_entry_of_nobody_has_no_member() {
    on_every_engine(|store, _| {
        let nobodys = AuditEntry {
            member: None,
            ..entry(1)
        };
        store.write(|tx| audit::add(tx, HERE, &nobodys)).unwrap();
        let page = store.read(|tx| audit::page(tx, HERE, &AuditFilter::default(), None, 2));
        assert_eq!(page.unwrap(), [nobodys]);
    });
}

#[test]
fn audit_entries_are_filtered() {
    on_every_engine(|store, _| {
        let entries: Vec<AuditEntry> = (1..=6)
            .map(|number| AuditEntry {
                at: i64::try_from(number).unwrap() * 10,
                member: Some(Member(if number % 2 == 0 { 1 } else { 2 })),
                action: if number < 4 { "shared" } else { "exported" }.to_owned(),
                ..entry(number)
            })
            .collect();
        store
            .write(|tx| entries.iter().try_for_each(|one| audit::add(tx, HERE, one)))
            .unwrap();
        let page = |filter: AuditFilter| {
            let found = store.read(|tx| audit::page(tx, HERE, &filter, None, 10)).unwrap();
            found.iter().map(|one| one.at / 10).collect::<Vec<_>>()
        };
        let all = AuditFilter::default;
        let shared = Some("shared".to_owned());
        assert_eq!(
            page(AuditFilter {
                action: shared.clone(),
                ..all()
            }),
            [3, 2, 1]
        );
        assert_eq!(
            page(AuditFilter {
                member: Some(Member(2)),
                ..all()
            }),
            [5, 3, 1]
        );
        assert_eq!(
            page(AuditFilter {
                from: Some(20),
                until: Some(50),
                ..all()
            }),
            [4, 3, 2]
        );
        let together = AuditFilter {
            action: shared,
            member: Some(Member(1)),
            from: Some(0),
            until: Some(21),
        };
        assert_eq!(page(together), [2]);
    });
}
