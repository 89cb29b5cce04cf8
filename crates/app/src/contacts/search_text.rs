//! Keeping the search texts of contacts up to date.
//!
//! A text is written together with its contact where a person changes one, and afterwards in steps where an import has
//! changed many.

use crate::App;
use crate::access::Actor;
use crate::contacts::write::write_texts;
use crate::error::Error;
use model::ContactId;
use store::contacts::search_texts;
use store::workspace::workspaces;
use store::{Tx, Workspace};

/// Contacts per step.
const STEP: u64 = 5_000;
/// An import that changed at most this many contacts writes their texts before it ends.
const AT_ONCE: u64 = 20_000;

/// The result of updating search texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    pub contacts: u64,
    /// Whether every contact has its current text now; if not, there is more to do.
    pub complete: bool,
}

impl App {
    /// Updates the search texts of up to about `limit` contacts, in steps that each commit and let others write in
    /// between. It can be called at any time, also by several processes; if there is nothing to do it costs one small
    /// query.
    pub fn index_texts(&self, actor: Actor, limit: u64) -> Result<Indexed, Error> {
        let workspace = actor.workspace;
        let (changes, texts_at) = self.store.read(|tx| workspaces::changes(tx, workspace))?;
        let mut indexed = Indexed {
            contacts: 0,
            complete: texts_at == changes,
        };
        let mut after = None;
        while !indexed.complete && indexed.contacts < limit {
            let step = self.store.write(|tx| step(tx, workspace, after, changes))?;
            indexed.contacts += step.written;
            indexed.complete = step.complete;
            match step.last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        Ok(indexed)
    }

    /// Updates the search texts after an import that created or changed `changed` contacts. After a large import it
    /// does nothing: members would have to wait, so the background worker does it.
    ///
    /// # Errors
    /// The database fails. The import is complete nevertheless, and searching works, only more slowly.
    pub fn index_texts_after(&self, actor: Actor, changed: u64) -> Result<(), Error> {
        if changed <= AT_ONCE {
            self.index_texts(actor, AT_ONCE)?;
        }
        Ok(())
    }
}

/// The result of one step.
struct Step {
    written: u64,
    /// The contact after which the next step begins; `None` at the end.
    last: Option<ContactId>,
    complete: bool,
}

/// Writes the texts of some contacts whose text is out of date. The last step records that all texts are complete,
/// unless a contact was changed since `changes` was read.
fn step(tx: &mut Tx<'_>, workspace: Workspace, after: Option<ContactId>, changes: i64) -> Result<Step, store::Error> {
    // No other transaction may change a contact between the read and the write of its text.
    workspaces::queue(tx, workspace)?;
    let stale = search_texts::page_stale(tx, workspace, after, STEP)?;
    write_texts(tx, workspace, &stale)?;
    let written = stale.len() as u64;
    let at_end = written < STEP;
    let complete = at_end && workspaces::changes(tx, workspace)?.0 == changes;
    if complete {
        workspaces::set_texts_at(tx, workspace, changes)?;
    }
    Ok(Step {
        written,
        last: stale.last().map(|row| row.id).filter(|_| !at_end),
        complete,
    })
}
