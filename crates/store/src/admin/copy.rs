//! Copies a whole database into another one, of either engine, and compares checksums.
//!
//! Copies workspace by workspace, in the order of the primary keys, so that an interrupted copy continues after the
//! last row that arrived. The files of imports are not in the database and are copied by `app`.

use crate::contacts::{
    bulk_actions, change_feed, external_ids, match_keys, name_order, not_duplicates, search_texts, shares, tombstones,
    trash,
};
use crate::engine::{OnConflict, Row, Table, Tx, Value};
use crate::error::{Error, Result};
use crate::ids::Workspace;
use crate::imports::{change_log, mappings};
use crate::members::{
    api_tokens, devices, notifications, one_time_tokens, preferences, request_keys, second_factors, sessions, webhooks,
};
use crate::workspace::{audit, custom_fields, settings, views};
use crate::{Store, contacts};
use std::sync::atomic::{AtomicBool, Ordering};
use xxhash_rust::xxh3::Xxh3;

/// Rows that are read and written at once.
const PAGE: u64 = 5_000;

/// How often to copy a table, because rows of an interrupted copy may differ from the source.
const ATTEMPTS: usize = 2;

/// The name of the row in `installation` that marks a database into which a copy is not finished.
const MARK: &str = "copying from";

/// A table that was copied, all workspaces together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    pub table: &'static str,
    /// How many rows it has, on both sides.
    pub rows: u64,
    /// The checksum of all its rows in order, on both sides.
    pub checksum: u128,
}

/// Receives the progress of a copy, and tells whether to stop it.
pub struct CopyWatch<'a> {
    /// Called after every page, with the table and the number of its rows copied so far in the current workspace.
    pub progress: &'a mut dyn FnMut(&'static str, u64),
    /// Set to stop after the current page; the copy can be resumed.
    pub stop: &'a AtomicBool,
}

/// A table, and how many of its first columns are its key. The workspace is the first column.
struct Copied<const N: usize> {
    table: &'static Table<N>,
    key: usize,
}

