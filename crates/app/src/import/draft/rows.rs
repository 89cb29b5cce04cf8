//! Showing rows: read again from the file, corrected, judged, and put beside the contacts that they meet.
//!
//! Owns what is shown of a row, before the import and after. Leaves out which rows are on a page (`index`).

use crate::App;
use crate::access::{Actor, Right};
use crate::clock::System;
use crate::contacts::stored::read_body;
use crate::error::Error;
use crate::import::analysis::Reading;
use crate::import::candidate::Found;
use crate::import::collected::{BatchState, Purpose};
use crate::import::draft::diff::changes_between;
use crate::import::draft::plan::DraftPlan;
use crate::import::draft::preview::Preview;
use crate::import::draft::text::Text;
use crate::import::draft::{Decision, MatchedContact, PreviewRow, RowClass, RowsPage};
use crate::import::match_index::{MatchIndex, Overlay};
use crate::import::match_reasons::{
    Matched, ambiguous_reason, conflict_reason, duplicate_reason, is_only_possible, view_only_reason,
};
use crate::import::outcome::Decisions;
use crate::import::pipeline::{Bodies, ParsedRow, prepare};
use crate::import::resolve::RowResolver;
use crate::import::row_index::{Place, RowIndex};
use crate::import::run::PREVIEW;
use crate::import_options::{Duplicates, ImportOptions};
use exchange::fixes::ReadyFixes;
use exchange::judge::Judge;
use exchange::open::Batch;
use exchange::reason::Reason;
use model::{Blanks, Contact, ContactId, Fill};
use store::contacts::{ContactRow, Origin};
use store::{ImportId, Tx, changes};

/// Rows of a page, at most.
const MOST: u64 = 500;

/// Everything by which rows are shown.
pub(crate) struct Showing<'a> {
    pub actor: Actor,
    /// [`PREVIEW`], or the import whose result is shown.
    pub run: ImportId,
    pub reading: &'a Reading,
    pub options: ImportOptions,
    pub index: &'a RowIndex,
    pub text: &'a Text,
    pub fixes: &'a ReadyFixes,
    pub decisions: &'a Decisions,
    pub world: &'a dyn System,
}

/// A row that was read again.
struct Read {
    place: Place,
    cells: Vec<String>,
    fixed: Vec<usize>,
    contact: Option<Contact>,
    prepared: Option<ParsedRow>,
}

impl App {
    /// A page of a preview's rows.
    pub(crate) fn page_of_preview(
        &self,
        actor: Actor,
        preview: &Preview,
        class: RowClass,
        page: u64,
        size: u64,
    ) -> Result<RowsPage, Error> {
        let DraftPlan {
            settings, decisions, ..
        } = &preview.plan;
        let Some(text) = preview.text() else {
            return Ok(RowsPage {
                page,
                pages: 1,
                header: header(&preview.look.reading),
                ..RowsPage::default()
            });
        };
        let showing = Showing {
            actor,
            run: PREVIEW,
            reading: &preview.look.reading,
            options: settings.options,
            index: &preview.index,
            text,
            fixes: &preview.fixes,
            decisions,
            world: &*self.world,
        };
        self.store.read(|tx| showing.page(tx, class, page, size))
    }
}

fn header(reading: &Reading) -> Vec<String> {
    reading.mapping.columns().iter().map(|c| c.header.clone()).collect()
}

