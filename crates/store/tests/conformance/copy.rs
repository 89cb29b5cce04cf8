//! Copies from every engine to every engine.

use crate::bulk_actions::touched;
use crate::sessions::sign_in;
use crate::views::view;
use crate::{ENGINES, Engine, HERE, SMALL_IMPORT, id, imported, key, typed};
use rusqlite::Connection;
use std::sync::atomic::{AtomicBool, Ordering};
use store::admin::copy::{self, CopiedTable, CopyWatch};
use store::contacts::ContactRow;
use store::contacts::change_feed::{self, Touched};
use store::contacts::not_duplicates::{self, Pair};
use store::contacts::search_texts::SearchText;
use store::contacts::shares::{Access, Grantee, Share};
use store::contacts::trash::Trashed;
use store::contacts::{bulk_actions, match_keys, name_order, search_texts, shares, tombstones, trash};
use store::imports::Batch;
use store::imports::change_log::{Before, Change};
use store::imports::{change_log, leases, mappings};
use store::members::{
    api_tokens, devices, notifications, one_time_tokens, preferences, request_keys, second_factors, sessions, webhooks,
};
use store::workspace::{audit, custom_fields, settings, views, workspaces};
use store::{Error, ImportId, Member, Store, contacts, imports};

/// More than a few pages of contacts, and rows in every table.
const CONTACTS: u64 = 12_000;

fn fill(store: &Store) {
    store.write(|tx| workspaces::ensure_local(tx, 5)).unwrap();
    store
        .write(|tx| {
            let workspace = HERE;
            let rows: Vec<ContactRow> = (0..CONTACTS).map(imported).collect();
            contacts::insert_many(tx, workspace, &rows)?;
            let tagged = |n: u64| (key(&format!("eü{n}@example.com")), id(n));
            match_keys::insert_many(tx, workspace, (0..CONTACTS).map(tagged).collect())?;
            match_keys::insert_run(tx, workspace, vec![(key("p+12025550101"), id(1))])?;
            name_order::insert_run(tx, workspace, vec![("n".to_owned(), id(1))])?;
            name_order::insert_many(tx, workspace, (0..CONTACTS).map(|n| (format!("n{n}"), id(n))).collect())?;
            let text = |n| SearchText {
                contact: id(n),
                version: 100,
                text: format!("text {n}"),
            };
            search_texts::set_many(tx, workspace, &(0..10).map(text).collect::<Vec<_>>())?;
            let trashed = Trashed {
                contact: typed(CONTACTS + 1),
                at: 7,
                by: Member(1),
                shares: "[]".to_owned(),
            };
            trash::put_many(tx, workspace, std::slice::from_ref(&trashed))?;
            sessions::add(tx, workspace, &sign_in(1, 1, 10))?;
            sessions::lock_failures(tx, workspace, "a", 1)?;
            devices::put(tx, workspace, &[1; 32], Member(1), 1)?;
            api_tokens::add(tx, workspace, &crate::api_tokens::token(1, Member(1)))?;
            request_keys::claim(tx, workspace, Member(1), "k", &crate::request_keys::request("c", 1))?;
            webhooks::add(tx, workspace, &crate::webhooks::webhook("w", Member(1)))?;
            webhooks::deliveries::add(tx, workspace, "w", &[crate::webhooks::delivery("d", 1)])?;
            second_factors::propose(tx, workspace, Member(1), &[2; 20])?;
            second_factors::set_codes(tx, workspace, Member(1), &[vec![3; 32], vec![4; 32]])?;
            let import = imports::create(tx, workspace, &SMALL_IMPORT, 1)?;
            assert!(leases::take(tx, workspace, import, "a", None)?);
            let batch = Batch {
                number: 0,
                first: id(0),
                last: id(CONTACTS),
                created: CONTACTS,
            };
            imports::add_batch(tx, workspace, import, &batch)?;
            mappings::put(tx, workspace, Member(1), 7, "[]", 1)?;
            let share = Share {
                contact: id(1),
                to: Grantee::Everyone,
                access: Access::Edit,
                by: Member(1),
                at: 7,
            };
            shares::put_many(tx, workspace, &[share])?;
            audit::add(tx, workspace, &crate::audit::entry(1))?;
            let password = one_time_tokens::Purpose::Password(Member(1));
            one_time_tokens::add(tx, workspace, &crate::one_time_tokens::link(1, password, 5))?;
            let action = bulk_actions::begin(tx, workspace, Member(1), "tag", 1)?;
            bulk_actions::note(tx, workspace, action, &[touched(1), touched(2)])?;
            views::add(tx, workspace, &view(1, true, "View"))?;
            not_duplicates::put_many(tx, workspace, Member(1), 7, &[Pair::new(id(1), id(2))])?;
            custom_fields::add(tx, workspace, &crate::custom_fields::SHOE, 1)?;
            settings::put(tx, workspace, "{}")?;
            preferences::put(tx, workspace, Member(1), "columns", "name")?;
            notifications::add(tx, workspace, &crate::notifications::notification(None, 1, 1))?;
            let change = |n, before| Change {
                contact: id(n),
                line: n,
                before,
            };
            let before = Before {
                version: 1,
                written_by: None,
                edited_by: None,
                body: "{}".to_owned(),
            };
            change_log::record(tx, workspace, ImportId(1), &[change(1, None), change(2, Some(before))])?;
            change_feed::note_day(tx, workspace, 1)?;
            contacts::external_ids::put(tx, workspace, Member(1), "shop:1", id(1))?;
            tombstones::put_many(tx, workspace, 1, &[(id(2), Grantee::Member(Member(1)))])?;
            change_feed::note(tx, workspace, &[Touched::Range(id(0), id(CONTACTS))])?;
            Ok::<_, Error>(())
        })
        .unwrap();
}