/// A value that owns its data.
#[derive(Clone)]
enum Owned {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// The operations of a copy on one table, independent of the table's number of columns.
trait AnyTable {
    fn name(&self) -> &'static str;
    fn columns(&self) -> Vec<&'static str>;
    fn copy(&self, copy: &mut Copy<'_, '_, '_>, workspace: Workspace) -> Result<()>;
    fn sum(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<(u64, u128)>;
    fn clear(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<u64>;
}

/// The tables that are written row by row and so have no list of columns of their own.
const WORKSPACES: Table<5> = Table {
    name: "workspaces",
    columns: ["workspace_id", "name", "created_at", "changes", "texts_at"],
};
const MEMBERS: Table<9> = Table {
    name: "members",
    columns: [
        "workspace_id",
        "member_id",
        "name",
        "email",
        "role",
        "created_at",
        "password_hash",
        "state",
        "seen_at",
    ],
};
const IMPORTS: Table<15> = Table {
    name: "imports",
    columns: [
        "workspace_id",
        "import_id",
        "owner_id",
        "file_name",
        "file_size",
        "state",
        "plan",
        "rows_done",
        "counts",
        "rejected_bytes",
        "created_at",
        "updated_at",
        "finished_at",
        "holder",
        "forgotten_at",
    ],
};
const LEASES: Table<4> = Table {
    name: "import_leases",
    columns: ["workspace_id", "import_id", "holder", "renewed_at"],
};
const BATCHES: Table<6> = Table {
    name: "import_batches",
    columns: [
        "workspace_id",
        "import_id",
        "batch_no",
        "first_contact",
        "last_contact",
        "created",
    ],
};

const fn keyed<const N: usize>(table: &'static Table<N>, key: usize) -> Copied<N> {
    Copied { table, key }
}

/// Every table but `installation`, which is about the database itself, each with the length of its key.
const TABLES: &[&dyn AnyTable] = &[
    &keyed(&WORKSPACES, 1),
    &keyed(&MEMBERS, 2),
    &keyed(&sessions::TABLE, 2),
    &keyed(&sessions::FAILURES, 2),
    &keyed(&devices::TABLE, 3),
    &keyed(&api_tokens::TABLE, 2),
    &keyed(&request_keys::TABLE, 3),
    &keyed(&webhooks::TABLE, 2),
    &keyed(&webhooks::deliveries::TABLE, 3),
    &keyed(&second_factors::TABLE, 2),
    &keyed(&second_factors::CODES, 3),
    &keyed(&contacts::TABLE, 2),
    &keyed(&match_keys::TABLE, 3),
    &keyed(&match_keys::BLOCKS, 3),
    &keyed(&name_order::TABLE, 3),
    &keyed(&name_order::BLOCKS, 3),
    &keyed(&search_texts::TABLE, 2),
    &keyed(&trash::TABLE, 2),
    &keyed(&IMPORTS, 2),
    &keyed(&LEASES, 2),
    &keyed(&BATCHES, 3),
    &keyed(&change_log::TABLE, 3),
    &keyed(&change_feed::TABLE, 3),
    &keyed(&tombstones::TABLE, 4),
    &keyed(&external_ids::TABLE, 3),
    &keyed(&change_feed::DAYS, 2),
    &keyed(&mappings::TABLE, 3),
    &keyed(&shares::TABLE, 3),
    &keyed(&audit::TABLE, 2),
    &keyed(&one_time_tokens::TABLE, 2),
    &keyed(&bulk_actions::TABLE, 2),
    &keyed(&bulk_actions::TOUCHED, 3),
    &keyed(&views::TABLE, 2),
    &keyed(&not_duplicates::TABLE, 3),
    &keyed(&custom_fields::TABLE, 2),
    &keyed(&settings::TABLE, 1),
    &keyed(&preferences::TABLE, 3),
    &keyed(&notifications::TABLE, 5),
];

/// A copy under way.
struct Copy<'a, 'from, 'w> {
    from: &'a mut Tx<'from>,
    to: &'a Store,
    watch: &'a mut CopyWatch<'w>,
}

/// Copies everything in `from` into `to`, which must be empty or hold an unfinished copy from the same `name`; then
/// reads both sides and compares them. Until that has succeeded, `to` must only be opened for a copy. Returns `None` if
/// the copy was stopped.
///
/// # Errors
/// [`Error::NotEmpty`], [`Error::CopyDiffers`].
pub fn copy(from: &Store, to: &Store, name: &str, mut watch: CopyWatch<'_>) -> Result<Option<Vec<CopiedTable>>> {
    to.write(|tx| mark(tx, name))?;
    let copied = from.read(|tx| {
        let workspaces = workspaces(tx)?;
        let mut copy = Copy {
            from: tx,
            to,
            watch: &mut watch,
        };
        TABLES.iter().map(|table| copy.table(*table, &workspaces)).collect()
    });
    let copied: Vec<CopiedTable> = match copied {
        Err(Error::Stopped) => return Ok(None),
        copied => copied?,
    };
    refuse_changes(from, &copied)?;
    to.write(|tx| {
        tx.execute(
            "finishing a copy",
            "DELETE FROM installation WHERE name = $1",
            &[Value::Text(MARK)],
        )
    })?;
    Ok(Some(copied))
}

/// Marks the target of a copy; refuses a database that holds anything else.
fn mark(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    if let Some(known) = unfinished(tx)? {
        return if known == name {
            Ok(())
        } else {
            Err(Error::HalfCopied { from: known })
        };
    }
    if !workspaces(tx)?.is_empty() {
        return Err(Error::NotEmpty);
    }
    tx.execute(
        "beginning a copy",
        "INSERT INTO installation (name, value) VALUES ($1, $2)",
        &[Value::Text(MARK), Value::Text(name)],
    )?;
    Ok(())
}

/// Returns the source of an unfinished copy into this database. While there is one, the database must not be used.
pub fn unfinished(tx: &mut Tx<'_>) -> Result<Option<String>> {
    tx.query_one(
        "looking for an unfinished copy",
        "SELECT value FROM installation WHERE name = $1",
        &[Value::Text(MARK)],
        |row| row.text(0).map(str::to_owned),
    )
}

fn workspaces(tx: &mut Tx<'_>) -> Result<Vec<Workspace>> {
    let sql = "SELECT workspace_id FROM workspaces ORDER BY workspace_id";
    tx.query("reading workspaces", sql, &[], |row| row.int(0).map(Workspace))
}

/// Refuses a source that was changed during the copy: the copy is of one moment, and later writes must not be lost
/// silently.
fn refuse_changes(from: &Store, copied: &[CopiedTable]) -> Result<()> {
    for (table, copied) in TABLES.iter().zip(copied) {
        // These two change with every write: a change of contacts is counted, an import records its progress.
        if !["workspaces", "imports"].contains(&table.name()) {
            continue;
        }
        let now = from.read(|tx| {
            let workspaces = workspaces(tx)?;
            sum_of(*table, tx, &workspaces)
        })?;
        if now != *copied {
            return Err(Error::CopyDiffers {
                table: table.name(),
                why: "the database that is copied was written to meanwhile; stop what writes to it and copy again",
            });
        }
    }
    Ok(())
}

fn sum_of(table: &dyn AnyTable, tx: &mut Tx<'_>, workspaces: &[Workspace]) -> Result<CopiedTable> {
    let mut all = CopiedTable::none_of(table.name());
    for workspace in workspaces {
        all.add(table.sum(tx, *workspace)?);
    }
    Ok(all)
}

impl CopiedTable {
    fn none_of(table: &'static str) -> Self {
        Self {
            table,
            rows: 0,
            checksum: 0,
        }
    }

    fn add(&mut self, (rows, checksum): (u64, u128)) {
        self.rows += rows;
        let mut both = Xxh3::new();
        both.update(&self.checksum.to_le_bytes());
        both.update(&checksum.to_le_bytes());
        self.checksum = both.digest128();
    }
}

impl Copy<'_, '_, '_> {
    fn table(&mut self, table: &dyn AnyTable, workspaces: &[Workspace]) -> Result<CopiedTable> {
        let mut copied = CopiedTable::none_of(table.name());
        for workspace in workspaces {
            copied.add(self.until_equal(table, *workspace)?);
        }
        Ok(copied)
    }

    /// Copies a table until both sides are equal. Rows of an earlier, interrupted copy may be older; then the table is
    /// cleared and copied once more.
    fn until_equal(&mut self, table: &dyn AnyTable, workspace: Workspace) -> Result<(u64, u128)> {
        let expected = table.sum(self.from, workspace)?;
        for attempt in 1..=ATTEMPTS {
            table.copy(self, workspace)?;
            if self.to.read(|tx| table.sum(tx, workspace))? == expected {
                return Ok(expected);
            }
            if attempt < ATTEMPTS {
                self.to.write(|tx| table.clear(tx, workspace))?;
            }
        }
        Err(Error::CopyDiffers {
            table: table.name(),
            why: "what arrived is not what was sent",
        })
    }
}

impl<const N: usize> AnyTable for Copied<N> {
    fn name(&self) -> &'static str {
        self.table.name
    }

