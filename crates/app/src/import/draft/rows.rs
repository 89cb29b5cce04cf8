//! Pages of rows of a preview or a result: each row as in the file, with corrections, and the contacts that it matches.

use crate::App;
use crate::access::{Actor, Right};
use crate::contacts::stored::read_body;
use crate::error::Error;
use crate::import::analysis::Reading;
use crate::import::batch_state::{BatchState, Purpose};
use crate::import::candidate::Found;
use crate::import::draft::diff::changes_between;
use crate::import::draft::plan::DraftPlan;
use crate::import::draft::preview::Preview;
use crate::import::draft::text::Text;
use crate::import::draft::{MatchedContact, PreviewRow, RowClass, RowsPage, ValueChange};
use crate::import::match_index::{MatchIndex, Overlay};
use crate::import::matches::{Known, MatchFinder, Matched};
use crate::import::outcome::Decisions;
use crate::import::pipeline::{Bodies, ParsedRow, prepare};
use crate::import::resolve::{Rule, damage_of, explain, note_damage};
use crate::import::row_index::{Place, RowIndex};
use crate::import_options::ImportOptions;
use exchange::fixes::ReadyFixes;
use exchange::judge::Judge;
use exchange::open::Batch;
use model::{Contact, ContactId, Version};
use store::contacts::{ContactRow, Origin};
use store::imports::change_log;
use store::{RunId, Tx};

/// The maximum number of rows on a page.
const MOST: u64 = 500;

/// Everything that is needed to build pages of rows.
pub(crate) struct RowPages<'a> {
    pub actor: Actor,
    /// A preview, or the import whose result is shown.
    pub run: RunId,
    pub reading: &'a Reading,
    pub options: ImportOptions,
    pub index: &'a RowIndex,
    pub text: &'a Text,
    pub fixes: &'a ReadyFixes,
    pub decisions: &'a Decisions,
}

/// A row that was read again from the file.
struct Read {
    place: Place,
    cells: Vec<String>,
    fixed: Vec<usize>,
    contact: Option<Contact>,
    prepared: Option<ParsedRow>,
}

impl App {
    /// Returns a page of a preview's rows.
    pub(crate) fn page_of_preview(
        &self,
        actor: Actor,
        preview: &Preview,
        class: RowClass,
        page: u64,
        size: u64,
    ) -> Result<RowsPage, Error> {
        let Some(pages) = pages_of(actor, preview) else {
            return Ok(RowsPage {
                page,
                pages: 1,
                header: header(&preview.look.reading),
                ..RowsPage::default()
            });
        };
        self.store.read(|tx| pages.page(tx, class, page, size))
    }

    /// Returns the row of a preview that begins on a line, if the preview has processed it.
    pub(crate) fn row_of_preview(
        &self,
        actor: Actor,
        preview: &Preview,
        line: u64,
    ) -> Result<Option<PreviewRow>, Error> {
        match pages_of(actor, preview) {
            Some(pages) => self.store.read(|tx| pages.on_line(tx, line)),
            None => Ok(None),
        }
    }
}

/// Returns the page builder of a preview; `None` until the preview has opened the file's text.
fn pages_of(actor: Actor, preview: &Preview) -> Option<RowPages<'_>> {
    let DraftPlan {
        settings, decisions, ..
    } = &preview.plan;
    Some(RowPages {
        actor,
        run: RunId::Preview,
        reading: &preview.look.reading,
        options: settings.options,
        index: &preview.index,
        text: preview.text()?,
        fixes: &preview.fixes,
        decisions,
    })
}

fn header(reading: &Reading) -> Vec<String> {
    reading.mapping.columns().iter().map(|c| c.header.clone()).collect()
}

