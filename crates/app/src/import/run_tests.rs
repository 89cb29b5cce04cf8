use super::*;
use crate::import::analysis::{Opening, look};
use crate::import::{ImportRequest, ImportSummary};
use crate::import_options::{Duplicates, Match};
use crate::{App, Place};
use model::ContactId;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicI64;

struct Counting(AtomicI64);

impl System for Counting {
    fn now(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    fn contact_id(&self) -> ContactId {
        ContactId::from_u128(u128::from(self.now().unsigned_abs()))
    }

    fn unique_name(&self) -> String {
        self.now().to_string()
    }

    fn secret(&self) -> [u8; 32] {
        [1; 32]
    }
}

/// An installation and a file.
struct DraftCache {
    app: App,
    actor: Actor,
    file: PathBuf,
    _folder: tempfile::TempDir,
}

const ROWS: u64 = 2_500;

/// A file of rows that all are `row`.
fn prepared(header: &str, row: &str) -> DraftCache {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    let rows = vec![row; usize::try_from(ROWS).unwrap()].join("\n");
    std::fs::write(&file, format!("{header}\n{rows}\n")).unwrap();
    let place = Place {
        data: &folder.path().join("data"),
        objects: None,
        database: None,
    };
    let app = App::open(&place, std::sync::Arc::new(Counting(AtomicI64::new(1)))).unwrap();
    let actor = app.local_actor().unwrap();
    DraftCache {
        app,
        actor,
        file,
        _folder: folder,
    }
}

fn options(duplicates: Duplicates, matching: Match) -> ImportOptions {
    ImportOptions {
        duplicates,
        matching,
        ..ImportOptions::default()
    }
}

impl DraftCache {
    /// The counts of a preview, and how many contacts and entries of keys it has gone through.
    fn preview(&self, options: ImportOptions) -> (Counts, u64) {
        let terms = crate::workspace::custom_fields::WorkspaceRules::default();
        let look = look(&self.file, &Opening::default(), &terms).unwrap();
        let source = Counted::new(&self.file);
        let mut run = Run::preview(&*self.app.world, self.actor, options, &look.reading, &source);
        let scratch = Store::scratch().unwrap();
        let mut seen = |_: &mut _, _, _: &_| Ok(());
        over_scratch(&scratch, Some(&self.app.store), &mut run, None, &mut seen).unwrap();
        (run.counts(), run.collected.looked_at)
    }

    fn import(&self, options: ImportOptions) -> ImportSummary {
        let request = ImportRequest {
            path: &self.file,
            file_name: "rows.csv",
            opening: Opening::default(),
            options,
            rejected: None,
        };
        let watch = Watch {
            progress: &mut |_| (),
            stop: &AtomicBool::new(false),
        };
        self.app.import(self.actor, &request, watch).unwrap()
    }
}

#[test]
fn equal_rows_are_not_compared_with_each_other() {
    let fixture = prepared("first_name,last_name,company", "John,Smith,Acme");
    let skip = options(Duplicates::Skip, Match::EmailOrPhone);
    let (counts, looked_at) = fixture.preview(skip);
    assert_eq!(counts.new, ROWS);
    assert!(looked_at <= ROWS, "{looked_at}");
    assert_eq!(fixture.import(skip).counts, counts);
    // All of them are there now, and the file brings nothing new.
    let (counts, looked_at) = fixture.preview(skip);
    assert_eq!(counts.duplicate, ROWS);
    assert!(looked_at <= 10 * ROWS, "{looked_at}");
    assert_eq!(fixture.import(skip).counts, counts);
}

#[test]
fn rows_with_one_email_are_compared_with_few_contacts_each() {
    let fixture = prepared("first_name,last_name,email", "John,Smith,j@example.com");
    for matching in [Match::EmailOrPhone, Match::EmailOrPhoneAndName, Match::Email] {
        let create = options(Duplicates::Create, matching);
        let (counts, looked_at) = fixture.preview(create);
        assert_eq!(counts.new, ROWS, "{matching:?}");
        assert!(looked_at <= 80 * ROWS, "{matching:?}: {looked_at}");
    }
    let by_phone = options(Duplicates::Skip, Match::Phone);
    let (counts, looked_at) = fixture.preview(by_phone);
    assert_eq!(counts.new, ROWS);
    assert!(looked_at <= ROWS, "{looked_at}");
    let create = options(Duplicates::Create, Match::EmailOrPhoneAndName);
    assert_eq!(fixture.import(create).counts.new, ROWS);
    let skip = options(Duplicates::Skip, Match::EmailOrPhoneAndName);
    let (counts, looked_at) = fixture.preview(skip);
    assert_eq!(counts.ambiguous, ROWS);
    assert!(looked_at <= 80 * ROWS, "{looked_at}");
    assert_eq!(fixture.import(skip).counts, counts);
}

#[test]
fn a_stored_contact_that_cannot_be_read_is_an_error_and_no_match() {
    let fixture = prepared("first_name,last_name,email", "John,Smith,j@example.com");
    fixture.import(options(Duplicates::Skip, Match::EmailOrPhone));
    let store = &fixture.app.store;
    let page = store
        .read(|tx| store::contacts::page_seen(tx, fixture.actor.workspace, fixture.actor.member, None, 10))
        .unwrap();
    let damaged = store::contacts::ContactRow {
        body: "{".to_owned(),
        ..page[0].clone()
    };
    store
        .write(|tx| store::contacts::update(tx, fixture.actor.workspace, &damaged))
        .unwrap();
    let terms = crate::workspace::custom_fields::WorkspaceRules::default();
    let look = look(&fixture.file, &Opening::default(), &terms).unwrap();
    let source = Counted::new(&fixture.file);
    let update = options(Duplicates::Update, Match::EmailOrPhone);
    let mut run = Run::preview(&*fixture.app.world, fixture.actor, update, &look.reading, &source);
    let scratch = Store::scratch().unwrap();
    let mut seen = |_: &mut _, _, _: &_| Ok(());
    let failed = over_scratch(&scratch, Some(store), &mut run, None, &mut seen).unwrap_err();
    assert!(failed.to_string().contains("cannot be read"), "{failed}");
}