fn run(from: &Store, to: &Store) -> Result<Option<Vec<CopiedTable>>, Error> {
    let watch = CopyWatch {
        progress: &mut |_, _| {},
        stop: &AtomicBool::new(false),
    };
    copy::copy(from, to, "there", watch)
}

fn rows_of(copied: &[CopiedTable], table: &str) -> u64 {
    copied.iter().find(|t| t.table == table).unwrap().rows
}

/// Runs a test on every pair of engines.
fn on_every_pair(test: impl Fn(&Store, &Store)) {
    for (from, to) in ENGINES.iter().flat_map(|from| ENGINES.iter().map(move |to| (from, to))) {
        println!("from {} to {}", from.name, to.name);
        let open = |engine: &Engine| (engine.open)();
        if let (Some(from), Some(to)) = (open(from), open(to)) {
            test(&from.store, &to.store);
        }
    }
}

#[test]
fn everything_arrives() {
    on_every_pair(|from, to| {
        fill(from);
        let copied = run(from, to).unwrap().unwrap();
        assert_eq!(rows_of(&copied, "contacts"), CONTACTS);
        for (table, _) in copy::tables() {
            assert!(rows_of(&copied, table) > 0, "{table}");
        }
        assert!(!to.read(|tx| Ok::<_, Error>(copy::unfinished(tx)?.is_some())).unwrap());
        let page = |store: &Store| store.read(|tx| contacts::page(tx, HERE, None, CONTACTS)).unwrap();
        assert_eq!(page(to), page(from));
        // A target that is not empty is refused, even if it is a finished copy.
        assert!(matches!(run(from, to), Err(Error::NotEmpty)));
    });
}

#[test]
fn a_copy_that_was_interrupted_goes_on() {
    on_every_pair(|from, to| {
        fill(from);
        let stop = AtomicBool::new(false);
        let watch = CopyWatch {
            progress: &mut |table, rows| stop.store(table == "contacts" && rows > 5_000, Ordering::Relaxed),
            stop: &stop,
        };
        assert_eq!(copy::copy(from, to, "there", watch).unwrap(), None);
        assert_eq!(to.read(copy::unfinished).unwrap().as_deref(), Some("there"));
        let elsewhere = CopyWatch {
            progress: &mut |_, _| {},
            stop: &AtomicBool::new(false),
        };
        let other = copy::copy(from, to, "elsewhere", elsewhere);
        assert!(matches!(other, Err(Error::HalfCopied { .. })));
        // Change a row that the interrupted copy has already copied.
        let changed = ContactRow {
            body: r#"{"n":"new"}"#.to_owned(),
            ..imported(3)
        };
        from.write(|tx| contacts::update_many(tx, HERE, std::slice::from_ref(&changed)))
            .unwrap();
        let mut pages = 0;
        let watch = CopyWatch {
            progress: &mut |_, _| pages += 1,
            stop: &AtomicBool::new(false),
        };
        let copied = copy::copy(from, to, "there", watch).unwrap().unwrap();
        assert_eq!(rows_of(&copied, "contacts"), CONTACTS);
        assert_eq!(to.read(|tx| contacts::get(tx, HERE, id(3))).unwrap(), Some(changed));
        assert!(pages > 4);
    });
}

#[test]
fn a_source_that_is_written_to_is_no_source() {
    on_every_pair(|from, to| {
        fill(from);
        let watch = CopyWatch {
            progress: &mut |table, _| {
                if table == "imports" {
                    from.write(|tx| workspaces::begin_change(tx, HERE)).unwrap();
                }
            },
            stop: &AtomicBool::new(false),
        };
        let copied = copy::copy(from, to, "there", watch);
        assert!(matches!(copied, Err(Error::CopyDiffers { .. })), "{copied:?}");
        assert!(to.read(copy::unfinished).unwrap().is_some());
        assert!(
            run(from, to).unwrap().is_some(),
            "the next copy brings what was missing"
        );
    });
}

#[test]
fn no_table_and_no_column_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    drop(Store::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    let listed = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    };
    let mut known = copy::tables();
    known.sort();
    let tables = listed(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
         AND name NOT IN ('refinery_schema_history', 'installation') ORDER BY name",
    );
    assert_eq!(tables, known.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for (table, mut columns) in known {
        let mut there = listed(&format!("SELECT name FROM pragma_table_info('{table}')"));
        there.sort();
        columns.sort_unstable();
        assert_eq!(there, columns, "{table}");
    }
}

#[test]
fn every_table_is_distributed_by_its_workspace() {
    let script = include_str!("../../migrations/citus.sql");
    for (table, columns) in copy::tables() {
        assert_eq!(columns[0], "workspace_id");
        let statement = format!("create_distributed_table('{table}', 'workspace_id'");
        assert_eq!(script.matches(&statement).count(), 1, "{table}");
    }
}
