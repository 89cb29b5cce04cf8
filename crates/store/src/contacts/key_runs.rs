//! Match keys of large imports on their way into the table of match keys.
//!
//! The keys of a batch lie all over that table, so that writing them costs as much as the table is large. A run holds those
//! of one batch in order and is written behind the last one; many runs are merged into the table at once. Until then
//! `match_keys` looks into both.

use crate::engine::{Lookup, OnConflict, Table, Tx, Value};
use crate::error::Result;
use crate::ids::Workspace;
use model::{ContactId, MatchKey};

pub(crate) const TABLE: Table<3> = Table {
    name: "contact_key_runs",
    columns: ["workspace_id", "run_key", "contact_id"],
};

pub(super) const BY_KEY: Lookup = Lookup {
    table: "contact_key_runs",
    key: "run_key",
    columns: "contact_id",
    order: "contact_id",
};

pub(super) const BY_KEY_WITH_ORIGIN: Lookup = Lookup {
    columns: "contact_id, (SELECT c.created_import FROM contacts c
              WHERE c.workspace_id = contact_key_runs.workspace_id AND c.contact_id = contact_key_runs.contact_id)",
    ..BY_KEY
};

/// A run, by what its keys begin with: four hexadecimal figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyRun(String);

impl KeyRun {
    const LENGTH: usize = 4;

    fn new(number: u16) -> Self {
        Self(format!("{number:04x}"))
    }

    /// A key as this run has it.
    pub(super) fn key(&self, key: &MatchKey) -> String {
        format!("{}{}", self.0, key.as_stored())
    }

    pub(super) fn number(&self) -> u16 {
        // Only this module writes run numbers. Anything else counts as the last run and is merged with the others.
        u16::from_str_radix(&self.0, 16).unwrap_or(u16::MAX)
    }
}

/// The runs of a workspace, in order.
pub(super) fn all(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<KeyRun>> {
    let sql = "SELECT run_key FROM contact_key_runs WHERE workspace_id = $1 AND run_key >= $2 ORDER BY run_key LIMIT 1";
    let mut runs: Vec<KeyRun> = Vec::new();
    loop {
        let from = match runs.last().map(KeyRun::number) {
            None => KeyRun::new(0),
            Some(u16::MAX) => return Ok(runs),
            Some(last) => KeyRun::new(last + 1),
        };
        let values = [workspace.into(), Value::Text(&from.0)];
        let next = tx.query_one("looking for runs of match keys", sql, &values, |row| {
            Ok(KeyRun(row.text(0)?.chars().take(KeyRun::LENGTH).collect()))
        })?;
        match next {
            Some(run) => runs.push(run),
            None => return Ok(runs),
        }
    }
}

/// Writes keys, which are sorted, as one more run; says which.
pub(super) fn insert<'k>(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    runs: &[KeyRun],
    keys: impl ExactSizeIterator<Item = &'k (MatchKey, ContactId)>,
) -> Result<u16> {
    let next = runs.last().map_or(0, |last| last.number().saturating_add(1));
    let run = KeyRun::new(next);
    // All texts in one: a run has hundreds of thousands.
    let mut text = String::new();
    let mut ends = Vec::with_capacity(keys.len());
    for (key, id) in keys {
        text.push_str(&run.0);
        text.push_str(key.as_stored());
        ends.push((text.len(), *id));
    }
    let mut begin = 0;
    let rows = ends.iter().map(|(end, id)| {
        let key = &text[std::mem::replace(&mut begin, *end)..*end];
        [workspace.into(), Value::Text(key), Value::id(id)]
    });
    tx.bulk_insert("adding a run of match keys", &TABLE, OnConflict::Keep, rows)?;
    Ok(next)
}

/// Deletes keys of a run; says how many there were.
pub(super) fn delete(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    run: &KeyRun,
    keys: &[(MatchKey, ContactId)],
) -> Result<u64> {
    let keys: Vec<(String, ContactId)> = keys.iter().map(|(key, id)| (run.key(key), *id)).collect();
    let rows = keys
        .iter()
        .map(|(key, id)| [workspace.into(), Value::Text(key), Value::id(id)]);
    tx.bulk_delete("deleting match keys", &TABLE, rows)
}

/// Moves the keys of all runs of a workspace into the table of match keys, in order.
pub(super) fn merge(tx: &mut Tx<'_>, workspace: Workspace) -> Result<()> {
    tx.execute(
        "merging match keys",
        "INSERT INTO contact_keys (workspace_id, match_key, contact_id)
         SELECT workspace_id, substr(run_key, 5), contact_id FROM contact_key_runs WHERE workspace_id = $1
         ORDER BY substr(run_key, 5), contact_id
         ON CONFLICT DO NOTHING",
        &[workspace.into()],
    )?;
    tx.delete_all("deleting runs of match keys", &TABLE, workspace)
}
