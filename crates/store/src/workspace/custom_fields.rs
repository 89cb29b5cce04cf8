//! Custom fields of a workspace: their names, kinds, choices and order.
//!
//! A field is archived, never deleted, because contacts may have values for it.

use crate::engine::{Table, Tx, Value};
use crate::error::Result;
use crate::ids::Workspace;

/// A custom field's number in its workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub i64);

/// A custom field as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub id: FieldId,
    pub name: String,
    /// The kind of its values, in the words of `model`.
    pub kind: String,
    /// Its position in the order of the fields.
    pub position: i64,
    /// When it was archived, in UTC microseconds; `None` while it is offered.
    pub archived_at: Option<i64>,
    /// When it was created, in UTC microseconds.
    pub created_at: i64,
    /// Its choices, as JSON.
    pub choices: String,
}

/// The values of a new field.
#[derive(Clone, Copy, Debug)]
pub struct NewField<'a> {
    pub name: &'a str,
    /// The kind of its values, in the words of `model`.
    pub kind: &'a str,
    /// Its choices, as JSON.
    pub choices: &'a str,
}

pub(crate) const TABLE: Table<8> = Table {
    name: "custom_fields",
    columns: [
        "workspace_id",
        "field_id",
        "name",
        "kind",
        "position",
        "archived_at",
        "created_at",
        "choices",
    ],
};

/// Returns all fields in their order, archived ones last.
pub fn list(tx: &mut Tx<'_>, workspace: Workspace) -> Result<Vec<Field>> {
    tx.query(
        "reading custom fields",
        "SELECT field_id, name, kind, position, archived_at, created_at, choices FROM custom_fields
         WHERE workspace_id = $1
         ORDER BY CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END, position, field_id",
        &[workspace.into()],
        |row| {
            Ok(Field {
                id: FieldId(row.int(0)?),
                name: row.text(1)?.to_owned(),
                kind: row.text(2)?.to_owned(),
                position: row.int(3)?,
                archived_at: row.opt_int(4)?,
                created_at: row.int(5)?,
                choices: row.text(6)?.to_owned(),
            })
        },
    )
}

/// Adds a field after all others.
///
/// # Errors
/// [`Error::Conflict`](crate::error::Error::Conflict) if another process took the number at the same moment: try again.
pub fn add(tx: &mut Tx<'_>, workspace: Workspace, field: &NewField<'_>, now: i64) -> Result<FieldId> {
    let next = "SELECT coalesce(max(field_id), 0) + 1, coalesce(max(position), 0) + 1 FROM custom_fields
                WHERE workspace_id = $1";
    let next = tx.query_one("numbering a custom field", next, &[workspace.into()], |row| {
        Ok((row.int(0)?, row.int(1)?))
    })?;
    let (id, position) = next.unwrap_or((1, 1));
    tx.execute(
        "adding a custom field",
        "INSERT INTO custom_fields (workspace_id, field_id, name, kind, position, archived_at, created_at, choices)
         VALUES ($1, $2, $3, $4, $5, NULL, $6, $7)",
        &[
            workspace.into(),
            Value::Int(id),
            Value::Text(field.name),
            Value::Text(field.kind),
            Value::Int(position),
            Value::Int(now),
            Value::Text(field.choices),
        ],
    )?;
    Ok(FieldId(id))
}

/// Replaces the choices of a field; returns whether the field exists.
pub fn set_choices(tx: &mut Tx<'_>, workspace: Workspace, id: FieldId, choices: &str) -> Result<bool> {
    let changed = tx.execute(
        "changing the choices of a field",
        "UPDATE custom_fields SET choices = $3 WHERE workspace_id = $1 AND field_id = $2",
        &[workspace.into(), Value::Int(id.0), Value::Text(choices)],
    )?;
    Ok(changed == 1)
}

/// Moves a field to another position; returns whether the field exists.
pub fn set_position(tx: &mut Tx<'_>, workspace: Workspace, id: FieldId, position: i64) -> Result<bool> {
    let changed = tx.execute(
        "moving a field",
        "UPDATE custom_fields SET position = $3 WHERE workspace_id = $1 AND field_id = $2",
        &[workspace.into(), Value::Int(id.0), Value::Int(position)],
    )?;
    Ok(changed == 1)
}

/// Archives a field at the moment `at`, or restores it if `at` is `None`; returns whether the field exists.
pub fn set_archived(tx: &mut Tx<'_>, workspace: Workspace, id: FieldId, at: Option<i64>) -> Result<bool> {
    let changed = tx.execute(
        "archiving a field",
        "UPDATE custom_fields SET archived_at = $3 WHERE workspace_id = $1 AND field_id = $2",
        &[workspace.into(), Value::Int(id.0), at.into()],
    )?;
    Ok(changed == 1)
}
