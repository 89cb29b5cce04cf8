//! Merging several contacts of the directory into one.
//!
//! Checks the rights, refuses to merge contacts that have changed since they were shown, and runs in one transaction.
//! The other contacts are stored with the action, not in the trash: undoing the merge restores them.

use crate::App;
use crate::access;
use crate::access::Actor;
use crate::access::{CanEdit, Owns, Right};
use crate::contacts::bulk::ActionReport;
use crate::contacts::bulk::{ActionKind, AtEnd, Before, NOTHING_AT_END, Step};
use crate::contacts::stored::StoredContact;
use crate::contacts::stored::read;
use crate::contacts::write::Changes;
use crate::error::Error;
use crate::idempotency::{OnceAnswer, keep_answer};
use model::{ContactId, MergeChoices, Version, merge};
use std::cell::RefCell;
use std::collections::HashMap;
use store::Tx;
use store::contacts::ContactRow;
use store::contacts::external_ids;
use store::contacts::shares;

/// The maximum number of contacts merged at once.
pub const MERGED_AT_ONCE: usize = 10;

/// Contacts to be merged, and how.
#[derive(Clone, Debug)]
pub struct MergeRequest {
    /// The contact that is kept.
    pub kept: ContactId,
    /// The contacts that are merged into it and removed.
    pub gone: Vec<ContactId>,
    /// The versions that the member has seen. A contact that has another version now is not merged.
    pub seen: HashMap<ContactId, Version>,
    /// The chosen values; contacts are numbered from the kept one, followed by the others in their order.
    pub choices: MergeChoices,
}

impl App {
    /// Returns the contacts to be merged, in the order of `ids` without duplicates.
    ///
    /// # Errors
    /// [`Error::NoContact`] for the first contact that the member may not see.
    pub fn to_be_merged(&self, actor: Actor, ids: &[ContactId]) -> Result<Vec<StoredContact>, Error> {
        let mut found: Vec<StoredContact> = Vec::new();
        for id in ids.iter().take(MERGED_AT_ONCE) {
            if found.iter().all(|known| known.id != *id) {
                found.push(self.contact(actor, *id)?);
            }
        }
        Ok(found)
    }

    /// Returns why the member cannot merge contacts into the first of them; `None` if they can.
    pub fn merge_obstacle(contacts: &[StoredContact]) -> Option<String> {
        hindered(contacts)
    }

    /// Merges contacts. The member must have the right to edit the kept contact, and own the others.
    ///
    /// # Errors
    /// [`Error::NoContact`]; [`Error::Forbidden`]; [`Error::VersionConflict`] for the first contact that was changed
    /// since the member has seen it; [`Error::NoIdentity`] if the merged contact would have no name, company, email or
    /// phone.
    pub fn merge(&self, actor: Actor, request: &MergeRequest) -> Result<ActionReport, Error> {
        self.merge_many(actor, request, NOTHING_AT_END)
    }

    /// Merges contacts for a keyed request, whose answer has the kept contact.
    ///
    /// # Errors
    /// The errors of [`App::merge`].
    pub fn merge_once(
        &self,
        actor: Actor,
        request: &MergeRequest,
        once: Option<OnceAnswer<'_, (ActionReport, StoredContact)>>,
    ) -> Result<(ActionReport, StoredContact), Error> {
        let done = RefCell::new(None);
        let at_end = |tx: &mut Tx<'_>, report: &ActionReport| {
            let (right, row) = access::found(tx, actor, request.kept)?;
            let contact = read(&row)?;
            let result = (*report, StoredContact::of_row(tx, actor, right, &row, contact)?);
            keep_answer(tx, once, &result)?;
            done.replace(Some(result));
            Ok(())
        };
        self.merge_many(actor, request, &at_end)?;
        done.take().ok_or(Error::Broken)
    }

    fn merge_many(&self, actor: Actor, request: &MergeRequest, at_end: AtEnd<'_>) -> Result<ActionReport, Error> {
        let MergeRequest {
            kept, gone, choices, ..
        } = request;
        let mut ids = vec![*kept];
        for id in gone {
            if !ids.contains(id) {
                ids.push(*id);
            }
        }
        if !(2..=MERGED_AT_ONCE).contains(&ids.len()) {
            return Err(Error::Forbidden("contacts are merged two to ten at a time"));
        }
        let now = self.system.now();
        let about = format!("{} into one", ids.len());
        self.in_steps(actor, ActionKind::Merge, &about, &ids, at_end, |changes, _| {
            let kept = access::edit(changes.tx, actor, *kept)?;
            request.check_versions(&kept)?;
            let mut others = Vec::with_capacity(ids.len());
            for id in &ids[1..] {
                let other = access::own(changes.tx, actor, *id)?;
                request.check_versions(&other)?;
                others.push(other);
            }
            let touched = merge_into(changes, actor, kept, &others, choices, now)?;
            Ok(Step { touched, skipped: 0 })
        })
    }
}

/// Merges contacts in a transaction: removes the others, and returns the previous state of all.
pub(crate) fn merge_into(
    changes: &mut Changes<'_, '_>,
    actor: Actor,
    kept: CanEdit<ContactRow>,
    others: &[Owns<ContactRow>],
    choices: &MergeChoices,
    now: i64,
) -> Result<Vec<Before>, Error> {
    let mut values = vec![read(&kept)?];
    for other in others {
        values.push(read(other)?);
    }
    let merged = merge(&values.iter().collect::<Vec<_>>(), choices);
    if !merged.has_identity() {
        return Err(Error::NoIdentity);
    }
    let mut touched = Vec::with_capacity(values.len());
    for other in others {
        let shared = shares::of_many(changes.tx, actor.workspace, &[other.id])?;
        touched.push(Before {
            row: (**other).clone(),
            shares: Some(shared),
            after: None,
        });
    }
    changes.delete(others)?;
    for other in others {
        external_ids::pass_on(changes.tx, actor.workspace, other.id, kept.id)?;
    }
    let row = (*kept).clone();
    let after = match merged == values[0] {
        true => row.version,
        false => changes.edit(kept, &merged, now)?,
    };
    touched.push(Before {
        row,
        shares: None,
        after: Some(after),
    });
    Ok(touched)
}

impl MergeRequest {
    fn check_versions(&self, row: &ContactRow) -> Result<(), Error> {
        match self.seen.get(&row.id) {
            Some(seen) if *seen != row.version => Err(Error::VersionConflict {
                contact: row.id,
                version: row.version,
            }),
            _ => Ok(()),
        }
    }
}

/// Why contacts cannot be merged into the first of them; `None` if they can.
pub(crate) fn hindered(contacts: &[StoredContact]) -> Option<String> {
    let (kept, others) = contacts.split_first()?;
    if kept.right < Right::Edit {
        return Some(format!(
            "{} belongs to {} and is shared with you to view.",
            kept.contact.display_name(),
            kept.owner_name
        ));
    }
    let foreign = others.iter().find(|other| other.right < Right::Own)?;
    Some(format!(
        "{} belongs to {}: only its owner can let it go.",
        foreign.contact.display_name(),
        foreign.owner_name
    ))
}
