use super::*;
use crate::Place as Installation;
use crate::access::Scope;
use crate::clock::System;
use crate::export::Order;
use crate::search::filter::Filter;
use exchange::export::ExportFormat;
use model::{Contact, ContactId};
use std::sync::Barrier;
use std::sync::atomic::{AtomicI64, AtomicU64};
use store::contacts::{self, ContactRow};
use store::members::MemberState;

/// A `System` whose clock is moved by the test.
#[derive(Default)]
struct Clock {
    now: AtomicI64,
    given: AtomicU64,
}

impl Clock {
    fn next(&self) -> u128 {
        u128::from(self.given.fetch_add(1, Ordering::Relaxed))
    }
}

impl System for Clock {
    fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn contact_id(&self) -> ContactId {
        ContactId::from_u128(u128::MAX - self.next())
    }

    fn unique_name(&self) -> String {
        self.next().to_string()
    }

    fn secret(&self) -> [u8; 32] {
        [1; 32]
    }
}

struct Bureau {
    app: Arc<App>,
    clock: Arc<Clock>,
    actor: Actor,
    _folder: tempfile::TempDir,
}

/// Creates an installation with this many contacts.
fn bureau(contacts: u128) -> Bureau {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Clock::default());
    let place = Installation {
        data: folder.path(),
        objects: None,
        database: None,
    };
    let app = Arc::new(App::open(&place, clock.clone()).unwrap());
    let actor = app.local_actor().unwrap();
    let body = Contact {
        first_name: "Ann".into(),
        notes: "n".repeat(1_000).as_str().into(),
        ..Contact::default()
    }
    .to_json();
    let rows: Vec<ContactRow> = (1..=contacts)
        .map(|id| ContactRow {
            id: ContactId::from_u128(id),
            owner: actor.member,
            version: 1,
            created_at: 1,
            created_by: None,
            made_by: None,
            written_by: None,
            edited_by: None,
            body: body.clone(),
        })
        .collect();
    app.store
        .write(|tx| contacts::insert_many(tx, actor.workspace, &rows))
        .unwrap();
    Bureau {
        app,
        clock,
        actor,
        _folder: folder,
    }
}

fn everything() -> ExportRequest {
    ExportRequest {
        scope: Scope::All,
        selection: None,
        filter: Filter::default(),
        format: ExportFormat::CrystalQore,
        order: Order::Created,
        columns: Vec::new(),
        delimiter: b',',
        bom: false,
    }
}

impl Bureau {
    fn begin(&self) -> Result<Download, Error> {
        self.app.begin_download(self.actor, everything(), |_| ())
    }

    fn unread(&self) -> Download {
        let mut download = self.begin().unwrap();
        while matches!(download.next_piece().unwrap(), Piece::NotYet) {}
        download
    }
}

#[test]
fn what_is_fetched_is_what_is_exported() {
    let bureau = bureau(3_000);
    let mut expected = Vec::new();
    bureau.app.export(bureau.actor, &everything(), &mut expected).unwrap();
    let mut download = bureau.begin().unwrap();
    let mut fetched = Vec::new();
    loop {
        match download.next_piece().unwrap() {
            Piece::Bytes(bytes) => fetched.extend(bytes),
            Piece::NotYet => {}
            Piece::End => break,
        }
    }
    assert!(
        fetched.len() > 20 * PIECE,
        "more than the buffers in between: {}",
        fetched.len()
    );
    assert!(fetched == expected);
}

#[test]
fn downloads_that_nobody_reads_hold_no_connection_and_a_member_has_few() {
    let bureau = bureau(3_000);
    let unread: Vec<Download> = (0..OF_A_MEMBER).map(|_| bureau.unread()).collect();
    let refused = bureau.begin().err().unwrap();
    assert_eq!(refused.code(), "many_downloads");
    // All read connections are available, so the downloads hold none.
    let readers = bureau.app.store.readers();
    let barrier = Barrier::new(readers as usize);
    let read = || {
        let read = bureau.app.store.read(|_| {
            barrier.wait();
            Ok::<_, store::Error>(())
        });
        read.unwrap();
    };
    std::thread::scope(|scope| {
        for _ in 0..readers {
            scope.spawn(read);
        }
    });
    drop(unread);
    assert!(bureau.begin().is_ok(), "who goes away makes room");
}

#[test]
fn who_is_deactivated_gets_nothing_more() {
    let bureau = bureau(3_000);
    let mut download = bureau.unread();
    bureau
        .app
        .store
        .write(|tx| {
            store::members::set_state(
                tx,
                bureau.actor.workspace,
                bureau.actor.member,
                MemberState::Deactivated,
            )
        })
        .unwrap();
    bureau.clock.now.fetch_add(BELIEVED, Ordering::Relaxed);
    assert_eq!(refusal(&mut download), "forbidden");
}

/// Returns the code of the error that ends the download.
fn refusal(download: &mut Download) -> &'static str {
    loop {
        match download.next_piece() {
            Ok(Piece::NotYet) => {}
            other => return other.unwrap_err().code(),
        }
    }
}

#[test]
fn an_export_of_somebody_who_was_deactivated_sends_nothing() {
    let bureau = bureau(10);
    bureau
        .app
        .store
        .write(|tx| {
            store::members::set_state(
                tx,
                bureau.actor.workspace,
                bureau.actor.member,
                MemberState::Deactivated,
            )
        })
        .unwrap();
    let mut download = bureau.begin().unwrap();
    assert_eq!(refusal(&mut download), "forbidden");
}
