//! Webhooks and their deliveries.

use crate::{ELSEWHERE, HERE, SMALL_IMPORT, on_every_engine};
use store::imports::{self, ImportState, NewImport};
use store::members::webhooks::deliveries::{self, DeliveryRow};
use store::members::webhooks::{self, WebhookRow, WebhookState};
use store::{Member, Store};

const ADA: Member = Member(1);
const BOB: Member = Member(2);

pub fn webhook(id: &str, member: Member) -> WebhookRow {
    WebhookRow {
        id: id.to_owned(),
        member,
        url: "https://example.org/".to_owned(),
        events: "contact.created".to_owned(),
        secret: vec![1; 32],
        old_secret: None,
        created_at: 5,
        state: WebhookState::Active,
        reason: None,
        followed: "7".to_owned(),
        looked_at: 5,
        imports_at: 5,
        failures: 0,
        failing_since: None,
        wait_until: 0,
    }
}

pub fn delivery(id: &str, created_at: i64) -> DeliveryRow {
    DeliveryRow {
        id: id.to_owned(),
        event: "contact.created".to_owned(),
        body: "{}".to_owned(),
        created_at,
        attempts: 0,
        next_at: Some(created_at),
        attempted_at: None,
        arrived_at: None,
        answer: None,
    }
}

fn three(store: &Store) {
    store
        .write(|tx| {
            webhooks::add(tx, HERE, &webhook("a", ADA))?;
            webhooks::add(tx, HERE, &webhook("b", BOB))?;
            webhooks::add(tx, ELSEWHERE, &webhook("a", ADA))?;
            for workspace in [HERE, ELSEWHERE] {
                deliveries::add(tx, workspace, "a", &[delivery("m1", 10), delivery("m2", 20)])?;
            }
            deliveries::add(tx, HERE, "b", &[delivery("m1", 10)])
        })
        .unwrap();
}

fn found(store: &Store, id: &str) -> Option<WebhookRow> {
    store.read(|tx| webhooks::get(tx, HERE, id)).unwrap()
}

fn logged(store: &Store, webhook: &str) -> Vec<DeliveryRow> {
    store.read(|tx| deliveries::log(tx, HERE, webhook, None, 10)).unwrap()
}

#[test]
fn a_webhook_is_read_as_it_was_written_and_changed() {
    on_every_engine(|store, _| {
        three(store);
        assert!(found(store, "a").unwrap() == webhook("a", ADA));
        assert!(found(store, "c").is_none());
        let mut changed = WebhookRow {
            url: "http://other.example/".to_owned(),
            events: "import.undone".to_owned(),
            secret: vec![2; 32],
            old_secret: Some((vec![1; 32], 99)),
            state: WebhookState::Paused,
            ..webhook("a", ADA)
        };
        store.write(|tx| webhooks::failed(tx, HERE, "a", 30, 40)).unwrap();
        store.write(|tx| webhooks::failed(tx, HERE, "a", 50, 60)).unwrap();
        let failing = found(store, "a").unwrap();
        assert_eq!(
            (failing.failures, failing.failing_since, failing.wait_until),
            (2, Some(30), 60)
        );
        store.write(|tx| webhooks::change(tx, HERE, &changed)).unwrap();
        assert!(found(store, "a").unwrap() == changed);
        // Only an active webhook is disabled.
        store.write(|tx| webhooks::disable(tx, HERE, "a", "it fails")).unwrap();
        assert!(found(store, "a").unwrap() == changed);
        changed.state = WebhookState::Active;
        store.write(|tx| webhooks::change(tx, HERE, &changed)).unwrap();
        store.write(|tx| webhooks::failed(tx, HERE, "a", 30, 40)).unwrap();
        store.write(|tx| webhooks::succeeded(tx, HERE, "a")).unwrap();
        assert!(found(store, "a").unwrap() == changed);
        store.write(|tx| webhooks::disable(tx, HERE, "a", "it fails")).unwrap();
        let disabled = found(store, "a").unwrap();
        assert_eq!(
            (disabled.state, disabled.reason.as_deref()),
            (WebhookState::Disabled, Some("it fails"))
        );
        assert!(found(store, "b").unwrap() == webhook("b", BOB));
    });
}

#[test]
fn only_one_process_records_how_far_a_webhook_is() {
    on_every_engine(|store, _| {
        three(store);
        let advance = |from: (&str, i64)| {
            store
                .write(|tx| webhooks::advance(tx, HERE, "a", from, ("9", 8), 50))
                .unwrap()
        };
        assert!(!advance(("6", 5)) && !advance(("7", 4)));
        assert!(advance(("7", 5)) && !advance(("7", 5)));
        let row = found(store, "a").unwrap();
        assert_eq!((row.followed.as_str(), row.imports_at, row.looked_at), ("9", 8, 50));
    });
}

