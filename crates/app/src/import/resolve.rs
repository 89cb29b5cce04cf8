//! What becomes of a judged row, given the directory: duplicates, updates, conflicts; and carrying it out.

use crate::access::Right;
use crate::clock::System;
use crate::error::Error;
use crate::import::collected::is_own;
use crate::import::draft::Decision;
use crate::import::match_index::MatchIndex;
use crate::import::match_reasons::{
    Matched, ambiguous_reason, conflict_reason, duplicate_reason, is_only_possible, view_only_reason,
};
use crate::import::outcome::{Decisions, Outcome, Standing};
use crate::import::pipeline::ParsedRow;
use crate::import::shared_keys::{MAX_CANDIDATES, name_of};
use crate::import_options::{Conflicts, Duplicates, ImportOptions, Match};
use exchange::reason::{Code, Reason};
use model::{Contact, ContactId, MatchKey, content_hash};
use store::changes::{Before, Change};
use store::contacts::{ContactRow, Origin};
use store::{ImportId, Member};

/// What holds for one row: the import's options, or what was decided for it.
#[derive(Clone, Copy)]
struct Rule {
    options: ImportOptions,
    /// Which of the contacts that match was chosen.
    contact: Option<ContactId>,
    decided: bool,
}

/// Settles the rows of one run.
pub(crate) struct RowResolver<'a> {
    pub options: ImportOptions,
    pub decisions: Option<&'a Decisions>,
    pub run: ImportId,
    pub owner: Member,
    pub world: &'a dyn System,
    /// What was there before, for undo.
    pub changes: Vec<Change>,
    /// The ids given to created contacts since the batch began.
    pub created: Option<(ContactId, ContactId, u64)>,
    /// The line of the row of this file that made the contact which the row in hand matches.
    pub earlier: Option<u64>,
}

