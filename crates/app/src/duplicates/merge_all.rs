//! Merging all groups that are very likely one contact, as a single action that can be undone.
//!
//! Each group is compared again in the transaction that merges it, with the values and rights of that moment.

use crate::access::{self, Actor, Right};
use crate::contacts::bulk::{ActionKind, ActionReport, Before, NOTHING_AT_END, Step};
use crate::contacts::merge::merge_into;
use crate::contacts::stored::read;
use crate::contacts::write::Changes;
use crate::duplicates::DuplicateGroup;
use crate::duplicates::finding::{FoundGroup, VERY_LIKELY, very_likely};
use crate::error::Error;
use crate::{App, duplicates};
use model::{ContactId, MergeChoices, similarity};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use store::contacts;
use store::contacts::not_duplicates::{self, Pair};

impl App {
    /// Returns the first groups that would be merged, at most `limit`, and the number of all.
    ///
    /// # Errors
    /// When the database fails.
    pub fn very_likely_duplicates(&self, actor: Actor, limit: usize) -> Result<(Vec<DuplicateGroup>, usize), Error> {
        let groups = self.found_groups(actor)?;
        let sure = very_likely(&groups);
        let mut shown = Vec::new();
        for group in sure.iter().take(2 * limit) {
            let now = self.duplicate_group(actor, &group.ids)?;
            shown.extend(now.filter(|group| group.hindered.is_none()));
            if shown.len() == limit {
                break;
            }
        }
        Ok((shown, sure.len()))
    }

    /// Merges the groups that are very likely one contact. Groups that no longer are, and groups that the member has no
    /// right to merge, are skipped.
    ///
    /// # Errors
    /// If the database fails.
    pub fn merge_very_likely(&self, actor: Actor) -> Result<ActionReport, Error> {
        let groups = self.found_groups(actor)?;
        let sure = very_likely(&groups);
        let by_first: HashMap<ContactId, &[ContactId]> =
            sure.iter().map(|group| (group.ids[0], group.ids.as_slice())).collect();
        let firsts: Vec<ContactId> = by_first.keys().copied().collect();
        let now = self.system.now();
        self.in_steps(
            actor,
            ActionKind::Merge,
            "very likely duplicates",
            &firsts,
            NOTHING_AT_END,
            |changes, some| {
                let mut step = Step::default();
                for first in some {
                    match merged_group(changes, actor, by_first.get(first).copied().unwrap_or_default(), now)? {
                        Some(touched) => step.touched.extend(touched),
                        None => step.skipped += 1,
                    }
                }
                Ok(step)
            },
        )
    }

    fn found_groups(&self, actor: Actor) -> Result<std::sync::Arc<Vec<FoundGroup>>, Error> {
        let (changes, _) = self
            .store
            .read(|tx| store::workspace::workspaces::changes(tx, actor.workspace))?;
        let found = self.finding(actor, changes, false).wait(Duration::ZERO);
        Ok(found.groups.unwrap_or_default())
    }
}

/// Merges a group into the contact that the page would propose to keep; `None` if it is no longer very likely one
/// contact.
fn merged_group(
    changes: &mut Changes<'_, '_>,
    actor: Actor,
    ids: &[ContactId],
    now: i64,
) -> Result<Option<Vec<Before>>, Error> {
    let rows = contacts::get_many(changes.tx, actor.workspace, ids)?;
    let seen = access::seen(changes.tx, actor, rows)?;
    if seen.len() != ids.len() || seen.len() < 2 {
        return Ok(None);
    }
    let mut known = Vec::with_capacity(seen.len());
    for (right, row) in &seen {
        known.push((*right, row.id, read(row)?));
    }
    duplicates::sort_by_worth(&mut known);
    if known[0].0 < Right::Edit || known[1..].iter().any(|(right, ..)| *right < Right::Own) {
        return Ok(None);
    }
    let apart: HashSet<Pair> = not_duplicates::of_many(changes.tx, actor.workspace, ids)?
        .into_iter()
        .collect();
    let is_sure = |at: usize| {
        (0..known.len()).filter(|other| *other != at).any(|other| {
            let (one, other) = (&known[at], &known[other]);
            !apart.contains(&Pair::new(one.1, other.1)) && similarity(&one.2, &other.2).strength >= VERY_LIKELY
        })
    };
    if !(0..known.len()).all(is_sure) {
        return Ok(None);
    }
    let kept = access::edit(changes.tx, actor, known[0].1)?;
    let mut others = Vec::with_capacity(known.len() - 1);
    for (_, id, _) in &known[1..] {
        others.push(access::own(changes.tx, actor, *id)?);
    }
    let choices = MergeChoices {
        all_notes: true,
        ..MergeChoices::default()
    };
    merge_into(changes, actor, kept, &others, &choices, now).map(Some)
}
