//! Search texts: the words by which each contact is found, and the search through them.
//!
//! A text is current while it has its contact's version. A caller that deletes a contact, or restores an earlier
//! version of it, deletes the text in the same transaction, because that version may be given again to other values.
//! Whether all texts are current is in [`workspaces::changes`](crate::workspace::workspaces::changes).

use crate::contacts::{self, ContactRow, columns, selected, with_columns};
use crate::engine::{OnConflict, Table, Tx, Value};
use crate::error::Result;
use crate::ids::Workspace;
use model::{ContactId, Version};

/// The text by which one contact is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchText {
    pub contact: ContactId,
    /// The version of the contact that the text was made from.
    pub version: Version,
    /// The text, in lower case.
    pub text: String,
}

/// A word to search for, in lower case. No character is a wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// A text that may occur instead: the digits of a number.
    pub digits: Option<String>,
}

impl Word {
    fn spellings(&self) -> impl Iterator<Item = &str> {
        [Some(self.text.as_str()), self.digits.as_deref()].into_iter().flatten()
    }
}

pub(crate) const TABLE: Table<4> = Table {
    name: "contact_texts",
    columns: ["workspace_id", "contact_id", "version", "search_text"],
};

const IDENTITY: Table<2> = Table {
    name: "contact_texts",
    columns: ["workspace_id", "contact_id"],
};

/// Writes the search texts of contacts, replacing earlier ones. Fastest in the order of the contacts' ids.
///
/// # Errors
/// [`Error::Conflict`](crate::error::Error::Conflict) if a contact occurs twice.
pub fn set_many(tx: &mut Tx<'_>, workspace: Workspace, texts: &[SearchText]) -> Result<()> {
    let ids: Vec<ContactId> = texts.iter().map(|text| text.contact).collect();
    delete_many(tx, workspace, &ids)?;
    let rows = texts.iter().map(|text| {
        [
            workspace.into(),
            Value::id(&text.contact),
            Value::Int(text.version),
            Value::Text(&text.text),
        ]
    });
    tx.bulk_insert("writing search texts", &TABLE, OnConflict::Fail, rows)?;
    Ok(())
}

/// Deletes the texts of contacts; returns how many there were.
pub fn delete_many(tx: &mut Tx<'_>, workspace: Workspace, ids: &[ContactId]) -> Result<u64> {
    let rows = ids.iter().map(|id| [workspace.into(), Value::id(id)]);
    tx.bulk_delete("deleting search texts", &IDENTITY, rows)
}

/// Returns the next contacts after `after` that have no current text, at most `limit`, in the order of their ids.
pub fn page_stale(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<ContactRow>> {
    tx.query(
        "looking for contacts without search text",
        concat!(
            "SELECT ",
            columns!(),
            " FROM contacts c LEFT JOIN contact_texts t ON t.workspace_id = $1 AND t.contact_id = c.contact_id
             WHERE c.workspace_id = $1 AND c.contact_id > $2 AND (t.version IS NULL OR t.version <> c.version)
             ORDER BY c.contact_id LIMIT $3"
        ),
        &[workspace.into(), Value::after(after.as_ref()), Value::count(limit)],
        contacts::read,
    )
}

/// Returns the next contacts after `after` in whose current text every word occurs, at most `limit`, in the order of
/// their ids.
///
/// # Errors
/// SQLite refuses words of 50,000 bytes, and hundreds of words.
pub fn search(
    tx: &mut Tx<'_>,
    workspace: Workspace,
    words: &[Word],
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<ContactRow>> {
    let patterns: Vec<String> = words.iter().flat_map(Word::spellings).map(pattern).collect();
    let mut values = vec![workspace.into(), Value::after(after.as_ref()), Value::count(limit)];
    values.extend(patterns.iter().map(|pattern| Value::Text(pattern)));
    tx.query("searching", &search_sql(words), &values, contacts::read)
}

/// Builds the query; its values from the fourth on are the patterns of all words.
fn search_sql(words: &[Word]) -> String {
    let mut numbers = 4..;
    let occurs: String = words
        .iter()
        .map(|word| {
            let likes = word.spellings().zip(numbers.by_ref());
            let likes: Vec<String> = likes
                .map(|(_, number)| format!(r"t.search_text LIKE ${number} ESCAPE '\'"))
                .collect();
            format!(" AND ({})", likes.join(" OR "))
        })
        .collect();
    // CROSS JOIN, because SQLite then reads the texts in order and looks up only the contacts whose text matches.
    format!(
        "SELECT {} FROM contact_texts t CROSS JOIN contacts c
         WHERE t.workspace_id = $1 AND t.contact_id > $2{occurs}
           AND c.workspace_id = $1 AND c.contact_id = t.contact_id AND c.version = t.version
         ORDER BY t.contact_id LIMIT $3",
        columns!()
    )
}

/// Returns a LIKE pattern that matches exactly the texts that contain `text`.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
