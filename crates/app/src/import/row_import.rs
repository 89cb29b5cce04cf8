//! Imports one row: finds its matches, decides what happens to it, and carries that out.

use crate::access::{self, CanEdit};
use crate::clock::System;
use crate::error::Error;
use crate::import::batch_state::is_own;
use crate::import::counts::RowClass;
use crate::import::match_index::MatchIndex;
use crate::import::matches::{MatchFinder, Matched};
use crate::import::outcome::{Decisions, Outcome, RowResult};
use crate::import::pipeline::ParsedRow;
use crate::import::resolve::{Resolution, Resolved, Rule, explain, note_damage, resolve};
use crate::import_options::ImportOptions;
use exchange::mapping::BoundMapping;
use model::{Contact, ContactId};
use store::contacts::{ContactRow, Origin};
use store::imports::change_log::{Before, Change};
use store::{Member, RunId};

/// Imports the rows of one run.
pub(crate) struct RowImporter<'a> {
    pub options: ImportOptions,
    pub decisions: Option<&'a Decisions>,
    pub run: RunId,
    pub owner: Member,
    pub system: &'a dyn System,
    pub mapping: &'a BoundMapping,
    /// Whether every row gets a reason for its class, including plain duplicates.
    pub explains_all: bool,
    /// The changes for the change log, which undo reads.
    pub changes: Vec<Change>,
    /// The first and the last new id of contacts created since the batch began, and their number.
    pub created: Option<(ContactId, ContactId, u64)>,
}

/// Whether the summary or the file of rejected rows gives a reason for rows of this class in addition to their own
/// reasons.
fn is_reported(class: RowClass) -> bool {
    matches!(class, RowClass::Possible | RowClass::Conflict | RowClass::Ambiguous)
}

impl RowImporter<'_> {
    /// Decides what happens to a row, and carries it out. Adds the reasons that make the row invalid to its reasons.
    pub fn import(&mut self, index: &mut MatchIndex<'_, '_>, row: &mut ParsedRow) -> Result<RowResult, Error> {
        if row.is_invalid() && !row.may_be_excused() {
            return Ok(RowResult::new(Outcome::Invalid));
        }
        let rule = Rule::of_row(self.options, self.decisions, row.mark.index);
        if let Some(id) = row.id {
            row.id = Some(index.free_id(id)?);
        }
        let finder = MatchFinder {
            matching: self.options.matching,
            run: self.run,
        };
        let matches = finder.find(index, row, rule.creates())?;
        let Resolved { resolution, damage } = resolve(row, &matches, &rule, self.run)?;
        if resolution.matched().is_some() {
            note_damage(row, &damage, self.mapping);
        }
        let about = match resolution.matched() {
            Some(place) => &matches[place..=place],
            None => &matches[..],
        };
        let class = resolution.class(&matches);
        let reason = match self.explains_all || is_reported(class) {
            true => explain(class, row, about, &rule, self.run)?,
            false => None,
        };
        let earlier_line = about.iter().find_map(|matched| self.line_of(&matched.row));
        Ok(RowResult {
            outcome: self.carry_out(resolution, index, row, matches)?,
            reason,
            earlier_line,
        })
    }

    fn carry_out(
        &mut self,
        resolution: Resolution,
        index: &mut MatchIndex<'_, '_>,
        row: &mut ParsedRow,
        mut matches: Vec<Matched>,
    ) -> Result<Outcome, Error> {
        let id = |place: usize| matches[place].row.id;
        Ok(match resolution {
            Resolution::Create => self.create(index, row)?,
            Resolution::CreateBeside { .. } => {
                // The existing contact may have the row's id.
                (row.id, row.version) = (None, None);
                self.create(index, row)?
            }
            Resolution::Duplicate { matched } => Outcome::Duplicate {
                of: id(matched),
                possible: matches[matched].is_only_possible,
            },
            Resolution::Ambiguous => Outcome::Ambiguous {
                of: matches.iter().map(|matched| matched.row.id).collect(),
            },
            Resolution::Conflict { matched } => Outcome::Conflict { of: id(matched) },
            Resolution::Unchanged { matched } => Outcome::Unchanged { contact: id(matched) },
            Resolution::Update { matched, after } => {
                let (existing, before, right) = matches.swap_remove(matched).into_parts()?;
                let contact = existing.id;
                self.update(index, row, access::edit_with(right, existing)?, (&before, &after))?;
                Outcome::Update { contact }
            }
            Resolution::Invalid(reasons) => {
                row.reasons.extend(reasons);
                Outcome::Invalid
            }
        })
    }

    /// Returns the line of the row of this file that created a contact; `None` if this run has not created it.
    fn line_of(&self, contact: &ContactRow) -> Option<u64> {
        let origin = contact.created_by.filter(|origin| origin.run == self.run)?;
        Some(origin.line)
    }

    fn update(
        &mut self,
        index: &mut MatchIndex<'_, '_>,
        row: &ParsedRow,
        existing: CanEdit<ContactRow>,
        (before, after): (&Contact, &Contact),
    ) -> Result<(), Error> {
        if !is_own(&existing, self.run) {
            self.changes.push(Change {
                contact: existing.id,
                line: row.line,
                before: Some(Before {
                    version: existing.version,
                    written_by: existing.written_by,
                    edited_by: existing.edited_by,
                    body: existing.body.clone(),
                }),
            });
        }
        let changed = ContactRow {
            version: self.system.now().max(existing.version + 1),
            written_by: Some(self.run),
            edited_by: None,
            body: after.to_json(),
            id: existing.id,
            owner: existing.owner,
            created_at: existing.created_at,
            created_by: existing.created_by,
            made_by: existing.made_by,
        };
        index.update(existing, changed, before, after)
    }

    fn create(&mut self, index: &mut MatchIndex<'_, '_>, row: &mut ParsedRow) -> Result<Outcome, Error> {
        let now = self.system.now();
        let line = row.line;
        let contact = match row.id {
            Some(own) => {
                self.note_restored(own, line);
                own
            }
            None => self.next_id(),
        };
        let created = ContactRow {
            id: contact,
            owner: self.owner,
            version: row.version.filter(|_| row.id.is_some()).unwrap_or(now),
            created_at: now,
            created_by: Some(Origin { run: self.run, line }),
            made_by: None,
            written_by: Some(self.run),
            edited_by: None,
            body: std::mem::take(&mut row.body),
        };
        index.create(created, std::mem::take(&mut row.keys), std::mem::take(&mut row.order))?;
        Ok(Outcome::New { contact })
    }

    /// Records the creation of a contact with the id from its row, which is outside of the range of ids that this batch
    /// assigns.
    fn note_restored(&mut self, contact: ContactId, line: u64) {
        self.changes.push(Change {
            contact,
            line,
            before: None,
        });
    }

    fn next_id(&mut self) -> ContactId {
        let id = self.system.contact_id();
        self.created = Some(match self.created {
            None => (id, id, 1),
            Some((first, _, count)) => (first, id, count + 1),
        });
        id
    }
}
