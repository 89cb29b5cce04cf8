use super::*;
use crate::import::analysis::{Opening, look};
use crate::import::{ImportRequest, ImportSummary};
use crate::import_options::{Duplicates, Match};
use crate::{App, Place};
use model::{Contact, ContactId, MatchKey};
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicI64;
use store::contacts::match_keys;

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

thread_local! {
    /// The number of rows in a batch; `None` for the default.
    pub static BATCH_ROWS: Cell<Option<u64>> = const { Cell::new(None) };
}

/// An installation and a file.
struct DraftCache {
    app: App,
    actor: Actor,
    file: PathBuf,
    _folder: tempfile::TempDir,
}

const ROWS: u64 = 2_500;

/// An installation and a file whose rows all equal `row`.
fn prepared(header: &str, row: &str) -> DraftCache {
    let rows = vec![row; usize::try_from(ROWS).unwrap()].join("\n");
    with_file(&format!("{header}\n{rows}\n"))
}

fn with_file(text: &str) -> DraftCache {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    std::fs::write(&file, text).unwrap();
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
    /// Returns the counts of a preview, and how many contacts and key entries it has visited.
    fn preview(&self, options: ImportOptions) -> (Counts, u64) {
        let terms = crate::workspace::custom_fields::WorkspaceRules::default();
        let look = look(&self.file, &Opening::default(), &terms).unwrap();
        let source = Counted::new(&self.file);
        let mut run = Run::preview(&*self.app.system, self.actor, options, &look.reading, &source);
        let store = Some(&self.app.store);
        run.preview_rows(store, None, &mut |_, _, _| Ok(())).unwrap();
        (run.counts(), run.collected.looked_at)
    }

    /// Returns all match keys, sorted.
    fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        let workspace = self.actor.workspace;
        let read = |tx: &mut Tx<'_>| match_keys::for_each_key(tx, workspace, |key| keys.push(key.to_owned()));
        self.app.store.read(read).unwrap();
        keys.sort_unstable();
        keys
    }

    /// Whether the stored keys are exactly the keys of the stored contacts.
    fn keys_are_those_of_the_contacts(&self) -> bool {
        let workspace = self.actor.workspace;
        self.app
            .store
            .read(|tx| {
                let mut expected = Vec::new();
                for row in store::contacts::page(tx, workspace, None, 100_000)? {
                    let keys = MatchKey::of_contact(&Contact::from_json(&row.body).unwrap());
                    for (key, found) in keys.iter().zip(match_keys::find_many(tx, workspace, &keys)?) {
                        assert!(found.contains(&row.id), "{key:?}");
                        expected.push(key.as_stored().to_owned());
                    }
                }
                expected.sort_unstable();
                Ok::<_, store::Error>(expected)
            })
            .unwrap()
            == self.keys()
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
    // All contacts exist now, so the file brings nothing new.
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
        .write(|tx| store::contacts::update_many(tx, fixture.actor.workspace, &[damaged]))
        .unwrap();
    let terms = crate::workspace::custom_fields::WorkspaceRules::default();
    let look = look(&fixture.file, &Opening::default(), &terms).unwrap();
    let source = Counted::new(&fixture.file);
    let update = options(Duplicates::Update, Match::EmailOrPhone);
    let mut run = Run::preview(&*fixture.app.system, fixture.actor, update, &look.reading, &source);
    let failed = run.preview_rows(Some(store), None, &mut |_, _, _| Ok(())).unwrap_err();
    assert!(failed.to_string().contains("cannot be read"), "{failed}");
}

/// Rows of which every third person appears again in a later batch, with another phone.
fn rows_met_again() -> String {
    let row = |n: u64| {
        let person = if n.is_multiple_of(3) { n / 6 * 3 } else { n };
        let phone = format!("+1212555{:04}", n % 9_000);
        format!("Ann{person},Ivers{person},a{person}@example.com,{phone}\n")
    };
    let rows: String = (0..9_000).map(row).collect();
    format!("first_name,last_name,email,phone\n{rows}")
}

#[test]
fn many_batches_come_to_what_one_comes_to() {
    let text = rows_met_again();
    for duplicates in [Duplicates::Skip, Duplicates::Update] {
        let options = options(duplicates, Match::EmailOrPhone);
        let mut results = Vec::new();
        for rows in [None, Some(1_000)] {
            BATCH_ROWS.set(rows);
            let fixture = with_file(&text);
            let (counts, _) = fixture.preview(options);
            let imported = fixture.import(options);
            assert_eq!(imported.counts, counts, "{duplicates:?}");
            assert!(fixture.keys_are_those_of_the_contacts(), "{duplicates:?}");
            let (again, _) = fixture.preview(options);
            assert_eq!(again.new, 0, "{duplicates:?}");
            let keys = fixture.keys();
            fixture
                .app
                .undo(fixture.actor, imported.import.unwrap(), false)
                .unwrap();
            assert!(fixture.keys().is_empty());
            results.push((counts, again, keys));
        }
        BATCH_ROWS.set(None);
        assert!(results[0] == results[1], "{duplicates:?}");
        assert!(results[0].0.new < 9_000 && results[0].0.new > 5_000);
    }
}