#[test]
fn webhooks_go_with_their_deliveries() {
    on_every_engine(|store, _| {
        three(store);
        store.write(|tx| webhooks::remove(tx, HERE, "a")).unwrap();
        assert!(found(store, "a").is_none() && logged(store, "a").is_empty());
        assert_eq!(logged(store, "b").len(), 1);
        store.write(|tx| webhooks::remove_all(tx, HERE, BOB)).unwrap();
        assert!(store.read(|tx| webhooks::list(tx, HERE)).unwrap().is_empty());
        assert!(logged(store, "b").is_empty());
        assert_eq!(store.read(|tx| webhooks::list(tx, ELSEWHERE)).unwrap().len(), 1);
        assert_eq!(store.read(|tx| deliveries::waiting(tx, ELSEWHERE, "a")).unwrap(), 2);
    });
}

#[test]
fn a_delivery_is_taken_once_and_its_result_is_logged() {
    on_every_engine(|store, _| {
        three(store);
        let due = |now| store.read(|tx| deliveries::due(tx, HERE, "a", now)).unwrap();
        assert_eq!(due(9), None);
        let first = due(100).unwrap();
        assert_eq!(first, delivery("m1", 10));
        let take = || {
            store
                .write(|tx| deliveries::take(tx, HERE, "a", &first, 100, 200))
                .unwrap()
        };
        assert!(take() && !take());
        assert_eq!(due(100).unwrap().id, "m2");
        let taken = store.read(|tx| deliveries::get(tx, HERE, "a", "m1")).unwrap().unwrap();
        assert_eq!(
            (taken.attempts, taken.attempted_at, taken.next_at),
            (1, Some(100), Some(200))
        );
        store
            .write(|tx| {
                deliveries::note(tx, HERE, "a", "m1", "answered 200", Some(101), None)?;
                deliveries::note(tx, HERE, "a", "m2", "refused", None, None)
            })
            .unwrap();
        assert_eq!(store.read(|tx| deliveries::waiting(tx, HERE, "a")).unwrap(), 0);
        let log: Vec<_> = logged(store, "a")
            .into_iter()
            .map(|one| (one.id, one.arrived_at))
            .collect();
        assert_eq!(log, [("m2".to_owned(), None), ("m1".to_owned(), Some(101))]);
        let behind = store
            .read(|tx| deliveries::log(tx, HERE, "a", Some((20, "m2")), 10))
            .unwrap();
        assert_eq!(behind.len(), 1);
        assert_eq!(behind[0].answer.as_deref(), Some("answered 200"));
    });
}

#[test]
fn what_was_given_up_is_sent_again_and_forgotten_late() {
    on_every_engine(|store, _| {
        three(store);
        let give_up = |id: &str, arrived| {
            store
                .write(|tx| deliveries::note(tx, HERE, "a", id, "x", arrived, None))
                .unwrap()
        };
        give_up("m1", Some(11));
        give_up("m2", None);
        let replay = |id: Option<&str>| store.write(|tx| deliveries::replay(tx, HERE, "a", id, 300)).unwrap();
        assert_eq!(
            (replay(None), replay(None), replay(Some("m1")), replay(Some("m9"))),
            (1, 0, 1, 0)
        );
        assert_eq!(store.read(|tx| deliveries::waiting(tx, HERE, "a")).unwrap(), 2);
        give_up("m1", Some(11));
        give_up("m2", None);
        store.write(|tx| deliveries::forget(tx, HERE, 20)).unwrap();
        let left: Vec<_> = logged(store, "a").into_iter().map(|one| one.id).collect();
        assert_eq!(left, ["m2"]);
        // Deliveries that are still waiting are not deleted.
        assert_eq!(logged(store, "b").len(), 1);
        let again = store.write(|tx| deliveries::add(tx, HERE, "a", &[delivery("m2", 500)]));
        assert!(again.is_ok() && logged(store, "a")[0].created_at == 20);
    });
}

#[test]
fn imports_that_have_ended_are_found_by_their_moment() {
    on_every_engine(|store, _| {
        store
            .write(|tx| {
                let of_bob = NewImport {
                    owner: BOB,
                    ..SMALL_IMPORT
                };
                for (import, state, at) in [
                    (&SMALL_IMPORT, ImportState::Done, 10),
                    (&SMALL_IMPORT, ImportState::Running, 20),
                    (&SMALL_IMPORT, ImportState::Undone, 15),
                    (&of_bob, ImportState::Done, 30),
                    (&SMALL_IMPORT, ImportState::Cancelled, 40),
                ] {
                    let id = imports::create(tx, HERE, import, 1)?;
                    imports::set_state(tx, HERE, id, state, at, true)?;
                }
                Ok::<(), store::Error>(())
            })
            .unwrap();
        let ended = store.read(|tx| imports::ended_since(tx, HERE, ADA, 15)).unwrap();
        let ended: Vec<_> = ended.into_iter().map(|(id, state, at)| (id.0, state, at)).collect();
        assert_eq!(ended, [(3, ImportState::Undone, 15), (5, ImportState::Cancelled, 40)]);
    });
}