impl RowPages<'_> {
    /// Returns a page of the rows in a class.
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

    /// Returns the row that begins on a line, if there is one.
    fn on_line(&self, tx: &mut Tx<'_>, line: u64) -> Result<Option<PreviewRow>, Error> {
        let Some(place) = self.index.on_line(line)? else {
            return Ok(None);
        };
        let judge = self.reading.judge(true);
        let read = self.read(&judge, &place)?;
        Ok(self.rows(tx, &judge, vec![read])?.pop())
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

    /// Adds the matching contacts to rows, with few queries.
    fn rows(&self, tx: &mut Tx<'_>, judge: &Judge, mut read: Vec<Read>) -> Result<Vec<PreviewRow>, Error> {
        let befores = self.befores(tx, &read)?;
        let mut collected = BatchState::new(Purpose::Show, self.options.matching);
        let mut match_index = MatchIndex {
            layers: Overlay {
                actor: self.actor,
                run: self.run,
                directory: Some(tx),
                preview: None,
            },
            collected: &mut collected,
        };
        let prepared = || read.iter().filter_map(|row| row.prepared.as_ref());
        let named = read.iter().map(|row| row.place.entry.contact).filter(|id| !id.is_nil());
        let ids = prepared().filter_map(|row| row.id).chain(named).collect();
        match_index.prepare(read.iter_mut().filter_map(|row| row.prepared.as_mut()), ids)?;
        let mut rows = Vec::with_capacity(read.len());
        for (row, before) in read.into_iter().zip(befores) {
            rows.push(self.row(&mut match_index, judge, row, before)?);
        }
        Ok(rows)
    }

    /// Reads from the change log the states of updated contacts before the import.
    fn befores(&self, tx: &mut Tx<'_>, read: &[Read]) -> Result<Vec<Option<(Contact, Version)>>, Error> {
        let mut befores = Vec::with_capacity(read.len());
        for row in read {
            let entry = row.place.entry;
            let mut before = None;
            if let RunId::Import(import) = self.run
                && entry.class == RowClass::Update
            {
                let after = entry.contact.as_u128().checked_sub(1).map(ContactId::from_u128);
                let noted = change_log::page(tx, self.actor.workspace, import, after, 1)?;
                let noted = noted.into_iter().find(|change| change.contact == entry.contact);
                before = noted
                    .and_then(|change| change.before)
                    .map(|before| Ok::<_, Error>((read_body(entry.contact, &before.body)?, before.version)))
                    .transpose()?;
            }
            befores.push(before);
        }
        Ok(befores)
    }

    fn row(
        &self,
        match_index: &mut MatchIndex<'_, '_>,
        judge: &Judge,
        mut read: Read,
        before: Option<(Contact, Version)>,
    ) -> Result<PreviewRow, Error> {
        let entry = read.place.entry;
        let decision = self.decisions.get(&entry.mark.index).copied();
        let rule = Rule::of_row(self.options, Some(self.decisions), entry.mark.index);
        let matches = match &read.prepared {
            Some(prepared) => self.matches(match_index, &rule, judge, &read, prepared)?,
            None => Vec::new(),
        };
        let mut reasons = Vec::new();
        let mut changes = Vec::new();
        if let Some(prepared) = &mut read.prepared {
            let known = one(&matches, before.as_ref(), self.run)?;
            if let Some(known) = &known
                && let Some(damage) = damage_of(prepared, entry.class, known)
            {
                note_damage(prepared, &damage, &self.reading.mapping);
            }
            changes = known.map_or_else(Vec::new, |known| value_changes(prepared, &known, &rule));
            reasons.clone_from(&prepared.reasons);
            reasons.extend(explain(entry.class, prepared, &matches, &rule, self.run)?);
            if entry.class == RowClass::Invalid && !prepared.is_invalid() {
                reasons.extend(prepared.lacking.iter().map(|(_, reason)| reason.clone()));
            }
        }
        Ok(PreviewRow {
            number: entry.mark.index,
            line: entry.mark.line,
            class: entry.class,
            cells: read.cells,
            fixed: read.fixed,
            contact: read.contact,
            reasons,
            matches: matches.iter().map(|m| self.shown(m)).collect::<Result<_, Error>>()?,
            changes,
            decision,
        })
    }

    /// Returns the contacts that a row matches or has created.
    fn matches(
        &self,
        match_index: &mut MatchIndex<'_, '_>,
        rule: &Rule,
        judge: &Judge,
        read: &Read,
        row: &ParsedRow,
    ) -> Result<Vec<Matched>, Error> {
        let entry = read.place.entry;
        let mut matches = Vec::new();
        if entry.class == RowClass::Ambiguous || (entry.class == RowClass::New && rule.creates()) {
            let finder = MatchFinder {
                matching: self.options.matching,
                run: self.run,
            };
            matches = finder.find(match_index, row, false)?;
            matches.retain(|m| m.row.id != entry.contact);
        } else if !entry.contact.is_nil() && (entry.earlier.is_none() || self.run != RunId::Preview) {
            let contact = match_index.get(entry.contact)?;
            matches.extend(contact.map(|contact| Matched::again(row, contact)).transpose()?);
        }
        if self.run == RunId::Preview
            && let Some(line) = entry.earlier
            && let Some(earlier) = self.earlier(judge, line)?
        {
            let right = Right::Own;
            matches.push(Matched::again(row, Found { right, row: earlier })?);
        }
        Ok(matches)
    }

    /// Returns the contact that an earlier row of the file will create.
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
            created_by: Some(Origin { run: self.run, line }),
            made_by: None,
            written_by: Some(self.run),
            edited_by: None,
            body: contact.to_json(),
        }))
    }

    fn shown(&self, matched: &Matched) -> Result<MatchedContact, Error> {
        let row = &matched.row;
        let of_this_file = row.created_by.filter(|origin| origin.run == self.run);
        Ok(MatchedContact {
            id: (!row.id.is_nil()).then_some(row.id),
            line: of_this_file.map(|origin| origin.line),
            contact: matched.contact()?.clone(),
        })
    }
}

/// Returns the only contact that a row matches, in its state before the row; `None` if it matches none or several.
fn one<'a>(
    matches: &'a [Matched],
    before: Option<&'a (Contact, Version)>,
    run: RunId,
) -> Result<Option<Known<'a>>, Error> {
    let [only] = matches else { return Ok(None) };
    let known = only.known(run)?;
    Ok(Some(match before {
        Some((contact, version)) => Known {
            contact,
            version: *version,
            ..known
        },
        None => known,
    }))
}

/// Returns what an update changes, or would change, in the contact that a row matches.
fn value_changes(row: &ParsedRow, known: &Known<'_>, rule: &Rule) -> Vec<ValueChange> {
    match row.patch {
        Some(_) => changes_between(known.contact, &rule.updated(row, known)),
        None => Vec::new(),
    }
}
