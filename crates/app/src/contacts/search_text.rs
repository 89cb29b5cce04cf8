//! Finding contacts by words: what each is found by, and keeping those texts up to date.
//!
//! Owns the search text of a contact and the two ways to bring texts up to date: with the contact, where a person
//! changes one, and afterwards in steps, where an import has changed many.

use crate::App;
use crate::access::Actor;
use crate::contacts::write::write_texts;
use crate::error::Error;
use model::ContactId;
use store::contacts::search_texts;
use store::workspace::workspaces;
use store::{Tx, Workspace};

/// Contacts of one step.
const STEP: u64 = 5_000;
/// An import that changed at most so many contacts writes their texts before it ends.
const AT_ONCE: u64 = 20_000;

/// What bringing the search texts up to date came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    pub contacts: u64,
    /// Whether every contact has its current text now. If not, there is more to do.
    pub complete: bool,
}

impl App {
    /// Brings the search texts of at most about `limit` contacts up to date, in steps that each commit and let others write
    /// in between. It can be called at any time, by several processes too; with nothing to do it costs one small question.
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

    /// Brings the search texts up to date after an import that created or changed so many contacts. After a large one it
    /// does nothing: that would keep people waiting, and anyone who works in the background does it.
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

/// What one step did.
struct Step {
    written: u64,
    /// The contact to go on behind; none at the end.
    last: Option<ContactId>,
    complete: bool,
}

/// Writes the texts of some contacts that have no current one. The last step notes that texts are complete, if nobody
/// has changed a contact since `changes` were counted.
fn step(tx: &mut Tx<'_>, workspace: Workspace, after: Option<ContactId>, changes: i64) -> Result<Step, store::Error> {
    // Nobody may change a contact between the look at it and the writing of its text.
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