    fn columns(&self) -> Vec<&'static str> {
        self.table.columns.to_vec()
    }

    fn copy(&self, copy: &mut Copy<'_, '_, '_>, workspace: Workspace) -> Result<()> {
        let mut last = copy.to.read(|tx| self.last(tx, workspace))?;
        let mut rows = 0;
        loop {
            let page = self.page(copy.from, workspace, last.as_deref())?;
            let Some(end) = page.last() else { return Ok(()) };
            last = Some(end[1..self.key].to_vec());
            rows += page.len() as u64;
            copy.to.write(|tx| {
                let values = page.iter().map(|row| row.each_ref().map(Owned::as_value));
                tx.bulk_insert("copying rows", self.table, OnConflict::Fail, values)
            })?;
            (copy.watch.progress)(self.table.name, rows);
            if copy.watch.stop.load(Ordering::Relaxed) {
                return Err(Error::Stopped);
            }
        }
    }

    /// Returns the number of rows and their checksum, in the order of the key.
    fn sum(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<(u64, u128)> {
        let sql = self.rows_in_order("");
        let (mut rows, mut sum) = (0, Xxh3::new());
        tx.for_each("summing up a table", &sql, &[workspace.into()], &mut |row| {
            rows += 1;
            (0..N).try_for_each(|column| row.value(column).map(|value| add(&mut sum, value)))
        })?;
        Ok((rows, sum.digest128()))
    }

    fn clear(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<u64> {
        let sql = format!("DELETE FROM {} WHERE workspace_id = $1", self.table.name);
        tx.execute("clearing a table", &sql, &[workspace.into()])
    }
}

impl<const N: usize> Copied<N> {
    /// Builds the query for the rows of a workspace that match a condition, in the order of the key.
    fn rows_in_order(&self, condition: &str) -> String {
        format!(
            "SELECT {} FROM {} WHERE workspace_id = $1{condition} ORDER BY {}",
            self.table.columns.join(", "),
            self.table.name,
            self.table.columns[..self.key].join(", "),
        )
    }

    /// Returns the key of the last row that exists, without the workspace.
    fn last(&self, tx: &mut Tx<'_>, workspace: Workspace) -> Result<Option<Vec<Owned>>> {
        let key = &self.table.columns[..self.key];
        let sql = format!(
            "SELECT {} FROM {} WHERE workspace_id = $1 ORDER BY {} DESC LIMIT 1",
            key.join(", "),
            self.table.name,
            key.join(" DESC, "),
        );
        let width = self.key;
        tx.query_one("looking how far a copy is", &sql, &[workspace.into()], |row| {
            (1..width).map(|column| Owned::read(row, column)).collect()
        })
    }

    fn page(&self, tx: &mut Tx<'_>, workspace: Workspace, after: Option<&[Owned]>) -> Result<Vec<[Owned; N]>> {
        let behind = match after {
            None => String::new(),
            // The workspace is the whole key, so its only row is there already.
            Some([]) => return Ok(Vec::new()),
            Some(after) => {
                let places: Vec<String> = (0..after.len()).map(|i| format!("${}", i + 2)).collect();
                format!(
                    " AND ({}) > ({})",
                    self.table.columns[1..self.key].join(", "),
                    places.join(", ")
                )
            }
        };
        let sql = format!("{} LIMIT {PAGE}", self.rows_in_order(&behind));
        let mut values = vec![workspace.into()];
        values.extend(after.into_iter().flatten().map(Owned::as_value));
        tx.query("reading rows to copy", &sql, &values, |row| {
            let mut values = [const { Owned::Null }; N];
            for (column, value) in values.iter_mut().enumerate() {
                *value = Owned::read(row, column)?;
            }
            Ok(values)
        })
    }
}

impl Owned {
    fn read(row: &Row<'_>, column: usize) -> Result<Self> {
        Ok(match row.value(column)? {
            Value::Null => Self::Null,
            Value::Int(int) => Self::Int(int),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Blob(bytes) => Self::Blob(bytes.to_vec()),
        })
    }

    fn as_value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(int) => Value::Int(*int),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

/// Adds a value to a checksum, with its kind and its length, so that different rows never add the same bytes.
fn add(sum: &mut Xxh3, value: Value<'_>) {
    let mut bytes = |kind: u8, bytes: &[u8]| {
        sum.update(&[kind]);
        sum.update(&(bytes.len() as u64).to_le_bytes());
        sum.update(bytes);
    };
    match value {
        Value::Null => bytes(0, &[]),
        Value::Int(int) => bytes(1, &int.to_le_bytes()),
        Value::Text(text) => bytes(2, text.as_bytes()),
        Value::Blob(blob) => bytes(3, blob),
    }
}

/// Returns every table with its columns, for comparing this list with the schema.
pub fn tables() -> Vec<(&'static str, Vec<&'static str>)> {
    TABLES.iter().map(|table| (table.name(), table.columns())).collect()
}