impl Showing<'_> {
    /// A page of the rows of a class.
    pub fn page(&self, tx: &mut Tx<'_>, class: RowClass, page: u64, size: u64) -> Result<RowsPage, Error> {
        let size = size.clamp(1, MOST);
        let (total, places) = self.index.page(class, page.saturating_mul(size), size)?;
        let judge = self.reading.judge(true);
        let read: Vec<Read> = places
            .iter()
            .map(|place| self.read(&judge, place))
            .collect::<Result<_, _>>()?;
        Ok(RowsPage {
            rows: self.rows(tx, &judge, read)?,
            total,
            page,
            pages: total.div_ceil(size).max(1),
            header: header(self.reading),
        })
    }

    fn read(&self, judge: &Judge, place: &Place) -> Result<Read, Error> {
        let (mut batch, mut corrected) = (Batch::default(), Batch::default());
        self.text.read(place, &self.reading.dialect, &mut batch)?;
        let mut read = Read {
            place: *place,
            cells: Vec::new(),
            fixed: Vec::new(),
            contact: None,
            prepared: None,
        };
        let Some(record) = batch.record(0) else { return Ok(read) };
        read.fixed = self.fixes.changed(record).into_iter().map(|(at, _)| at).collect();
        let record = self.fixes.apply(record, &mut corrected).unwrap_or(record);
        read.cells = record.cells().map(str::to_owned).collect();
        if let Some(judged) = judge.judge(record) {
            read.contact = Some(judged.contact.clone());
            read.prepared = Some(prepare(0, record.mark(), judged, Bodies::Whole));
        }
        Ok(read)
    }

    /// Puts rows beside the contacts that they meet. What is in the directory is asked for in few questions.
    fn rows(&self, tx: &mut Tx<'_>, judge: &Judge, read: Vec<Read>) -> Result<Vec<PreviewRow>, Error> {
        let befores = self.befores(tx, &read)?;
        let mut collected = BatchState::new(Purpose::Show, self.options.matching);
        let mut directory = MatchIndex {
            layers: Overlay {
                actor: self.actor,
                run: self.run,
                top: tx,
                base: None,
            },
            collected: &mut collected,
        };
        let prepared = || read.iter().filter_map(|row| row.prepared.as_ref());
        let named = read.iter().map(|row| row.place.entry.contact).filter(|id| !id.is_nil());
        let ids = prepared().filter_map(|row| row.id).chain(named).collect();
        directory.prepare(prepared().flat_map(|row| &row.keys), ids)?;
        let mut rows = Vec::with_capacity(read.len());
        for (row, before) in read.into_iter().zip(befores) {
            rows.push(self.row(&mut directory, judge, row, before)?);
        }
        Ok(rows)
    }

    /// What an import has noted of the contacts that it changed.
    fn befores(&self, tx: &mut Tx<'_>, read: &[Read]) -> Result<Vec<Option<Contact>>, Error> {
        let mut befores = Vec::with_capacity(read.len());
        for row in read {
            let entry = row.place.entry;
            let mut before = None;
            if self.run != PREVIEW && entry.class == RowClass::Update {
                let after = entry.contact.as_u128().checked_sub(1).map(ContactId::from_u128);
                let noted = changes::page(tx, self.actor.workspace, self.run, after, 1)?;
                let noted = noted.into_iter().find(|change| change.contact == entry.contact);
                before = noted
                    .and_then(|change| change.before)
                    .map(|before| read_body(entry.contact, &before.body))
                    .transpose()?;
            }
            befores.push(before);
        }
        Ok(befores)
    }

    fn row(
        &self,
        directory: &mut MatchIndex<'_, '_, '_>,
        judge: &Judge,
        read: Read,
        before: Option<Contact>,
    ) -> Result<PreviewRow, Error> {
        let entry = read.place.entry;
        let decision = self.decisions.get(&entry.mark.index).copied();
        let met = match &read.prepared {
            Some(prepared) => self.met(directory, judge, &read, prepared)?,
            None => Vec::new(),
        };
        let mut reasons = Vec::new();
        let mut changes = Vec::new();
        if let Some(prepared) = &read.prepared {
            reasons.clone_from(&prepared.reasons);
            reasons.extend(self.told(entry.class, prepared, &met)?);
            if entry.class == RowClass::Invalid && !prepared.is_invalid() {
                reasons.extend(prepared.lacking.iter().map(|(_, reason)| reason.clone()));
            }
            changes = self.changes(prepared, &met, before, decision);
        }
        Ok(PreviewRow {
            number: entry.mark.index,
            line: entry.mark.line,
            class: entry.class,
            cells: read.cells,
            fixed: read.fixed,
            contact: read.contact,
            reasons,
            matches: met.into_iter().map(|m| self.shown(m)).collect(),
            changes,
            decision,
        })
    }

    /// The contacts that a row meets, or has made.
    fn met(
        &self,
        directory: &mut MatchIndex<'_, '_, '_>,
        judge: &Judge,
        read: &Read,
        row: &ParsedRow,
    ) -> Result<Vec<Matched>, Error> {
        let entry = read.place.entry;
        let mut met = Vec::new();
        if entry.class == RowClass::Ambiguous || (entry.class == RowClass::New && self.creates(entry.mark.index)) {
            met = self.settler().all_matches(directory, row)?;
            met.retain(|m| m.row.id != entry.contact);
        } else if !entry.contact.is_nil() && (entry.earlier.is_none() || self.run != PREVIEW) {
            let contact = directory.get(entry.contact)?;
            met.extend(contact.map(|contact| Matched::known(row, contact)).transpose()?);
        }
        if self.run == PREVIEW
            && let Some(line) = entry.earlier
            && let Some(earlier) = self.earlier(judge, line)?
        {
            let right = Right::Own;
            met.push(Matched::known(row, Found { right, row: earlier })?);
        }
        Ok(met)
    }

    /// Whether a row that matches is made a contact all the same.
    fn creates(&self, row: u64) -> bool {
        match self.decisions.get(&row) {
            Some(decision) => *decision == Decision::Create,
            None => self.options.duplicates == Duplicates::Create,
        }
    }

    fn settler(&self) -> RowResolver<'_> {
        RowResolver {
            options: self.options,
            decisions: Some(self.decisions),
            run: self.run,
            owner: self.actor.member,
            world: self.world,
            changes: Vec::new(),
            created: None,
            earlier: None,
        }
    }

    /// The contact that an earlier row of the file will make.
    fn earlier(&self, judge: &Judge, line: u64) -> Result<Option<ContactRow>, Error> {
        let Some(place) = self.index.on_line(line)? else {
            return Ok(None);
        };
        let read = self.read(judge, &place)?;
        Ok(read.contact.map(|contact| ContactRow {
            id: ContactId::nil(),
            owner: self.actor.member,
            version: 0,
            created_at: 0,
            created_by: Some(Origin { import: self.run, line }),
            made_by: None,
            written_by: Some(self.run),
            edited_by: None,
            body: contact.to_json(),
        }))
    }

    fn shown(&self, matched: Matched) -> MatchedContact {
        let Matched { row, contact, .. } = matched;
        let of_this_file = row.created_by.filter(|origin| origin.import == self.run);
        MatchedContact {
            id: (!row.id.is_nil()).then_some(row.id),
            line: of_this_file.map(|origin| origin.line),
            contact,
        }
    }

    /// What there is to say of a row beside its own reasons.
    fn told(&self, class: RowClass, row: &ParsedRow, met: &[Matched]) -> Result<Option<Reason>, Error> {
        let Some(first) = met.first() else { return Ok(None) };
        Ok(match class {
            RowClass::Duplicate | RowClass::Possible if self.is_view_only(row, first)? => {
                Some(view_only_reason(row, first, self.run)?)
            }
            RowClass::Duplicate => Some(duplicate_reason(row, first, self.run, false)?),
            RowClass::Possible => Some(duplicate_reason(row, first, self.run, true)?),
            RowClass::Conflict => Some(conflict_reason(row, first)),
            RowClass::Ambiguous => Some(ambiguous_reason(row, met, self.run)),
            RowClass::New if self.creates(row.mark.index) => {
                Some(duplicate_reason(row, first, self.run, false)?.as_warning())
            }
            RowClass::New | RowClass::Update | RowClass::Unchanged | RowClass::Invalid => None,
        })
    }

    /// Whether a row would have changed a contact that the member may only view.
    fn is_view_only(&self, row: &ParsedRow, matched: &Matched) -> Result<bool, Error> {
        if matched.right >= Right::Edit {
            return Ok(false);
        }
        Ok(match self.decisions.get(&row.mark.index) {
            Some(Decision::Update { .. } | Decision::Fill { .. }) => true,
            Some(_) => false,
            None => self.options.fill().is_some() && !self.sets_apart(row, matched)?,
        })
    }

    /// Whether a row is passed over in any case, because the contact is only possibly the same.
    fn sets_apart(&self, row: &ParsedRow, matched: &Matched) -> Result<bool, Error> {
        Ok(!self.options.matching.is_of_one_kind() && is_only_possible(matched, &row.read()?))
    }

    /// What an update changes, or would change, in the one contact that a row meets.
    fn changes(
        &self,
        row: &ParsedRow,
        met: &[Matched],
        before: Option<Contact>,
        decision: Option<Decision>,
    ) -> Vec<crate::import::draft::ValueChange> {
        let ([only], Some(patch)) = (met, &row.patch) else {
            return Vec::new();
        };
        let before = before.unwrap_or_else(|| only.contact.clone());
        let blanks = if self.options.empty_cells_clear {
            Blanks::Clear
        } else {
            Blanks::Keep
        };
        let fill = match decision {
            Some(Decision::Fill { .. }) => Fill::Blanks,
            None if self.options.duplicates == Duplicates::Fill => Fill::Blanks,
            _ => Fill::Update(blanks),
        };
        let mut after = before.clone();
        patch.apply(&mut after, fill);
        changes_between(&before, &after)
    }
}