impl RowResolver<'_> {
    /// Decides what becomes of a row, and does it.
    pub fn settle(&mut self, directory: &mut MatchIndex<'_, '_, '_>, row: &mut ParsedRow) -> Result<Standing, Error> {
        if row.is_invalid() {
            return Ok(Standing::new(Outcome::Invalid, None));
        }
        self.earlier = None;
        let mut standing = self.settle_valid(directory, row)?;
        standing.earlier_line = self.earlier.take();
        Ok(standing)
    }

    fn settle_valid(&mut self, directory: &mut MatchIndex<'_, '_, '_>, row: &mut ParsedRow) -> Result<Standing, Error> {
        let rule = self.rule(row);
        if let Some(id) = row.id {
            row.id = Some(directory.free_id(id)?);
        }
        if let Some(by_id) = by_id(directory, row)? {
            return self.meet(directory, row, by_id, rule);
        }
        let mut matches = self.matches(directory, row)?;
        if matches.is_empty() {
            return match self.identical(directory, row)? {
                Some(same) => self.meet(directory, row, same, rule),
                None => self.create(directory, row, None),
            };
        }
        if matches.len() == 1 {
            let only = matches.remove(0);
            return self.meet(directory, row, only, rule);
        }
        self.earlier = matches.iter().find_map(|m| self.line_of(&m.row));
        if rule.options.duplicates == Duplicates::Create {
            return self.create(directory, row, None);
        }
        match matches.iter().position(|m| Some(m.row.id) == rule.contact) {
            Some(chosen) => {
                let chosen = matches.swap_remove(chosen);
                self.meet(directory, row, chosen, rule)
            }
            None => {
                let reason = ambiguous_reason(row, &matches, self.run);
                let of = matches.iter().map(|m| m.row.id).collect();
                Ok(Standing::new(Outcome::Ambiguous { of }, Some(reason)))
            }
        }
    }

    /// What holds for a row.
    fn rule(&self, row: &ParsedRow) -> Rule {
        let (duplicates, contact) = match self.decisions.and_then(|d| d.get(&row.mark.index)) {
            None => {
                return Rule {
                    options: self.options,
                    contact: None,
                    decided: false,
                };
            }
            Some(Decision::Skip) => (Duplicates::Skip, None),
            Some(Decision::Update { contact }) => (Duplicates::Update, *contact),
            Some(Decision::Fill { contact }) => (Duplicates::Fill, *contact),
            Some(Decision::Create) => (Duplicates::Create, None),
        };
        Rule {
            options: ImportOptions {
                duplicates,
                ..self.options
            },
            contact,
            decided: true,
        }
    }

    /// All contacts that a row matches, as it is now, to be shown; changes nothing.
    pub fn all_matches(&self, directory: &mut MatchIndex<'_, '_, '_>, row: &ParsedRow) -> Result<Vec<Matched>, Error> {
        if let Some(by_id) = by_id(directory, row)? {
            return Ok(vec![by_id]);
        }
        let matches = self.matches(directory, row)?;
        if matches.is_empty() {
            return Ok(self.identical(directory, row)?.into_iter().collect());
        }
        Ok(matches)
    }

    /// The line of the row of this file that made a contact.
    fn line_of(&self, row: &ContactRow) -> Option<u64> {
        let origin = row.created_by.filter(|origin| origin.import == self.run)?;
        Some(origin.line)
    }

    /// The contacts that match by the import's rule.
    fn matches(&self, directory: &mut MatchIndex<'_, '_, '_>, row: &ParsedRow) -> Result<Vec<Matched>, Error> {
        let matching = self.options.matching;
        let mut matches: Vec<Matched> = Vec::new();
        for key in row.keys.iter().filter(|key| matching.counts(key)) {
            for id in self.candidates(directory, row, key)? {
                if let Some(known) = matches.iter_mut().find(|m| m.row.id == id) {
                    known.keys.push(key.clone());
                    continue;
                }
                let Some(found) = directory.get(id)? else {
                    continue;
                };
                // Rows of an export are told apart by their ids: two of them are two contacts, whatever they share.
                if row.id.is_some() && is_own(&found.row, self.run) {
                    continue;
                }
                matches.push(Matched::by(found, key.clone())?);
                if self.rule(row).options.duplicates == Duplicates::Create && self.are_certain(&matches, row, 2)? {
                    // It is created whoever else there is.
                    break;
                }
            }
        }
        if self.by_name() {
            let contact = row.read()?;
            matches.retain(|m| !is_only_possible(m, &contact));
        } else if let Some(certain) = certain_one(&matches, row)? {
            matches = vec![matches.swap_remove(certain)];
        }
        Ok(matches)
    }

    /// Whether so many of the matches found so far count, whatever other keys say.
    fn are_certain(&self, matches: &[Matched], row: &ParsedRow, wanted: usize) -> Result<bool, Error> {
        if !self.by_name() || matches.len() < wanted {
            return Ok(matches.len() >= wanted);
        }
        let contact = row.read()?;
        let certain = matches.iter().filter(|m| !is_only_possible(m, &contact));
        Ok(certain.take(wanted).count() == wanted)
    }

    /// Whether those who share a number or an address are told apart by their names.
    fn by_name(&self) -> bool {
        self.options.matching == Match::EmailOrPhoneAndName
    }

    /// Who a row may be by a key. In a crowd behind one number or address, names alone tell, and must be the same.
    fn candidates(
        &self,
        directory: &mut MatchIndex<'_, '_, '_>,
        row: &ParsedRow,
        key: &MatchKey,
    ) -> Result<Vec<ContactId>, Error> {
        let first = directory.who_has(key)?;
        if first.len() <= MAX_CANDIDATES || !self.by_name() {
            return Ok(first);
        }
        match name_of(&row.read()?) {
            Some(name) => Ok(directory.crowd(key)?.namesakes(name)),
            None => Ok(first),
        }
    }

    /// A contact that was there before this run and has exactly the row's values: importing a file again creates
    /// nothing, also where the rule for matches says nothing about a row. Within one file equal rows stay two.
    fn identical(&self, directory: &mut MatchIndex<'_, '_, '_>, row: &ParsedRow) -> Result<Option<Matched>, Error> {
        if row.id.is_some() {
            return Ok(None);
        }
        for key in &row.keys {
            let mut ids = directory.who_has(key)?;
            if ids.len() > MAX_CANDIDATES {
                ids = directory.crowd(key)?.same(row.content);
            }
            for id in ids {
                if let Some(found) = directory.get(id)?
                    && !is_own(&found.row, self.run)
                    && content_hash(&found.row.body) == row.content
                {
                    return Ok(Some(Matched::by(found, MatchKey::content_of(row.content))?));
                }
            }
        }
        Ok(None)
    }

    /// A row meets the one contact that it matches.
    fn meet(
        &mut self,
        directory: &mut MatchIndex<'_, '_, '_>,
        row: &mut ParsedRow,
        matched: Matched,
        rule: Rule,
    ) -> Result<Standing, Error> {
        let of = matched.row.id;
        // Who was chosen and does not match any more is not replaced by another one.
        let rule = match rule.contact {
            Some(chosen) if chosen != of => Rule {
                options: self.options,
                contact: None,
                decided: false,
            },
            _ => rule,
        };
        self.earlier = self.line_of(&matched.row);
        if rule.options.duplicates == Duplicates::Create {
            let reason = duplicate_reason(row, &matched, self.run, false)?;
            // The other one has the id already, if the row names one.
            (row.id, row.version) = (None, None);
            return self.create(directory, row, Some(reason.as_warning()));
        }
        let possible = is_only_possible(&matched, &row.read()?);
        // Who shares a number or an address must not get the other's values, unless that was said to be who they are.
        let set_apart = possible && !rule.decided && !self.options.matching.is_of_one_kind();
        let Some(fill) = rule.options.fill().filter(|_| !set_apart) else {
            let reason = duplicate_reason(row, &matched, self.run, possible)?;
            return Ok(Standing::new(Outcome::Duplicate { of, possible }, Some(reason)));
        };
        if matched.right < Right::Edit {
            let reason = view_only_reason(row, &matched, self.run)?;
            return Ok(Standing::new(Outcome::Duplicate { of, possible }, Some(reason)));
        }
        let changed_since = row.version.is_some_and(|v| v != matched.row.version);
        let may_overwrite = rule.decided || self.options.conflicts == Conflicts::Overwrite;
        if changed_since && !may_overwrite && matched.row.written_by != Some(self.run) {
            let reason = conflict_reason(row, &matched);
            return Ok(Standing::new(Outcome::Conflict { of }, Some(reason)));
        }
        let before = &matched.contact;
        let mut after = before.clone();
        if let Some(patch) = &row.patch {
            patch.apply(&mut after, fill);
        }
        if after == *before {
            return Ok(Standing::new(Outcome::Unchanged { contact: of }, None));
        }
        if !after.has_identity() {
            row.reasons.push(Reason::of_row(
                Code::NoIdentity,
                row.line,
                format!(
                    "Updating {} would leave a contact without name, company, email or phone.",
                    before.display_name()
                ),
                "fill one of them",
            ));
            return Ok(Standing::new(Outcome::Invalid, None));
        }
        // What was lacking before is no matter of the import, but it must take away nothing that is required.
        let gone = row
            .lacking
            .iter()
            .find(|(slot, _)| before.has(slot) && !after.has(slot));
        if let Some((_, reason)) = gone {
            row.reasons.push(reason.clone());
            return Ok(Standing::new(Outcome::Invalid, None));
        }
        self.update(directory, row, matched.row, before, &after)?;
        Ok(Standing::new(Outcome::Update { contact: of }, None))
    }

    fn update(
        &mut self,
        directory: &mut MatchIndex<'_, '_, '_>,
        row: &ParsedRow,
        existing: ContactRow,
        before: &Contact,
        after: &Contact,
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
            version: self.world.now().max(existing.version + 1),
            written_by: Some(self.run),
            edited_by: None,
            body: after.to_json(),
            ..existing
        };
        Ok(directory.update(changed, before, after)?)
    }

    fn create(
        &mut self,
        directory: &mut MatchIndex<'_, '_, '_>,
        row: &mut ParsedRow,
        reason: Option<Reason>,
    ) -> Result<Standing, Error> {
        if !row.lacking.is_empty() {
            row.reasons.extend(row.lacking.drain(..).map(|(_, reason)| reason));
            return Ok(Standing::new(Outcome::Invalid, None));
        }
        let now = self.world.now();
        let line = row.line;
        let id = match row.id {
            // A contact of an export comes back as itself, outside of the range of ids that this batch gives out.
            Some(own) => {
                self.changes.push(Change {
                    contact: own,
                    line,
                    before: None,
                });
                own
            }
            None => {
                let id = self.world.contact_id();
                self.created = Some(match self.created {
                    None => (id, id, 1),
                    Some((first, _, count)) => (first, id, count + 1),
                });
                id
            }
        };
        let created = ContactRow {
            id,
            owner: self.owner,
            version: row.version.filter(|_| row.id.is_some()).unwrap_or(now),
            created_at: now,
            created_by: Some(Origin { import: self.run, line }),
            made_by: None,
            written_by: Some(self.run),
            edited_by: None,
            body: std::mem::take(&mut row.body),
        };
        directory.create(created, std::mem::take(&mut row.keys), std::mem::take(&mut row.order))?;
        Ok(Standing::new(Outcome::New { contact: id }, reason))
    }
}

/// The contact that a row names by its id.
fn by_id(directory: &mut MatchIndex<'_, '_, '_>, row: &ParsedRow) -> Result<Option<Matched>, Error> {
    let Some(id) = row.id else { return Ok(None) };
    let found = directory.get(id)?;
    let by_id = found.map(|found| Matched::by(found, MatchKey::from_stored(format!("i{id}"))));
    Ok(by_id.transpose()?)
}

/// Among several that match, the one that the row surely is, if each of the others only shares with it what that one has
/// too: somebody of a family with one address, who is there already beside the others.
fn certain_one(matches: &[Matched], row: &ParsedRow) -> Result<Option<usize>, Error> {
    if !(2..=MAX_CANDIDATES).contains(&matches.len()) {
        return Ok(None);
    }
    let contact = row.read()?;
    let mut certain = (0..matches.len()).filter(|at| !is_only_possible(&matches[*at], &contact));
    let Some(only) = certain.next().filter(|_| certain.next().is_none()) else {
        return Ok(None);
    };
    let covers = |other: &Matched| other.keys.iter().all(|key| matches[only].keys.contains(key));
    Ok(matches.iter().all(covers).then_some(only))
}
